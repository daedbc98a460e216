//! The process's heap, and the current thread's cache of it.
//!
//! There is one heap for `#[global_allocator]` and for the C names. A thread gets its cache at its
//! first call that needs one, and the heap takes it back when the thread ends:
//!
//! 1. Before its first call a thread has [`NO_CACHE`], a constant that needs no code to run: with it
//!    every fast path fails. So calls work before thread-locals, constructors and `main`.
//! 2. The slow path attaches a cache, sets the thread-local, and *then* asks the system to call
//!    back at the thread's end: what the system allocates for that is served already.
//! 3. At the thread's end the system calls back (`end.rs`), and the cache goes back. Destructors run in no
//!    order that one could choose, so others may call later still. They share one cache behind a
//!    lock: a second one for the thread would never come back.
//!
//! Where misuse is to be detected ([`Mode::Detect`]), a thread's fast paths keep [`NO_CACHE`] for ever,
//! and the slow paths, which all calls then come to, go to [`crate::harden`].
//!
//! A fork finds all locks held by the forking thread, since it takes them before; the child has only
//! that thread. Caches of the parent's other threads are lost to the child, with at most what
//! magazines hold, a span for each class and a window of pages.
//!
//! Source: POSIX `pthread_key_create`, `pthread_atfork`.

mod end;
mod fork;
mod local;
mod mode;
mod report;

use crate::alloc::{Heap, class_of_layout};
use crate::error::{Misuse, OutOfMemory};
use crate::harden::Asked;
use crate::kept::{Home, Kept};
use crate::mcache::Mcache;
use crate::mcentral::Emptied;
use crate::os::unix::Unix;
use crate::size_class::{Class, Reserve};
use crate::sync::Lock;
use crate::units::Addr;
use std::ptr::{self, NonNull};

pub use self::local::NO_CACHE;
use self::local::{Stage, cache, set_cache, set_stage, stage};
use self::mode::detect;
pub use self::mode::{Mode, choose, chosen};
pub use self::report::{say, stop};

/// The heap of the process.
pub static HEAP: Heap<Unix> = Heap::new(Unix::new(), Reserve::Classic);

/// The cache for calls of threads whose own is gone.
static LATE: Lock<Option<&'static Mcache>> = Lock::new(None);

/// A block of `class` from the current thread's magazine, if there is one.
#[inline]
pub fn alloc_fast(class: u8) -> Option<NonNull<u8>> {
    let block = cache().magazine(class).pop()?;
    // SAFETY: the address of a slot is never 0.
    Some(unsafe { NonNull::new_unchecked(crate::os::pointer(block)) })
}

/// Puts the block at `address` into the current thread's magazine. False if that was not possible:
/// it is full, or the block's span drains, or the block is large, or none.
///
/// # Safety
/// `address` is null or a live block.
#[inline]
pub unsafe fn free_fast(address: *mut u8) -> bool {
    match HEAP.central.heap.pages.arenas.class_at(address.addr()) {
        Some(class) => cache().magazine(class).push(Addr(address.addr())),
        None => false,
    }
}

/// The same for a block whose class is known.
///
/// # Safety
/// `address` is a live block of `class`.
#[inline]
pub unsafe fn free_fast_of(address: *mut u8, class: u8) -> bool {
    let (cache, block) = (cache(), Addr(address.addr()));
    // What drains says no class, whatever the caller knows.
    let tells = || HEAP.central.heap.pages.arenas.class_at(block.0) == Some(class);
    (!cache.drains() || tells()) && cache.magazine(class).push(block)
}

/// A block when there is none in the magazine. Who comes here first and has not chosen a [`Mode`] has
/// chosen the plain one.
///
/// # Errors
/// If the request is too large, or the system has no memory.
#[cold]
#[inline(never)]
pub fn alloc_slow(bytes: usize, align: usize, zeroed: bool) -> Result<NonNull<u8>, OutOfMemory> {
    choose(Mode::Plain);
    if let Some(detect) = detect() {
        let asked = Asked { bytes, align };
        // SAFETY: the cache is the caller's, or locked.
        return match with_cache(|cache| unsafe { detect.alloc(cache, asked, zeroed) })? {
            Ok(block) => block.ok_or(OutOfMemory),
            Err(misuse) => stop(misuse),
        };
    }
    let Some(class) = class_of_layout(bytes, align) else {
        return HEAP.alloc_large(bytes, align, zeroed);
    };
    // SAFETY: the cache is the caller's, or locked.
    with_cache(|cache| unsafe { HEAP.alloc(cache, Some(class), bytes, align, zeroed) })?
}

