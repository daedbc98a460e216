//! What is right is let be, and memory says what it must.

use crate::world::{SECRET, World, all_asked, asked, read, write, write_all};
use proptest::prelude::*;
use reference_alloc::error::MisuseKind;
use reference_alloc::harden::{Asked, Detect, POISON, SLACK};
use reference_alloc::size_class::{MAX_SLOT, MAX_SMALL};
use reference_alloc::units::{Addr, PAGE_BYTES};

#[test]
fn every_byte_asked_for_is_the_callers_and_no_more() {
    let world = World::new();
    for asked in all_asked() {
        let at = world.alloc(asked.bytes, asked.align);
        assert!(at.is_aligned(asked.align), "{asked:?}");
        write_all(at, asked.bytes, 0xff);
        assert_eq!(world.detect().usable(at), Ok(asked.bytes));
        assert_eq!(world.free_as(at, Some(asked)), Ok(()), "{asked:?}");
    }
    world.end();
}

#[test]
fn freed_bytes_are_poison_until_the_slot_is_used_again() {
    let world = World::new();
    let kept = world.alloc(100, 8);
    let at = world.alloc(100, 8);
    write_all(at, 100, 1);
    world.free(at).unwrap();
    assert_eq!(read(at, 112), [POISON; 112]);
    // So are slots that nobody was ever given.
    assert_eq!(read(at + 112, 112), [POISON; 112]);
    let slots = PAGE_BYTES / 112;
    let blocks: Vec<Addr> =
        (0..2 * slots).map(|_| world.try_alloc(asked(100, 8), true).unwrap()).collect();
    assert!(blocks.contains(&at), "the slot came back");
    assert!(blocks.iter().all(|&block| read(block, 100) == [0; 100]), "zero for calloc");
    assert_eq!(read(at + 100, 4), [SLACK; 4]);
    for block in blocks.into_iter().chain([kept]) {
        world.free(block).unwrap();
    }
    world.end();
}

#[test]
fn the_largest_request_of_a_class_has_a_slot_that_is_poisoned_too() {
    let world = World::new();
    let kept = world.alloc(MAX_SMALL, 8);
    let at = world.alloc(MAX_SMALL, 8);
    write_all(at, MAX_SMALL, 1);
    world.free(at).unwrap();
    assert!(read(at, MAX_SLOT).iter().all(|&byte| byte == POISON));
    world.free(kept).unwrap();
    world.end();
}

#[test]
fn a_block_that_is_resized_where_it_stands_has_its_new_end() {
    let world = World::new();
    // Within a class of 112, and within and across pages.
    for (from, to) in [(100, 104), (104, 90), (40_000, 40_001), (40_000, 90_000), (90_000, 33_000)]
    {
        let at = world.alloc(from, 8);
        write_all(at, from, 1);
        let new = asked(to, 8);
        assert_eq!(world.detect().resize(at, Some(asked(from, 8)), new), Ok(true), "{from} {to}");
        assert_eq!(read(at, from.min(to)), vec![1; from.min(to)]);
        write_all(at, to, 2);
        assert_eq!(world.detect().usable(at), Ok(to));
        let was = read(at + to, 1)[0];
        write(at + to, !was);
        assert_eq!(world.free(at), Err(MisuseKind::WrittenPastEnd), "{from} {to}");
        write(at + to, was);
        assert_eq!(world.free_as(at, Some(asked(from, 8))), Err(MisuseKind::WrongLayout));
        assert_eq!(world.free_as(at, Some(new)), Ok(()));
    }
    world.end();
}

#[test]
fn a_block_that_must_move_is_left_as_it_was() {
    let world = World::new();
    for (from, to) in [(100, 105), (100, 50), (100, 50_000), (50_000, 100), (100, usize::MAX)] {
        let at = world.alloc(from, 8);
        assert_eq!(world.detect().resize(at, None, asked(to, 8)), Ok(false), "{from} {to}");
        assert_eq!(world.detect().usable(at), Ok(from));
        assert_eq!(world.free_as(at, Some(asked(from, 8))), Ok(()));
    }
    world.end();
}

