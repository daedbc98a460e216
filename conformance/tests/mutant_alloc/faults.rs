//! Each mutant does what it says, and the right allocator does not.
//!
//! An observation answers "does the fault show?" with a few calls that are made for the fault. It
//! runs in a child of its own, because some faults show in how the process ends.

use crate::calls::{Calls, DIRT, all, bytes, errno_of, mapped};
use crate::child::{self, End};
use crate::scenes::{
    any_overlap, first_calls, fork_hangs, late_calls, late_writes_show, on_thread, remote_churn,
};
use conformance::mutant::{self, Mutant};
use conformance::target::heap::{Heap, Held};
use std::ptr;

/// What a fault looks like, and what the right allocator does instead.
struct Sight {
    id: &'static str,
    observe: fn(Calls) -> bool,
    mutant: End,
    right: End,
}

const SEEN: End = End::Returned(true);
const UNSEEN: End = End::Returned(false);
const ABORTED: End = End::Signal(libc::SIGABRT);
const SEGFAULT: End = End::Signal(libc::SIGSEGV);

/// A fault that `observe` sees.
const fn seen(id: &'static str, observe: fn(Calls) -> bool) -> Sight {
    Sight { id, observe, mutant: SEEN, right: UNSEEN }
}

/// A fault that ends the process in an unusual way.
const fn fatal(id: &'static str, observe: fn(Calls) -> bool, mutant: End) -> Sight {
    Sight { id, observe, mutant, right: UNSEEN }
}

/// A misuse that the right allocator stops.
const fn unstopped(id: &'static str, observe: fn(Calls) -> bool) -> Sight {
    Sight { id, observe, mutant: SEEN, right: ABORTED }
}

const MEBIBYTE: usize = 1 << 20;

/// Whether `work` leaves more than a mebibyte mapped after a first, uncounted time.
fn grows(mut work: impl FnMut()) -> bool {
    work();
    let before = mapped();
    (0..20).for_each(|_| work());
    mapped() > before + MEBIBYTE
}

/// Whether blocks are counted as in use when none is.
fn in_use_after(work: impl FnOnce()) -> impl FnOnce(Calls) -> bool {
    work();
    |c| c.stats().in_use != 0 || c.stats().mallocs != c.stats().frees
}

