//! The same numbers for every allocator.
//!
//! xorshift64*: a few cycles, and its upper half is random enough for sizes and indices. The Go program
//! of the benchmark (`benches/go/main.go`) has the same generator, so it asks for the same sizes.

use std::ops::RangeInclusive;

/// A pseudo-random sequence.
#[derive(Clone, Debug)]
pub struct Prng(u64);

impl Prng {
    /// The sequence of thread number `thread`.
    pub fn new(thread: usize) -> Prng {
        Prng((thread as u64 + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15))
    }

    /// The next number below `limit`, which is below 2^32.
    #[inline]
    pub fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        let high = self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 32;
        ((high * limit as u64) >> 32) as usize
    }

    /// The next number of `range`.
    #[inline]
    pub fn within(&mut self, range: &RangeInclusive<usize>) -> usize {
        range.start() + self.below(range.end() - range.start() + 1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_stay_in_their_range_and_reach_its_ends() {
        let mut prng = Prng::new(0);
        let mut seen = [false; 9];
        for _ in 0..1000 {
            seen[prng.within(&(8..=16)) - 8] = true;
        }
        assert_eq!(seen, [true; 9]);
    }

    #[test]
    fn threads_have_sequences_of_their_own() {
        let first = |thread| Prng::new(thread).below(1 << 31);
        assert_ne!(first(0), first(1));
        assert_eq!(first(0), first(0));
    }
}
