//! A span: one mapping, of which the first pages describe the rest.
//!
//! ```text
//! | Span | states ...        | slot 0 | slot 1 | ...         | slot n-1 | waste |
//! '------ header pages ------'------- free list and never used slots --'-------'
//! ```
//!
//! A large block is a span with one slot. A span of small slots is in one of three hands:
//!
//! - a **cache** owns it: one thread takes and frees slots without a lock. Other threads push the
//!   slots that they free onto `remote`, and the owner collects them when it runs out;
//! - its **bin** owns it, and whoever holds the bin's lock may use it. `remote` is then [`CLOSED`],
//!   which sends freeing threads to the bin;
//! - the **pool** owns it: no slot is in use, and it may be cut anew for another class.
//!
//! The fields in cells belong to whoever has the span in hand.

use super::cache::Cache;
use super::os::{self, PAGE};
use super::{class, link};
use libc::c_void;
use std::cell::Cell;
use std::ops::Deref;
use std::ptr::{self, NonNull};
use std::slice;
use std::sync::atomic::{AtomicPtr, AtomicU16, Ordering};

/// Bytes of a span of small slots, its header included.
pub(crate) const SPAN: usize = 64 << 10;

/// `class` of a span that is one large block.
const LARGE: usize = class::COUNT;

/// What `remote` holds while no cache owns the span. No slot has this address.
const CLOSED: *mut u8 = ptr::without_provenance_mut(1);

/// The state of a slot that is in a list, or was never used.
pub(crate) const FREE: u16 = 0;

/// The state of a slot whose block starts `shift` bytes into it; a multiple of 8, below 2^18.
pub(crate) fn live(shift: usize) -> u16 {
    1 + (shift / 8) as u16
}

/// The head of a span.
pub(crate) struct Span {
    /// Whole mapping, in bytes.
    length: Cell<usize>,
    /// Class of its slots, or [`LARGE`].
    class: Cell<usize>,
    /// Where slot 0 starts.
    first: Cell<*mut u8>,
    slot_size: Cell<usize>,
    capacity: Cell<usize>,
    /// Key of the tags in free slots.
    secret: Cell<u64>,
    owner: AtomicPtr<Cache>,
    /// Newest of the slots that other threads freed, or [`CLOSED`].
    remote: AtomicPtr<u8>,
    /// Newest free slot in hand.
    pub(crate) free: Cell<*mut u8>,
    /// Slots below this index have been used since the span was cut.
    pub(crate) fresh: Cell<usize>,
    /// Slots that are neither in `free` nor at or above `fresh`: live ones, and those in `remote`.
    pub(crate) used: Cell<usize>,
    /// Whether slots at or above `fresh` read zero.
    zeroed: Cell<bool>,
    /// Whether it is in its bin's list of spans with room.
    pub(crate) listed: Cell<bool>,
    pub(crate) previous: Cell<Option<SpanRef>>,
    /// Next in the list of its bin, or of the pool.
    pub(crate) next: Cell<Option<SpanRef>>,
}

/// A span that is mapped. Whoever unmaps a span has the last handle.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct SpanRef(NonNull<Span>);

impl Deref for SpanRef {
    type Target = Span;

    fn deref(&self) -> &Span {
        // SAFETY: handles are made from mapped spans only, and a span is unmapped only when no
        // block of it is live and no list holds it; see `Pool::put` and `large::take_back`.
        unsafe { self.0.as_ref() }
    }
}

/// A slot just taken.
#[derive(Clone, Copy)]
pub(crate) struct Taken {
    /// Its span.
    pub(crate) span: SpanRef,
    /// Where it starts.
    pub(crate) slot: *mut u8,
    /// Whether it reads zero.
    pub(crate) zeroed: bool,
}

impl SpanRef {
    /// The span whose header is at `at`.
    pub(crate) fn from_raw(at: *mut Span) -> Option<SpanRef> {
        NonNull::new(at).map(SpanRef)
    }

    /// The header's address, which is where the mapping starts.
    pub(crate) fn as_ptr(self) -> *mut Span {
        self.0.as_ptr()
    }

    /// Makes a span of fresh zeroed memory. It has no slots until it is cut.
    ///
    /// # Safety
    /// `length` bytes at `at` are mapped, read zero, and belong to the caller.
    pub(crate) unsafe fn found(at: *mut c_void, length: usize) -> SpanRef {
        // All zero bytes are a `Span`: its fields are numbers, and pointers that may be null.
        // SAFETY: the caller's duty; `map` never returns null.
        let span = SpanRef(unsafe { NonNull::new_unchecked(at.cast()) });
        span.length.set(length);
        span.zeroed.set(true);
        span.remote.store(CLOSED, Ordering::Relaxed);
        span
    }

