//! Pages: bitmaps by chunk, summaries above them, first fit by address, and page caches.

use super::parts::Parts;
use crate::target::inside::{CHUNK, CHUNK_PAGES, PAGE, Summary};
use std::collections::BTreeMap;

/// Entries below an upper summary, level by level.
pub(crate) const FANOUT: [usize; 2] = [8, 8];
/// Pages of a window of a page cache.
pub(crate) const WINDOW: usize = 64;
/// Runs below this may come from a page cache.
pub(crate) const CACHEABLE: usize = WINDOW / 4;
/// A chunk or more that is free.
pub(crate) const WHOLE: Summary =
    Summary { start: CHUNK_PAGES, max: CHUNK_PAGES, end: CHUNK_PAGES };

/// The bits of one chunk.
#[derive(Clone, Debug)]
pub(crate) struct Chunk {
    pub(crate) alloc: [u64; 8],
    pub(crate) scavenged: [u64; 8],
    /// Pages that may hold old bytes.
    pub(crate) dirty: [u64; 8],
    pub(crate) summary: Summary,
    /// It may have pages to give back.
    pub(crate) candidate: bool,
}

/// What a run of pages was, before it was taken.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Run {
    pub(crate) base: usize,
    /// Pages of it that had been given back.
    pub(crate) scavenged: usize,
    pub(crate) dirty: bool,
}

/// The page allocator.
#[derive(Debug)]
pub(crate) struct Pages {
    pub(crate) chunks: BTreeMap<usize, Chunk>,
    pub(crate) uppers: [BTreeMap<usize, Summary>; 2],
    pub(crate) search: usize,
}

/// Pages of one P.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct PageCache {
    pub(crate) base: usize,
    pub(crate) free: u64,
    pub(crate) scavenged: u64,
    pub(crate) dirty: u64,
}

pub(crate) fn get(bits: &[u64; 8], i: usize) -> bool {
    bits[i / 64] >> (i % 64) & 1 == 1
}

pub(crate) fn put(bits: &mut [u64; 8], i: usize, on: bool) {
    super::span::set(bits, i, on);
}

/// The free runs of a chunk.
pub(crate) fn summarize(alloc: &[u64; 8]) -> Summary {
    let (mut summary, mut run, mut seen) = (Summary::default(), 0, false);
    for i in 0..CHUNK_PAGES {
        if get(alloc, i) {
            if !seen {
                summary.start = run;
            }
            (run, seen) = (0, true);
        } else {
            run += 1;
        }
        summary.max = summary.max.max(run);
    }
    summary.end = run;
    if seen { summary } else { WHOLE }
}

/// The summary of entries side by side, each of `size` pages.
pub(crate) fn merge(children: &[Summary], size: usize) -> Summary {
    let mut sum = children[0];
    for (i, child) in children.iter().enumerate().skip(1) {
        if sum.start == i * size {
            sum.start += child.start;
        }
        sum.max = sum.max.max(sum.end + child.start).max(child.max);
        sum.end = if child.end == size { sum.end + size } else { child.end };
    }
    sum
}

impl Pages {
    pub(crate) fn new() -> Pages {
        Pages { chunks: BTreeMap::new(), uppers: Default::default(), search: usize::MAX }
    }

    /// Hands over fresh chunks.
    pub(crate) fn add<P: Parts>(&mut self, base: usize, bytes: usize) {
        for index in base / CHUNK..(base + bytes) / CHUNK {
            let chunk = Chunk {
                alloc: [0; 8],
                scavenged: [u64::MAX; 8],
                dirty: [0; 8],
                summary: WHOLE,
                candidate: false,
            };
            self.chunks.insert(index, chunk);
            self.update::<P>(index * CHUNK, 1);
        }
        self.search = self.search.min(base);
    }

    /// Brings the summaries of the chunks of a run up to date.
    pub(crate) fn update<P: Parts>(&mut self, base: usize, pages: usize) {
        let last = base + pages.max(1) * PAGE - 1;
        for index in base / CHUNK..=last / CHUNK {
            if let Some(chunk) = self.chunks.get_mut(&index) {
                chunk.summary = P::summarize(&chunk.alloc);
            }
            let first = index / FANOUT[0] * FANOUT[0];
            let below: Vec<Summary> = (first..first + FANOUT[0])
                .map(|i| self.chunks.get(&i).map_or(Summary::default(), |c| c.summary))
                .collect();
            self.uppers[0].insert(index / FANOUT[0], P::merge(&below, CHUNK_PAGES));
            let above = index / FANOUT[0] / FANOUT[1];
            let below: Vec<Summary> = (above * FANOUT[1]..(above + 1) * FANOUT[1])
                .map(|i| self.uppers[0].get(&i).copied().unwrap_or_default())
                .collect();
            self.uppers[1].insert(above, P::merge(&below, CHUNK_PAGES * FANOUT[0]));
        }
    }

