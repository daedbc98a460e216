//! Bitmaps over words of 64 bits: bit `i` is bit `i % 64` of word `i / 64`.
//!
//! The idea: the page allocator and the spans ask the same five questions of a bitmap (where is the
//! next zero, where do `n` zeros begin, how many ones, how long is this run of zeros, how long is
//! the longest), and each has an answer that looks at a word at a time. A zero is what a caller can
//! have, a one is what somebody has.
//!
//! The data are plain slices. Callers with arrays of a fixed length get loops that the compiler
//! unrolls, and no function here needs more than the words that it is given.
//!
//! Runs inside a word are found by shifting: after `x &= x >> k` a bit is set where `k + 1` ones
//! began before. Doubling `k` makes that a matter of six steps for any length.
//!
//! Source: Go `runtime/mpallocbits.go` (`pageBits`, `pallocBits`).

#![forbid(unsafe_code)]

/// Bits in a word.
pub const WORD: usize = 64;

/// Calls `each(word, mask)` for the words that the bits `at .. at + n` lie in.
#[inline]
fn each_word(at: usize, n: usize, mut each: impl FnMut(usize, u64)) {
    if n == 0 {
        return;
    }
    let last = at + n - 1;
    let from = u64::MAX << (at % WORD);
    let upto = u64::MAX >> (WORD - 1 - last % WORD);
    if at / WORD == last / WORD {
        return each(at / WORD, from & upto);
    }
    each(at / WORD, from);
    for word in at / WORD + 1..last / WORD {
        each(word, u64::MAX);
    }
    each(last / WORD, upto);
}

/// Whether bit `at` is one.
///
/// # Panics
/// If `at` is past the last word. So does every function of this file that is given a place.
#[inline]
pub fn get(words: &[u64], at: usize) -> bool {
    words[at / WORD] >> (at % WORD) & 1 == 1
}

/// Makes the bits `at .. at + n` ones. Source: Go `pageBits.setRange`.
#[inline]
pub fn set_range(words: &mut [u64], at: usize, n: usize) {
    each_word(at, n, |word, mask| words[word] |= mask);
}

/// Makes the bits `at .. at + n` zeros. Source: Go `pageBits.clearRange`.
#[inline]
pub fn clear_range(words: &mut [u64], at: usize, n: usize) {
    each_word(at, n, |word, mask| words[word] &= !mask);
}

/// How many bits are ones.
#[inline]
pub fn count(words: &[u64]) -> usize {
    words.iter().map(|word| word.count_ones() as usize).sum()
}

/// Whether one of the bits `at .. at + n` is one.
#[inline]
pub fn any(words: &[u64], at: usize, n: usize) -> bool {
    let mut ones = 0;
    each_word(at, n, |word, mask| ones |= words[word] & mask);
    ones != 0
}

/// How many of the bits `at .. at + n` are ones. Source: Go `pageBits.popcntRange`.
#[inline]
pub fn count_range(words: &[u64], at: usize, n: usize) -> usize {
    let mut ones = 0;
    each_word(at, n, |word, mask| ones += (words[word] & mask).count_ones() as usize);
    ones
}

/// The lowest zero at or above `from`.
#[inline]
pub fn next_zero(words: &[u64], from: usize) -> Option<usize> {
    next(words, from, |word| !word)
}

/// The lowest one at or above `from`.
#[inline]
pub fn next_one(words: &[u64], from: usize) -> Option<usize> {
    next(words, from, |word| word)
}

/// The lowest bit at or above `from` that is one after `wanted`.
#[inline]
fn next(words: &[u64], from: usize, wanted: impl Fn(u64) -> u64) -> Option<usize> {
    let mut mask = u64::MAX << (from % WORD);
    for (i, &word) in words.iter().enumerate().skip(from / WORD) {
        let hits = wanted(word) & mask;
        if hits != 0 {
            return Some(i * WORD + hits.trailing_zeros() as usize);
        }
        mask = u64::MAX;
    }
    None
}

