//! A span: pages cut into slots of one size, with a bit for each slot.
//!
//! Two bitmaps: `alloc` says which slots were in use when the span was last swept, `marks` which objects
//! this cycle has found. Allocation goes over the zeros of `alloc` from `free` on, and sets nothing: a slot
//! below `free` is in use. Sweeping makes the marks the next `alloc`, and begins at slot 0 again.

use super::special::Special;

/// Words of a page.
pub(crate) const PAGE: usize = 128;

/// Classes of slots: 2, 4, 8, 16, 32 and 64 words, and [`LARGE`].
pub(crate) const CLASSES: usize = 7;

/// The class of objects with a span of their own.
pub(crate) const LARGE: usize = 6;

/// A span.
#[derive(Default, Debug)]
pub(crate) struct Span {
    /// Its first word.
    pub(crate) base: u32,
    /// Its pages. 0 for a span that was given up.
    pub(crate) pages: u32,
    /// The size of a slot is 2 to this power words; above all sizes if there is one slot only.
    shift: u8,
    /// How many slots it has.
    pub(crate) slots: u8,
    /// The class of its slots.
    pub(crate) class: u8,
    /// Its objects hold no references.
    pub(crate) noscan: bool,
    /// Slots must be zeroed when they are handed out.
    pub(crate) needzero: bool,
    /// Allocation has gone over all slots below this one.
    pub(crate) free: u8,
    /// The heap's number less 2: it must be swept; less 1: it is being swept; equal: it is swept.
    pub(crate) sweepgen: u32,
    /// Slots that were in use when it was swept.
    pub(crate) alloc: u64,
    /// Objects found in this cycle.
    pub(crate) marks: u64,
    /// What hangs on its objects: finalizers, cleanups, weak handles; in the order in which they came.
    pub(crate) specials: Vec<Special>,
}

impl Span {
    /// A span without objects.
    pub(crate) fn new(base: u32, pages: u32, class: usize, noscan: bool, dirty: bool) -> Span {
        let large = class == LARGE;
        let (shift, slots) = if large { (31, 1) } else { (class + 1, PAGE >> (class + 1)) };
        Span {
            base,
            pages,
            shift: shift as u8,
            slots: slots as u8,
            class: class as u8,
            noscan,
            needzero: dirty,
            ..Span::default()
        }
    }

    /// Words of a slot.
    pub(crate) fn size(&self) -> u32 {
        if self.class as usize == LARGE { self.pages * PAGE as u32 } else { 1 << self.shift }
    }

    /// The slot that word `at` lies in.
    pub(crate) fn slot_of(&self, at: u32) -> u32 {
        (at - self.base) >> self.shift
    }

    /// The first word of a slot.
    pub(crate) fn word_of(&self, slot: u32) -> u32 {
        self.base + if slot == 0 { 0 } else { slot << self.shift }
    }

    /// A bit for each slot.
    pub(crate) fn all(&self) -> u64 {
        below(u32::from(self.slots))
    }

    /// The slots in use, those of dead objects among them that were not swept yet.
    pub(crate) fn allocated(&self) -> u64 {
        self.alloc | below(u32::from(self.free))
    }

    /// Whether `slot` is in use.
    pub(crate) fn is_allocated(&self, slot: u32) -> bool {
        slot < 64 && self.allocated() >> slot & 1 == 1
    }

    /// Whether the object in `slot` was found in this cycle.
    pub(crate) fn is_marked(&self, slot: u32) -> bool {
        self.marks >> slot & 1 == 1
    }

    /// The next slot to hand out.
    pub(crate) fn next_free(&mut self) -> Option<u32> {
        let free = !self.allocated() & self.all();
        if free == 0 {
            return None;
        }
        let slot = free.trailing_zeros();
        self.free = slot as u8 + 1;
        Some(slot)
    }

    /// Whether there is a slot to hand out.
    pub(crate) fn has_room(&self) -> bool {
        !self.allocated() & self.all() != 0
    }
}

/// The bits below bit `count`, at most 64.
fn below(count: u32) -> u64 {
    if count >= 64 { u64::MAX } else { (1 << count) - 1 }
}
