//! Under a limit on addresses, as `ulimit -v` sets it: what the limit leaves can be used.
#![cfg(all(target_os = "linux", not(any(miri, loom))))]

use reference_alloc::alloc::{Heap, class_of_c};
use reference_alloc::os::unix::Unix;
use reference_alloc::size_class::Reserve;

/// Nobody's but a child's, which starts with it as it is here.
static HEAP: Heap<Unix> = Heap::new(Unix::new(), Reserve::Classic);

const MIB: usize = 1 << 20;

/// Bytes of addresses of this process.
fn addresses() -> usize {
    let pages = std::fs::read_to_string("/proc/self/statm").unwrap();
    // SAFETY: a question.
    let page = unsafe { libc::sysconf(libc::_SC_PAGESIZE) } as usize;
    pages.split(' ').next().unwrap().parse::<usize>().unwrap() * page
}

/// MiB that a heap serves in blocks of `bytes`, at most 254, where the process may have `more` bytes of
/// addresses than it has.
fn served(bytes: usize, more: usize) -> usize {
    let most = (addresses() + more) as libc::rlim_t;
    // SAFETY: the child has this thread only. It calls the system, and a heap that nobody else uses.
    unsafe {
        let child = libc::fork();
        if child == 0 {
            let limit = libc::rlimit { rlim_cur: most, rlim_max: most };
            libc::setrlimit(libc::RLIMIT_AS, &raw const limit);
            let Ok(cache) = HEAP.attach() else { libc::_exit(0) };
            let mut blocks = 0;
            while let Ok(block) = HEAP.alloc(cache, class_of_c(bytes), bytes, 8, false) {
                if blocks % 64 == 0 {
                    block.write(1);
                }
                blocks += 1;
            }
            libc::_exit((blocks * bytes / MIB).min(254) as i32);
        }
        let mut status = 0;
        libc::waitpid(child, &raw mut status, 0);
        assert!(libc::WIFEXITED(status), "{more} more: {status:#x}");
        libc::WEXITSTATUS(status) as usize
    }
}

#[test]
fn whatever_the_limit_what_it_leaves_can_be_used() {
    // A table of 16 GiB, two pieces of 4 MiB that were not whole, and all that is small.
    let beside = 19 + 8 + 4;
    // With few structs of spans, and with many. An arena that just fits leaves them a MiB or less.
    for bytes in [16_384, 208] {
        for more in 0..=170 {
            let served = served(bytes, more * MIB);
            assert!(
                served + beside + more / 20 >= more,
                "{served} MiB in blocks of {bytes} where {more} MiB of addresses are left"
            );
        }
    }
}
