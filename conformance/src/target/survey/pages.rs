//! The page allocator: bitmaps, summaries, caches, and where a run should have come from.

use super::{Known, all_pages, note, page_bits, pages_in, span_at};
use crate::observe::reading::{Fact, Reading};
use crate::target::inside::{
    CHUNK, CHUNK_PAGES, Inside, PAGE, PageCacheView, PagesView, SpanState, SpanView, Summary,
};
use std::collections::BTreeSet;

/// Fills the record `pages`. `needed_peak` is the judge's own record, brought up to date.
pub(in crate::target) fn survey_pages(
    inside: &dyn Inside,
    known: &Known,
    needed_peak: &mut usize,
    reading: &mut Reading,
) {
    let (pages, spans) = (inside.pages(), inside.spans());
    let held: usize = known.runs.iter().map(|(_, n)| n).sum();
    let padding = (pages.padding.1 - pages.padding.0) / PAGE;
    let cached = pages.caches.iter().map(|c| c.free.count_ones() as usize).sum();
    let bases = known.blocks.iter().filter_map(|&(at, _)| span_at(&spans, at));
    let needed: BTreeSet<(usize, usize)> = bases.map(|s| (s.base, s.pages)).collect();
    *needed_peak = needed.iter().map(|(_, n)| n).sum::<usize>().max(*needed_peak);
    let arenas: usize = pages.arenas.iter().map(|(start, end)| (end - start) / PAGE).sum();
    let mapped = pages.chunks.len() * CHUNK_PAGES;
    let reserve = (pages.reserve.1 - pages.reserve.0) / PAGE;
    let in_heap = pages_in(&spans, SpanState::InUse);
    let in_stacks = pages_in(&spans, SpanState::Manual);
    let free: Vec<usize> = all_pages(&pages).filter(|p| !p.1).map(|p| p.0).collect();
    let numbers = [
        (Fact::PagesMapped, mapped),
        (Fact::PagesFree, free.len()),
        (Fact::PagesHeap, in_heap),
        (Fact::PagesStack, in_stacks),
        (Fact::PagesCached, cached),
        (Fact::PagesRuns, held),
        (Fact::PagesPadding, padding),
        (Fact::PagesLost, arenas.abs_diff(mapped + reserve)),
        (Fact::PagesSearchOk, usize::from(search_ok(&pages))),
        (Fact::PagesScavenged, scavenged(&pages)),
        (Fact::PagesNeededPeak, *needed_peak),
    ];
    for (fact, value) in numbers {
        reading.set(fact, value as u64);
    }
    let below: Vec<usize> = free.iter().copied().filter(|&at| at < pages.search).collect();
    note(reading, Fact::PagesBelowSearch, &below);
    let leaf = |c: &&crate::target::inside::ChunkView| c.summary != summarize(&c.alloc);
    let leaves: Vec<usize> = pages.chunks.iter().filter(leaf).map(|c| c.index * CHUNK).collect();
    note(reading, Fact::PagesLeafOff, &leaves);
    note(reading, Fact::PagesUpperOff, &uppers_off(&pages));
    note(reading, Fact::PagesExposed, &exposed(&pages));
    let padded = pages.padding.0..pages.padding.1;
    let in_use = all_pages(&pages).filter(|p| p.1 && p.2 && !padded.contains(&p.0));
    note(reading, Fact::PagesScavengedInUse, &in_use.map(|p| p.0).collect::<Vec<_>>());
    let nothing = in_heap + in_stacks + held + cached + padding == 0;
    let whole = Summary { start: CHUNK_PAGES, max: CHUNK_PAGES, end: CHUNK_PAGES };
    let apart = pages.chunks.iter().filter(|c| nothing && c.summary != whole);
    note(reading, Fact::PagesUnjoined, &apart.map(|c| c.index * CHUNK).collect::<Vec<_>>());
}

/// The search address lies in mapped heap, or says that there is nothing to find.
fn search_ok(pages: &PagesView) -> bool {
    pages.search == usize::MAX || page_bits(pages, pages.search).is_some()
}

/// Pages given back, in chunks and in page caches.
pub(super) fn scavenged(pages: &PagesView) -> usize {
    let cached = pages.caches.iter().map(|c| (c.free & c.scavenged).count_ones() as usize);
    all_pages(pages).filter(|p| p.2).count() + cached.sum::<usize>()
}

/// The free runs of a chunk, counted page by page.
fn summarize(alloc: &[u64; 8]) -> Summary {
    let free = |i: usize| alloc[i / 64] >> (i % 64) & 1 == 0;
    let start = (0..CHUNK_PAGES).take_while(|&i| free(i)).count();
    let end = (0..CHUNK_PAGES).rev().take_while(|&i| free(i)).count();
    let (mut max, mut run) = (0, 0);
    for i in 0..CHUNK_PAGES {
        run = if free(i) { run + 1 } else { 0 };
        max = max.max(run);
    }
    Summary { start, max, end }
}

