//! Where the heap's bags of spans have their blocks: in persistent memory, with a stack of blocks that
//! wait.
//!
//! A block that is done with goes back to the stack and serves any other bag. Lock order: a bag's
//! lock, then that of the persistent memory.
//!
//! Source: Go `runtime/mspanset.go` `spanSetBlockPool`.

use crate::error::OutOfMemory;
use crate::lf_stack::{LfStack, Links, NodeId};
use crate::os::{self, Os};
use crate::page_heap::PageHeap;
use crate::persistent::Purpose;
use crate::span_set::{BLOCK_SLOTS, Block, Blocks};
use crate::sync::AtomicU64;
use crate::units::Addr;

/// The unit in which numbers count addresses: [`crate::lf_stack::ID_BITS`] are bits of such.
const UNIT: usize = 64;

/// A bag's memory: where to get more, and what waits.
pub(super) struct SetMemory<'h, O: Os> {
    pub(super) pages: &'h PageHeap<O>,
    pub(super) idle: &'h LfStack,
}

impl<O: Os> SetMemory<'_, O> {
    /// Zeroed memory for ever, by number.
    fn make(&self, bytes: usize) -> Result<NodeId, OutOfMemory> {
        let at = self.pages.keepsake(Purpose::Tables, bytes, UNIT)?;
        Ok(NodeId((at.expose_provenance().get() / UNIT) as u64))
    }
}

fn place<T>(id: NodeId) -> *mut T {
    os::pointer(Addr(id.0 as usize * UNIT))
}

impl<O: Os> Links for SetMemory<'_, O> {
    fn link(&self, id: NodeId) -> &AtomicU64 {
        &self.block(id).link
    }
}

impl<O: Os> Blocks<BLOCK_SLOTS> for SetMemory<'_, O> {
    fn block(&self, id: NodeId) -> &Block<BLOCK_SLOTS> {
        // SAFETY: numbers come from `take`, which made a block there, never unmapped.
        unsafe { &*place(id) }
    }

    fn take(&self) -> Result<NodeId, OutOfMemory> {
        match self.idle.pop(self) {
            Some(id) => Ok(id),
            // Zero bytes are an empty block.
            None => self.make(size_of::<Block<BLOCK_SLOTS>>()),
        }
    }

    fn give(&self, id: NodeId) {
        self.idle.push(id, self);
    }

    fn segment(&self, id: NodeId) -> &[AtomicU64] {
        // SAFETY: numbers come from `make_segment`, which wrote how many words follow the first.
        unsafe {
            let entries = *place::<usize>(id);
            std::slice::from_raw_parts(place::<AtomicU64>(id).add(1), entries)
        }
    }

    fn make_segment(&self, entries: usize) -> Result<NodeId, OutOfMemory> {
        let id = self.make((entries + 1) * size_of::<AtomicU64>())?;
        // SAFETY: memory for a word and `entries` more, nobody else's yet.
        unsafe { place::<usize>(id).write(entries) };
        Ok(id)
    }
}
