//! Planted faults: proof, in every run, that the way from the target to the verdict is open.
//!
//! A planted fault is a wrong part around the very heap under test. A run in which it goes
//! unreported has judged nothing.

use super::heap::{Heap, HeapStats, Held};
use super::inside::Inside;
use crate::capability::Capabilities;
use std::sync::atomic::{AtomicPtr, AtomicU32, Ordering};

/// What is planted.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Plant {
    /// The third `malloc` hands out the block of the second again.
    Overlap,
    /// The third `malloc` writes to address 8.
    Crash,
}

impl Plant {
    /// The word that crosses the process border.
    pub fn word(self) -> &'static str {
        match self {
            Plant::Overlap => "overlap",
            Plant::Crash => "crash",
        }
    }

    /// The plant that `word` names.
    pub fn from_word(word: &str) -> Option<Plant> {
        [Plant::Overlap, Plant::Crash].into_iter().find(|p| p.word() == word)
    }
}

/// A heap with a planted fault.
pub struct Planted {
    heap: Box<dyn Heap>,
    plant: Plant,
    calls: AtomicU32,
    second: AtomicPtr<u8>,
}

impl Planted {
    /// Plants `plant` in `heap`.
    pub fn new(heap: Box<dyn Heap>, plant: Plant) -> Planted {
        Planted { heap, plant, calls: AtomicU32::new(0), second: AtomicPtr::default() }
    }
}

// SAFETY: passes the heap's own duties on; the fault is the point.
unsafe impl Heap for Planted {
    fn offers(&self) -> Capabilities {
        self.heap.offers()
    }

    unsafe fn malloc(&self, size: usize) -> *mut u8 {
        let call = self.calls.fetch_add(1, Ordering::Relaxed) + 1;
        if call == 3 {
            match self.plant {
                Plant::Overlap => return self.second.load(Ordering::Relaxed),
                Plant::Crash => {
                    let nowhere: *mut u64 = std::ptr::without_provenance_mut(8);
                    // SAFETY: none: it must crash.
                    unsafe { nowhere.write_volatile(0) };
                }
            }
        }
        // SAFETY: the caller's promise.
        let block = unsafe { self.heap.malloc(size) };
        self.second.store(block, Ordering::Relaxed);
        block
    }

    unsafe fn free(&self, block: Held) {
        // SAFETY: the caller's promise.
        unsafe { self.heap.free(block) }
    }

    fn stats(&self) -> HeapStats {
        self.heap.stats()
    }

    fn inside(&self) -> Option<&dyn Inside> {
        self.heap.inside()
    }
}
