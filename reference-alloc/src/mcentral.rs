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
use crate::kept::Home;
use crate::ledger::{Duty, Left, Popped};
use crate::lf_stack::LfStack;
use crate::mheap::{BATCH, LocalPages, Mheap};
use crate::os::{Os, prefetch};
use crate::size_class::{CLASSES, Class, Reserve, Scan, SpanClass};
use crate::span::Span;
use crate::span_pool::{SpanLinks, node_of, span_of};
use crate::units::{Addr, Pages};
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

/// Empty spans on their way back, given together because that costs one lock and not many. Who
/// wants a span meanwhile makes it of one of these: their memory is at hand, and that of new pages
/// is not.
#[derive(Debug)]
pub struct Emptied {
    spans: [Option<&'static Span>; BATCH],
    count: usize,
    pages: usize,
}

/// What addresses lead to that are in no span: none is in this one.
static NO_SPAN: Span = Span::new(None);

/// Blocks of a batch whose spans are asked for before the first is freed.
const ASKED_FOR: usize = 32;

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

    /// The newest of `pages`, which the caller owns now.
    fn take(&mut self, pages: Pages) -> Option<&'static Span> {
        let waiting = &mut self.spans[..self.count];
        let at = waiting.iter().rposition(|span| span.is_some_and(|span| span.pages() == pages))?;
        let span = waiting[at].take();
        waiting[at..].rotate_left(1);
        self.count -= 1;
        self.pages -= pages.0;
        span
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

    /// A span of `class` with at least one free slot, owned by the caller: one that has room, or one
    /// made of pages of `emptied`, or else of new ones.
    /// Upholds `alloc/mcentral/refill-yields-space`.
    ///
    /// # Errors
    /// If there is none and the system has no memory for one.
    pub fn cache_span(
        &self,
        class: SpanClass,
        local: &mut LocalPages,
        emptied: &mut Emptied,
    ) -> Result<&'static Span, OutOfMemory> {
        let roomy = &self.lists(class).roomy;
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
        let slots = self.reserve.slots(class);
        match emptied.take(class.class().pages()) {
            Some(span) => self.heap.remake(span, class, slots),
            None => self.heap.alloc_small(local, class, slots),
        }
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
        self.lists(span.class()).roomy.push(node_of(span), &SpanLinks);
    }

    /// Those without pointers come first, side by side: a heap that frees has no others.
    fn lists(&self, class: SpanClass) -> &Lists {
        let scan = if class.scan() == Scan::No { 0 } else { CLASSES };
        &self.classes[scan + usize::from(class.class().0)]
    }

    /// Frees blocks of `class`, none of them with pointers, whatever thread they came from, for the cache
    /// that is `home` to some of their spans.
    ///
    /// Blocks come from anywhere, so their spans are seldom in the processor's cache. So the batch is
    /// walked twice: the first time only asks for the spans, and the misses overlap; the second time
    /// changes them. Neighbours in the list that are neighbours in memory are freed together.
    ///
    /// Upholds `alloc/concurrency/remote-free-exactly-once`.
    ///
    /// # Errors
    /// If an address is no block of that class, or was freed already; the blocks before it are free.
    pub fn free_blocks(
        &self,
        class: Class,
        blocks: &[Addr],
        mut home: Home<'_>,
        emptied: &mut Emptied,
    ) -> Result<(), Misuse> {
        for some in blocks.chunks(ASKED_FOR) {
            let mut spans = [&NO_SPAN; ASKED_FOR];
            for (place, &block) in spans.iter_mut().zip(some) {
                if let Some(span) = self.heap.pages.arenas.last_span_at(block.0) {
                    *place = span;
                    prefetch(Addr(ptr::from_ref(span).addr()));
                }
            }
            let mut at = 0;
            while let Some(&block) = some.get(at) {
                let span = spans[at % ASKED_FOR];
                let Some(slot) = span.slot_of(class, block) else {
                    return Err(Misuse { kind: MisuseKind::NotABlock, address: block });
                };
                let (mask, count) = match spans.get(at + 1) {
                    Some(next) if ptr::eq(*next, span) => {
                        neighbours(class, span, slot, &some[at..], &spans[at..])
                    }
                    _ => (1 << (slot % 64), 1),
                };
                let twice = Misuse { kind: MisuseKind::DoubleFree, address: block };
                if home.keeps(span) {
                    self.free_kept(span, (slot / 64, mask, count), &mut home, emptied)
                        .ok_or(twice)?;
                } else if span.set_freed(slot / 64, mask) == 0 {
                    self.see_to(span, count as u16, emptied);
                } else {
                    return Err(twice);
                }
                at += count as usize;
            }
        }
        Ok(())
    }

    /// Frees `block` of `class`, which is in `span`, for the cache that is `home` to that and keeps it.
    ///
    /// # Errors
    /// If the address is no block of that class, or was freed already.
    pub fn free_home(
        &self,
        class: Class,
        (block, span): (Addr, &'static Span),
        mut home: Home<'_>,
        emptied: &mut Emptied,
    ) -> Result<(), Misuse> {
        let wrong = |kind| Misuse { kind, address: block };
        let slot = span.slot_of(class, block).ok_or(wrong(MisuseKind::NotABlock))?;
        self.free_kept(span, (slot / 64, 1 << (slot % 64), 1), &mut home, emptied)
            .ok_or(wrong(MisuseKind::DoubleFree))
    }

    /// Frees the slots `mask` of word `word`, `n` of them, in a span that `home` keeps; a span that has
    /// come to be empty is kept no more. `None` if one of them is free.
    #[inline]
    fn free_kept(
        &self,
        span: &'static Span,
        (word, mask, n): (usize, u64, u32),
        home: &mut Home<'_>,
        emptied: &mut Emptied,
    ) -> Option<()> {
        if span.free_own(word, mask, n)? {
            home.let_go(span, &self.heap.pages.arenas);
            self.uncache_span(span, emptied);
        }
        Some(())
    }

    /// Counts `n` frees whose bits are set, and does what follows.
    #[inline]
    pub fn see_to(&self, span: &'static Span, n: u16, emptied: &mut Emptied) {
        match span.ledger.count(n) {
            Duty::None => {}
            duty => self.attend(span, duty, emptied),
        }
    }

    /// Does what a count asked for.
    #[cold]
    #[inline(never)]
    fn attend(&self, span: &'static Span, duty: Duty, emptied: &mut Emptied) {
        match duty {
            Duty::None => {}
            Duty::Push => self.push(span),
            Duty::Release => emptied.add(span, &self.heap),
        }
    }
}

/// The bits of the first of `blocks`, which is in `slot` of `span`, and of those after it whose bits
/// are in the same word; and how many they are. `spans` are theirs.
#[inline(never)]
fn neighbours(
    class: Class,
    span: &'static Span,
    slot: usize,
    blocks: &[Addr],
    spans: &[&'static Span],
) -> (u64, u32) {
    let (mut mask, mut count) = (1 << (slot % 64), 1);
    let others = blocks.iter().zip(spans).skip(1);
    for (&block, _) in others.take_while(|(_, other)| ptr::eq(**other, span)) {
        match span.slot_of(class, block) {
            Some(other) if other / 64 == slot / 64 && mask >> (other % 64) & 1 == 0 => {
                mask |= 1 << (other % 64);
                count += 1;
            }
            _ => break,
        }
    }
    (mask, count)
}
