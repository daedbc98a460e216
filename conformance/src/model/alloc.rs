//! The shadow of an allocator: which blocks are live, and where.
//!
//! Law: `live` maps start addresses to blocks; blocks that a correct target handed out share no
//! byte. The overlap search relies on that, and a run ends with the first block that breaks it.

use crate::observe::Answer;
use std::collections::{BTreeMap, HashSet};

/// A block that the target has handed out and not been given back.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Live {
    /// Where it starts.
    pub address: u64,
    /// Bytes last asked for.
    pub size: u64,
    /// The alignment asked for; 0 where none was.
    pub align: u64,
    /// The number that no other block of the run has.
    pub serial: u64,
    /// The usable size last reported; 0 where it was never asked.
    pub usable: u64,
    /// The thread that made the call.
    pub owner: u8,
    /// It came from a call that names an alignment.
    pub aligned_family: bool,
    /// Its start was last freed by another thread than the one that had allocated it.
    pub recycled_remotely: bool,
    /// The step of the script that made it.
    pub made_by: usize,
}

impl Live {
    /// Bytes that the block keeps from others: a block of 0 bytes still has its address.
    fn extent(&self) -> u64 {
        self.size.max(1)
    }

    /// The same, with all that the target said may be used.
    fn usable_extent(&self) -> u64 {
        self.extent().max(self.usable)
    }
}

/// All live blocks of a run.
#[derive(Clone, Debug, Default)]
pub struct Shadow {
    live: BTreeMap<u64, Live>,
    bytes: u64,
    /// Starts of blocks that were freed by another thread than their owner, and not handed out
    /// since.
    freed_remotely: HashSet<u64>,
}

impl Shadow {
    /// The live block that starts at `address`.
    pub fn at(&self, address: u64) -> Option<&Live> {
        self.live.get(&address)
    }

    /// How many blocks are live.
    pub fn count(&self) -> usize {
        self.live.len()
    }

    /// The sum of their sizes, in bytes.
    pub fn bytes(&self) -> u64 {
        self.bytes
    }

    /// All live blocks, by address.
    pub fn iter(&self) -> impl Iterator<Item = &Live> {
        self.live.values()
    }

    /// Blocks that share a byte with `size` bytes at `address`, not counting the block with the
    /// serial number `but`. O(log n) in a heap whose blocks are disjoint.
    pub fn overlapping(&self, address: u64, size: u64, but: u64) -> u64 {
        let end = address.saturating_add(size.max(1));
        self.reaching(address, end, but, Live::extent)
    }

    /// The same for usable bytes, as far as the usable size of either is known.
    pub fn sharing(&self, address: u64, size: u64, usable: u64, but: u64) -> u64 {
        let end = address.saturating_add(size.max(1).max(usable));
        self.reaching(address, end, but, Live::usable_extent)
    }

    /// Counts blocks that start below `end` and reach beyond `address`, downwards from `end` until
    /// one does not reach: blocks before that one end before it begins.
    fn reaching(&self, address: u64, end: u64, but: u64, extent: fn(&Live) -> u64) -> u64 {
        let below = self.live.range(..end).rev().map(|(_, block)| block);
        let others = below.filter(|block| block.serial != but);
        others.take_while(|b| b.address.saturating_add(extent(b)) > address).count() as u64
    }

    /// The next live block above `address`, and the one at or below it: for pictures.
    pub fn neighbours(&self, address: u64, each_side: usize) -> Vec<Live> {
        let below = self.live.range(..=address).rev().take(each_side).map(|(_, b)| *b);
        let mut around: Vec<Live> = below.collect();
        around.reverse();
        let above = self.live.range(address.saturating_add(1)..).take(each_side);
        around.extend(above.map(|(_, b)| *b));
        around
    }

    /// Whether the block at `address` was last freed by another thread than its owner.
    pub fn was_freed_remotely(&self, address: u64) -> bool {
        !self.freed_remotely.is_empty() && self.freed_remotely.contains(&address)
    }