#[test]
fn requests_that_no_memory_can_hold_are_refused() {
    let world = World::new();
    for bytes in [isize::MAX as usize - 8, isize::MAX as usize, usize::MAX - 8, usize::MAX] {
        // SAFETY: the cache is this world's.
        let none = unsafe { world.detect().alloc(world.cache, asked(bytes, 8), true) };
        assert!(matches!(none, Ok(None)), "{bytes}");
    }
    world.heap.central.heap.pages.os.limit(0);
    for bytes in [1, 100_000] {
        // SAFETY: as above.
        let none = unsafe { world.detect().alloc(world.cache, asked(bytes, 8), true) };
        assert!(matches!(none, Ok(None)), "{bytes}");
    }
    world.end();
}

#[test]
fn a_block_is_freed_without_a_cache_too() {
    let world = World::new();
    let blocks: Vec<Addr> = (0..300).map(|_| world.alloc(64, 8)).collect();
    for at in blocks {
        // SAFETY: no cache.
        unsafe { world.detect().free(None, at, None) }.unwrap();
        assert!(world.free(at).is_err());
    }
}

#[test]
fn a_block_of_another_thread_is_never_taken_for_a_free_one() {
    let rounds = if cfg!(miri) { 50 } else { 200_000 };
    let world = World::new();
    let heap = &*world.heap;
    let (send, receive) = std::sync::mpsc::sync_channel::<Addr>(64);
    std::thread::scope(|scope| {
        scope.spawn(move || {
            let cache = heap.attach().unwrap();
            let detect = Detect::new(heap, SECRET);
            for at in receive {
                // SAFETY: the cache is this thread's.
                unsafe { detect.free(Some(cache), at, Some(asked(24, 8))) }.unwrap();
            }
            // SAFETY: as above, and given back.
            unsafe { heap.detach(cache) }.unwrap();
        });
        // The owner folds its span again and again while the other one frees.
        for _ in 0..rounds {
            send.send(world.alloc(24, 8)).unwrap();
        }
        drop(send);
    });
    world.end();
}

proptest! {
    #![proptest_config(ProptestConfig { cases: if cfg!(miri) { 2 } else { 64 }, ..ProptestConfig::default() })]

    /// Right calls only: nothing is told, contents stay, and all comes back.
    #[test]
    fn right_calls_are_let_be(
        calls in proptest::collection::vec(
            (0_usize..4, any::<usize>(), 0_usize..70_000, 0_u32..14, any::<bool>()),
            1..if cfg!(miri) { 12 } else { 300 },
        ),
    ) {
        let world = World::new();
        let mut live: Vec<(Addr, Asked, u8)> = Vec::new();
        for (i, &(what, which, bytes, align, zeroed)) in calls.iter().enumerate() {
            // Small ones more often than large ones.
            let bytes = if bytes % 7 > 0 { bytes % 700 } else { bytes };
            let new = asked(bytes, 1 << align);
            let which = which % live.len().max(1);
            match what {
                0 | 1 => {
                    let at = world.try_alloc(new, zeroed).unwrap();
                    prop_assert!(!zeroed || read(at, bytes) == vec![0; bytes]);
                    write_all(at, bytes, i as u8);
                    live.push((at, new, i as u8));
                }
                2 if !live.is_empty() => {
                    let (at, asked, fill) = live.swap_remove(which);
                    prop_assert_eq!(read(at, asked.bytes), vec![fill; asked.bytes]);
                    prop_assert_eq!(world.free_as(at, zeroed.then_some(asked)), Ok(()));
                }
                3 if !live.is_empty() => {
                    let (at, old, fill) = live[which];
                    let new = Asked { align: old.align, ..new };
                    if world.detect().resize(at, Some(old), new).unwrap() {
                        let kept = old.bytes.min(bytes);
                        prop_assert_eq!(read(at, kept), vec![fill; kept]);
                        write_all(at, bytes, fill);
                        live[which].1 = new;
                    }
                }
                _ => {}
            }
        }
        world.check(live.len() as u64);
        for (at, asked, _) in live {
            prop_assert_eq!(world.free_as(at, Some(asked)), Ok(()));
        }
        world.end();
    }
}
