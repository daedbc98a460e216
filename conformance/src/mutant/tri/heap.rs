//! Memory: words in pages, spans of pages, and slots in spans.
//!
//! A page is 128 words. A small span is one page cut into slots of 2, 4, ... 64 words, so that the bits of
//! its slots fit a word; a large object has a span to itself. Beside the words lie two tables: which words
//! hold references ([`Heap::map_bits`], written at allocation), and for each slot its shape and the number
//! of the object in it ([`Head`]), as the type word of an object is.
//!
//! Memory grows at its end and never shrinks. Pages of spans that are given up are used again, dirty.

use super::span::{LARGE, PAGE, Span};
use crate::op::gc::{Map, Shape};

/// Words of memory, at most: half a gibibyte.
pub(crate) const ARENA: usize = 1 << 26;

/// What the program's types know of the object in a slot. One for every two words, used where a slot begins.
#[derive(Clone, Copy, Default, Debug)]
pub(crate) struct Head {
    /// Words times 8, and the map. 0 where no object ever began.
    shape: u32,
    /// The object's number; 0 if its death is not reported.
    pub(crate) number: u32,
}

impl Head {
    /// The head of an object of this shape.
    pub(crate) fn new(shape: Shape, number: u32) -> Head {
        Head { shape: (shape.words as u32) << 3 | shape.map as u32, number }
    }

    /// The shape; one word without slots where no object ever began.
    pub(crate) fn shape(self) -> Shape {
        let map = Map::ALL[(self.shape & 7) as usize % Map::ALL.len()];
        Shape { words: u64::from(self.shape >> 3).max(1), map }
    }
}

/// The memory.
#[derive(Default, Debug)]
pub(crate) struct Heap {
    /// All words.
    pub(crate) words: Vec<u64>,
    /// A bit for each word: whether it holds a reference. Means nothing in spans without references.
    bits: Vec<u64>,
    /// Heads, one for every two words.
    pub(crate) heads: Vec<Head>,
    /// For each page the span that it belongs to, plus 1; 0 for a free page.
    pages: Vec<u32>,
    /// All spans, those given up among them.
    pub(crate) spans: Vec<Span>,
    /// Spans that were given up.
    spare: Vec<u32>,
    /// No page below this one is free.
    hint: usize,
    /// Pages in use.
    pub(crate) pages_in_use: usize,
}

impl Heap {
    /// The word at `at`; 0 out of memory.
    pub(crate) fn read(&self, at: u32) -> u64 {
        self.words.get(at as usize).copied().unwrap_or(0)
    }

    /// Writes the word at `at`, if it is one.
    pub(crate) fn write(&mut self, at: u32, value: u64) {
        if let Some(word) = self.words.get_mut(at as usize) {
            *word = value;
        }
    }

    /// The head of the object that begins at `at`.
    pub(crate) fn head(&self, at: u32) -> Head {
        self.heads.get(at as usize / 2).copied().unwrap_or_default()
    }

    /// The span that `at` lies in.
    pub(crate) fn span_of(&self, at: u32) -> Option<usize> {
        let entry = *self.pages.get(at as usize / PAGE)?;
        (entry as usize).checked_sub(1)
    }

    /// The span and the slot that `at` lies in, if there is an object.
    pub(crate) fn find(&self, at: u32) -> Option<(usize, u32)> {
        let index = self.span_of(at)?;
        let span = &self.spans[index];
        let slot = span.slot_of(at);
        span.is_allocated(slot).then_some((index, slot))
    }

    /// Which of the 64 words from `at`, a multiple of 64, hold references.
    pub(crate) fn map_bits(&self, at: u32) -> u64 {
        self.bits.get(at as usize / 64).copied().unwrap_or(0)
    }

