//! Spans with no slot in use, waiting for any class, and the way from and to the system.

use super::lock::Lock;
use super::os::{self, PAGE};
use super::root::Root;
use super::span::{SPAN, SpanRef};
use std::cell::Cell;

/// Spans kept for reuse, 1 MiB in all: enough that a program that hovers about the edge of a span
/// makes no system calls, and a bound on what an idle heap keeps.
const KEPT: usize = 16;

/// Pages of a span in the page map: all but the first, which holds nothing but the header.
const ENTERED: usize = SPAN / PAGE - 1;

/// A bounded stack of empty spans. All zero bytes are an empty pool.
pub(crate) struct Pool {
    pub(crate) lock: Lock,
    top: Cell<Option<SpanRef>>,
    /// Length of the stack.
    kept: Cell<usize>,
}

impl Pool {
    /// A span cut for `class`, or `None` without memory.
    pub(crate) fn take(&self, root: &Root, class: usize) -> Option<SpanRef> {
        let span = self.pop().or_else(|| found(root))?;
        span.cut(class, root.secret.get());
        Some(span)
    }

    fn pop(&self) -> Option<SpanRef> {
        let _held = self.lock.hold();
        let span = self.top.get()?;
        self.top.set(span.next.take());
        self.kept.set(self.kept.get() - 1);
        Some(span)
    }

    /// Keeps `span`, which is empty and in no list, or gives it back to the system.
    pub(crate) fn put(&self, root: &Root, span: SpanRef) {
        span.soil();
        let full = {
            let _held = self.lock.hold();
            let full = self.kept.get() == KEPT;
            if !full {
                span.next.set(self.top.replace(Some(span)));
                self.kept.set(self.kept.get() + 1);
            }
            full
        };
        if full {
            root.pages.forget(span, ENTERED);
            // SAFETY: no slot is in use and no list holds the span, so this is its last handle.
            unsafe { os::unmap(span.as_ptr().cast(), SPAN) };
        }
    }
}

/// A new span, entered in the page map.
fn found(root: &Root) -> Option<SpanRef> {
    let start = os::map(SPAN)?;
    // SAFETY: fresh memory of that length.
    let span = unsafe { SpanRef::found(start, SPAN) };
    if root.pages.enter(span, ENTERED) {
        return Some(span);
    }
    root.pages.forget(span, ENTERED);
    // SAFETY: nobody has the span.
    unsafe { os::unmap(start, SPAN) };
    None
}
