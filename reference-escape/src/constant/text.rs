//! The texts of string constants.
//!
//! Long constants are often written as sums of hundreds of short literals. A [`Text`] is such a sum as it
//! stands: to add costs nothing, and a text of two thousand million bytes, made by doubling, takes a few words.

use std::cmp::Ordering;
use std::rc::Rc;

/// A text of bytes.
#[derive(Clone, Debug)]
pub struct Text(Rc<Node>);

#[derive(Debug)]
struct Node {
    /// How many bytes; sums stop where this would overflow.
    len: u64,
    parts: Parts,
}

#[derive(Debug)]
enum Parts {
    Bytes(Box<[u8]>),
    Sum(Text, Text),
}

impl Text {
    /// A text of `bytes`.
    pub fn new(bytes: &[u8]) -> Text {
        Text(Rc::new(Node { len: bytes.len() as u64, parts: Parts::Bytes(bytes.into()) }))
    }

    /// How many bytes it has.
    pub fn len(&self) -> u64 {
        self.0.len
    }

    /// Whether it has none.
    pub fn is_empty(&self) -> bool {
        self.0.len == 0
    }

    /// `self` and then `other`.
    #[must_use]
    pub fn plus(&self, other: &Text) -> Text {
        if self.is_empty() {
            return other.clone();
        }
        if other.is_empty() {
            return self.clone();
        }
        let len = self.len().saturating_add(other.len());
        Text(Rc::new(Node { len, parts: Parts::Sum(self.clone(), other.clone()) }))
    }

    /// Its pieces, from left to right.
    fn pieces(&self) -> Pieces<'_> {
        Pieces { left: vec![self] }
    }

    /// Its first bytes, at most `limit`.
    pub fn prefix(&self, limit: usize) -> Vec<u8> {
        let mut bytes = Vec::new();
        for piece in self.pieces() {
            let room = limit - bytes.len();
            bytes.extend_from_slice(&piece[..piece.len().min(room)]);
            if bytes.len() == limit {
                break;
            }
        }
        bytes
    }

    /// All its bytes: the caller has asked [`Text::len`] whether it wants them.
    pub fn bytes(&self) -> Vec<u8> {
        self.prefix(usize::MAX)
    }
}

impl Ord for Text {
    fn cmp(&self, other: &Text) -> Ordering {
        if Rc::ptr_eq(&self.0, &other.0) {
            return Ordering::Equal;
        }
        let (mut ours, mut theirs) = (self.pieces(), other.pieces());
        let (mut a, mut b): (&[u8], &[u8]) = (&[], &[]);
        loop {
            if a.is_empty() {
                a = ours.next().unwrap_or_default();
            }
            if b.is_empty() {
                b = theirs.next().unwrap_or_default();
            }
            let both = a.len().min(b.len());
            if both == 0 {
                return a.len().cmp(&b.len());
            }
            match a[..both].cmp(&b[..both]) {
                Ordering::Equal => (a, b) = (&a[both..], &b[both..]),
                decided => return decided,
            }
        }
    }
}

impl PartialOrd for Text {
    fn partial_cmp(&self, other: &Text) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Text {
    fn eq(&self, other: &Text) -> bool {
        self.len() == other.len() && self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Text {}

/// A sum nests as deep as it is long, so it is taken apart in a loop.
impl Drop for Text {
    fn drop(&mut self) {
        let mut left = Vec::new();
        self.unlink(&mut left);
        while let Some(mut text) = left.pop() {
            text.unlink(&mut left);
        }
    }
}

impl Text {
    /// Moves the terms of a sum that nobody else holds to `left`.
    fn unlink(&mut self, left: &mut Vec<Text>) {
        if let Some(node) = Rc::get_mut(&mut self.0)
            && let Parts::Sum(a, b) =
                std::mem::replace(&mut node.parts, Parts::Bytes(Box::default()))
        {
            left.extend([a, b]);
        }
    }
}

struct Pieces<'a> {
    left: Vec<&'a Text>,
}

impl<'a> Iterator for Pieces<'a> {
    type Item = &'a [u8];

    fn next(&mut self) -> Option<&'a [u8]> {
        loop {
            match &self.left.pop()?.0.parts {
                Parts::Bytes(bytes) if bytes.is_empty() => {}
                Parts::Bytes(bytes) => return Some(bytes),
                Parts::Sum(a, b) => self.left.extend([b, a]),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sum_reads_like_the_text_that_it_is() {
        let sum = Text::new(b"ab").plus(&Text::new(b"").plus(&Text::new(b"cd")));
        assert_eq!(sum.bytes(), b"abcd");
        assert_eq!(sum.prefix(3), b"abc");
        assert_eq!(sum, Text::new(b"a").plus(&Text::new(b"bcd")));
        assert!(sum < Text::new(b"abd") && sum > Text::new(b"abc"));
    }

    #[test]
    fn a_sum_of_a_million_terms_can_be_dropped() {
        let one = Text::new(b"x");
        let sum = (0..1_000_000).fold(one.clone(), |sum, _| sum.plus(&one));
        assert_eq!(sum.len(), 1_000_001);
    }

    #[test]
    fn doubling_costs_words_not_bytes() {
        let text = (0..31).fold(Text::new(b"ab"), |text, _| text.plus(&text));
        assert_eq!(text.len(), 1 << 32);
        assert_eq!(text.prefix(4), b"abab");
    }
}
