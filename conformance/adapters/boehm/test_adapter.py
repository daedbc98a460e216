"""Conversations with heaplaw-boehm, and garbage for its parser. `test.sh` builds both and runs this.

A conservative collector may keep anything for longer, so nothing here depends on the death of one
object: where deaths are asked for, there are many objects, and most of them have to go.
"""

import json
import os
import random
import subprocess
import sys
import unittest
from pathlib import Path

sys.dont_write_bytecode = True
sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "cpython"))

from small_judge import Adapter, judge_many, numbers_of, path_beside, random_script  # noqa: E402

BATCH = 4096


def adapter(**environment: str) -> Adapter:
    return Adapter(path_beside(__file__, "heaplaw-boehm"), **{**os.environ, **environment})


class ItSpeaksTheProtocol(unittest.TestCase):
    def test_the_conversation_of_the_document_goes_as_written(self):
        with adapter() as target:
            first = target.perform(
                ["new", 0, 0, 2, "last"], ["new", 0, 1, 1, "none"], ["store", 0, 0, 0, 1],
                ["drop", 0, 1], ["collect", 0],
            )  # fmt: skip
            self.assertEqual([len(answer) for answer in first[:2]], [2, 2])
            self.assertEqual(first[2:], [None, None, {}])
            cleared, gathered = target.perform(["clear", 0, 0, 0], ["collect", 0])
            self.assertIsNone(cleared)
            self.assertIn(gathered, [{"dead": [2]}, {}])
            self.assertEqual(target.end(), 0)

    def test_an_op_that_it_does_not_know_is_unsupported(self):
        with adapter() as target:
            answers = target.perform(["hide", 0, 0, 0, 0], ["what", 0, []], ["same", 0, 0, 0])
            self.assertEqual(answers, ["unsupported"] * 3)

    def test_an_operand_out_of_range_is_an_error_and_the_conversation_goes_on(self):
        bad = [
            ["drop", 0, 16], ["drop", 0, -1], ["drop", 0, True], ["drop", 0, 1.0], ["drop", 0],
            ["drop", 8, 0], ["new", 0, 0, 0, "all"], ["new", 0, 0, 2, "some"], ["drop"], 7, [],
            ["new", 0, 0, 1 << 28, "all"], ["get", 0, 0, 64], ["stash", 0, 5, 0],
            ["hand", 0, 8, 0, 0], [["drop"], 0, 0], [7, "drop", 0, 0], {"drop": 0},
            ["drop", 0, 1 << 64], ["drop", 0, 0, 0, 0, 0, 0, 0, 0, 0],
        ]  # fmt: skip
        with adapter() as target:
            for op, answer in zip(bad, target.perform(*bad)):
                self.assertIsInstance(answer, dict, op)
                self.assertEqual(list(answer), ["error"], op)
            self.assertEqual(target.perform(["drop", 0, 0]), [None])

    def test_a_line_that_is_none_of_the_protocol_ends_it(self):
        for line in (
            b"", b"[]", b"{", b"7", b"\xff", b"[" * 900_000, b'{"batch":2,"ops":[]}',
            b'{"batch":1,"ops":7}', b'{"batch":1}', b" " * (1 << 20) + b"{}",
            b'{"batch":1,"ops":[' + b"[]," * 4096 + b"[]]}",
        ):  # fmt: skip
            with self.subTest(line[:20]), adapter() as target:
                self.assertEqual(list(target.say_line(line)), ["error"])
                self.assertEqual(target.end(), 1)

    def test_its_end_with_mutators_and_places_in_use_is_an_orderly_one(self):
        with adapter() as target:
            target.perform(
                ["new", 0, 0, 2, "all"], ["start", 0, 1, 0], ["start", 1, 2, 0], ["push", 2],
                ["stash", 0, "argument", 0], ["stash", 2, "registers", 0], ["push", 0],
            )  # fmt: skip
            self.assertEqual(target.end(), 0)


