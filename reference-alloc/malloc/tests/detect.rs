//! The library with `REFERENCE_MALLOC=harden:detect`, preloaded into children: this file's own binary,
//! which is told what to do wrong.
#![cfg(all(target_os = "linux", not(miri)))]

mod library;

use libc::c_void;
use library::library;
use std::hint::black_box;
use std::os::unix::process::ExitStatusExt;
use std::process::{Command, Output};
use std::ptr;

/// Says what a child is to do, and with how many bytes or which address.
const CASE: &str = "DETECT_CASE";
const NUMBER: &str = "DETECT_NUMBER";

unsafe extern "C" {
    fn dlsym(handle: *mut c_void, name: *const libc::c_char) -> *mut c_void;
}

/// C23's names, which the C library may not have.
fn sized(name: &std::ffi::CStr) -> *mut c_void {
    // SAFETY: a question.
    let found = unsafe { dlsym(libc::RTLD_DEFAULT, name.as_ptr()) };
    assert!(!found.is_null(), "the library is not preloaded");
    found
}

fn free_sized(block: *mut c_void, bytes: usize) {
    // SAFETY: the type is C23's. What it is called with is the case's.
    unsafe {
        let found = std::mem::transmute::<*mut c_void, extern "C" fn(*mut c_void, usize)>(sized(
            c"free_sized",
        ));
        found(block, bytes);
    }
}

fn free_aligned_sized(block: *mut c_void, align: usize, bytes: usize) {
    // SAFETY: as above.
    unsafe {
        let found = std::mem::transmute::<*mut c_void, extern "C" fn(*mut c_void, usize, usize)>(
            sized(c"free_aligned_sized"),
        );
        found(block, align, bytes);
    }
}

fn write(block: *mut c_void, offset: usize, byte: u8) {
    // SAFETY: none where a case is a misuse.
    unsafe { black_box(block).cast::<u8>().add(offset).write_volatile(byte) };
}

/// Writes past the end of a block. What is there is no constant: one time in 256 a seal begins with any
/// byte that one could choose, and to write what is there already is no fault that shows.
fn write_past(block: *mut c_void, offset: usize) {
    // SAFETY: none for writing; the byte lies in the slot.
    let was = unsafe { black_box(block).cast::<u8>().add(offset).read_volatile() };
    write(block, offset, !was);
}

/// A test of its own for the children, and none otherwise.
#[test]
fn child() {
    let Ok(case) = std::env::var(CASE) else { return };
    let n: usize = std::env::var(NUMBER).unwrap().parse().unwrap();
    // SAFETY: none for the misuses: this process is there to be ended. The others are correct.
    unsafe {
        let malloc = |bytes| black_box(libc::malloc(black_box(bytes)));
        let free = |block| libc::free(black_box(block));
        match &*case {
            "right" => right(),
            "fork" => fork(),
            "double" => {
                let (block, _kept) = (malloc(n), malloc(n));
                free(block);
                free(block);
            }
            "double, far" => {
                let (block, _kept) = (malloc(n).addr(), malloc(n));
                let freed = std::thread::spawn(move || {
                    libc::free(ptr::with_exposed_provenance_mut(block));
                });
                freed.join().unwrap();
                free(ptr::with_exposed_provenance_mut(block));
            }
            "inside" => free(malloc(n).byte_add(16)),
            "address" => free(ptr::without_provenance_mut(n)),
            "usable" => {
                black_box(libc::malloc_usable_size(ptr::without_provenance_mut(n)));
            }
            "stack" => free((&raw const n).cast_mut().cast()),
            "past" => {
                let block = malloc(n);
                write_past(block, n);
                free(block);
            }
            "past, realloc" => {
                let block = malloc(n);
                write_past(block, n);
                black_box(libc::realloc(block, 2 * n));
            }
            "past, aligned" => {
                let block = black_box(libc::aligned_alloc(256, black_box(n)));
                write_past(block, n);
                free(block);
            }
            "late" => {
                let block = malloc(n);
                free(block);
                write(block, n / 2, 0);
                for _ in 0..10_000 {
                    malloc(n);
                }
            }
            "size" => free_sized(malloc(n), n + 1),
            "align" => {
                let block = black_box(libc::aligned_alloc(64, black_box(n)));
                free_aligned_sized(block, 128, n);
            }
            _ => unreachable!("{case}"),
        }
    }
}

