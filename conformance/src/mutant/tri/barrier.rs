//! The write barrier: what a mutator shades when it writes while marking is on.
//!
//! It is Go's hybrid of Yuasa's and Dijkstra's. Before a slot is written,
//!
//! ```text
//!     shade(*slot)        what is overwritten may be reachable from a black stack only
//!     shade(new)          what is written may be reachable from a grey stack only
//! ```
//!
//! 1. *The old value.* A mutator with a black stack loads a white reference, and clears the slot that
//!    marking has not come to: nobody would find it.
//! 2. *The new value.* A mutator with a grey stack stores a white reference into a black object, and drops
//!    it: nobody would find it.
//! 3. *Every way to write is a write*: stores of nil, copies and wipes of many slots, atomic exchanges.
//! 4. *Globals are written with it*, as they are scanned once; locals are not, as stacks are scanned at
//!    once. What passes between stacks is shaded if either of them is grey.
//! 5. *Buffers are emptied*, when they are full, when their mutator ends and when marking ends.

use super::Tri;
use super::mark::Phase;
use super::reference::Ref;

/// A way to write.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Write {
    /// A store into a slot.
    Store,
    /// A store of nil.
    Clear,
    /// An atomic exchange.
    Swap,
    /// An atomic comparison that stored.
    Cas,
    /// One of many slots copied.
    Copy,
    /// One of many slots wiped.
    Wipe,
    /// A global.
    Global,
    /// A place of the runtime.
    Place,
}

impl Tri {
    /// Before `mutator` writes `new` over `old`.
    pub(crate) fn barrier(&mut self, mutator: usize, write: Write, old: Ref, new: Ref) {
        if self.cycle.phase == Phase::Mark {
            self.parts.barrier(self, mutator, write, old, new);
        }
    }

    /// Writes a slot.
    pub(crate) fn write_slot(&mut self, mutator: usize, write: Write, at: u32, new: Ref) {
        let old = Ref::from_bits(self.heap.read(at));
        self.barrier(mutator, write, old, new);
        self.heap.write(at, new.bits());
    }

    /// Sets a global.
    pub(crate) fn set_global(&mut self, mutator: usize, global: u8, new: Ref) {
        let at = usize::from(global);
        self.barrier(mutator, Write::Global, self.globals[at], new);
        self.globals[at] = new;
    }

    /// Notes what `mutator` shades.
    pub(crate) fn note(&mut self, mutator: usize, to: Ref) {
        if to.is_nil() {
            return;
        }
        self.mutators[mutator].buffer.push(to);
        if self.mutators[mutator].buffer.len() >= super::mutator::BUFFER {
            self.parts.buffer_is_full(self, mutator);
        }
    }

    /// Empties the buffer of `mutator`.
    pub(crate) fn flush(&mut self, mutator: usize) {
        let mut buffer = std::mem::take(&mut self.mutators[mutator].buffer);
        buffer.drain(..).for_each(|to| self.shade(to));
        self.mutators[mutator].buffer = buffer;
    }

    /// Empties all buffers.
    pub(crate) fn flush_all(&mut self) {
        (0..self.mutators.len()).for_each(|mutator| self.flush(mutator));
    }
}
