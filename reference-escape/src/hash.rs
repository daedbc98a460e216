//! Hash maps for keys that are small numbers or short texts.
//!
//! The standard library's hash is made for hostile keys and costs more than what it is asked about here.
//! Nothing ever iterates over these maps: what is printed must not depend on a hash.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

/// A map from small keys.
pub type Map<K, V> = HashMap<K, V, BuildHasherDefault<Folding>>;

/// Folds words into a state: rotate, mix in, multiply by an odd number of many bits.
#[derive(Clone, Default, Debug)]
pub struct Folding {
    state: u64,
}

/// 2^64 divided by the golden ratio, made odd.
const FACTOR: u64 = 0x9e37_79b9_7f4a_7c15;

impl Folding {
    fn fold(&mut self, word: u64) {
        self.state = (self.state.rotate_left(5) ^ word).wrapping_mul(FACTOR);
    }
}

impl Hasher for Folding {
    fn finish(&self) -> u64 {
        // Maps look at the low bits first, and a product's low bits know least.
        self.state ^ (self.state >> 32)
    }

    fn write(&mut self, bytes: &[u8]) {
        let mut words = bytes.chunks_exact(8);
        for word in &mut words {
            self.fold(u64::from_le_bytes(word.try_into().unwrap_or_default()));
        }
        let mut last = [0; 8];
        last[..words.remainder().len()].copy_from_slice(words.remainder());
        self.fold(u64::from_le_bytes(last) ^ ((bytes.len() as u64) << 56));
    }

    fn write_u8(&mut self, n: u8) {
        self.fold(u64::from(n));
    }

    fn write_u32(&mut self, n: u32) {
        self.fold(u64::from(n));
    }

    fn write_u64(&mut self, n: u64) {
        self.fold(n);
    }

    fn write_usize(&mut self, n: usize) {
        self.fold(n as u64);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;
    use std::hash::{BuildHasher, Hash};

    fn hash(key: impl Hash) -> u64 {
        BuildHasherDefault::<Folding>::default().hash_one(key)
    }

    #[test]
    fn texts_that_differ_in_a_trailing_zero_differ_in_their_hash() {
        assert_ne!(hash("a"), hash("a\0"));
        assert_ne!(hash("12345678"), hash("12345678\0"));
    }

    #[test]
    fn a_thousand_neighbours_share_no_hash() {
        let hashes: BTreeSet<u64> = (0_u32..1000).map(hash).collect();
        assert_eq!(hashes.len(), 1000);
        let low: BTreeSet<u64> = (0_u32..128).map(|n| hash(n) & 0xffff).collect();
        assert!(low.len() > 120, "the low bits tell neighbours apart: {}", low.len());
    }
}
