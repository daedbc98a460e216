//! Something that may have one owner at a time: a block, a page, a span, a cache.

use loom::cell::UnsafeCell;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

/// The thing. Its owner touches it when it comes and when it goes; loom ends the model if a touch
/// did not *happen before* the next one, and `owned` if there are two owners in good order.
pub(super) struct Piece {
    touched: Touched,
    /// Bookkeeping of the model, which no order depends on: no atomic of loom's.
    owned: AtomicBool,
    /// How often it had an owner.
    times: AtomicUsize,
}

/// What is touched: nothing, but loom looks at who comes.
struct Touched(UnsafeCell<()>);

// SAFETY: there is no byte in it.
unsafe impl Sync for Touched {}

impl Piece {
    pub(super) fn new() -> Piece {
        Piece {
            touched: Touched(UnsafeCell::new(())),
            owned: AtomicBool::new(false),
            times: AtomicUsize::new(0),
        }
    }

    /// `count` of them.
    pub(super) fn several(count: usize) -> Vec<Piece> {
        (0..count).map(|_| Piece::new()).collect()
    }

    /// The caller owns it from now on.
    pub(super) fn take(&self) {
        assert!(!self.owned.swap(true, Ordering::Relaxed), "something has two owners");
        self.times.fetch_add(1, Ordering::Relaxed);
        self.write();
    }

    /// The caller, who owns it, is about to let go of it.
    pub(super) fn give(&self) {
        self.write();
        assert!(self.owned.swap(false, Ordering::Relaxed), "something without an owner is given");
    }

    /// The caller owns it for a moment.
    pub(super) fn pass(&self) {
        self.take();
        self.give();
    }

    /// Writes it.
    pub(super) fn write(&self) {
        self.touched.0.with_mut(|_| ());
    }

    /// Reads it: what was written must have been written before.
    pub(super) fn read(&self) {
        self.touched.0.with(|_| ());
    }

    /// How often it had an owner.
    pub(super) fn times(&self) -> usize {
        self.times.load(Ordering::Relaxed)
    }
}
