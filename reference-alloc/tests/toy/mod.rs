//! A toy collector, which knows by a set what lives, and a world of mutators to watch a heap by.
#![allow(dead_code, unreachable_pub, reason = "each test uses its part of it")]

use reference_alloc::collected::{Collected, Mutator, Reclaim, Shape};
use reference_alloc::os::sim::Sim;
use reference_alloc::persistent::Purpose;
use reference_alloc::size_class::Reserve;
use reference_alloc::span::Span;
use reference_alloc::units::Addr;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Mutex;

/// How far apart the bytes lie that are looked at: Miri looks at a million in a second.
const STEP: usize = if cfg!(miri) { 61 } else { 1 };

pub type Heap = Collected<Sim, Toy>;

/// What lives, by the first bytes of the slots, as it was when the cycle began.
#[derive(Default)]
pub struct Toy(Mutex<Marks>);

#[derive(Default)]
struct Marks {
    live: BTreeSet<Addr>,
    /// Spans that were asked for in this cycle, by their first bytes.
    asked: BTreeSet<Addr>,
}

impl Toy {
    pub fn mark(&self, live: BTreeSet<Addr>) {
        *self.0.lock().unwrap() = Marks { live, asked: BTreeSet::new() };
    }

    /// Spans swept in this cycle.
    pub fn swept(&self) -> usize {
        self.0.lock().unwrap().asked.len()
    }
}

fn within(span: &Span) -> std::ops::Range<Addr> {
    span.base()..span.limit()
}

impl Reclaim for Toy {
    fn live(&self, span: &Span, live: &mut [u64]) {
        let mut marks = self.0.lock().unwrap();
        for &base in marks.live.range(within(span)) {
            let slot = span.slot_starting_at(base).expect("only slots are marked");
            live[slot / 64] |= 1 << (slot % 64);
        }
        assert!(marks.asked.insert(span.base()), "{:?} is swept twice in a cycle", span.base());
    }

    fn has_live(&self, span: &Span) -> bool {
        self.0.lock().unwrap().live.range(within(span)).next().is_some()
    }
}

pub const PLAIN: Shape = Shape::Plain { zeroed: true };

/// An empty heap.
pub fn heap(reserve: Reserve) -> Box<Heap> {
    Box::new(Collected::new(Sim::new(), reserve, Toy::default()))
}

/// From now on the system gives nothing more, and all that it gave for tables is used up.
pub fn starve(heap: &Heap) {
    let pages = &heap.heap.pages;
    pages.os.limit(pages.os.committed());
    while pages.persistent().alloc(&pages.os, Purpose::Tables, 64, 64).is_ok() {}
}

/// An object that was allocated, and is filled with a byte of its own.
#[derive(Clone, Copy, Debug)]
pub struct Known {
    pub at: Addr,
    pub base: Addr,
    pub bytes: usize,
    pub shape: Shape,
    pub fill: u8,
}

/// Some mutators and all objects that are live, by address.
pub struct World<'h> {
    pub heap: &'h Heap,
    pub mutators: Vec<Option<Mutator<'h, Sim, Toy>>>,
    pub live: BTreeMap<Addr, Known>,
    fills: u8,
}

impl<'h> World<'h> {
    pub fn new(heap: &'h Heap, mutators: usize) -> World<'h> {
        let mutators = (0..mutators).map(|_| None).collect();
        World { heap, mutators, live: BTreeMap::new(), fills: 0 }
    }

    pub fn mutator(&mut self, who: usize) -> Option<&mut Mutator<'h, Sim, Toy>> {
        let who = who % self.mutators.len();
        if self.mutators[who].is_none() {
            self.mutators[who] = self.heap.attach().ok();
        }
        self.mutators[who].as_mut()
    }

    /// Allocates, looks at the object from all sides, and fills it.
    pub fn alloc(&mut self, who: usize, bytes: usize, shape: Shape) -> Option<Known> {
        let heap = self.heap;
        let object = self.mutator(who)?.alloc(bytes, shape).ok()?;
        assert!(object.bytes >= bytes);
        let before = self.live.range(..object.at + object.bytes).next_back();
        assert!(before.is_none_or(|(_, other)| other.at + other.bytes <= object.at), "{object:?}");
        if shape != (Shape::Plain { zeroed: false }) {
            assert!(
                content(object.at, object.bytes).iter().step_by(STEP).all(|&byte| byte == 0),
                "{object:?}"
            );
        }
        for byte in [0, object.bytes / 2, object.bytes - 1] {
            let found = heap.find(object.at + byte).expect("an object of the heap");
            assert!(std::ptr::eq(found.span, object.span) && found.slot == object.slot());
            assert!(found.is_allocated() && found.base <= object.at);
        }
        let base = heap.find(object.at).unwrap().base;
        self.fills = self.fills.wrapping_add(31) | 1;
        let known = Known { at: object.at, base, bytes: object.bytes, shape, fill: self.fills };
        // SAFETY: the object is ours.
        unsafe {
            std::ptr::with_exposed_provenance_mut::<u8>(known.at.0)
                .write_bytes(known.fill, known.bytes);
        }
        self.live.insert(known.at, known);
        Some(known)
    }

