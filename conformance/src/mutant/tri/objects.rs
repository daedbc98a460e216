//! Ops on objects: what a program does through its locals.
//!
//! Each is `None` where it does not apply: a local is nil or points where it must not, a slot or a word is
//! not there. What is answered is read in memory.

use super::Tri;
use super::barrier::Write;
use super::reference::{Ref, address};
use crate::observe::gc::{Answer, LAST_STAMPED, Outcome, stamp};
use crate::op::gc::{CHAIN, Local, Map, Op, Shape, WORDS};

impl Tri {
    /// Performs an op on objects. `None` if it is another one, or does not apply.
    pub(super) fn act_on_objects(&mut self, m: usize, op: &Op) -> Option<Answer> {
        match *op {
            Op::New { to, words, map } => return self.make(m, to, words, map),
            Op::Load { to, of, slot } => {
                let held = Ref::from_bits(self.heap.read(self.slot(m, of, slot)?));
                return Some(self.take(m, to, held));
            }
            Op::Store { of, slot, from } => {
                let (at, new) = (self.slot(m, of, slot)?, self.readable(m, from)?);
                self.write_slot(m, Write::Store, at, new);
            }
            Op::Clear { of, slot } => {
                let at = self.slot(m, of, slot)?;
                self.write_slot(m, Write::Clear, at, Ref::NIL);
            }
            Op::Swap { of, slot, with } => {
                let (at, new) = (self.slot(m, of, slot)?, self.readable_or_nil(m, with)?);
                let old = Ref::from_bits(self.heap.read(at));
                self.write_slot(m, Write::Swap, at, new);
                return Some(self.take(m, with, old));
            }
            Op::Cas { of, slot, old, new } => {
                return self.compare_and_swap(m, of, slot, [old, new]);
            }
            Op::Copy { of, slot, from, first, count } => {
                let (to, from) =
                    (self.slots(m, of, slot, count)?, self.slots(m, from, first, count)?);
                self.copy_slots(m, to, from, count as u32);
            }
            Op::Wipe { of, slot, count } => {
                let at = self.slots(m, of, slot, count)?;
                for at in at..at + count as u32 {
                    self.write_slot(m, Write::Wipe, at, Ref::NIL);
                }
            }
            Op::Move { to, of } => {
                let held = Some(self.local(m, of)).filter(|held| !held.is_nil())?;
                self.set_local(m, to, held);
            }
            Op::Drop { to } => self.set_local(m, to, Ref::NIL),
            Op::Inside { to, of, word } => {
                let (at, shape) = self.start(m, of)?;
                let inside = word > 0 && word < LAST_STAMPED && is_plain(shape, word);
                let held = inside.then(|| Ref::inside(at + word as u32))?;
                return Some(self.take(m, to, held));
            }
            Op::Past { to, of } => {
                let (at, shape) = self.start(m, of)?;
                let view = self.parts.past(at, shape);
                self.set_local(m, to, view);
            }
            Op::Hide { of, word, from } => {
                let ((at, shape), (hidden, _)) = (self.start(m, of)?, self.start(m, from)?);
                let plain = word > 0 && is_plain(shape, word);
                plain.then(|| self.heap.write(at + word as u32, address(hidden)))?;
            }
            Op::Check { of } => return self.check(m, of),
            Op::Chain { to, count } => {
                let whole =
                    (1..=CHAIN).contains(&count).then(|| self.allocate_chain(m, to.0, count))?;
                return Some(whole.map_or(Answer::bare(Outcome::Refused), |()| Answer::DONE));
            }
            Op::Walk { of, count } => return self.walk(m, of, count),
            _ => return None,
        }
        Some(Answer::DONE)
    }

    /// What a local holds.
    pub(super) fn local(&self, m: usize, local: Local) -> Ref {
        self.mutators[m].get(local.0)
    }

    /// Sets a local.
    pub(super) fn set_local(&mut self, m: usize, local: Local, to: Ref) {
        self.mutators[m].set(local.0, to);
    }

    /// Sets a local, and answers with the stamp that is read at what it holds.
    pub(super) fn take(&mut self, m: usize, to: Local, held: Ref) -> Answer {
        self.set_local(m, to, held);
        Answer::with(&[self.stamp_at(held)])
    }

    /// The stamp where `held` points to; 0 for nil.
    pub(super) fn stamp_at(&self, held: Ref) -> u64 {
        if held.is_nil() { 0 } else { self.heap.read(held.word()) }
    }