/// Frees the block at `address` when the magazine would not take it. What the caller has `told` of it
/// is held against it if misuse is to be detected.
///
/// # Safety
/// `address` is a live block. Where it is seen to be none, the process ends with a message.
#[cold]
#[inline(never)]
pub unsafe fn free_slow(address: *mut u8, told: Option<Asked>) {
    let address = Addr(address.addr());
    if let Some(detect) = detect() {
        // SAFETY: the cache is the caller's, or locked.
        let done = match with_cache(|cache| unsafe { detect.free(Some(cache), address, told) }) {
            Ok(done) => done,
            // SAFETY: no cache.
            Err(OutOfMemory) => unsafe { detect.free(None, address, told) },
        };
        return done.unwrap_or_else(|misuse| stop(misuse));
    }
    let done = if let Some(class) = HEAP.class_at(address) {
        // SAFETY: the cache is the caller's, or locked; the block is the caller's.
        match with_cache(|cache| unsafe { HEAP.free_small(cache, class, address) }) {
            Ok(done) => done,
            Err(OutOfMemory) => free_without_cache(class, address),
        }
    } else {
        HEAP.free_large(address)
    };
    if let Err(misuse) = done {
        stop(misuse);
    }
}

/// [`free_slow`] for a block of which the caller has told bytes and alignment. They come one by one, in
/// registers: so the fast path in front of this call needs no frame.
///
/// # Safety
/// As for [`free_slow`].
#[cold]
#[inline(never)]
pub unsafe fn free_told(address: *mut u8, bytes: usize, align: usize) {
    // SAFETY: the caller's.
    unsafe { free_slow(address, Some(Asked { bytes, align })) }
}

/// There is no memory even for a cache, and the block goes straight back to its span.
fn free_without_cache(class: u8, address: Addr) -> Result<(), Misuse> {
    let (mut emptied, mut kept) = (Emptied::new(), Kept::new());
    let home = Home::nobodys(&mut kept);
    let done = HEAP.central.free_blocks(Class(class), &[address], home, &mut emptied);
    emptied.flush(&HEAP.central.heap);
    done
}

/// The bytes that may be used of the block at `address`.
///
/// # Errors
/// If there is no such block, as far as that is seen.
pub fn usable(address: Addr) -> Result<usize, Misuse> {
    match detect() {
        Some(detect) => detect.usable(address),
        None => HEAP.usable(address),
    }
}

/// Makes the block at `address`, of which the caller has `told` this or nothing, be as if it was
/// `asked` for, where it stands. False if it must move.
///
/// # Errors
/// If there is no such block, as far as that is seen.
#[inline]
pub fn resize(address: Addr, told: Option<Asked>, asked: Asked) -> Result<bool, Misuse> {
    match detect() {
        Some(detect) => detect.resize(address, told, asked),
        None => HEAP.resize(address, class_of_layout(asked.bytes, asked.align), asked.bytes),
    }
}

/// Calls `with` the cache of the current thread, or the one for late calls.
fn with_cache<T>(with: impl FnOnce(&Mcache) -> T) -> Result<T, OutOfMemory> {
    if !ptr::eq(cache(), &raw const NO_CACHE) {
        return Ok(with(cache()));
    }
    match stage() {
        Stage::Early => Ok(with(begin()?)),
        Stage::Hidden(cache) => Ok(with(cache)),
        Stage::Late => {
            let mut late = LATE.hold();
            let cache = match *late {
                Some(cache) => cache,
                None => *late.insert(HEAP.attach()?),
            };
            Ok(with(cache))
        }
    }
}

/// Gives the current thread a cache.
#[cold]
fn begin() -> Result<&'static Mcache, OutOfMemory> {
    let key = end::key();
    let cache = HEAP.attach()?;
    match chosen() {
        Some(Mode::Detect) => set_stage(Stage::Hidden(cache)),
        Some(Mode::Plain) | None => set_cache(cache),
    }
    fork::prepare_once();
    if let Some(key) = key {
        // SAFETY: the key exists. If there is no memory to remember the value, the cache is not
        // given back at the thread's end: that costs memory, and nothing else.
        unsafe { libc::pthread_setspecific(key, ptr::from_ref(cache).cast()) };
    }
    Ok(cache)
}

/// Gives what the current thread's cache holds back to the heap; the thread keeps the cache.
pub fn flush() {
    let own = match stage() {
        Stage::Hidden(cache) => Some(cache),
        Stage::Early | Stage::Late => {
            Some(cache()).filter(|own| !ptr::eq(*own, &raw const NO_CACHE))
        }
    };
    if let Some(cache) = own {
        // SAFETY: the current thread's.
        if let Err(misuse) = unsafe { cache.release_all(&HEAP.central) } {
            stop(misuse);
        }
    }
    if let Some(cache) = *LATE.hold() {
        // SAFETY: locked.
        if let Err(misuse) = unsafe { cache.release_all(&HEAP.central) } {
            stop(misuse);
        }
    }
}
