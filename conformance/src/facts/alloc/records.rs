//! Setting the facts of one record each.

use super::{Ask, Clerk};
use crate::model::alloc::Live;
use crate::observe::{Answer, flag};
use crate::op::alloc::{Op, Step};

impl Clerk {
    pub(super) fn set_op(&mut self, step: &Step, answer: &Answer) {
        let (names, frame) = (&self.names, &mut self.frame);
        let made = answer.address != 0;
        let asks = step.op.requested().is_some();
        frame.set(names.op_kind, names.kind_of(&step.op));
        frame.set(names.op_thread, u64::from(step.thread.0));
        frame.set(names.op_late, u64::from(step.late));
        frame.set(names.op_ok, u64::from(made || !asks));
        frame.set(names.op_returned, 1);
        frame.set(names.op_accessible, 1);
        frame.set(names.op_errno, answer.errno_after as u64);
        frame.set(names.op_errno_before, answer.errno_before as u64);
        frame.set(names.op_result, answer.result.max(0) as u64);
        frame.set(names.op_place_written, u64::from(answer.has(flag::PLACE_WRITTEN)));
        frame.set(names.op_stats_moved, u64::from(answer.has(flag::STATS_MOVED)));
        frame.set(names.op_stopped, 0);
        frame.set(names.op_in_decoy, u64::from(answer.has(flag::IN_DECOY)));
    }

    pub(super) fn set_request(&mut self, step: &Step, answer: &Answer) {
        let ask = Ask::of(&step.op);
        let (names, frame) = (&self.names, &mut self.frame);
        frame.set(names.request_size, ask.size);
        frame.set(names.request_align, ask.align);
        let resized = answer.has(flag::RESIZED);
        frame.set(names.request_natural_align, self.choices.natural_align(ask.size, resized));
        frame.set(names.request_align_ok, u64::from(ask.align_ok()));
        frame.set(names.request_zeroed, u64::from(ask.zeroed));
        frame.set(names.request_overflows, u64::from(ask.overflows));
        frame.set(names.request_beyond_max, u64::from(ask.size > i64::MAX as u64));
        frame.set(names.request_resizes, u64::from(answer.has(flag::RESIZED)));
        frame.set(names.request_modest, u64::from(ask.modest()));
    }

    pub(super) fn clear_request(&mut self) {
        let step = Step::main(Op::FreeNull);
        self.set_request(&step, &Answer::default());
    }

    pub(super) fn set_block(&mut self, block: Option<&Live>, usable_before: u64) {
        let (names, frame) = (&self.names, &mut self.frame);
        frame.set(names.block_address, block.map_or(0, |b| b.address));
        frame.set(names.block_size, block.map_or(0, |b| b.size));
        frame.set(names.block_usable, block.map_or(0, |b| b.usable));
        frame.set(names.block_usable_before, usable_before);
        let recycled = block.is_some_and(|b| b.recycled_remotely);
        frame.set(names.block_recycled_remotely, u64::from(recycled));
    }

    pub(super) fn set_old(&mut self, old: Option<&Live>, answer: &Answer) {
        let (names, frame) = (&self.names, &mut self.frame);
        frame.set(names.old_address, old.map_or(0, |b| b.address));
        frame.set(names.old_size, old.map_or(0, |b| b.size));
        frame.set(names.old_align, old.map_or(0, |b| b.align));
        frame.set(names.old_reissued, u64::from(answer.has(flag::OLD_REUSED)));
        frame.set(names.old_foreign_family, u64::from(old.is_some_and(|b| b.aligned_family)));
    }

    pub(super) fn set_content(&mut self, answer: &Answer) {
        let (names, frame) = (&self.names, &mut self.frame);
        frame.set(names.content_zero_prefix, answer.zero_prefix);
        frame.set(names.content_same_prefix, answer.same_prefix);
        frame.set(names.content_damaged, answer.damaged);
    }

    pub(super) fn set_heap(&mut self, answer: &Answer) {
        let (names, frame) = (&self.names, &mut self.frame);
        frame.set(names.heap_damaged, answer.damaged_elsewhere);
        frame.set(names.heap_usable_changed, u64::from(answer.has(flag::USABLE_CHANGED)));
    }

    pub(super) fn set_live(&mut self) {
        self.frame.set(self.names.live_count, self.shadow.count() as u64);
        self.frame.set(self.names.live_bytes, self.shadow.bytes());
    }
}
