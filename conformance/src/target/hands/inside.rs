//! Ops on the inside of a target: each with a look at what it did.
//!
//! Alone on the heap, an op looks before and after, and leaves a [`Reading`]. Beside others it only
//! acts.

use super::blocks::Ask;
use super::table::{Block, Origin};
use super::{ERRNO_BEFORE, Hands, Log, TOUCH_LIMIT, with_errno};
use crate::capability::Capability;
use crate::observe::reading::{Fact, Reading};
use crate::observe::{Answer, flag};
use crate::op::alloc::{Op, Scan, Slot};
use crate::target::heap::Held;
use crate::target::inside::{Inside, PAGE};
use crate::target::memory;
use crate::target::survey::{self, Before, Known, Request};
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Freed bytes up to this are looked at for poison.
const POISON_LIMIT: usize = 32760;

/// What the judge remembers of the inside from op to op.
#[derive(Default)]
pub(super) struct Notes {
    records: Mutex<Records>,
    limit: AtomicU64,
}

#[derive(Default)]
pub(super) struct Records {
    /// Runs of pages held: pages by address.
    pub(super) runs: BTreeMap<usize, usize>,
    /// The lowest run ever held.
    pub(super) lowest: Option<usize>,
    /// Most pages held in runs at a time, and the longest run.
    pub(super) peak: usize,
    pub(super) largest: usize,
    /// The last slot issued of each span, since spans were last swept.
    issued: BTreeMap<usize, usize>,
    /// Ps whose caches are emptied by a new cycle when they are next used, one bit each.
    cycled: u64,
    /// Most pages of spans with a live block in them, at any survey.
    needed_peak: usize,
}

impl Records {
    /// Whether the cache of this P is emptied now, when it is used for the first time in a cycle.
    fn starts_cycle(&mut self, p: usize) -> bool {
        let bit = 1 << (p % 64);
        let starts = self.cycled & bit != 0;
        self.cycled &= !bit;
        starts
    }
}

impl Notes {
    pub(super) fn records(&self) -> MutexGuard<'_, Records> {
        self.records.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

pub(super) type Shown = (Answer, Option<Reading>);

impl Hands<'_> {
    /// Performs an op that only a target with an inside has.
    pub(super) fn inside(&self, op: &Op, log: &Log, shared: bool) -> Option<Shown> {
        let inside = self.heap.inside()?;
        match *op {
            Op::New { slot, size, scan } => self.new_object(inside, slot, size, scan, log, shared),
            Op::Stack { slot, size } => self.stack(inside, slot, size, log, shared),
            Op::TakeRun { slot, pages } | Op::TakeCached { slot, pages } => {
                self.take_run(inside, op, slot, pages, log, shared)
            }
            Op::Squat { slot, pages } => self.squat(inside, slot, pages, log, shared),
            Op::Overrun { slot } | Op::FreeWrong { slot, .. } => self.spoil(inside, op, slot, log),
            _ if shared => None,
            _ => {
                if !matches!(op, Op::LookUp { .. } | Op::ReadClass { .. } | Op::Survey) {
                    self.notes.records().issued.clear();
                }
                log.calling(0, 0);
                let reading = self.look(inside, op)?;
                Some((Answer::default(), Some(reading)))
            }
        }
    }

    /// Ops that hold no block.
    fn look(&self, inside: &dyn Inside, op: &Op) -> Option<Reading> {
        let all = usize::MAX;
        let bytes = |size: u64| usize::try_from(size).unwrap_or(all);
        let mut reading = Reading::default();
        match *op {
            Op::LookUp { size, scan } if size > 0 => {
                return Some(survey::read_lookup(inside, bytes(size), scan));
            }
            Op::ReadClass { class } => return survey::read_class(inside, bytes(class)),
            Op::Refill { size, scan } if size > 0 => {
                return Self::refill(inside, bytes(size), scan);
            }
            Op::Flush => {
                let before = inside.pages();
                inside.flush();
                let wrong = survey::flushed(&before, &inside.pages());
                reading.set(Fact::FlushWrong, wrong.len() as u64);
                reading.set(Fact::TinyHeld, inside.central().tiny.len() as u64);
            }
            Op::StartCycle => {
                inside.start_cycle();
                self.notes.records().cycled = u64::MAX;
            }
            Op::Sweep { spans } => {
                let before = inside.spans();
                let done = inside.sweep(bytes(spans));
                return Some(survey::swept(inside, &before, done));
            }
            Op::Scavenge { size } => {
                return Some(self.scavenge(inside, |i| i.scavenge(bytes(size))));
            }
            Op::ReleaseAll => return Some(self.scavenge(inside, |i| i.release_all())),
            Op::ScavengePaced => return Some(self.scavenge(inside, |i| i.scavenge_paced())),
            Op::MemoryLimit { size } => {
                self.notes.limit.store(size, Ordering::Relaxed);
                inside.set_memory_limit(size);
            }
            Op::Survey => self.survey(inside, &mut reading),
            _ => return None,
        }
        Some(reading)
    }

