//! Stacks looked at: what caches hold, and what is free in the spans of the pool.

use super::{FreeList, MIN_STACK, ORDERS, Pools, StackCache};
use crate::os;
use crate::span::Span;
use crate::units::Addr;

/// A span of the pool that has a free stack.
#[derive(Clone, Copy, Debug)]
pub struct PoolSpan<'a> {
    /// The span. Its count is that of the stacks that are in use or in caches.
    pub span: &'a Span,
    /// Bytes of a stack of it.
    pub stack_bytes: usize,
    /// Its first free stack.
    first: usize,
}

impl PoolSpan<'_> {
    /// Its free stacks, the next one to be taken first. For ever, if the list leads round in a circle.
    pub fn free(&self) -> impl Iterator<Item = Addr> {
        // SAFETY: a free stack of the pool, whose lock is held as long as this can be asked, begins
        // with the address of the next.
        let next = |stack: &Addr| unsafe { os::pointer::<usize>(*stack).read() };
        let some = |first: usize| (first != 0).then_some(Addr(first));
        std::iter::successors(some(self.first), move |stack| some(next(stack)))
    }
}

impl StackCache {
    /// Bytes of stacks of each order, from the smallest.
    pub fn bytes(&self) -> [usize; ORDERS] {
        self.lists.each_ref().map(|list: &FreeList| list.bytes)
    }
}

impl Pools {
    /// Shows every span that has a free stack. The lock of its pool is held meanwhile: what is called
    /// may not allocate stacks here.
    pub fn each(&self, visit: &mut dyn FnMut(PoolSpan<'_>)) {
        for (order, pool) in self.orders.iter().enumerate() {
            let spans = pool.hold();
            for span in spans.iter() {
                let (stack_bytes, first) = (MIN_STACK << order, span.word.get());
                visit(PoolSpan { span, stack_bytes, first });
            }
        }
    }
}
