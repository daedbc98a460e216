//! Who may give a span away: one word that every free and every owner goes through.
//!
//! Any thread frees any block, and no lock is held while it does. A free sets the block's bit among
//! the span's *freed* bits, then counts itself here; what the count then says, and only that,
//! decides whether this thread must do something about the span. Go has no such word: there only the
//! collector frees, and sweeping decides. It plays the part of sweeping in a heap whose blocks are
//! freed one by one.
//!
//! # Places
//!
//! ```text
//!            leave, no slot free                first free of a full span
//!   Owned ------------------------> Full ------------------------------+
//!   ^ ^ |                                                              v
//!   | | +---- leave, some slots free -------------------------------> Listed
//!   | +------ claim: popped from the class's stack of spans with room ---+
//!   +-------- the last free: this thread owns an empty span -------------+
//!     |
//!     +------ retire: its pages went back ---> Dead
//! ```
//!
//! - **Owned**: one thread has the span, in its cache or in its hands, and alone may fold freed
//!   bits into free slots, hand out slots, or give the pages back.
//! - **Full**: nobody has it. It had no free slot when it was left.
//! - **Listed**: it is on the stack of its class, for whoever pops it.
//! - **Dead**: it is no span any more; the struct waits for its next life.
//!
//! Apart from the place a span is *linked* while it is on the stack. A stack gives only its top away,
//! so a span that is released stays linked until it is popped; and one that is left again before
//! that need not be pushed. So a span is on one stack, once.
//!
//! # The count
//!
//! `returned` counts frees that the owner has not folded yet. A free sets its bit *before* it
//! counts, so an owner may fold a bit whose free is not counted yet: then `returned` falls below
//! zero, and comes back when that free counts. It never errs the other way. So a span is known to
//! be empty, `free + returned == slots`, only when every free is counted: the last one to count
//! finds it empty, and no thread touches the span after it has counted without owning it.
//!
//! # Dangers, one by one
//!
//! 1. *Two threads list a full span.* The one whose count makes `returned` positive lists it. In
//!    Full nobody subtracts, so that happens once.
//! 2. *Nobody lists it.* An owner that leaves it as Full does so in one compare-and-swap against a
//!    count that is not positive: a free counts before (the owner folds again) or after (danger 1).
//! 3. *An empty span is released and claimed at once.* Both move it from Listed to Owned by
//!    compare-and-swap; one of them loses and lets go.
//! 4. *A struct starts its next life on the stack of its last one.* It may not: the struct of a dead
//!    span is free when it is unlinked as well. Whoever does the later of the two, dying and
//!    unlinking, gets it.
//! 5. *A span is pushed twice.* Linked and Listed are set in one compare-and-swap, and who set
//!    linked pushes.
//! 6. *A block is reused before its free is over.* The bit is set with release and folded with
//!    acquire, so all that the freeing thread did to the block comes before the next owner has it
//!    (`alloc/concurrency/remote-free-synchronises`). An empty span is released after an acquire of
//!    every count.
//!
//! 7. *A span is released as what it was.* Between a count that finds a span empty and the
//!    compare-and-swap that takes it, others may take it, give its pages back, make it another span
//!    and empty that one, until the word is the same. Then the swap succeeds, and rightly: the span is
//!    empty, and it is this thread's. But it is not the span that was freed into. So what the span is
//!    (pages, class) must be read after [`Duty::Release`] came back.
//! 8. *A free is counted into the next life.* An owner that sees all slots free in its own bits may
//!    have folded a bit whose free is not counted yet. It may not retire the span; only who was told
//!    `Release`, by a count or by [`Ledger::leave`], may.
//!
//! Loom explores these in every order of two or three threads: the model `remote-free`,
//! `ci/loom.sh`.

mod word;

pub use self::word::Place;

use self::word::Word;
use crate::sync::{AtomicU64, Ordering, const_unless_loom};

/// What a thread must do that has freed blocks of a span.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[must_use]
pub enum Duty {
    /// Nothing: others look after the span.
    None,
    /// Push the span onto the stack of its class.
    Push,
    /// The span is empty and this thread owns it: give its pages back. What was read of the span
    /// before may be of another life: danger 7.
    Release,
}

/// What became of a span that its owner wants to leave.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[must_use]
pub enum Left {
    /// Nobody has it now; the first free will see to it.
    Full,
    /// Push it onto the stack of its class.
    Push,
    /// It is on that stack already.
    Listed,
    /// It is empty and still owned: give its pages back.
    Release,
    /// It is still owned: blocks were freed meanwhile. Fold them first.
    FoldFirst,
}

