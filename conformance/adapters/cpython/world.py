"""What belongs to no mutator: globals, weak handles, places, cleanups, and the count of objects.

Nothing here leads to an object but what the script put there: no table of objects, no last object.
"""

import weakref
from collections.abc import Callable

from finalizers import GLOBALS, Finalizers
from objects import Object, Shape, Watch
from places import Take

HANDLES = 64


class World:
    def __init__(self) -> None:
        self.made = 0
        self.globals: list[Object | None] = [None] * GLOBALS
        self.handles: list[weakref.ref[Object] | None] = [None] * HANDLES
        self.places: dict[str, Take] = {}
        self.watch = Watch()
        self.finalizers = Finalizers(self.globals, self.handles)
        self.cleanups = Cleanups()

    def new(self, shape: Shape) -> tuple[Object, int]:
        """A watched object, and how many of its bytes were not zero."""
        obj = Object(shape)
        dirty = obj.dirty_bytes()
        obj.stamp(self.made + 1)
        # An object that there was no memory for has no number, so this comes last.
        self.made += 1
        self.watch.begin(obj, self.made)
        return obj, dirty

    def gather(self) -> dict[str, list]:
        """What became known since the last call."""
        self.finalizers.give_back()
        news = {
            "dead": sorted(self.watch.take_dead()),
            "finalized": take_all(self.finalizers.finalized),
            "cleaned": take_all(self.cleanups.cleaned),
            "strong": take_all(self.finalizers.strong),
            "broken": take_all(self.finalizers.broken),
        }
        return {key: in_runs(numbers) for key, numbers in news.items() if numbers}

    def reset(self) -> None:
        """Empties what the script can name. Finalizers and cleanups stay."""
        for take in self.places.values():
            take()
        self.places.clear()
        self.globals[:] = [None] * GLOBALS
        self.handles[:] = [None] * HANDLES


class Cleanups:
    """`weakref.finalize`, numbered. It refers to its object weakly, and so does this table."""

    def __init__(self) -> None:
        self.attached = 0
        self.cleaned: list[int] = []
        self._pending: dict[int, weakref.finalize] = {}

    def attach(self, obj: Object, *arguments: Object) -> None:
        self.attached += 1
        cleanup = weakref.finalize(obj, self._run, self.attached, *arguments)
        cleanup.atexit = False
        self._pending[self.attached] = cleanup

    def stop(self, number: int) -> None:
        if number in self._pending:
            self._pending.pop(number).detach()

    def _run(self, number: int, *_: Object) -> None:
        del self._pending[number]
        self.cleaned.append(number)


class LeakyWorld(World):
    """The planted fault `leak`: every 7th object is kept alive in a table."""

    def __init__(self) -> None:
        super().__init__()
        self._kept: list[Object] = []

    def new(self, shape: Shape) -> tuple[Object, int]:
        made = super().new(shape)
        if self.made % 7 == 0:
            self._kept.append(made[0])
        return made


PLANTS: dict[str, Callable[[], World]] = {"": World, "leak": LeakyWorld}


def take_all(numbers: list[int]) -> list[int]:
    """Empties the list at once: finalizers of other threads may append to it."""
    taken = numbers[:]
    del numbers[: len(taken)]
    return taken


def in_runs(numbers: list[int]) -> list[int | list[int]]:
    """Three and more numbers in a row become a pair of the first and the last."""
    runs: list[list[int]] = []
    for number in numbers:
        if runs and number == runs[-1][1] + 1:
            runs[-1][1] = number
        else:
            runs.append([number, number])
    short: list[int | list[int]] = []
    for first, last in runs:
        short.extend([[first, last]] if last > first + 1 else range(first, last + 1))
    return short