    /// `count` objects, as far as there is memory; their addresses.
    pub fn many(&mut self, who: usize, bytes: usize, shape: Shape, count: usize) -> Vec<Addr> {
        (0..count).map_while(|_| Some(self.alloc(who, bytes, shape)?.at)).collect()
    }

    /// Objects die.
    pub fn forget(&mut self, addresses: &[Addr]) {
        for at in addresses {
            let known = self.live.remove(at).expect("a live object");
            self.verify(&known);
        }
    }

    /// Is the object as it was made?
    fn verify(&self, known: &Known) {
        let whole =
            content(known.at, known.bytes).iter().step_by(STEP).all(|&byte| byte == known.fill);
        assert!(whole, "{known:?} was changed");
        let found = self.heap.find(known.at).expect("a live object");
        assert!(found.is_allocated() && found.base == known.base);
        let Shape::Pointers { map, word } = known.shape else { return };
        // SAFETY: a live object.
        let kept = unsafe { found.type_word() };
        match self.heap.pointer_map(found.span) {
            None => assert_eq!(kept, Some(word), "{known:?}"),
            Some(pointers) => {
                let words = found.span.elem_bytes() / 8;
                let all = u64::MAX >> (64 - words);
                let expected = if words == 1 { 1 } else { map & all };
                assert_eq!(pointers.get(found.slot), expected, "{known:?}");
                assert_eq!(kept, None);
            }
        }
    }

    /// Slots that must live: those of live objects and, since they are filled further, of caches' tiny
    /// blocks.
    pub fn live_slots(&self) -> BTreeSet<Addr> {
        let mut slots: BTreeSet<Addr> = self.live.values().map(|known| known.base).collect();
        // SAFETY: one thread has all mutators, and is here.
        unsafe { self.heap.tiny_blocks(&mut |block| _ = slots.insert(block)) };
        slots
    }

    /// A collection, after which everything is to be swept.
    pub fn cycle(&mut self) {
        // SAFETY: one thread has all mutators, and is here.
        unsafe { self.heap.finish_sweep() };
        self.heap.reclaim.mark(self.live_slots());
        // SAFETY: the same.
        unsafe { self.heap.begin_cycle() };
    }

    /// Ends the sweep: what is counted as live then is what lives.
    pub fn finish(&mut self) {
        // SAFETY: one thread has all mutators, and is here.
        unsafe { self.heap.finish_sweep() };
        assert!(self.heap.is_swept());
        self.check();
    }

    /// Looks at everything.
    pub fn check(&self) {
        let mut wrong = Vec::new();
        // SAFETY: one thread has all mutators, and is here.
        unsafe { self.heap.check(&mut |violation| wrong.push(violation)) };
        assert!(wrong.is_empty(), "{wrong:?}");
        let slots: BTreeSet<Addr> = self.live.values().map(|known| known.base).collect();
        assert!(self.heap.stats().heap_objects() >= slots.len() as u64);
    }

    pub fn verify_all(&self) {
        self.live.values().for_each(|known| self.verify(known));
    }

    /// Everything dies, and nothing is left.
    pub fn end(mut self) {
        self.verify_all();
        self.live.clear();
        for mutator in &mut self.mutators {
            *mutator = None;
        }
        self.cycle();
        self.finish();
        let kept = self.heap.heap.pages.core().pages.in_use_pages();
        assert_eq!(kept.0, 0, "pages that a cache without a mutator keeps");
        let stats = self.heap.stats();
        assert_eq!(
            (stats.heap_alloc, stats.heap_inuse, stats.heap_objects()),
            (0, 0, 0),
            "{stats}"
        );
        assert_eq!(
            (stats.mcache_inuse, stats.mspan_inuse, stats.stack_inuse),
            (0, 0, 0),
            "{stats}"
        );
    }
}

fn content<'a>(at: Addr, bytes: usize) -> &'a [u8] {
    // SAFETY: a live object of the caller's.
    unsafe { std::slice::from_raw_parts(std::ptr::with_exposed_provenance(at.0), bytes) }
}
