"""Conversations with heaplaw-cpython."""

import os
import sys
import unittest

sys.dont_write_bytecode = True

from small_judge import Adapter, judge_many, path_beside  # noqa: E402


def adapter(**environment: str) -> Adapter:
    command = sys.executable, path_beside(__file__, "heaplaw-cpython")
    return Adapter(*command, **{**os.environ, **environment})


class ItSpeaksTheProtocol(unittest.TestCase):
    def test_the_conversation_of_the_document_goes_as_written(self):
        with adapter() as target:
            first = target.perform(
                ["new", 0, 0, 2, "last"], ["new", 0, 1, 1, "none"], ["store", 0, 0, 0, 1],
                ["drop", 0, 1], ["collect", 0],
            )  # fmt: skip
            self.assertEqual(first, [0, 0, None, None, {}])
            self.assertEqual(
                target.perform(["clear", 0, 0, 0], ["collect", 0]), [None, {"dead": [2]}]
            )
            self.assertEqual(target.end(), 0)

    def test_an_op_that_it_does_not_know_is_unsupported(self):
        with adapter() as target:
            answers = target.perform(["swap", 0, 0, 0, 0], ["what", 0, []], ["begin", 7], ["same", 0, 0, 0])
            self.assertEqual(answers, ["unsupported"] * 4)

    def test_an_operand_out_of_range_is_an_error_and_the_conversation_goes_on(self):
        bad = [
            ["drop", 0, 16], ["drop", 0, -1], ["drop", 0, True], ["drop", 0, 1.0], ["drop", 0],
            ["drop", 8, 0], ["new", 0, 0, 0, "all"], ["new", 0, 0, 2, "some"], ["drop"], 7, [],
            ["new", 0, 0, 1 << 28, "all"], ["get", 0, 0, 64], ["stash", 0, 5, 0], ["hand", 0, 8, 0, 0],
            ["start", 0, 0, 0], ["end", 0, 0],
        ]  # fmt: skip
        with adapter() as target:
            for answer in target.perform(*bad):
                self.assertEqual(list(answer), ["error"])
            self.assertEqual(target.perform(["drop", 0, 0]), [None])

    def test_a_line_that_is_none_of_the_protocol_ends_it(self):
        for line in (
            b"", b"[]", b"{", b"7", b"\xff", b"[" * 900_000, b'{"batch":2,"ops":[]}',
            b'{"batch":1,"ops":7}', b'{"batch":1}', b" " * (1 << 20) + b"{}",
        ):  # fmt: skip
            with self.subTest(line[:20]), adapter() as target:
                self.assertEqual(list(target.say_line(line)), ["error"])
                self.assertEqual(target.end(), 1)

    def test_a_mutator_that_does_not_run_is_skipped(self):
        with adapter() as target:
            answers = target.perform(["drop", 3, 0], ["end", 0, 3], ["hand", 0, 3, 0, 0])
            self.assertEqual(answers, ["skip"] * 3)

    def test_its_end_with_mutators_and_places_in_use_is_an_orderly_one(self):
        with adapter() as target:
            target.perform(
                ["new", 0, 0, 2, "all"], ["start", 0, 1, 0], ["start", 1, 2, 0], ["push", 2],
                ["stash", 0, "argument", 0], ["stash", 2, "closure", 0], ["push", 0],
            )  # fmt: skip
            self.assertEqual(target.end(), 0)


class TheHeapIsAsTheModelHasIt(unittest.TestCase):
    def test_500_random_scripts(self):
        with adapter() as target:
            judge_many(target, scripts=500, seed=1, exact=True)

    def test_the_planted_leak_is_seen(self):
        with adapter(HEAPLAW_PLANT="leak") as target, self.assertRaisesRegex(AssertionError, "live on"):
            judge_many(target, scripts=500, seed=1, exact=True)