/// What a popped span is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[must_use]
pub enum Popped {
    /// It has room, and is the caller's.
    Claimed,
    /// Somebody else has it, or it is full: pop another one.
    Gone,
    /// It was dead, and the struct is the caller's.
    Dead,
}

/// One word about a span: place, linked or not, slots, free slots when it was left, frees not yet
/// folded.
#[derive(Debug)]
pub struct Ledger(AtomicU64);

impl Ledger {
    const_unless_loom! {
        /// The word of a span struct that was no span yet.
        pub fn unused() -> Ledger {
            Ledger(AtomicU64::new(Word::dead(false).pack()))
        }
    }

    /// Starts the life of a span with `slots`, owned by the caller, who has got the struct from the
    /// system or as [`Ledger::retire`] and [`Popped::Dead`] say.
    #[inline]
    pub fn start(&self, slots: u16) {
        let word = Word { returned: 0, free: 0, slots, place: Place::Owned, linked: false };
        self.0.store(word.pack(), Ordering::Release);
    }

    /// Ends the life of a span that the caller owns and was told to release: it is not enough that
    /// all its slots are free (danger 8). True if the struct
    /// is the caller's; else it goes to whoever pops it.
    #[inline]
    pub fn retire(&self) -> bool {
        let mut seen = self.0.load(Ordering::Relaxed);
        loop {
            let linked = Word::unpack(seen).linked;
            let word = Word::dead(linked).pack();
            match self.0.compare_exchange_weak(seen, word, Ordering::AcqRel, Ordering::Relaxed) {
                Ok(_) => return !linked,
                Err(now) => seen = now,
            }
        }
    }

    /// Counts `n` frees, whose bits are set.
    #[inline]
    pub fn count(&self, n: u16) -> Duty {
        // Release: the bits and what was done to the blocks come before. Acquire: if this is the
        // last count, all others' come before the release of the span.
        let before = Word::unpack(self.0.fetch_add(Word::frees(n), Ordering::AcqRel));
        let now = Word { returned: before.returned.wrapping_add(n as i16), ..before };
        match now.place {
            Place::Listed if now.is_empty() => self.take_empty(now),
            Place::Full if before.returned <= 0 && now.returned > 0 => self.leave_full(now),
            _ => Duty::None,
        }
    }

    /// The span is listed and empty: whoever gets it from Listed to Owned has it.
    #[cold]
    fn take_empty(&self, seen: Word) -> Duty {
        let owned = Word { place: Place::Owned, free: 0, ..seen };
        match self.0.compare_exchange(
            seen.pack(),
            owned.pack(),
            Ordering::AcqRel,
            Ordering::Relaxed,
        ) {
            Ok(_) => Duty::Release,
            Err(_) => Duty::None, // somebody popped it; the span is theirs
        }
    }

    /// The span is full no more, and this thread is the one to move it. Others only count.
    fn leave_full(&self, mut seen: Word) -> Duty {
        loop {
            let (moved, duty) = if seen.is_empty() {
                (Word { place: Place::Owned, ..seen }, Duty::Release)
            } else {
                let listed = Word { place: Place::Listed, linked: true, ..seen };
                (listed, if seen.linked { Duty::None } else { Duty::Push })
            };
            match self.0.compare_exchange_weak(
                seen.pack(),
                moved.pack(),
                Ordering::AcqRel,
                Ordering::Acquire,
            ) {
                Ok(_) => return duty,
                Err(now) => seen = Word::unpack(now),
            }
        }
    }

    /// What the span is that the caller has popped from the stack of its class.
    #[inline]
    pub fn popped(&self) -> Popped {
        let mut seen = self.0.load(Ordering::Relaxed);
        loop {
            let word = Word { linked: false, ..Word::unpack(seen) };
            let (now, popped) = match word.place {
                Place::Listed => (Word { place: Place::Owned, free: 0, ..word }, Popped::Claimed),
                Place::Dead => (word, Popped::Dead),
                Place::Owned | Place::Full => (word, Popped::Gone),
            };
            match self.0.compare_exchange_weak(
                seen,
                now.pack(),
                Ordering::AcqRel,
                Ordering::Relaxed,
            ) {
                Ok(_) => return popped,
                Err(now) => seen = now,
            }
        }
    }

    /// The owner has folded `n` freed bits into free slots.
    #[inline]
    pub fn folded(&self, n: u16) {
        self.0.fetch_sub(Word::frees(n), Ordering::AcqRel);
    }

