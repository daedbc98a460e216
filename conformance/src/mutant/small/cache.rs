//! One cache per thread: a span of each class, used without a lock.
//!
//! A thread finds its cache through a pthread key. The key's destructor hands the spans over when
//! the thread ends, and leaves a mark behind: calls that come later, from other destructors of the
//! same thread, see the mark and go to the bins.

use super::class;
use super::lock::Lock;
use super::os::{self, PAGE};
use super::parts::Parts;
use super::root::Root;
use super::span::{SpanRef, Taken};
use super::tally::Tally;
use std::cell::Cell;
use std::ptr;

/// What one thread keeps for itself. All zero bytes are a cache without spans.
pub(crate) struct Cache {
    /// The span of each class that this cache owns.
    spans: [Cell<Option<SpanRef>>; class::COUNT],
    /// What its threads did, now and formerly. Written by its thread, read by all.
    pub(crate) tally: Tally,
    root: Cell<*const Root>,
    /// Next in the roster.
    next: Cell<*const Cache>,
    /// Next of the idle caches.
    next_idle: Cell<*const Cache>,
}

/// Bytes of the mapping that holds a cache. Caches are reused, and stay mapped as long as the heap.
const MAPPED: usize = size_of::<Cache>().next_multiple_of(PAGE);

impl Cache {
    /// A slot of `class`, or `None` without memory.
    #[inline]
    pub(crate) fn hand_out<P: Parts>(&self, root: &Root, class: usize) -> Option<Taken> {
        let taken = self.spans[class].get().and_then(P::take);
        if taken.is_some() {
            return taken;
        }
        P::refill(root, self, class).and_then(P::take)
    }

    /// The span of `class`.
    pub(crate) fn span(&self, class: usize) -> Option<SpanRef> {
        self.spans[class].get()
    }

    /// Replaces the span of `class`, and returns the former one.
    pub(crate) fn put(&self, class: usize, span: Option<SpanRef>) -> Option<SpanRef> {
        self.spans[class].replace(span)
    }

    /// All spans that the cache owns.
    pub(crate) fn spans(&self) -> impl Iterator<Item = SpanRef> {
        self.spans.iter().filter_map(Cell::get)
    }

    /// Hands every span over to its bin.
    pub(crate) fn flush<P: Parts>(&self, root: &Root) {
        for class in 0..class::COUNT {
            if let Some(span) = self.put(class, None) {
                root.bins[class].hand_over::<P>(root, span);
            }
        }
    }

    pub(crate) fn root(&self) -> *const Root {
        self.root.get()
    }
}

/// All caches that were ever made. All zero bytes are an empty roster.
pub(crate) struct Roster {
    pub(crate) lock: Lock,
    /// The newest cache.
    all: Cell<*const Cache>,
    /// The cache that became idle last.
    idle: Cell<*const Cache>,
}

impl Roster {
    /// An idle cache, or a new one; `None` without memory.
    fn enlist(&self, root: &Root) -> Option<&Cache> {
        let _held = self.lock.hold();
        // SAFETY: caches stay mapped as long as the heap.
        if let Some(idle) = unsafe { self.idle.get().as_ref() } {
            self.idle.set(idle.next_idle.get());
            return Some(idle);
        }
        // SAFETY: zeroed memory of that size is a cache; nobody else has it.
        let cache = unsafe { &*os::map(MAPPED)?.cast::<Cache>() };
        cache.root.set(root);
        cache.next.set(self.all.replace(cache));
        Some(cache)
    }

    /// Keeps `cache`, which has no spans and no thread, for a thread to come.
    pub(crate) fn dismiss(&self, cache: &Cache) {
        let _held = self.lock.hold();
        cache.next_idle.set(self.idle.replace(cache));
    }

    /// Every cache. The lock is held by the caller, or nobody else uses the heap.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &Cache> + Clone {
        // SAFETY: caches stay mapped as long as the heap.
        let follow = |at: *const Cache| unsafe { at.as_ref() };
        std::iter::successors(follow(self.all.get()), move |cache| follow(cache.next.get()))
    }

    /// Unmaps every cache.
    ///
    /// # Safety
    /// No thread uses the heap, now or later.
    pub(crate) unsafe fn dismantle(&self) {
        let mut at = self.all.replace(ptr::null());
        while !at.is_null() {
            // SAFETY: the cache is mapped until the next line.
            let next = unsafe { (*at).next.get() };
            // SAFETY: the caller's duty.
            unsafe { os::unmap(at.cast_mut().cast(), MAPPED) };
            at = next;
        }
    }
}

/// What the pthread key holds for a thread.
enum Binding<'a> {
    /// The thread has made no call yet.
    Unbound,
    /// The thread's cache.
    Bound(&'a Cache),
    /// The thread is ending, and its cache is gone.
    Gone,
}

/// The mark of an ending thread: the address of the root, which is even, plus 1.
fn gone(root: &Root) -> *mut libc::c_void {
    ptr::from_ref(root).cast_mut().cast::<libc::c_void>().wrapping_byte_add(1)
}

fn binding(root: &Root) -> Binding<'_> {
    // SAFETY: the key is valid as long as the heap.
    let value = unsafe { libc::pthread_getspecific(root.key.get()) };
    if value.is_null() {
        Binding::Unbound
    } else if value.addr() & 1 == 1 {
        Binding::Gone
    } else {
        // SAFETY: the key holds marks and caches, and caches stay mapped as long as the heap.
        Binding::Bound(unsafe { &*value.cast::<Cache>() })
    }
}

/// The calling thread's cache, made at its first call; `None` when the thread is ending or memory
/// is short.
#[inline]
pub(crate) fn current<P: Parts>(root: &Root) -> Option<&Cache> {
    match binding(root) {
        Binding::Bound(cache) => Some(cache),
        Binding::Gone => P::after_teardown(root),
        Binding::Unbound => bind(root),
    }
}

fn bind(root: &Root) -> Option<&Cache> {
    let cache = root.caches.enlist(root)?;
    // SAFETY: the key is valid as long as the heap.
    if unsafe { libc::pthread_setspecific(root.key.get(), ptr::from_ref(cache).cast()) } == 0 {
        return Some(cache);
    }
    root.caches.dismiss(cache);
    None
}

/// Leaves the mark of an ending thread in the key.
pub(crate) fn mark_gone(root: &Root) {
    // SAFETY: the key is valid as long as the heap. It held a value a moment ago, so this needs no
    // memory and cannot fail.
    unsafe { libc::pthread_setspecific(root.key.get(), gone(root)) };
}

/// The key's destructor. It runs again as long as it leaves a value behind, which it does, but the
/// system gives up after `PTHREAD_DESTRUCTOR_ITERATIONS` rounds (4).
pub(crate) extern "C" fn teardown<P: Parts>(value: *mut libc::c_void) {
    if value.addr() & 1 == 1 {
        // SAFETY: the mark was made by `gone` from a root that outlives its threads.
        mark_gone(unsafe { &*value.wrapping_byte_sub(1).cast::<Root>() });
        return;
    }
    // SAFETY: the key holds marks and caches; caches, and the root, outlive their threads.
    let (cache, root) = unsafe {
        let cache = &*value.cast::<Cache>();
        (cache, &*cache.root())
    };
    mark_gone(root);
    P::thread_ends(root, cache);
}
