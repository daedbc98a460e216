"""Mutators: threads with their frames on their own stacks.

A frame is a call of `Mutator._frame`, its locals are a list that this call holds. `push` makes the next
call, which reads the next steps; `pop` returns from it.
"""

from collections.abc import Callable, Iterable
from enum import Enum
from queue import SimpleQueue
from threading import Thread

from objects import Object
from ops import LOCALS, Locals, Refused, Skip
from world import World

FRAMES = 10_000


class Turn(Enum):
    """Steps that change the stack, and so are the frame's own."""

    PUSH = "push"
    POP = "pop"
    UNWIND = "unwind"


Step = Callable[[World, Locals], object] | Turn


def perform(world: World, local: Locals, step: Callable[[World, Locals], object]) -> object:
    try:
        return step(world, local)
    except Skip:
        return "skip"
    except (Refused, MemoryError, RecursionError):
        return "refused"
    except Exception as fault:
        return {"error": f"{type(fault).__name__}: {fault}"}


class Mutator:
    """Performs steps as they come, and answers each but `UNWIND`."""

    def __init__(self, world: World, steps: Iterable[Step], answer: Callable[[object], None]) -> None:
        self._world = world
        # One iterator for all frames: it is where the mutator is in its script.
        self._steps = iter(steps)
        self._answer = answer
        self.top: Locals = []
        """The locals of the topmost frame, for `hand` and `start`: this mutator waits then."""

    def live(self, receive: Callable[[], Object | None] = lambda: None) -> None:
        # A parameter of this call would hold the argument as long as the mutator lives.
        ended_by = self._frame(1, receive())
        while ended_by is Turn.UNWIND:
            ended_by = self._frame(1)
        self.top = []

    def _frame(self, depth: int, argument: Object | None = None) -> Turn | None:
        """Comes back with what ended it, None if there are no more steps."""
        local: Locals = [argument] + [None] * (LOCALS - 1)
        del argument
        self.top = local
        for step in self._steps:
            if step is Turn.UNWIND:
                return step
            if step is Turn.POP and depth > 1:
                self._answer(None)
                return step
            if step is Turn.PUSH and depth < FRAMES:
                self._answer(None)
                if self._frame(depth + 1) is Turn.UNWIND:
                    return Turn.UNWIND
                self.top = local
            elif isinstance(step, Turn):
                self._answer("skip")
            else:
                self._answer(perform(self._world, local, step))
        return None


class Crewman:
    """A mutator in a thread of its own, which waits for steps by others."""

    def __init__(self, world: World, argument: Object | None) -> None:
        self._inbox: SimpleQueue[Step | None] = SimpleQueue()
        self._outbox: SimpleQueue[object] = SimpleQueue()
        self._started: SimpleQueue[Object | None] = SimpleQueue()
        self.mutator = Mutator(world, iter(self._inbox.get, None), self._outbox.put)
        self._thread = Thread(target=self._run)
        self._thread.start()
        # A thread's record holds its arguments while it runs, so this one takes its from a queue.
        self._started.put(argument)
        # Until it has performed something, it has no topmost frame that others could give to.
        self.ask(lambda world, local: None)

    def _run(self) -> None:
        self.mutator.live(self._started.get)

    def ask(self, step: Step) -> object:
        self._inbox.put(step)
        return self._outbox.get()

    def end(self) -> None:
        self._inbox.put(None)
        self._thread.join()
