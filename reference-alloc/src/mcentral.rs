//! The middle of the heap: for each class, the spans with room that no cache has.
//!
//! A cache that has used up its span takes the next one here, and a thread that has freed blocks of
//! others brings spans here that have room again. No lock is held for either: a class has a stack
//! ([`LfStack`]) of spans with room, and [`crate::ledger`] says who pushes, who may take, and who
//! gives an empty span back to the heap. Full spans are nowhere: the first free finds them through
//! the block's address.
//!
//! Source: Go `runtime/mcentral.go`.

use crate::error::{Misuse, MisuseKind, OutOfMemory};
use crate::ledger::{Duty, Left, Popped};
use crate::lf_stack::LfStack;
use crate::mheap::{BATCH, LocalPages, Mheap};
use crate::os::Os;
use crate::size_class::{Class, Reserve, SpanClass};
use crate::span::Span;
use crate::span_pool::{SpanLinks, node_of, span_of};
use crate::units::Addr;
use std::ptr;

/// The heap with the lists of its classes.
pub struct Mcentral<O: Os> {
    /// Pages and spans.
    pub heap: Mheap<O>,
    /// What spans of the heap give up at their end.
    pub reserve: Reserve,
    classes: [Lists; SpanClass::COUNT],
}

/// The spans of one class, on a line of cache of its own: threads that work with different classes do
/// not meet.
#[repr(align(64))]
struct Lists {
    /// Spans with room.
    roomy: LfStack,
}

/// Empty spans on their way back, given together because that costs one lock and not many.
#[derive(Debug)]
pub struct Emptied {
    spans: [Option<&'static Span>; BATCH],
    count: usize,
    pages: usize,
}

/// Blocks of a batch that are looked at before the first is freed.
const LOOKED_AT: usize = 32;

/// Where a block's bit is.
#[derive(Clone, Copy)]
struct Found {
    span: &'static Span,
    bit: u64,
    word: u8,
}

/// Pages that empty spans may hold back.
const HELD_PAGES: usize = 64;

impl Emptied {
    /// None yet.
    pub const fn new() -> Emptied {
        Emptied { spans: [None; BATCH], count: 0, pages: 0 }
    }

    /// Adds `span`, which the caller owns and whose slots are all free.
    pub fn add<O: Os>(&mut self, span: &'static Span, heap: &Mheap<O>) {
        self.spans[self.count] = Some(span);
        self.count += 1;
        self.pages += span.pages().0;
        if self.count == BATCH || self.pages >= HELD_PAGES {
            self.flush(heap);
        }
    }

    /// Those that wait.
    pub fn iter(&self) -> impl Iterator<Item = &'static Span> {
        self.spans[..self.count].iter().flatten().copied()
    }

    /// Gives all back. Upholds `alloc/span/empty-span-returned`.
    pub fn flush<O: Os>(&mut self, heap: &Mheap<O>) {
        let spans = std::mem::replace(&mut self.spans, [None; BATCH]);
        let count = std::mem::take(&mut self.count);
        self.pages = 0;
        let Some(first) = spans[0] else { return };
        let mut given = [first; BATCH];
        for (to, from) in given.iter_mut().zip(spans.iter().flatten()) {
            *to = from;
        }
        heap.free_spans(&given[..count]);
    }
}

impl Default for Emptied {
    fn default() -> Emptied {
        Emptied::new()
    }
}

impl<O: Os> Mcentral<O> {
    /// An empty heap on `os`.
    pub const fn new(os: O, reserve: Reserve) -> Mcentral<O> {
        Mcentral {
            heap: Mheap::new(os),
            reserve,
            classes: [const { Lists { roomy: LfStack::new() } }; SpanClass::COUNT],
        }
    }

