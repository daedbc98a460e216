//! A process on [`HardenedAlloc`]: this one, which does nothing wrong, and children that do.
#![cfg(all(unix, not(loom), not(miri)))]

use reference_alloc::global::HardenedAlloc;
use std::alloc::{GlobalAlloc, Layout};
use std::hint::black_box;
use std::os::unix::process::ExitStatusExt;
use std::process::{Command, Output};

#[global_allocator]
static HEAP: HardenedAlloc = HardenedAlloc;

/// Says which misuse a child is to do.
const CASE: &str = "HARDENED_CASE";

fn layout(bytes: usize, align: usize) -> Layout {
    Layout::from_size_align(bytes, align).unwrap()
}

/// A test of its own for the children, and none otherwise.
#[test]
fn child() {
    let Ok(case) = std::env::var(CASE) else { return };
    let of_100 = layout(100, 8);
    // SAFETY: none for what follows: this process is there to be ended.
    unsafe {
        let block = black_box(HEAP.alloc(of_100));
        let _kept = black_box(HEAP.alloc(of_100));
        match &*case {
            "double" => {
                HEAP.dealloc(block, of_100);
                HEAP.dealloc(black_box(block), of_100);
            }
            "inside" => HEAP.dealloc(block.add(8), of_100),
            "size" => HEAP.dealloc(block, layout(101, 8)),
            "align" => HEAP.dealloc(block, layout(100, 4)),
            "realloc" => {
                HEAP.realloc(block, layout(5000, 8), 6000);
            }
            "realloc in place" => {
                HEAP.realloc(block, layout(101, 8), 100);
            }
            "past" => {
                block.add(100).write_volatile(0);
                HEAP.dealloc(block, of_100);
            }
            "past, realloc" => {
                block.add(100).write_volatile(0);
                HEAP.realloc(block, of_100, 101);
            }
            "late" => {
                HEAP.dealloc(block, of_100);
                block.add(50).write_volatile(0);
                for _ in 0..1000 {
                    black_box(HEAP.alloc(of_100));
                }
            }
            _ => unreachable!("{case}"),
        }
    }
}

fn child_of(case: &str) -> Output {
    Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "child", "--nocapture"])
        .env(CASE, case)
        .output()
        .unwrap()
}

#[test]
fn misuse_ends_the_process_with_a_line_that_names_it() {
    for (case, words) in [
        ("double", "double free of 0x"),
        ("inside", "free of what is no block: 0x"),
        ("size", "free with the wrong layout of 0x"),
        ("align", "free with the wrong layout of 0x"),
        ("realloc", "free with the wrong layout of 0x"),
        ("realloc in place", "free with the wrong layout of 0x"),
        ("past", "a write past the end of 0x"),
        ("past, realloc", "a write past the end of 0x"),
        ("late", "a write after the free of 0x"),
    ] {
        let ended = child_of(case);
        let said = String::from_utf8_lossy(&ended.stderr);
        assert_eq!(ended.status.signal(), Some(libc::SIGABRT), "{case}: {said}");
        let line = format!("reference-alloc: {words}");
        assert_eq!(
            said.lines().filter(|said| said.starts_with(&line)).count(),
            1,
            "{case}: {said}"
        );
    }
}

#[test]
fn a_program_without_fault_runs_with_threads_that_free_each_others_blocks() {
    let words: Vec<String> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..8)
            .map(|n| {
                scope.spawn(move || (0..2000).map(|i| "x".repeat((i * 7 + n) % 600)).collect())
            })
            .collect();
        threads.into_iter().flat_map(|thread| -> Vec<String> { thread.join().unwrap() }).collect()
    });
    assert_eq!(words.len(), 16_000);
    let mut grown = Vec::new();
    for word in &words {
        grown.extend_from_slice(word.as_bytes());
    }
    assert!(grown.len() > 4_000_000 && grown.iter().all(|&byte| byte == b'x'));
    grown.truncate(10);
    grown.shrink_to_fit();
    assert_eq!(grown, [b'x'; 10]);
    assert_eq!(vec![0_u64; 5000].iter().sum::<u64>(), 0);
}

#[test]
fn a_block_freed_when_its_thread_ends_is_taken_back() {
    struct AtEnd(#[expect(dead_code, reason = "dropped, late")] Vec<u8>);
    thread_local!(static LATE: std::cell::RefCell<Vec<AtEnd>> = const { std::cell::RefCell::new(Vec::new()) });
    for _ in 0..50 {
        std::thread::spawn(|| {
            LATE.with_borrow_mut(|late| late.extend((1..100).map(|n| AtEnd(vec![1; n * 10]))));
        })
        .join()
        .unwrap();
    }
}
