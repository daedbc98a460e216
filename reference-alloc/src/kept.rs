//! Spans that a thread keeps, because it frees blocks in them that it has allocated itself.
//!
//! A free that any thread may do changes a span by atomic instructions, and each of them costs about
//! as much as all the rest of a free. But most blocks are freed by the thread that took them. So a
//! span has a *home*: the cache that last took blocks from it. The first block of a full span that
//! comes back through its home takes the span along ([`Ledger::reclaim`]): the cache owns it again,
//! *keeps* it, and from then on its frees in it are plain writes. When the cache wants a
//! span with room it looks here first. A span that comes to be empty is given back at once.
//!
//! # Draining
//!
//! A magazine that gives freed blocks out again, whatever spans they are of, fills all spans of a class
//! alike, and none ever comes to be empty. So kept spans *drain*: the table of pages says no class for
//! them any more, so that a free of their blocks takes the slow path, which gives the block back to its span
//! and not to the magazine. Blocks of full spans still go round through the magazine, and full spans stay
//! full, while the sparse ones become empty, and their pages go to whatever class wants them.
//!
//! They do so once the cache takes one of them to allocate from, which the others are not any more, and
//! when a magazine is flushed whose thread does not only free: while it does, spans become empty anyway, and
//! many blocks at once are freed faster. Only spans of blocks of 80 bytes or more drain ([`DRAINED`]): in
//! smaller blocks there is little memory.
//!
//! # Whose the room is
//!
//! What others free in a kept span is noted there and found when the cache takes blocks from it, or
//! ends; until then it is lost to all others, as are its free slots. So a cache keeps no more than
//! [`KEPT_SPANS`] of a class, and never a span that was another's.
//!
//! Go has no frees of this kind. Source: Choi, Shull and Torrellas, *Biased Reference Counting*, 2018,
//! for the idea that the usual thread pays less; Leijen, Zorn and de Moura, *Mimalloc*, 2019.
//!
//! [`Ledger::reclaim`]: crate::ledger::Ledger::reclaim

use crate::size_class::Class;
use crate::span::Span;
use crate::span_list::SpanList;

/// Most spans of a class that a cache keeps.
pub const KEPT_SPANS: usize = 512;

/// Kept spans that are compared before one is taken.
const LOOKED_AT: usize = 4;

/// Bytes of the smallest blocks whose spans drain.
const DRAINED_BYTES: usize = 80;

/// The first class whose spans drain.
pub const DRAINED: u8 = {
    let mut class = 1;
    while Class(class).bytes() < DRAINED_BYTES {
        class += 1;
    }
    class
};

/// Says of a span's home that the span is kept there. Homes are addresses of caches, all even.
const KEPT: usize = 1;

/// The address of no cache.
const NOBODY: usize = !KEPT;

/// Whether the cache at address `id` keeps `span`. Its owner alone gets an answer that lasts.
#[inline]
pub fn keeps(id: usize, span: &Span) -> bool {
    span.home() == id | KEPT
}

/// Whether a cache keeps `span`, whichever. At rest.
pub fn is_kept(span: &Span) -> bool {
    span.home() & KEPT != 0
}

/// What a free learns of a block by its page.
pub trait Table {
    /// Whether the pages of `span` say a class.
    fn tells_class(&self, span: &Span) -> bool;
    /// From now on the pages of `span` say `class`; 0 is none.
    fn tell_class(&self, span: &Span, class: u8);
}

/// The kept spans of one class.
#[derive(Debug)]
pub struct Kept {
    spans: SpanList,
    count: usize,
    /// Blocks that the thread had been given when the magazine was last refilled or flushed.
    mallocs: u64,
}

/// A cache, to the spans that it frees blocks in.
#[derive(Debug)]
pub struct Home<'a> {
    /// Its address.
    id: usize,
    kept: &'a mut Kept,
}

impl Kept {
    /// None yet.
    pub const fn new() -> Kept {
        Kept { spans: SpanList::new(), count: 0, mallocs: 0 }
    }

    /// Takes a span out, the fullest of those that were kept last; the caller owns it.
    pub fn pop(&mut self, table: &impl Table) -> Option<&'static Span> {
        let newest = self.spans.iter().take(LOOKED_AT);
        let span = newest.reduce(|a, b| if b.alloc_count() > a.alloc_count() { b } else { a })?;
        self.let_go(span, table);
        Some(span)
    }

    /// Takes `span` out, which is kept here; the caller owns it.
    pub fn let_go(&mut self, span: &'static Span, table: &impl Table) {
        self.spans.remove(span);
        self.count -= 1;
        if !table.tells_class(span) {
            table.tell_class(span, span.class().class().0);
        }
        span.set_home(span.home() & !KEPT);
        span.restart();
    }

    /// The magazine was refilled when the thread had been given `mallocs` blocks: the spans drain. Whether
    /// there are some.
    pub fn refilled(&mut self, mallocs: u64, table: &impl Table) -> bool {
        self.mallocs = mallocs;
        self.drain(table)
    }

    /// The magazine was flushed when the thread had been given `mallocs` blocks: if that is `many` more than
    /// the last time, it does not only free, and the spans drain. Whether they do.
    pub fn flushed(&mut self, mallocs: u64, many: usize, table: &impl Table) -> bool {
        let since = mallocs - std::mem::replace(&mut self.mallocs, mallocs);
        since > many as u64 && self.drain(table)
    }

    /// From now on blocks of all these spans go back to them. Whether there are some.
    fn drain(&mut self, table: &impl Table) -> bool {
        let drains = self.spans.first().is_some_and(|span| span.class().class().0 >= DRAINED);
        if drains {
            // Those that were here the last time come behind the others.
            let news = self.spans.iter().take_while(|span| table.tells_class(span));
            news.for_each(|span| table.tell_class(span, 0));
        }
        drains
    }

    /// Those that are kept.
    pub fn iter(&self) -> impl Iterator<Item = &'static Span> {
        self.spans.iter()
    }
}

impl Default for Kept {
    fn default() -> Kept {
        Kept::new()
    }
}

impl<'a> Home<'a> {
    /// The cache at address `id`, which keeps `kept` of the class that is freed.
    pub fn new(id: usize, kept: &'a mut Kept) -> Home<'a> {
        Home { id, kept }
    }

    /// No cache at all, which keeps nothing.
    pub fn nobodys(kept: &'a mut Kept) -> Home<'a> {
        Home { id: NOBODY, kept }
    }

    /// Whether the cache keeps `span`, in which the caller has a live block: it may take it back for
    /// that, if it is full.
    #[inline]
    pub fn keeps(&mut self, span: &'static Span) -> bool {
        // Who else may have written the word meanwhile is told apart: that a cache keeps a span is
        // written by that cache alone, and taken back by it alone.
        keeps(self.id, span) || span.home() == self.id && self.keep(span)
    }

    /// Takes the span back, if it is full. That it was this cache's is a guess when it could have been
    /// another's meanwhile, and owning it is none: [`Ledger::reclaim`](crate::ledger::Ledger::reclaim)
    /// alone decides that.
    #[cold]
    #[inline(never)]
    fn keep(&mut self, span: &'static Span) -> bool {
        if self.kept.count == KEPT_SPANS || !span.ledger.reclaim() {
            return false;
        }
        span.settle();
        span.set_home(self.id | KEPT);
        self.kept.spans.insert(span);
        self.kept.count += 1;
        true
    }

    /// [`Kept::let_go`].
    pub fn let_go(&mut self, span: &'static Span, table: &impl Table) {
        self.kept.let_go(span, table);
    }
}