/// The highest one below `below`, which is not past the last bit.
#[inline]
pub fn last_one(words: &[u64], below: usize) -> Option<usize> {
    below.checked_sub(zeros_before(words, below) + 1)
}

/// How many zeros follow each other from `at` upwards. 0 where `at` is one past the last bit.
#[inline]
pub fn zeros_from(words: &[u64], at: usize) -> usize {
    next_one(words, at).unwrap_or(words.len() * WORD) - at
}

/// How many zeros follow each other from just below `at` downwards.
#[inline]
pub fn zeros_before(words: &[u64], at: usize) -> usize {
    let mut i = at / WORD;
    // The bits of the word of `at` that lie below it, moved to the top: its leading zeros count.
    let below = at % WORD;
    let mut zeros = 0;
    if below > 0 {
        let word = words[i] << (WORD - below);
        if word != 0 {
            return word.leading_zeros() as usize;
        }
        zeros = below;
    }
    while i > 0 {
        i -= 1;
        zeros += words[i].leading_zeros() as usize;
        if words[i] != 0 {
            break;
        }
    }
    zeros
}

/// The bits of `ones` at which `n` ones begin, upwards. `n` is 1 to 64.
#[inline]
fn runs_begin(mut ones: u64, n: usize) -> u64 {
    let (mut left, mut step) = (n - 1, 1);
    while left > 0 && ones != 0 {
        let by = step.min(left);
        ones &= ones >> by;
        left -= by;
        step *= 2;
    }
    ones
}

/// The lowest bit of `ones` at which `n` ones begin; `n` is at least 1.
///
/// Source: Go `findBitRange64`.
#[inline]
pub fn find_ones(ones: u64, n: usize) -> Option<usize> {
    if n > WORD {
        return None;
    }
    let begin = runs_begin(ones, n);
    (begin != 0).then(|| begin.trailing_zeros() as usize)
}

/// The lowest place at or above `from` where `n` zeros begin; `n` is at least 1.
///
/// Upholds, for a chunk, `alloc/pages/first-fit-lowest-address`. Source: Go `pallocBits.find`.
#[inline]
pub fn find_zeros(words: &[u64], n: usize, from: usize) -> Option<usize> {
    // The bits below `from` count as ones; `run` zeros end where the word begins.
    let mut hidden = (1u64 << (from % WORD)) - 1;
    let mut run = 0;
    for (i, &word) in words.iter().enumerate().skip(from / WORD) {
        let word = word | hidden;
        hidden = 0;
        if run + word.trailing_zeros() as usize >= n {
            return Some(i * WORD - run);
        }
        if word == 0 {
            run += WORD;
            continue;
        }
        if let Some(at) = find_ones(!word, n) {
            return Some(i * WORD + at);
        }
        run = word.leading_zeros() as usize;
    }
    None
}

