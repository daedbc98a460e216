//! All that were ever made of something that threads have one of each: caches.
//!
//! A cache outlives its thread. It is made in persistent memory, and never unmapped; when its thread
//! is done with it, it waits for the next one. So a thread that looks at all caches, to count, needs no
//! lock and finds nothing that is gone.
//!
//! Lock order: the registry's lock, then that of the persistent memory.

use crate::error::OutOfMemory;
#[cfg(not(loom))]
use crate::os::Os;
#[cfg(not(loom))]
use crate::page_heap::PageHeap;
#[cfg(not(loom))]
use crate::persistent::Purpose;
use crate::sync::{AtomicPtr, Guard, Lock, Ordering, const_unless_loom};
use std::alloc::Layout;
use std::ops::Deref;
use std::ptr::{self, NonNull};

/// The list of all, and the list of those that wait.
#[derive(Debug)]
pub struct Registry<T> {
    /// The newest.
    all: AtomicPtr<Entry<T>>,
    idle: Lock<Idle<T>>,
}

/// One of them.
#[derive(Debug)]
pub struct Entry<T> {
    value: T,
    /// The one made before. Never changes once the entry can be seen.
    older: AtomicPtr<Entry<T>>,
    /// While it waits: the next that does. Under the lock.
    next_idle: AtomicPtr<Entry<T>>,
}

/// Those that wait, newest first.
#[derive(Debug)]
pub(crate) struct Idle<T> {
    first: *mut Entry<T>,
    count: usize,
}

// SAFETY: entries are never unmapped, and an idle one is nobody's; `T` is seen by all anyway.
unsafe impl<T: Sync> Send for Idle<T> {}

impl<T> Deref for Entry<T> {
    type Target = T;
    #[inline]
    fn deref(&self) -> &T {
        &self.value
    }
}

/// Memory for entries.
///
/// # Safety
/// An implementer promises that what it returns is nobody else's, for ever, and reads zero.
pub unsafe trait Places {
    /// Memory as `layout` says, which is of one entry.
    ///
    /// # Errors
    /// If the system has no memory.
    fn place(&self, layout: Layout) -> Result<NonNull<u8>, OutOfMemory>;
}

// SAFETY: persistent memory is so.
#[cfg(not(loom))]
unsafe impl<O: Os> Places for PageHeap<O> {
    fn place(&self, layout: Layout) -> Result<NonNull<u8>, OutOfMemory> {
        self.keepsake(Purpose::Caches, layout.size(), layout.align())
    }
}

impl<T: Sync + 'static> Registry<T> {
    const_unless_loom! {
        /// None yet.
        pub fn new() -> Registry<T> {
            Registry {
                all: AtomicPtr::new(ptr::null_mut()),
                idle: Lock::new(Idle { first: ptr::null_mut(), count: 0 }),
            }
        }
    }

    /// One that waits, as it was when it was given back; else a new one.
    ///
    /// # Errors
    /// If the system has no memory for one.
    pub fn take(
        &self,
        places: &impl Places,
        make: impl FnOnce() -> T,
    ) -> Result<&'static Entry<T>, OutOfMemory> {
        // SAFETY: what is written is a `T`.
        unsafe { self.take_in_place(places, |place| place.write(make())) }
    }

    /// The same for what must never stand on a stack: `make` makes it where it is to be.
    ///
    /// # Errors
    /// If the system has no memory for one.
    ///
    /// # Safety
    /// `make` leaves a `T` at the place that it is given: memory that is zero, nobody else's, for ever.
    pub unsafe fn take_in_place(
        &self,
        places: &impl Places,
        make: impl FnOnce(NonNull<T>),
    ) -> Result<&'static Entry<T>, OutOfMemory> {
        let mut idle = self.idle.hold();
        // SAFETY: null, or an entry that is nobody's and never unmapped.
        if let Some(entry) = unsafe { idle.first.as_ref() } {
            idle.first = entry.next_idle.swap(ptr::null_mut(), Ordering::Relaxed);
            idle.count -= 1;
            return Ok(entry);
        }
        let entry = places.place(Layout::new::<Entry<T>>())?.cast::<Entry<T>>().as_ptr();
        // SAFETY: memory for an entry, nobody else's, for ever; `make` makes the rest of it.
        let entry: &'static Entry<T> = unsafe {
            make(NonNull::new_unchecked(&raw mut (*entry).value));
            (&raw mut (*entry).older).write(AtomicPtr::new(self.all.load(Ordering::Relaxed)));
            (&raw mut (*entry).next_idle).write(AtomicPtr::new(ptr::null_mut()));
            &*entry
        };
        // Under the lock: nobody else adds one meanwhile.
        self.all.store(ptr::from_ref(entry).cast_mut(), Ordering::Release);
        Ok(entry)
    }

    /// Takes `entry` back, which the caller owns and uses no more.
    pub fn give(&self, entry: &'static Entry<T>) {
        let mut idle = self.idle.hold();
        entry.next_idle.store(idle.first, Ordering::Relaxed);
        idle.first = ptr::from_ref(entry).cast_mut();
        idle.count += 1;
    }

    /// All that were ever made.
    pub fn iter(&self) -> impl Iterator<Item = &'static Entry<T>> {
        // SAFETY: null, or an entry that is never unmapped.
        let follow = |at: &AtomicPtr<Entry<T>>| unsafe { at.load(Ordering::Acquire).as_ref() };
        std::iter::successors(follow(&self.all), move |entry| follow(&entry.older))
    }

    /// How many of them wait.
    pub fn idle(&self) -> usize {
        self.idle.hold().count
    }

    /// Takes the lock: none is taken and none given back meanwhile.
    pub(crate) fn lock(&self) -> Guard<'_, Idle<T>> {
        self.idle.hold()
    }
}

impl<T: Sync + 'static> Default for Registry<T> {
    fn default() -> Registry<T> {
        Registry::new()
    }
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::*;
    use crate::os::sim::Sim;
    use crate::sync::AtomicU32;

    #[test]
    fn what_was_given_back_is_taken_again_as_it_was_and_nobody_is_forgotten() {
        let pages = Box::new(PageHeap::new(Sim::new()));
        let registry = Registry::new();
        let make = || AtomicU32::new(0);
        let first = registry.take(&*pages, make).unwrap();
        let second = registry.take(&*pages, make).unwrap();
        first.store(1, Ordering::Relaxed);
        second.store(2, Ordering::Relaxed);
        assert_eq!(registry.idle(), 0);
        registry.give(first);
        assert_eq!(registry.idle(), 1);
        let again = registry.take(&*pages, || unreachable!("one waits")).unwrap();
        assert!(ptr::eq(again, first));
        let all: Vec<u32> = registry.iter().map(|entry| entry.load(Ordering::Relaxed)).collect();
        assert_eq!(all, [2, 1], "the newest first");
    }

    #[test]
    fn one_that_finds_no_memory_leaves_the_registry_as_it_was() {
        let pages = Box::new(PageHeap::new(Sim::new()));
        pages.os.limit(0);
        let registry: Registry<AtomicU32> = Registry::new();
        assert!(registry.take(&*pages, || AtomicU32::new(0)).is_err());
        assert_eq!((registry.idle(), registry.iter().count()), (0, 0));
    }
}
