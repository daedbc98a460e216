//! A span with its ledger.

use conformance_schedule::mini_heap::{self, SharedSpan};
use conformance_schedule::remote_free::SLOTS;
use reference_alloc::kept::{Home, Kept, Table};
use reference_alloc::ledger::{Duty, Left, Popped};
use reference_alloc::size_class::{Class, Scan, SpanClass};
use reference_alloc::span::{Made, Span, SpanState};
use reference_alloc::units::{Addr, PAGE_BYTES, Pages};

/// The home of every span, as far as a thread knows: whose it is says the ledger alone.
const HOME: usize = 2;

/// Pages that always say a class: what they say is a hint, and no part of the protocol.
struct AnyTable;

impl Table for AnyTable {
    fn tells_class(&self, _: &Span) -> bool {
        true
    }

    fn tell_class(&self, _: &Span, _: u8) {
        unreachable!("no span drains")
    }
}

/// [`Span`], with its freed bits, its ledger and its home, as caches use it. It is never unmapped.
pub(super) struct Shared(&'static Span);

impl SharedSpan for Shared {
    fn new() -> Shared {
        Shared(Box::leak(Box::new(Span::new(None))))
    }

    fn start(&self) {
        let class = Class::of(PAGE_BYTES / SLOTS).expect("a size with a class");
        self.0.make(Made {
            base: Addr(PAGE_BYTES),
            pages: Pages(1),
            class: SpanClass::new(class, Scan::No),
            elem_bytes: class.bytes(),
            slots: SLOTS,
            need_zero: false,
            state: SpanState::InUse,
        });
        self.0.set_home(HOME);
    }

    fn take(&self) -> Option<usize> {
        let mut out = [Addr(0)];
        (self.0.take(&mut out) == 1).then(|| self.0.slot_at(out[0]))
    }

    fn fold(&self) {
        self.0.fold();
    }

    fn leave(&self) -> mini_heap::Left {
        match self.0.ledger.leave(self.0.free_count() as u16) {
            Left::Full | Left::Listed => mini_heap::Left::Gone,
            Left::Push => mini_heap::Left::Push,
            Left::Release => mini_heap::Left::Release,
            Left::FoldFirst => mini_heap::Left::FoldFirst,
        }
    }

    fn free(&self, slot: usize) -> mini_heap::Duty {
        assert_eq!(self.0.set_freed(0, 1 << slot), 0, "the block was freed before");
        match self.0.ledger.count(1) {
            Duty::None => mini_heap::Duty::None,
            Duty::Push => mini_heap::Duty::Push,
            Duty::Release => mini_heap::Duty::Release,
        }
    }

    fn free_at_home(&self, slot: usize) -> bool {
        let mut kept = Kept::new();
        let mut home = Home::new(HOME, &mut kept);
        let is_kept = home.keeps(self.0);
        if is_kept {
            assert!(self.0.free_own(0, 1 << slot, 1).is_some(), "the block was freed before");
            home.let_go(self.0, &AnyTable);
        }
        is_kept
    }

    fn popped(&self) -> mini_heap::Popped {
        match self.0.ledger.popped() {
            Popped::Claimed => mini_heap::Popped::Claimed,
            Popped::Gone => mini_heap::Popped::Gone,
            Popped::Dead => mini_heap::Popped::Dead,
        }
    }

    fn retire(&self) -> bool {
        self.0.unmake()
    }
}
