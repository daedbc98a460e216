//! Fewer bytes for the same text: what stood before is not written again.
//!
//! A squeezed text is a row of steps. Each has three numbers: how many bytes follow as they are, how many are then
//! copied, and from how far back. The last step copies nothing. Copies may reach into themselves: that is how a run of equal
//! bytes is written.

use super::bytes::{Corrupt, Reader, Writer};

/// The shortest copy that is worth its three numbers.
const SHORTEST: usize = 5;
/// How many places are tried for the longest copy.
const TRIES: usize = 64;
/// Heads of chains of places with equal beginnings.
const HEADS: usize = 1 << 15;
const NOWHERE: u32 = u32::MAX;
/// The largest text that is unpacked.
pub(super) const LARGEST: usize = 1 << 25;

/// The squeezed form of `text`.
pub(super) fn squeeze(text: &[u8]) -> Vec<u8> {
    let mut out = Writer::default();
    let mut places = Places { heads: vec![NOWHERE; HEADS], before: vec![NOWHERE; text.len()] };
    let (mut at, mut plain) = (0, 0);
    while at < text.len() {
        let (len, back) = places.longest(text, at);
        if len < SHORTEST {
            places.add(text, at);
            at += 1;
            continue;
        }
        step(&mut out, &text[plain..at], len, back);
        (at..at + len).for_each(|place| places.add(text, place));
        at += len;
        plain = at;
    }
    step(&mut out, &text[plain..], 0, 0);
    out.bytes
}

fn step(out: &mut Writer, plain: &[u8], len: usize, back: usize) {
    out.block(plain);
    out.number(len);
    if len > 0 {
        out.number(back);
    }
}

/// The text of `len` bytes that was squeezed.
pub(super) fn unsqueeze(squeezed: &[u8], len: usize) -> Result<Vec<u8>, Corrupt> {
    if len > LARGEST {
        return Err(Corrupt);
    }
    let mut reader = Reader { rest: squeezed };
    let mut text = Vec::with_capacity(len);
    loop {
        text.extend_from_slice(reader.block()?);
        let copied = reader.number()?;
        if copied == 0 {
            break;
        }
        let start = text.len().checked_sub(reader.number()?).ok_or(Corrupt)?;
        if start >= text.len() || copied > len.saturating_sub(text.len()) {
            return Err(Corrupt);
        }
        for at in start..start + copied {
            text.push(text[at]);
        }
    }
    if text.len() == len && reader.rest.is_empty() { Ok(text) } else { Err(Corrupt) }
}

/// Where beginnings of four bytes have stood.
struct Places {
    heads: Vec<u32>,
    /// By places: the place before that had the same hash.
    before: Vec<u32>,
}

impl Places {
    fn head(text: &[u8], at: usize) -> Option<usize> {
        let four: [u8; 4] = text.get(at..at + 4)?.try_into().ok()?;
        Some((u32::from_le_bytes(four).wrapping_mul(0x9e37_79b1) >> 17) as usize)
    }

    fn add(&mut self, text: &[u8], at: usize) {
        if let Some(head) = Places::head(text, at) {
            self.before[at] = self.heads[head];
            self.heads[head] = at as u32;
        }
    }

    /// The length of the longest copy for what stands at `at`, and how far back it is.
    fn longest(&self, text: &[u8], at: usize) -> (usize, usize) {
        let mut best = (0, 0);
        let Some(head) = Places::head(text, at) else { return best };
        let mut place = self.heads[head];
        for _ in 0..TRIES {
            if place == NOWHERE {
                break;
            }
            let start = place as usize;
            let same = text[start..].iter().zip(&text[at..]).take_while(|(a, b)| a == b).count();
            if same > best.0 {
                best = (same, at - start);
            }
            place = self.before[start];
        }
        best
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_come_back() {
        let long = "func (x *T) f() {}\n\n\n\n\n\n\n\n".repeat(50);
        for text in ["", "a", "abcabcabcabcabcabcabc", "\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n", &long] {
            let squeezed = squeeze(text.as_bytes());
            assert_eq!(unsqueeze(&squeezed, text.len()).as_deref(), Ok(text.as_bytes()));
        }
        assert!(squeeze(long.as_bytes()).len() < 60);
    }

    #[test]
    fn what_is_no_squeezed_text_is_corrupt() {
        let squeezed = squeeze(b"abcabcabcabcabcabcabc");
        for len in 0..squeezed.len() {
            assert_eq!(unsqueeze(&squeezed[..len], 21), Err(Corrupt));
        }
        assert_eq!(unsqueeze(&squeezed, 20), Err(Corrupt));
        assert_eq!(unsqueeze(&squeezed, usize::MAX), Err(Corrupt));
        assert_eq!(
            unsqueeze(&[1, b'a', 100, 2, 0, 0], 101),
            Err(Corrupt),
            "it copies from before the text"
        );
        assert_eq!(
            unsqueeze(&[1, b'a', 100, 0, 0, 0], 101),
            Err(Corrupt),
            "it copies from nowhere"
        );
    }
}
