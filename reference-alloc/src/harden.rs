//! Detection: what a program does wrong with a block is found at the next call about that block.
//!
//! Magazines stay empty in this mode, so that the state of a slot is what the bits of its span say,
//! and memory itself says the rest:
//!
//! ```text
//!  a live block    | the bytes asked for | slack: SLACK, up to here | seal |
//!  a free slot     | POISON, every byte                                    |
//! ```
//!
//! The *seal* is the last word of the slot, or of the last page of a large block: the size and the
//! alignment that were asked for, xor a key that is made of the address and of a number that nobody
//! knows, and then mixed, so that a change of one bit leads to any other text. What is read back must
//! lead to the class or the length that the block has: an overwritten seal is not taken for another
//! one, but for one time in some 2^40.
//!
//! A free goes through these steps, and each can end it:
//!
//! 1. *A block?* The address leads to a span in use, and is the start of a slot; else it is foreign,
//!    on a stack, or inside a block. Any 64 bits may be asked about.
//! 2. *A live one?* The bits say so, and the seal is no poison.
//! 3. *Whole?* The seal can be read, and the slack is as it was: nobody has written past the end.
//! 4. *The caller's?* A caller that names a layout names the one that was asked for.
//! 5. *The first?* The seal is replaced by poison in one compare-and-swap. Of two threads that free
//!    one block at once, one gets here; only that one touches the block.
//! 6. The slot is poisoned, and given to its span.
//!
//! An allocation finds poison in the whole slot, or a write after the free: so a span is poisoned
//! when it is entered with no slot in use. Large blocks are not poisoned; their pages go back.
//!
//! What is *not* found: a second free after the address was handed out again, which frees the new
//! block; a write past the end that skips the slack and the seal, or writes the same bytes; a read;
//! anything that is done to a block that is never freed. A second free of a large block, or of one whose
//! span is gone, is found, but as a free of what is no block.
//!
//! # Cost
//!
//! 8 bytes for each block, which may lead to the next class. An allocation reads its slot, writes the
//! slack and the seal; a free reads the slack, writes the slot, and does two atomic operations on the
//! span that a magazine does once for many blocks. No lock is added. A pair of 64 bytes takes 50 ns in
//! place of 6, one of 32 KiB, which is written and read as a whole, about 1 µs.
//! `cargo bench -p reference-alloc -- --allocators floor,ours,ours-detect` prints it.
//!
//! Source: mimalloc `src/free.c` `mi_check_padding`, `src/alloc.c` `MI_PADDING`; Go
//! `runtime/mheap.go` `clobberfree`.

use crate::alloc::{Heap, class_of_layout};
use crate::error::{Misuse, MisuseKind};
use crate::mcache::Mcache;
use crate::mcentral::Emptied;
use crate::os::{self, Os};
use crate::size_class::{Class, MAX_SMALL};
use crate::span::{Span, SpanState};
use crate::sync::{AtomicU64, Ordering};
use crate::units::{Addr, Pages};
use std::ptr::{self, NonNull};

/// What a byte of a free slot is. Eight of them are no address that a program can have.
pub const POISON: u8 = 0xdf;
/// What a byte is between the end of a block and its seal.
pub const SLACK: u8 = 0xfd;
/// Bytes of a seal.
pub const SEAL_BYTES: usize = size_of::<u64>();

/// The seal of a slot that is free.
const POISONED: u64 = u64::from_ne_bytes([POISON; SEAL_BYTES]);
/// Bits of a seal for the size; the rest is log2 of the alignment.
const SIZE_BITS: u32 = 58;
/// Any odd number whose bits look random.
const MIX: u64 = 0x9e37_79b9_7f4a_7c15;
/// Its inverse: their product is 1. Each step of Newton's doubles the bits that are right, from 3 on.
const UNMIX: u64 = {
    let mut inverse = MIX;
    let mut right = 3;
    while right < 64 {
        inverse = inverse.wrapping_mul(2_u64.wrapping_sub(MIX.wrapping_mul(inverse)));
        right *= 2;
    }
    assert!(MIX.wrapping_mul(inverse) == 1);
    inverse
};