class TheHeapIsAsTheModelHasIt(unittest.TestCase):
    def test_500_random_scripts(self):
        with adapter() as target:
            judge_many(target, scripts=500, seed=1, exact=False)

    def test_the_planted_store_that_is_hidden_is_seen(self):
        # What was reclaimed too early is told of, reads as something else, or ends the process.
        signs = (AssertionError, BrokenPipeError, json.JSONDecodeError)
        with adapter(HEAPLAW_PLANT="hidden-store") as target, self.assertRaises(signs):
            judge_many(target, scripts=500, seed=1, exact=False)


class EveryRootHoldsAndReferencesLetGo(unittest.TestCase):
    ROUNDS = 40

    def most_die(self, hold: list[list], release: list[list]) -> None:
        """In many rounds: held in place of `l0`, no object dies; released, most do."""
        with adapter() as target:
            dead: set[int] = set()
            for number in range(1, self.ROUNDS + 1):
                new = ["new", 0, 0, 2, "all"]
                answers = target.perform(new, *hold, ["drop", 0, 0], ["collect", 0])
                dead |= set(numbers_of(answers[-1].get("dead", [])))
                self.assertNotIn(number, dead)
                answers = target.perform(*release, ["collect", 0])
                dead |= set(numbers_of(answers[-1].get("dead", [])))
            self.assertGreater(len(dead), self.ROUNDS / 2)

    def test_a_global(self):
        self.most_die([["set", 0, 3, 0]], [["unset", 0, 3]])

    def test_a_slot(self):
        hold = [["new", 0, 1, 5, "even"], ["store", 0, 1, 1, 0]]
        with adapter() as target:
            target.perform(["new", 0, 0, 2, "all"], *hold, ["drop", 0, 0])
            self.assertEqual(target.perform(["collect", 0]), [{}])

    def test_a_place(self):
        for kind in ("argument", "registers", "finalizer"):
            with self.subTest(kind):
                taken = [["unstash", 0, 0, kind], ["drop", 0, 0]]
                self.most_die([["stash", 0, kind, 0]], taken)
                self.most_die([["stash", 0, kind, 0]], [["reset", 0]])

    def test_a_local_of_a_mutator(self):
        self.most_die([["start", 0, 1, 0]], [["end", 0, 1]])
        self.most_die([["start", 0, 1, 1], ["push", 1], ["hand", 0, 1, 9, 0]], [["reset", 0]])

    def test_a_reference_inside_and_an_empty_view_at_the_end(self):
        for to in (["inside", 0, 1, 0, 2], ["past", 0, 1, 0]):
            with self.subTest(to):
                hold = [["drop", 0, 0], ["new", 0, 0, 3, "first"], to]
                with adapter() as target:
                    target.perform(*hold, ["drop", 0, 0])
                    (gathered,) = target.perform(["collect", 0])
                    self.assertNotIn(1, numbers_of(gathered.get("dead", [])))
                    for line in range(50):
                        target.perform(*[["new", 0, 3, 3, "first"]] * 2000)
                    (gathered,) = target.perform(["collect", 0])
                    self.assertNotIn(1, numbers_of(gathered.get("dead", [])))

    def test_frames_10_000_deep(self):
        with adapter() as target:
            target.perform(["new", 0, 0, 2, "all"])
            answers = [a for _ in range(3) for a in target.perform(*[["push", 0]] * 4000)]
            self.assertEqual(answers.count(None), 9999)
            grown = target.perform(["grow", 0, 1 << 24], ["grow", 0, 1 << 40], ["collect", 0])
            self.assertEqual(grown, [None, "refused", {}])
            for _ in range(3):
                target.perform(*[["pop", 0]] * 4000)
            self.assertEqual(target.perform(["check", 0, 0])[0][:2], [1, 0])

    def test_reset_unwinds_frames_from_any_mutator(self):
        with adapter() as target:
            answers = target.perform(
                ["push", 0], ["push", 0], ["start", 0, 1, 0], ["reset", 1], ["pop", 0],
                ["drop", 1, 0],
            )  # fmt: skip
            self.assertEqual(answers[3:], [None, "skip", "skip"])


