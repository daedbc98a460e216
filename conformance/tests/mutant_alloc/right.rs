//! The right allocator where a model of one thread does not reach.

use crate::calls::{Calls, DIRT, all, bytes, errno_of, mapped};
use crate::child::{self, End};
use crate::scenes::{Parcel, first_calls, fork_hangs, late_calls, on_thread, remote_churn};
use conformance::mutant::{correct, correct_layout};
use conformance::target::heap::Held;
use std::sync::atomic::{AtomicU64, Ordering};
use std::{ptr, thread};

/// Runs `body` in a child of its own and expects it to be stopped with one line that begins with
/// `words`.
#[track_caller]
fn assert_stopped(words: &str, body: fn(Calls)) {
    let (end, line) = child::run(30, || {
        body(Calls(&*correct()));
        true
    });
    assert_eq!(end, End::Signal(libc::SIGABRT), "{line}");
    let rest = line.strip_prefix(words).unwrap_or_else(|| panic!("{line:?}, not {words:?}"));
    assert!(rest.starts_with(" 0x") && rest.ends_with('\n') && rest.lines().count() == 1, "{line}");
}

#[test]
fn a_second_free_is_stopped_with_a_line_that_says_so() {
    let twice = [
        |c: Calls| {
            let block = c.malloc(100);
            c.free(block);
            c.free(block);
        },
        |c: Calls| {
            let block = c.memalign(64, 100);
            c.free(block);
            c.free(block);
        },
        |c: Calls| {
            // a, b, a: the block is not at the head of any list.
            let blocks = c.several(20, |c| c.malloc(8000));
            c.free(blocks[0]);
            c.free(blocks[1]);
            c.free(blocks[0]);
        },
        |c: Calls| {
            let block = c.malloc(100);
            let parcel = Parcel(vec![block]);
            on_thread(c.0, move |c| parcel.take().into_iter().for_each(|block| c.free(block)));
            c.free(block);
        },
    ];
    for body in twice {
        assert_stopped("heaplaw small: double free of", body);
    }
}

#[test]
fn a_free_of_what_is_no_block_is_stopped_with_a_line_that_says_so() {
    let invalid = [
        |c: Calls| c.free(c.malloc(100).wrapping_add(16)),
        |c: Calls| c.free(c.malloc(100).wrapping_add(1)),
        |c: Calls| c.free(c.malloc(100_000).wrapping_add(4096)),
        |c: Calls| c.free((&raw const c).cast_mut().cast()),
        |c: Calls| c.free(ptr::without_provenance_mut(usize::MAX)),
        |c: Calls| {
            // A large block that is free is nobody's memory any more.
            let block = c.malloc(100_000);
            c.free(block);
            c.free(block);
        },
    ];
    for body in invalid {
        assert_stopped("heaplaw small: invalid free of", body);
    }
}

#[test]
fn a_freed_block_that_was_written_to_is_stopped_when_its_link_is_followed() {
    assert_stopped("heaplaw small: free list overwritten at", |c| {
        let block = c.malloc(100);
        c.free(block);
        bytes(block, 64).fill(DIRT);
        c.several(2, |c| c.malloc(100));
    });
}

#[test]
fn what_is_refused_is_null_with_enomem_or_einval() {
    let heap = correct();
    let c = Calls(&*heap);
    let refused = |expected: i32, call: &dyn Fn() -> *mut u8| {
        let code = errno_of(|| assert!(call().is_null()));
        assert_eq!(code, expected);
    };
    for size in [usize::MAX, isize::MAX as usize + 1, isize::MAX as usize, 1 << 48] {
        refused(libc::ENOMEM, &|| c.malloc(size));
        refused(libc::ENOMEM, &|| c.calloc(1, size));
        refused(libc::ENOMEM, &|| c.memalign(4096, size));
        let kept = c.dirty(100);
        refused(libc::ENOMEM, &|| c.realloc(kept, size));
        assert!(all(kept, 100, DIRT));
        let before = ptr::dangling_mut();
        let untouched = errno_of(|| {
            assert_eq!(c.posix_memalign(before, 64, size), (libc::ENOMEM, before));
        });
        assert_eq!(untouched, 0);
    }
    refused(libc::ENOMEM, &|| c.calloc(usize::MAX / 2, 3));
    refused(libc::ENOMEM, &|| c.reallocarray(ptr::null_mut(), usize::MAX / 2, 3));
    refused(libc::ENOMEM, &|| c.aligned_alloc(1 << 62, 100));
    for align in [0, 3, 48, usize::MAX] {
        refused(libc::EINVAL, &|| c.aligned_alloc(align, 100));
    }
}

