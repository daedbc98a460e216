//! C's calls on top: requests become slots of at least their size, at multiples of 16 where they
//! could tell.

use super::Go;
use super::object::{Made, clear_block};
use super::os::{self, current_p};
use super::parts::Parts;
use super::state::State;
use super::table::MAX_SMALL;
use crate::capability::{Capabilities, Capability};
use crate::mutant::small::os::set_errno;
use crate::target::heap::{Heap, HeapStats, Held};
use crate::target::inside::{Inside, PAGE};
use std::ptr;

/// What the allocator has none of, on purpose.
const MISSING: [Capability; 6] = [
    Capability::Layout,
    Capability::FreeWithin,
    Capability::GrowZeroed,
    Capability::Fork,
    Capability::DetectsMisuse,
    Capability::FreeAlignedSized,
];

impl<P: Parts> Go<P> {
    /// A block of at least `size` bytes at a multiple of `align`.
    fn block(&self, size: usize, align: usize, zeroed: bool) -> *mut u8 {
        let at = self.grown_alone();
        let made = match isize::try_from(size) {
            Ok(_) => at.or_else(|| make::<P>(&mut self.state(), size.max(1), align, zeroed)),
            Err(_) => None,
        };
        if let Some(at) = made {
            ptr::with_exposed_provenance_mut(at)
        } else {
            set_errno(libc::ENOMEM);
            ptr::null_mut()
        }
    }

    /// For parts that give the lock up where the heap grows: grows it, and has no block.
    pub(super) fn grown_alone(&self) -> Option<usize> {
        if !P::unlocks_to_grow() {
            return None;
        }
        let empty = self.state().pages.chunks.is_empty();
        if empty {
            std::thread::sleep(std::time::Duration::from_millis(2));
            self.state().grow::<P>(1)?;
        }
        None
    }

    fn resized(&self, block: Held, size: usize) -> *mut u8 {
        if block.address.is_null() {
            return self.block(size, 16, false);
        }
        if size == 0 {
            self.state().free_slot::<P>(block.address.addr(), block.size);
            return ptr::null_mut();
        }
        let usable = self.state().usable(block.address.addr());
        if size <= usable && size > usable / 2 {
            return block.address;
        }
        let new = self.block(size, 16, false);
        if !new.is_null() {
            os::copy(block.address.expose_provenance(), new.addr(), usable.min(size));
            self.state().free_slot::<P>(block.address.addr(), block.size);
        }
        new
    }
}

fn make<P: Parts>(state: &mut State, size: usize, align: usize, zeroed: bool) -> Option<usize> {
    let p = current_p();
    let need = if size > 8 || align > 8 { size.next_multiple_of(16) } else { size };
    let fits = |class: &usize| {
        let has = state.table.size(*class);
        has >= need && has.is_multiple_of(align)
    };
    let small = need <= MAX_SMALL && align <= PAGE;
    let class = match align {
        _ if !small => None,
        ..=16 => Some(P::class_of(&state.table, need)),
        _ => (1..state.table.classes.len()).find(fits),
    };
    let made = match class {
        Some(class) => state.slot::<P>(class, false, size, p)?,
        None if align <= PAGE => state.large::<P>(size, false, p)?,
        None => aligned::<P>(state, size, align, p)?,
    };
    if zeroed && state.spans[&made.base].needzero {
        clear_block(made.at, size);
    }
    Some(made.at)
}

/// A large block at a multiple of more than a page: a run that is longer, and cut.
fn aligned<P: Parts>(state: &mut State, size: usize, align: usize, p: usize) -> Option<Made> {
    let n = P::large_pages(size)?;
    let more = n.checked_add(align / PAGE)?;
    let run = state.run::<P>(more, p)?;
    let base = run.base.next_multiple_of(align);
    let front = (base - run.base) / PAGE;
    if front > 0 {
        state.give_run::<P>(run.base, front);
    }
    if more > front + n {
        state.give_run::<P>(base + n * PAGE, more - front - n);
    }
    Some(state.large_in::<P>(super::pages::Run { base, ..run }, n, size, false))
}

// SAFETY: 1. each call has the C meaning of its name, as far as the parts are right; 2. `offers` is
// a constant; 3. all is done under one lock.
unsafe impl<P: Parts> Heap for Go<P> {
    fn offers(&self) -> Capabilities {
        let all = Capability::ALL.iter().copied();
        all.filter(|one| !MISSING.contains(one)).collect()
    }

    unsafe fn malloc(&self, size: usize) -> *mut u8 {
        self.block(size, 1, false)
    }

    unsafe fn free(&self, block: Held) {
        if !block.address.is_null() {
            self.state().free_slot::<P>(block.address.addr(), block.size);
        }
    }

    unsafe fn calloc(&self, count: usize, size: usize) -> *mut u8 {
        self.block(count.saturating_mul(size), 1, true)
    }

    unsafe fn realloc(&self, block: Held, size: usize) -> *mut u8 {
        self.resized(block, size)
    }

    unsafe fn reallocarray(&self, block: Held, count: usize, size: usize) -> *mut u8 {
        match count.checked_mul(size) {
            Some(size) => self.resized(block, size),
            None => self.block(usize::MAX, 1, false),
        }
    }

    unsafe fn aligned_alloc(&self, align: usize, size: usize) -> *mut u8 {
        if align.is_power_of_two() && align <= 1 << 40 {
            return self.block(size, align, false);
        }
        set_errno(libc::EINVAL);
        ptr::null_mut()
    }

    unsafe fn memalign(&self, align: usize, size: usize) -> *mut u8 {
        // SAFETY: no duties.
        unsafe { self.aligned_alloc(align, size) }
    }

    unsafe fn posix_memalign(&self, place: &mut *mut u8, align: usize, size: usize) -> i32 {
        if !align.is_power_of_two() || align < 8 {
            return libc::EINVAL;
        }
        let mut errno = 0;
        // SAFETY: the C library's own accessor.
        unsafe { ptr::swap(&raw mut errno, libc::__errno_location()) };
        // SAFETY: no duties.
        let block = unsafe { self.aligned_alloc(align, size) };
        set_errno(errno);
        if block.is_null() {
            return libc::ENOMEM;
        }
        *place = block;
        0
    }

    unsafe fn usable_size(&self, block: Held) -> usize {
        self.state().usable(block.address.addr())
    }

    fn stats(&self) -> HeapStats {
        let counts = &self.state().counts;
        HeapStats {
            mallocs: counts.mallocs,
            frees: counts.frees,
            total_bytes: counts.total_bytes,
            in_use: counts.heap_alloc as u64,
        }
    }

    fn inside(&self) -> Option<&dyn Inside> {
        Some(self)
    }
}
