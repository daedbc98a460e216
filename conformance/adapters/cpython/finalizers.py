"""Finalizers: subclasses of `Object` with a `__del__`, which an object becomes one of.

`obj.__class__ = ...` is how a single instance gets a finalizer in CPython, as the slot `tp_finalize` is
the type's. By PEP 442 it is called once in an object's life, also if the object comes back and its
class is assigned again. `gc.is_finalized` knows.
"""

from collections.abc import Callable

from objects import Object

GLOBALS = 64


def finalized_by(run: Callable[[Object], None]) -> type[Object]:
    class Finalized(Object):
        __slots__ = ()

        def __del__(self) -> None:
            run(self)

    return Finalized


class Finalizers:
    """The classes, and what they report into."""

    def __init__(self, roots: list[Object | None], handles: list) -> None:
        self._roots = roots
        self._handles = handles
        self.reporter = finalized_by(self._report)
        self.revivers = [finalized_by(self._reviver_into(g)) for g in range(GLOBALS)]
        self._revived: list[tuple[int, Object]] = []
        self.finalized: list[int] = []
        self.strong: list[int] = []
        self.broken: list[int] = []

    def _reviver_into(self, g: int) -> Callable[[Object], None]:
        def revive(obj: Object) -> None:
            self._report(obj)
            self._revived.append((g, obj))

        return revive

    def give_back(self) -> None:
        """Revived objects go into their globals when the script is told, so that it knows what it holds."""
        while self._revived:
            g, obj = self._revived.pop(0)
            self._roots[g] = obj

    def _report(self, obj: Object) -> None:
        stamp, wrong = obj.check()
        self.finalized.append(stamp)
        # A deallocation calls `__del__` before it clears weak references, a collection after.
        if any(handle is not None and handle() is obj for handle in self._handles):
            self.strong.append(stamp)
        if wrong or any(held is not None and held.check()[1] for held in obj.slots):
            self.broken.append(stamp)