/// A heap, looked after. Either all calls go through one of these, with one secret, or none.
pub struct Detect<'h, O: Os> {
    heap: &'h Heap<O>,
    /// Makes seals that no accident makes.
    secret: u64,
}

/// What a caller asked for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Asked {
    /// Bytes.
    pub bytes: usize,
    /// Alignment, a power of two in bytes.
    pub align: usize,
}

/// A live block that was found whole.
struct Found {
    at: Addr,
    span: &'static Span,
    slot: usize,
    asked: Asked,
    /// As it was read.
    seal: u64,
}

impl Asked {
    /// Bytes with the seal, and the class for them, `None` if that is large. `None` if no block can
    /// have so many. What a class serves without a seal one serves with it: the largest slot is 8 bytes
    /// larger than the largest request.
    #[inline]
    fn room(self) -> Option<(usize, Option<u8>)> {
        let room = self.bytes.checked_add(SEAL_BYTES)?;
        let class = if room <= MAX_SMALL {
            class_of_layout(room, self.align)
        } else {
            Class::aligned(room, self.align).map(|class| class.0)
        };
        Some((room, class))
    }

    /// Whether that is what a block in `span` has.
    #[inline]
    fn fits(self, span: &Span) -> bool {
        match self.room() {
            Some((room, None)) => {
                span.class().class() == Class::LARGE && Pages::for_bytes(room) == Some(span.pages())
            }
            Some((_, Some(class))) => span.class().class() == Class(class),
            None => false,
        }
    }
}

impl Found {
    /// One past the seal.
    fn end(&self) -> Addr {
        self.at + self.span.elem_bytes()
    }
}

impl<'h, O: Os> Detect<'h, O> {
    /// Looks after `heap`. All who do must know the same `secret`.
    #[inline]
    pub fn new(heap: &'h Heap<O>, secret: u64) -> Detect<'h, O> {
        Detect { heap, secret }
    }

    /// A block as `asked`. With `zeroed` it reads zero; else it need not. `None` if the request is
    /// too large, or the system has no memory.
    ///
    /// # Errors
    /// If somebody wrote to the slot while it was free.
    ///
    /// # Safety
    /// The caller owns the cache, which is open.
    pub unsafe fn alloc(
        &self,
        cache: &Mcache,
        asked: Asked,
        zeroed: bool,
    ) -> Result<Option<NonNull<u8>>, Misuse> {
        let Some((_, Some(class))) = asked.room() else {
            return Ok(self.alloc_large(asked, zeroed));
        };
        let enter = |span: &'static Span| {
            // Nobody has a block of it. A thread that has freed one and is about to count that has
            // poisoned it before.
            if span.alloc_count() == 0 {
                span.set_need_zero();
                fill(span.base(), span.limit(), POISON);
            }
        };
        // SAFETY: the caller's.
        let Ok(at) = (unsafe { cache.take_one(Class(class), &self.heap.central, enter) }) else {
            return Ok(None);
        };
        let end = at + Class(class).bytes();
        if !is_filled(at, end, POISON) {
            return Err(Misuse { kind: MisuseKind::WrittenAfterFree, address: at });
        }
        if zeroed {
            fill(at, at + asked.bytes, 0);
        }
        self.seal(at, end, asked);
        Ok(NonNull::new(os::pointer(at)))
    }

    /// The same for a block that is large, or larger than anything.
    #[cold]
    pub fn alloc_large(&self, asked: Asked, zeroed: bool) -> Option<NonNull<u8>> {
        let (room, _) = asked.room()?;
        let block = self.heap.alloc_large(room, asked.align, zeroed).ok()?;
        let at = Addr(block.addr().get());
        self.seal(at, at + Pages::for_bytes(room)?.bytes(), asked);
        Some(block)
    }