    /// Whether frees are counted that nobody has folded.
    #[inline]
    pub fn has_returned(&self) -> bool {
        Word::unpack(self.0.load(Ordering::Relaxed)).returned > 0
    }

    /// The owner leaves the span with `free` free slots.
    pub fn leave(&self, free: u16) -> Left {
        let mut seen = self.0.load(Ordering::Acquire);
        loop {
            let word = Word { free, ..Word::unpack(seen) };
            let (moved, left) = match free {
                0 if word.returned > 0 => return Left::FoldFirst,
                0 => (Word { place: Place::Full, ..word }, Left::Full),
                _ if word.is_empty() => return Left::Release,
                _ => {
                    let listed = Word { place: Place::Listed, linked: true, ..word };
                    (listed, if word.linked { Left::Listed } else { Left::Push })
                }
            };
            match self.0.compare_exchange_weak(
                seen,
                moved.pack(),
                Ordering::AcqRel,
                Ordering::Acquire,
            ) {
                Ok(_) => return left,
                Err(now) => seen = now,
            }
        }
    }

    /// Where the span is. By the time the caller looks it may be elsewhere, unless it owns it.
    pub fn place(&self) -> Place {
        Word::unpack(self.0.load(Ordering::Acquire)).place
    }

    /// Frees that nobody has folded; may be below zero for a moment.
    pub fn returned(&self) -> i16 {
        Word::unpack(self.0.load(Ordering::Acquire)).returned
    }
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::*;

    fn of_slots(slots: u16) -> Ledger {
        let ledger = Ledger::unused();
        ledger.start(slots);
        ledger
    }

    #[test]
    fn the_first_free_of_a_full_span_pushes_it_and_the_last_releases_it() {
        let ledger = of_slots(3);
        assert_eq!(ledger.leave(0), Left::Full);
        assert_eq!(ledger.count(1), Duty::Push);
        assert_eq!(ledger.count(1), Duty::None);
        assert_eq!(ledger.count(1), Duty::Release);
        assert_eq!(ledger.place(), Place::Owned);
    }

    #[test]
    fn a_full_span_with_one_slot_is_released_at_once() {
        let ledger = of_slots(1);
        assert_eq!(ledger.leave(0), Left::Full);
        assert_eq!(ledger.count(1), Duty::Release);
        assert!(ledger.retire(), "it was never linked");
    }

    #[test]
    fn a_batch_that_empties_a_full_span_releases_it() {
        let ledger = of_slots(3);
        assert_eq!(ledger.leave(0), Left::Full);
        assert_eq!(ledger.count(3), Duty::Release);
    }

    #[test]
    fn an_owner_with_frees_to_fold_may_not_leave_a_span_as_full() {
        let ledger = of_slots(3);
        assert_eq!(ledger.count(1), Duty::None);
        assert_eq!(ledger.leave(0), Left::FoldFirst);
        ledger.folded(1);
        assert_eq!(ledger.leave(1), Left::Push);
        assert_eq!(ledger.popped(), Popped::Claimed);
    }

    #[test]
    fn a_span_that_died_on_the_stack_belongs_to_who_pops_it() {
        let ledger = of_slots(2);
        assert_eq!(ledger.leave(1), Left::Push);
        assert_eq!(ledger.count(1), Duty::Release);
        assert!(!ledger.retire(), "still linked");
        assert_eq!(ledger.popped(), Popped::Dead);
    }

    #[test]
    fn a_span_that_was_popped_before_it_died_belongs_to_its_owner() {
        let ledger = of_slots(2);
        assert_eq!(ledger.leave(1), Left::Push);
        assert_eq!(ledger.count(1), Duty::Release);
        assert_eq!(ledger.popped(), Popped::Gone);
        assert!(ledger.retire());
    }

    /// The owner folds a bit and hands the slot out again before the free is counted.
    #[test]
    fn a_free_that_counts_late_is_neither_lost_nor_counted_twice() {
        let ledger = of_slots(2);
        ledger.folded(1);
        assert_eq!(ledger.leave(0), Left::Full);
        assert_eq!(ledger.count(1), Duty::None, "the late one");
        assert_eq!(ledger.count(1), Duty::Push);
        assert_eq!(ledger.count(1), Duty::Release);
    }

    #[test]
    fn a_span_is_not_empty_while_a_free_is_not_counted() {
        let ledger = of_slots(2);
        ledger.folded(1); // its free is not counted yet
        assert_eq!(ledger.leave(2), Left::Push);
        assert_eq!(ledger.count(1), Duty::Release);
    }
}