const SIGHTS: &[Sight] = &[
    seen("alloc/hands-out-live-block", |c| any_overlap(&c.several(5, |c| c.malloc(100)), 100)),
    seen("alloc/rounds-one-size-down", |c| any_overlap(&c.several(2, |c| c.malloc(17)), 17)),
    seen("alloc/writes-boundary-tag-into-neighbour", |c| {
        let (first, second) = (c.malloc(64), c.dirty(64));
        c.free(first);
        !all(second, 64, DIRT)
    }),
    seen("alloc/shares-zero-size-block", |c| c.malloc(0) == c.malloc(0)),
    seen("alloc/counts-shift-twice", |c| {
        c.several(8, |c| c.memalign(64, 100)).iter().any(|&block| c.usable(block) < 100)
    }),
    seen("alloc/reports-whole-slot", |c| {
        let blocks = c.several(8, |c| c.memalign(64, 100));
        let ends = |block: &*mut u8| block.addr() + c.usable(*block);
        blocks.iter().any(|a| blocks.iter().any(|b| b > a && ends(a) > b.addr()))
    }),
    seen("alloc/mixes-flag-into-usable-size", |c| {
        let (kept, freed) = (c.malloc(64), c.malloc(64));
        let before = c.usable(kept);
        c.free(freed);
        c.usable(kept) != before
    }),
    fatal(
        "alloc/leaves-last-page-out",
        |c| {
            bytes(c.malloc(9 * 4096 + 1), 9 * 4096 + 1)[9 * 4096] = 1;
            false
        },
        SEGFAULT,
    ),
    fatal("alloc/crashes-at-largest-class", |c| c.malloc(16_384).is_null(), SEGFAULT),
    fatal("alloc/hangs-at-page-size", |c| c.malloc(4096).is_null(), End::Hung),
    fatal("alloc/exits-at-span-size", |c| c.malloc(65_536).is_null(), End::Exited(0)),
    seen("alloc/serves-24-bytes-at-8", |c| !c.malloc(24).addr().is_multiple_of(16)),
    seen("alloc/forgets-align-of-small", |c| {
        c.several(8, |c| c.memalign(64, 100)).iter().any(|b| !b.addr().is_multiple_of(64))
    }),
    seen("alloc/moves-over-aligned-unaligned", |c| {
        (0..4).any(|_| {
            let address =
                c.0.offers().has(conformance::capability::Capability::Layout).then(|| {
                    // SAFETY: a power of two; the block is live with this layout.
                    unsafe {
                        let block = c.0.aligned_alloc(64, 64);
                        c.0.realloc(Held { address: block, size: 64, align: 64 }, 200)
                    }
                });
            !address.expect("a Layout heap").addr().is_multiple_of(64)
        })
    }),
    seen("alloc/rounds-bad-align-up", |c| !c.aligned_alloc(3, 10).is_null()),
    seen("alloc/stores-null-on-failure", |c| {
        let before = ptr::dangling_mut();
        c.posix_memalign(before, 3, 10) != (libc::EINVAL, before)
    }),
    seen("alloc/sets-errno-beside-code", |c| {
        errno_of(|| assert_eq!(c.posix_memalign(ptr::dangling_mut(), 3, 10).0, libc::EINVAL)) != 0
    }),
    seen("alloc/skips-clearing-page-sized-slots", |c| {
        c.free(c.dirty(5000));
        !all(c.calloc(1, 5000), 5000, 0)
    }),
    seen("alloc/clears-whole-words-only", |c| {
        c.free(c.dirty(21));
        !all(c.calloc(3, 7), 21, 0)
    }),
    seen("alloc/trusts-slack-of-grown-block", |c| {
        c.free(c.dirty(112));
        let block = c.malloc(100);
        !all(c.grow_zeroed(block, 100, 110).wrapping_add(100), 10, 0)
    }),
    seen("alloc/wraps-product", |c| !c.calloc(1 << 63, 2).is_null()),
    seen("alloc/reads-sizes-signed", |c| !c.malloc(usize::MAX - 100).is_null()),
    seen("alloc/forgets-enomem-on-overflow", |c| {
        errno_of(|| assert!(c.calloc(1 << 63, 2).is_null())) != libc::ENOMEM
    }),
    seen("alloc/trims-live-blocks-on-failure", |c| {
        let block = c.dirty(100);
        assert!(c.malloc(usize::MAX).is_null());
        !all(block, 100, DIRT)
    }),
    seen("alloc/copies-whole-pages-only", |c| !all(c.realloc(c.dirty(5000), 12_000), 5000, DIRT)),
    seen("alloc/copies-from-slot-start", |c| {
        c.several(4, |c| c.memalign(64, 100)).into_iter().any(|block| {
            bytes(block, 100).fill(DIRT);
            !all(c.realloc(block, 1000), 100, DIRT)
        })
    }),
    seen("alloc/frees-block-it-cannot-resize", |c| {
        let block = c.malloc(100);
        assert!(c.realloc(block, usize::MAX).is_null());
        c.malloc(100) == block
    }),
    seen("alloc/checks-size-before-null", |c| c.realloc(ptr::null_mut(), 0).is_null()),
    seen("alloc/refuses-realloc-of-null", |c| c.realloc(ptr::null_mut(), 10).is_null()),
    seen("alloc/keeps-block-resized-to-zero", |c| {
        in_use_after(|| assert!(c.realloc(c.malloc(100), 0).is_null()))(c)
    }),
    seen("alloc/keeps-old-when-block-becomes-large", |c| {
        in_use_after(|| c.free(c.realloc(c.malloc(10_000), 20_000)))(c)
    }),
    seen("alloc/counts-free-of-null", |c| {
        c.free(c.malloc(1));
        in_use_after(|| c.free(ptr::null_mut()))(c)
    }),
    seen("alloc/leaks-errno-of-madvise", |c| {
        let block = c.malloc(100_000);
        errno_of(|| c.free(block)) != 0
    }),
    fatal(
        "alloc/knows-slot-starts-only",
        |c| {
            c.several(4, |c| c.memalign(64, 100)).into_iter().for_each(|block| c.free(block));
            false
        },
        ABORTED,
    ),
    seen("alloc/recomputes-slot-from-told-size", |c| {
        let blocks = c.several(8, |c| c.malloc(24));
        c.free_sized(blocks[3], 24);
        c.malloc(24) != blocks[3]
    }),
    seen("alloc/looks-one-class-up", |c| {
        let blocks = c.several(8, |c| c.malloc(16));
        c.free_within(blocks[1], 16);
        c.malloc(16) != blocks[1]
    }),
    seen("alloc/drops-remote-frees", |c| grows(|| remote_churn(c.0, 20, 1000, 64))),
    seen("alloc/scrubs-after-sending", |c| late_writes_show(c.0, 20_000)),
    seen("alloc/loses-batch-of-remote-frees", |c| grows(|| remote_churn(c.0, 20, 1000, 64))),
    seen("alloc/counts-remote-free-twice", |c| in_use_after(|| remote_churn(c.0, 2, 10, 64))(c)),
    fatal(
        "alloc/follows-cleared-cache-pointer",
        |c| {
            late_calls(c.0);
            false
        },
        SEGFAULT,
    ),
    seen("alloc/drops-late-frees", |c| in_use_after(|| late_calls(c.0))(c)),
    seen("alloc/abandons-cache-of-ended-thread", |c| {
        grows(|| (0..5).for_each(|_| on_thread(c.0, |c| c.free(c.malloc(64)))))
    }),
    seen("alloc/publishes-heap-before-it-is-ready", |c| any_overlap(&first_calls(c.0, 100), 100)),
    seen("alloc/leaves-child-locked", |c| fork_hangs(c.0, 1)),
    seen("alloc/totals-what-is-in-use", |c| {
        let block = c.malloc(100);
        let before = c.stats().total_bytes;
        c.free(block);
        c.stats().total_bytes < before
    }),
    unstopped("alloc/ignores-second-free", |c| {
        let block = c.malloc(100);
        c.free(block);
        c.free(block);
        true
    }),
    unstopped("alloc/rounds-freed-address-down", |c| {
        let block = c.malloc(100);
        c.free(block.wrapping_add(16));
        c.malloc(100) == block
    }),
    unstopped("alloc/follows-raw-link", |c| {
        let mut decoy = [0usize; 64];
        let decoy = decoy.as_mut_ptr_range();
        let block = c.malloc(100);
        c.free(block);
        bytes(block, 64).chunks_mut(8).for_each(|word| {
            word.copy_from_slice(&decoy.start.addr().to_ne_bytes());
        });
        c.several(3, |c| c.malloc(100)).iter().any(|block| decoy.contains(&block.cast()))
    }),
    seen("alloc/leaks-page-per-refill", |c| in_use_after(|| c.free(c.malloc(64)))(c)),
    seen("alloc/forgets-full-spans", |c| {
        grows(|| c.several(5000, |c| c.malloc(64)).into_iter().for_each(|block| c.free(block)))
    }),
    seen("alloc/sets-busy-spans-aside", |c| grows(|| remote_churn(c.0, 20, 1000, 64))),
    seen("alloc/changes-signal-disposition", |c| {
        let disposition = || {
            // SAFETY: all zero bytes are a `sigaction`; the call only reads the disposition.
            unsafe {
                let mut now: libc::sigaction = std::mem::zeroed();
                libc::sigaction(libc::SIGUSR1, ptr::null(), &raw mut now);
                now.sa_sigaction
            }
        };
        let before = disposition();
        c.free(c.malloc(100_000));
        disposition() != before
    }),
    seen("alloc/closes-file-descriptors", |c| {
        // SAFETY: standard error is open; the copy is this test's.
        let descriptor = unsafe { libc::fcntl(libc::STDERR_FILENO, libc::F_DUPFD, 3) };
        c.free(c.malloc(100_000));
        // SAFETY: asks about a descriptor, open or not.
        unsafe { libc::fcntl(descriptor, libc::F_GETFD) == -1 }
    }),
];

