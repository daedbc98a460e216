//! The right allocator against a model that knows every live block and all it contains.

use crate::calls::{Calls, bytes};
use conformance::mutant;
use conformance::target::heap::natural_align;
use proptest::prelude::*;
use std::ptr;

/// Places for blocks. Few, so that most ops meet a block.
const PLACES: usize = 24;

/// One op; every op means something in every state.
#[derive(Clone, Copy, Debug)]
enum Op {
    Malloc(usize),
    Calloc(usize),
    Memalign(usize, usize),
    Realloc(usize),
    Grow(usize),
    Free,
    FreeSized,
    FreeWithin(usize),
    Refused,
    FillUsable,
}

/// A live block: where, how many bytes are its own, and what its bytes were made from.
#[derive(Clone, Copy)]
struct Live {
    address: *mut u8,
    size: usize,
    /// 0 where the request named no alignment.
    align: usize,
    seed: u8,
}

impl Live {
    fn byte(self, at: usize) -> u8 {
        self.seed.wrapping_add((at * 31) as u8)
    }

    fn write(self) {
        let whole = bytes(self.address, self.size);
        whole.iter_mut().enumerate().for_each(|(at, byte)| *byte = self.byte(at));
    }

    fn keeps(self, len: usize) -> bool {
        bytes(self.address, len).iter().enumerate().all(|(at, &byte)| byte == self.byte(at))
    }
}

struct Model<'a> {
    heap: Calls<'a>,
    places: [Option<Live>; PLACES],
    seed: u8,
}

impl Model<'_> {
    /// Makes the block just returned live at `place`, after it was looked at from all sides.
    fn admit(&mut self, place: usize, address: *mut u8, size: usize, align: usize) {
        assert!(!address.is_null(), "{size} bytes at {align} were refused");
        let least = align.max(natural_align(size as u64) as usize).max(16);
        assert_eq!(address.addr() % least, 0, "{size} bytes at {align}");
        assert!(self.heap.usable(address) >= size);
        let end = address.addr() + size.max(1);
        for other in self.places.iter().flatten() {
            let apart = other.address.addr() >= end
                || address.addr() >= other.address.addr() + other.size.max(1);
            assert!(apart, "{size} bytes at {address:p} overlap {:p}", other.address);
        }
        self.seed = self.seed.wrapping_add(57);
        let live = Live { address, size, align, seed: self.seed };
        live.write();
        self.places[place] = Some(live);
    }

    /// The block at `place`, unharmed, which is no longer known to the model.
    fn expel(&mut self, place: usize) -> Option<Live> {
        let live = self.places[place].take()?;
        assert!(live.keeps(live.size), "{} bytes at {:p} changed", live.size, live.address);
        Some(live)
    }

    fn make(&mut self, place: usize, op: Op) {
        let heap = self.heap;
        let (address, size, align) = match op {
            Op::Calloc(size) => {
                let block = heap.calloc(1, size);
                assert!(bytes(block, size).iter().all(|&byte| byte == 0), "{size} bytes");
                (block, size, 0)
            }
            Op::Memalign(align, size) => (heap.memalign(align, size), size, align),
            Op::Malloc(size) | Op::Realloc(size) => (heap.malloc(size), size, 0),
            _ => return,
        };
        self.admit(place, address, size, align);
    }

    fn resize(&mut self, place: usize, old: Live, size: usize, zeroed: bool) {
        let new = if zeroed {
            self.heap.grow_zeroed(old.address, old.size, size)
        } else {
            self.heap.realloc(old.address, size)
        };
        if size == 0 && !zeroed {
            assert!(new.is_null());
            return;
        }
        assert!(
            Live { address: new, ..old }.keeps(old.size.min(size)),
            "from {} to {size}",
            old.size
        );
        if zeroed {
            assert!(bytes(new, size)[old.size..].iter().all(|&byte| byte == 0));
        }
        self.admit(place, new, size, 0);
    }

    fn step(&mut self, place: usize, op: Op) {
        let heap = self.heap;
        if matches!(op, Op::Refused) {
            let block = self.places[place].map_or(ptr::null_mut(), |live| live.address);
            assert!(heap.realloc(block, usize::MAX / 2 + 1).is_null());
            assert!(heap.reallocarray(block, usize::MAX / 3, 4).is_null());
            return;
        }
        let Some(old) = self.expel(place) else { return self.make(place, op) };
        match op {
            Op::Realloc(size) => self.resize(place, old, size, false),
            Op::Grow(more) => self.resize(place, old, old.size + more, true),
            Op::FreeSized if old.align == 0 => heap.free_sized(old.address, old.size),
            Op::FreeWithin(excess) => {
                let spare = heap.usable(old.address) - old.size;
                heap.free_within(old.address, old.size + excess % (spare + 1));
            }
            Op::FillUsable => {
                let size = heap.usable(old.address);
                self.admit(place, old.address, size, old.align);
            }
            _ => heap.free(old.address),
        }
    }

    /// Frees what is left; nothing may be in use afterwards.
    fn finish(mut self) {
        for place in 0..PLACES {
            if let Some(live) = self.expel(place) {
                self.heap.free(live.address);
            }
        }
        let stats = self.heap.stats();
        assert_eq!((stats.in_use, stats.mallocs), (0, stats.frees));
    }
}

fn sizes() -> impl Strategy<Value = usize> {
    prop_oneof![
        4 => 0_usize..300,
        2 => (4_u32..18, 0_usize..3).prop_map(|(power, by)| (1 << power) + by - 1),
        1 => 0_usize..200_000,
    ]
}

fn ops() -> impl Strategy<Value = Op> {
    prop_oneof![
        3 => sizes().prop_map(Op::Malloc),
        1 => sizes().prop_map(Op::Calloc),
        1 => (4_u32..14, sizes()).prop_map(|(power, size)| Op::Memalign(1 << power, size)),
        2 => sizes().prop_map(Op::Realloc),
        1 => (0_usize..5000).prop_map(Op::Grow),
        2 => Just(Op::Free),
        1 => Just(Op::FreeSized),
        1 => any::<usize>().prop_map(Op::FreeWithin),
        1 => Just(Op::Refused),
        1 => Just(Op::FillUsable),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(200) })]

    #[test]
    fn the_right_allocator_agrees_with_the_model(
        script in prop::collection::vec((0..PLACES, ops()), 1..300),
    ) {
        let heap = mutant::correct();
        let mut model = Model { heap: Calls(&*heap), places: [None; PLACES], seed: 0 };
        for (place, op) in script {
            model.step(place, op);
        }
        model.finish();
    }
}