    /// Takes the block at `at`, whose layout the caller has `told`, or not; through `cache`, or past
    /// all counts if there is no memory even for a cache.
    ///
    /// # Errors
    /// If there is no such block, it is free, it was written past its end, or is another one than
    /// told.
    ///
    /// # Safety
    /// The caller owns the cache, which is open.
    pub unsafe fn free(
        &self,
        cache: Option<&Mcache>,
        at: Addr,
        told: Option<Asked>,
    ) -> Result<(), Misuse> {
        let found = self.find_as(at, told)?;
        let (span, slot) = (found.span, found.slot);
        let double = Err(Misuse { kind: MisuseKind::DoubleFree, address: at });
        // Acquire and release: what other threads did to the block comes before its poison.
        let first = seal_of(found.end()).compare_exchange(
            found.seal,
            POISONED,
            Ordering::AcqRel,
            Ordering::Relaxed,
        );
        if first.is_err() {
            return double;
        }
        if span.class().class() == Class::LARGE {
            return self.heap.free_large(at);
        }
        // The last word is poison by now, and a second free may be looking at it.
        fill(at, Addr(found.end().0 - SEAL_BYTES), POISON);
        if span.set_freed(slot / 64, 1 << (slot % 64)) != 0 {
            return double;
        }
        let central = &self.heap.central;
        if let Some(cache) = cache {
            // SAFETY: the caller's, and the bit was set just now.
            unsafe { cache.free_one(span, central) };
        } else {
            let mut emptied = Emptied::new();
            central.see_to(span, 1, &mut emptied);
            emptied.flush(&central.heap);
        }
        Ok(())
    }

    /// The bytes that may be used of the block at `at`: as many as were asked for.
    ///
    /// # Errors
    /// As [`Detect::free`].
    pub fn usable(&self, at: Addr) -> Result<usize, Misuse> {
        Ok(self.find(at)?.asked.bytes)
    }

    /// Makes a block be as if it was `asked` for where it stands. False if it must move.
    ///
    /// # Errors
    /// As [`Detect::free`].
    pub fn resize(&self, at: Addr, told: Option<Asked>, asked: Asked) -> Result<bool, Misuse> {
        let found = self.find_as(at, told)?;
        let stays = at.is_aligned(asked.align)
            && match asked.room() {
                Some((_, Some(class))) => found.span.class().class() == Class(class),
                Some((room, None)) => {
                    found.span.class().class() == Class::LARGE
                        && self.heap.resize_large(found.span, room)
                }
                None => false,
            };
        if stays {
            self.seal(at, found.end(), asked);
        }
        Ok(stays)
    }

    /// [`Detect::find`], and held against what the caller says of it.
    #[inline]
    fn find_as(&self, at: Addr, told: Option<Asked>) -> Result<Found, Misuse> {
        let found = self.find(at)?;
        match told {
            Some(told) if told != found.asked => {
                Err(Misuse { kind: MisuseKind::WrongLayout, address: at })
            }
            _ => Ok(found),
        }
    }

    /// The live and whole block at `at`.
    fn find(&self, at: Addr) -> Result<Found, Misuse> {
        let wrong = |kind| Err(Misuse { kind, address: at });
        let arenas = &self.heap.central.heap.pages.arenas;
        let Some(span) = arenas.span_at(at.0).filter(|span| span.state() == SpanState::InUse)
        else {
            return wrong(MisuseKind::NotABlock);
        };
        let Some(slot) = span.slot_starting_at(at) else { return wrong(MisuseKind::NotABlock) };
        // A struct that starts another life meanwhile, by misuse of the last one, says anything.
        let last = at.0.wrapping_add(span.elem_bytes()).wrapping_sub(SEAL_BYTES);
        if !arenas.span_at(last).is_some_and(|same| ptr::eq(same, span)) {
            return wrong(MisuseKind::NotABlock);
        }
        let end = Addr(last + SEAL_BYTES);
        // Acquire: what others wrote to the block when they resized it.
        let seal = seal_of(end).load(Ordering::Acquire);
        if seal == POISONED || !span.is_allocated(slot) {
            return wrong(MisuseKind::DoubleFree);
        }
        let found = Found { at, span, slot, asked: self.unsealed(at, seal), seal };
        let whole = found.asked.fits(span)
            && is_filled(at + found.asked.bytes, Addr(last), SLACK)
            && at.is_aligned(found.asked.align);
        if whole { Ok(found) } else { wrong(MisuseKind::WrittenPastEnd) }
    }

