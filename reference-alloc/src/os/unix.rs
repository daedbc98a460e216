//! Linux and its relatives: `mmap`, `mprotect`, `madvise`.
//!
//! Source: Go `runtime/mem_linux.go`.

use super::Os;
use crate::error::OutOfMemory;
use crate::sync::{AtomicUsize, Ordering};
use crate::units::{ARENA_BYTES, Addr};
use std::ptr;

/// The system that this process runs on.
#[derive(Debug)]
pub struct Unix {
    /// Bytes of a page, or 0 before the first question.
    page: AtomicUsize,
}

/// Bytes of a huge page on the processors that we know; where they are larger, nothing breaks.
const HUGE: usize = 2 << 20;

impl Unix {
    /// The system. Asks it nothing yet.
    pub const fn new() -> Unix {
        Unix { page: AtomicUsize::new(0) }
    }

    /// A number that nobody can know before the process starts, and that is another one in each.
    pub fn random(&self) -> u64 {
        // The kernel gives every program 16 random bytes; the C library uses them too, so they are
        // mixed. Without them the places of stack and code must do, and the time.
        let somewhere = 0_u8;
        // SAFETY: a question.
        let given = keeping_errno(|| unsafe { libc::getauxval(libc::AT_RANDOM) }) as usize;
        let (first, second) = if given == 0 {
            (self.now(), (ptr::from_ref(&somewhere).addr() ^ ptr::from_ref(self).addr()) as u64)
        } else {
            // SAFETY: 16 bytes of the kernel's that stay for ever.
            unsafe { ptr::with_exposed_provenance::<[u64; 2]>(given).read_unaligned() }.into()
        };
        let mixed = (first ^ second.rotate_left(23)).wrapping_mul(0xff51_afd7_ed55_8ccd);
        mixed ^ mixed >> 32
    }

    /// Maps `bytes` nobody may touch, at `hint` or anywhere.
    fn map(hint: Addr, bytes: usize) -> Option<Addr> {
        let flags = libc::MAP_PRIVATE | libc::MAP_ANONYMOUS | libc::MAP_NORESERVE;
        // SAFETY: a new mapping without MAP_FIXED touches no other one, hint or not.
        let at = unsafe {
            libc::mmap(ptr::without_provenance_mut(hint.0), bytes, libc::PROT_NONE, flags, -1, 0)
        };
        (at != libc::MAP_FAILED).then(|| Addr(at.expose_provenance()))
    }

    /// Unmaps what `map` mapped.
    ///
    /// # Safety
    /// Nobody uses it.
    unsafe fn unmap(at: Addr, bytes: usize) {
        if bytes > 0 {
            // SAFETY: the caller's.
            unsafe { libc::munmap(ptr::without_provenance_mut(at.0), bytes) };
        }
    }

    /// Allows access to memory that this heap reserved.
    fn allow(at: Addr, bytes: usize, access: i32) -> Result<(), OutOfMemory> {
        // SAFETY: memory of this heap; more rights harm nobody.
        let failed = keeping_errno(|| unsafe {
            libc::mprotect(ptr::with_exposed_provenance_mut(at.0), bytes, access)
        });
        if failed == 0 { Ok(()) } else { Err(OutOfMemory) }
    }

    /// Maps enough to cut an aligned piece out of it, and cuts.
    fn map_aligned(bytes: usize, align: usize) -> Option<Addr> {
        let slack = align - align.min(4096);
        let start = Unix::map(Addr(0), bytes.checked_add(slack)?)?;
        let at = start.align_up(align)?;
        let before = at.offset_from(start);
        // SAFETY: the two ends were mapped just now, and nobody knows of them.
        unsafe {
            Unix::unmap(start, before);
            Unix::unmap(at + bytes, slack - before);
        }
        Some(at)
    }
}

impl Default for Unix {
    fn default() -> Unix {
        Unix::new()
    }
}