fn watch(sight: &Sight, heap: impl Fn() -> Box<dyn Heap>) -> (End, String) {
    let patience = if sight.mutant == End::Hung { 2 } else { 60 };
    child::run(patience, || (sight.observe)(Calls(&*heap())))
}

fn heap_of(mutant: &Mutant) -> Box<dyn Heap> {
    mutant.heap().expect("an allocator")
}

fn right_for(mutant: &Mutant) -> fn() -> Box<dyn Heap> {
    let layout = heap_of(mutant).offers().has(conformance::capability::Capability::Layout);
    if layout { mutant::correct_layout } else { mutant::correct }
}

#[test]
fn every_mutant_shows_its_fault_and_the_right_allocator_does_not() {
    let mut wrong = Vec::new();
    for sight in SIGHTS {
        let mutant = mutant::find(sight.id).unwrap_or_else(|| panic!("no mutant {}", sight.id));
        let found = watch(sight, || heap_of(mutant));
        if found.0 != sight.mutant {
            wrong.push(format!("{}: {found:?}, expected {:?}", sight.id, sight.mutant));
        }
        let found = watch(sight, right_for(mutant));
        if found.0 != sight.right {
            wrong.push(format!("right at {}: {found:?}, expected {:?}", sight.id, sight.right));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_mutant_without_an_inside_has_a_sight() {
    // Those with one show their faults in views, which their witnesses replay.
    let black =
        mutant::all().iter().filter(|m| m.heap().is_some_and(|heap| heap.inside().is_none()));
    let unseen: Vec<_> = black.filter(|m| SIGHTS.iter().all(|sight| sight.id != m.id)).collect();
    assert!(unseen.is_empty(), "{unseen:?}");
}
