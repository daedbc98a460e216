//! Memory given back: which, how much, and what is left.

use super::pages::scavenged as scavenged_pages;
use super::{all_pages, page_bits, pages_in};
use crate::observe::reading::{Fact, Reading};
use crate::target::inside::{Inside, PAGE, PagesView, SpanState};

/// What giving `ranges` back showed.
pub(in crate::target) fn scavenged(
    inside: &dyn Inside,
    before: &PagesView,
    ranges: &[(usize, usize)],
    limit: u64,
) -> Reading {
    let after = inside.pages();
    let granule = before.granule.max(1);
    let odd = ranges.iter().filter(|(at, len)| at % granule != 0 || len % granule != 0).count();
    let retained = |pages: &PagesView| (pages.chunks.len() * 512 - scavenged_pages(pages)) * PAGE;
    let in_use = pages_in(&inside.spans(), SpanState::InUse) * PAGE;
    let candidates = candidates(before);
    let (grain, numbers) = (grain(before), candidates.len());
    let mut reading = Reading::default();
    let facts = [
        (Fact::ScavengeReleased, ranges.iter().map(|(_, len)| len).sum()),
        (Fact::ScavengeTop, ranges.first().map_or(0, |(at, len)| at + len)),
        (Fact::ScavengeExpected, candidates.last().map_or(0, |at| at + grain)),
        (Fact::ScavengeAvailable, numbers * grain),
        (Fact::ScavengeOdd, odd),
        (Fact::ScavengeLeft, self::candidates(&after).len()),
        (Fact::ScavengeSplit, split(before, &after)),
        (Fact::ScavengeRetained, retained(&after)),
        (Fact::ScavengeBefore, retained(before)),
        (Fact::ScavengeInUse, in_use),
        (Fact::ScavengeLimit, usize::try_from(limit).unwrap_or(usize::MAX)),
    ];
    for (fact, value) in facts {
        reading.set(fact, value as u64);
    }
    reading
}

/// Bytes that are given back at a time: whole pages of the heap and of the system.
fn grain(pages: &PagesView) -> usize {
    pages.granule.max(PAGE)
}

/// Addresses of grains that are wholly free and not given back, in order.
fn candidates(pages: &PagesView) -> Vec<usize> {
    let grain = grain(pages);
    let starts = all_pages(pages).map(|p| p.0).filter(|at| at % grain == 0);
    let whole = |at: &usize| {
        (*at..at + grain).step_by(PAGE).all(|page| page_bits(pages, page) == Some((false, false)))
    };
    starts.filter(whole).collect()
}

/// Huge pages that were wholly free and retained, and are given back in part.
fn split(before: &PagesView, after: &PagesView) -> usize {
    if before.huge == 0 {
        return 0;
    }
    let starts = all_pages(before).map(|p| p.0).filter(|at| at % before.huge == 0);
    let is_split = |at: &usize| {
        let pages = || (*at..at + before.huge).step_by(PAGE);
        let whole = pages().all(|page| page_bits(before, page) == Some((false, false)));
        let given = pages().filter(|&page| page_bits(after, page).is_some_and(|bits| bits.1));
        let given = given.count();
        whole && given != 0 && given != before.huge / PAGE
    };
    starts.filter(is_split).count()
}
