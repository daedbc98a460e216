//! What an allocator's answers mean: the events of a step, and the facts that they bind.
//!
//! A step *begins* and *ends*. When it begins, the block that it gives back leaves the shadow; when
//! it ends, events are told and the block that it got arrives. A lone step does both at once. Steps
//! that ran beside each other begin and end in the order of their stamps, so that a block counts as
//! live from the return of the call that made it to the call that frees it, and no longer: two
//! blocks that overlap within these bounds were live at the same time in every reading of the log.

mod ask;
mod inside;
mod names;
mod records;
mod totals;

use super::{Hears, Last, MissingName};
use crate::choice::Choices;
use crate::model::alloc::{Live, Shadow};
use crate::observe::reading::Reading;
use crate::observe::{Answer, Progress, flag};
use crate::op::alloc::{Op, Script, Step};
use crate::picture::Picture;
use crate::picture::heap::{Subject, heap_map};
use crate::rule::{EventId, Frame, FunctionId, Natives, Vocabulary};
use ask::Ask;
pub use names::Names;
pub use totals::Totals;

/// Turns the answers of one run into events with facts.
pub struct Clerk {
    names: Names,
    frame: Frame,
    shadow: Shadow,
    choices: Choices,
    totals: Totals,
}

/// What a step took away when it began.
#[derive(Clone, Copy, Debug, Default)]
pub struct Departed {
    /// The block that it was given, whether it left or stayed.
    given: Option<Live>,
}

/// The shadow as the rules' functions see it.
struct Eyes<'a> {
    shadow: &'a Shadow,
    names: &'a Names,
    /// The block being judged is in the shadow under this serial number, and does not meet itself.
    own_serial: u64,
}

impl Natives for Eyes<'_> {
    /// `block` arrives as its fields in the order of the glossary: address, size, usable, ...
    fn call(&self, function: FunctionId, args: &[u64]) -> u64 {
        let &[address, size, usable, ..] = args else { return 0 };
        if address == 0 {
            return 0;
        }
        if function == self.names.overlapping {
            self.shadow.overlapping(address, size, self.own_serial)
        } else {
            self.shadow.sharing(address, size, usable, self.own_serial)
        }
    }
}

impl super::Clerk for Clerk {
    type Op = Op;
    type Setting = Choices;
    type Departed = Departed;

    fn new(vocabulary: &Vocabulary, choices: Choices) -> Result<Clerk, MissingName> {
        let names = Names::find(vocabulary)?;
        let mut frame = Frame::new(vocabulary);
        names.set_choices(&mut frame, choices, vocabulary);
        let shadow = Shadow::default();
        Ok(Clerk { names, frame, shadow, choices, totals: Totals::default() })
    }

    fn begin(&mut self, step: &Step, answer: &Answer) -> Departed {
        if answer.progress() != Progress::Done {
            return Departed { given: self.shadow.at(answer.given).copied() };
        }
        let leaves = match step.op {
            Op::Realloc { .. } | Op::Reallocarray { .. } | Op::GrowZeroed { .. } => {
                answer.has(flag::RESIZED) && (answer.address != 0 || released_by_zero(step))
            }
            op => op.releases(),
        };
        let given = if leaves {
            self.shadow.remove(answer, step.thread.0)
        } else {
            self.shadow.at(answer.given).copied()
        };
        Departed { given }
    }

