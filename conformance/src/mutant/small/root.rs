//! What all threads of one heap share, in a mapping of its own that never moves.

use super::cache::{self, Roster};
use super::central::Bin;
use super::class::{self, Table};
use super::fork;
use super::os::{self, PAGE};
use super::page_map::PageMap;
use super::parts::{AtFork, Parts};
use super::pool::Pool;
use super::tally::Tally;
use std::cell::Cell;
use std::sync::atomic::{AtomicPtr, Ordering};

/// The shared part of a heap. All zero bytes are a heap that has handed out nothing and knows no
/// class.
pub(crate) struct Root {
    /// Leads each thread to its cache.
    pub(crate) key: Cell<libc::pthread_key_t>,
    /// Key of the tags in free slots.
    pub(crate) secret: Cell<u64>,
    /// From sizes to classes.
    pub(crate) classes: Table,
    /// One per class.
    pub(crate) bins: [Bin; class::COUNT],
    /// Empty spans.
    pub(crate) pool: Pool,
    /// From addresses to spans.
    pub(crate) pages: PageMap,
    /// All threads' caches.
    pub(crate) caches: Roster,
    /// Work of threads without a cache.
    pub(crate) late: Tally,
    /// What to do about a fork.
    pub(crate) at_fork: Cell<Option<AtFork>>,
    /// Next of the heaps that the fork handlers know.
    pub(crate) next: Cell<*const Root>,
}

/// Bytes of the mapping that holds a root.
const MAPPED: usize = size_of::<Root>().next_multiple_of(PAGE);

// SAFETY: cells are written before the root is published, or under the lock beside them (bins,
// pool, roster), or by the owner that a span names; the rest is atomic.
unsafe impl Sync for Root {}

/// The root in `place`, made at the first call of any thread; `None` without memory or keys.
pub(crate) fn get<P: Parts>(place: &AtomicPtr<Root>) -> Option<&Root> {
    // SAFETY: a root stays mapped as long as its heap, which owns `place`.
    unsafe { place.load(Ordering::Acquire).as_ref() }.or_else(|| boot::<P>(place))
}

#[cold]
fn boot<P: Parts>(place: &AtomicPtr<Root>) -> Option<&Root> {
    // The lock of the fork handlers: no child is born with a half-made root.
    let registry = fork::registry();
    let made = place.load(Ordering::Acquire);
    if !made.is_null() {
        // SAFETY: another thread was faster; as for `get`.
        return Some(unsafe { &*made });
    }
    assert!(os::has_our_pages(), "this allocator knows pages of {PAGE} bytes only");
    let start = os::map(MAPPED)?;
    // SAFETY: zeroed memory of that size is a root; nobody else has it.
    let root: &Root = unsafe { &*start.cast::<Root>() };
    let mut key = 0;
    // SAFETY: `key` is valid for writes; the destructor is for this type of value.
    if unsafe { libc::pthread_key_create(&raw mut key, Some(cache::teardown::<P>)) } != 0 {
        // SAFETY: nobody has the root.
        unsafe { os::unmap(start, MAPPED) };
        return None;
    }
    root.key.set(key);
    root.secret.set(os::secret());
    root.at_fork.set(Some(P::at_fork));
    fork::enrol(&registry, root);
    P::publish(place, root, registry);
    Some(root)
}

/// Gives everything back to the system: every block, every span, and the root itself.
///
/// # Safety
/// No thread uses the heap, now or later, and all threads that used it have been joined.
pub(crate) unsafe fn dismantle(root: &Root) {
    fork::strike(&fork::registry(), root);
    // SAFETY: the caller's duty, for every call below.
    unsafe {
        libc::pthread_key_delete(root.key.get());
        root.pages.dismantle(|span| os::unmap(span.as_ptr().cast(), span.length()));
        root.caches.dismantle();
        os::unmap(std::ptr::from_ref(root).cast_mut().cast(), MAPPED);
    }
}

impl Root {
    /// Takes every lock of the heap, in order.
    pub(crate) fn lock_all(&self) {
        self.bins.iter().for_each(|bin| bin.lock.acquire());
        self.pool.lock.acquire();
        self.caches.lock.acquire();
    }

    /// Releases what [`Root::lock_all`] took, in this process or in its parent.
    pub(crate) fn unlock_all(&self) {
        self.caches.lock.release();
        self.pool.lock.release();
        self.bins.iter().for_each(|bin| bin.lock.release());
    }
}