/// Runs `call` and puts `errno` back: POSIX asks that `free` leaves it alone, and callers of
/// `malloc` should see ENOMEM, not what a hint that failed has left.
fn keeping_errno<T>(call: impl FnOnce() -> T) -> T {
    // SAFETY: the location of errno is valid for the life of the thread.
    let (place, before) = unsafe {
        let place = libc::__errno_location();
        (place, *place)
    };
    let answer = call();
    // SAFETY: as above.
    unsafe { *place = before };
    answer
}

// SAFETY: 1. a mapping is new. 2. `commit` allows reads and writes, and the address was exposed by
// `map`. 3. anonymous memory reads zero, and after MADV_DONTNEED again. 4. system calls allocate
// nothing here, and errno is put back.
unsafe impl Os for Unix {
    fn page_bytes(&self) -> usize {
        let known = self.page.load(Ordering::Relaxed);
        if known != 0 {
            return known;
        }
        // SAFETY: a question.
        let asked = unsafe { libc::sysconf(libc::_SC_PAGESIZE) };
        let page = usize::try_from(asked).unwrap_or(4096).max(4096);
        self.page.store(page, Ordering::Relaxed);
        page
    }

    fn huge_page_bytes(&self) -> usize {
        HUGE
    }

    fn decommit_zeroes(&self) -> bool {
        true
    }

    fn now(&self) -> u64 {
        let mut time = libc::timespec { tv_sec: 0, tv_nsec: 0 };
        // SAFETY: the place is valid. The clock exists on every system that this is built for.
        keeping_errno(|| unsafe { libc::clock_gettime(libc::CLOCK_MONOTONIC, &raw mut time) });
        time.tv_sec as u64 * 1_000_000_000 + time.tv_nsec as u64
    }

    /// An address that is easy to tell from a pointer to anything else in a dump, moved by some bits
    /// of the stack's random place: hint and noise as Go has them.
    fn first_hint(&self) -> Addr {
        let somewhere = 0_u8;
        let noise = ptr::from_ref(&somewhere).addr() >> 12 & 0x7f;
        Addr(0x00c0_0000_0000 + noise * ARENA_BYTES)
    }

    fn reserve(&self, hint: Addr, bytes: usize, align: usize) -> Option<Addr> {
        keeping_errno(|| {
            let first = Unix::map(hint, bytes);
            match first {
                Some(at) if at.is_aligned(align) => first,
                Some(at) => {
                    // SAFETY: it was mapped just now.
                    unsafe { Unix::unmap(at, bytes) };
                    Unix::map_aligned(bytes, align)
                }
                None => None,
            }
        })
    }

    fn blank(&self, at: Addr, bytes: usize) -> Result<(), OutOfMemory> {
        Unix::allow(at, bytes, libc::PROT_READ)
    }

    fn commit(&self, at: Addr, bytes: usize) -> Result<(), OutOfMemory> {
        Unix::allow(at, bytes, libc::PROT_READ | libc::PROT_WRITE)
    }

    fn decommit(&self, at: Addr, bytes: usize) {
        // SAFETY: nobody uses the memory, as the trait asks. A refusal (memory locked by mlock)
        // leaves it as it was; then it may hold old bytes, so they are cleared.
        keeping_errno(|| unsafe {
            let memory = ptr::with_exposed_provenance_mut::<libc::c_void>(at.0);
            if libc::madvise(memory, bytes, libc::MADV_DONTNEED) != 0 {
                ptr::write_bytes(memory.cast::<u8>(), 0, bytes);
            }
        });
    }

    unsafe fn release(&self, at: Addr, bytes: usize) {
        // SAFETY: the caller's.
        keeping_errno(|| unsafe { Unix::unmap(at, bytes) });
    }

    fn advise_huge(&self, at: Addr, bytes: usize, wanted: bool) {
        let advice = if wanted { libc::MADV_HUGEPAGE } else { libc::MADV_NOHUGEPAGE };
        // SAFETY: advice changes no contents. Kernels without huge pages refuse it, which is fine.
        keeping_errno(|| unsafe {
            libc::madvise(ptr::with_exposed_provenance_mut(at.0), bytes, advice)
        });
    }
}
