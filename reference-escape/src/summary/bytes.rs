//! Numbers and texts as bytes.

use std::fmt;

/// Bytes that mean nothing.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Corrupt;

impl fmt::Display for Corrupt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the summary is damaged, or of another version")
    }
}

impl std::error::Error for Corrupt {}

/// Bytes that are being written.
#[derive(Debug, Default)]
pub(crate) struct Writer {
    pub bytes: Vec<u8>,
}

impl Writer {
    /// Seven bits a byte, low ones first; the eighth tells that more follow.
    pub(crate) fn number(&mut self, mut number: usize) {
        while number >= 0x80 {
            self.bytes.push(number as u8 | 0x80);
            number >>= 7;
        }
        self.bytes.push(number as u8);
    }

    pub(crate) fn block(&mut self, block: &[u8]) {
        self.number(block.len());
        self.bytes.extend_from_slice(block);
    }
}

/// Bytes that are being read.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Reader<'b> {
    pub rest: &'b [u8],
}

impl<'b> Reader<'b> {
    pub(crate) fn byte(&mut self) -> Result<u8, Corrupt> {
        let (first, rest) = self.rest.split_first().ok_or(Corrupt)?;
        self.rest = rest;
        Ok(*first)
    }

    pub(crate) fn number(&mut self) -> Result<usize, Corrupt> {
        let (mut number, mut shift) = (0_usize, 0);
        loop {
            let byte = self.byte()?;
            let part = usize::from(byte & 0x7f);
            number |=
                part.checked_shl(shift).filter(|moved| moved >> shift == part).ok_or(Corrupt)?;
            if byte < 0x80 {
                return Ok(number);
            }
            shift += 7;
        }
    }

    /// How many things follow: each takes a byte at least, so no more than there are bytes.
    pub(crate) fn count(&mut self) -> Result<usize, Corrupt> {
        let count = self.number()?;
        if count <= self.rest.len() { Ok(count) } else { Err(Corrupt) }
    }

    pub(crate) fn take(&mut self, len: usize) -> Result<&'b [u8], Corrupt> {
        let (taken, rest) = self.rest.split_at_checked(len).ok_or(Corrupt)?;
        self.rest = rest;
        Ok(taken)
    }

    pub(crate) fn block(&mut self) -> Result<&'b [u8], Corrupt> {
        let len = self.number()?;
        self.take(len)
    }

    pub(crate) fn text(&mut self) -> Result<String, Corrupt> {
        String::from_utf8(self.block()?.to_vec()).map_err(|_| Corrupt)
    }
}

/// A sum that tells of damage: FNV-1a of 64 bits.
pub(super) fn checksum(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |sum, byte| {
        (sum ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_come_back_and_too_large_ones_are_corrupt() {
        for number in [0, 1, 127, 128, 300, usize::MAX] {
            let mut writer = Writer::default();
            writer.number(number);
            assert_eq!(Reader { rest: &writer.bytes }.number(), Ok(number));
        }
        assert_eq!(Reader { rest: &[0xff; 11] }.number(), Err(Corrupt));
        assert_eq!(Reader { rest: &[0x80] }.number(), Err(Corrupt));
    }

    #[test]
    fn a_count_is_no_greater_than_what_follows() {
        assert_eq!(Reader { rest: &[200, 1, 0] }.count(), Err(Corrupt));
        assert_eq!(Reader { rest: &[1, 0] }.count(), Ok(1));
    }
}