/// Nothing of this is wrong.
fn right() {
    let near = |size: usize| size.saturating_sub(20)..size + 20;
    let sizes = (0..600).chain([1024, 8192, 32_768, 40_960, 65_536].into_iter().flat_map(near));
    for n in sizes {
        // SAFETY: each block is used within its size, and freed once.
        unsafe {
            let block = libc::malloc(n);
            assert_eq!(libc::malloc_usable_size(block), n);
            block.write_bytes(1, n);
            let block = libc::realloc(block, n + 1);
            block.write_bytes(2, n + 1);
            let block = libc::realloc(block, 3 * n + 1);
            assert!((0..=n).all(|i| *block.cast::<u8>().add(i) == 2));
            free_sized(block, 3 * n + 1);
            let zero = libc::calloc(1, n);
            assert!((0..n).all(|i| *zero.cast::<u8>().add(i) == 0));
            libc::free(zero);
            for align in [1, 16, 64, 4096, 16_384] {
                let block = libc::aligned_alloc(align, n);
                assert!(block.addr().is_multiple_of(align));
                block.write_bytes(3, n);
                free_aligned_sized(block, align, n);
                let block = libc::realloc(libc::memalign(align, n), n + 5);
                free_sized(block, n + 5);
            }
        }
    }
    let threads: Vec<_> = (0..8_usize)
        .map(|n| std::thread::spawn(move || (0..500).map(|i| vec![n; i]).collect::<Vec<_>>()))
        .collect();
    for (n, thread) in threads.into_iter().enumerate() {
        let blocks = thread.join().unwrap();
        assert!(blocks.iter().flatten().all(|&word| word == n));
    }
}

/// Children of a process with busy threads allocate, and free what they were born with.
fn fork() {
    let stop = &std::sync::atomic::AtomicBool::new(false);
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                while !stop.load(std::sync::atomic::Ordering::Relaxed) {
                    drop(black_box(vec![1_u8; 5000]));
                }
            });
        }
        for _ in 0..50 {
            let inherited = black_box(vec![1_u8; 1000]);
            // SAFETY: the child calls malloc, free and _exit only.
            let child = unsafe { libc::fork() };
            if child == 0 {
                drop(inherited);
                drop(black_box(vec![2_u8; 100_000]));
                // SAFETY: always.
                unsafe { libc::_exit(0) };
            }
            let mut status = 0;
            // SAFETY: the place is valid.
            unsafe { libc::waitpid(child, &raw mut status, 0) };
            assert_eq!(status, 0);
        }
        stop.store(true, std::sync::atomic::Ordering::Relaxed);
    });
}

fn child_with(words: &str, case: &str, number: usize) -> Output {
    Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "child", "--nocapture"])
        .env("LD_PRELOAD", library())
        .env("REFERENCE_MALLOC", words)
        .env(CASE, case)
        .env(NUMBER, number.to_string())
        .output()
        .unwrap()
}

/// A child ends by SIGABRT after one line that begins with `words`.
#[track_caller]
fn stops(case: &str, number: usize, words: &str) {
    let ended = child_with("harden:detect", case, number);
    let said = String::from_utf8_lossy(&ended.stderr);
    assert_eq!(ended.status.signal(), Some(libc::SIGABRT), "{case}, {number:#x}: {said}");
    let line = format!("reference-alloc: {words} 0x");
    let lines: Vec<_> = said.lines().filter(|line| line.starts_with("reference-alloc")).collect();
    assert!(matches!(lines[..], [only] if only.starts_with(&line)), "{case}, {number:#x}: {said}");
}

