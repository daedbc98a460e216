//! Drafts: op genes that every random driver shares.
//!
//! A random script is not drawn op by op, because most random ops would meet the wrong state and be
//! skipped. What is drawn is a list of [`Draft`]s: "free the third live block, counted round and
//! round", "allocate as much as was freed last". [`resolve`] turns any such list into a script
//! whose steps apply, by keeping track of what the target will hold if it grants modest requests and
//! refuses impossible ones.
//!
//! 1. a driver says what may be asked of its target: [`Shape`];
//! 2. proptest ([`strategy`]), quickcheck, `arbitrary` or a corpus file gives drafts;
//! 3. [`resolve`] makes the script;
//! 4. on a failure the engine shrinks the drafts ([`Draft::simpler`]), then the judge deletes steps.
//!
//! A draft is total: any 16 bytes are one, and mean something under every shape. Its record never
//! changes its length, so a corpus outlives changes of tables, bounds and kinds.

mod kind;
mod predicted;
mod resolve;
mod sample;
mod shape;
mod shrink;
mod sizes;

pub use kind::Kind;
pub use resolve::resolve;
pub use sample::Sampler;
pub use shape::{Shape, Weights};
pub use shrink::{DraftTree, Drafts, strategy};

/// The gene of one op, or of a short run of ops that belong together.
///
/// The smaller the numbers, the simpler the op.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub struct Draft {
    /// What is done: see [`Kind::of`].
    pub kind: u8,
    /// In which way. Allocations: where the size comes from; frees: in which order.
    pub how: u8,
    /// Which live block or thread, modulo how many there are.
    pub pick: u16,
    /// Elements, alignment, bytes above the request, length of a run: whatever the kind counts.
    pub count: u32,
    /// Bytes.
    pub size: u64,
}

impl Draft {
    /// Bytes of a draft's record.
    pub const RECORD: usize = 16;

    /// The draft of a record: `kind`, `how`, `pick`, `count`, `size`, numbers little-endian.
    pub fn from_record(record: [u8; Draft::RECORD]) -> Draft {
        let number = u128::from_le_bytes(record);
        Draft {
            kind: number as u8,
            how: (number >> 8) as u8,
            pick: (number >> 16) as u16,
            count: (number >> 32) as u32,
            size: (number >> 64) as u64,
        }
    }

    /// The record of the draft.
    pub fn record(&self) -> [u8; Draft::RECORD] {
        let number = u128::from(self.kind)
            | u128::from(self.how) << 8
            | u128::from(self.pick) << 16
            | u128::from(self.count) << 32
            | u128::from(self.size) << 64;
        number.to_le_bytes()
    }

    /// The drafts of `bytes`, record after record; zeros complete the last one.
    pub fn decode(bytes: &[u8]) -> impl Iterator<Item = Draft> {
        bytes.chunks(Draft::RECORD).map(|chunk| {
            let mut record = [0; Draft::RECORD];
            record[..chunk.len()].copy_from_slice(chunk);
            Draft::from_record(record)
        })
    }

    /// The records of `drafts`, one after the other.
    pub fn encode(drafts: &[Draft]) -> Vec<u8> {
        drafts.iter().flat_map(Draft::record).collect()
    }
}

/// Takes one record; zeros stand in for bytes that are not there.
///
/// A list is better read by [`Draft::decode`]: `Vec`'s own implementation puts a byte between
/// elements, and then records are no longer where a mutator finds them.
impl<'a> arbitrary::Arbitrary<'a> for Draft {
    fn arbitrary(bytes: &mut arbitrary::Unstructured<'a>) -> arbitrary::Result<Draft> {
        let mut record = [0; Draft::RECORD];
        bytes.fill_buffer(&mut record)?;
        Ok(Draft::from_record(record))
    }

    fn size_hint(_depth: usize) -> (usize, Option<usize>) {
        (Draft::RECORD, Some(Draft::RECORD))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use arbitrary::{Arbitrary, Unstructured};

    const DRAFT: Draft = Draft { kind: 1, how: 2, pick: 0x0403, count: 0x0807_0605, size: 9 << 56 };

    #[test]
    fn a_record_is_sixteen_bytes_in_the_order_of_the_fields() {
        let record = [1, 2, 3, 4, 5, 6, 7, 8, 0, 0, 0, 0, 0, 0, 0, 9];
        assert_eq!(DRAFT.record(), record);
        assert_eq!(Draft::from_record(record), DRAFT);
    }

    #[test]
    fn any_bytes_are_drafts_and_zeros_complete_the_last() {
        let mut bytes = Draft::encode(&[DRAFT, DRAFT]);
        bytes.truncate(18);
        let drafts: Vec<_> = Draft::decode(&bytes).collect();
        assert_eq!(drafts, [DRAFT, Draft { kind: 1, how: 2, ..Draft::default() }]);
        assert_eq!(Draft::decode(&[]).count(), 0);
    }

    #[test]
    fn arbitrary_reads_the_same_records() {
        let bytes = Draft::encode(&[DRAFT]);
        let mut source = Unstructured::new(&bytes);
        assert_eq!(Draft::arbitrary(&mut source), Ok(DRAFT));
        assert_eq!(Draft::arbitrary(&mut source), Ok(Draft::default()), "nothing left");
    }
}