    fn end(
        &mut self,
        index: usize,
        step: &Step,
        answer: &Answer,
        reading: Option<&Reading>,
        departed: Departed,
        hears: &mut impl Hears,
    ) {
        if answer.progress() != Progress::Done {
            return;
        }
        self.set_op(step, answer);
        self.totals.count(step, answer, departed.given.as_ref(), self.choices);
        match step.op {
            Op::Malloc { .. }
            | Op::Calloc { .. }
            | Op::AlignedAlloc { .. }
            | Op::PosixMemalign { .. }
            | Op::Memalign { .. }
            | Op::Realloc { .. }
            | Op::Reallocarray { .. }
            | Op::GrowZeroed { .. } => self.end_request(index, step, answer, departed, hears),
            Op::Free { .. }
            | Op::FreeSized { .. }
            | Op::FreeAlignedSized { .. }
            | Op::FreeWithin { .. }
            | Op::FreeNull => {
                self.end_release(answer, departed, hears);
                self.end_inside(index, step, answer, reading, hears);
            }
            Op::UsableSize { .. } | Op::FillUsable { .. } => {
                self.end_query(answer, departed, hears);
            }
            Op::Write { .. } | Op::Verify { .. } => self.verified(answer, departed, hears),
            Op::Checkpoint => self.end_checkpoint(answer, hears),
            Op::Fork { .. } => self.end_fork(answer, hears),
            Op::Churn { .. } => self.end_churn(answer, hears),
            Op::DoubleFree { .. }
            | Op::FreeInterior { .. }
            | Op::FreeForeign { .. }
            | Op::CorruptFreed { .. }
            | Op::Overrun { .. }
            | Op::FreeWrong { .. } => self.tell(self.names.misused, 0, hears),
            Op::StartThread { .. }
            | Op::EndThread { .. }
            | Op::Together
            | Op::End
            | Op::Repeat { .. } => {}
            _ => self.end_inside(index, step, answer, reading, hears),
        }
    }

    fn died(&mut self, step: &Step, answer: &Answer, hears: &mut impl Hears) {
        let given = self.shadow.at(answer.given).copied();
        self.set_op(step, answer);
        self.set_request(step, answer);
        // Flags are stored when a step ends; this one did not.
        let resizes = given.is_some() && step.op.requested().is_some();
        self.frame.set(self.names.request_resizes, u64::from(resizes));
        self.set_old(given.as_ref(), answer);
        let names = &self.names;
        if answer.has(flag::MISUSING) {
            self.frame.set(names.op_stopped, 1);
            self.tell(self.names.misused, 0, hears);
            return;
        }
        let gave = answer.progress() == Progress::Touching;
        let at_bytes = gave || answer.progress() == Progress::Looking;
        self.frame.set(names.op_returned, u64::from(at_bytes));
        self.frame.set(names.op_accessible, u64::from(!at_bytes));
        self.frame.set(names.op_ok, u64::from(gave));
        self.tell(self.names.called, 0, hears);
    }

    fn finish(&mut self, completed: bool, hears: &mut impl Hears) {
        self.totals.show(&self.names, &mut self.frame, completed);
        self.set_live();
        self.tell(self.names.ended, 0, hears);
    }

    fn picture(&self, _: usize, last: Option<&Last<Clerk>>, script: &Script) -> Picture {
        let Some(&(at, step, answer)) = last else { return Picture::Nothing };
        let subject = subject_of(at, &step, &answer);
        let map = subject.map(|subject| heap_map(&self.shadow, subject, script));
        map.filter(|map| !map.is_empty()).map_or(Picture::Nothing, Picture::Text)
    }
}

/// The block that a step is about, where there is one to draw.
fn subject_of(at: usize, step: &Step, answer: &Answer) -> Option<Subject> {
    let address = if answer.address != 0 { answer.address } else { answer.given };
    let size = step.op.requested().unwrap_or(0).max(answer.usable);
    let drawable = address != 0 && size < 1 << 40;
    drawable.then_some(Subject { address, size, step: at })
}

impl Clerk {
    /// The shadow, for pictures.
    pub fn shadow(&self) -> &Shadow {
        &self.shadow
    }

    /// What was counted so far.
    pub fn totals(&self) -> &Totals {
        &self.totals
    }

    fn tell(&self, event: EventId, own_serial: u64, hears: &mut impl Hears) {
        let eyes = Eyes { shadow: &self.shadow, names: &self.names, own_serial };
        hears.hear(event, &self.frame, &eyes);
    }

    /// An allocating call came back.
    fn end_request(
        &mut self,
        index: usize,
        step: &Step,
        answer: &Answer,
        departed: Departed,
        hears: &mut impl Hears,
    ) {
        let resized = answer.has(flag::RESIZED);
        if resized {
            self.verified(answer, departed, hears);
        }
        self.set_request(step, answer);
        self.set_old(departed.given.as_ref(), answer);
        self.set_content(answer);
        self.set_live();
        self.tell(self.names.called, 0, hears);
        if answer.address == 0 {
            self.set_block(None, 0);
            self.set_heap(answer);
            if !released_by_zero(step) || !resized {
                self.tell(self.names.refused, 0, hears);
            }
            return;
        }
        let block = self.arrived(index, step, answer, departed);
        self.set_block(Some(&block), 0);
        if self.shadow.overlapping(block.address, block.size, 0) > 0 {
            self.totals.overlaps += 1;
        }
        self.tell(self.names.allocated, 0, hears);
        if resized {
            self.tell(self.names.resized, 0, hears);
        }
        self.shadow.insert(block);
    }