#[test]
fn free_keeps_errno_for_blocks_of_all_kinds() {
    let heap = correct();
    let c = Calls(&*heap);
    for size in [0, 16, 16_384, 16_385, 1 << 20] {
        let block = c.malloc(size);
        assert_eq!(errno_of(|| c.free(block)), 0, "{size} bytes");
    }
    assert_eq!(errno_of(|| c.free(ptr::null_mut())), 0);
}

#[test]
fn every_alignment_up_to_a_mebibyte_is_met_and_resized_away() {
    let heap = correct();
    let c = Calls(&*heap);
    for align in (0..=20).map(|power| 1 << power) {
        for size in [0, 1, 100, 5000, 40_000] {
            let block = c.aligned_alloc(align, size);
            assert_eq!(block.addr() % align, 0, "{size} bytes at {align}");
            bytes(block, size).fill(DIRT);
            let block = c.realloc(block, size + 300);
            assert!(all(block, size, DIRT), "{size} bytes at {align}");
            c.free(block);
        }
    }
    assert_eq!(c.stats().in_use, 0);
}

#[test]
fn the_layout_face_keeps_alignment_when_it_resizes() {
    let heap = correct_layout();
    for size in [64, 200, 3000, 50_000] {
        // SAFETY: a power of two; the block is live with the layout named.
        unsafe {
            let block = heap.aligned_alloc(64, 64);
            let block = heap.realloc(Held { address: block, size: 64, align: 64 }, size);
            assert_eq!(block.addr() % 64, 0, "{size} bytes");
            heap.free(Held { address: block, size, align: 64 });
        }
    }
}

#[test]
fn blocks_that_travel_between_threads_keep_their_contents() {
    let heap = correct();
    // A thread writes its canary into every block, and checks it before it hands the block on.
    thread::scope(|threads| {
        let (mut ends, mut starts): (Vec<_>, Vec<_>) =
            (0..3).map(|_| std::sync::mpsc::channel::<Parcel>()).unzip();
        starts.rotate_left(1);
        let runners: Vec<_> = ends
            .drain(..)
            .zip(starts.drain(..))
            .enumerate()
            .map(|(me, (next, mine))| {
                let heap = &*heap;
                threads.spawn(move || run_canaries(Calls(heap), me as u8, &next, &mine))
            })
            .collect();
        for runner in runners {
            runner.join().expect("no canary died");
        }
    });
    let stats = heap.stats();
    assert_eq!((stats.in_use, stats.mallocs), (0, stats.frees));
}

fn run_canaries(
    c: Calls,
    me: u8,
    next: &std::sync::mpsc::Sender<Parcel>,
    mine: &std::sync::mpsc::Receiver<Parcel>,
) {
    for round in 0..400_usize {
        let size = 16 + round * 37 % 3000;
        let blocks = c.several(20, |c| c.malloc(size));
        for block in &blocks {
            bytes(*block, size).fill(me);
        }
        assert!(blocks.iter().all(|&block| all(block, size, me)), "round {round}");
        next.send(Parcel(blocks)).expect("the next thread receives as often as this one sends");
        for block in mine.recv().expect("the thread before sends as often").take() {
            let canary = bytes(block, 1)[0];
            assert!(all(block, size, canary), "round {round}");
            c.free(block);
        }
    }
}

