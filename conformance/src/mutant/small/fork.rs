//! Forking with more than one thread.
//!
//! The child has one thread, the one that forked. A lock that another thread held at that moment
//! would stay held for ever in the child; so the forking thread takes all locks before, and
//! releases them afterwards in both processes.
//!
//! Spans that were owned by caches of other threads stay with those caches: what is free in them
//! is lost to the child, at most one span per class and thread.

use super::lock::{Holding, Lock};
use super::parts::ForkMoment;
use super::root::Root;
use std::ptr;
use std::sync::Once;
use std::sync::atomic::{AtomicPtr, Ordering};

/// The heaps of this process. `pthread_atfork` has no opposite and its handlers take no argument,
/// so a process has one list.
static HEAPS: AtomicPtr<Root> = AtomicPtr::new(ptr::null_mut());

/// Guards [`HEAPS`], and the making of heaps.
static LOCK: Lock = Lock::new();

/// Whether the handlers are installed.
static INSTALLED: Once = Once::new();

/// Installs the handlers, unless they are. Comes before the first use of the lock: a child that was
/// forked while a heap was made, and knew no handler, would find the lock held for ever.
pub(crate) fn install() {
    // SAFETY: the handlers are functions without arguments. Without memory there is no handler,
    // and a child may hang: no worse than a heap that knows nothing of forks.
    INSTALLED.call_once(|| unsafe {
        libc::pthread_atfork(Some(before), Some(in_parent), Some(in_child));
    });
}

/// The locked list of heaps.
pub(crate) struct Registry(#[expect(dead_code, reason = "held, never looked at")] Holding<'static>);

/// Locks the list of heaps.
pub(crate) fn registry() -> Registry {
    Registry(LOCK.hold())
}

/// Adds `root`.
pub(crate) fn enrol(_: &Registry, root: &Root) {
    let first = HEAPS.swap(ptr::from_ref(root).cast_mut(), Ordering::Relaxed);
    root.next.set(first);
}

/// Takes `root` out.
pub(crate) fn strike(_: &Registry, root: &Root) {
    let mut newer: Option<&Root> = None;
    for heap in heaps() {
        if ptr::eq(heap, root) {
            match newer {
                Some(newer) => newer.next.set(root.next.get()),
                None => HEAPS.store(root.next.get().cast_mut(), Ordering::Relaxed),
            }
            return;
        }
        newer = Some(heap);
    }
}

/// All heaps; the lock is held.
fn heaps() -> impl Iterator<Item = &'static Root> {
    // SAFETY: a heap is struck out, under the lock, before it is unmapped.
    let follow = |at: *const Root| unsafe { at.as_ref() };
    std::iter::successors(follow(HEAPS.load(Ordering::Relaxed)), move |root| {
        follow(root.next.get())
    })
}

fn tell_all(moment: ForkMoment) {
    for root in heaps() {
        if let Some(at_fork) = root.at_fork.get() {
            at_fork(root, moment);
        }
    }
}

extern "C" fn before() {
    LOCK.acquire();
    tell_all(ForkMoment::Before);
}

extern "C" fn in_parent() {
    tell_all(ForkMoment::InParent);
    LOCK.release();
}

extern "C" fn in_child() {
    tell_all(ForkMoment::InChild);
    LOCK.release();
}