class TheCollectorDoesWhatItDocuments(unittest.TestCase):
    def test_of_a_chain_with_finalizers_each_collection_finalizes_one_link(self):
        chains, links = 50, 4
        with adapter() as target:
            first_of, later = {}, {}
            for chain in range(chains):
                first_of[chain] = chain * links + 1
                self.make_chain(target, links)
            target.perform(*[["new", 0, 5, 2, "all"]] * 100, ["drop", 0, 5])
            for collection in range(links + 3):
                (gathered,) = target.perform(["collect", 0])
                for number in numbers_of(gathered.get("finalized", [])):
                    later[number] = collection
                self.assertNotIn("broken", gathered)
                self.assertNotIn("strong", gathered)
            for first in first_of.values():
                ran = [later.get(number) for number in range(first, first + links)]
                known = [at for at in ran if at is not None]
                # The head first, one in each collection; a stale word may hold up the rest.
                self.assertEqual(known, list(range(known[0], known[0] + len(known))) if known else [])
            self.assertGreater(len(later), chains * links / 2)

    def make_chain(self, target: Adapter, links: int) -> None:
        target.perform(
            ["new", 0, 0, 2, "last"], ["finalizer", 0, 0], ["set", 0, 0, 0],
            *[
                op
                for _ in range(links - 1)
                for op in (
                    ["new", 0, 1, 2, "last"], ["finalizer", 0, 1], ["store", 0, 0, 0, 1],
                    ["move", 0, 0, 1],
                )
            ],
            ["drop", 0, 0], ["drop", 0, 1], ["unset", 0, 0],
        )  # fmt: skip

    def test_a_revived_object_is_whole_and_can_be_finalized_again(self):
        with adapter() as target:
            for _ in range(30):
                target.perform(["new", 0, 0, 2, "all"], ["reviver", 0, 0, 5], ["drop", 0, 0])
                finalized = target.perform(["collect", 0])[0].get("finalized", [])
                stamp, gave = target.perform(["get", 0, 0, 5], ["finalizer", 0, 0])
                if stamp == 0:
                    continue  # a stale word kept it
                self.assertIn(stamp, finalized)
                self.assertIsNone(gave)
                target.perform(["drop", 0, 0], ["unset", 0, 5])

    def test_a_second_finalizer_is_skipped_and_one_taken_away_does_not_run(self):
        with adapter() as target:
            answers = target.perform(
                ["new", 0, 0, 2, "all"], ["finalizer", 0, 0], ["reviver", 0, 0, 0],
                ["unfinalizer", 0, 0], ["unfinalizer", 0, 0], ["drop", 0, 0], ["collect", 0],
            )  # fmt: skip
            self.assertEqual(answers[1:5], [None, "skip", None, "skip"])
            self.assertNotIn("finalized", answers[6])

    def test_a_weak_handle_leads_to_its_object_and_to_nil_when_that_is_dead(self):
        gone = 0
        with adapter() as target:
            for _ in range(30):
                made = ["new", 0, 0, 3, "last"]
                held = target.perform(made, ["weak", 0, 0, 0], ["collect", 0], ["strong", 0, 1, 0])
                self.assertNotEqual(held[-1], 0)
                freed = target.perform(
                    ["drop", 0, 0], ["drop", 0, 1], ["new", 0, 2, 2, "all"], ["collect", 0],
                    ["strong", 0, 1, 0], ["forget", 0, 0], ["strong", 0, 1, 0],
                )  # fmt: skip
                gone += freed[4] == 0
                self.assertEqual(freed[5:], [None, "skip"])
            self.assertGreater(gone, 15)

    def test_slots_are_exchanged_copied_and_wiped(self):
        with adapter() as target:
            answers = target.perform(
                ["new", 0, 0, 5, "all"], ["new", 0, 1, 5, "all"], ["swap", 0, 0, 0, 1],
                ["cas", 0, 0, 0, 1, 0], ["load", 0, 1, 0, 0], ["cas", 0, 0, 0, 1, 0],
                ["copy", 0, 0, 1, 0, 0, 3], ["load", 0, 2, 0, 1], ["copy", 0, 0, 2, 0, 0, 3],
                ["wipe", 0, 0, 0, 2], ["load", 0, 2, 0, 1],
            )  # fmt: skip
            self.assertEqual(answers[2:], [0, 0, 2, 1, None, 1, "skip", None, 0])

    def test_a_chain_of_a_million_is_made_and_walked(self):
        with adapter() as target:
            answers = target.perform(
                ["chain", 0, 0, 1_000_000], ["collect", 0], ["walk", 0, 0, 2_000_000],
                ["walk", 0, 0, 10], ["drop", 0, 0], ["collect", 0], ["new", 0, 0, 2, "all"],
                ["check", 0, 0],
            )  # fmt: skip
            self.assertEqual(answers[2:4], [[1_000_000, 0], [10, 0]])
            self.assertEqual(answers[7][:2], [1_000_001, 0])

    def test_a_large_object_has_all_its_stamps(self):
        with adapter() as target:
            for layout in ("none", "all", "odd", "even", "first", "last"):
                answers = target.perform(["new", 0, 0, 3 << 20, layout], ["check", 0, 0])
                self.assertEqual(answers[1][1], 0)