class EveryRootHoldsAndLetsGo(unittest.TestCase):
    def dies_after(self, target: Adapter, *release: list) -> None:
        number = self.number
        *_, held = target.perform(["drop", 0, 0], ["collect", 0])
        self.assertEqual(held, {})
        *_, freed = target.perform(*release, ["collect", 0])
        self.assertEqual(freed, {"dead": [number]})

    def made(self, target: Adapter) -> None:
        """An object that refers to itself, in `l0`."""
        target.perform(["new", 0, 0, 2, "all"], ["store", 0, 0, 0, 0])
        self.number = target.perform(["check", 0, 0])[0][0]

    def test_a_place(self):
        kinds = "argument channel cleanup closure deferred map-key map-value".split()
        with adapter() as target:
            for kind in kinds:
                with self.subTest(kind):
                    self.made(target)
                    self.assertEqual(target.perform(["stash", 0, kind, 0]), [None])
                    self.dies_after(target, ["unstash", 0, 1, kind], ["drop", 0, 1])
                    self.made(target)
                    target.perform(["stash", 0, kind, 0])
                    self.dies_after(target, ["reset", 0])
            answers = target.perform(["new", 0, 0, 1, "none"], ["stash", 0, "registers", 0])
            self.assertEqual(answers[1], "skip")

    def test_a_local_of_a_mutator(self):
        with adapter() as target:
            self.made(target)
            target.perform(["start", 0, 1, 0])
            self.dies_after(target, ["drop", 1, 0])
            self.made(target)
            self.assertEqual(target.perform(["push", 1], ["hand", 0, 1, 5, 0]), [None, None])
            self.dies_after(target, ["pop", 1])
            self.made(target)
            target.perform(["push", 1], ["hand", 0, 1, 5, 0])
            self.dies_after(target, ["end", 0, 1])

    def test_a_frame_10_000_deep(self):
        with adapter() as target:
            self.made(target)
            target.perform(["push", 0])
            answers = [a for _ in range(3) for a in target.perform(*[["push", 0]] * 4000)]
            self.assertEqual(answers.count(None), 9998)
            grown = target.perform(["grow", 0, 1 << 20], ["grow", 0, 1 << 40])
            self.assertEqual(grown, [None, "refused"])
            self.assertEqual(target.perform(["collect", 0]), [{}])
            for _ in range(3):
                target.perform(*[["pop", 0]] * 4000)
            answers = target.perform(["drop", 0, 0], ["collect", 0])
            self.assertEqual(answers, [None, {"dead": [self.number]}])

    def test_reset_unwinds_frames_from_any_mutator(self):
        with adapter() as target:
            self.made(target)
            answers = target.perform(
                ["push", 0], ["push", 0], ["start", 0, 1, 0], ["reset", 1], ["pop", 0], ["drop", 1, 0]
            )
            self.assertEqual(answers[3:], [None, "skip", "skip"])
            self.assertEqual(target.perform(["collect", 0]), [{"dead": [self.number]}])


