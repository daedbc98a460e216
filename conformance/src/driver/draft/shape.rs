//! What may be asked of a target.

use super::Kind;
use crate::capability::{Capabilities, Capability};
use crate::choice::{Choices, Oom, Realloc0, Zero};
use crate::op::alloc::{SLOTS, THREADS};

/// What may be generated.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Shape {
    /// What the target offers. Zero sizes and requests that must be refused are generated only
    /// where it offers [`Capability::ZeroSize`] and [`Capability::Oversize`].
    pub offers: Capabilities,
    /// What the target chooses where the standards leave a choice: a draft does not resize to 0
    /// bytes where that is unspecified, and asks for nothing impossible where that ends the process.
    pub choices: Choices,
    /// So many blocks may be live at once; at most [`Shape::LIVE_MAX`].
    pub live: usize,
    /// So many threads take turns, the main thread included; at most [`THREADS`].
    pub threads: usize,
    /// The largest request that is expected to be granted, in bytes.
    pub size_max: u64,
    /// So many bytes may be live at once: requests beyond are made small.
    pub bytes_max: u64,
    /// A run of allocations has so many bytes in all, unless a single block has more.
    pub run_bytes: u64,
    /// The largest alignment, in bytes; a power of two.
    pub align_max: u64,
    /// How often which kind is drawn.
    pub weights: Weights,
}

impl Shape {
    /// The most blocks that may be live. The slots above take requests that should be refused: a
    /// target that grants one keeps its block there, out of the way of all other steps.
    pub const LIVE_MAX: usize = SLOTS - 64;

    /// A single-threaded shape for a target with these capabilities and choices: 128 live blocks,
    /// requests up to 64 MiB, 256 MiB live, alignments up to 4 MiB.
    pub fn of(offers: Capabilities, choices: Choices) -> Shape {
        Shape {
            offers,
            choices,
            live: 128,
            threads: 1,
            size_max: 64 << 20,
            bytes_max: 256 << 20,
            run_bytes: 64 << 10,
            align_max: 4 << 20,
            weights: Weights::default(),
        }
    }

    /// A shape of many blocks for a target with these capabilities and choices: runs that fill span
    /// after span, and are freed in runs. Requests up to 64 KiB, 6 MiB live.
    pub fn crowded(offers: Capabilities, choices: Choices) -> Shape {
        let weights = Weights::default()
            .with(Kind::MallocRun, 50)
            .with(Kind::FreeRun, 45)
            .with(Kind::Malloc, 16)
            .with(Kind::Free, 8);
        Shape {
            live: Shape::LIVE_MAX,
            size_max: 64 << 10,
            bytes_max: 6 << 20,
            run_bytes: 2 << 20,
            weights,
            ..Shape::of(offers, choices)
        }
    }

    /// The most blocks that one draft obtains or frees.
    pub(super) fn run_max(&self) -> u32 {
        (self.live_count() / 8).max(16) as u32
    }

    /// The shape with `threads` threads taking turns.
    #[must_use]
    pub fn with_threads(self, threads: usize) -> Shape {
        Shape { threads, ..self }
    }

    /// The threads that may run: one for a target that offers no more.
    pub(super) fn thread_count(&self) -> usize {
        if self.offers.has(Capability::Threads) { self.threads.clamp(1, THREADS) } else { 1 }
    }

    /// Whether a request may be for 0 bytes.
    pub(super) fn asks_for_zero(&self) -> bool {
        self.offers.has(Capability::ZeroSize)
    }

    /// Whether a granted request for 0 bytes gives a block.
    pub(super) fn zero_is_block(&self) -> bool {
        self.choices.zero == Zero::Unique
    }

    /// Whether a block may be resized to 0 bytes.
    pub(super) fn resizes_to_zero(&self) -> bool {
        self.asks_for_zero() && self.choices.realloc0 != Realloc0::Unspecified
    }

    /// Whether resizing a block to 0 bytes frees it.
    pub(super) fn resizing_frees(&self) -> bool {
        self.choices.realloc0 == Realloc0::FreeNull
    }

    /// Whether a request may be too large for any allocator.
    pub(super) fn asks_for_impossible(&self) -> bool {
        self.offers.has(Capability::Oversize) && self.choices.oom == Oom::Null
    }

    /// Whether a request may be as large as a layout may be, which is still too large for any
    /// allocator: what stands in for the impossible where that is not allowed.
    pub(super) fn asks_for_unmeetable(&self) -> bool {
        self.offers.has(Capability::Layout)
            && !self.offers.has(Capability::Oversize)
            && self.choices.oom == Oom::Null
    }

    /// The largest request that is expected to be granted; address spaces end below 2^47.
    pub(super) fn granted_max(&self) -> u64 {
        self.size_max.min(1 << 46)
    }

    /// The live blocks that there is room for.
    pub(super) fn live_count(&self) -> usize {
        self.live.clamp(1, Shape::LIVE_MAX)
    }
}

/// How often each kind is drawn, in parts of their sum.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Weights([u8; Kind::ALL.len()]);

impl Weights {
    /// The weight of `kind`.
    pub fn of(&self, kind: Kind) -> u8 {
        self.0[kind as usize]
    }

    /// These weights with another one for `kind`; 0 leaves it out.
    #[must_use]
    pub fn with(mut self, kind: Kind, weight: u8) -> Weights {
        self.0[kind as usize] = weight;
        self
    }
}

/// Allocations and frees in balance, with a little more of the former; runs and reuse often enough
/// that free lists are used in every order; checkpoints rarely, as they look at the whole heap.
impl Default for Weights {
    fn default() -> Weights {
        let mut weights = Weights([0; _]);
        for (kind, weight) in [
            (Kind::Malloc, 48),
            (Kind::Free, 40),
            (Kind::Write, 4),
            (Kind::Verify, 4),
            (Kind::Checkpoint, 1),
            (Kind::Calloc, 24),
            (Kind::Realloc, 26),
            (Kind::Reallocarray, 8),
            (Kind::AlignedAlloc, 10),
            (Kind::PosixMemalign, 8),
            (Kind::Memalign, 6),
            (Kind::GrowZeroed, 6),
            (Kind::FreeSized, 8),
            (Kind::FreeAlignedSized, 6),
            (Kind::FreeWithin, 6),
            (Kind::FreeNull, 3),
            (Kind::UsableSize, 4),
            (Kind::FillUsable, 4),
            (Kind::HandOver, 12),
            (Kind::EndThread, 3),
            (Kind::MallocRun, 5),
            (Kind::FreeRun, 5),
            (Kind::Reuse, 12),
            (Kind::Swing, 4),
        ] {
            weights = weights.with(kind, weight);
        }
        weights
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plain(offers: Capabilities) -> Shape {
        Shape::of(offers, Choices::declared(offers))
    }

    #[test]
    fn every_kind_has_a_weight_by_default() {
        assert!(Kind::ALL.into_iter().all(|kind| Weights::default().of(kind) > 0));
    }

    #[test]
    fn bounds_out_of_range_are_brought_into_it() {
        let offers = Capabilities::of(&[Capability::Threads]);
        let wild = Shape { live: usize::MAX, threads: usize::MAX, ..plain(offers) };
        assert_eq!((wild.live_count(), wild.thread_count()), (Shape::LIVE_MAX, THREADS));
        let none = Shape { live: 0, threads: 0, ..wild };
        assert_eq!((none.live_count(), none.thread_count()), (1, 1));
    }

    #[test]
    fn a_target_without_threads_gets_one() {
        assert_eq!(plain(Capabilities::NONE).with_threads(4).thread_count(), 1);
    }
}
