"""A judge in small, for the adapters' own tests: a model of the heap, and random scripts.

The model knows what each op must answer and what is reachable. Whether all that is not must be dead is
a question for exact collectors only.
"""

import json
import random
import subprocess
from collections.abc import Iterator
from pathlib import Path

LOCALS = 16
GLOBALS = 64

REFERENCES = {
    "none": lambda word, words: False,
    "all": lambda word, words: word > 0,
    "first": lambda word, words: word == 1,
    "last": lambda word, words: word == words - 1 > 0,
    "odd": lambda word, words: word % 2 == 1,
    "even": lambda word, words: word > 0 and word % 2 == 0,
}


class Adapter:
    """A conversation with a program that speaks the protocol."""

    def __init__(self, *command: str, **environment: str) -> None:
        self._process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=environment or None,
        )
        self._batch = 0
        self.hello = self.say({"heaplaw": [1], "subject": "gc", "seed": 0})

    def __enter__(self) -> "Adapter":
        return self

    def __exit__(self, *_: object) -> None:
        self.end()

    def say(self, value: object) -> dict:
        return self.say_line(json.dumps(value).encode())

    def say_line(self, line: bytes) -> dict:
        self._process.stdin.write(line + b"\n")
        self._process.stdin.flush()
        return json.loads(self._process.stdout.readline())

    def perform(self, *ops: list) -> list:
        self._batch += 1
        reply = self.say({"batch": self._batch, "ops": ops})
        assert reply.get("batch") == self._batch, reply
        assert len(reply["answers"]) == len(ops), reply
        return reply["answers"]

    def end(self) -> int:
        """The exit status."""
        if not self._process.stdin.closed:
            self._process.stdin.close()
        self._process.stdout.close()
        self._process.stderr.close()
        return self._process.wait(timeout=60)


class Model:
    """Mutator 0, its frames, globals, and what each object's slots hold, all by number."""

    def __init__(self) -> None:
        self.made = 0
        self.frames = [[0] * LOCALS]
        self.globals = [0] * GLOBALS
        self.slots: dict[int, list[int]] = {}
        self.dead: set[int] = set()

    @property
    def local(self) -> list[int]:
        return self.frames[-1]

    def reachable(self) -> set[int]:
        found: set[int] = set()
        pending = [number for roots in (*self.frames, self.globals) for number in roots]
        while pending:
            number = pending.pop()
            if number and number not in found:
                found.add(number)
                pending.extend(self.slots[number])
        return found

    def perform(self, op: list) -> object:
        """What the op must answer."""
        word, _, *operands = op
        return getattr(self, f"_{word}")(*operands)

    def learn(self, dead: set[int]) -> None:
        self.dead |= dead
        for number in dead:
            del self.slots[number]

    def _new(self, l: int, words: int, map_name: str) -> None:
        holds = REFERENCES[map_name]
        self.made += 1
        self.slots[self.made] = [0 for word in range(words) if holds(word, words)]
        self.local[l] = self.made

    def _has_slot(self, k: int, slot: int) -> bool:
        return self.local[k] != 0 and slot < len(self.slots[self.local[k]])

    def _load(self, l: int, k: int, slot: int) -> object:
        if not self._has_slot(k, slot):
            return "skip"
        self.local[l] = self.slots[self.local[k]][slot]
        return self.local[l]

    def _store(self, k: int, slot: int, l: int) -> object:
        if not self._has_slot(k, slot) or not self.local[l]:
            return "skip"
        self.slots[self.local[k]][slot] = self.local[l]
        return None

    def _clear(self, k: int, slot: int) -> object:
        if not self._has_slot(k, slot):
            return "skip"
        self.slots[self.local[k]][slot] = 0
        return None

    def _move(self, l: int, k: int) -> object:
        if not self.local[k]:
            return "skip"
        self.local[l] = self.local[k]
        return None

    def _drop(self, l: int) -> None:
        self.local[l] = 0

    def _check(self, l: int) -> object:
        return [self.local[l], 0] if self.local[l] else "skip"

    def _set(self, g: int, l: int) -> object:
        if not self.local[l]:
            return "skip"
        self.globals[g] = self.local[l]
        return None

    def _get(self, l: int, g: int) -> object:
        self.local[l] = self.globals[g]
        return self.local[l]

    def _unset(self, g: int) -> None:
        self.globals[g] = 0

    def _push(self) -> None:
        self.frames.append([0] * LOCALS)

    def _pop(self) -> object:
        if len(self.frames) == 1:
            return "skip"
        self.frames.pop()
        return None

    def _reset(self) -> None:
        self.frames = [[0] * LOCALS]
        self.globals = [0] * GLOBALS


