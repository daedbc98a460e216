//! A heap as a list of pages, and the ops that are run on it and on the real one.

use crate::{Leaked, broken, taken};
use proptest::collection::vec;
use proptest::prelude::{Strategy, any, prop_assert, prop_assert_eq, prop_oneof};
use proptest::test_runner::TestCaseError;
use reference_alloc::pages::{CACHE_PAGES, PageAlloc, PageCache, Taken};
use reference_alloc::units::{CHUNK_PAGES, PageIdx, Pages};

/// What a page is to the model.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Page {
    Absent,
    Fresh,
    Free,
    Taken,
}

/// A heap as a list of pages. It begins `first` pages above address 0.
struct Model {
    first: usize,
    pages: Vec<Page>,
}

impl Model {
    fn is_free(&self, at: usize) -> bool {
        matches!(self.pages.get(at), Some(Page::Fresh | Page::Free))
    }

    /// The lowest place where `n` free pages begin, at a multiple of `align`.
    fn find(&self, n: usize, align: usize) -> Option<usize> {
        let (mut run, mut at) = (0, self.pages.len());
        let mut lowest = None;
        while at > 0 {
            at -= 1;
            run = if self.is_free(at) { run + 1 } else { 0 };
            if run >= n && (self.first + at).is_multiple_of(align) {
                lowest = Some(at);
            }
        }
        lowest
    }

    fn take(&mut self, at: usize, n: usize) -> Option<Taken> {
        let pages = &mut self.pages[at..at + n];
        let scavenged = pages.iter().filter(|&&page| page == Page::Fresh).count();
        pages.fill(Page::Taken);
        taken(self.first + at, scavenged)
    }

    fn count(&self, wanted: Page) -> Pages {
        Pages(self.pages.iter().filter(|&&page| page == wanted).count())
    }
}

#[derive(Clone, Debug)]
pub(crate) enum Op {
    Alloc { n: usize },
    Aligned { n: usize, log: u32 },
    Extend { nth: usize, n: usize },
    Free { nth: usize },
    FreeBatch { from: usize, count: usize },
    Fill,
    FromCache { nth: usize, n: usize },
    Flush { nth: usize },
    Grow { nth: usize },
}

pub(crate) fn ops() -> impl Strategy<Value = Vec<Op>> {
    let pages = || prop_oneof![6 => 1..20usize, 2 => 1..200usize, 1 => 1..2000usize];
    let nth = any::<usize>;
    let op = prop_oneof![
        6 => pages().prop_map(|n| Op::Alloc { n }),
        2 => (pages(), 0..11u32).prop_map(|(n, log)| Op::Aligned { n, log }),
        2 => (nth(), pages()).prop_map(|(nth, n)| Op::Extend { nth, n }),
        6 => nth().prop_map(|nth| Op::Free { nth }),
        1 => (nth(), 1..40usize).prop_map(|(from, count)| Op::FreeBatch { from, count }),
        2 => any::<()>().prop_map(|()| Op::Fill),
        3 => (nth(), 1..20usize).prop_map(|(nth, n)| Op::FromCache { nth, n }),
        2 => nth().prop_map(|nth| Op::Flush { nth }),
        1 => nth().prop_map(|nth| Op::Grow { nth }),
    ];
    vec(op, 1..150)
}

/// The heap and its model, side by side.
pub(crate) struct Pair {
    heap: Box<PageAlloc>,
    model: Model,
    live: Vec<(usize, usize)>,
    caches: Vec<PageCache>,
}

impl Pair {
    /// A heap whose `chunks` chunks from `first` on can be grown; every other one is, to begin with.
    pub(crate) fn new(first: usize, chunks: usize) -> Pair {
        let model =
            Model { first: first * CHUNK_PAGES, pages: vec![Page::Absent; chunks * CHUNK_PAGES] };
        let heap = Box::new(PageAlloc::new());
        let mut pair = Pair { heap, model, live: Vec::new(), caches: Vec::new() };
        (0..chunks).step_by(2).for_each(|chunk| pair.grow(chunk));
        pair
    }

    fn grow(&mut self, chunk: usize) {
        let at = chunk * CHUNK_PAGES;
        if self.model.pages[at] == Page::Absent {
            let base = PageIdx(self.model.first + at);
            self.heap.grow(&mut Leaked, base, Pages(CHUNK_PAGES)).expect("there is memory");
            self.model.pages[at..at + CHUNK_PAGES].fill(Page::Fresh);
        }
    }

    fn took(
        &mut self,
        real: Option<Taken>,
        at: Option<usize>,
        n: usize,
    ) -> Result<(), TestCaseError> {
        let model = at.and_then(|at| self.model.take(at, n));
        prop_assert_eq!(real, model);
        self.live.extend(real.map(|taken| (taken.base.0, n)));
        Ok(())
    }

    fn forget(&mut self, nth: usize) -> Option<(usize, usize)> {
        let nth = nth.checked_rem(self.live.len())?;
        let (base, n) = self.live.swap_remove(nth);
        let at = base - self.model.first;
        self.model.pages[at..at + n].fill(Page::Free);
        Some((base, n))
    }