    /// What a local holds, if that can be read.
    pub(super) fn readable(&self, m: usize, local: Local) -> Option<Ref> {
        Some(self.local(m, local)).filter(|held| held.is_readable())
    }

    /// What a local holds, if that is nil or can be read.
    pub(super) fn readable_or_nil(&self, m: usize, local: Local) -> Option<Ref> {
        Some(self.local(m, local)).filter(|held| held.is_nil() || held.is_readable())
    }

    /// The object whose start a local points to.
    pub(super) fn start(&self, m: usize, local: Local) -> Option<(u32, Shape)> {
        let held = Some(self.local(m, local)).filter(|held| held.is_start())?;
        Some((held.word(), self.heap.head(held.word()).shape()))
    }

    /// The word of a slot.
    fn slot(&self, m: usize, of: Local, slot: u64) -> Option<u32> {
        let (at, shape) = self.start(m, of)?;
        (slot < shape.slots()).then(|| at + shape.word_of_slot(slot) as u32)
    }

    /// The first word of `count` slots of an object of map `all`.
    fn slots(&self, m: usize, of: Local, slot: u64, count: u64) -> Option<u32> {
        let (at, shape) = self.start(m, of)?;
        let end = slot.checked_add(count)?;
        (shape.map == Map::All && end <= shape.slots()).then(|| at + slot as u32 + 1)
    }

    fn make(&mut self, m: usize, to: Local, words: u64, map: Map) -> Option<Answer> {
        let shape = (1..=WORDS).contains(&words).then_some(Shape { words, map })?;
        let Some((at, nonzero)) = self.allocate(shape, true) else {
            return Some(Answer::bare(Outcome::Refused));
        };
        self.set_local(m, to, Ref::start(at));
        Some(Answer::with(&[nonzero, self.parts.address(self, at)]))
    }

    fn compare_and_swap(
        &mut self,
        m: usize,
        of: Local,
        slot: u64,
        [old, new]: [Local; 2],
    ) -> Option<Answer> {
        let at = self.slot(m, of, slot)?;
        let (old, new) = (self.readable_or_nil(m, old)?, self.readable_or_nil(m, new)?);
        let equal = self.heap.read(at) == old.bits();
        if equal {
            self.write_slot(m, Write::Cas, at, new);
        }
        Some(Answer::with(&[u64::from(equal)]))
    }

    /// Copies slots, as `memmove` does: all are shaded before the first is written.
    fn copy_slots(&mut self, m: usize, to: u32, from: u32, count: u32) {
        for at in 0..count {
            let (old, new) = (self.heap.read(to + at), self.heap.read(from + at));
            self.barrier(m, Write::Copy, Ref::from_bits(old), Ref::from_bits(new));
        }
        let from = from as usize..(from + count) as usize;
        self.heap.words.copy_within(from, to as usize);
    }

    fn check(&self, m: usize, of: Local) -> Option<Answer> {
        let held = self.readable(m, of)?;
        if !held.is_start() {
            return Some(Answer::with(&[self.stamp_at(held), 0]));
        }
        let at = held.word();
        let address = self.parts.address(self, at);
        Some(Answer::with(&[self.stamp_at(held), self.wrong_words(at), address]))
    }

    /// How many words behind the first, of those that are no slots, are not what they must be if the
    /// first is right.
    pub(super) fn wrong_words(&self, at: u32) -> u64 {
        let (shape, first) = (self.heap.head(at).shape(), self.heap.read(at));
        let plain = (1..shape.words).filter(|&word| !shape.is_slot(word));
        plain.filter(|&word| self.heap.read(at + word as u32) != stamp(first, word)).count() as u64
    }

    fn walk(&self, m: usize, of: Local, count: u64) -> Option<Answer> {
        let (mut at, mut shape) = self.start(m, of)?;
        // A list may end in itself.
        let count = count.min(CHAIN);
        let (mut seen, mut wrong) = (count.min(1), 0);
        while seen < count && shape.slots() > 0 {
            let last = at + shape.word_of_slot(shape.slots() - 1) as u32;
            let next = Ref::from_bits(self.heap.read(last));
            if !next.is_start() {
                break;
            }
            let expected = self.heap.read(at).wrapping_sub(1);
            (at, shape) = (next.word(), self.heap.head(next.word()).shape());
            wrong += u64::from(self.heap.read(at) != expected);
            seen += 1;
        }
        Some(Answer::with(&[seen, wrong]))
    }
}

/// Whether `word` is one of the object, and no slot.
fn is_plain(shape: Shape, word: u64) -> bool {
    word < shape.words && !shape.is_slot(word)
}
