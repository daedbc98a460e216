"""The conversation: lines in, ops to those who perform them, lines out.

The thread of mutator 0 leads it. It reads lines wherever its frames are: `Conversation.steps` is a
generator that yields the steps of mutator 0 and has those of others performed on the way.
"""

import json
from collections.abc import Generator
from platform import python_version
from typing import BinaryIO

from mutator import Crewman, Mutator, Step, Turn
from objects import Object
from ops import MUTATORS, OPERANDS, OPS
from world import World

VERSION = 1
LINE_LIMIT = 1 << 20
BATCH_LIMIT = 4096
OFFERS = (
    "bulk chain cleanups exact finalizers frames globals hide mutators stash stats weak"
).split()

WITH_MUTATORS = {"start": ("started", "l"), "end": ("started",), "hand": ("m", "n", "l"), "reset": ()}
"""Ops about mutators: the conversation performs them, as each mutator but the asking one waits."""
TURNS = {"push": Turn.PUSH, "pop": Turn.POP}


class Broken(Exception):
    """What was read is no line of the protocol."""


class Conversation:
    def __init__(self, world: World, lines: BinaryIO, replies: BinaryIO) -> None:
        self._world = world
        self._lines = lines
        self._replies = replies
        self._answers: list[object] = []
        self._crew: dict[int, Crewman] = {}
        self._first = Mutator(world, self._steps(), self._answers.append)
        self._status = 0

    def lead(self) -> int:
        """From hello to the end of input; the exit status."""
        try:
            self._first.live()
        finally:
            self._reset_others()
        return self._status

    def _steps(self) -> Generator[Step, None, None]:
        try:
            if (hello := self._read()) is None:
                return
            self._write(answer_hello(hello))
            number = 0
            while (batch := self._read()) is not None:
                number += 1
                for op in ops_of(batch, number):
                    yield from self._step(op)
                self._write({"batch": number, "answers": self._answers})
                self._answers.clear()
        except Broken as broken:
            self._write({"error": str(broken)})
            self._status = 1

    def _read(self) -> dict | None:
        line = self._lines.readline(LINE_LIMIT + 1)
        if not line:
            return None
        if len(line) > LINE_LIMIT:
            raise Broken("a line is longer than 1 MiB")
        try:
            value = json.loads(line.decode())
        except (ValueError, RecursionError) as error:
            raise Broken(f"no JSON: {error}") from None
        if not isinstance(value, dict):
            raise Broken("a line is no object")
        return value

    def _write(self, value: dict) -> None:
        self._replies.write(json.dumps(value, separators=(",", ":")).encode() + b"\n")
        self._replies.flush()

    def _step(self, op: object) -> Generator[Step, None, None]:
        """Adds one answer to the list, whoever performs the op."""
        fault = fault_of(op)
        if fault is not None:
            self._answers.append(fault)
            return
        word, who, *operands = op
        if who != 0 and who not in self._crew:
            self._answers.append("skip")
        elif word == "reset":
            yield from self._reset()
        elif word in WITH_MUTATORS:
            self._answers.append(getattr(self, f"_{word}")(who, *operands))
        elif who == 0:
            yield step_of(word, operands)
        else:
            self._answers.append(self._crew[who].ask(step_of(word, operands)))

    def _top(self, who: int) -> list[Object | None]:
        return (self._crew[who].mutator if who else self._first).top

    def _start(self, who: int, started: int, l: int) -> str | None:
        if started == 0 or started in self._crew:
            return "skip"
        self._crew[started] = Crewman(self._world, self._top(who)[l])
        return None

    def _end(self, who: int, ended: int) -> str | None:
        # Nobody waits for its own end.
        if ended == who or ended not in self._crew:
            return "skip"
        self._crew.pop(ended).end()
        return None

    def _hand(self, who: int, to: int, n: int, l: int) -> str | None:
        # As a send to a waiting receiver does: straight into its frame. Nobody waits for itself.
        runs = to == 0 or to in self._crew
        if to == who or not runs or self._top(who)[l] is None:
            return "skip"
        self._top(to)[n] = self._top(who)[l]
        return None

    def _reset(self) -> Generator[Step, None, None]:
        self._reset_others()
        yield Turn.UNWIND
        self._answers.append(None)

    def _reset_others(self) -> None:
        for mutator in self._crew.values():
            mutator.end()
        self._crew.clear()
        self._world.reset()


def answer_hello(hello: dict) -> dict:
    versions = hello.get("heaplaw")
    if not isinstance(versions, list) or VERSION not in versions:
        raise Broken(f"version {VERSION} is the only one here")
    if hello.get("subject") != "gc":
        raise Broken("the subject here is gc")
    return {"version": VERSION, "name": "cpython", "release": python_version(), "offers": OFFERS}


def ops_of(batch: dict, number: int) -> list:
    if batch.get("batch") != number:
        raise Broken(f"batch {number} was due")
    ops = batch.get("ops")
    if not isinstance(ops, list) or len(ops) > BATCH_LIMIT:
        raise Broken(f"a batch has a list of at most {BATCH_LIMIT} ops")
    return ops


def operands_of(word: str) -> tuple[str, ...] | None:
    if word in OPS:
        return OPS[word].operands
    return () if word in TURNS else WITH_MUTATORS.get(word)


def fault_of(op: object) -> object | None:
    """The answer to an op that nobody can perform, None for all others."""
    if not isinstance(op, list) or len(op) < 2 or not isinstance(op[0], str):
        return {"error": "an op is a list of a word, a mutator and operands"}
    names = operands_of(op[0])
    if names is None:
        return "unsupported"
    if len(op) != 2 + len(names):
        return {"error": f"{op[0]} has {len(names)} operands"}
    for name, value in zip(("m", *names), op[1:]):
        if not fits(value, OPERANDS[name]):
            return {"error": f"{op[0]}: operand {name} is out of range"}
    return None


def fits(value: object, allowed: object) -> bool:
    if isinstance(allowed, type):
        return isinstance(value, allowed)
    wanted = int if isinstance(allowed, range) else str
    return type(value) is wanted and value in allowed


def step_of(word: str, operands: list) -> Step:
    if word in TURNS:
        return TURNS[word]
    return bind(OPS[word].perform, operands)


def bind(function, operands: list):
    return lambda world, local: function(world, local, *operands)
