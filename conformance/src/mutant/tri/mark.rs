//! Marking: white objects become grey, grey ones black.
//!
//! White is not marked; grey is marked and in the queue; black is marked and scanned. Marking ends when
//! nothing is grey. It must have found everything reachable, although mutators run all the while:
//!
//! 1. *Roots are scanned once.* Globals in blocks, places of the runtime, due finalizers, stacks frame by
//!    frame. A stack that was scanned is black: it holds nothing white, and need not be looked at again.
//! 2. *No white reference gets lost*, by the barrier (`barrier.rs`): neither by being overwritten where it
//!    was to be found, nor by being written where it was already looked for.
//! 3. *Objects are born black* while marking is on: only a black stack holds them.
//! 4. *Large objects are scanned in pieces*, each a unit: oblets of 128 words.
//! 5. *The end looks twice.* When the queue is empty all mutators are stopped and their buffers emptied. If
//!    that makes anything grey, marking goes on.
//!
//! The mark bits of the cycle before are gone when it begins: they became the allocation bits.

use super::Tri;
use super::reference::Ref;
use super::span::LARGE;
use super::special::What;
use crate::op::gc::PLACES;
use std::ops::Range;

/// Words of a piece of a large object that is scanned at once.
pub(crate) const OBLET: u32 = 128;

/// Globals of a block.
pub(crate) const BLOCK: usize = 16;

/// How far a collection is.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub(crate) enum Phase {
    /// None goes on.
    #[default]
    Idle,
    /// Marking.
    Mark,
    /// Sweeping.
    Sweep,
}

/// A unit of root marking.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Job {
    /// A block of globals.
    Globals(usize),
    /// A place of the runtime, by its kind.
    Place(usize),
    /// An object whose finalizer is due.
    Due(Ref),
    /// What an object with a finalizer reaches.
    Finalizer(u32),
}

/// The collection that goes on.
#[derive(Default, Debug)]
pub(crate) struct Cycle {
    /// How far it is.
    pub(crate) phase: Phase,
    /// Whether a program asked for it.
    pub(crate) forced: bool,
    /// Roots that are still to be scanned, the next last.
    pub(crate) jobs: Vec<Job>,
    /// Grey objects, and pieces of large ones, by the first word.
    pub(crate) queue: Vec<u32>,
    /// Bytes of marked objects.
    pub(crate) marked: u64,
    /// Bytes of heap that were scanned or are in the queue.
    pub(crate) heap_scan: u64,
    /// Bytes of frames that were scanned.
    pub(crate) stack_scan: u64,
    /// Spans below this one are swept.
    pub(crate) cursor: usize,
    /// Spans that are still to be swept.
    pub(crate) unswept: usize,
    /// Spans are swept that have this number.
    pub(crate) sweepgen: u32,
}

impl Tri {
    /// Begins a collection. All spans are swept.
    pub(crate) fn begin(&mut self, forced: bool) {
        let parts = self.parts;
        let sweepgen = self.cycle.sweepgen;
        let jobs = std::mem::take(&mut self.cycle.jobs);
        let queue = std::mem::take(&mut self.cycle.queue);
        self.cycle =
            Cycle { phase: Phase::Mark, forced, jobs, queue, sweepgen, ..Cycle::default() };
        self.list_roots();
        for at in 0..self.mutators.len() {
            if parts.is_root(&self.mutators[at]) {
                self.mutators[at].grey = parts.frames_to_scan(&self.mutators[at]);
            }
        }
        parts.mark_begins(self);
        self.stop_for(self.cycle.jobs.len() as u64);
    }

    /// Lists what is to be scanned beside stacks, globals last, as they come first.
    fn list_roots(&mut self) {
        if self.specials.finalizers > 0 {
            for span in &self.heap.spans {
                for special in &span.specials {
                    if matches!(special.what, What::Finalizer(_)) {
                        self.cycle.jobs.push(Job::Finalizer(span.word_of(special.slot)));
                    }
                }
            }
        }
        self.cycle.jobs.extend(self.specials.queue.iter().map(|queued| Job::Due(queued.object)));
        for (kind, place) in self.places.iter().enumerate() {
            if !place.held.is_nil() {
                self.cycle.jobs.push(Job::Place(kind));
            }
        }
        for block in (0..self.parts.global_blocks()).rev() {
            if self.globals[block * BLOCK..][..BLOCK].iter().any(|global| !global.is_nil()) {
                self.cycle.jobs.push(Job::Globals(block));
            }
        }
    }