    fn arrived(&self, index: usize, step: &Step, answer: &Answer, departed: Departed) -> Live {
        let ask = Ask::of(&step.op);
        let old = departed.given.filter(|_| answer.has(flag::RESIZED));
        Live {
            address: answer.address,
            size: if ask.overflows { 0 } else { ask.size },
            align: old.map_or(ask.align, |old| old.align),
            serial: answer.serial,
            usable: 0,
            owner: step.thread.0,
            aligned_family: old.map_or(ask.align != 0, |old| old.aligned_family),
            recycled_remotely: self.shadow.was_freed_remotely(answer.address),
            made_by: index,
        }
    }

    /// A call that takes a block back came back.
    fn end_release(&mut self, answer: &Answer, departed: Departed, hears: &mut impl Hears) {
        if departed.given.is_some() {
            self.verified(answer, departed, hears);
        }
        self.clear_request();
        self.set_old(departed.given.as_ref(), answer);
        self.set_live();
        self.tell(self.names.called, 0, hears);
        self.tell(self.names.freed, 0, hears);
    }

    fn end_query(&mut self, answer: &Answer, departed: Departed, hears: &mut impl Hears) {
        let Some(block) = departed.given else { return };
        self.clear_request();
        self.set_old(Some(&block), answer);
        self.tell(self.names.called, 0, hears);
        let asked = Live { usable: answer.usable, ..block };
        self.set_block(Some(&asked), block.usable);
        self.set_live();
        self.tell(self.names.queried, block.serial, hears);
        self.shadow.set_usable(block.address, answer.usable);
    }

    fn verified(&mut self, answer: &Answer, departed: Departed, hears: &mut impl Hears) {
        let Some(block) = departed.given else { return };
        self.set_block(Some(&block), block.usable);
        self.frame.set(self.names.content_damaged, answer.damaged);
        self.totals.damaged += answer.damaged;
        self.set_live();
        self.tell(self.names.verified, block.serial, hears);
    }

    /// Every live block was verified: one `verified` for the heap, or for the first damaged block.
    fn end_checkpoint(&mut self, answer: &Answer, hears: &mut impl Hears) {
        if answer.damaged_elsewhere > 0 {
            let given = self.shadow.at(answer.given).copied();
            let damaged = Answer { damaged: answer.damaged_elsewhere, ..*answer };
            self.verified(&damaged, Departed { given }, hears);
        }
        self.set_heap(answer);
        self.totals.sample(answer, self.shadow.bytes());
        self.totals.show_stats(&self.names, &mut self.frame, answer);
        let names = &self.names;
        self.frame.set(names.signals_changed, u64::from(answer.has(flag::SIGNALS_CHANGED)));
        self.frame.set(names.fd_lost, u64::from(answer.has(flag::FD_LOST)));
        self.set_live();
        self.tell(self.names.checked, 0, hears);
    }

    /// Blocks came and went unseen; any of them that lost bytes counts as one block that did.
    fn end_churn(&mut self, answer: &Answer, hears: &mut impl Hears) {
        self.clear_request();
        self.tell(self.names.called, 0, hears);
        self.set_block(None, 0);
        self.frame.set(self.names.content_damaged, answer.damaged);
        self.totals.damaged += answer.damaged;
        self.set_live();
        self.tell(self.names.verified, 0, hears);
    }

    fn end_fork(&mut self, answer: &Answer, hears: &mut impl Hears) {
        let names = &self.names;
        self.frame.set(names.child_status, answer.result.max(0) as u64);
        self.frame.set(names.child_signal, (-answer.result).max(0) as u64);
        self.frame.set(names.child_stuck, u64::from(answer.has(flag::CHILD_STUCK)));
        self.tell(self.names.forked, 0, hears);
    }
}

/// A resize to nothing, which may free its block and give the null pointer.
fn released_by_zero(step: &Step) -> bool {
    let ask = Ask::of(&step.op);
    ask.size == 0 && !ask.overflows
}