WEIGHTS = {
    "new": 20, "store": 25, "load": 12, "clear": 4, "move": 4, "drop": 12, "check": 6,
    "set": 3, "get": 3, "unset": 2, "push": 2, "pop": 2, "collect": 5,
}  # fmt: skip


def random_op(rng: random.Random) -> list:
    """Few locals, so that ops meet each other's objects."""
    word = rng.choices(list(WEIGHTS), list(WEIGHTS.values()))[0]
    a, b, slot, g = rng.randrange(6), rng.randrange(6), rng.randrange(3), rng.randrange(3)
    operands = {
        "new": [a, rng.choice((1, 2, 3, 5, 9, 70, 600)), rng.choice(list(REFERENCES))],
        "store": [a, slot, b], "load": [a, b, slot], "clear": [a, slot], "move": [a, b],
        "drop": [a], "check": [a], "set": [g, a], "get": [a, g], "unset": [g],
    }  # fmt: skip
    return [word, 0, *operands.get(word, [])]


def random_script(rng: random.Random) -> list[list]:
    ops = [random_op(rng) for _ in range(rng.randrange(10, 120))]
    return [*ops, ["collect", 0], ["reset", 0], ["collect", 0]]


def numbers_of(listed: list) -> Iterator[int]:
    for entry in listed:
        first, last = entry if isinstance(entry, list) else (entry, entry)
        yield from range(first, last + 1)


def judge(adapter: Adapter, model: Model, script: list[list], exact: bool) -> None:
    """Raises AssertionError, with the op, where the adapter breaks what the model knows."""
    for at, (op, answer) in enumerate(zip(script, adapter.perform(*script))):
        where = f"op {at} of {script}: {op} -> {answer}"
        if op[0] == "collect":
            judge_deaths(model, list(numbers_of(answer.get("dead", []))), exact, where)
            continue
        expected = model.perform(op)
        # Those that offer it answer with an address behind what the model knows.
        if op[0] == "new":
            dirty = answer[0] if isinstance(answer, list) else answer
            assert dirty == 0 or (op[4] == "none" and not exact), where
        elif op[0] == "check" and isinstance(answer, list):
            assert answer[:2] == expected, f"{where}, not {expected}"
        else:
            assert answer == expected, f"{where}, not {expected}"


def judge_deaths(model: Model, listed: list[int], exact: bool, where: str) -> None:
    dead, reachable = set(listed), model.reachable()
    assert len(dead) == len(listed), f"{where}: told of twice"
    assert not dead & model.dead, f"{where}: dead already"
    assert not dead & reachable, f"{where}: {dead & reachable} can be reached"
    assert all(0 < number <= model.made for number in dead), where
    model.learn(dead)
    if exact:
        assert set(model.slots) == reachable, f"{where}: {set(model.slots) - reachable} live on"


def judge_many(adapter: Adapter, scripts: int, seed: int, exact: bool) -> None:
    rng, model = random.Random(seed), Model()
    for _ in range(scripts):
        judge(adapter, model, random_script(rng), exact)


def path_beside(file: str, name: str) -> str:
    return str(Path(file).resolve().parent / name)