    /// Performs one unit of marking.
    pub(crate) fn mark_unit(&mut self) {
        let parts = self.parts;
        if let Some(job) = self.cycle.jobs.pop() {
            self.run(job);
        } else if let Some(at) = self.mutators.iter().position(|mutator| mutator.grey > 0) {
            self.mutators[at].grey -= 1;
            let frame = self.mutators[at].grey;
            parts.scan_frame(self, at, frame);
        } else if let Some(start) = self.cycle.queue.pop() {
            parts.scan(self, start);
        } else if !parts.recheck(self) {
            self.end_marking();
        }
    }

    fn run(&mut self, job: Job) {
        let parts = self.parts;
        match job {
            Job::Globals(block) => {
                for at in block * BLOCK..(block * BLOCK + BLOCK).min(PLACES) {
                    self.shade(self.globals[at]);
                }
            }
            Job::Place(kind) => parts.scan_place(self, kind),
            Job::Due(object) => self.shade(object),
            Job::Finalizer(at) => {
                let found = self.heap.find(at);
                if found.is_some_and(|(span, slot)| self.finalizer_of(span, slot).is_some()) {
                    parts.scan_for_finalizer(self, at);
                }
            }
        }
    }

    /// Scans a frame.
    pub(crate) fn shade_frame(&mut self, mutator: usize, frame: usize) {
        self.cycle.stack_scan += super::mutator::FRAME;
        let Some(frame) = self.mutators[mutator].frames.get(frame) else { return };
        let (locals, mut live) = (frame.locals, self.parts.live_locals(frame));
        while live != 0 {
            self.shade(locals[live.trailing_zeros() as usize]);
            live &= live - 1;
        }
    }

    /// Makes what `to` leads to grey, if it is white.
    pub(crate) fn shade(&mut self, to: Ref) {
        if !to.is_nil() {
            self.parts.grey(self, to);
        }
    }

    /// Marks the object that word `at` lies in; its start, if it was white.
    pub(crate) fn mark(&mut self, at: u32) -> Option<u32> {
        let (index, slot) = self.parts.resolve(self, at)?;
        let span = &mut self.heap.spans[index];
        if span.is_marked(slot) {
            return None;
        }
        span.marks |= 1 << slot;
        let (start, size) = (span.word_of(slot), u64::from(span.size()) * 8);
        let noscan = span.noscan;
        self.cycle.marked += size;
        self.parts.count_scan(self, size, noscan);
        Some(start)
    }

    /// Scans the object or the piece that begins at `start`.
    pub(crate) fn scan_at(&mut self, start: u32) {
        let Some(index) = self.heap.span_of(start) else { return };
        let span = &self.heap.spans[index];
        if usize::from(span.class) != LARGE {
            return self.scan_words(start, span.size(), 0..0);
        }
        let (base, words) = (span.base, self.heap.head(span.base).shape().words as u32);
        if start == base {
            let pieces = self.parts.oblets(words);
            self.cycle.queue.extend((1..pieces).rev().map(|piece| base + piece * OBLET));
        }
        self.scan_words(start, OBLET.min(words.saturating_sub(start - base)), 0..0);
    }

    /// Shades what the slots among `count` words from `start` hold, but for words in `own`.
    pub(crate) fn scan_words(&mut self, start: u32, count: u32, own: Range<u32>) {
        let (mut at, end) = (start, start + count);
        while at < end {
            let next = (at / 64 + 1) * 64;
            let mut bits = self.heap.map_bits(at) >> (at % 64);
            if end < next {
                bits &= (1 << (end - at)) - 1;
            }
            while bits != 0 {
                let held = self.heap.read(at + bits.trailing_zeros());
                let held = Ref::from_bits(held);
                if !own.contains(&held.word()) {
                    self.shade(held);
                }
                bits &= bits - 1;
            }
            at = next;
        }
    }

    /// Shades what the object at `at` holds, but not the object, although it may hold itself.
    pub(crate) fn scan_object(&mut self, at: u32) {
        let Some(span) = self.heap.span_of(at).map(|index| &self.heap.spans[index]) else { return };
        if !span.noscan {
            let count = span.size().min(self.heap.head(at).shape().words as u32);
            self.scan_words(at, count, at..at + count);
        }
    }

    /// Nothing is grey: what is not marked is dead.
    fn end_marking(&mut self) {
        self.parts.mark_ends(self);
        self.shrink_stacks();
        self.count_cycle();
        self.begin_sweep();
    }
}
