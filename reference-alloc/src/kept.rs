//! Spans that a thread keeps, because it frees blocks in them that it has allocated itself.
//!
//! A free that any thread may do changes a span by atomic instructions, and each of them costs about
//! as much as all the rest of a free. But most blocks are freed by the thread that took them. So a
//! span has a *home*: the cache that last took blocks from it. The first block of a full span that
//! comes back through its home takes the span along ([`Ledger::reclaim`]): the cache owns it again,
//! *keeps* it, and from then on its frees in it are plain writes. When the cache wants a
//! span with room it looks here first. A span that comes to be empty is given back at once.
//!
//! What others free in a kept span is noted there and found when the cache takes blocks from it, or
//! ends; until then it is lost to all others, as are its free slots. So a cache keeps no more than
//! [`KEPT_SPANS`] of a class, and never a span that was another's.
//!
//! Go has no frees of this kind. Source: Choi, Shull and Torrellas, *Biased Reference Counting*, 2018,
//! for the idea that the usual thread pays less; Leijen, Zorn and de Moura, *Mimalloc*, 2019.
//!
//! [`Ledger::reclaim`]: crate::ledger::Ledger::reclaim

use crate::span::Span;
use crate::span_list::SpanList;

/// Most spans of a class that a cache keeps.
pub const KEPT_SPANS: usize = 512;

/// Says of a span's home that the span is kept there. Homes are addresses of caches, all even.
const KEPT: usize = 1;

/// The address of no cache.
const NOBODY: usize = !KEPT;

/// The kept spans of one class.
#[derive(Debug)]
pub struct Kept {
    spans: SpanList,
    count: usize,
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
        Kept { spans: SpanList::new(), count: 0 }
    }

    /// Takes the span out that was kept last; the caller owns it.
    pub fn pop(&mut self) -> Option<&'static Span> {
        let span = self.spans.first()?;
        self.let_go(span);
        Some(span)
    }

    /// Takes `span` out, which is kept here; the caller owns it.
    pub fn let_go(&mut self, span: &'static Span) {
        self.spans.remove(span);
        self.count -= 1;
        span.set_home(span.home() & !KEPT);
        span.restart();
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
        let home = span.home();
        home == self.id | KEPT || home == self.id && self.keep(span)
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
    pub fn let_go(&mut self, span: &'static Span) {
        self.kept.let_go(span);
    }
}
