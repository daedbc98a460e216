//! Which pages of a chunk to release.
//!
//! Memory is released in whole physical pages, which may be larger than the allocator's. And where
//! a huge page is wholly free and has its memory, releasing a part of it would split it for good:
//! it goes as a whole.
//!
//! Source: Go `runtime/mgcscavenge.go` (`pallocData.findScavengeCandidate`, `fillAligned`).

use crate::bitmap::{WORD, zeros_before};
use crate::pages::bits::{Bits, CHUNK_WORDS};
use crate::units::{CHUNK_PAGES, PAGE_BYTES, Pages};

/// The units in which the system keeps memory.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Granule {
    /// Pages in a physical page: a power of two, 1 to 64. 1 also where it is smaller than a page.
    physical: usize,
    /// Pages in a huge page, a power of two and no more than a chunk; 1 if there are none.
    huge: usize,
}

impl Granule {
    /// For physical pages and huge pages of these sizes in bytes, powers of two. Huge pages that
    /// are larger than a chunk (4 MiB) are not minded.
    ///
    /// `None` if physical pages are no power of two, or larger than 512 KiB: then no memory can be
    /// released.
    pub const fn new(physical: usize, huge: Option<usize>) -> Option<Granule> {
        if !physical.is_power_of_two() || physical > WORD * PAGE_BYTES {
            return None;
        }
        let small = if physical > PAGE_BYTES { physical / PAGE_BYTES } else { 1 };
        let huge = match huge {
            Some(huge) if huge.is_power_of_two() && huge <= CHUNK_PAGES * PAGE_BYTES => {
                huge / PAGE_BYTES
            }
            _ => 1,
        };
        Some(Granule { physical: small, huge: if huge > small { huge } else { 1 } })
    }

    /// Pages in a physical page, at least 1.
    pub const fn physical(self) -> Pages {
        Pages(self.physical)
    }

    /// The highest pages of a chunk that are free and have memory, about `max` of them: the first
    /// one's number in the chunk, and how many.
    ///
    /// 1. Only whole physical pages: those with a page that is taken or scavenged are left out, and
    ///    `max` is rounded up. Upholds `alloc/scavenge/scavenge-phys-granule`.
    /// 2. The end is that of the highest run: `alloc/scavenge/scavenge-highest-first`.
    /// 3. If the start lies inside a huge page of which all is in the run, the start moves down to
    ///    that of the huge page. The end cannot lie inside one: the run ends there because the next
    ///    page is taken, or scavenged, or another chunk's. Upholds
    ///    `alloc/scavenge/hugepage-not-split`.
    pub(crate) fn candidate(
        self,
        taken: &Bits,
        scavenged: &Bits,
        max: Pages,
    ) -> Option<(usize, usize)> {
        let group = self.physical;
        let busy: Bits = std::array::from_fn(|i| fill_groups(taken[i] | scavenged[i], group));
        // The end of the highest zeros is where the highest ones end, if those are at the top.
        let not_busy: Bits = std::array::from_fn(|i| !busy[i]);
        let end = CHUNK_PAGES - zeros_before(&not_busy, CHUNK_PAGES);
        let run = zeros_before(&busy, end);
        if run == 0 {
            return None;
        }
        let max = max.0.clamp(1, CHUNK_PAGES).next_multiple_of(group);
        let mut start = end - run.min(max);
        let below = start - start % self.huge;
        if start.next_multiple_of(self.huge) <= end && below >= end - run {
            start = below;
        }
        Some((start, end - start))
    }
}

/// The word with all ones in each group of `n` bits (a power of two) that has a one.
#[inline]
fn fill_groups(word: u64, n: usize) -> u64 {
    if n <= 1 {
        return word;
    }
    if n >= WORD {
        return if word == 0 { 0 } else { u64::MAX };
    }
    // Every bit collects the `n` bits from itself up; what counts is the lowest bit of a group.
    let (mut any, mut step) = (word, 1);
    while step < n {
        any |= any >> step;
        step *= 2;
    }
    let group = (1u64 << n) - 1;
    let lowest = u64::MAX / group;
    (any & lowest) * group
}

/// The words of a chunk are what this file thinks they are.
const _: () = assert!(CHUNK_WORDS * WORD == CHUNK_PAGES);

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::{any, prop_assert, prop_assert_eq, proptest};

    proptest! {
        #[test]
        fn a_group_with_a_one_is_filled(word: u64, mask: u64, log in 0u32..7) {
            let (word, n) = (word & mask & mask.rotate_left(13), 1usize << log);
            let filled = fill_groups(word, n);
            for bit in 0..64 {
                let group = bit / n * n;
                let expected = (group..group + n).any(|i| word >> i & 1 == 1);
                prop_assert_eq!(filled >> bit & 1 == 1, expected);
            }
        }

        #[test]
        fn the_candidate_is_what_a_search_page_by_page_finds(
            runs in proptest::collection::vec((0usize..512, 1usize..200), 0..8),
            scavenged_too in any::<bool>(), log in 0u32..7, huge in any::<bool>(), max in 0usize..600,
        ) {
            let (mut taken, mut scavenged) = ([0; CHUNK_WORDS], [0; CHUNK_WORDS]);
            for (i, (at, n)) in runs.into_iter().enumerate() {
                let bits = if scavenged_too && i % 2 == 0 { &mut scavenged } else { &mut taken };
                for page in at..(at + n).min(CHUNK_PAGES) {
                    bits[page / WORD] |= 1 << (page % WORD);
                }
            }
            let n = 1usize << log;
            let granule = Granule::new(n * PAGE_BYTES, huge.then_some(2 << 20)).expect("legal");
            let ready = |page: usize| (taken[page / WORD] | scavenged[page / WORD]) >> (page % WORD) & 1 == 0;
            let group = |page: usize| (page / n * n..page / n * n + n).all(ready);
            let found = granule.candidate(&taken, &scavenged, Pages(max));
            let Some(last) = (0..CHUNK_PAGES).rev().find(|&page| group(page)) else {
                prop_assert_eq!(found, None);
                return Ok(());
            };
            let (start, len) = found.expect("there is a physical page to release");
            prop_assert_eq!(start + len, last + 1);
            prop_assert!(start % n == 0 && len % n == 0 && (start..=last).all(group));
            // Not more than asked for, but for rounding and for a whole huge page at the start.
            let whole = |at: usize| at + 256 <= CHUNK_PAGES && (at..at + 256).all(group);
            let cut = (last + 1).saturating_sub(max.max(1).next_multiple_of(n));
            if !(huge && whole(start) && start % 256 == 0 && start <= cut) {
                prop_assert!(len <= max.max(1).next_multiple_of(n));
            }
            // No free huge page is split.
            if huge && start % 256 != 0 {
                prop_assert!(!whole(start / 256 * 256), "a huge page is split at {}", start);
            }
            // Less than asked for only where the run ends.
            if len < max {
                prop_assert!(start == 0 || !group(start - 1));
            }
        }
    }

    #[test]
    fn sizes_that_make_no_sense_are_refused() {
        assert_eq!(Granule::new(0, None), None);
        assert_eq!(Granule::new(3 << 12, None), None);
        assert_eq!(Granule::new(1 << 20, None), None);
        assert_eq!(Granule::new(4096, Some(1 << 30)), Granule::new(4096, None));
        assert_eq!(Granule::new(4096, None).map(Granule::physical), Some(Pages(1)));
        assert_eq!(Granule::new(65536, None).map(Granule::physical), Some(Pages(8)));
    }
}
