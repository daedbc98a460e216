"""The ops that a mutator performs: one function each, named as the op is.

A function is called with the world, the locals of the topmost frame, and the operands, which have been
looked at; parameters have the names that the protocol gives to operands, in lower case. It returns the
answer. Whatever it holds in a local of its own ends with it.
"""

import gc
import sys
import weakref
from collections.abc import Callable
from dataclasses import dataclass
from types import FunctionType

from objects import MAPS, MAX_WORDS, STEP, WORD, Object, shape_of
from places import PLACES
from world import World

LOCALS = 16
MUTATORS = 8
CHAIN_LIMIT = 4_000_000
"""Objects of one chain. An object of 2 words takes 250 bytes, so this is a gigabyte."""

NUMBERS = range((1 << 53) + 1)
OPERANDS = {
    **dict.fromkeys(("l", "k", "n"), range(LOCALS)),
    **dict.fromkeys(("g", "w", "v"), range(64)),
    **dict.fromkeys(("slot", "start", "word", "count", "size", "back"), NUMBERS),
    "m": range(MUTATORS),
    "started": range(1, MUTATORS),
    "words": range(1, MAX_WORDS + 1),
    "map_name": MAPS,
    "kind": str,
}
"""By the name of a parameter, what an operand may be: one of some values, or any of a type."""

Locals = list[Object | None]


class Skip(Exception):
    """The op does not apply to the state that it met."""


class Refused(Exception):
    """The op asks for more than there is."""


@dataclass(frozen=True, slots=True)
class Op:
    perform: FunctionType
    operands: tuple[str, ...]


OPS: dict[str, Op] = {}


def op(function: FunctionType) -> FunctionType:
    names = function.__code__.co_varnames[2 : function.__code__.co_argcount]
    OPS[function.__name__.rstrip("_").replace("_", "-")] = Op(function, names)
    return function


def needed(local: Locals, l: int) -> Object:
    obj = local[l]
    if obj is None:
        raise Skip
    return obj


def stamp_at(obj: Object | None) -> int:
    return 0 if obj is None else obj.words[0]


def need_slot(obj: Object, slot: int) -> None:
    if slot >= len(obj.slots):
        raise Skip


def need_slots(obj: Object, slot: int, count: int) -> None:
    if obj.shape.map != "all" or slot + count > len(obj.slots):
        raise Skip


# Objects


@op
def new(world: World, local: Locals, l: int, words: int, map_name: str):
    obj, dirty = world.new(shape_of(words, map_name))
    local[l] = obj
    return dirty


@op
def load(world: World, local: Locals, l: int, k: int, slot: int):
    obj = needed(local, k)
    need_slot(obj, slot)
    local[l] = obj.slots[slot]
    return stamp_at(local[l])


@op
def store(world: World, local: Locals, k: int, slot: int, l: int):
    obj = needed(local, k)
    need_slot(obj, slot)
    obj.slots[slot] = needed(local, l)


@op
def clear(world: World, local: Locals, k: int, slot: int):
    obj = needed(local, k)
    need_slot(obj, slot)
    obj.slots[slot] = None


@op
def copy(world: World, local: Locals, k: int, slot: int, l: int, start: int, count: int):
    into, out_of = needed(local, k), needed(local, l)
    need_slots(into, slot, count)
    need_slots(out_of, start, count)
    into.slots[slot : slot + count] = out_of.slots[start : start + count]


@op
def wipe(world: World, local: Locals, k: int, slot: int, count: int):
    obj = needed(local, k)
    need_slots(obj, slot, count)
    obj.slots[slot : slot + count] = [None] * count


@op
def move(world: World, local: Locals, l: int, k: int):
    local[l] = needed(local, k)


@op
def drop(world: World, local: Locals, l: int):
    local[l] = None


@op
def hide(world: World, local: Locals, k: int, word: int, l: int):
    obj, hidden = needed(local, k), needed(local, l)
    place = obj.shape.place_of(word)
    if place is None:
        raise Skip
    obj.words[place] = id(hidden)


@op
def check(world: World, local: Locals, l: int):
    return list(needed(local, l).check())


