//! The front door: blocks of any size and alignment, from and to one thread's cache.
//!
//! Requests of up to 32,760 bytes are *small*: a slot of the smallest class that fits and is aligned
//! enough. Everything else is *large*: a span of its own. A block says by its address which of the two
//! it is, so a free needs no size; one that is told the size finds the class without a look at
//! memory.
//!
//! The heap here knows nothing of the current thread; [`crate::thread`] does.
//!
//! Source: Go `runtime/malloc.go` `mallocgc`, `freegc`.

pub use crate::counts::LargeCounts;
use crate::error::{Misuse, MisuseKind, OutOfMemory};
use crate::kept::DRAINED;
use crate::locked_pages::Core;
use crate::mcache::Mcache;
use crate::mcentral::Mcentral;
use crate::os::{self, Os};
use crate::persistent::Persistent;
use crate::registry::{Entry, Idle, Registry};
use crate::size_class::{Class, MAX_SMALL, Reserve, SIZES_BY_8, SIZES_BY_16, Scan};
use crate::span::{Span, SpanState};
use crate::sync::Guard;
use crate::units::{Addr, PAGE_BYTES, PAGE_SHIFT, Pages};
use std::ptr::{self, NonNull};

/// A heap on `O`. Each thread that uses it attaches, and has a cache until it detaches.
pub struct Heap<O: Os> {
    /// Everything below the caches.
    pub central: Mcentral<O>,
    /// Those of threads, and those that wait for one.
    pub(crate) caches: Registry<Mcache>,
    /// Large blocks, ever.
    pub large: LargeCounts,
}

/// Every lock of a heap, held.
pub struct AllLocks<'a, O: Os> {
    _caches: Guard<'a, Idle<Mcache>>,
    _core: Guard<'a, Core>,
    _persistent: Guard<'a, Persistent>,
    _heap: &'a Heap<O>,
}

/// Alignment of every block that C's `malloc` hands out, in bytes.
pub const C_ALIGN: usize = 16;

/// The class for a request of C's: aligned to 16, whatever the size. `None` if it is large.
/// Upholds `alloc/align/align-fundamental`.
#[inline]
pub fn class_of_c(bytes: usize) -> Option<u8> {
    if bytes <= MAX_SMALL { Some(SIZES_BY_16[(bytes + 15) >> 4]) } else { None }
}

/// The class for a request of Rust's, if one look tells it: `None` if it is large, empty, or aligned to
/// more than 16, for which [`class_of_layout`] is there.
#[inline]
pub fn class_at_once(bytes: usize, align: usize) -> Option<u8> {
    // Of nothing there is no last byte, and the difference is larger than anything that is small.
    let last = bytes.wrapping_sub(1);
    // Rounding up to the alignment sets the last byte's lower bits; those below 8 are cut off anyway.
    (last < MAX_SMALL && align <= C_ALIGN).then(|| SIZES_BY_8[1 + ((last | (align - 1)) >> 3)])
}

/// The class for a request of Rust's. `None` if it is large.
pub fn class_of_layout(bytes: usize, align: usize) -> Option<u8> {
    let bytes = bytes.max(1);
    class_at_once(bytes, align).or_else(|| match bytes {
        ..=MAX_SMALL => Class::aligned(bytes, align).map(|class| class.0),
        _ => None,
    })
}

impl<O: Os> Heap<O> {
    /// An empty heap on `os`.
    pub const fn new(os: O, reserve: Reserve) -> Heap<O> {
        Heap {
            central: Mcentral::new(os, reserve),
            caches: Registry::new(),
            large: LargeCounts::new(),
        }
    }

