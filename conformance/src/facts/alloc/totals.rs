//! What is counted over a whole run: the facts of `run`, `stats` and `prev`.

use super::{Ask, Names};
use crate::choice::{Choices, Realloc0};
use crate::model::alloc::Live;
use crate::observe::{Answer, flag};
use crate::op::alloc::{Op, Step};
use crate::rule::Frame;

/// Counts and series of one run.
#[derive(Clone, Debug, Default)]
pub struct Totals {
    /// Resident bytes at each checkpoint that sampled them.
    pub resident: Vec<u64>,
    /// The most bytes live at any checkpoint.
    pub peak_live: u64,
    /// Modest requests that were refused.
    pub refusals: u64,
    /// Blocks handed out over live ones.
    pub overlaps: u64,
    /// Bytes of live blocks that changed by themselves.
    pub damaged: u64,
    /// Calls made by thread-local destructors.
    pub late_calls: u64,
    /// Blocks freed by another thread than their owner.
    pub remote_frees: u64,
    /// Resizes of live blocks to 0 bytes.
    pub zero_resizes: u64,
    /// Those of them that did otherwise than the target chose.
    pub zero_resizes_off: u64,
    /// Resizes that moved their block.
    pub moves: u64,
    /// Threads that ended.
    pub threads_ended: u64,
    /// The statistics at the last checkpoint.
    stats: [u64; 4],
}

impl Totals {
    /// Counts a step that was done.
    pub(super) fn count(
        &mut self,
        step: &Step,
        answer: &Answer,
        given: Option<&Live>,
        choices: Choices,
    ) {
        self.late_calls += u64::from(step.late);
        if matches!(step.op, Op::EndThread { .. }) {
            self.threads_ended += 1;
        }
        let takes_back = matches!(
            step.op,
            Op::Free { .. }
                | Op::FreeSized { .. }
                | Op::FreeAlignedSized { .. }
                | Op::FreeWithin { .. }
        );
        if takes_back && given.is_some_and(|block| block.owner != step.thread.0) {
            self.remote_frees += 1;
        }
        if step.op.requested().is_some() {
            self.count_request(step, answer, choices);
        }
    }

    fn count_request(&mut self, step: &Step, answer: &Answer, choices: Choices) {
        let ask = Ask::of(&step.op);
        if answer.address == 0 && ask.modest() && ask.size > 0 {
            self.refusals += 1;
        }
        if answer.has(flag::RESIZED) {
            let moved = answer.address != 0 && answer.address != answer.given;
            self.moves += u64::from(moved);
            if ask.size == 0 && !ask.overflows {
                let frees = choices.realloc0 == Realloc0::FreeNull;
                self.zero_resizes += 1;
                self.zero_resizes_off += u64::from((answer.address == 0) != frees);
            }
        }
    }

    /// Takes the samples of a checkpoint.
    pub(super) fn sample(&mut self, answer: &Answer, live_bytes: u64) {
        self.peak_live = self.peak_live.max(live_bytes);
        if answer.resident != 0 {
            self.resident.push(answer.resident);
        }
    }

    /// Sets the facts of `stats` and `prev`.
    pub(super) fn show_stats(&mut self, names: &Names, frame: &mut Frame, answer: &Answer) {
        let known = answer.has(flag::HAS_STATS);
        frame.set(names.stats_known, u64::from(known));
        if !known {
            return;
        }
        let [mallocs, frees, total_bytes, in_use] = answer.stats;
        frame.set(names.stats_mallocs, mallocs);
        frame.set(names.stats_frees, frees);
        frame.set(names.stats_total_bytes, total_bytes);
        frame.set(names.stats_in_use, in_use);
        frame.set(names.prev_mallocs, self.stats[0]);
        frame.set(names.prev_frees, self.stats[1]);
        frame.set(names.prev_total_bytes, self.stats[2]);
        self.stats = answer.stats;
    }

    /// Sets the facts of `run`.
    pub(super) fn show(&self, names: &Names, frame: &mut Frame, completed: bool) {
        frame.set(names.run_completed, u64::from(completed));
        frame.set(names.run_peak_live, self.peak_live);
        frame.set(names.run_refusals, self.refusals);
        frame.set(names.run_overlaps, self.overlaps);
        frame.set(names.run_damaged, self.damaged);
        frame.set(names.run_late_calls, self.late_calls);
        frame.set(names.run_remote_frees, self.remote_frees);
        frame.set(names.run_zero_resizes, self.zero_resizes);
        frame.set(names.run_zero_resizes_off, self.zero_resizes_off);
        frame.set(names.run_moves, self.moves);
        frame.set(names.run_threads_ended, self.threads_ended);
        frame.list_mut(names.run_resident).clone_from(&self.resident);
    }
}
