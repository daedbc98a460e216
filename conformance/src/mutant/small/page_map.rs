//! From addresses to spans: a radix tree over page numbers, read without a lock.
//!
//! Any address may be looked up, also one that belongs to nobody: that is how an invalid free is
//! told from a valid one. Nodes are mapped when they are first needed and stay.

use super::os::{self, PAGE};
use super::span::{Span, SpanRef};
use std::ptr;
use std::sync::atomic::{AtomicPtr, Ordering};

/// Bits of a page number that one level decides.
const BITS: u32 = 12;
const FAN: usize = 1 << BITS;

/// Bits of an address that say anything: what user space has on x86-64 and 64-bit ARM, and one more.
const ADDRESS_BITS: u32 = 3 * BITS + PAGE.ilog2();

type Leaf = [AtomicPtr<Span>; FAN];
type Branch = [AtomicPtr<Leaf>; FAN];

/// The tree. All zero bytes are an empty one.
pub(crate) struct PageMap {
    root: [AtomicPtr<Branch>; FAN],
}

/// The entry of page `number` at the level that has `below` bits of page number under it.
fn digit(number: usize, level: u32) -> usize {
    number >> (level * BITS) & (FAN - 1)
}

/// The node at `place`, made if it is not there; `None` without memory.
fn node<T>(place: &AtomicPtr<T>) -> Option<&T> {
    let mut found = place.load(Ordering::Acquire);
    if found.is_null() {
        let made = os::map(size_of::<T>())?.cast::<T>();
        found = match place.compare_exchange(found, made, Ordering::AcqRel, Ordering::Acquire) {
            Ok(_) => made,
            Err(other) => {
                // SAFETY: another thread was faster; nobody saw this node.
                unsafe { os::unmap(made.cast(), size_of::<T>()) };
                other
            }
        };
    }
    // SAFETY: nodes are arrays of pointers, for which all zero bytes are a value, and stay mapped
    // as long as the tree.
    Some(unsafe { &*found })
}

/// The node at `place`, if it is there.
fn peek<T>(place: &AtomicPtr<T>) -> Option<&T> {
    // SAFETY: as for `node`.
    unsafe { place.load(Ordering::Acquire).as_ref() }
}

impl PageMap {
    /// The span that the page of `address` was entered for.
    pub(crate) fn find(&self, address: *const u8) -> Option<SpanRef> {
        if address.addr() >> ADDRESS_BITS != 0 {
            return None;
        }
        let number = address.addr() / PAGE;
        let branch = peek(&self.root[digit(number, 2)])?;
        let leaf = peek(&branch[digit(number, 1)])?;
        SpanRef::from_raw(leaf[digit(number, 0)].load(Ordering::Acquire))
    }

    /// Enters `span` for `pages` pages from its second on: the first holds its header, and no block
    /// starts there. False without memory, and then maybe for some of them.
    pub(crate) fn enter(&self, span: SpanRef, pages: usize) -> bool {
        self.set(span, pages, span.as_ptr())
    }

    /// Forgets what [`PageMap::enter`] entered.
    pub(crate) fn forget(&self, span: SpanRef, pages: usize) {
        self.set(span, pages, ptr::null_mut());
    }

    fn set(&self, span: SpanRef, pages: usize, value: *mut Span) -> bool {
        let first = span.as_ptr().addr() / PAGE + 1;
        (first..first + pages).all(|number| {
            let Some(entry) = self.entry(number) else { return false };
            entry.store(value, Ordering::Release);
            true
        })
    }

    fn entry(&self, number: usize) -> Option<&AtomicPtr<Span>> {
        let branch = node(self.root.get(number >> (2 * BITS))?)?;
        let leaf = node(&branch[digit(number, 1)])?;
        Some(&leaf[digit(number, 0)])
    }

    /// Calls `each` with every span, then unmaps the tree below its root. `each` may unmap the span.
    ///
    /// # Safety
    /// Nobody else uses the tree, now or later.
    pub(crate) unsafe fn dismantle(&self, each: impl Fn(SpanRef)) {
        for (high, branch) in self.root.iter().enumerate() {
            let Some(leaves) = peek(branch) else { continue };
            for (middle, place) in leaves.iter().enumerate() {
                let Some(leaf) = peek(place) else { continue };
                visit(leaf, ((high << BITS) | middle) << BITS, &each);
                // SAFETY: the caller's duty; the leaf is not used again.
                unsafe { os::unmap(ptr::from_ref(leaf).cast_mut().cast(), size_of::<Leaf>()) };
            }
            // SAFETY: as above.
            unsafe { os::unmap(ptr::from_ref(leaves).cast_mut().cast(), size_of::<Branch>()) };
        }
    }
}

/// Calls `each` with every span of `leaf`, whose first page has `number`.
fn visit(leaf: &Leaf, number: usize, each: &impl Fn(SpanRef)) {
    for (low, entry) in leaf.iter().enumerate() {
        let span = entry.load(Ordering::Relaxed);
        // The entry of a span's second page stands for all: the others may outlive the span.
        if (number + low) * PAGE == span.addr() + PAGE
            && let Some(span) = SpanRef::from_raw(span)
        {
            each(span);
        }
    }
}
