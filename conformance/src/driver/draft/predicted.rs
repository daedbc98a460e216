//! The blocks that a target holds if it does as expected.

use crate::op::alloc::{SLOTS, Slot};

/// Which sized free may end a block.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Origin {
    /// A call without an alignment.
    Plain,
    /// `aligned_alloc`.
    Aligned,
    /// Another aligned call, or a resize of an aligned block.
    Other,
}

/// One block.
#[derive(Clone, Copy)]
pub(super) struct Block {
    /// Bytes asked for.
    pub(super) size: u64,
    pub(super) origin: Origin,
}

/// The live blocks, in the order in which they were allocated.
pub(super) struct Predicted {
    /// By slot; meaningful where the slot is live.
    blocks: [Block; SLOTS],
    /// Slots with a block, oldest block first.
    live: Vec<Slot>,
    /// A bit for each slot with a block.
    full: [u64; SLOTS / 64],
    /// Bytes of all blocks.
    bytes: u64,
}

impl Predicted {
    /// No blocks, with room for `live` of them.
    pub(super) fn new(live: usize) -> Predicted {
        Predicted {
            blocks: [Block { size: 0, origin: Origin::Plain }; SLOTS],
            live: Vec::with_capacity(live),
            full: [0; SLOTS / 64],
            bytes: 0,
        }
    }

    /// How many blocks are live.
    pub(super) fn len(&self) -> usize {
        self.live.len()
    }

    /// How many bytes they have.
    pub(super) fn bytes(&self) -> u64 {
        self.bytes
    }

    /// The slot of the `at`-th oldest block.
    pub(super) fn slot(&self, at: usize) -> Slot {
        self.live[at]
    }

    /// The `at`-th oldest block.
    pub(super) fn block(&self, at: usize) -> Block {
        self.blocks[usize::from(self.live[at].0)]
    }

    /// The lowest slot without a block; there are always more slots than blocks.
    pub(super) fn first_empty(&self) -> Slot {
        let with_room = self.full.iter().position(|&bits| bits != u64::MAX).unwrap_or(0);
        Slot((with_room * 64) as u16 + self.full[with_room].trailing_ones() as u16)
    }

    /// A block went into an empty slot.
    pub(super) fn add(&mut self, slot: Slot, block: Block) {
        let index = usize::from(slot.0);
        self.full[index / 64] |= 1 << (index % 64);
        self.blocks[index] = block;
        self.bytes += block.size;
        self.live.push(slot);
    }

    /// The `at`-th oldest block was resized.
    pub(super) fn replace(&mut self, at: usize, block: Block) {
        let index = usize::from(self.live[at].0);
        self.bytes = self.bytes - self.blocks[index].size + block.size;
        self.blocks[index] = block;
    }

    /// The `at`-th oldest block was freed.
    pub(super) fn remove(&mut self, at: usize) -> Block {
        let index = usize::from(self.live.remove(at).0);
        self.full[index / 64] &= !(1 << (index % 64));
        self.bytes -= self.blocks[index].size;
        self.blocks[index]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plain(size: u64) -> Block {
        Block { size, origin: Origin::Plain }
    }

    #[test]
    fn the_lowest_empty_slot_is_taken_first_and_bytes_add_up() {
        let mut heap = Predicted::new(200);
        for i in 0..200 {
            assert_eq!(heap.first_empty(), Slot(i));
            heap.add(Slot(i), plain(u64::from(i)));
        }
        assert_eq!(heap.bytes(), 199 * 200 / 2);
        assert_eq!(heap.remove(70).size, 70);
        heap.remove(3);
        assert_eq!(heap.first_empty(), Slot(3));
        heap.add(Slot(3), plain(1));
        assert_eq!(heap.first_empty(), Slot(70));
    }

    #[test]
    fn blocks_are_counted_from_the_oldest_whatever_their_slots() {
        let mut heap = Predicted::new(3);
        heap.add(Slot(0), plain(1));
        heap.add(Slot(1), plain(2));
        heap.remove(0);
        heap.add(Slot(0), plain(3));
        heap.replace(0, plain(20));
        assert_eq!((heap.slot(0), heap.block(0).size), (Slot(1), 20));
        assert_eq!((heap.slot(1), heap.block(1).size), (Slot(0), 3));
        assert_eq!((heap.len(), heap.bytes()), (2, 23));
    }
}