    /// A span of `class` with at least one free slot, owned by the caller.
    /// Upholds `alloc/mcentral/refill-yields-space`.
    ///
    /// # Errors
    /// If there is none and the system has no memory for one.
    pub fn cache_span(
        &self,
        class: SpanClass,
        local: &mut LocalPages,
    ) -> Result<&'static Span, OutOfMemory> {
        let roomy = &self.classes[usize::from(class.0)].roomy;
        while let Some(id) = roomy.pop(&SpanLinks) {
            let span = span_of(id);
            match span.ledger.popped() {
                Popped::Claimed => {
                    span.fold();
                    return Ok(span);
                }
                Popped::Gone => {}
                Popped::Dead => self.heap.pool.keep(span),
            }
        }
        self.heap.alloc_small(local, class, self.reserve.slots(class))
    }

    /// Takes a span from its owner. False if blocks of it were freed meanwhile, so that the owner may
    /// as well go on with it. Upholds `alloc/mcentral/uncache-classified`.
    pub fn leave_full(&self, span: &'static Span) -> bool {
        match span.ledger.leave(0) {
            Left::Full => true,
            Left::FoldFirst => {
                span.fold();
                false
            }
            Left::Push | Left::Listed | Left::Release => {
                unreachable!("a span left without a free slot")
            }
        }
    }

    /// Takes a span from its owner, with whatever room it has.
    pub fn uncache_span(&self, span: &'static Span, emptied: &mut Emptied) {
        loop {
            span.fold();
            match span.ledger.leave(span.free_count() as u16) {
                Left::FoldFirst => {}
                Left::Full | Left::Listed => return,
                Left::Push => return self.push(span),
                Left::Release => return emptied.add(span, &self.heap),
            }
        }
    }

    fn push(&self, span: &'static Span) {
        self.classes[usize::from(span.class().0)].roomy.push(node_of(span), &SpanLinks);
    }

    /// Frees blocks of `class`, none of them with pointers, whatever thread they came from.
    ///
    /// Blocks come from anywhere, so their spans are seldom in the processor's cache, and an atomic
    /// change lets nothing go on before it is done. So the batch is walked twice: the first time only
    /// looks, and the misses overlap; the second time changes. Neighbours in the list that are
    /// neighbours in memory are freed together.
    ///
    /// Upholds `alloc/concurrency/remote-free-exactly-once`.
    ///
    /// # Errors
    /// If an address is no block of that class, or was freed already; the blocks before it are free.
    pub fn free_blocks(
        &self,
        class: Class,
        blocks: &[Addr],
        emptied: &mut Emptied,
    ) -> Result<(), Misuse> {
        for some in blocks.chunks(LOOKED_AT) {
            let mut found = [None; LOOKED_AT];
            for (place, &block) in found.iter_mut().zip(some) {
                *place = self.find(class, block)?;
            }
            let mut rest = &found[..some.len()];
            while let [Some(first), more @ ..] = rest {
                let same = |other: &&Option<Found>| {
                    other.is_some_and(|other| {
                        other.word == first.word && ptr::eq(other.span, first.span)
                    })
                };
                let (mut mask, mut count) = (first.bit, 1);
                for other in more.iter().take_while(same).flatten() {
                    if mask & other.bit != 0 {
                        break;
                    }
                    mask |= other.bit;
                    count += 1;
                }
                if first.span.set_freed(usize::from(first.word), mask) != 0 {
                    let address = some[some.len() - rest.len()];
                    return Err(Misuse { kind: MisuseKind::DoubleFree, address });
                }
                self.see_to(first.span, count, emptied);
                rest = &rest[usize::from(count)..];
            }
        }
        Ok(())
    }

    /// The bit of a block of `class`.
    #[inline]
    fn find(&self, class: Class, address: Addr) -> Result<Option<Found>, Misuse> {
        let Some(span) = self.heap.pages.arenas.span_at(address.0) else {
            return Err(Misuse { kind: MisuseKind::NotABlock, address });
        };
        let slot = class.slot_of(address.offset_from(span.base()));
        let (word, bit) = ((slot / 64) as u8, 1 << (slot % 64));
        if span.freed_bits(usize::from(word)) & bit != 0 {
            return Err(Misuse { kind: MisuseKind::DoubleFree, address });
        }
        Ok(Some(Found { span, bit, word }))
    }

    /// Counts `n` frees whose bits are set, and does what follows.
    #[inline]
    pub fn see_to(&self, span: &'static Span, n: u16, emptied: &mut Emptied) {
        match span.ledger.count(n) {
            Duty::None => {}
            Duty::Push => self.push(span),
            Duty::Release => emptied.add(span, &self.heap),
        }
    }
}
