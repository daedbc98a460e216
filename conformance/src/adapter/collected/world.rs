//! The heap, its mutators, and the gate at which they are stopped.

use super::roots::Roots;
use super::system::Listening;
use reference_alloc::collected::{Collected, Found, Mutator, Shape};
use reference_alloc::size_class::Reserve;
use reference_alloc::stats::MemStats;
use reference_alloc::units::Addr;
use std::cell::RefCell;
use std::collections::BTreeSet;
use std::ptr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

/// Bytes that may be dead, beside a quarter of what lives, before blocks are collected.
const DEAD: usize = 256 << 10;

/// The heap that is judged.
pub(super) type Judged = Collected<Listening, Roots>;

/// A collected heap and who uses it.
pub(super) struct World {
    pub(super) heap: Judged,
    /// Held for reading by who uses the heap, for writing by who stops the world.
    gate: RwLock<()>,
    /// Bytes of slots that live, and of those that died since the last collection.
    live: AtomicUsize,
    dead: AtomicUsize,
}

/// The mutator of a thread, until the thread ends.
struct Own {
    world: &'static World,
    mutator: Option<Mutator<'static, Listening, Roots>>,
}

impl Drop for Own {
    fn drop(&mut self) {
        // What it holds goes back, which nobody may do while the world is stopped.
        let _running = self.world.running();
        self.mutator = None;
    }
}

thread_local! {
    static OWN: RefCell<Option<Own>> = const { RefCell::new(None) };
}

impl World {
    pub(super) fn new() -> World {
        World {
            heap: Collected::new(Listening::new(), Reserve::GreenTea, Roots::default()),
            gate: RwLock::new(()),
            live: AtomicUsize::new(0),
            dead: AtomicUsize::new(0),
        }
    }

    /// Enters the heap: the world is not stopped meanwhile. Not to be asked for twice.
    pub(super) fn running(&self) -> RwLockReadGuard<'_, ()> {
        self.gate.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// Stops the world.
    pub(super) fn stopped(&self) -> RwLockWriteGuard<'_, ()> {
        self.gate.write().unwrap_or_else(PoisonError::into_inner)
    }

    /// Lets the thread's mutator do something. `None` if there is no memory for one.
    pub(super) fn mutate<T>(
        &'static self,
        work: impl FnOnce(&mut Mutator<'static, Listening, Roots>) -> T,
    ) -> Option<T> {
        let work = &mut Some(work);
        let mut with = |mutator: &mut _| work.take().map(|work| work(mutator));
        let own = OWN.try_with(|own| {
            let mut own = own.borrow_mut();
            if own.as_ref().is_some_and(|own| !ptr::eq(own.world, self)) {
                *own = None;
            }
            let _running = self.running();
            if own.is_none() {
                *own = Some(Own { world: self, mutator: Some(self.heap.attach().ok()?) });
            }
            with(own.as_mut()?.mutator.as_mut()?)
        });
        // A thread that is being taken down has a mutator for this call alone.
        own.unwrap_or_else(|_| {
            let _running = self.running();
            with(&mut self.heap.attach().ok()?)
        })
    }

    /// An object that is rooted.
    pub(super) fn make(&'static self, bytes: usize, shape: Shape) -> Option<usize> {
        let made = self.mutate(|mutator| {
            let object = mutator.alloc(bytes, shape).ok()?;
            self.heap.reclaim.add(object.span.address_of(object.slot()));
            self.live.fetch_add(object.span.elem_bytes(), Ordering::Relaxed);
            Some(object.at.0)
        });
        made.flatten()
    }

    /// One without pointers.
    pub(super) fn make_plain(&'static self, bytes: usize, zeroed: bool) -> Option<usize> {
        self.make(bytes, Shape::Plain { zeroed })
    }

    /// The object around `at` is held no more.
    ///
    /// # Panics
    /// If there is none.
    pub(super) fn let_go(&self, at: usize) {
        let _running = self.running();
        let found = self.heap.find(Addr(at)).expect("an object of the heap");
        let bytes = found.span.elem_bytes();
        if self.heap.reclaim.remove(found.base) {
            self.dead.fetch_add(bytes, Ordering::Relaxed);
        }
        self.live.fetch_sub(bytes, Ordering::Relaxed);
    }

    /// How many bytes from `at` on are of the object there; 0 if there is none.
    pub(super) fn usable(&self, at: usize) -> usize {
        let _running = self.running();
        let found = self.heap.find(Addr(at)).filter(Found::is_allocated);
        found.map_or(0, |found| (found.object() + found.usable()).0 - at)
    }

    /// Begins a cycle: all that is held is marked, and every span must be swept.
    pub(super) fn collect(&self) {
        let stopped = self.stopped();
        self.begin_cycle(&stopped);
    }

    fn begin_cycle(&self, _stopped: &RwLockWriteGuard<'_, ()>) {
        let mut tiny = BTreeSet::new();
        // SAFETY: the gate is closed: no call uses a mutator, or sweeps, before it opens again.
        unsafe {
            self.heap.finish_sweep();
            self.heap.tiny_blocks(&mut |block| _ = tiny.insert(block.0));
            self.heap.reclaim.keep_tiny(tiny);
            self.heap.begin_cycle();
        }
        self.dead.store(0, Ordering::Relaxed);
    }

    /// Begins one if enough has died.
    pub(super) fn collect_if_worth(&self) {
        let worth = || {
            let live = self.live.load(Ordering::Relaxed);
            self.dead.load(Ordering::Relaxed) > DEAD + live / 4
        };
        if worth() {
            let stopped = self.stopped();
            // Somebody else may have come first.
            if worth() {
                self.begin_cycle(&stopped);
            }
        }
    }

    /// Sweeps a span, if one waits.
    pub(super) fn sweep_a_little(&self) {
        if !self.heap.is_swept() {
            let _running = self.running();
            self.heap.sweep_one();
        }
    }

    /// A whole collection, with caches emptied, and what there is after it.
    pub(super) fn collect_all(&self) -> MemStats {
        let stopped = self.stopped();
        // SAFETY: as in `begin_cycle`.
        unsafe { self.heap.flush_caches() };
        self.begin_cycle(&stopped);
        // SAFETY: the same.
        unsafe { self.heap.finish_sweep() };
        self.heap.stats()
    }
}
