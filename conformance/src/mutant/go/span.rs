//! A run of pages cut into slots.

use super::table::Class;
use crate::target::inside::{PAGE, SpanState, SpanView, bit};

/// A span. Slots below `freeindex`, and those in `alloc_bits`, are in use; `live` says which of
/// these were not freed.
#[derive(Clone, Debug, Default)]
pub(crate) struct Span {
    pub(crate) base: usize,
    pub(crate) pages: usize,
    pub(crate) class: usize,
    pub(crate) scan: bool,
    pub(crate) elemsize: usize,
    pub(crate) nelems: usize,
    pub(crate) limit: usize,
    pub(crate) divmul: u32,
    pub(crate) manual: bool,
    pub(crate) alloc_bits: Vec<u64>,
    pub(crate) live: Vec<u64>,
    pub(crate) freeindex: usize,
    pub(crate) alloc_count: usize,
    pub(crate) sweepgen: u64,
    pub(crate) needzero: bool,
}

pub(crate) fn set(bits: &mut [u64], i: usize, on: bool) {
    let mask = 1 << (i % 64);
    if let Some(word) = bits.get_mut(i / 64) {
        *word = if on { *word | mask } else { *word & !mask };
    }
}

impl Span {
    /// A span of a class.
    pub(crate) fn of_class(base: usize, number: usize, class: Class, scan: bool, n: usize) -> Span {
        Span {
            base,
            pages: class.pages,
            class: number,
            scan,
            elemsize: class.size,
            nelems: n,
            limit: base + n * class.size,
            divmul: class.magic,
            alloc_bits: vec![0; n.div_ceil(64)],
            live: vec![0; n.div_ceil(64)],
            ..Span::default()
        }
    }

    /// A span of one object.
    pub(crate) fn large(base: usize, pages: usize, size: usize, scan: bool) -> Span {
        Span {
            base,
            pages,
            scan,
            elemsize: pages * PAGE,
            nelems: 1,
            limit: base.wrapping_add(size),
            alloc_bits: vec![0],
            live: vec![0],
            ..Span::default()
        }
    }

    /// A span of stacks.
    pub(crate) fn manual(base: usize, pages: usize) -> Span {
        Span { base, pages, limit: base + pages * PAGE, manual: true, ..Span::default() }
    }

    /// The first slot not below `freeindex` that is not in use.
    pub(crate) fn next_free(&self) -> Option<usize> {
        (self.freeindex..self.nelems).find(|&i| !bit(&self.alloc_bits, i))
    }

    /// Live slots.
    pub(crate) fn live_count(&self) -> usize {
        self.live.iter().map(|word| word.count_ones() as usize).sum()
    }

    /// The slot that `address` lies in.
    pub(crate) fn slot_of(&self, address: usize) -> usize {
        let offset = address - self.base;
        if self.class == 0 { 0 } else { ((offset as u64 * u64::from(self.divmul)) >> 32) as usize }
    }

    pub(crate) fn view(&self) -> SpanView {
        SpanView {
            base: self.base,
            limit: self.limit,
            pages: self.pages,
            elemsize: self.elemsize,
            nelems: self.nelems,
            alloc_count: self.alloc_count,
            freeindex: self.freeindex,
            class: self.class,
            scan: self.scan,
            state: if self.manual { SpanState::Manual } else { SpanState::InUse },
            sweepgen: self.sweepgen,
            needzero: self.needzero,
            divmul: self.divmul,
            alloc_bits: self.alloc_bits.clone(),
            live: self.live.clone(),
        }
    }
}
