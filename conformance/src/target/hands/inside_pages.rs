//! Ops on the pages of a target: runs of them, and memory in their way.

use super::inside::Shown;
use super::table::{Block, Origin};
use super::{Hands, Log};
use crate::observe::Answer;
use crate::observe::reading::{Fact, Reading};
use crate::op::alloc::{Op, Slot};
use crate::target::heap::Held;
use crate::target::inside::{Inside, PAGE};
use crate::target::memory;
use crate::target::survey;

impl Hands<'_> {
    pub(super) fn take_run(
        &self,
        inside: &dyn Inside,
        op: &Op,
        slot: Slot,
        pages: u64,
        log: &Log,
        shared: bool,
    ) -> Option<Shown> {
        let n = usize::try_from(pages).ok().filter(|n| (1..1 << 24).contains(n))?;
        let direct = matches!(op, Op::TakeRun { .. });
        if shared || !direct && n > 15 {
            return None;
        }
        let claim = self.table.claim_empty(slot, shared)?;
        log.calling(0, 0);
        let before = inside.pages();
        let run = if direct { inside.take_run(n) } else { inside.take_cached(n) };
        let after = inside.pages();
        let mut reading = Reading::default();
        if direct {
            survey::took_run(&before, &after, run, n, &mut reading);
        }
        if run == 0 {
            claim.leave_empty();
            return Some((Answer::default(), direct.then_some(reading)));
        }
        self.note_run(run, n, &mut reading);
        let address = std::ptr::without_provenance_mut(run);
        let block = self.held_block(address, n * PAGE, Origin::Run);
        let shown = Answer { address: run as u64, serial: block.serial, ..Answer::default() };
        claim.leave_full(block);
        Some((shown, direct.then_some(reading)))
    }

    fn note_run(&self, run: usize, n: usize, reading: &mut Reading) {
        let mut records = self.notes.records();
        records.runs.insert(run, n);
        let lowest = records.lowest.map_or(run, |low| low.min(run));
        records.lowest = Some(lowest);
        records.peak = records.peak.max(records.runs.values().sum());
        records.largest = records.largest.max(n);
        reading.set(Fact::ExtentReach, ((run - lowest) / PAGE + n) as u64);
        reading.set(Fact::ExtentLivePeak, records.peak as u64);
        reading.set(Fact::ExtentLargest, records.largest as u64);
    }

    fn held_block(&self, address: *mut u8, size: usize, origin: Origin) -> Block {
        let serial = self.fresh_serial();
        Block {
            held: Held { address, size, align: 0 },
            origin,
            serial,
            seed: memory::seed_of(serial),
            written: 0,
            usable: 0,
        }
    }

    /// Maps memory of the judge's own where the heap would grow next.
    pub(super) fn squat(
        &self,
        inside: &dyn Inside,
        slot: Slot,
        pages: u64,
        log: &Log,
        shared: bool,
    ) -> Option<Shown> {
        let size = usize::try_from(pages).ok().filter(|n| (1..=64).contains(n))? * PAGE;
        let claim = self.table.claim_empty(slot, shared)?;
        log.calling(0, 0);
        let hint = inside.next_growth();
        let mapped = hint.and_then(|at| memory::map_at(at, size));
        let Some(address) = mapped else {
            claim.leave_as_was();
            return None;
        };
        let mut block = self.held_block(address, size, Origin::Squat);
        block.fill(size);
        let shown = Answer { address: address as u64, serial: block.serial, ..Answer::default() };
        claim.leave_full(block);
        Some((shown, None))
    }
}
