//! A lock of one word that needs no memory and can be released by a forked child.
//!
//! `std::sync::Mutex` is of the same make, but it is released only through its guard, and the guard
//! of a lock taken before a fork belongs to two processes.

use rustix::thread::futex;
use std::hint;
use std::sync::atomic::{AtomicU32, Ordering};

const OPEN: u32 = 0;
const HELD: u32 = 1;
/// Held, and somebody sleeps or is about to.
const AWAITED: u32 = 2;

/// Looks at a held lock before sleeping: about a microsecond, longer than most holds.
const SPINS: u32 = 100;

/// A lock. All zero bytes are an open lock.
pub(crate) struct Lock(AtomicU32);

impl Lock {
    /// An open lock.
    pub(crate) const fn new() -> Lock {
        Lock(AtomicU32::new(OPEN))
    }

    /// Takes the lock until the result is dropped.
    pub(crate) fn hold(&self) -> Holding<'_> {
        self.acquire();
        Holding(self)
    }

    /// Takes the lock until [`Lock::release`]. For fork handlers; all others call [`Lock::hold`].
    pub(crate) fn acquire(&self) {
        for _ in 0..SPINS {
            if self.0.compare_exchange(OPEN, HELD, Ordering::Acquire, Ordering::Relaxed).is_ok() {
                return;
            }
            hint::spin_loop();
        }
        while self.0.swap(AWAITED, Ordering::Acquire) != OPEN {
            // A wait that fails was woken, or the word has changed: look again.
            let _ = futex::wait(&self.0, futex::Flags::PRIVATE, AWAITED, None);
        }
    }

    /// Opens a lock that [`Lock::acquire`] took, in this process or in its parent.
    pub(crate) fn release(&self) {
        if self.0.swap(OPEN, Ordering::Release) == AWAITED {
            // Nobody may be left to wake.
            let _ = futex::wake(&self.0, futex::Flags::PRIVATE, 1);
        }
    }
}

/// A held lock; released when dropped.
#[must_use = "the lock is released when this is dropped"]
pub(crate) struct Holding<'a>(&'a Lock);

impl Drop for Holding<'_> {
    fn drop(&mut self) {
        self.0.release();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::AtomicU64;

    #[test]
    fn increments_under_the_lock_are_never_lost() {
        let (lock, count) = (Lock::new(), AtomicU64::new(0));
        std::thread::scope(|threads| {
            for _ in 0..4 {
                threads.spawn(|| {
                    for _ in 0..20_000 {
                        let _held = lock.hold();
                        count.store(count.load(Ordering::Relaxed) + 1, Ordering::Relaxed);
                    }
                });
            }
        });
        assert_eq!(count.load(Ordering::Relaxed), 80_000);
    }
}
