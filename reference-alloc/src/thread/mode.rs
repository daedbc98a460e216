//! How the process's heap treats misuse: chosen once, before the first block.
//!
//! The choice is one word, so that who reads it needs no other: nothing yet, plain, or the secret of
//! [`crate::harden`]. Only slow paths read it. In detection threads have no cache that a fast path
//! could see, so every call is slow.

use super::HEAP;
use crate::harden::Detect;
use crate::os::unix::Unix;
use crate::sync::{AtomicU64, Ordering};

/// What the heap does about misuse.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Mode {
    /// What costs nothing: see [`crate::alloc::Heap::free`].
    Plain,
    /// It finds it, and ends the process: see [`crate::harden`].
    Detect,
}

/// [`OPEN`], [`PLAIN`], or a secret. Written once.
static CHOICE: AtomicU64 = AtomicU64::new(OPEN);
const OPEN: u64 = 0;
const PLAIN: u64 = 1;

/// Chooses, if nobody has before. True if it was this call that did.
#[inline]
pub fn choose(mode: Mode) -> bool {
    CHOICE.load(Ordering::Relaxed) == OPEN && choose_first(mode)
}

#[cold]
fn choose_first(mode: Mode) -> bool {
    let choice = match mode {
        Mode::Plain => PLAIN,
        // Neither of the other two.
        Mode::Detect => HEAP.central.heap.pages.os.random() | 2,
    };
    CHOICE.compare_exchange(OPEN, choice, Ordering::Relaxed, Ordering::Relaxed).is_ok()
}

/// What was chosen, if anything was.
#[inline]
pub fn chosen() -> Option<Mode> {
    match CHOICE.load(Ordering::Relaxed) {
        OPEN => None,
        PLAIN => Some(Mode::Plain),
        _ => Some(Mode::Detect),
    }
}

/// The process's heap looked after, if that was chosen.
#[inline]
pub(super) fn detect() -> Option<Detect<'static, Unix>> {
    match CHOICE.load(Ordering::Relaxed) {
        OPEN | PLAIN => None,
        secret => Some(Detect::new(&HEAP, secret)),
    }
}