@op
def chain(world: World, local: Locals, l: int, count: int):
    if count == 0:
        raise Skip
    if count > CHAIN_LIMIT:
        raise Refused
    shape, obj = shape_of(2, "last"), None
    for number in range(world.made + 1, world.made + count + 1):
        link = Object(shape)
        link.words[0] = number
        link.slots[0] = obj
        obj = link
    world.made += count
    local[l] = obj


@op
def walk(world: World, local: Locals, l: int, count: int):
    obj = needed(local, l)
    seen = wrong = 0
    expected = stamp_at(obj)
    while obj is not None and seen < count:
        seen += 1
        wrong += obj.words[0] != expected
        expected = obj.words[0] - 1
        obj = obj.slots[-1] if obj.slots else None
    return [seen, wrong]


# Roots


@op
def set_(world: World, local: Locals, g: int, l: int):
    world.globals[g] = needed(local, l)


@op
def get(world: World, local: Locals, l: int, g: int):
    local[l] = world.globals[g]
    return stamp_at(local[l])


@op
def unset(world: World, local: Locals, g: int):
    world.globals[g] = None


@op
def grow(world: World, local: Locals, size: int):
    # The interpreter's record of a call, and a word for each local and each value on its stack.
    frame = WORD * (12 + deepen.__code__.co_nlocals + deepen.__code__.co_stacksize)
    depth = -(-size // frame)
    if depth >= sys.getrecursionlimit():
        raise Refused
    deepen(depth)


def deepen(depth: int) -> None:
    if depth > 1:
        deepen(depth - 1)


@op
def stash(world: World, local: Locals, kind: str, l: int):
    if kind not in PLACES or kind in world.places:
        raise Skip
    world.places[kind] = PLACES[kind](needed(local, l))


@op
def unstash(world: World, local: Locals, l: int, kind: str):
    if kind not in world.places:
        raise Skip
    local[l] = world.places.pop(kind)()
    return stamp_at(local[l])


# Collecting


@op
def collect(world: World, local: Locals):
    gc.collect()
    return world.gather()


@op
def poll(world: World, local: Locals):
    return world.gather()


# Weak handles, finalizers, cleanups


@op
def weak(world: World, local: Locals, w: int, l: int):
    world.handles[w] = weakref.ref(needed(local, l))


def handle_of(world: World, w: int) -> Callable[[], Object | None]:
    handle = world.handles[w]
    if handle is None:
        raise Skip
    return handle


@op
def strong(world: World, local: Locals, l: int, w: int):
    local[l] = handle_of(world, w)()
    return stamp_at(local[l])


@op
def forget(world: World, local: Locals, w: int):
    world.handles[w] = None


@op
def finalizer(world: World, local: Locals, l: int):
    give_finalizer(needed(local, l), world.finalizers.reporter)


@op
def reviver(world: World, local: Locals, l: int, g: int):
    give_finalizer(needed(local, l), world.finalizers.revivers[g])


def give_finalizer(obj: Object, finalized: type[Object]) -> None:
    if gc.is_finalized(obj):
        # It had one that ran, and CPython would not call a second one.
        raise Refused
    if type(obj) is not Object:
        raise Skip
    obj.__class__ = finalized


@op
def unfinalizer(world: World, local: Locals, l: int):
    obj = needed(local, l)
    if type(obj) is Object or gc.is_finalized(obj):
        raise Skip
    obj.__class__ = Object


@op
def cleanup(world: World, local: Locals, l: int):
    world.cleanups.attach(needed(local, l))


@op
def uncleanup(world: World, local: Locals, back: int):
    number = world.cleanups.attached - back
    if number < 1:
        raise Skip
    world.cleanups.stop(number)


@op
def self_cleanup(world: World, local: Locals, l: int):
    obj = needed(local, l)
    world.cleanups.attach(obj, obj)
    return 1


# Statistics


@op
def stats(world: World, local: Locals):
    generations = gc.get_stats()
    return {
        "collections": sum(generation["collections"] for generation in generations),
        "collected": sum(generation["collected"] for generation in generations),
        "uncollectable": sum(generation["uncollectable"] for generation in generations),
        "allocated-blocks": sys.getallocatedblocks(),
    }
