//! Pages that a thread has taken in advance, with the heap's bitmap behind them.
//!
//! Judges `alloc/pages/page-cached-once`.

use super::explore::{models, play};
use super::piece::Piece;

/// The socket.
pub trait PageCache: Send + Sync + 'static {
    /// What a thread keeps for itself.
    type Cache: Default + Send;

    /// A heap of `pages` pages, numbered from 0, all free.
    fn new(pages: usize) -> Self;

    /// A page through the cache, which is filled with some free pages if it has none.
    fn alloc(&self, cache: &mut Self::Cache) -> Option<usize>;

    /// A page past all caches.
    fn alloc_direct(&self) -> Option<usize>;

    /// Frees a page, to the heap.
    fn free(&self, page: usize);

    /// Gives the unused pages of a cache back.
    fn flush(&self, cache: &mut Self::Cache);
}

const PAGES: usize = 3;

models! { PageCache:
    "page-cache" "two threads allocate, free and flush, one allocates past the caches" all_at_once None;
    "page-cache" "one flushes while another fills" flush_and_fill None;
}

struct Scene<P> {
    heap: P,
    pages: Vec<Piece>,
}

impl<P: PageCache> Scene<P> {
    fn new() -> Scene<P> {
        Scene { heap: P::new(PAGES), pages: Piece::several(PAGES) }
    }

    fn got(&self, page: Option<usize>) -> Option<usize> {
        page.inspect(|&page| self.pages[page].take())
    }

    fn free(&self, page: usize) {
        self.pages[page].give();
        self.heap.free(page);
    }

    fn through_a_cache(&self) {
        let mut cache = P::Cache::default();
        if let Some(page) = self.got(self.heap.alloc(&mut cache)) {
            self.free(page);
        }
        self.heap.flush(&mut cache);
    }

    fn directly(&self) {
        if let Some(page) = self.got(self.heap.alloc_direct()) {
            self.free(page);
        }
    }

    /// Every page is free, once.
    fn drain(&self) {
        let count = std::iter::from_fn(|| self.got(self.heap.alloc_direct())).count();
        assert_eq!(count, PAGES, "pages that can be allocated in the end");
    }
}

fn all_at_once<P: PageCache>() {
    let scene =
        play(Scene::<P>::new(), [Scene::through_a_cache, Scene::through_a_cache, Scene::directly]);
    scene.drain();
}

fn flush_and_fill<P: PageCache>() {
    play(Scene::<P>::new(), [Scene::through_a_cache, Scene::through_a_cache]).drain();
}
