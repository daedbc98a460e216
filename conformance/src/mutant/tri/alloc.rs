//! Allocation: the next free slot of the span in hand.
//!
//! 1. *A size has a class*, and objects with and without references lie in different spans.
//! 2. *The span in hand serves until it is full.* Then one with room is taken that is swept, then one that
//!    is swept first, then a new one.
//! 3. *Memory is zero* when the program sees it.
//! 4. *The map of the slot is written* with every object: the slot before had another one.
//! 5. *While marking is on the object is black.*

use super::Tri;
use super::barrier::Write;
use super::heap::{ARENA, Head, pointer_bits};
use super::mark::Phase;
use super::reference::Ref;
use super::span::{CLASSES, LARGE, Span};
use crate::observe::gc::stamp;
use crate::op::gc::{Map, Shape};

/// Classes of spans: each class of slots, with and without references.
pub(crate) const SPAN_CLASSES: usize = 2 * CLASSES;

/// Spans by class.
#[derive(Debug)]
pub(crate) struct Central {
    /// The span in hand.
    pub(crate) cached: [Option<u32>; SPAN_CLASSES],
    /// Swept spans with room.
    pub(crate) partial: [Vec<u32>; SPAN_CLASSES],
    /// Spans that are to be swept, or were meanwhile.
    pub(crate) unswept: [Vec<u32>; SPAN_CLASSES],
}

impl Default for Central {
    fn default() -> Central {
        let none = [const { Vec::new() }; SPAN_CLASSES];
        Central { cached: [None; SPAN_CLASSES], partial: none.clone(), unswept: none }
    }
}

impl Span {
    /// Its class, with and without references.
    pub(crate) fn span_class(&self) -> usize {
        usize::from(self.class) * 2 + usize::from(self.noscan)
    }
}

/// The class of slots of at least so many words.
pub(crate) fn class_of(words: u64) -> usize {
    match words {
        0..=2 => 0,
        3..=64 => words.next_power_of_two().trailing_zeros() as usize - 1,
        _ => LARGE,
    }
}

impl Tri {
    /// A new object, with its stamps: its first word, and how many bytes were not zero. `None` if there is
    /// no memory for it.
    pub(crate) fn allocate(&mut self, shape: Shape, watched: bool) -> Option<(u32, u64)> {
        let parts = self.parts;
        if shape.words > ARENA as u64 || !parts.admits(self) {
            return None;
        }
        let (noscan, class) = (shape.slots() == 0, parts.class_for(shape.words));
        let (index, slot) = self.take_slot(class, noscan, shape.words)?;
        let span = &self.heap.spans[index];
        let (at, size, dirty) = (span.word_of(slot), span.size(), span.needzero);
        if dirty {
            parts.zero(self, at, size);
        }
        if !noscan {
            parts.write_map(self, at, shape, size);
        }
        if self.cycle.phase == Phase::Mark {
            parts.born(self, index, slot);
        }
        self.made += 1;
        self.counters.mallocs += 1;
        self.counters.allocated += u64::from(size) * 8;
        let number = if watched { self.made as u32 } else { 0 };
        self.heap.heads[at as usize / 2] = Head::new(shape, number);
        let nonzero = self.write_stamps(at, shape, self.made);
        Some((at, nonzero))
    }

    fn take_slot(&mut self, class: usize, noscan: bool, words: u64) -> Option<(usize, u32)> {
        let span_class = class * 2 + usize::from(noscan);
        if let Some(index) = self.central.cached[span_class]
            && let Some(slot) = self.heap.spans[index as usize].next_free()
        {
            return Some((index as usize, slot));
        }
        let index = match self.refill(span_class) {
            Some(index) => index,
            None => self.heap.new_span(class, noscan, words).inspect(|&index| {
                self.heap.spans[index].sweepgen = self.cycle.sweepgen;
            })?,
        };
        let slot = self.heap.spans[index].next_free()?;
        // A large span has no second slot to keep it in hand for.
        self.central.cached[span_class] = (class != LARGE).then_some(index as u32);
        Some((index, slot))
    }

    /// A span of the class with room, swept if need be. One more than large objects have.
    fn refill(&mut self, class: usize) -> Option<usize> {
        if class / 2 == LARGE {
            return None;
        }
        while let Some(index) = self.central.partial[class].pop() {
            if self.is_usable(index as usize, class) {
                return Some(index as usize);
            }
        }
        while let Some(index) = self.central.unswept[class].pop() {
            // Sweeping lists it among those with room, if it has any.
            if self.sweep(index as usize) && self.is_usable(index as usize, class) {
                self.central.partial[class].pop();
                return Some(index as usize);
            }
        }
        None
    }

    fn is_usable(&self, index: usize, class: usize) -> bool {
        let span = &self.heap.spans[index];
        span.pages > 0 && span.span_class() == class && span.has_room()
    }

    /// Looks at all bytes of a new object, and stamps its words that are no slots. How many were not zero.
    fn write_stamps(&mut self, at: u32, shape: Shape, number: u64) -> u64 {
        let mut nonzero = 0;
        let small = shape.words <= 64;
        let slots = if small { pointer_bits(shape, 0) } else { 0 };
        let end = (at as usize + shape.words as usize).min(self.heap.words.len());
        for (word, held) in (0..).zip(&mut self.heap.words[at as usize..end]) {
            if *held != 0 {
                nonzero += held.to_ne_bytes().iter().filter(|&&byte| byte != 0).count() as u64;
            }
            let is_slot = if small { slots >> word & 1 == 1 } else { shape.is_slot(word) };
            if !is_slot {
                *held = stamp(number, word);
            }
        }
        nonzero
    }

    /// A new list of `count` objects into a local of `mutator`, the last made first.
    pub(crate) fn allocate_chain(&mut self, mutator: usize, to: u8, count: u64) -> Option<()> {
        let mut rest = Ref::NIL;
        for _ in 0..count {
            let (at, _) = self.allocate(Shape { words: 2, map: Map::Last }, false)?;
            self.write_slot(mutator, Write::Store, at + 1, rest);
            rest = Ref::start(at);
            self.mutators[mutator].set(to, rest);
        }
        Some(())
    }
}