    fn survey(&self, inside: &dyn Inside, reading: &mut Reading) {
        let mut records = self.notes.records();
        let known = Known {
            blocks: self.own_blocks(),
            runs: records.runs.iter().map(|(&at, &n)| (at, n)).collect(),
        };
        survey::survey_spans(inside, self.offers, &known, reading);
        if self.offers.has(Capability::IntrospectPages) {
            survey::survey_pages(inside, &known, &mut records.needed_peak, reading);
        }
        if self.offers.has(Capability::IntrospectStacks) {
            survey::survey_stacks(inside, reading);
        }
        if self.offers.has(Capability::IntrospectStats) {
            survey::survey_mem(inside, reading);
        }
    }

    /// The live blocks that lie in slots or spans of their own.
    fn own_blocks(&self) -> Vec<(usize, usize)> {
        let blocks = self.table.live().map(|(_, block)| block);
        let own = blocks.filter(|b| b.origin.is_c() || b.origin == Origin::Object);
        own.map(|b| (b.held.address.addr(), b.held.size)).collect()
    }

    fn scavenge(
        &self,
        inside: &dyn Inside,
        work: impl FnOnce(&dyn Inside) -> Vec<(usize, usize)>,
    ) -> Reading {
        let before = inside.pages();
        let ranges = work(inside);
        let limit = self.notes.limit.load(Ordering::Relaxed);
        survey::scavenged(inside, &before, &ranges, limit)
    }

    fn refill(inside: &dyn Inside, size: usize, scan: Scan) -> Option<Reading> {
        let class = inside.look_up(size, scan).class;
        let p = inside.current_p();
        let cached = || {
            let central = inside.central();
            let mine = central
                .cached
                .iter()
                .find(|c| c.p == p && c.class == class && c.scan == (scan == Scan::Pointers))?;
            inside.span_of(mine.base)
        };
        let free = |span: &crate::target::inside::SpanView| span.nelems - span.taken();
        if class == 0 || cached().is_some_and(|span| free(&span) > 0) {
            return None;
        }
        inside.refill(size, scan);
        let mut reading = Reading::default();
        reading.set(Fact::CacheFreeAfter, cached().map_or(0, |span| free(&span)) as u64);
        Some(reading)
    }

    fn new_object(
        &self,
        inside: &dyn Inside,
        slot: Slot,
        size: u64,
        scan: Scan,
        log: &Log,
        shared: bool,
    ) -> Option<Shown> {
        let bytes = usize::try_from(size).ok().filter(|&n| n > 0)?;
        let claim = self.table.claim_empty(slot, shared)?;
        log.calling(0, 0);
        let request = Request { size: bytes, scan };
        let before = (!shared).then(|| {
            let emptied = self.notes.records().starts_cycle(inside.current_p());
            Before::look(inside, self.offers, request, emptied)
        });
        // SAFETY: no duties but a size that is not 0.
        let (address, errno_after) = with_errno(|| unsafe { inside.new_object(bytes, scan) });
        let others = if shared { Vec::new() } else { self.own_blocks() };
        let mut reading = before.map(|before| {
            let mut records = self.notes.records();
            let issued = |base: usize| records.issued.get(&base).copied();
            let reading = before.made(inside, address.addr(), &others, &issued);
            let base = reading.get(Fact::SpanBase) as usize;
            records.issued.insert(base, reading.get(Fact::ObjectSlot) as usize);
            reading
        });
        let ask =
            Ask { slot, size, align: 0, overflows: false, zeroed: true, origin: Origin::Object };
        if let Some(reading) = reading.as_mut().filter(|_| !address.is_null()) {
            self.read_zeros(address, bytes, log, reading);
        }
        let shown = Answer { errno_before: ERRNO_BEFORE, errno_after, ..Answer::default() };
        let shown = self.settle(claim, ask, address, shown, log, shared);
        Some((shown, reading))
    }

