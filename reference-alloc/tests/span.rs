//! Spans: what is handed out, what comes back, and in which order.
#![cfg(not(loom))]

use reference_alloc::size_class::{Class, Reserve, Scan, SpanClass};
use reference_alloc::span::{Made, Span, SpanState, Wide};
use reference_alloc::units::Addr;

const BASE: Addr = Addr(0xc000_0000);

/// A fresh span of `bytes`-sized slots.
fn span_of(bytes: usize) -> Span {
    let span = Span::new(Some(Box::leak(Box::new(Wide::new()))));
    remake(&span, bytes);
    span
}

fn remake(span: &Span, bytes: usize) {
    let class = Class::of(bytes).unwrap();
    let of = SpanClass::new(class, Scan::No);
    span.make(Made {
        base: BASE,
        pages: class.pages(),
        class: of,
        elem_bytes: class.bytes(),
        slots: Reserve::Classic.slots(of),
        need_zero: false,
        state: SpanState::InUse,
    });
}

/// Takes up to `n` slots, by number.
fn take(span: &Span, n: usize) -> Vec<usize> {
    let mut out = vec![Addr(0); n];
    let taken = span.take(&mut out);
    out[..taken].iter().map(|&at| span.slot_starting_at(at).expect("the start of a slot")).collect()
}

fn free(span: &Span, slot: usize) {
    assert_eq!(span.set_freed(slot / 64, 1 << (slot % 64)), 0, "freed once");
    let _ = span.ledger.count(1);
}

#[test]
fn slots_are_handed_out_in_order_across_every_64() {
    for bytes in [8, 16, 48, 1024, 32768] {
        for step in [1, 3, 64, 100] {
            let span = span_of(bytes);
            let mut all = Vec::new();
            while let taken @ [_, ..] = &take(&span, step)[..] {
                all.extend_from_slice(taken);
            }
            assert_eq!(all, (0..span.slots()).collect::<Vec<_>>(), "{bytes} bytes by {step}");
            assert_eq!((span.alloc_count(), span.free_count()), (span.slots(), 0));
        }
    }
}

#[test]
fn slots_that_are_taken_one_by_one_are_those_that_are_taken_together() {
    for bytes in [8, 16, 48, 1024, 32768] {
        let (one, many) = (span_of(bytes), span_of(bytes));
        for dead in [0, 0b1011, !0, 1 << 63] {
            let singly: Vec<Addr> = std::iter::from_fn(|| one.take_one()).collect();
            let mut together = vec![Addr(0); 1024];
            let taken = many.take(&mut together);
            assert_eq!(singly, together[..taken], "{bytes} bytes");
            assert_eq!(
                (one.alloc_count(), one.free_index()),
                (many.alloc_count(), many.free_index())
            );
            let last = one.slots() % 64;
            let slots = |word| if word == one.slots() / 64 { (1 << last) - 1 } else { !0 };
            for span in [&one, &many] {
                span.sweep(|word| !dead & slots(word));
            }
        }
    }
}

#[test]
fn a_freed_slot_waits_for_the_fold_and_is_then_the_next() {
    let span = span_of(16);
    assert_eq!(take(&span, 200).len(), 200);
    for slot in [3, 63, 64, 150] {
        free(&span, slot);
        assert!(!span.is_allocated(slot));
    }
    assert_eq!(take(&span, 1), [200], "not before the fold");
    assert_eq!(span.fold(), 4);
    assert_eq!(take(&span, 6), [3, 63, 64, 150, 201, 202]);
    assert_eq!(span.alloc_count(), 203);
    assert!(span.need_zero(), "the slots were used before");
}

#[test]
fn freeing_twice_shows_the_bits_that_were_set() {
    let span = span_of(64);
    take(&span, 3);
    assert_eq!(span.set_freed(0, 0b10), 0);
    assert_eq!(span.set_freed(0, 0b110), 0b10);
}

#[test]
fn a_sweep_keeps_what_is_marked() {
    let span = span_of(48);
    take(&span, 100);
    assert_eq!(span.sweep(|word| [0b1001, 1, 0][word]), 97);
    assert_eq!(take(&span, 3), [1, 2, 4]);
    assert_eq!(span.alloc_count(), 6);
}

#[test]
#[should_panic(expected = "a free slot was marked")]
fn a_mark_on_a_free_slot_is_noticed() {
    let span = span_of(48);
    take(&span, 2);
    span.sweep(|word| u64::from(word == 0) << 2);
}

#[test]
fn a_reused_struct_carries_nothing_over() {
    let span = span_of(16);
    take(&span, 512);
    free(&span, 7);
    span.fold();
    free(&span, 8);
    assert!(span.unmake(), "linked nowhere");
    assert_eq!(span.state(), SpanState::Dead);
    remake(&span, 48);
    assert_eq!(take(&span, 1000).len(), 170);
    assert_eq!(span.fold(), 0);
}

#[test]
fn only_the_start_of_a_slot_is_a_block() {
    let span = span_of(48);
    assert_eq!(span.slot_starting_at(BASE + 96), Some(2));
    for wrong in [BASE + 95, BASE + 97, BASE + 8160, BASE + 8192, Addr(BASE.0 - 48)] {
        assert_eq!(span.slot_starting_at(wrong), None, "{wrong:?}");
    }
}
