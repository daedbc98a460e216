//! Forks: the child is born with all locks open and the heap whole.
//!
//! The handlers must be known before a second thread can take a lock, or a fork in between would
//! leave a child with a lock that nobody opens. So they are asked for when the program or the library
//! is loaded; where that is not possible, at a thread's first call, which is early but not first.
//!
//! A signal handler may fork in the middle of a call. If the process has one thread, no lock is asked
//! for: those that are taken are the interrupted call's, which goes on in parent and child alike. With
//! more threads such a fork waits for its own thread, for ever, as it does in the GNU C library; POSIX
//! has not promised more since 2024, and names `_Fork` for handlers.
//!
//! Source: POSIX.1-2024 2.4.3 and `fork`; glibc `posix/fork.c`.

use super::{HEAP, LATE};
use crate::alloc::AllLocks;
use crate::mcache::Mcache;
use crate::os::unix::Unix;
use crate::sync::{AtomicBool, Guard, Ordering};
use std::cell::UnsafeCell;

/// The locks that the forking thread holds, from before the fork until after it.
struct Held(UnsafeCell<Option<Locks>>);

/// The lock of the cache for late calls, and those of the heap, in this order.
type Locks = (Guard<'static, Option<&'static Mcache>>, AllLocks<'static, Unix>);

// SAFETY: only the thread that is forking touches it, and the system lets one thread fork at a time
// run the handlers: it holds the locks meanwhile.
unsafe impl Sync for Held {}

static HELD: Held = Held(UnsafeCell::new(None));

/// Whether the handlers are asked for.
static ASKED: AtomicBool = AtomicBool::new(false);

/// Runs when this code is loaded.
#[cfg(all(target_os = "linux", not(miri)))]
#[used]
// SAFETY: the loader calls what is in this section once, with C's convention.
#[unsafe(link_section = ".init_array")]
static AT_LOAD: extern "C" fn() = {
    extern "C" fn at_load() {
        prepare_once();
    }
    at_load
};

/// Asks the system to call the handlers around every fork of this process; the first time only.
pub(super) fn prepare_once() {
    if !ASKED.swap(true, Ordering::Relaxed) {
        // SAFETY: functions without arguments, that are never unloaded before the process ends. Without
        // memory for them a child may hang: no worse than a heap that knows nothing of forks.
        unsafe { libc::pthread_atfork(Some(before), Some(after), Some(after)) };
    }
}

/// Whether the process has one thread, as far as the C library knows: the GNU one does from 2.32.
#[cfg(all(target_arch = "x86_64", target_os = "linux", not(miri)))]
fn is_alone() -> bool {
    let known: *const u8;
    // SAFETY: reads the place where the loader leaves the address of a variable, or null where there
    // is none of that name; and the variable.
    unsafe {
        std::arch::asm!(
            ".weak __libc_single_threaded",
            "mov {0}, qword ptr [rip + __libc_single_threaded@GOTPCREL]",
            out(reg) known,
            options(pure, readonly, nostack, preserves_flags),
        );
        !known.is_null() && known.read_volatile() != 0
    }
}

/// Not known here.
#[cfg(not(all(target_arch = "x86_64", target_os = "linux", not(miri))))]
fn is_alone() -> bool {
    false
}

unsafe extern "C" fn before() {
    if is_alone() {
        return;
    }
    let late = LATE.hold();
    let all = HEAP.lock_all();
    // SAFETY: this thread has the locks, so no other one is between `before` and `after`.
    unsafe { *HELD.0.get() = Some((late, all)) };
}

unsafe extern "C" fn after() {
    // SAFETY: as above; in the child there is no other thread at all.
    drop(unsafe { (*HELD.0.get()).take() });
}
