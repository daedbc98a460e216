//! Numbers at which allocators go wrong: sizes, alignments, and requests that nobody can grant.

use std::sync::LazyLock;

/// The slot sizes of Go's size classes, in bytes: every row of its table but the zero.
/// Source: Go 1.27, runtime/sizeclasses.go.
const GO_CLASSES: [u64; 67] = [
    8, 16, 24, 32, 48, 64, 80, 96, 112, 128, 144, 160, 176, 192, 208, 224, 240, 256, 288, 320, 352,
    384, 416, 448, 480, 512, 576, 640, 704, 768, 896, 1024, 1152, 1280, 1408, 1536, 1792, 2048,
    2304, 2688, 3072, 3200, 3456, 4096, 4864, 5376, 6144, 6528, 6784, 6912, 8192, 9472, 9728,
    10240, 10880, 12288, 13568, 14336, 16384, 18432, 19072, 20480, 21760, 24576, 27264, 28672,
    32768,
];

const KIB: u64 = 1 << 10;
const MIB: u64 = 1 << 20;

/// How many sizes [`SIZES`] holds: a power of two, so that a draw is a mask and a load.
const SIZES_LEN: usize = 4096;

/// Sizes to draw from uniformly: each family of boundaries has as many entries as it has weight.
///
/// Half of the entries are below 256 bytes, as in real programs. Large ones are rare because a
/// judge that writes and verifies every byte would do nothing else.
static SIZES: LazyLock<[u64; SIZES_LEN]> = LazyLock::new(|| {
    let around = |middles: Vec<u64>| middles.into_iter().flat_map(|m| [m - 1, m, m + 1]).collect();
    let families: [(usize, Vec<u64>); 10] = [
        (64, vec![0]),
        (96, vec![1]),
        (1728, around((1..=32).map(|k| 8 * k).collect())),
        (800, around(GO_CLASSES.to_vec())),
        (440, around((1..15).map(|k| 1 << k).collect())),
        (16, around((15..=20).map(|k| 1 << k).collect())),
        (160, around((1..=8).flat_map(|k| [4096 * k, 8192 * k]).collect())),
        // Go's largest class, glibc's first mmap threshold, a mebibyte.
        (16, around(vec![32 * KIB, 128 * KIB, MIB])),
        (774, (0..1024).map(|k| 1 + k * 389 % 1024).collect()),
        (2, vec![HUGE]),
    ];
    let mut sizes = [0; SIZES_LEN];
    let mut at = 0;
    for (weight, values) in families {
        for i in 0..weight {
            // A family with fewer entries than values is thinned out evenly.
            let pick = if weight < values.len() { i * values.len() / weight } else { i };
            sizes[at] = values[pick % values.len()];
            at += 1;
        }
    }
    assert_eq!(at, SIZES_LEN, "the weights of the families add up to the table's length");
    sizes
});

/// Stands in [`SIZES`] for all sizes between 4 and 64 MiB.
const HUGE: u64 = 4 * MIB;

/// A size: one of the boundaries, or rarely a multiple of 4 KiB between 4 and 64 MiB.
pub(super) fn size(gene: u64) -> u64 {
    match SIZES[gene as usize % SIZES_LEN] {
        HUGE => HUGE + gene / SIZES_LEN as u64 % (60 * MIB / 4096 + 1) * 4096,
        size => size,
    }
}

/// Alignments with their weights, ascending; the weights add up to 1024.
const ALIGN_WEIGHTS: [(u64, usize); 20] = [
    (1, 24),
    (2, 24),
    (4, 24),
    (8, 120),
    (16, 160),
    (32, 144),
    (64, 176),
    (128, 56),
    (256, 56),
    (512, 40),
    (1024, 40),
    (2048, 24),
    (4096, 64),
    (8192, 24),
    (16 * KIB, 16),
    (32 * KIB, 12),
    (64 * KIB, 16),
    (MIB, 2),
    (2 * MIB, 1),
    (4 * MIB, 1),
];

/// Alignments to draw from uniformly.
static ALIGNS: LazyLock<Vec<u64>> = LazyLock::new(|| {
    ALIGN_WEIGHTS.iter().flat_map(|&(align, weight)| std::iter::repeat_n(align, weight)).collect()
});

/// A power of two; the smaller the gene, modulo 1024, the smaller the alignment.
pub(super) fn align(gene: u32) -> u64 {
    ALIGNS[gene as usize % ALIGNS.len()]
}

/// Alignments that are no power of two.
const BAD_ALIGNS: [u64; 7] = [3, 0, 6, 12, 24, 100, 4097];