    /// What a seal at `at` is xored with.
    #[inline]
    fn key(&self, at: Addr) -> u64 {
        (at.0 as u64).wrapping_mul(MIX) ^ self.secret
    }

    /// Fills the slack and writes the seal of the block in `[at, end)`.
    #[inline]
    fn seal(&self, at: Addr, end: Addr, asked: Asked) {
        fill(at + asked.bytes, Addr(end.0 - SEAL_BYTES), SLACK);
        let plain = u64::from(asked.align.trailing_zeros()) << SIZE_BITS | asked.bytes as u64;
        let folded = fold(plain ^ self.key(at));
        seal_of(end).store(fold(folded.wrapping_mul(MIX)), Ordering::Release);
    }

    /// What a seal says, which need not make sense.
    #[inline]
    fn unsealed(&self, at: Addr, seal: u64) -> Asked {
        let plain = fold(fold(seal).wrapping_mul(UNMIX)) ^ self.key(at);
        Asked { bytes: (plain & ((1 << SIZE_BITS) - 1)) as usize, align: 1 << (plain >> SIZE_BITS) }
    }
}

/// The upper half takes part in the lower one, which a multiplication then spreads. Its own inverse.
#[inline]
fn fold(word: u64) -> u64 {
    word ^ word >> 32
}

/// The seal of the block that ends at `end`, a multiple of 8 above which memory of the heap lies.
#[inline]
fn seal_of(end: Addr) -> &'static AtomicU64 {
    let place = os::pointer::<u64>(Addr(end.0 - SEAL_BYTES));
    // SAFETY: the callers have taken the slot, or seen that its last word lies in a span, whose
    // memory may be read and written and is never unmapped. Slots and pages end at multiples of 8.
    unsafe { AtomicU64::from_ptr(place) }
}

/// Sets all bytes in `[from, to)`, which belong to a slot that the caller has taken or claimed.
#[inline]
fn fill(from: Addr, to: Addr, byte: u8) {
    // SAFETY: memory of a slot in use, which no correct program touches here: it is no part of a
    // block, or not any more, or not yet.
    unsafe { ptr::write_bytes(os::pointer::<u8>(from), byte, to.offset_from(from)) };
}

/// Whether all bytes in `[from, to)` are `byte`. They end at a multiple of 8, and belong to a slot.
#[inline]
fn is_filled(from: Addr, to: Addr, byte: u8) -> bool {
    let words_from = from.0.next_multiple_of(8).min(to.0);
    // SAFETY: memory of the heap, never unmapped, and aligned from there on. Whoever writes to it
    // meanwhile misuses it.
    let (bytes, words) = unsafe {
        let first = os::pointer::<u8>(from).cast_const();
        let bytes = std::slice::from_raw_parts(first, words_from - from.0);
        let first = os::pointer::<u64>(Addr(words_from)).cast_const();
        (bytes, std::slice::from_raw_parts(first, (to.0 - words_from) / 8))
    };
    let word = u64::from_ne_bytes([byte; 8]);
    // Without a way out in the middle, so that the loop takes many words at once.
    bytes.iter().all(|&is| is == byte) && words.iter().fold(0, |sum, &is| sum | (is ^ word)) == 0
}