/// The length of the longest run of zeros, or `floor` if that is more. A caller that knows that no
/// run is longer than `ceiling` says so: the search ends where it is reached.
///
/// Upholds, for a chunk, `alloc/pages/summary-matches-bitmap`. Source: Go `pallocBits.summarize`.
#[inline]
pub fn longest_zeros(words: &[u64], floor: usize, ceiling: usize) -> usize {
    // First the runs that touch the border of a word: two counts for each.
    let (mut most, mut run) = (floor, 0);
    for &word in words {
        run += word.trailing_zeros() as usize;
        if word != 0 {
            most = most.max(run);
            run = word.leading_zeros() as usize;
        }
    }
    most = most.max(run);
    // A run that touches no border has a one on both sides: 62 zeros are the most there can be.
    for &word in words {
        if most >= ceiling || most >= WORD - 2 {
            break;
        }
        // Whatever is left begins more than `most` zeros. Over all words `most` only grows, so
        // that growing it by one costs 62 steps in all.
        let mut begin = runs_begin(!word, most + 1);
        while begin != 0 {
            most += 1;
            begin &= !word >> most;
        }
    }
    most
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::collection::vec;
    use proptest::prelude::{Just, Strategy, prop_assert_eq, prop_oneof, proptest};

    /// Words that are often full, empty or sparse: uniform words have no long runs.
    fn words() -> impl Strategy<Value = Vec<u64>> {
        let random = || proptest::num::u64::ANY;
        let word = prop_oneof![
            Just(0),
            Just(u64::MAX),
            random(),
            (random(), random(), random()).prop_map(|(a, b, c)| a & b & c),
            (0u32..64).prop_map(|at| 1 << at),
            (0u32..64).prop_map(|at| u64::MAX << at),
            (0u32..64).prop_map(|at| u64::MAX >> at),
        ];
        vec(word, 8)
    }

    fn model(words: &[u64]) -> Vec<bool> {
        (0..words.len() * WORD).map(|i| words[i / WORD] >> (i % WORD) & 1 == 1).collect()
    }

    proptest! {
        #[test]
        fn ranges_are_set_cleared_and_counted_bit_for_bit(
            mut words in words(), at in 0usize..512, n in 0usize..512, set in proptest::bool::ANY,
        ) {
            let n = n.min(512 - at);
            let mut bits = model(&words);
            let ones = bits[at..at + n].iter().filter(|&&bit| bit).count();
            prop_assert_eq!(count_range(&words, at, n), ones);
            prop_assert_eq!(any(&words, at, n), ones > 0);
            bits[at..at + n].fill(set);
            if set { set_range(&mut words, at, n) } else { clear_range(&mut words, at, n) }
            prop_assert_eq!(model(&words), bits);
            prop_assert_eq!(count(&words), model(&words).iter().filter(|&&bit| bit).count());
        }

        #[test]
        fn the_next_bit_and_the_runs_around_a_place_are_those_of_a_bit_loop(
            words in words(), at in 0usize..512,
        ) {
            let bits = model(&words);
            prop_assert_eq!(get(&words, at), bits[at]);
            prop_assert_eq!(next_zero(&words, at), (at..512).find(|&i| !bits[i]));
            prop_assert_eq!(next_one(&words, at), (at..512).find(|&i| bits[i]));
            let up = bits[at..].iter().take_while(|&&bit| !bit).count();
            prop_assert_eq!(zeros_from(&words, at), up);
            let down = bits[..at].iter().rev().take_while(|&&bit| !bit).count();
            prop_assert_eq!(zeros_before(&words, at), down);
            prop_assert_eq!(last_one(&words, at), (0..at).rev().find(|&i| bits[i]));
        }

        #[test]
        fn the_lowest_run_that_fits_is_found(
            words in words(), n in 1usize..200, from in 0usize..512,
        ) {
            let bits = model(&words);
            let fits = |at: usize| at + n <= 512 && bits[at..at + n].iter().all(|&bit| !bit);
            prop_assert_eq!(find_zeros(&words, n, from), (from..512).find(|&at| fits(at)));
        }

        #[test]
        fn the_longest_run_is_found_from_any_floor(words in words(), floor in 0usize..80) {
            let bits = model(&words);
            let longest = bits.split(|&bit| bit).map(<[bool]>::len).max().unwrap_or(0);
            prop_assert_eq!(longest_zeros(&words, 0, 512), longest);
            prop_assert_eq!(longest_zeros(&words, 0, longest), longest);
            prop_assert_eq!(longest_zeros(&words, floor, 512), longest.max(floor));
        }
    }

    #[test]
    fn a_long_run_inside_a_word_counts_too() {
        for zeros in 1..=62 {
            let inside = !(((1u64 << zeros) - 1) << 1);
            for floor in 0..zeros {
                assert_eq!(longest_zeros(&[u64::MAX, inside], floor, 128), zeros);
            }
        }
    }

    #[test]
    fn a_run_at_both_ends_is_found() {
        assert_eq!(zeros_from(&[0, 0], 128), 0);
        assert_eq!(zeros_before(&[0, 0], 128), 128);
        assert_eq!(zeros_before(&[0, 0], 0), 0);
        assert_eq!(find_zeros(&[0, 0], 128, 0), Some(0));
        assert_eq!(find_zeros(&[0, 0], 128, 1), None);
    }
}