class GarbageNeverBreaksTheParser(unittest.TestCase):
    def parse(self, lines: list[bytes]) -> list[str]:
        done = subprocess.run(
            [path_beside(__file__, "parse-lines")],
            input=b"\n".join(lines) + b"\n",
            capture_output=True,
        )
        self.assertEqual((done.returncode, done.stderr), (0, b""))
        return done.stdout.decode().splitlines()

    def test_lines_of_the_protocol_are_read_with_whatever_else_json_allows(self):
        found = self.parse([
            b'{"heaplaw":[0,1,"x"],"subject":"gc","seed":0,"more":{"a":[1,{"b":null}],"c":-1.5e+7}}',
            b' { "ops" : [ [ "n\\u0065w" , 0 ] , [ ] , 7 , "x" , {} ] , "batch" : 1 } ',
            b'{"batch":1,"ops":[]}\r',
            b'{"batch":1,"ops":[],}',
            b'{"batch":01,"ops":[]}',
            b'{"batch":1,"ops":[]}{}',
            b'{"batch":1,"ops":["\x01"]}',
            b'{"a":' + b"[" * 63 + b"]" * 63 + b',"batch":1,"ops":[]}',
            b'{"a":' + b"[" * 65 + b"]" * 65 + b',"batch":1,"ops":[]}',
        ])  # fmt: skip
        self.assertEqual(found, ["hello no 0", "no batch 5", "no batch 0", *["no no 0"] * 4,
                                 "no batch 0", "no no 0"])  # fmt: skip

    def test_20_000_lines_with_bytes_changed_cut_and_doubled(self):
        rng = random.Random(7)
        lines = [self.damaged(rng) for _ in range(20_000)]
        self.assertEqual(len(self.parse(lines)), len(lines))

    def damaged(self, rng: random.Random) -> bytes:
        ops = random_script(rng)[:8]
        batch = {"batch": 1, "ops": ops, "more": ["\u20ac\\\"", 1.5, None]}
        line = bytearray(json.dumps(batch).encode())
        for _ in range(rng.randrange(6)):
            at, end = sorted(rng.randrange(len(line) + 1) for _ in range(2))
            match rng.randrange(4):
                case 0 if at < len(line):
                    line[at] = rng.choice(b'"\\[]{},:0-9.eEu\x00\xff')
                case 1:
                    del line[at : min(end, at + 20)]
                case 2:
                    line[at:at] = line[at : min(end, at + 20)]
                case 3 if len(line) > 20:
                    del line[rng.randrange(20, len(line)) :]
        return bytes(line).replace(b"\n", b" ") or b" "


if __name__ == "__main__":
    unittest.main()