    fn step(&mut self, op: &Op) -> Result<(), TestCaseError> {
        match *op {
            Op::Alloc { n } => {
                let at = self.model.find(n, 1);
                let real = self.heap.alloc(Pages(n));
                self.took(real, at, n)?;
            }
            Op::Aligned { n, log } => {
                let at = self.model.find(n, 1 << log);
                let real = self.heap.alloc_aligned(Pages(n), Pages(1 << log));
                self.took(real, at, n)?;
            }
            Op::Extend { nth, n } => {
                let Some(nth) = nth.checked_rem(self.live.len()) else { return Ok(()) };
                let end = self.live[nth].0 + self.live[nth].1;
                let at = end - self.model.first;
                let fits = (at..at + n).all(|page| self.model.is_free(page));
                let real = self.heap.extend(PageIdx(end), Pages(n));
                self.took(real, fits.then_some(at), n)?;
            }
            Op::Free { nth } => {
                if let Some((base, n)) = self.forget(nth) {
                    self.heap.free(PageIdx(base), Pages(n));
                }
            }
            Op::FreeBatch { from, count } => {
                let runs = (0..count).filter_map(|i| self.forget(from.wrapping_add(i * 7)));
                let runs: Vec<_> = runs.map(|(base, n)| (PageIdx(base), Pages(n))).collect();
                self.heap.free_batch(&runs);
            }
            Op::Fill => self.fill()?,
            Op::FromCache { nth, n } => {
                let Some(nth) = nth.checked_rem(self.caches.len()) else { return Ok(()) };
                if let Some((base, _)) = self.caches[nth].alloc(Pages(n)) {
                    prop_assert!((0..n).all(|i| !self.caches[nth].holds(base + Pages(i))));
                    self.live.push((base.0, n));
                }
            }
            Op::Flush { nth } => {
                let Some(nth) = nth.checked_rem(self.caches.len()) else { return Ok(()) };
                self.flush(nth)?;
            }
            Op::Grow { nth } => self.grow(nth % (self.model.pages.len() / CHUNK_PAGES)),
        }
        Ok(())
    }

    fn fill(&mut self) -> Result<(), TestCaseError> {
        let cache = self.heap.fill_cache();
        let first = self.model.find(1, 1).map(|at| (self.model.first + at) / CACHE_PAGES);
        prop_assert_eq!(cache.as_ref().map(|cache| cache.base().0 / CACHE_PAGES), first);
        let Some(cache) = cache else { return Ok(()) };
        let at = cache.base().0 - self.model.first;
        let mut fresh = 0;
        for (i, page) in self.model.pages[at..at + CACHE_PAGES].iter_mut().enumerate() {
            let free = matches!(page, Page::Fresh | Page::Free);
            prop_assert_eq!(cache.holds(cache.base() + Pages(i)), free);
            fresh += usize::from(*page == Page::Fresh);
            *page = Page::Taken;
        }
        prop_assert_eq!(cache.scavenged(), Pages(fresh));
        self.caches.push(cache);
        Ok(())
    }

    /// The pages that the cache still holds become free; which of them are fresh is asked of a
    /// second cache of the same window.
    fn flush(&mut self, nth: usize) -> Result<(), TestCaseError> {
        let mut cache = self.caches.swap_remove(nth);
        let at = cache.base().0 - self.model.first;
        let (free, scavenged) = (self.heap.free_pages(), self.heap.scavenged_pages());
        let (returned, fresh) = (cache.free(), cache.scavenged());
        let left: Vec<usize> =
            (0..CACHE_PAGES).filter(|&i| cache.holds(cache.base() + Pages(i))).collect();
        self.heap.flush_cache(&mut cache);
        prop_assert!(cache.is_empty());
        prop_assert_eq!(self.heap.free_pages(), free + returned);
        prop_assert_eq!(self.heap.scavenged_pages(), scavenged + fresh);
        let mut marks = Vec::new();
        self.heap.chunks(&mut |chunk| {
            let first = self.model.first + at;
            if first / CHUNK_PAGES * CHUNK_PAGES == chunk.base.0 {
                marks.push(chunk.scavenged[first % CHUNK_PAGES / CACHE_PAGES]);
            }
        });
        for i in left {
            let fresh = marks[0] >> i & 1 == 1;
            self.model.pages[at + i] = if fresh { Page::Fresh } else { Page::Free };
        }
        Ok(())
    }

    fn agree(&self) -> Result<(), TestCaseError> {
        prop_assert_eq!(broken(&self.heap), []);
        prop_assert_eq!(self.heap.scavenged_pages(), self.model.count(Page::Fresh));
        let free = self.model.count(Page::Free) + self.model.count(Page::Fresh);
        prop_assert_eq!(self.heap.free_pages(), free);
        prop_assert_eq!(self.heap.in_use_pages(), self.model.count(Page::Taken));
        Ok(())
    }

    pub(crate) fn run(mut self, ops: &[Op]) -> Result<(), TestCaseError> {
        for (i, op) in ops.iter().enumerate() {
            self.step(op)?;
            if i % 16 == 0 {
                self.agree()?;
            }
        }
        while !self.caches.is_empty() {
            self.flush(0)?;
        }
        while let Some((base, n)) = self.forget(0) {
            self.heap.free(PageIdx(base), Pages(n));
        }
        self.agree()?;
        prop_assert_eq!(self.heap.in_use_pages(), Pages(0));
        let mut whole = true;
        self.heap.chunks(&mut |chunk| whole &= chunk.summary.max() == CHUNK_PAGES);
        prop_assert!(whole, "all is free, and some chunk is not one run");
        Ok(())
    }
}
