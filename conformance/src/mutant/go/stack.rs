//! Stacks: four orders cut from 32-KiB spans, cached by P; larger ones with spans of their own.

use super::parts::Parts;
use super::span::Span;
use super::state::State;
use crate::target::inside::PAGE;
use std::collections::BTreeMap;

/// Bytes of the smallest order.
pub(crate) const SMALLEST: usize = 2048;
/// Bytes of a span of the pool, and what a cache holds of one order at most.
pub(crate) const CACHE: usize = 32 << 10;

/// A span of the pool.
#[derive(Clone, Debug, Default)]
pub(crate) struct PoolSpan {
    pub(crate) base: usize,
    pub(crate) order: usize,
    pub(crate) used: usize,
    pub(crate) free: Vec<usize>,
}

/// The pool.
#[derive(Clone, Debug, Default)]
pub(crate) struct Stacks {
    /// All spans of the pool by base.
    pub(crate) spans: BTreeMap<usize, PoolSpan>,
    /// Those on the list of an order: with a free stack.
    pub(crate) listed: Vec<usize>,
    /// Large stacks that wait to be used again.
    pub(crate) large: BTreeMap<usize, Vec<usize>>,
}

impl Stacks {
    pub(crate) fn unlink(&mut self, base: usize) {
        self.listed.retain(|&listed| listed != base);
        self.spans.remove(&base);
    }
}

impl State {
    /// A stack of `size` bytes, a power of two; 0 without memory.
    pub(crate) fn stack<P: Parts>(&mut self, size: usize, p: usize) -> usize {
        if size >= CACHE {
            return self.large_stack::<P>(size, p).unwrap_or(0);
        }
        let order = (size / SMALLEST).trailing_zeros() as usize;
        if self.caches[p].stacks[order].is_empty() {
            for _ in 0..CACHE / 2 / size {
                let Some(stack) = self.pool_stack::<P>(order, p) else { break };
                self.caches[p].stacks[order].push(stack);
            }
        }
        self.caches[p].stacks[order].pop().unwrap_or(0)
    }

    fn pool_stack<P: Parts>(&mut self, order: usize, p: usize) -> Option<usize> {
        let of_order =
            |base: &&usize| self.stacks.spans.get(base).is_some_and(|s| s.order == order);
        let base = match self.stacks.listed.iter().find(of_order) {
            Some(&base) => base,
            None => self.new_pool_span::<P>(order, p)?,
        };
        let span = self.stacks.spans.get_mut(&base)?;
        let stack = span.free.pop()?;
        span.used += 1;
        if span.free.is_empty() {
            self.stacks.listed.retain(|&listed| listed != base);
        }
        Some(stack)
    }

    fn new_pool_span<P: Parts>(&mut self, order: usize, p: usize) -> Option<usize> {
        let base = self.manual::<P>(CACHE / PAGE, p)?;
        let size = SMALLEST << order;
        let first = P::first_stack(base);
        let free = (0..CACHE / size).map(|i| first + i * size).collect();
        self.stacks.spans.insert(base, PoolSpan { base, order, used: 0, free });
        self.stacks.listed.push(base);
        Some(base)
    }

    fn manual<P: Parts>(&mut self, pages: usize, p: usize) -> Option<usize> {
        let run = self.run::<P>(pages, p)?;
        P::count_stack(self, pages * PAGE, true);
        Some(self.enter::<P>(Span::manual(run.base, pages)))
    }

    fn drop_manual<P: Parts>(&mut self, base: usize) {
        let pages = self.spans.get(&base).map_or(0, |span| span.pages);
        P::count_stack(self, pages * PAGE, false);
        self.leave::<P>(base);
    }

    fn large_stack<P: Parts>(&mut self, size: usize, p: usize) -> Option<usize> {
        let pages = size / PAGE;
        let waiting = self.stacks.large.get_mut(&P::stack_key(pages));
        match waiting.and_then(Vec::pop) {
            Some(base) => Some(base),
            None => self.manual::<P>(pages, p),
        }
    }

    /// Takes a stack back.
    pub(crate) fn free_stack<P: Parts>(&mut self, stack: usize, size: usize, p: usize) {
        if size >= CACHE {
            let pages = self.spans.get(&stack).map_or(0, |span| span.pages);
            self.stacks.large.entry(P::stack_key(pages)).or_default().push(stack);
            return;
        }
        let order = (size / SMALLEST).trailing_zeros() as usize;
        if P::cache_overflows(self.caches[p].stacks[order].len() * size) {
            while self.caches[p].stacks[order].len() * size > CACHE / 2 {
                let Some(old) = self.caches[p].stacks[order].pop() else { break };
                self.return_stack::<P>(old);
            }
        }
        self.caches[p].stacks[order].push(stack);
    }

    fn return_stack<P: Parts>(&mut self, stack: usize) {
        let around = self.stacks.spans.range_mut(..=stack).next_back();
        let Some((&base, span)) = around else { return };
        span.free.push(stack);
        P::stack_returned(&mut span.used);
        if span.used == 0 {
            P::unlink_stack_span(self, base);
            self.drop_manual::<P>(base);
        } else if !self.stacks.listed.contains(&base) {
            self.stacks.listed.push(base);
        }
    }

    /// Empties the stack caches of `p`.
    pub(crate) fn flush_stacks<P: Parts>(&mut self, p: usize) {
        for order in 0..4 {
            for stack in std::mem::take(&mut self.caches[p].stacks[order]) {
                self.return_stack::<P>(stack);
            }
        }
    }

    /// Large stacks that wait go back to the heap.
    pub(crate) fn drop_large_stacks<P: Parts>(&mut self) {
        for base in std::mem::take(&mut self.stacks.large).into_values().flatten() {
            self.drop_manual::<P>(base);
        }
    }
}