class TheCollectorDoesWhatItDocuments(unittest.TestCase):
    def test_a_reviver_brings_back_its_whole_group_and_nobody_is_called_dead(self):
        with adapter() as target:
            answers = target.perform(
                ["new", 0, 0, 2, "last"], ["new", 0, 1, 2, "last"], ["store", 0, 0, 0, 1],
                ["store", 0, 1, 0, 0], ["reviver", 0, 0, 5], ["reviver", 0, 0, 5],
                ["drop", 0, 0], ["drop", 0, 1], ["collect", 0],
            )  # fmt: skip
            self.assertEqual(answers[4:], [None, "skip", None, None, {"finalized": [1]}])
            answers = target.perform(
                ["get", 0, 0, 5], ["load", 0, 1, 0, 0], ["finalizer", 0, 0], ["unfinalizer", 0, 0],
                ["reset", 0], ["collect", 0],
            )  # fmt: skip
            self.assertEqual(answers, [1, 2, "refused", "skip", None, {"dead": [1, 2]}])

    def test_a_finalizer_that_was_taken_away_does_not_run(self):
        with adapter() as target:
            answers = target.perform(
                ["new", 0, 0, 2, "last"], ["finalizer", 0, 0], ["unfinalizer", 0, 0],
                ["unfinalizer", 0, 0], ["drop", 0, 0], ["poll", 0],
            )  # fmt: skip
            self.assertEqual(answers[1:], [None, None, "skip", None, {"dead": [1]}])

    def test_weak_handles_follow_their_object_to_its_end(self):
        with adapter() as target:
            answers = target.perform(
                ["new", 0, 0, 2, "last"], ["store", 0, 0, 0, 0], ["weak", 0, 0, 0], ["weak", 0, 1, 0],
                ["strong", 0, 1, 0], ["drop", 0, 0], ["drop", 0, 1], ["collect", 0],
                ["strong", 0, 0, 0], ["forget", 0, 0], ["strong", 0, 0, 0], ["forget", 0, 0],
            )  # fmt: skip
            self.assertEqual(answers[4:], [1, None, None, {"dead": [1]}, 0, None, "skip", None])

    def test_cleanups_run_unless_stopped_and_one_of_the_object_itself_never_does(self):
        with adapter() as target:
            answers = target.perform(
                ["new", 0, 0, 1, "none"], ["cleanup", 0, 0], ["cleanup", 0, 0], ["uncleanup", 0, 1],
                ["uncleanup", 0, 2], ["drop", 0, 0], ["collect", 0],
                ["new", 0, 0, 1, "none"], ["self-cleanup", 0, 0], ["drop", 0, 0], ["collect", 0],
            )  # fmt: skip
            self.assertEqual(answers[3:7], [None, "skip", None, {"dead": [1], "cleaned": [2]}])
            self.assertEqual(answers[8:], [1, None, {}])

    def test_a_chain_of_a_million_is_made_walked_and_let_go(self):
        with adapter() as target:
            answers = target.perform(
                ["chain", 0, 0, 1_000_000], ["walk", 0, 0, 2_000_000], ["drop", 0, 0], ["collect", 0],
                ["chain", 0, 0, 1 << 40], ["new", 0, 0, 2, "all"], ["check", 0, 0],
            )  # fmt: skip
            self.assertEqual(answers[:5], [None, [1_000_000, 0], None, {}, "refused"])
            self.assertEqual(answers[6], [1_000_001, 0])

    def test_slots_are_copied_and_wiped_in_bulk(self):
        with adapter() as target:
            answers = target.perform(
                ["new", 0, 0, 5, "all"], ["store", 0, 0, 0, 0], ["copy", 0, 0, 1, 0, 0, 3],
                ["load", 0, 1, 0, 1], ["load", 0, 1, 0, 2], ["copy", 0, 0, 2, 0, 0, 3],
                ["wipe", 0, 0, 0, 2], ["load", 0, 1, 0, 0],
            )  # fmt: skip
            self.assertEqual(answers[2:], [None, 1, 0, "skip", None, 0])

    def test_a_large_object_has_all_its_stamps(self):
        with adapter() as target:
            for layout in ("none", "all", "odd", "even", "first", "last"):
                new, check = target.perform(["new", 0, 0, 3 << 20, layout], ["check", 0, 0])
                self.assertEqual((new, check[1]), (0, 0))

    def test_a_hidden_address_is_a_wrong_stamp_and_holds_nothing(self):
        with adapter() as target:
            answers = target.perform(
                ["new", 0, 0, 3, "none"], ["new", 0, 1, 2, "all"], ["hide", 0, 0, 2, 1],
                ["hide", 0, 0, 0, 1], ["check", 0, 0], ["drop", 0, 1], ["collect", 0],
            )  # fmt: skip
            self.assertEqual(answers[2:], [None, "skip", [1, 1], None, {"dead": [2]}])


if __name__ == "__main__":
    unittest.main()
