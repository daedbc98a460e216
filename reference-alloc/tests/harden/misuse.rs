//! What is wrong is told.

use crate::world::{SECRET, SIZES, World, all_asked, asked, read, write};
use reference_alloc::error::MisuseKind;
use reference_alloc::harden::{Detect, SEAL_BYTES};
use reference_alloc::size_class::Class;
use reference_alloc::units::{Addr, PAGE_BYTES};

#[test]
fn a_second_free_is_told_whatever_the_size() {
    let world = World::new();
    for asked in all_asked() {
        let (other, at) =
            (world.alloc(asked.bytes, asked.align), world.alloc(asked.bytes, asked.align));
        assert_eq!(world.free(at), Ok(()));
        let again = world.free(at).unwrap_err();
        // The pages of a large block are no block any more.
        assert!(matches!(again, MisuseKind::DoubleFree | MisuseKind::NotABlock), "{again:?}");
        let small = Class::aligned(asked.bytes + SEAL_BYTES, asked.align).is_some();
        assert_eq!(small, again == MisuseKind::DoubleFree, "{asked:?}");
        assert_eq!(world.free(other), Ok(()));
    }
    world.end();
}

#[test]
fn a_second_free_is_told_after_others_were_freed_and_folded() {
    let world = World::new();
    let (all, some) = if cfg!(miri) { (200, 190) } else { (2000, 1500) };
    let blocks: Vec<Addr> = (0..all).map(|_| world.alloc(40, 8)).collect();
    for &at in &blocks[..some] {
        world.free(at).unwrap();
    }
    // The first spans are empty and gone, later ones wait, the last one is in use.
    for &at in &blocks[..some] {
        let again = world.free(at).unwrap_err();
        assert!(matches!(again, MisuseKind::DoubleFree | MisuseKind::NotABlock), "{again:?}");
    }
    for &at in &blocks[some..] {
        world.free(at).unwrap();
    }
    world.end();
}

#[test]
fn what_is_no_block_is_told_for_any_address() {
    let world = World::new();
    let small = world.alloc(100, 8);
    let large = world.alloc(100_000, 8);
    let stack = 0_u64;
    let mut odd = vec![0, 1, 8, 4096, usize::MAX, usize::MAX - 7, 1 << 47, 1 << 48, 1 << 63];
    odd.push((&raw const stack).addr());
    for bit in 0..64 {
        odd.extend([1 << bit, small.0 ^ 1 << bit, large.0 ^ 1 << bit]);
    }
    for offset in [1, 4, 8, 16, 56, 99, 100, 104, 111] {
        odd.push(small.0 + offset);
    }
    for offset in [1, 8, 4096, PAGE_BYTES, 5 * PAGE_BYTES, 99_999, 100_000, 106_488] {
        odd.push(large.0 + offset);
    }
    for address in odd.into_iter().filter(|&it| it != small.0 && it != large.0) {
        let told = world.free(Addr(address)).unwrap_err();
        // A slot that nobody was given is free already.
        let free = told == MisuseKind::DoubleFree && address.abs_diff(small.0) < PAGE_BYTES;
        assert!(told == MisuseKind::NotABlock || free, "{address:#x}: {told:?}");
        assert!(world.detect().usable(Addr(address)).is_err());
        assert!(world.detect().resize(Addr(address), None, asked(1, 8)).is_err());
    }
    world.check(2);
    world.free(small).unwrap();
    world.free(large).unwrap();
    world.end();
}

#[test]
fn a_write_past_the_end_is_told_wherever_it_hits_up_to_the_end_of_the_slot() {
    let world = World::new();
    for &bytes in if cfg!(miri) { &SIZES[..8] } else { SIZES } {
        let at = world.alloc(bytes, 8);
        let end = room(bytes);
        for offset in (bytes..end).filter(|o| o - bytes < 70 || end - o < 70) {
            let was = read(at + offset, 1)[0];
            for changed in [was ^ 1, was ^ 0x80, 0].into_iter().filter(|&byte| byte != was) {
                write(at + offset, changed);
                let told = Err(MisuseKind::WrittenPastEnd);
                assert_eq!(world.free(at), told, "{bytes} bytes, byte {offset} of {end}");
                assert_eq!(world.detect().usable(at).map_err(|wrong| wrong.kind).err(), told.err());
            }
            write(at + offset, was);
        }
        assert_eq!(world.free(at), Ok(()), "{bytes} bytes, whole again");
    }
    world.end();
}

/// Bytes of the slot or the pages for `bytes`.
fn room(bytes: usize) -> usize {
    match reference_alloc::alloc::class_of_layout(bytes + 8, 8) {
        Some(class) => Class(class).bytes(),
        None => (bytes + 8).next_multiple_of(PAGE_BYTES),
    }
}

#[test]
fn a_seal_from_elsewhere_fits_no_other_block() {
    let world = World::new();
    let (one, two) = (world.alloc(56, 8), world.alloc(56, 8));
    let seal = read(one + 56, 8);
    assert_ne!(seal, read(two + 56, 8), "of the same size");
    for (i, &byte) in seal.iter().enumerate() {
        write(two + 56 + i, byte);
    }
    assert_eq!(world.free(two), Err(MisuseKind::WrittenPastEnd));
}

#[test]
fn a_wrong_size_or_alignment_is_told_even_within_a_class() {
    let world = World::new();
    for &bytes in if cfg!(miri) { &SIZES[..8] } else { SIZES } {
        let at = world.alloc(bytes, 16);
        let wrong = [
            asked(bytes + 1, 16),
            asked(bytes.wrapping_sub(1), 16),
            asked(bytes, 8),
            asked(bytes, 64),
            asked(usize::MAX, 16),
        ];
        for told in wrong {
            assert_eq!(world.free_as(at, Some(told)), Err(MisuseKind::WrongLayout), "{told:?}");
        }
        assert_eq!(world.free_as(at, Some(asked(bytes, 16))), Ok(()));
    }
    world.end();
}

#[test]
fn a_write_after_the_free_is_told_when_the_slot_comes_back() {
    for offset in [0, 1, 31, 63, 64, 71, 72, 79] {
        let world = World::new();
        let _kept = world.alloc(64, 8);
        let at = world.alloc(64, 8);
        world.free(at).unwrap();
        write(at + offset, 0);
        let told =
            (0..3 * PAGE_BYTES / 80).find_map(|_| world.try_alloc(asked(64, 8), false).err());
        // 64 bytes and a seal lie in a slot of 80.
        assert_eq!(told, Some(MisuseKind::WrittenAfterFree), "byte {offset}");
    }
}

#[test]
fn of_threads_that_free_one_block_at_once_one_succeeds() {
    use std::sync::Barrier;
    let rounds = if cfg!(miri) { 3 } else { 2000 };
    let world = World::new();
    let (heap, barrier) = (&*world.heap, Barrier::new(2));
    for round in 0..rounds {
        let kept = world.alloc(64, 8);
        let at = world.alloc(if round % 8 == 0 { 50_000 } else { 64 }, 8);
        let free = || {
            let cache = heap.attach().unwrap();
            barrier.wait();
            // SAFETY: the cache is this thread's, and given back.
            unsafe {
                let done = Detect::new(heap, SECRET).free(Some(cache), at, None);
                heap.detach(cache).unwrap();
                done.is_ok()
            }
        };
        let freed = std::thread::scope(|scope| {
            let other = scope.spawn(free);
            usize::from(free()) + usize::from(other.join().unwrap())
        });
        assert_eq!(freed, 1, "round {round}");
        world.free(kept).unwrap();
    }
    world.end();
}