    /// The lowest run of `n` free pages, and the lowest free page seen on the way.
    pub(crate) fn find<P: Parts>(&self, n: usize) -> Option<(usize, usize)> {
        let (mut start, mut run, mut first) = (0, 0, None);
        for (&index, chunk) in self.chunks.range(self.search / CHUNK..) {
            let base = index * CHUNK;
            if run > 0 && start + run * PAGE != base {
                run = 0;
            }
            let summary = chunk.summary;
            if run > 0 && P::straddles(run, summary.start, n) {
                return Some((start, first.unwrap_or(start)));
            }
            if summary.max < n && run + summary.start < n {
                if summary.max > 0 && first.is_none() {
                    first =
                        (0..CHUNK_PAGES).find(|&i| !get(&chunk.alloc, i)).map(|i| base + i * PAGE);
                }
                let whole = summary.start == CHUNK_PAGES;
                start = if whole && run > 0 { start } else { base + CHUNK - summary.end * PAGE };
                run = if whole { run + CHUNK_PAGES } else { summary.end };
                continue;
            }
            for i in 0..CHUNK_PAGES {
                if get(&chunk.alloc, i) {
                    run = 0;
                    continue;
                }
                let at = base + i * PAGE;
                first = first.or(Some(at));
                start = if run == 0 { at } else { start };
                run += 1;
                if run >= n {
                    return Some((start, first.unwrap_or(start)));
                }
            }
        }
        None
    }

    /// All free runs, as start and pages, in order.
    pub(crate) fn free_runs(&self) -> Vec<(usize, usize)> {
        let mut runs: Vec<(usize, usize)> = Vec::new();
        for (&index, chunk) in &self.chunks {
            for i in (0..CHUNK_PAGES).filter(|&i| !get(&chunk.alloc, i)) {
                let at = index * CHUNK + i * PAGE;
                match runs.last_mut() {
                    Some((start, n)) if *start + *n * PAGE == at => *n += 1,
                    _ => runs.push((at, 1)),
                }
            }
        }
        runs
    }

    /// The first address not below `at` that is mapped; the maximum where there is none.
    pub(crate) fn mapped_from(&self, at: usize) -> usize {
        let found = self.chunks.range(at / CHUNK..).next().map(|(&index, _)| index * CHUNK);
        found.map_or(usize::MAX, |base| base.max(at))
    }

    /// Takes the lowest run of `n` pages.
    pub(crate) fn take<P: Parts>(&mut self, n: usize) -> Option<Run> {
        let Some((base, first)) = P::find(self, n) else {
            P::nothing_found(self, n);
            return None;
        };
        let run = self.mark(base, n);
        self.update::<P>(base, n);
        self.search = if first < base { first } else { self.mapped_from(base + n * PAGE) };
        Some(run)
    }

    /// Marks a run as in use.
    pub(crate) fn mark(&mut self, base: usize, n: usize) -> Run {
        let mut run = Run { base, ..Run::default() };
        for at in (base..base + n * PAGE).step_by(PAGE) {
            let Some(chunk) = self.chunks.get_mut(&(at / CHUNK)) else { continue };
            let i = at % CHUNK / PAGE;
            run.scavenged += usize::from(get(&chunk.scavenged, i));
            run.dirty |= get(&chunk.dirty, i);
            put(&mut chunk.alloc, i, true);
            put(&mut chunk.scavenged, i, false);
            put(&mut chunk.dirty, i, true);
        }
        run
    }

    /// Takes a run back.
    pub(crate) fn give<P: Parts>(&mut self, base: usize, n: usize) {
        for at in P::pages_to_clear(base, n) {
            if let Some(chunk) = self.chunks.get_mut(&(at / CHUNK)) {
                put(&mut chunk.alloc, at % CHUNK / PAGE, false);
                P::regained(chunk);
            }
        }
        self.update::<P>(base, n);
        P::lower_search(self, base);
    }

    /// Fills a page cache with the window of the lowest free page.
    pub(crate) fn fill<P: Parts>(&mut self) -> Option<PageCache> {
        let (at, _) = P::find(self, 1)?;
        let base = at / (WINDOW * PAGE) * WINDOW * PAGE;
        let word = base % CHUNK / PAGE / 64;
        let chunk = self.chunks.get_mut(&(base / CHUNK))?;
        let free = !chunk.alloc[word];
        let cache = PageCache {
            base,
            free,
            scavenged: chunk.scavenged[word] & free,
            dirty: chunk.dirty[word] & free,
        };
        P::take_window(chunk, word, free);
        self.update::<P>(base, WINDOW);
        self.search = P::search_after_window(self, base);
        Some(cache)
    }

    /// Takes the pages of a cache back.
    pub(crate) fn empty<P: Parts>(&mut self, cache: PageCache) {
        if cache.free == 0 {
            return;
        }
        let word = cache.base % CHUNK / PAGE / 64;
        if let Some(chunk) = self.chunks.get_mut(&(cache.base / CHUNK)) {
            P::return_window(chunk, word, cache);
            chunk.candidate = true;
        }
        self.update::<P>(cache.base, WINDOW);
        self.search = self.search.min(cache.base + cache.free.trailing_zeros() as usize * PAGE);
    }
}

impl PageCache {
    /// Takes the lowest run of `n` of its pages.
    pub(crate) fn take(&mut self, n: usize) -> Option<Run> {
        let mask = (1u64 << n) - 1;
        let i = (0..=WINDOW - n).find(|i| self.free >> i & mask == mask)?;
        let own = mask << i;
        let run = Run {
            base: self.base + i * PAGE,
            scavenged: (self.scavenged & own).count_ones() as usize,
            dirty: self.dirty & own != 0,
        };
        self.free &= !own;
        self.scavenged &= !own;
        Some(run)
    }
}