    /// How much of a new object, and of its slot, reads zero; and what may be used of it.
    fn read_zeros(&self, address: *mut u8, size: usize, log: &Log, reading: &mut Reading) {
        log.touching(address as u64);
        if size as u64 <= TOUCH_LIMIT {
            // SAFETY: the target says that the object has these bytes.
            let zero = unsafe { memory::zero_prefix(address, size) };
            reading.set(Fact::ObjectZero, zero as u64);
        }
        if reading.get(Fact::TinyFresh) == 1 {
            let offset = address.addr() % 16;
            // SAFETY: the block around the object is the object's span's, and was just handed out.
            let zero = unsafe { memory::zero_prefix(address.wrapping_sub(offset), 16) };
            reading.set(Fact::ObjectSlotZero, zero as u64);
        }
        if self.offers.has(Capability::UsableSize) {
            let held = Held { address, size, align: 0 };
            // SAFETY: the object is live.
            let usable = unsafe { self.heap.usable_size(held) };
            reading.set(Fact::ObjectUsable, usable as u64);
        }
    }

    fn stack(
        &self,
        inside: &dyn Inside,
        slot: Slot,
        size: u64,
        log: &Log,
        shared: bool,
    ) -> Option<Shown> {
        if !size.is_power_of_two() || !(2048..=TOUCH_LIMIT).contains(&size) {
            return None;
        }
        let claim = self.table.claim_empty(slot, shared)?;
        log.calling(0, 0);
        // SAFETY: a power of two, at least 2048.
        let stack = unsafe { inside.stack(size as usize) };
        let mut reading = Reading::default();
        reading.set(Fact::StackAddress, stack.addr() as u64);
        reading.set(Fact::StackSize, size);
        if !shared && self.offers.has(Capability::IntrospectSpan) {
            reading.set(Fact::StackSpanPages, survey::stack_span(inside, stack.addr()));
        }
        let ask =
            Ask { slot, size, align: 0, overflows: false, zeroed: false, origin: Origin::Stack };
        let shown = self.settle(claim, ask, stack, Answer::default(), log, shared);
        Some((shown, (!shared).then_some(reading)))
    }

    /// Gives back what one of the ops above got. `damaged` was counted by the caller.
    pub(super) fn give_back(&self, block: &Block, shared: bool) -> Option<Reading> {
        let inside = self.heap.inside()?;
        let (address, size) = (block.held.address, block.held.size);
        // SAFETY: the block is live, came from the call that each arm is the opposite of, and has
        // this size.
        unsafe {
            match block.origin {
                Origin::Object => {
                    inside.free_object(block.held);
                    return (!shared).then(|| self.read_freed(inside, block));
                }
                Origin::Stack => inside.free_stack(address, size),
                Origin::Run => {
                    self.notes.records().runs.remove(&address.addr());
                    inside.free_run(address.addr(), size / PAGE);
                }
                Origin::Squat => memory::unmap(address, size),
                Origin::Plain | Origin::Aligned | Origin::Other => {}
            }
        }
        None
    }

    fn read_freed(&self, inside: &dyn Inside, block: &Block) -> Reading {
        let mut reading = Reading::default();
        let (address, size) = (block.held.address, block.held.size);
        reading.set(Fact::ObjectAddress, address.addr() as u64);
        reading.set(Fact::ObjectSize, size as u64);
        if self.offers.has(Capability::Poisons) && size <= POISON_LIMIT {
            // SAFETY: memory of a size class stays mapped when it is freed.
            let held = unsafe { memory::count(address, size, inside.poison()) };
            reading.set(Fact::ObjectPoisoned, held as u64);
        }
        reading
    }

    /// Two misuses of objects that a hardened allocator stops when they are freed.
    fn spoil(&self, inside: &dyn Inside, op: &Op, slot: Slot, log: &Log) -> Option<Shown> {
        let (claim, block) = self.table.claim_full(slot, false)?;
        let held = match *op {
            Op::FreeWrong { size, .. } => Held { size: size as usize, ..block.held },
            _ => block.held,
        };
        let same = held.size == block.held.size;
        // A write past an object that shares its block, or fills it, lands in another object.
        let has_slack = || held.size >= 16 && inside.slack(block.held) > 0;
        if block.origin != Origin::Object
            || same == matches!(op, Op::FreeWrong { .. })
            || same && !has_slack()
        {
            claim.leave_as_was();
            return None;
        }
        claim.leave_empty();
        if same {
            // Every bit changes: what is there may be any pattern.
            // SAFETY: none: the write past the object that the target claims to detect.
            unsafe { memory::flip(held.address.add(held.size)) };
        }
        log.misusing(held.address as u64);
        // SAFETY: none: this is the misuse that the target claims to stop.
        unsafe { inside.free_object(held) };
        let given = held.address as u64;
        Some((Answer { given, flags: flag::MISUSING, ..Answer::default() }, None))
    }
}