    /// Cuts the span into slots of `class`. No slot of it is in use.
    pub(crate) fn cut(self, class: usize, secret: u64) {
        let size = class::slot_size(class);
        let (header, capacity) = layout(self.length.get(), size);
        self.class.set(class);
        self.shape(header, size, capacity, secret);
        if !self.zeroed.get() {
            // Slots of the former class may have lain where states are now.
            self.states().iter().for_each(|state| state.store(FREE, Ordering::Relaxed));
        }
    }

    /// Makes the span one large block, behind `header` bytes. It is taken at once.
    pub(crate) fn cut_large(self, header: usize) {
        self.class.set(LARGE);
        self.shape(header, self.length.get() - header, 1, 0);
        self.fresh.set(1);
        self.states()[0].store(live(0), Ordering::Relaxed);
    }

    fn shape(self, header: usize, slot_size: usize, capacity: usize, secret: u64) {
        // SAFETY: the header lies within the mapping.
        self.first.set(unsafe { self.as_ptr().cast::<u8>().add(header) });
        self.slot_size.set(slot_size);
        self.capacity.set(capacity);
        self.secret.set(secret);
        self.free.set(ptr::null_mut());
        self.fresh.set(0);
        self.used.set(0);
    }

    /// States of all slots. They follow the head, in the header pages.
    pub(crate) fn states(&self) -> &[AtomicU16] {
        // SAFETY: `layout` leaves room for the states between head and slot 0, and a large block's
        // header is a page; atomics may be shared.
        unsafe { slice::from_raw_parts(self.as_ptr().add(1).cast(), self.capacity.get()) }
    }

    /// Takes the newest free slot, if there is one.
    pub(crate) fn pop(self) -> Option<Taken> {
        let slot = self.free.get();
        if slot.is_null() {
            return None;
        }
        // SAFETY: the list is in the caller's hand.
        self.free.set(unsafe { link::read(slot, self.secret.get()) });
        let (index, _) = self.locate(slot).unwrap_or_else(|| os::die("free list lost at", slot));
        self.take(index);
        Some(Taken { span: self, slot, zeroed: false })
    }

    /// Takes the first slot that was never used, if there is one.
    pub(crate) fn take_fresh(self) -> Option<Taken> {
        let index = self.fresh.get();
        if index == self.capacity.get() {
            return None;
        }
        self.fresh.set(index + 1);
        self.take(index);
        Some(Taken { span: self, slot: self.slot(index), zeroed: self.zeroed.get() })
    }

    /// Makes the slot at `index`, which left its list, a live block.
    pub(crate) fn take(self, index: usize) {
        self.used.set(self.used.get() + 1);
        self.states()[index].store(live(0), Ordering::Relaxed);
    }

    /// Puts `slot`, whose state is free, onto the list in hand.
    pub(crate) fn push(self, slot: *mut u8) {
        // SAFETY: the slot was just freed, so only the caller knows it.
        unsafe { link::write(slot, self.free.get(), self.secret.get()) };
        self.free.set(slot);
        self.used.set(self.used.get() - 1);
    }

    /// Sends `slot` to the cache that owns the span; false if none does.
    pub(crate) fn send(self, slot: *mut u8) -> bool {
        let secret = self.secret.get();
        let mut head = self.remote.load(Ordering::Relaxed);
        while head != CLOSED {
            // SAFETY: the slot was just freed, so only the caller knows it.
            unsafe { link::write(slot, head, secret) };
            // Release: what this thread did to the block happens before the owner hands it out.
            // Afterwards the span may be gone.
            match self.remote.compare_exchange_weak(
                head,
                slot,
                Ordering::Release,
                Ordering::Relaxed,
            ) {
                Ok(_) => return true,
                Err(now) => head = now,
            }
        }
        false
    }

    /// Takes what other threads sent, newest first. Only the owner may.
    pub(crate) fn collect(self) -> *mut u8 {
        self.remote.swap(ptr::null_mut(), Ordering::Acquire)
    }

