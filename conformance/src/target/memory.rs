//! Writing blocks and looking at them again: the only reads and writes of judged memory.
//!
//! Every block carries a pattern made from a seed of its own. The pattern is a sequence of 64-bit
//! words, `word(i) = seed + i * STRIDE`, laid out as bytes from the start of the block; no two
//! blocks share a seed, so a stray write, a copy from the wrong place and a block handed out twice
//! all show as bytes that differ.
//!
//! Blocks above [`DENSE`] bytes are written and read at both ends and once a page between, which
//! keeps a 64 MiB block affordable and still touches each of its pages.

/// Up to this size, in bytes, a block is written and read whole.
pub const DENSE: usize = 1 << 20;

/// Above [`DENSE`]: so many bytes at each end are written and read whole.
const END: usize = 64 << 10;

/// Above [`DENSE`]: between the ends, one word in so many bytes.
const PAGE: usize = 4096;

/// An odd constant: successive words differ in all their bytes soon. 2^64 / golden ratio.
const STRIDE: u64 = 0x9E37_79B9_7F4A_7C15;

/// The pattern seed of the block with this serial number; never repeats within a run.
pub fn seed_of(serial: u64) -> u64 {
    // splitmix64's finaliser: a bijection, so distinct serials have distinct seeds.
    let mut z = serial.wrapping_add(STRIDE);
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

fn word(seed: u64, index: usize) -> u64 {
    seed.wrapping_add((index as u64).wrapping_mul(STRIDE))
}

/// A run of bytes of a block, as `start..end`, with `start` a multiple of 8.
type Run = (usize, usize);

/// The byte that the pattern of `seed` has at `offset`.
pub fn pattern_byte(seed: u64, offset: usize) -> u8 {
    word(seed, offset / 8).to_le_bytes()[offset % 8]
}

/// The parts of a block of `len` bytes that are written and read, in order.
fn runs(len: usize) -> impl Iterator<Item = Run> {
    let dense = len <= DENSE;
    let head = if dense { len } else { END };
    let tail = (len - len.min(END)) & !7;
    let middle = if dense { 0 } else { (tail - head) / PAGE };
    std::iter::once((0, head))
        .chain((0..middle).map(move |i| (head + i * PAGE, head + i * PAGE + 8)))
        .chain((!dense).then_some((tail, len)))
}

/// Writes the pattern of `seed` over `len` bytes at `at`.
///
/// # Safety
/// `at .. at + len` is a block that the caller owns.
pub unsafe fn fill(at: *mut u8, len: usize, seed: u64) {
    for (start, end) in runs(len) {
        // SAFETY: each run lies within the block.
        unsafe { fill_run(at, start, end, seed) }
    }
}

/// # Safety
/// `at + start .. at + end` belongs to the caller.
unsafe fn fill_run(at: *mut u8, start: usize, end: usize, seed: u64) {
    let words = (end - start) / 8;
    // SAFETY: `start + words * 8 <= end`.
    let first = unsafe { at.add(start) }.cast::<u64>();
    let mut value = word(seed, start / 8);
    for i in 0..words {
        // SAFETY: word `i` lies within the run; it may be unaligned.
        unsafe { first.add(i).write_unaligned(value) };
        value = value.wrapping_add(STRIDE);
    }
    let rest = start + words * 8;
    for (i, byte) in value.to_le_bytes().into_iter().take(end - rest).enumerate() {
        // SAFETY: `rest + i < end`.
        unsafe { at.add(rest + i).write(byte) };
    }
}

/// Writes the first and the last `ends` bytes of a block of `len` bytes, all of a shorter one.
///
/// # Safety
/// `at .. at + len` is a block that the caller owns.
pub unsafe fn stamp(at: *mut u8, len: usize, ends: usize, seed: u64) {
    for (start, end) in ends_of(len, ends) {
        // SAFETY: both ends lie within the block.
        unsafe { fill_run(at, start, end, seed) }
    }
}

/// How many bytes that [`stamp`] wrote have changed.
///
/// # Safety
/// `at .. at + len` can be read.
pub unsafe fn unstamped(at: *const u8, len: usize, ends: usize, seed: u64) -> usize {
    let lost = |(start, end): Run| {
        // SAFETY: both ends lie within the block.
        let kept = unsafe { kept_in_run(at, start, end, seed) };
        end - start - kept
    };
    ends_of(len, ends).map(lost).sum()
}

fn ends_of(len: usize, ends: usize) -> impl Iterator<Item = Run> {
    let tail = (len.saturating_sub(ends) & !7).max(ends.min(len));
    [(0, ends.min(len)), (tail, len)].into_iter().filter(|(start, end)| start < end)
}

/// How many bytes from the start of `at` still hold the pattern of `seed`, looking at the first
/// `len` of them, of a block that was filled with length `filled`.
///
/// # Safety
/// `at .. at + len` can be read.
pub unsafe fn same_prefix(at: *const u8, len: usize, seed: u64, filled: usize) -> usize {
    for (start, end) in runs(filled) {
        let end = end.min(len);
        if start >= end {
            continue;
        }
        // SAFETY: the run lies within `len`.
        let kept = unsafe { kept_in_run(at, start, end, seed) };
        if start + kept < end {
            return start + kept;
        }
    }
    len
}

/// How many bytes of the first `len`, of a block filled with length `filled`, have lost the
/// pattern of `seed`.
///
/// # Safety
/// `at .. at + len` can be read.
pub unsafe fn damaged(at: *const u8, len: usize, seed: u64, filled: usize) -> usize {
    let mut lost = 0;
    for (start, end) in runs(filled) {
        let end = end.min(len);
        let mut from = start;
        while from < end {
            // SAFETY: the rest of the run lies within `len`.
            from += unsafe { kept_in_run(at, from, end, seed) };
            if from < end {
                // Count the bad byte, and go on at the next word border: exact enough for a
                // message, and linear.
                let next = ((from / 8 + 1) * 8).min(end);
                // SAFETY: `from .. next` lies within `len`.
                lost += unsafe { lost_in_word(at, from, next, seed) };
                from = next;
            }
        }
    }
    lost
}

/// How many bytes from `start` on hold the pattern; at most `end - start`. `start` is a multiple
/// of 8.
///
/// # Safety
/// `at + start .. at + end` can be read.
unsafe fn kept_in_run(at: *const u8, start: usize, end: usize, seed: u64) -> usize {
    let words = (end - start) / 8;
    // SAFETY: as for the caller.
    let first = unsafe { at.add(start) }.cast::<u64>();
    let base = word(seed, start / 8);
    let mut i = 0;
    // Blocks of eight words without a branch inside: the compiler makes vectors of them.
    while i + 8 <= words {
        let mut differ = 0;
        for k in 0..8 {
            let value = base.wrapping_add(((i + k) as u64).wrapping_mul(STRIDE));
            // SAFETY: `i + k < words`.
            differ |= unsafe { first.add(i + k).read_unaligned() } ^ value;
        }
        if differ != 0 {
            break;
        }
        i += 8;
    }
    while i < words {
        let value = base.wrapping_add((i as u64).wrapping_mul(STRIDE));
        // SAFETY: `i < words`.
        let differ = unsafe { first.add(i).read_unaligned() } ^ value;
        if differ != 0 {
            return i * 8 + differ.trailing_zeros() as usize / 8;
        }
        i += 1;
    }
    let rest = start + words * 8;
    // SAFETY: `rest .. end` is what remains, less than a word.
    let lost = unsafe { first_lost(at, rest, end, seed) };
    words * 8 + lost.unwrap_or(end - rest)
}

/// # Safety
/// `at + from .. at + end` can be read; both lie within one word of the pattern.
unsafe fn first_lost(at: *const u8, from: usize, end: usize, seed: u64) -> Option<usize> {
    // SAFETY: `from <= i < end`.
    (from..end).position(|i| unsafe { at.add(i).read() } != pattern_byte(seed, i))
}

/// # Safety
/// `at + from .. at + end` can be read; both lie within one word of the pattern.
unsafe fn lost_in_word(at: *const u8, from: usize, end: usize, seed: u64) -> usize {
    // SAFETY: `from <= i < end`.
    (from..end).filter(|&i| unsafe { at.add(i).read() } != pattern_byte(seed, i)).count()
}

/// How many bytes from the start of `at` read zero, looking at `len` bytes (densely up to
/// [`DENSE`], else as [`fill`] would write them).
///
/// # Safety
/// `at .. at + len` can be read.
pub unsafe fn zero_prefix(at: *const u8, len: usize) -> usize {
    for (start, end) in runs(len) {
        // SAFETY: the run lies within `len`.
        let zeros = unsafe { zeros_in_run(at.add(start), end - start) };
        if zeros < end - start {
            return start + zeros;
        }
    }
    len
}

/// # Safety
/// `at .. at + len` can be read.
unsafe fn zeros_in_run(at: *const u8, len: usize) -> usize {
    let words = len / 8;
    let first = at.cast::<u64>();
    let mut i = 0;
    while i + 8 <= words {
        // SAFETY: `i + k < words`.
        let any = (0..8).fold(0, |any, k| any | unsafe { first.add(i + k).read_unaligned() });
        if any != 0 {
            break;
        }
        i += 8;
    }
    // SAFETY: `i < len`.
    (i * 8..len).find(|&i| unsafe { at.add(i).read() } != 0).unwrap_or(len)
}

/// Changes every bit of the byte at `at`.
///
/// # Safety
/// It may be read and written.
pub unsafe fn flip(at: *mut u8) {
    // SAFETY: the caller's.
    unsafe { at.write(!at.read()) };
}

/// How many of the `len` bytes at `at` are `byte`.
///
/// # Safety
/// They can be read.
pub unsafe fn count(at: *const u8, len: usize, byte: u8) -> usize {
    // SAFETY: the caller's promise.
    (0..len).filter(|&i| unsafe { at.add(i).read_volatile() } == byte).count()
}

/// Fresh memory of the judge's own at exactly `at`; `None` where something is mapped already.
pub fn map_at(at: usize, len: usize) -> Option<*mut u8> {
    use rustix::mm::{MapFlags, ProtFlags, mmap_anonymous};
    let prot = ProtFlags::READ | ProtFlags::WRITE;
    let flags = MapFlags::PRIVATE | MapFlags::FIXED_NOREPLACE;
    let place = std::ptr::without_provenance_mut(at);
    // SAFETY: replaces no mapping.
    let got = unsafe { mmap_anonymous(place, len, prot, flags) }.ok()?;
    (got.addr() == at).then_some(got.cast())
}

/// Gives back what [`map_at`] gave.
///
/// # Safety
/// Nothing refers to it any more.
pub unsafe fn unmap(at: *mut u8, len: usize) {
    // SAFETY: the caller's promise.
    let _ = unsafe { rustix::mm::munmap(at.cast(), len) };
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Fills `len` bytes, spoils those at `spoil`, and returns (same prefix, damaged).
    fn after(len: usize, spoil: &[usize]) -> (usize, usize) {
        let mut block = vec![0u8; len];
        // SAFETY: the vector owns its bytes.
        unsafe {
            fill(block.as_mut_ptr(), len, 7);
            for &i in spoil {
                block[i] ^= 0x40;
            }
            (same_prefix(block.as_ptr(), len, 7, len), damaged(block.as_ptr(), len, 7, len))
        }
    }

    #[test]
    fn an_untouched_block_of_any_length_is_whole() {
        for len in (0..300).chain([4095, 4096, DENSE - 1, DENSE, DENSE + 1, 3 * DENSE + 13]) {
            assert_eq!(after(len, &[]), (len, 0), "length {len}");
        }
    }

    #[test]
    fn every_single_spoilt_byte_is_found_where_it_is() {
        for len in [1, 7, 8, 9, 63, 64, 65, 200] {
            for i in 0..len {
                assert_eq!(after(len, &[i]), (i, 1), "length {len}, byte {i}");
            }
        }
    }

    #[test]
    fn the_last_byte_of_a_large_block_is_looked_at() {
        let len = 3 * DENSE + 13;
        assert_eq!(after(len, &[len - 1]), (len - 1, 1));
        assert_eq!(after(len, &[END]), (END, 1), "the first word of a middle page");
    }

    #[test]
    fn all_spoilt_bytes_are_counted() {
        assert_eq!(after(100, &[0, 1, 2, 50, 99]), (0, 5));
    }

    #[test]
    fn two_seeds_share_no_word_at_the_same_place() {
        let mut block = [0u8; 4096];
        // SAFETY: the array owns its bytes.
        let kept = unsafe {
            fill(block.as_mut_ptr(), 4096, seed_of(1));
            4096 - damaged(block.as_ptr(), 4096, seed_of(2), 4096)
        };
        assert!(kept < 4096 / 64, "{kept} of 4096 bytes agree by chance");
    }

    #[test]
    fn zeros_end_at_the_first_other_byte() {
        for len in [1, 8, 64, 65, 200, 2 * DENSE] {
            let mut block = vec![0u8; len];
            // SAFETY: the vector owns its bytes.
            unsafe {
                assert_eq!(zero_prefix(block.as_ptr(), len), len);
                block[len - 1] = 1;
                assert_eq!(zero_prefix(block.as_ptr(), len), len - 1);
            }
        }
    }
}