    /// A block arrives. One that was at the same address is forgotten: the run is over anyway.
    pub fn insert(&mut self, block: Live) {
        if !self.freed_remotely.is_empty() {
            self.freed_remotely.remove(&block.address);
        }
        self.bytes = self.bytes.saturating_add(block.size);
        if let Some(lost) = self.live.insert(block.address, block) {
            self.bytes = self.bytes.saturating_sub(lost.size);
        }
    }

    /// The block that `answer` was given leaves, freed by `thread`; `None` where the shadow knows
    /// no such block.
    pub fn remove(&mut self, answer: &Answer, thread: u8) -> Option<Live> {
        let block = self.live.remove(&answer.given)?;
        self.bytes = self.bytes.saturating_sub(block.size);
        if block.owner != thread {
            self.freed_remotely.insert(block.address);
        }
        Some(block)
    }

    /// The target reported the usable size of the block at `address`.
    pub fn set_usable(&mut self, address: u64, usable: u64) {
        if let Some(block) = self.live.get_mut(&address) {
            block.usable = usable;
        }
    }
}

#[cfg(test)]
impl Live {
    /// A block of the main thread, from `malloc`, with its address as its serial.
    pub(crate) fn plain(address: u64, size: u64) -> Live {
        Live {
            address,
            size,
            align: 0,
            serial: address,
            usable: 0,
            owner: 0,
            aligned_family: false,
            recycled_remotely: false,
            made_by: 0,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn block(address: u64, size: u64) -> Live {
        Live::plain(address, size)
    }

    fn shadow(blocks: &[(u64, u64)]) -> Shadow {
        let mut shadow = Shadow::default();
        for &(address, size) in blocks {
            shadow.insert(block(address, size));
        }
        shadow
    }

    #[test]
    fn neighbours_that_touch_share_nothing() {
        let shadow = shadow(&[(100, 10), (120, 10)]);
        assert_eq!(shadow.overlapping(110, 10, 0), 0);
        assert_eq!(shadow.overlapping(109, 1, 0), 1, "the last byte of the first");
        assert_eq!(shadow.overlapping(109, 12, 0), 2);
        assert_eq!(shadow.overlapping(0, u64::MAX, 0), 2);
    }

    #[test]
    fn a_block_of_no_bytes_still_has_its_address() {
        let shadow = shadow(&[(100, 0), (200, 50)]);
        assert_eq!(shadow.overlapping(100, 0, 0), 1);
        assert_eq!(shadow.overlapping(220, 0, 0), 1);
        assert_eq!(shadow.overlapping(101, 0, 0), 0);
    }

    #[test]
    fn a_block_does_not_share_with_itself_but_with_what_it_may_use() {
        let mut shadow = shadow(&[(100, 10), (120, 10)]);
        assert_eq!(shadow.sharing(100, 10, 20, 100), 0);
        assert_eq!(shadow.sharing(100, 10, 21, 100), 1);
        shadow.set_usable(100, 24);
        assert_eq!(shadow.sharing(120, 10, 0, 120), 1);
    }

    #[test]
    fn overlap_agrees_with_looking_at_every_block() {
        // Disjoint blocks with gaps, all intervals over a small space.
        let blocks = [(4, 3), (7, 1), (10, 6), (20, 1), (25, 0)];
        let shadow = shadow(&blocks);
        for from in 0..30 {
            for size in 0..12u64 {
                let slow = blocks
                    .iter()
                    .filter(|&&(at, len)| at < from + size.max(1) && from < at + len.max(1));
                let slow = slow.count() as u64;
                assert_eq!(shadow.overlapping(from, size, 0), slow, "{from} + {size}");
            }
        }
    }

    #[test]
    fn a_block_freed_by_another_thread_is_remembered_until_it_is_handed_out_again() {
        let mut shadow = shadow(&[(100, 10)]);
        let given = Answer { given: 100, ..Answer::default() };
        assert!(shadow.remove(&given, 3).is_some());
        assert!(shadow.was_freed_remotely(100));
        shadow.insert(block(100, 10));
        assert!(!shadow.was_freed_remotely(100));
        assert_eq!(shadow.bytes(), 10);
    }
}