    /// Puts the list `head`, from [`SpanRef::collect`] or [`SpanRef::close`], before the list in
    /// hand. O(length of `head`).
    pub(crate) fn absorb(self, head: *mut u8) {
        let mut slot = head;
        while !slot.is_null() {
            self.used.set(self.used.get() - 1);
            // SAFETY: the whole list was taken, and is the caller's.
            let next = unsafe { link::read(slot, self.secret.get()) };
            if next.is_null() {
                // SAFETY: as above.
                unsafe { link::write(slot, self.free.get(), self.secret.get()) };
                self.free.set(head);
            }
            slot = next;
        }
    }

    /// Gives the span to `owner`. The caller holds the bin's lock.
    pub(crate) fn open(self, owner: &Cache) {
        self.owner.store(ptr::from_ref(owner).cast_mut(), Ordering::Relaxed);
        self.remote.store(ptr::null_mut(), Ordering::Release);
    }

    /// Ends the ownership and returns what was sent until now. The caller is the owner and holds
    /// the bin's lock.
    pub(crate) fn close(self) -> *mut u8 {
        self.owner.store(ptr::null_mut(), Ordering::Relaxed);
        self.remote.swap(CLOSED, Ordering::Acquire)
    }
}

impl Span {
    /// Whether `cache` owns the span. Only the thread of `cache` gets a lasting answer.
    pub(crate) fn is_owned_by(&self, cache: &Cache) -> bool {
        ptr::eq(self.owner.load(Ordering::Relaxed), cache)
    }

    /// Whether some cache owns the span. Lasting while the bin's lock is held, if not.
    pub(crate) fn is_open(&self) -> bool {
        self.remote.load(Ordering::Relaxed) != CLOSED
    }

    /// Whether other threads have sent slots that the owner has not collected.
    pub(crate) fn has_mail(&self) -> bool {
        self.is_open() && !self.remote.load(Ordering::Relaxed).is_null()
    }

    /// Whether a slot can be taken.
    pub(crate) fn has_room(&self) -> bool {
        !self.free.get().is_null() || self.fresh.get() < self.capacity.get()
    }

    /// Whether the span is one large block.
    pub(crate) fn is_large(&self) -> bool {
        self.class.get() == LARGE
    }

    /// Class of the slots of a span that is not large.
    pub(crate) fn class(&self) -> usize {
        self.class.get()
    }

    /// Bytes of a slot.
    pub(crate) fn slot_size(&self) -> usize {
        self.slot_size.get()
    }

    /// Number of slots.
    pub(crate) fn capacity(&self) -> usize {
        self.capacity.get()
    }

    /// Bytes of the mapping.
    pub(crate) fn length(&self) -> usize {
        self.length.get()
    }

    /// Remembers that the memory no longer reads zero.
    pub(crate) fn soil(&self) {
        self.zeroed.set(false);
    }

    /// Where the slot at `index` starts.
    pub(crate) fn slot(&self, index: usize) -> *mut u8 {
        debug_assert!(index <= self.capacity());
        // SAFETY: the slot, or the end of the last one, lies within the mapping.
        unsafe { self.first.get().add(index * self.slot_size()) }
    }

    /// Which slot `address` lies in, and how many bytes into it; `None` outside of all slots.
    pub(crate) fn locate(&self, address: *const u8) -> Option<(usize, usize)> {
        let offset = address.addr().checked_sub(self.first.get().addr())?;
        // A 32-bit division costs a third of a 64-bit one; a large block has one slot.
        let (index, shift) = match u32::try_from(self.slot_size()) {
            Ok(size) if !self.is_large() && offset < SPAN => {
                let offset = offset as u32;
                ((offset / size) as usize, (offset % size) as usize)
            }
            _ => (offset / self.slot_size(), offset % self.slot_size()),
        };
        (index < self.capacity()).then_some((index, shift))
    }
}

/// Where slots of `slot_size` start in a span of `length` bytes, and how many there are.
fn layout(length: usize, slot_size: usize) -> (usize, usize) {
    let mut header = PAGE;
    loop {
        let capacity = (length - header) / slot_size;
        if size_of::<Span>() + capacity * size_of::<AtomicU16>() <= header {
            return (header, capacity);
        }
        header += PAGE;
    }
}

impl Taken {
    /// Where the block starts if it is `shift` bytes into the slot; a multiple of 8.
    pub(crate) fn shifted(&self, shift: usize) -> *mut u8 {
        if shift == 0 {
            return self.slot;
        }
        if let Some((index, 0)) = self.span.locate(self.slot) {
            self.span.states()[index].store(live(shift), Ordering::Relaxed);
        }
        // SAFETY: the caller asked for a slot that is larger than the shift.
        unsafe { self.slot.add(shift) }
    }
}