/// Two stretches side by side, the first of `left` pages.
fn joined(first: Summary, left: usize, second: Summary, right: usize) -> Summary {
    Summary {
        start: if first.start == left { left + second.start } else { first.start },
        max: first.max.max(second.max).max(first.end + second.start),
        end: if second.end == right { right + first.end } else { second.end },
    }
}

/// Entries that are not what the entries below them come to, or are missing.
fn uppers_off(pages: &PagesView) -> Vec<usize> {
    let mut below: Vec<(usize, Summary)> =
        pages.chunks.iter().map(|c| (c.index, c.summary)).collect();
    let mut size = CHUNK_PAGES;
    let mut off = Vec::new();
    for (i, &fanout) in pages.fanout.iter().enumerate() {
        let kept = || pages.uppers.iter().filter(move |u| u.level == i + 1);
        let wanted: BTreeSet<usize> = below.iter().map(|(index, _)| index / fanout).collect();
        for &index in &wanted {
            let child = |n: usize| {
                let found = below.iter().find(|(at, _)| *at == index * fanout + n);
                found.map_or(Summary::default(), |(_, summary)| *summary)
            };
            let mut sum = child(0);
            for n in 1..fanout {
                sum = joined(sum, n * size, child(n), size);
            }
            if kept().find(|u| u.index == index).is_none_or(|u| u.summary != sum) {
                off.push(index * fanout * size * PAGE);
            }
        }
        below = kept().map(|u| (u.index, u.summary)).collect();
        size *= fanout;
    }
    off
}

fn cached_pages(cache: &PageCacheView) -> impl Iterator<Item = usize> {
    let (base, free) = (cache.base, cache.free);
    (0..64).filter(move |i| free >> i & 1 == 1).map(move |i| base + i * PAGE)
}

/// Pages of a page cache that others could take: free in the bitmap, or in a second cache.
fn exposed(pages: &PagesView) -> Vec<usize> {
    let mut seen = BTreeSet::new();
    let all = pages.caches.iter().flat_map(cached_pages);
    all.filter(|&at| {
        let again = !seen.insert(at);
        again || page_bits(pages, at).is_none_or(|(taken, _)| !taken)
    })
    .collect()
}

/// What became of the pages of page caches that were flushed: they must be free, and given back
/// where they were.
pub(in crate::target) fn flushed(before: &PagesView, after: &PagesView) -> Vec<usize> {
    let wrong = |cache: &PageCacheView| {
        let pages = cached_pages(cache);
        let strays = pages.filter(|&at| {
            let was = cache.scavenged >> ((at - cache.base) / PAGE) & 1 == 1;
            page_bits(after, at) != Some((false, was))
        });
        strays.collect::<Vec<usize>>()
    };
    before.caches.iter().flat_map(wrong).collect()
}

/// The lowest address at which `n` pages are free in a row; 0 where there are none.
fn first_fit(pages: &PagesView, n: usize) -> usize {
    let (mut start, mut run) = (0, 0);
    for (at, taken, _) in all_pages(pages) {
        let next = run > 0 && at == start + run * PAGE;
        (start, run) = match (taken, next) {
            (true, _) => (0, 0),
            (false, true) => (start, run + 1),
            (false, false) => (at, 1),
        };
        if run == n {
            return start;
        }
    }
    0
}

/// What taking a run of `n` pages showed: the run that it got, or 0.
pub(in crate::target) fn took_run(
    before: &PagesView,
    after: &PagesView,
    run: usize,
    n: usize,
    reading: &mut Reading,
) {
    reading.set(Fact::ExtentAddress, run as u64);
    reading.set(Fact::ExtentPages, n as u64);
    reading.set(Fact::ExtentExpected, first_fit(before, n) as u64);
    let got = if run == 0 { 0 } else { n };
    let own = || (0..got).map(|i| run + i * PAGE);
    let taken = own().filter(|&at| page_bits(before, at).is_none_or(|(taken, _)| taken));
    reading.set(Fact::ExtentWasTaken, taken.count() as u64);
    let free = own().filter(|&at| page_bits(after, at).is_none_or(|(taken, _)| !taken));
    reading.set(Fact::ExtentUnmarked, free.count() as u64);
}

/// Pages of the span of `spans` that starts at `base`; 0 where none does.
pub(super) fn pages_at(spans: &[SpanView], base: usize) -> usize {
    spans.iter().find(|s| s.base == base).map_or(0, |s| s.pages)
}