    /// Notes which words of the object at `at` hold references. `size` is that of its slot, in words.
    pub(crate) fn write_map(&mut self, at: u32, shape: Shape, size: u32) {
        if size <= 64 {
            let (index, shift) = (at as usize / 64, at % 64);
            let mask = (u64::MAX >> (64 - size)) << shift;
            self.bits[index] = self.bits[index] & !mask | pointer_bits(shape, 0) << shift;
        } else {
            for block in 0..shape.words.div_ceil(64) {
                self.bits[at as usize / 64 + block as usize] = pointer_bits(shape, block);
            }
        }
    }

    /// A new span of the class, given `words` for a large one. `None` if memory is exhausted.
    pub(crate) fn new_span(&mut self, class: usize, noscan: bool, words: u64) -> Option<usize> {
        let pages = if class == LARGE { (words as usize).div_ceil(PAGE) } else { 1 };
        let (first, fresh) = self.take_pages(pages)?;
        let span = Span::new((first * PAGE) as u32, pages as u32, class, noscan, !fresh);
        let index = if let Some(index) = self.spare.pop() {
            index as usize
        } else {
            self.spans.push(Span::default());
            self.spans.len() - 1
        };
        self.spans[index] = span;
        self.pages[first..first + pages].fill(index as u32 + 1);
        self.pages_in_use += pages;
        Some(index)
    }

    /// Gives up a span.
    pub(crate) fn release(&mut self, index: usize) {
        let span = std::mem::take(&mut self.spans[index]);
        let first = span.base as usize / PAGE;
        self.pages[first..first + span.pages as usize].fill(0);
        self.pages_in_use -= span.pages as usize;
        self.hint = self.hint.min(first);
        self.spare.push(index as u32);
    }

    /// The first of so many free pages, and whether all of them are new.
    fn take_pages(&mut self, count: usize) -> Option<(usize, bool)> {
        while self.pages.get(self.hint).is_some_and(|&page| page != 0) {
            self.hint += 1;
        }
        let mut run = self.hint;
        for at in self.hint..self.pages.len() {
            if self.pages[at] != 0 {
                run = at + 1;
            } else if at + 1 - run == count {
                return Some((run, false));
            }
        }
        let fresh = run == self.pages.len();
        (run + count <= ARENA / PAGE).then(|| self.grow(run + count))?;
        Some((run, fresh))
    }

    fn grow(&mut self, pages: usize) {
        self.pages.resize(pages, 0);
        self.words.resize(pages * PAGE, 0);
        self.bits.resize(pages * PAGE / 64, 0);
        self.heads.resize(pages * PAGE / 2, Head::default());
    }

    /// Bytes of all pages.
    pub(crate) fn bytes(&self) -> u64 {
        self.words.len() as u64 * 8
    }

    /// Bytes of the tables beside the words.
    pub(crate) fn bytes_beside(&self) -> u64 {
        (self.bits.len() * 8 + self.heads.len() * size_of::<Head>() + self.pages.len() * 4) as u64
    }
}

/// Which of the words from 64 times `block` of an object of this shape hold references.
pub(crate) fn pointer_bits(shape: Shape, block: u64) -> u64 {
    let from = block * 64;
    let left = shape.words.saturating_sub(from);
    let mask = if left >= 64 { u64::MAX } else { (1 << left) - 1 };
    let first = u64::from(block == 0);
    mask & match shape.map {
        Map::All => !first,
        Map::First => first << 1,
        Map::Last if (1..=64).contains(&left) => (1 << (left - 1)) & !first,
        Map::None | Map::Last => 0,
        Map::Odd => 0xaaaa_aaaa_aaaa_aaaa,
        Map::Even => 0x5555_5555_5555_5555 & !first,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pointer_bits_are_the_slots_of_the_shape() {
        for map in Map::ALL {
            for words in [1, 2, 3, 5, 63, 64, 65, 127, 128, 129, 200] {
                let shape = Shape { words, map };
                for word in 0..256 {
                    let bit = pointer_bits(shape, word / 64) >> (word % 64) & 1 == 1;
                    assert_eq!(bit, shape.is_slot(word), "{shape:?}, word {word}");
                }
            }
        }
    }
}
