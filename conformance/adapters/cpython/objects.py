"""What a script's objects are to CPython, and how their deaths are seen.

An object is an instance with `__slots__`: `words` is an array of the stamps, `slots` a list of the
references. So the collector meets it as it meets any instance: through `tp_traverse` of the instance
and of the list.

A death is seen by a witness: a plain `object()` that the object holds, and one table beside it. Weak
references would not do. The collector clears those of all that it finds unreachable *before* finalizers
run, and a finalizer may bring the whole group back: their callbacks tell of objects that live. The
witness is nothing that the collector tracks, so nothing drops it but the object's own deallocation,
and its count of references says whether that was.
"""

from array import array
from collections.abc import Iterator
from functools import lru_cache
from itertools import islice
from operator import ne
from sys import getrefcount

WORD = 8
MAX_WORDS = 1 << 27
STEP = 1 << 32
"""How much higher the stamp of a word is than that of the word before."""
TOP = 1 << 20
"""Words from this one on all have the stamp that this one has."""
PIECE = 1 << 16
"""Words that are looked at or stamped at once, so that no object is in memory twice."""

MAPS = {
    "none": lambda words: (range(0), range(1, words)),
    "all": lambda words: (range(1, words), range(0)),
    "first": lambda words: (range(1, min(words, 2)), range(2, words)),
    "last": lambda words: (range(max(1, words - 1), words), range(1, words - 1)),
    "odd": lambda words: (range(1, words, 2), range(2, words, 2)),
    "even": lambda words: (range(2, words, 2), range(1, words, 2)),
}
"""For each map the words that are slots, and those that are not; word 0 is in neither."""


class Shape:
    """Which word of an object is where in its two containers."""

    __slots__ = ("map", "slots", "plain", "near")

    def __init__(self, words: int, map_name: str) -> None:
        self.map = map_name
        self.slots, self.plain = MAPS[map_name](words)
        below_top = range(self.plain.start, min(self.plain.stop, TOP), self.plain.step)
        self.near = len(below_top)
        """How many of the plain words have a stamp of their own."""

    def place_of(self, word: int) -> int | None:
        """Where a plain word is in `words`; None if it is a slot or not there."""
        return self.plain.index(word) + 1 if word in self.plain else None

    def near_stamps(self, first: int) -> range:
        """Stamps of the plain words below `TOP`, if word 0 holds `first`."""
        start, step = self.plain.start * STEP, self.plain.step * STEP
        return range(first + start, first + start + self.near * step, step)


shape_of = lru_cache(maxsize=1024)(Shape)


class Object:
    """One object. A subclass with the same layout gives it a finalizer: see `finalizers.py`."""

    __slots__ = ("shape", "words", "slots", "witness", "__weakref__")

    def __init__(self, shape: Shape) -> None:
        self.shape = shape
        self.words = array("Q", bytes(WORD)) * (1 + len(shape.plain))
        self.slots = [None] * len(shape.slots)
        self.witness = None

    def dirty_bytes(self) -> int:
        """How many bytes of a new object are not zero."""
        words = self.words
        pieces = (words[at : at + PIECE].tobytes() for at in range(0, len(words), PIECE))
        in_words = sum(len(piece) - piece.count(0) for piece in pieces)
        return in_words + WORD * (len(self.slots) - self.slots.count(None))

    def stamp(self, number: int) -> None:
        words, far = self.words, 1 + self.shape.near
        words[0] = number
        words[1:far] = array("Q", self.shape.near_stamps(number))
        for at, stamps in self._far_pieces(number):
            words[at : at + PIECE] = stamps

    def check(self) -> tuple[int, int]:
        """The stamp in word 0, and how many others are wrong if that one is right."""
        words, far = self.words, 1 + self.shape.near
        first = words[0]
        wrong = sum(map(ne, islice(words, 1, far), self.shape.near_stamps(first)))
        for at, stamps in self._far_pieces(first):
            found = words[at : at + PIECE]
            # Equality is quick, and the rule: only what differs is counted.
            wrong += 0 if found == stamps else sum(map(ne, found, stamps))
        return first, wrong

    def _far_pieces(self, first: int) -> Iterator[tuple[int, array]]:
        """Where in `words` the plain words from `TOP` on are, and their stamps, piece by piece."""
        for at in range(1 + self.shape.near, len(self.words), PIECE):
            # Word 0 may hold anything by now: what does not fit is no stamp, and equals none.
            stamp = (first + TOP * STEP) % (1 << 64)
            yield at, array("Q", [stamp]) * min(PIECE, len(self.words) - at)


class Watch:
    """The table of witnesses. It holds no object."""

    def __init__(self) -> None:
        self._witnesses: dict[int, object] = {}
        # What an interpreter counts for a witness that only the table holds is its own affair:
        # it is measured with one, by the very expression that it is compared in.
        self._alone = next(count for _, count in self._counts({0: object()}))

    def begin(self, obj: Object, number: int) -> None:
        obj.witness = self._witnesses[number] = object()

    def take_dead(self) -> list[int]:
        """Numbers of the objects that were deallocated since the last call."""
        dead = [n for n, count in self._counts(self._witnesses) if count == self._alone]
        for number in dead:
            del self._witnesses[number]
        return dead

    @staticmethod
    def _counts(witnesses: dict[int, object]):
        return ((number, getrefcount(witness)) for number, witness in witnesses.items())
