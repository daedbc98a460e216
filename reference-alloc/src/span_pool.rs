//! Span structs that wait: they are no span now, and will be one again.
//!
//! Structs are made some at a time from persistent memory, and never unmapped. Narrow ones have bits for
//! 64 slots, wide ones for 1024; each kind waits on a stack without a lock.
//!
//! Source: Go `runtime/mheap.go` `allocMSpanLocked`, `runtime/mfixalloc.go`.

use crate::error::OutOfMemory;
use crate::lf_stack::{LfStack, Links, NodeId};
use crate::os::{self, Os};
use crate::page_heap::PageHeap;
use crate::persistent::Purpose;
use crate::span::{Span, Wide};
use crate::sync::AtomicU64;
use crate::units::Addr;
use std::ptr;

/// Structs made at once, when none waits: narrow ones, and wide ones, of which a heap has few.
const SLAB: [usize; 2] = [32, 8];

/// The structs that wait, narrow and wide.
#[derive(Debug)]
pub struct SpanPool {
    idle: [LfStack; 2],
}

/// From a node's number to its span.
#[derive(Debug)]
pub(crate) struct SpanLinks;

impl Links for SpanLinks {
    #[inline]
    fn link(&self, id: NodeId) -> &AtomicU64 {
        &span_of(id).link
    }
}

/// The number of a span struct: it lies at a multiple of 64.
#[inline]
pub(crate) fn node_of(span: &'static Span) -> NodeId {
    NodeId((ptr::from_ref(span).expose_provenance() / align_of::<Span>()) as u64)
}

/// The span struct with that number.
#[inline]
pub(crate) fn span_of(id: NodeId) -> &'static Span {
    // SAFETY: numbers come from `node_of`, and structs are never unmapped.
    unsafe { &*os::pointer(Addr(id.0 as usize * align_of::<Span>())) }
}

impl SpanPool {
    /// None.
    pub const fn new() -> SpanPool {
        SpanPool { idle: [const { LfStack::new() }; 2] }
    }

    /// A struct that is no span.
    ///
    /// # Errors
    /// If the system has no memory.
    pub fn take<O: Os>(
        &self,
        wide: bool,
        pages: &PageHeap<O>,
    ) -> Result<&'static Span, OutOfMemory> {
        let stack = &self.idle[usize::from(wide)];
        if let Some(id) = stack.pop(&SpanLinks) {
            return Ok(span_of(id));
        }
        let many = SLAB[usize::from(wide)];
        let first = slab::<Span>(many, pages)?;
        let bits = if wide { Some(slab::<Wide>(many, pages)?) } else { None };
        for i in (0..many).rev() {
            // SAFETY: zeroed memory for so many of each, nobody else's, for ever. Zero bytes are `Wide`.
            let span: &'static Span = unsafe {
                let bits = bits.map(|bits| &*bits.add(i));
                first.add(i).write(Span::new(bits));
                &*first.add(i)
            };
            if i == 0 {
                return Ok(span);
            }
            stack.push(node_of(span), &SpanLinks);
        }
        Err(OutOfMemory)
    }

    /// A struct that nobody owns any more waits for its next life.
    pub fn keep(&self, span: &'static Span) {
        self.idle[usize::from(span.is_wide())].push(node_of(span), &SpanLinks);
    }
}

impl Default for SpanPool {
    fn default() -> SpanPool {
        SpanPool::new()
    }
}

/// Zeroed memory for `many` of `T`.
fn slab<T>(many: usize, pages: &PageHeap<impl Os>) -> Result<*mut T, OutOfMemory> {
    let bytes = many * size_of::<T>();
    Ok(pages.keepsake(Purpose::Spans, bytes, align_of::<T>())?.cast().as_ptr())
}
