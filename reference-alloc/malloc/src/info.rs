//! What the heap says of itself, and giving memory back on demand.

use libc::{c_int, mallinfo as Narrow, mallinfo2 as Wide, size_t};
use reference_alloc::stats::MemStats;
use reference_alloc::thread::{self, HEAP};
use std::fmt::{self, Write};

/// Gives free memory back to the system, all but `pad` bytes. Returns 1 if there was any. Source:
/// `malloc_trim(3)`.
#[unsafe(no_mangle)]
pub(crate) extern "C" fn malloc_trim(pad: size_t) -> c_int {
    thread::flush();
    c_int::from(HEAP.release_all_but(pad) > 0)
}

/// How the heap's figures go into C's words. Source: `mallinfo(3)`.
fn info(stats: &MemStats) -> Wide {
    // SAFETY: numbers only.
    let mut info: Wide = unsafe { std::mem::zeroed() };
    let large = stats.by_size[0];
    info.arena = stats.heap_sys as size_t;
    info.ordblks = (stats.heap_idle / reference_alloc::units::PAGE_BYTES as u64) as size_t;
    info.hblks = (large.mallocs - large.frees) as size_t;
    info.uordblks = stats.heap_alloc as size_t;
    info.fordblks = (stats.heap_sys - stats.heap_alloc) as size_t;
    info.keepcost = (stats.heap_idle - stats.heap_released) as size_t;
    info
}

/// The heap in figures. Source: `mallinfo(3)`.
#[unsafe(no_mangle)]
pub(crate) extern "C" fn mallinfo2() -> Wide {
    info(&HEAP.stats())
}

/// [`mallinfo2`] in fields that are too narrow; what does not fit is cut. Source: `mallinfo(3)`.
#[unsafe(no_mangle)]
pub(crate) extern "C" fn mallinfo() -> Narrow {
    let wide = info(&HEAP.stats());
    // SAFETY: numbers only.
    let mut info: Narrow = unsafe { std::mem::zeroed() };
    info.arena = wide.arena as c_int;
    info.ordblks = wide.ordblks as c_int;
    info.hblks = wide.hblks as c_int;
    info.uordblks = wide.uordblks as c_int;
    info.fordblks = wide.fordblks as c_int;
    info.keepcost = wide.keepcost as c_int;
    info
}

/// Hears wishes about how memory is kept, on which no answer of a correct program depends, and does
/// without them: 1. What would change the bytes of blocks, or is no wish, is refused: 0. Source:
/// `mallopt(3)`.
#[unsafe(no_mangle)]
pub(crate) extern "C" fn mallopt(what: c_int, _value: c_int) -> c_int {
    let heard = matches!(
        what,
        libc::M_MXFAST
            | libc::M_TRIM_THRESHOLD
            | libc::M_TOP_PAD
            | libc::M_MMAP_THRESHOLD
            | libc::M_MMAP_MAX
            | libc::M_CHECK_ACTION
            | libc::M_ARENA_TEST
            | libc::M_ARENA_MAX
    );
    c_int::from(heard)
}

/// Standard error, without a buffer: nothing may be allocated here. The system call is made as such,
/// since by its name in the C library a thread may be cancelled.
struct StandardError;

impl Write for StandardError {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        // SAFETY: the bytes are valid.
        unsafe { libc::syscall(libc::SYS_write, 2, text.as_ptr(), text.len()) };
        Ok(())
    }
}

/// Prints the heap in figures on standard error. Source: `malloc_stats(3)`.
#[unsafe(no_mangle)]
pub(crate) extern "C" fn malloc_stats() {
    // Whoever has closed standard error does not want to read it.
    let _ = write!(StandardError, "{}", HEAP.stats());
}
