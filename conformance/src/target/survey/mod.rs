//! Scans over the inside of a target: from views to counts of violators.
//!
//! They run in the process of the target, where the views are, and deliver numbers; rules judge
//! those. They share no code with any allocator: each formula stands here a second time.
//!
//! Survey functions take what the judge knows by itself (its live blocks, the runs that it holds)
//! beside what the target says, so that a target cannot agree with itself alone.

mod classes;
mod object;
mod pages;
mod scavenge;
mod spans;
mod stacks;
mod sweep;

pub(super) use classes::{read_class, read_lookup};
pub(super) use object::{Before, Request};
pub(super) use pages::{flushed, survey_pages, took_run};
pub(super) use scavenge::scavenged;
pub(super) use spans::survey_spans;
pub(super) use stacks::{stack_span, survey_mem, survey_stacks};
pub(super) use sweep::swept;

use super::inside::{CHUNK, PAGE, PagesView, SpanState, SpanView};
use crate::observe::reading::{Fact, Reading};

/// A block that the judge holds: address, size.
pub(super) type Own = (usize, usize);

/// What the judge knows beside the views.
pub(super) struct Known {
    /// Its live blocks and objects.
    pub(super) blocks: Vec<Own>,
    /// Runs of pages that it holds: address, pages.
    pub(super) runs: Vec<Own>,
}

/// Notes `count` violators; the first of a survey leaves its address.
fn note(reading: &mut Reading, fact: Fact, violators: &[usize]) {
    reading.set(fact, violators.len() as u64);
    if let (0, Some(&first)) = (reading.get(Fact::SpansFirst), violators.first()) {
        reading.set(Fact::SpansFirst, first as u64);
    }
}

/// The span of `spans` that `address` lies in.
fn span_at(spans: &[SpanView], address: usize) -> Option<&SpanView> {
    spans.iter().find(|s| (s.base..s.base + s.pages * PAGE).contains(&address))
}

/// How many bits of `bits` below `n` are set.
fn ones(bits: &[u64], n: usize) -> usize {
    (0..n).filter(|&i| super::inside::bit(bits, i)).count()
}

fn pages_in(spans: &[SpanView], state: SpanState) -> usize {
    spans.iter().filter(|s| s.state == state).map(|s| s.pages).sum()
}

/// The bit of `address` in the chunks: `(not free, given back)`; `None` where no chunk is mapped.
fn page_bits(pages: &PagesView, address: usize) -> Option<(bool, bool)> {
    let at = pages.chunks.binary_search_by_key(&(address / CHUNK), |c| c.index).ok()?;
    let chunk = &pages.chunks[at];
    let page = address % CHUNK / PAGE;
    let bit = |bits: &[u64; 8]| bits[page / 64] >> (page % 64) & 1 == 1;
    Some((bit(&chunk.alloc), bit(&chunk.scavenged)))
}

/// Every mapped page in order: address, not free, given back.
fn all_pages(pages: &PagesView) -> impl Iterator<Item = (usize, bool, bool)> {
    pages.chunks.iter().flat_map(|chunk| {
        (0..512).map(move |page| {
            let bit = |bits: &[u64; 8]| bits[page / 64] >> (page % 64) & 1 == 1;
            let address = chunk.index * CHUNK + page * PAGE;
            (address, bit(&chunk.alloc), bit(&chunk.scavenged))
        })
    })
}
