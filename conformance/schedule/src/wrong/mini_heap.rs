//! A span that anybody may free into, with a ledger that says who looks after it; and wrong ones.
//!
//! The right one is a copy in small of what `reference-alloc` has: two slots, and numbers that are
//! read one by one instead of being packed. A shared helper would hide what a mutant changes.

use crate::mini_heap::{Duty, Left, Popped, SharedSpan};
use crate::remote_free::SLOTS;
use loom::sync::atomic::{AtomicU64, Ordering};
use std::marker::PhantomData;

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Place {
    Owned,
    Full,
    Listed,
    Dead,
}

/// The ledger's word, taken apart.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Word {
    returned: i16,
    free: u16,
    place: Place,
    linked: bool,
}

const RETURNED: u32 = 48;

impl Word {
    fn pack(self) -> u64 {
        u64::from(self.returned as u16) << RETURNED
            | u64::from(self.free) << 32
            | u64::from(self.linked) << 8
            | self.place as u64
    }

    fn unpack(bits: u64) -> Word {
        let place = [Place::Owned, Place::Full, Place::Listed, Place::Dead][bits as usize & 3];
        Word {
            returned: (bits >> RETURNED) as i16,
            free: (bits >> 32) as u16,
            place,
            linked: bits >> 8 & 1 != 0,
        }
    }

    fn is_empty(self) -> bool {
        i32::from(self.free) + i32::from(self.returned) == SLOTS as i32
    }
}

/// The steps that may be wrong.
pub(super) trait Steps: Sized + Send + Sync + 'static {
    /// The order in which a freed bit is set.
    const FREED: Ordering = Ordering::Release;
    /// The order in which freed bits are taken.
    const FOLDED: Ordering = Ordering::Acquire;
    /// The order in which a free is counted.
    const COUNTED: Ordering = Ordering::AcqRel;
    /// The order in which the ledger changes hands.
    const MOVED: Ordering = Ordering::AcqRel;

    fn free(span: &Small<Self>, slot: usize) -> Duty {
        span.freed.fetch_or(1 << slot, Self::FREED);
        span.count()
    }

    /// Puts `new` in the place of `seen`, or says what is there.
    fn change(word: &AtomicU64, seen: Word, new: Word) -> Result<(), Word> {
        word.compare_exchange(seen.pack(), new.pack(), Self::MOVED, Ordering::Acquire)
            .map(drop)
            .map_err(Word::unpack)
    }

    /// Whether a full span that changed under the thread which is to move it is still to be moved.
    fn is_to_be_moved(now: Word) -> bool {
        now.place == Place::Full && now.returned > 0
    }

    /// Takes a full span back.
    fn reclaim(word: &AtomicU64, mut seen: Word) -> bool {
        while seen.place == Place::Full {
            match Self::change(word, seen, Word { place: Place::Owned, ..seen }) {
                Ok(()) => return true,
                Err(now) => seen = now,
            }
        }
        false
    }

    /// What an owner without a free slot does that sees `word`.
    fn must_fold(word: Word) -> bool {
        word.returned > 0
    }

    /// A listed span turned out to be empty.
    fn take_empty(word: &AtomicU64, seen: Word) -> Duty {
        let owned = Word { place: Place::Owned, free: 0, ..seen };
        Self::change(word, seen, owned).map_or(Duty::None, |()| Duty::Release)
    }

    /// Whether a dead struct may be used again at once.
    fn is_free_when_dead(word: Word) -> bool {
        !word.linked
    }

    /// Whether a span that is listed must be put onto the list.
    fn must_push(word: Word) -> bool {
        !word.linked
    }

    /// Takes the freed bits.
    fn fold(span: &Small<Self>) -> u64 {
        span.freed.swap(0, Self::FOLDED)
    }
}

/// The span.
pub(super) struct Small<S> {
    word: AtomicU64,
    freed: AtomicU64,
    /// The owner's.
    alloc: AtomicU64,
    steps: PhantomData<S>,
}

impl<S: Steps> Small<S> {
    fn count(&self) -> Duty {
        let before = Word::unpack(self.word.fetch_add(1 << RETURNED, S::COUNTED));
        let mut now = Word { returned: before.returned + 1, ..before };
        match now.place {
            Place::Listed if now.is_empty() => return S::take_empty(&self.word, now),
            Place::Full if before.returned <= 0 && now.returned > 0 => {}
            _ => return Duty::None,
        }
        loop {
            let (moved, duty) = if now.is_empty() {
                (Word { place: Place::Owned, ..now }, Duty::Release)
            } else {
                let listed = Word { place: Place::Listed, linked: true, ..now };
                (listed, if S::must_push(now) { Duty::Push } else { Duty::None })
            };
            match S::change(&self.word, now, moved) {
                Ok(()) => return duty,
                Err(seen) if S::is_to_be_moved(seen) => now = seen,
                Err(_) => return Duty::None,
            }
        }
    }

    fn seen(&self) -> Word {
        Word::unpack(self.word.load(Ordering::Acquire))
    }
}

impl<S: Steps> SharedSpan for Small<S> {
    fn new() -> Small<S> {
        let dead = Word { returned: 0, free: 0, place: Place::Dead, linked: false };
        Small {
            word: AtomicU64::new(dead.pack()),
            freed: AtomicU64::new(0),
            alloc: AtomicU64::new(0),
            steps: PhantomData,
        }
    }

    fn start(&self) {
        self.freed.store(0, Ordering::Relaxed);
        self.alloc.store(0, Ordering::Relaxed);
        let owned = Word { returned: 0, free: 0, place: Place::Owned, linked: false };
        self.word.store(owned.pack(), Ordering::Release);
    }