#[test]
fn the_first_calls_of_many_threads_give_distinct_blocks() {
    for _ in 0..20 {
        let heap = correct();
        let blocks = first_calls(&*heap, 100);
        assert!(!crate::scenes::any_overlap(&blocks, 100));
    }
}

#[test]
fn calls_from_thread_local_destructors_work_and_leak_nothing() {
    let heap = correct();
    (0..50).for_each(|_| late_calls(&*heap));
    let stats = heap.stats();
    assert_eq!((stats.mallocs, stats.frees, stats.in_use), (100, 100, 0));
}

#[test]
fn a_child_of_a_busy_process_can_allocate() {
    let heap = correct();
    assert!(!fork_hangs(&*heap, 20));
}

#[test]
fn repeated_work_of_any_kind_reaches_a_plateau() {
    type Work = fn(Calls);
    let routines: [(&str, Work); 5] = [
        ("filling and emptying", |c| {
            for size in [16, 300, 5000, 30_000] {
                c.several(300, |c| c.malloc(size)).into_iter().for_each(|block| c.free(block));
            }
        }),
        ("one block growing", |c| {
            let mut block = ptr::null_mut();
            (0..18).for_each(|power| block = c.realloc(block, 1 << power));
            assert!(c.realloc(block, 0).is_null());
        }),
        ("threads that come and go", |c| on_thread(c.0, |c| c.free(c.malloc(500)))),
        ("blocks freed elsewhere", |c| remote_churn(c.0, 5, 500, 128)),
        ("late calls", |c| late_calls(c.0)),
    ];
    for (name, work) in routines {
        let (end, words) = child::run(60, || {
            let heap = correct();
            let c = Calls(&*heap);
            (0..10).for_each(|_| work(c));
            let before = mapped();
            (0..100).for_each(|_| work(c));
            let grown = mapped().saturating_sub(before);
            assert!(grown <= 256 << 10, "{grown} bytes");
            c.stats().in_use == 0
        });
        assert_eq!(end, End::Returned(true), "{name}: {words}");
    }
}

#[test]
fn totals_never_fall_while_threads_work() {
    let heap = correct();
    let rounds = AtomicU64::new(0);
    thread::scope(|threads| {
        let worker = threads.spawn(|| {
            for _ in 0..200 {
                remote_churn(&*heap, 1, 50, 100);
                rounds.fetch_add(1, Ordering::Release);
            }
        });
        let mut before = heap.stats();
        while rounds.load(Ordering::Acquire) < 200 && !worker.is_finished() {
            let now = heap.stats();
            assert!(now.mallocs >= before.mallocs && now.frees >= before.frees, "{now:?}");
            assert!(now.total_bytes >= before.total_bytes && now.mallocs >= now.frees, "{now:?}");
            assert!(now.in_use <= 1 << 20, "{now:?}");
            before = now;
        }
        worker.join().expect("no panic");
    });
    assert_eq!((heap.stats().mallocs, heap.stats().in_use), (200 * 50, 0));
}

#[test]
fn a_heap_that_is_dropped_gives_all_its_memory_back() {
    let (end, words) = child::run(60, || {
        let once = || {
            let heap = correct();
            let c = Calls(&*heap);
            assert!([16, 1000, 20_000, 1 << 20].iter().all(|&size| !c.dirty(size).is_null()));
        };
        once();
        let before = mapped();
        (0..200).for_each(|_| once());
        mapped() == before
    });
    assert_eq!(end, End::Returned(true), "{words}");
}

#[test]
fn many_heaps_in_one_process_do_not_know_each_other() {
    let heaps: Vec<_> = (0..40).map(|_| correct()).collect();
    let blocks: Vec<_> = heaps.iter().map(|heap| Calls(&**heap).dirty(100)).collect();
    assert!(blocks.iter().all(|&block| all(block, 100, DIRT)));
    for (heap, block) in heaps.iter().zip(blocks) {
        assert_eq!(heap.stats().mallocs, 1);
        Calls(&**heap).free(block);
    }
}
