//! Mutators: stacks of frames, and what they shade.
//!
//! A mutator is data: ops of all mutators come one at a time. Stack memory is not cleared when a frame ends
//! or a local is dropped; as in compiled code a map of the frame says which locals are live, and only those
//! are references.
//!
//! While marking is on, the lowest `grey` frames of a stack are still to be scanned, from the top down. A
//! frame that begins meanwhile is empty, and black from birth.

use super::reference::Ref;
use crate::op::gc::LOCALS;

/// Bytes of a frame.
pub(crate) const FRAME: u64 = (LOCALS * 8) as u64;

/// Bytes of a stack at first.
pub(crate) const STACK: u64 = 2048;

/// References that a mutator keeps back before it shades them all.
pub(crate) const BUFFER: usize = 4;

/// A frame.
#[derive(Clone, Default, Debug)]
pub(crate) struct Frame {
    /// What the locals hold, or held before they were dropped.
    pub(crate) locals: [Ref; LOCALS],
    /// A bit for each local that is not nil.
    pub(crate) live: u16,
}

/// A mutator.
#[derive(Default, Debug)]
pub(crate) struct Mutator {
    /// The frames, and beyond `depth` what is left of frames that ended.
    pub(crate) frames: Vec<Frame>,
    /// How many frames there are.
    pub(crate) depth: usize,
    /// Frames from the bottom that are still to be scanned.
    pub(crate) grey: usize,
    /// Whether it runs.
    pub(crate) running: bool,
    /// Bytes of its stack.
    pub(crate) stack: u64,
    /// What its writes have shaded and the collector has not seen yet.
    pub(crate) buffer: Vec<Ref>,
}

impl Mutator {
    /// Starts it, with one frame.
    pub(crate) fn start(&mut self) {
        (self.running, self.depth, self.grey, self.stack) = (true, 0, 0, STACK);
        self.push();
    }

    /// The reference in local `at` of the topmost frame.
    pub(crate) fn get(&self, at: u8) -> Ref {
        let frame = &self.frames[self.depth - 1];
        let live = frame.live >> at & 1 == 1;
        if live { frame.locals[usize::from(at)] } else { Ref::NIL }
    }

    /// Sets local `at` of the topmost frame.
    pub(crate) fn set(&mut self, at: u8, to: Ref) {
        let frame = &mut self.frames[self.depth - 1];
        if to.is_nil() {
            frame.live &= !(1 << at);
        } else {
            frame.locals[usize::from(at)] = to;
            frame.live |= 1 << at;
        }
    }

    /// Begins a frame.
    pub(crate) fn push(&mut self) {
        match self.frames.get_mut(self.depth) {
            Some(frame) => frame.live = 0,
            None => self.frames.push(Frame::default()),
        }
        self.depth += 1;
        if self.used() > self.stack {
            self.stack *= 2;
        }
    }

    /// Ends the topmost frame.
    pub(crate) fn pop(&mut self) {
        self.depth -= 1;
        self.grey = self.grey.min(self.depth);
    }

    /// Bytes of its frames.
    pub(crate) fn used(&self) -> u64 {
        self.depth as u64 * FRAME
    }

    /// Whether a part of its stack is still to be scanned.
    pub(crate) fn is_grey(&self) -> bool {
        self.grey > 0
    }
}
