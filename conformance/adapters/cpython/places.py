"""Places of `stash`: things of the language that hold a reference when no variable does.

A place is made with a reference and gives back a function that takes it out again. What is passed on
is passed in such a way that the place is the only one left: a local ends with its call.
"""

import weakref
from collections.abc import Callable
from contextlib import ExitStack
from queue import SimpleQueue
from threading import Lock, Thread

from objects import Object

Take = Callable[[], Object]


class Waiting:
    """A thread that waits inside of a call until it is asked for what the call holds."""

    def __init__(self, call: Callable[["Waiting", Object], None], held: Object) -> None:
        self._inbox: SimpleQueue[Object] = SimpleQueue()
        self._outbox: SimpleQueue[Object] = SimpleQueue()
        self._asked = Lock()
        self._asked.acquire()
        self._thread = Thread(target=self._run, args=(call,))
        self._thread.start()
        # Not by `args`: the thread's boot record would hold it as long as the thread runs.
        self._inbox.put(held)

    def _run(self, call: Callable[["Waiting", Object], None]) -> None:
        call(self, self._inbox.get())

    def wait(self) -> None:
        self._asked.acquire()

    def give(self, held: Object) -> None:
        self._outbox.put(held)

    def take(self) -> Object:
        self._asked.release()
        held = self._outbox.get()
        self._thread.join()
        return held


def hold_argument(waiting: Waiting, held: Object) -> None:
    waiting.wait()
    waiting.give(held)


def capture(held: Object) -> Take:
    return lambda: held


def hold_closure(waiting: Waiting, held: Object) -> None:
    closure = capture(held)
    del held
    waiting.wait()
    waiting.give(closure())


def argument(held: Object) -> Take:
    return Waiting(hold_argument, held).take


def closure(held: Object) -> Take:
    return Waiting(hold_closure, held).take


def deferred(held: Object) -> Take:
    calls, result = ExitStack(), []
    calls.callback(result.append, held)

    def take() -> Object:
        calls.close()
        return result.pop()

    return take


def channel(held: Object) -> Take:
    buffer: SimpleQueue[Object] = SimpleQueue()
    buffer.put(held)
    return buffer.get


def map_key(held: Object) -> Take:
    table = {held: None}
    return lambda: table.popitem()[0]


def map_value(held: Object) -> Take:
    table = {0: held}
    return lambda: table.pop(0)


class Anchor:
    """What a cleanup waits for. It lives as long as the place does."""


def cleanup(held: Object) -> Take:
    anchor = Anchor()
    attached = weakref.finalize(anchor, lambda _: None, held)
    attached.atexit = False

    def take() -> Object:
        _, _, (argument,), _ = attached.detach()
        return argument

    take.anchor = anchor
    return take


PLACES: dict[str, Callable[[Object], Take]] = {
    "argument": argument,
    "channel": channel,
    "cleanup": cleanup,
    "closure": closure,
    "deferred": deferred,
    "map-key": map_key,
    "map-value": map_value,
}
