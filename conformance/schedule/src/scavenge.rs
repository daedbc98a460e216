//! Giving free pages back to the system while others allocate and free.
//!
//! Judges `alloc/scavenge/scavenge-only-free`, `alloc/scavenge/scavenge-unlocked` and
//! `alloc/scavenge/scavenge-candidates-kept`.

use super::explore::{models, play};
use super::piece::Piece;
use std::sync::atomic::{AtomicBool, Ordering};

/// The socket: one chunk of pages, and the index that says whether it is worth a look.
pub trait Scavenge: Send + Sync + 'static {
    /// A chunk of `pages` pages, numbered from 0, all allocated; no candidate.
    fn new(pages: usize) -> Self;

    /// A free page.
    fn alloc(&self) -> Option<usize>;

    /// Frees a page; the chunk is a candidate again.
    fn free(&self, page: usize);

    /// Looks, if the chunk is a candidate, for one free page that is not with the system yet, and gives
    /// it back by `release`. A chunk in which there is none is no candidate any more. True if a page
    /// was given back. `release` is a call to the system, which takes long: nobody waits for it.
    fn scavenge(&self, release: &dyn Fn(usize)) -> bool;
}

const PAGES: usize = 2;

models! { Scavenge:
    "scavenge" "one allocates and frees while one scavenges" against_allocation None;
    "scavenge" "two scavenge, one frees" two_scavengers None;
    "scavenge" "a page is freed while its chunk is found to be empty" against_free None;
    "scavenge" "the system's call allocates itself" while_released None;
}

struct Scene<P> {
    heap: P,
    pages: Vec<Piece>,
    /// Pages that are with the system.
    released: Vec<AtomicBool>,
}

impl<P: Scavenge> Scene<P> {
    /// With the first `free` pages free.
    fn new(free: usize) -> Scene<P> {
        let released = (0..PAGES).map(|_| AtomicBool::new(false)).collect();
        let scene = Scene { heap: P::new(PAGES), pages: Piece::several(PAGES), released };
        scene.pages.iter().for_each(Piece::take);
        (0..free).for_each(|page| scene.free(page));
        scene
    }

    fn alloc(&self) -> Option<usize> {
        let page = self.heap.alloc()?;
        self.pages[page].take();
        self.released[page].store(false, Ordering::Relaxed);
        Some(page)
    }

    fn free(&self, page: usize) {
        self.pages[page].give();
        self.heap.free(page);
    }

    fn release(&self, page: usize) {
        // The system takes the contents of the page.
        self.pages[page].pass();
        assert!(!self.released[page].swap(true, Ordering::Relaxed), "a page is given back twice");
    }

    fn scavenge(&self) {
        self.heap.scavenge(&|page| self.release(page));
    }

    fn alloc_and_free(&self) {
        if let Some(page) = self.alloc() {
            self.free(page);
        }
    }

    /// A scavenger that goes on until there is no candidate has given all free pages back; and they are
    /// all still there to be allocated.
    fn end(&self, free: usize) {
        let mut most = PAGES;
        while self.heap.scavenge(&|page| self.release(page)) {
            assert!(most > 0, "a scavenger that never ends");
            most -= 1;
        }
        let released = self.released.iter().filter(|page| page.load(Ordering::Relaxed)).count();
        assert_eq!(released, free, "free pages that are with the system in the end");
        assert_eq!(std::iter::from_fn(|| self.alloc()).count(), free, "free pages in the end");
    }
}

fn against_allocation<P: Scavenge>() {
    play(Scene::<P>::new(1), [Scene::alloc_and_free, Scene::scavenge]).end(1);
}

fn two_scavengers<P: Scavenge>() {
    play(Scene::<P>::new(1), [Scene::scavenge, Scene::scavenge, |scene: &Scene<P>| scene.free(1)])
        .end(2);
}

fn against_free<P: Scavenge>() {
    let scene = Scene::<P>::new(1);
    scene.scavenge();
    // The chunk is a candidate still, and there is nothing in it.
    play(scene, [Scene::scavenge, |scene: &Scene<P>| scene.free(1)]).end(2);
}

fn while_released<P: Scavenge>() {
    let scene = Scene::<P>::new(2);
    scene.heap.scavenge(&|page| {
        scene.release(page);
        scene.alloc_and_free();
    });
    scene.end(2);
}