    /// A cache for the caller, empty and open.
    ///
    /// # Errors
    /// If the system has no memory for one.
    pub fn attach(&self) -> Result<&'static Entry<Mcache>, OutOfMemory> {
        // SAFETY: zero bytes are `Mcache::none()`. That is not written there: it would stand on the
        // stack first, and stacks may be small.
        let open = |place: NonNull<Mcache>| unsafe { place.as_ref() }.open();
        // SAFETY: as above.
        unsafe { self.caches.take_in_place(&self.central.heap.pages, open) }
    }

    /// Takes a cache back, with all that is in it.
    ///
    /// # Errors
    /// If one of the blocks in it was no block, or free already.
    ///
    /// # Safety
    /// The caller owns the cache, and uses it no more.
    pub unsafe fn detach(&self, cache: &'static Entry<Mcache>) -> Result<(), Misuse> {
        // SAFETY: the caller's.
        let done = unsafe { cache.release_all(&self.central) };
        self.caches.give(cache);
        done
    }

    /// Waits for all locks, in their order, and holds them: the heap does not change meanwhile, but
    /// for what threads do in their own magazines.
    pub fn lock_all(&self) -> AllLocks<'_, O> {
        AllLocks {
            _caches: self.caches.lock(),
            _core: self.central.heap.pages.core(),
            _persistent: self.central.heap.pages.persistent(),
            _heap: self,
        }
    }

    /// Gives memory back to the system if there is too much of it and it is time: what a thread that
    /// frees does once in a while, for who wants it done by a thread of its own. Returns the bytes.
    pub fn scavenge_due(&self) -> usize {
        self.central.heap.pages.scavenge_due()
    }

    /// Gives the memory of free pages back to the system until no more than `keep` bytes of it are
    /// left, but for those that threads' caches hold. Returns the bytes. Source: Go
    /// `debug.FreeOSMemory`.
    pub fn release_all_but(&self, keep: usize) -> usize {
        let pages = &self.central.heap.pages;
        let free = {
            let core = pages.core();
            core.pages.free_pages() - core.pages.scavenged_pages()
        };
        pages.scavenge(Pages(free.0.saturating_sub(keep >> PAGE_SHIFT)), true)
    }

    /// A block of a small class.
    ///
    /// # Errors
    /// If the system has no memory.
    ///
    /// # Safety
    /// The caller owns the cache, which is open.
    #[inline]
    pub unsafe fn alloc_small(
        &self,
        cache: &Mcache,
        class: u8,
    ) -> Result<NonNull<u8>, OutOfMemory> {
        let block = match cache.magazine(class).pop() {
            Some(block) => block,
            // SAFETY: the caller's.
            None => unsafe { cache.refill(Class(class), &self.central)? },
        };
        // SAFETY: the address of a slot is never 0.
        Ok(unsafe { NonNull::new_unchecked(os::pointer(block)) })
    }

    /// A block of whole pages for `bytes` at a multiple of `align` (a power of two). With `zeroed`,
    /// it reads zero.
    ///
    /// # Errors
    /// If the request is too large for any address space, or the system has no memory.
    #[cold]
    pub fn alloc_large(
        &self,
        bytes: usize,
        align: usize,
        zeroed: bool,
    ) -> Result<NonNull<u8>, OutOfMemory> {
        if bytes.checked_add(align).is_none_or(|sum| sum > isize::MAX as usize) {
            return Err(OutOfMemory);
        }
        let pages = Pages::for_bytes(bytes.max(1)).ok_or(OutOfMemory)?;
        let span =
            self.central.heap.alloc_large(pages, Pages(align.div_ceil(PAGE_BYTES)), Scan::No)?;
        let mut only = [Addr(0)];
        span.take(&mut only);
        self.large.malloc(pages);
        let block = os::pointer::<u8>(only[0]);
        if zeroed && span.need_zero() {
            // SAFETY: the block is new, and has so many bytes.
            unsafe { ptr::write_bytes(block, 0, bytes) };
        }
        NonNull::new(block).ok_or(OutOfMemory)
    }

    /// `bytes` at a multiple of `align` (a power of two), from `class` if it is small.
    ///
    /// # Errors
    /// If the request is too large, or the system has no memory.
    ///
    /// # Safety
    /// The caller owns the cache, which is open; `class` is what one of the functions above says.
    pub unsafe fn alloc(
        &self,
        cache: &Mcache,
        class: Option<u8>,
        bytes: usize,
        align: usize,
        zeroed: bool,
    ) -> Result<NonNull<u8>, OutOfMemory> {
        let Some(class) = class else { return self.alloc_large(bytes, align, zeroed) };
        // SAFETY: the caller's.
        let block = unsafe { self.alloc_small(cache, class)? };
        if zeroed {
            // SAFETY: the block is new, and no smaller.
            unsafe { block.write_bytes(0, bytes) };
        }
        Ok(block)
    }

    /// Takes a small block of a known class.
    ///
    /// # Errors
    /// If the caller, or an earlier one, freed what was no block or was free.
    ///
    /// # Safety
    /// The caller owns the cache, which is open; `address` is a live block of the class.
    #[inline]
    pub unsafe fn free_small(
        &self,
        cache: &Mcache,
        class: u8,
        address: Addr,
    ) -> Result<(), Misuse> {
        let arenas = &self.central.heap.pages.arenas;
        let drains = class >= DRAINED && arenas.class_at(address.0) == Some(0);
        if drains && let Some(span) = arenas.span_at(address.0) {
            // SAFETY: the caller's.
            let home = unsafe { cache.free_home((address, span), Class(class), &self.central) };
            if let Some(done) = home {
                return done;
            }
        }
        if cache.magazine(class).push(address) {
            return Ok(());
        }
        // SAFETY: the caller's.
        unsafe { cache.flush_for(address, Class(class), &self.central) }
    }

    /// Takes a large block, or finds that it is none.
    ///
    /// # Errors
    /// If there is no such block, or it is free.
    #[cold]
    pub fn free_large(&self, address: Addr) -> Result<(), Misuse> {
        let wrong = |kind| Err(Misuse { kind, address });
        let Some(span) = self.large_span(address) else { return wrong(MisuseKind::NotABlock) };
        let pages = span.pages();
        if span.set_freed(0, 1) != 0 {
            return wrong(MisuseKind::DoubleFree);
        }
        self.large.free(pages);
        self.central.heap.free_spans(&[span]);
        Ok(())
    }

    /// The class of the small block at `address`: as its page says, or else its span. `None` if it is large,
    /// or none.
    #[inline]
    pub fn class_at(&self, address: Addr) -> Option<u8> {
        let arenas = &self.central.heap.pages.arenas;
        arenas
            .class_at(address.0)
            .filter(|&class| class != 0)
            .or_else(|| self.draining_class(address))
    }

    #[cold]
    #[inline(never)]
    fn draining_class(&self, address: Addr) -> Option<u8> {
        let span = self.central.heap.pages.arenas.span_at(address.0)?;
        let plain = span.state() == SpanState::InUse && span.class().scan() == Scan::No;
        Some(span.class().class().0).filter(|&class| plain && class != Class::LARGE.0)
    }

    /// The span of the large block at `address`.
    fn large_span(&self, address: Addr) -> Option<&'static Span> {
        self.central.heap.pages.arenas.span_at(address.0).filter(|span| {
            span.state() == SpanState::InUse
                && span.class().class() == Class::LARGE
                && span.base() == address
        })
    }

    /// Takes any block.
    ///
    /// # Errors
    /// If there is no such block, or it is free, as far as that is seen.
    ///
    /// # Safety
    /// The caller owns the cache, which is open. A small address is a live block.
    pub unsafe fn free(&self, cache: &Mcache, address: Addr) -> Result<(), Misuse> {
        match self.class_at(address) {
            None => self.free_large(address),
            // SAFETY: the caller's.
            Some(class) => unsafe { self.free_small(cache, class, address) },
        }
    }

    /// The bytes that may be used of the block at `address`.
    ///
    /// # Errors
    /// If there is no such block, as far as that is seen.
    pub fn usable(&self, address: Addr) -> Result<usize, Misuse> {
        match self.class_at(address) {
            None => match self.large_span(address) {
                Some(span) => Ok(span.pages().bytes()),
                None => Err(Misuse { kind: MisuseKind::NotABlock, address }),
            },
            Some(class) => Ok(Class(class).bytes()),
        }
    }

    /// Makes a block hold `bytes` where it stands. False if it must move. `class` is what a new block
    /// of `bytes` would have: a small block stays only if it has the same, so that a free which is
    /// told the size finds the class by it.
    ///
    /// # Errors
    /// If there is no such block, as far as that is seen.
    #[inline]
    pub fn resize(&self, address: Addr, class: Option<u8>, bytes: usize) -> Result<bool, Misuse> {
        match self.class_at(address) {
            None => {
                let Some(span) = self.large_span(address) else {
                    return Err(Misuse { kind: MisuseKind::NotABlock, address });
                };
                Ok(class.is_none() && self.resize_large(span, bytes))
            }
            now => Ok(class == now),
        }
    }

    /// Makes the large block in `span` hold `bytes` where it stands. False if it must move.
    pub(crate) fn resize_large(&self, span: &'static Span, bytes: usize) -> bool {
        let Some(pages) = Pages::for_bytes(bytes) else { return false };
        let old = span.pages();
        if !self.central.heap.resize_large(span, pages) {
            return false;
        }
        if pages > old {
            self.large.grew(pages - old);
        } else {
            self.large.shrank(old - pages);
        }
        true
    }
}
