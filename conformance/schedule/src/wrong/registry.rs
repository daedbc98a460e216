//! A list of all things and one of those that wait, and wrong ones.

use crate::registry::Registry;
use loom::sync::Mutex;
use loom::sync::atomic::{AtomicUsize, Ordering};
use std::marker::PhantomData;

/// Things that a model may ask for.
const MOST: usize = 3;

/// The steps that may be wrong.
pub(super) trait Steps: Sized + Send + Sync + 'static {
    /// The order in which a new thing is published.
    const PUBLISHED: Ordering = Ordering::Release;

    /// One that waits.
    fn from_idle(list: &List<Self>) -> Option<usize> {
        list.idle.lock().unwrap().pop()
    }

    /// Adds `thing` to all.
    fn add(list: &List<Self>, thing: usize) {
        let _held = list.idle.lock().unwrap();
        list.older[thing].store(list.newest.load(Ordering::Relaxed), Ordering::Relaxed);
        list.newest.store(thing + 1, Self::PUBLISHED);
    }

    /// `thing` waits from now on.
    fn give(list: &List<Self>, thing: usize) {
        list.idle.lock().unwrap().push(thing);
    }
}

/// The lists. Of all things each leads to the one made before; the last one is 0.
pub(super) struct List<S> {
    newest: AtomicUsize,
    older: Vec<AtomicUsize>,
    idle: Mutex<Vec<usize>>,
    steps: PhantomData<S>,
}

impl<S: Steps> Registry for List<S> {
    type Thing = usize;

    fn new() -> List<S> {
        List {
            newest: AtomicUsize::new(0),
            older: (0..MOST).map(|_| AtomicUsize::new(0)).collect(),
            idle: Mutex::new(Vec::new()),
            steps: PhantomData,
        }
    }

    fn take(&self, make: &dyn Fn() -> usize) -> usize {
        S::from_idle(self).unwrap_or_else(|| {
            let thing = make();
            S::add(self, thing);
            thing
        })
    }

    fn number(thing: &usize) -> usize {
        *thing
    }

    fn give(&self, thing: usize) {
        S::give(self, thing);
    }

    fn all(&self) -> Vec<usize> {
        let follow = |at: &AtomicUsize| at.load(Ordering::Acquire).checked_sub(1);
        std::iter::successors(follow(&self.newest), |&thing| follow(&self.older[thing])).collect()
    }
}

pub(super) struct Right;
impl Steps for Right {}

pub(super) struct PublishesRelaxed;
impl Steps for PublishesRelaxed {
    const PUBLISHED: Ordering = Ordering::Relaxed;
}

pub(super) struct PublishesUnlinked;
impl Steps for PublishesUnlinked {
    fn add(list: &List<PublishesUnlinked>, thing: usize) {
        let _held = list.idle.lock().unwrap();
        let older = list.newest.load(Ordering::Relaxed);
        list.newest.store(thing + 1, Ordering::Release);
        list.older[thing].store(older, Ordering::Release);
    }
}

pub(super) struct AddsUnlocked;
impl Steps for AddsUnlocked {
    fn add(list: &List<AddsUnlocked>, thing: usize) {
        list.older[thing].store(list.newest.load(Ordering::Acquire), Ordering::Relaxed);
        list.newest.store(thing + 1, Ordering::Release);
    }
}

pub(super) struct PeeksIdle;
impl Steps for PeeksIdle {
    fn from_idle(list: &List<PeeksIdle>) -> Option<usize> {
        let first = list.idle.lock().unwrap().last().copied()?;
        list.idle.lock().unwrap().pop();
        Some(first)
    }
}

pub(super) struct OverwritesIdle;
impl Steps for OverwritesIdle {
    fn give(list: &List<OverwritesIdle>, thing: usize) {
        let mut idle = list.idle.lock().unwrap().clone();
        idle.push(thing);
        *list.idle.lock().unwrap() = idle;
    }
}