/// An alignment that is no power of two.
pub(super) fn bad_align(gene: u32) -> u64 {
    BAD_ALIGNS[gene as usize % BAD_ALIGNS.len()]
}

const PTRDIFF_MAX: u64 = i64::MAX as u64;

/// A size that no allocator can grant: around `PTRDIFF_MAX`, or below 2^64 by so little that adding
/// a header, or rounding up to an alignment, wraps round to a small number.
pub(super) fn oversize(gene: u64) -> u64 {
    const BELOW: [u64; 15] = [0, 1, 2, 7, 8, 15, 16, 23, 24, 31, 63, 64, 4095, 4096, 65_535];
    let below = BELOW[(gene / 3) as usize % BELOW.len()];
    match gene % 3 {
        0 => PTRDIFF_MAX + 1 + below,
        1 => PTRDIFF_MAX - below,
        _ => u64::MAX - below,
    }
}

/// Pairs whose product no allocator can grant. By the product, computed in 64 bits:
const PAIRS: [(u64, u64); 16] = [
    // wraps to 0;
    (1 << 32, 1 << 32),
    (1 << 63, 2),
    (1 << 40, 1 << 24),
    // wraps to a small number: 2, 16, 8, 64, 1;
    ((1 << 63) + 1, 2),
    ((1 << 63) + 8, 2),
    ((1 << 61) + 1, 8),
    ((1 << 60) + 4, 16),
    (u64::MAX, u64::MAX),
    // is just above 2^64: by 2, by 2^32;
    (0x5555_5555_5555_5556, 3),
    ((1 << 32) + 1, 1 << 32),
    // wraps to a large number;
    (u64::MAX, 2),
    (u64::MAX, 24),
    // does not wrap and is above `PTRDIFF_MAX`.
    (1 << 62, 2),
    ((1 << 32) + 1, (1 << 32) - 1),
    (1, u64::MAX),
    (1 << 31, 1 << 32),
];

/// A pair whose product no allocator can grant, in either order.
pub(super) fn oversize_pair(gene: u64) -> (u64, u64) {
    let (a, b) = PAIRS[(gene / 2) as usize % PAIRS.len()];
    if gene.is_multiple_of(2) { (a, b) } else { (b, a) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_classes_ascend_to_32_kib_in_multiples_of_8() {
        assert!(GO_CLASSES.is_sorted_by(|a, b| a < b));
        assert!(GO_CLASSES.iter().all(|size| size % 8 == 0));
        assert_eq!(GO_CLASSES.last(), Some(&(32 * KIB)));
    }

    #[test]
    fn half_of_the_sizes_are_below_256_bytes_and_every_family_is_there() {
        let small = SIZES.iter().filter(|&&size| size < 256).count();
        assert!((SIZES_LEN / 2..SIZES_LEN * 3 / 4).contains(&small), "{small}");
        for edge in [0, 1, 23, 24, 25, 4096, 32_767, 32_768, 32_769, 128 * KIB, MIB - 1, MIB + 1] {
            assert!(SIZES.contains(&edge), "{edge}");
        }
    }

    #[test]
    fn alignments_ascend_and_reach_four_mebibytes() {
        assert_eq!(ALIGNS.len(), 1024);
        assert!(ALIGNS.is_sorted());
        assert!(ALIGNS.iter().all(|align| align.is_power_of_two()));
        assert_eq!((align(0), align(1023), align(1024)), (1, 4 * MIB, 1));
        assert!(BAD_ALIGNS.iter().all(|align| !align.is_power_of_two()));
    }

    #[test]
    fn sizes_above_a_mebibyte_are_rare_and_reach_64_mebibytes() {
        let rounds = 0..60 * MIB / 4096 + 1;
        let last = SIZES_LEN as u64 - 1;
        assert_eq!(
            rounds.clone().map(|round| size(last + round * SIZES_LEN as u64)).max(),
            Some(64 * MIB)
        );
        let huge = (0..=last).map(size).filter(|&size| size > MIB + 1);
        assert_eq!(huge.count(), 2);
    }

    #[test]
    fn nothing_oversized_could_ever_be_granted() {
        for gene in 0..200 {
            assert!(oversize(gene) > PTRDIFF_MAX - MIB, "{gene}");
            let (count, size) = oversize_pair(gene);
            assert!(u128::from(count) * u128::from(size) > u128::from(PTRDIFF_MAX), "{gene}");
        }
    }

    #[test]
    fn some_products_wrap_to_zero_and_some_to_a_small_number() {
        let wrapped: Vec<_> = PAIRS.iter().map(|(a, b)| a.wrapping_mul(*b)).collect();
        assert!(wrapped.contains(&0));
        assert!(wrapped.iter().any(|&product| (1..64).contains(&product)));
    }
}
