//! Pretended memory: the four states checked at every move, and refusals at will.
//!
//! The bytes come from the process's own allocator, so this is for tests and for Miri, which knows
//! no `mmap` of forbidden memory. A heap on it must not be the process's allocator.

use super::Os;
use crate::error::OutOfMemory;
use crate::sync::Lock;
use crate::units::Addr;
use std::alloc::{Layout, alloc_zeroed, dealloc};
use std::collections::BTreeMap;
use std::ptr;

/// Pretended memory, and what was done with it.
#[derive(Debug, Default)]
pub struct Sim(Lock<State>);

/// Most bytes of a reservation. More are refused, as by a system that has no such addresses; Miri has all
/// memory that it pretends to have, so there it is less.
const MOST: usize = if cfg!(miri) { 1 << 31 } else { 1 << 36 };

/// What a page of pretended memory is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Page {
    Reserved,
    Blank,
    Ready,
    Released,
}

/// One reservation.
#[derive(Debug)]
struct Piece {
    /// Where its memory begins: at or before its first byte.
    memory: usize,
    layout: Layout,
    pages: Vec<Page>,
}

#[derive(Debug, Default)]
struct State {
    /// By first address.
    pieces: BTreeMap<usize, Piece>,
    /// Bytes that are ready.
    committed: usize,
    /// Bytes that may be ready at once.
    limit: Option<usize>,
    /// Bytes given back by `decommit` so far.
    decommitted: usize,
    /// What the clock says, in ns.
    now: u64,
}

/// Bytes of a pretended page of the hardware.
const PAGE: usize = 4096;

impl Sim {
    /// Memory without a limit.
    pub fn new() -> Sim {
        Sim::default()
    }

    /// From now on `commit` refuses what would make more than `bytes` ready.
    pub fn limit(&self, bytes: usize) {
        self.0.hold().limit = Some(bytes);
    }

    /// Bytes that are ready now.
    pub fn committed(&self) -> usize {
        self.0.hold().committed
    }

    /// Time passes: `ns` more.
    pub fn pass(&self, ns: u64) {
        self.0.hold().now += ns;
    }

    /// Bytes given back by `decommit` so far, each as often as it was.
    pub fn decommitted(&self) -> usize {
        self.0.hold().decommitted
    }
}

impl State {
    /// The pages of `[at, at + bytes)`.
    ///
    /// # Panics
    /// If they do not lie in one reservation, at page borders.
    fn pages(&mut self, at: Addr, bytes: usize) -> &mut [Page] {
        let (&start, piece) =
            self.pieces.range_mut(..=at.0).next_back().expect("memory that was reserved");
        let first = at.0 - start;
        assert!(
            first.is_multiple_of(PAGE) && bytes.is_multiple_of(PAGE),
            "whole pages of the hardware"
        );
        &mut piece.pages[first / PAGE..(first + bytes) / PAGE]
    }
}

impl State {
    /// Gives the reservation that `at` lies in back to the process, if all of it is released.
    fn forget(&mut self, at: Addr) {
        let Some((&start, piece)) = self.pieces.range(..=at.0).next_back() else { return };
        if piece.pages.iter().all(|&page| page == Page::Released) {
            // SAFETY: allocated with this layout, and its users said that they are done.
            unsafe { dealloc(super::pointer(Addr(piece.memory)), piece.layout) };
            self.pieces.remove(&start);
        }
    }
}

// SAFETY: 1. and 2. pieces come from the process's allocator, zeroed, and are exposed. 3. `decommit`
// clears. 4. they are not a heap of ours, by the rule at the head of this file.
unsafe impl Os for Sim {
    fn page_bytes(&self) -> usize {
        PAGE
    }

    fn huge_page_bytes(&self) -> usize {
        2 << 20
    }

    fn decommit_zeroes(&self) -> bool {
        true
    }

    fn now(&self) -> u64 {
        self.0.hold().now
    }

    fn reserve(&self, _hint: Addr, bytes: usize, align: usize) -> Option<Addr> {
        if bytes > MOST || align > MOST {
            return None;
        }
        // Longer in place of aligned: then the process need not clear what nobody touches.
        let align = align.max(PAGE);
        let layout = Layout::from_size_align(bytes.checked_add(align)?, 16).ok()?;
        // SAFETY: a reservation is never empty.
        let memory = unsafe { alloc_zeroed(layout) };
        if memory.is_null() {
            return None;
        }
        let memory = memory.expose_provenance();
        let at = Addr(memory).align_up(align)?;
        let pages = vec![Page::Reserved; bytes.div_ceil(PAGE)];
        self.0.hold().pieces.insert(at.0, Piece { memory, layout, pages });
        Some(at)
    }

    fn blank(&self, at: Addr, bytes: usize) -> Result<(), OutOfMemory> {
        for page in self.0.hold().pages(at, bytes) {
            assert_eq!(*page, Page::Reserved, "only reserved memory is made blank: {at:?}");
            *page = Page::Blank;
        }
        Ok(())
    }

    fn commit(&self, at: Addr, bytes: usize) -> Result<(), OutOfMemory> {
        let mut state = self.0.hold();
        if state.limit.is_some_and(|limit| state.committed + bytes > limit) {
            return Err(OutOfMemory);
        }
        let mut more = 0;
        for page in state.pages(at, bytes) {
            assert_ne!(*page, Page::Released, "only reserved memory is made ready: {at:?}");
            more += usize::from(*page != Page::Ready) * PAGE;
            *page = Page::Ready;
        }
        state.committed += more;
        Ok(())
    }

    fn decommit(&self, at: Addr, bytes: usize) {
        let mut state = self.0.hold();
        let ready = state.pages(at, bytes).iter().all(|&page| page == Page::Ready);
        assert!(ready, "only ready memory is given back: {at:?}");
        state.decommitted += bytes;
        // SAFETY: ready memory of ours that nobody uses, as the trait asks.
        unsafe { ptr::write_bytes(super::pointer::<u8>(at), 0, bytes) };
    }

    unsafe fn release(&self, at: Addr, bytes: usize) {
        let mut state = self.0.hold();
        let mut ready = 0;
        for page in state.pages(at, bytes) {
            assert_ne!(*page, Page::Released, "memory is released once: {at:?}");
            ready += usize::from(*page == Page::Ready);
            *page = Page::Released;
        }
        state.committed -= ready * PAGE;
        state.forget(at);
    }

    fn advise_huge(&self, at: Addr, bytes: usize, _wanted: bool) {
        self.0.hold().pages(at, bytes);
    }
}

impl Drop for Sim {
    fn drop(&mut self) {
        for piece in self.0.hold().pieces.values() {
            // SAFETY: allocated with this layout; whoever had a heap here is gone.
            unsafe { dealloc(super::pointer(Addr(piece.memory)), piece.layout) };
        }
    }
}