    fn take(&self) -> Option<usize> {
        let alloc = self.alloc.load(Ordering::Relaxed);
        let slot = alloc.trailing_ones() as usize;
        (slot < SLOTS).then(|| {
            self.alloc.store(alloc | 1 << slot, Ordering::Relaxed);
            slot
        })
    }

    fn fold(&self) {
        if self.freed.load(Ordering::Relaxed) == 0 {
            return;
        }
        let freed = S::fold(self);
        self.alloc.store(self.alloc.load(Ordering::Relaxed) & !freed, Ordering::Relaxed);
        self.word.fetch_sub(u64::from(freed.count_ones()) << RETURNED, Ordering::AcqRel);
    }

    fn leave(&self) -> Left {
        let free = SLOTS as u16 - self.alloc.load(Ordering::Relaxed).count_ones() as u16;
        let mut seen = self.seen();
        loop {
            let word = Word { free, ..seen };
            let (moved, left) = match free {
                0 if S::must_fold(word) => return Left::FoldFirst,
                0 => (Word { place: Place::Full, ..word }, Left::Gone),
                _ if word.is_empty() => return Left::Release,
                _ => {
                    let listed = Word { place: Place::Listed, linked: true, ..word };
                    (listed, if S::must_push(word) { Left::Push } else { Left::Gone })
                }
            };
            match S::change(&self.word, seen, moved) {
                Ok(()) => return left,
                Err(now) => seen = now,
            }
        }
    }

    fn free(&self, slot: usize) -> Duty {
        S::free(self, slot)
    }

    fn free_at_home(&self, slot: usize) -> bool {
        if !S::reclaim(&self.word, self.seen()) {
            return false;
        }
        self.fold();
        self.alloc.store(self.alloc.load(Ordering::Relaxed) & !(1 << slot), Ordering::Relaxed);
        true
    }

    fn popped(&self) -> Popped {
        let mut seen = self.seen();
        loop {
            let word = Word { linked: false, ..seen };
            let (now, popped) = match word.place {
                Place::Listed => (Word { place: Place::Owned, free: 0, ..word }, Popped::Claimed),
                Place::Dead => (word, Popped::Dead),
                Place::Owned | Place::Full => (word, Popped::Gone),
            };
            match S::change(&self.word, seen, now) {
                Ok(()) => return popped,
                Err(now) => seen = now,
            }
        }
    }

    fn retire(&self) -> bool {
        let mut seen = self.seen();
        loop {
            let dead = Word { returned: 0, free: 0, place: Place::Dead, linked: seen.linked };
            match S::change(&self.word, seen, dead) {
                Ok(()) => return S::is_free_when_dead(dead),
                Err(now) => seen = now,
            }
        }
    }
}

pub(super) struct Right;
impl Steps for Right {}

pub(super) struct FreesRelaxed;
impl Steps for FreesRelaxed {
    const FREED: Ordering = Ordering::Relaxed;
}

pub(super) struct FoldsRelaxed;
impl Steps for FoldsRelaxed {
    const FOLDED: Ordering = Ordering::Relaxed;
}

pub(super) struct CountsRelaxed;
impl Steps for CountsRelaxed {
    const COUNTED: Ordering = Ordering::Relaxed;
}

pub(super) struct MovesRelaxed;
impl Steps for MovesRelaxed {
    const MOVED: Ordering = Ordering::Relaxed;
}

pub(super) struct CountsBeforeBit;
impl Steps for CountsBeforeBit {
    fn free(span: &Small<CountsBeforeBit>, slot: usize) -> Duty {
        let duty = span.count();
        span.freed.fetch_or(1 << slot, Ordering::Release);
        duty
    }
}

pub(super) struct SetsBitWithoutSwap;
impl Steps for SetsBitWithoutSwap {
    fn free(span: &Small<SetsBitWithoutSwap>, slot: usize) -> Duty {
        let freed = span.freed.load(Ordering::Relaxed);
        span.freed.store(freed | 1 << slot, Ordering::Release);
        span.count()
    }
}

pub(super) struct FoldsWithoutSwap;
impl Steps for FoldsWithoutSwap {
    fn fold(span: &Small<FoldsWithoutSwap>) -> u64 {
        let freed = span.freed.load(Ordering::Acquire);
        span.freed.store(0, Ordering::Relaxed);
        freed
    }
}

pub(super) struct LeavesUnseen;
impl Steps for LeavesUnseen {
    fn must_fold(_: Word) -> bool {
        false
    }
}

pub(super) struct TakesEmptyUnasked;
impl Steps for TakesEmptyUnasked {
    fn take_empty(word: &AtomicU64, seen: Word) -> Duty {
        word.store(Word { place: Place::Owned, free: 0, ..seen }.pack(), Ordering::Release);
        Duty::Release
    }
}

pub(super) struct ReusesLinked;
impl Steps for ReusesLinked {
    fn is_free_when_dead(_: Word) -> bool {
        true
    }
}

pub(super) struct PushesLinked;
impl Steps for PushesLinked {
    fn must_push(_: Word) -> bool {
        true
    }
}

pub(super) struct MovesUnseen;
impl Steps for MovesUnseen {
    fn is_to_be_moved(_: Word) -> bool {
        true
    }
}

pub(super) struct MovesAnyFull;
impl Steps for MovesAnyFull {
    fn is_to_be_moved(now: Word) -> bool {
        now.place == Place::Full
    }
}

pub(super) struct ReclaimsWithoutSwap;
impl Steps for ReclaimsWithoutSwap {
    fn reclaim(word: &AtomicU64, seen: Word) -> bool {
        let is_full = seen.place == Place::Full;
        if is_full {
            word.store(Word { place: Place::Owned, ..seen }.pack(), Ordering::Release);
        }
        is_full
    }
}
