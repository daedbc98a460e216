//! Looks at the inside of a target: the facts of one reading, and its event.

use super::{Clerk, Hears};
use crate::model::alloc::Live;
use crate::observe::Answer;
use crate::observe::reading::Reading;
use crate::op::alloc::{Op, Step};

/// Bytes of a page of the heap, in runs of pages.
const PAGE: u64 = 8192;

impl Clerk {
    /// An op of the inside ended, or the free of what one gave.
    pub(super) fn end_inside(
        &mut self,
        index: usize,
        step: &Step,
        answer: &Answer,
        reading: Option<&Reading>,
        hears: &mut impl Hears,
    ) {
        if let Some(reading) = reading {
            for (&fact, &value) in self.names.inside.iter().zip(reading.values()) {
                self.frame.set(fact, value);
            }
            self.set_live();
            let names = &self.names;
            let event = match step.op {
                Op::New { .. } => names.placed,
                Op::Free { .. } => names.vacated,
                Op::LookUp { .. } => names.looked_up,
                Op::ReadClass { .. } => names.class_read,
                Op::Refill { .. } => names.refilled,
                Op::Flush => names.flushed,
                Op::Sweep { .. } => names.swept,
                Op::Stack { .. } => names.stacked,
                Op::TakeRun { .. } => names.run_taken,
                Op::Scavenge { .. } => names.scavenged,
                Op::ScavengePaced => names.paced,
                Op::ReleaseAll => names.released,
                Op::Survey => names.surveyed,
                _ => return,
            };
            self.tell(event, 0, hears);
        }
        if let (Some(size), true) = (bytes_of(&step.op), answer.address != 0) {
            self.shadow.insert(Live {
                address: answer.address,
                size,
                align: 0,
                serial: answer.serial,
                usable: 0,
                owner: step.thread.0,
                aligned_family: false,
                recycled_remotely: false,
                made_by: index,
            });
        }
    }
}

/// Bytes of the block that the op gives, where it gives one.
fn bytes_of(op: &Op) -> Option<u64> {
    match *op {
        Op::New { size, .. } | Op::Stack { size, .. } => Some(size),
        Op::TakeRun { pages, .. } | Op::TakeCached { pages, .. } | Op::Squat { pages, .. } => {
            Some(pages * PAGE)
        }
        _ => None,
    }
}