/// Sizes near which something changes.
const SIZES: [usize; 10] = [0, 1, 8, 24, 100, 1016, 32_751, 32_752, 32_753, 32_760];

#[test]
fn a_second_free_ends_the_process() {
    for n in SIZES {
        stops("double", n, "double free of");
    }
    // The other thread has ended: a span that it has emptied is gone, and a block of it is none.
    for n in [0, 24, 100, 1016] {
        stops("double, far", n, "double free of");
    }
    for n in [32_752, 32_760] {
        stops("double, far", n, "free of what is no block:");
    }
    for n in [32_761, 1 << 20] {
        stops("double", n, "free of what is no block:");
        stops("double, far", n, "free of what is no block:");
    }
}

#[test]
fn a_free_of_what_is_no_block_ends_the_process() {
    for n in [17, 100, 5000, 32_752, 40_000] {
        stops("inside", n, "free of what is no block:");
    }
    for bit in 0..64 {
        stops("address", 1 << bit, "free of what is no block:");
    }
    for address in [usize::MAX, usize::MAX - 15, 0xc0_0000_0010, 0x00de_adbe_efde_adbe] {
        stops("address", address, "free of what is no block:");
        stops("usable", address, "free of what is no block:");
    }
    stops("stack", 0, "free of what is no block:");
}

#[test]
fn a_write_past_the_end_ends_the_process_at_the_free() {
    for n in SIZES {
        stops("past", n, "a write past the end of");
        stops("past, realloc", n.max(1), "a write past the end of");
        stops("past, aligned", n, "a write past the end of");
    }
    stops("past", 1 << 20, "a write past the end of");
}

#[test]
fn a_write_after_the_free_ends_the_process_when_the_slot_is_used_again() {
    for n in [1, 24, 100, 5000] {
        stops("late", n, "a write after the free of");
    }
}

#[test]
fn a_wrong_size_or_alignment_ends_the_process() {
    for n in SIZES {
        stops("size", n, "free with the wrong layout of");
        stops("align", n, "free with the wrong layout of");
    }
}

#[test]
fn programs_without_fault_run() {
    for case in ["right", "fork"] {
        let ended = child_with("harden:detect", case, 0);
        assert!(ended.status.success(), "{case}: {}", String::from_utf8_lossy(&ended.stderr));
        assert!(!String::from_utf8_lossy(&ended.stderr).contains("reference-alloc"));
    }
}

#[test]
fn words_that_are_not_known_are_said_once_and_left_out() {
    let ended = child_with(" ,speed:high,harden:detect,x\n", "double", 64);
    let said = String::from_utf8_lossy(&ended.stderr);
    for word in ["`speed:high`", "`x`"] {
        assert_eq!(said.matches(word).count(), 1, "{said}");
    }
    assert!(said.contains("double free"), "the known word counts: {said}");
    let ended = child_with("harden:detec", "right", 0);
    let said = String::from_utf8_lossy(&ended.stderr);
    assert_eq!(said.matches("no such word: `harden:detec`").count(), 1, "{said}");
    assert!(!ended.status.success(), "usable sizes are those of slots");
}

#[test]
fn a_long_environment_before_the_variable_is_read_past() {
    for long in [400, 495, 496, 497, 511, 512, 513, 5000, 100_000] {
        let mut command = Command::new(std::env::current_exe().unwrap());
        let ended = command
            .args(["--exact", "child", "--nocapture"])
            .env_clear()
            .env("A", "REFERENCE_MALLOC=harden:none,".repeat(long / 29) + &"a".repeat(long % 29))
            .env("LD_PRELOAD", library())
            .env("REFERENCE_MALLOC", "harden:detect")
            .env("REFERENCE_MALLOC_", "no word of this")
            .env(CASE, "double")
            .env(NUMBER, "64")
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&ended.stderr);
        assert!(said.contains("double free") && !said.contains("no such word"), "{long}: {said}");
    }
}
