//! The end of a thread: the heap takes its cache back.
//!
//! The system calls a function of ours at the thread's end, if the thread has a value for a key that
//! knows the function. A library is unloaded by `dlclose` while threads that called it still run; a key
//! that stayed would have them end by a jump to where the function was. So the key goes when this
//! code does, and the caches of such threads stay with the heap that nobody can reach any more.
//!
//! Source: POSIX `pthread_key_create`, `pthread_key_delete`.

use super::local::{NO_CACHE, Stage, set_cache, set_stage};
use super::{HEAP, stop};
use crate::mcache::Mcache;
use crate::registry::Entry;
use crate::sync::{AtomicU32, Ordering};

/// The key whose destructor is `teardown`, plus one; [`NONE_YET`] or [`NONE_EVER`].
static KEY: AtomicU32 = AtomicU32::new(NONE_YET);
const NONE_YET: u32 = 0;
/// More than any key: this code is about to go, or the process.
const NONE_EVER: u32 = u32::MAX;

/// The key, made if need be; `None` if the process has no key left, or there shall be none any more.
pub(super) fn key() -> Option<libc::pthread_key_t> {
    let known = KEY.load(Ordering::Acquire);
    if known != NONE_YET {
        return known_key(known);
    }
    let mut made = 0;
    // SAFETY: the place is valid, and the destructor is for values that only `begin` sets.
    if unsafe { libc::pthread_key_create(&raw mut made, Some(teardown)) } != 0 {
        return None;
    }
    match KEY.compare_exchange(NONE_YET, made + 1, Ordering::AcqRel, Ordering::Acquire) {
        Ok(_) => Some(made),
        Err(first) => {
            // SAFETY: made just now, and unknown to others.
            unsafe { libc::pthread_key_delete(made) };
            known_key(first)
        }
    }
}

/// The key that a word other than [`NONE_YET`] speaks of.
fn known_key(word: u32) -> Option<libc::pthread_key_t> {
    (word != NONE_EVER).then(|| word - 1)
}

/// The thread ends: its cache goes back.
unsafe extern "C" fn teardown(cache: *mut libc::c_void) {
    set_stage(Stage::Late);
    // SAFETY: the value is the cache that `begin` gave this thread.
    let cache: &'static Entry<Mcache> = unsafe { &*cache.cast() };
    set_cache(&NO_CACHE);
    // SAFETY: the thread will not find it again.
    if let Err(misuse) = unsafe { HEAP.detach(cache) } {
        stop(misuse);
    }
}

/// Runs when this code is unloaded, and when the process ends: threads that outlive `main` by a moment
/// keep their caches.
#[cfg(all(target_os = "linux", not(miri)))]
#[used]
// SAFETY: the loader calls what is in this section once, with C's convention.
#[unsafe(link_section = ".fini_array")]
static AT_UNLOAD: extern "C" fn() = {
    extern "C" fn at_unload() {
        // First the word, so that nobody sets a value for a number that others may have by then.
        let known = KEY.swap(NONE_EVER, Ordering::AcqRel);
        if let Some(key) = Some(known).filter(|&word| word != NONE_YET).and_then(known_key) {
            // SAFETY: made by `key`, and unknown to others.
            unsafe { libc::pthread_key_delete(key) };
        }
    }
    at_unload
};
