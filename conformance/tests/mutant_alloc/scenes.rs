//! Situations with threads, forks and thread-local destructors.
//!
//! Threads are joined by name: the end of a scope waits for bodies, not for destructors.

use crate::calls::{Calls, bytes};
use crate::child::{self, End};
use conformance::target::heap::Heap;
use std::sync::Barrier;
use std::sync::atomic::{AtomicBool, AtomicPtr, Ordering};
use std::{ptr, thread};

/// Addresses that cross a thread border.
pub(crate) struct Parcel(pub(crate) Vec<*mut u8>);

// SAFETY: blocks belong to whoever holds the parcel.
unsafe impl Send for Parcel {}

impl Parcel {
    /// The addresses; by a method, so that a closure captures the parcel and not its field.
    pub(crate) fn take(self) -> Vec<*mut u8> {
        self.0
    }
}

/// Runs `body` on a thread of its own and waits until the thread is gone, its thread-local
/// destructors included.
pub(crate) fn on_thread<T: Send>(heap: &dyn Heap, body: impl FnOnce(Calls) -> T + Send) -> T {
    thread::scope(|threads| {
        threads.spawn(|| body(Calls(heap))).join().expect("the body does not panic")
    })
}

/// `rounds` times: this thread takes `count` blocks of `size` bytes, another one, which stays
/// alive, frees them.
pub(crate) fn remote_churn(heap: &dyn Heap, rounds: usize, count: usize, size: usize) {
    let (sender, receiver) = std::sync::mpsc::sync_channel::<Parcel>(0);
    let (ready, done) = std::sync::mpsc::sync_channel::<()>(0);
    thread::scope(|threads| {
        let freeing = threads.spawn(move || {
            for Parcel(blocks) in receiver {
                for block in blocks {
                    Calls(heap).free(block);
                }
                ready.send(()).expect("the other side waits");
            }
        });
        for _ in 0..rounds {
            sender.send(Parcel(Calls(heap).several(count, |c| c.malloc(size)))).expect("alive");
            done.recv().expect("alive");
        }
        drop(sender);
        freeing.join().expect("no panic");
    });
}

/// Hands blocks of 8 KiB one by one to a thread that frees them, and looks at each block between
/// the moment it is written and the moment it is handed on. Whether any changed meanwhile.
pub(crate) fn late_writes_show(heap: &dyn Heap, rounds: usize) -> bool {
    let (letter, over) = (AtomicPtr::new(ptr::null_mut::<u8>()), AtomicBool::new(false));
    thread::scope(|threads| {
        let freeing = threads.spawn(|| {
            while !over.load(Ordering::Acquire) {
                let block = letter.swap(ptr::null_mut(), Ordering::AcqRel);
                if !block.is_null() {
                    Calls(heap).free(block);
                }
                thread::yield_now();
            }
        });
        let calls = Calls(heap);
        let mut window = std::collections::VecDeque::new();
        let spoilt = (0..rounds).any(|_| {
            window.push_back(calls.dirty(8192));
            // Seven blocks share a span: the oldest of four often lies in the span in use.
            if window.len() < 4 {
                return false;
            }
            thread::yield_now();
            let oldest = window.pop_front().expect("the window is full");
            let spoilt = bytes(oldest, 64).iter().any(|&byte| byte != crate::calls::DIRT);
            let unread = letter.swap(oldest, Ordering::AcqRel);
            calls.free(unread);
            spoilt
        });
        over.store(true, Ordering::Release);
        freeing.join().expect("no panic");
        spoilt
    })
}

struct Late<'a> {
    heap: &'a dyn Heap,
    key: libc::pthread_key_t,
    rounds: u32,
    block: *mut u8,
}

/// Destructor of a key: waits a round, so that the heap's own destructor has run, then frees a
/// block and takes another.
extern "C" fn late(value: *mut libc::c_void) {
    // SAFETY: the value is the box that `late_calls` put there; this thread alone uses it.
    let late = unsafe { &mut *value.cast::<Late>() };
    late.rounds += 1;
    if late.rounds == 1 {
        // SAFETY: the key is valid until the thread is joined.
        unsafe { libc::pthread_setspecific(late.key, value) };
        return;
    }
    let calls = Calls(late.heap);
    calls.free(late.block);
    let block = calls.malloc(100);
    bytes(block, 100).fill(1);
    calls.free(block);
    // SAFETY: made by `late_calls`.
    drop(unsafe { Box::from_raw(value.cast::<Late>()) });
}

/// A thread takes a block, ends, and frees it from a thread-local destructor that runs after the
/// heap's own.
pub(crate) fn late_calls(heap: &dyn Heap) {
    let mut key = 0;
    // SAFETY: `key` is valid for writes; the destructor fits the value set below.
    assert_eq!(unsafe { libc::pthread_key_create(&raw mut key, Some(late)) }, 0);
    on_thread(heap, |calls| {
        let block = calls.malloc(100);
        let value = Box::into_raw(Box::new(Late { heap, key, rounds: 0, block }));
        // SAFETY: the key is valid.
        unsafe { libc::pthread_setspecific(key, value.cast()) };
    });
    // SAFETY: the only thread with a value is gone.
    unsafe { libc::pthread_key_delete(key) };
}

/// Several threads make the first calls of `heap` at the same time; all blocks they got, of `size`
/// bytes each.
pub(crate) fn first_calls(heap: &dyn Heap, size: usize) -> Vec<*mut u8> {
    let start = Barrier::new(4);
    thread::scope(|threads| {
        let callers: Vec<_> = (0..4)
            .map(|_| {
                threads.spawn(|| {
                    start.wait();
                    Parcel(Calls(heap).several(20, |c| c.malloc(size)))
                })
            })
            .collect();
        callers.into_iter().flat_map(|c| c.join().expect("no panic").0).collect()
    })
}

/// Forks `times` times while another thread allocates without a pause. Whether a child that
/// allocates and frees blocks of all sizes failed to end well within a second.
pub(crate) fn fork_hangs(heap: &dyn Heap, times: usize) -> bool {
    let (over, busy) = (AtomicBool::new(false), Barrier::new(2));
    // A heap that nobody has used yet knows nothing of forks.
    Calls(heap).free(Calls(heap).malloc(16));
    thread::scope(|threads| {
        let allocating = threads.spawn(|| {
            busy.wait();
            while !over.load(Ordering::Acquire) {
                let blocks = Calls(heap).several(12, |c| c.malloc(16_000));
                for block in blocks {
                    Calls(heap).free(block);
                }
            }
        });
        busy.wait();
        let hangs = (0..times).any(|_| {
            let (end, _) = child::run(1, || {
                let sizes = (4..18).map(|power| 1 << power);
                sizes.for_each(|size| Calls(heap).free(Calls(heap).dirty(size)));
                true
            });
            end != End::Returned(true)
        });
        over.store(true, Ordering::Release);
        allocating.join().expect("no panic");
        hangs
    })
}

/// Whether two of `blocks`, of `size` bytes each, share a byte.
pub(crate) fn any_overlap(blocks: &[*mut u8], size: usize) -> bool {
    let mut sorted: Vec<usize> = blocks.iter().map(|block| block.addr()).collect();
    sorted.sort_unstable();
    sorted.windows(2).any(|pair| pair[1] - pair[0] < size)
}
