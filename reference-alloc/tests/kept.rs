//! Spans that a cache keeps: those whose blocks it took itself and frees itself, and no others.
#![cfg(not(loom))]

use reference_alloc::alloc::Heap;
use reference_alloc::error::{Misuse, MisuseKind};
use reference_alloc::kept::KEPT_SPANS;
use reference_alloc::ledger::Place;
use reference_alloc::mcache::{Mcache, capacity};
use reference_alloc::os::sim::Sim;
use reference_alloc::registry::Entry;
use reference_alloc::size_class::{Class, Reserve};
use reference_alloc::span::Span;
use reference_alloc::units::Addr;
use std::collections::BTreeSet;

/// Two blocks in a span.
const HALF: usize = 4096;
/// Eight blocks in a span.
const EIGHTH: usize = 1024;

struct World {
    heap: Box<Heap<Sim>>,
    class: Class,
}

type Cache = &'static Entry<Mcache>;

impl World {
    /// A heap, and a class with slots of so many bytes.
    fn new(bytes: usize) -> World {
        let heap = Box::new(Heap::new(Sim::new(), Reserve::Classic));
        World { heap, class: Class::of(bytes).unwrap() }
    }

    fn cache(&self) -> Cache {
        self.heap.attach().unwrap()
    }

    fn alloc(&self, by: Cache, count: usize) -> Vec<Addr> {
        // SAFETY: this thread has all caches.
        let one = || unsafe { self.heap.alloc_small(by, self.class.0).unwrap() };
        (0..count).map(|_| Addr(one().addr().get())).collect()
    }

    fn free(&self, by: Cache, blocks: &[Addr]) -> Result<(), Misuse> {
        // SAFETY: this thread has all caches; the blocks are live, or the test says otherwise.
        blocks.iter().try_for_each(|&at| unsafe { self.heap.free_small(by, self.class.0, at) })
    }

    /// Frees the blocks, and more that push them out of the magazine.
    fn free_for_good(&self, by: Cache, blocks: &[Addr]) {
        let more = self.alloc(by, capacity(usize::from(self.class.0)) + blocks.len());
        self.free(by, blocks).unwrap();
        self.free(by, &more).unwrap();
    }

    fn span(&self, block: Addr) -> &'static Span {
        self.heap.central.heap.pages.arenas.span_at(block.0).unwrap()
    }

    fn spans(&self, blocks: &[Addr]) -> BTreeSet<Addr> {
        blocks.iter().map(|&block| self.span(block).base()).collect()
    }

    fn kept(&self, by: Cache) -> BTreeSet<Addr> {
        // SAFETY: this thread has all caches.
        unsafe { by.kept(self.class.0) }.map(Span::base).collect()
    }

    fn check(&self) {
        // SAFETY: nobody else uses the heap.
        unsafe { self.heap.check(&mut |violation| panic!("{violation:?}")) };
    }
}

/// The first block of each span, and the others. Blocks of a span come one after the other.
fn first_of_each(world: &World, blocks: &[Addr]) -> (Vec<Addr>, Vec<Addr>) {
    blocks.iter().partition(|&&block| world.span(block).base() == block)
}

#[test]
fn a_full_span_is_kept_from_its_first_free_on() {
    let world = World::new(EIGHTH);
    let cache = world.cache();
    let blocks = world.alloc(cache, 160);
    let (firsts, others) = first_of_each(&world, &blocks);
    assert!(world.kept(cache).is_empty());
    world.free(cache, &firsts).unwrap();
    world.free_for_good(cache, &[]);
    assert!(world.spans(&others).is_superset(&world.kept(cache)));
    assert!(world.kept(cache).len() >= 8, "what was flushed: {}", world.kept(cache).len());
    world.check();
}

#[test]
fn a_kept_span_is_used_before_a_new_one() {
    let world = World::new(EIGHTH);
    let cache = world.cache();
    let blocks = world.alloc(cache, 160);
    let (firsts, _) = first_of_each(&world, &blocks);
    world.free(cache, &firsts).unwrap();
    world.free_for_good(cache, &[]);
    let pages = world.heap.stats().heap_inuse;
    let again = world.alloc(cache, firsts.len());
    assert_eq!(world.heap.stats().heap_inuse, pages);
    assert!(firsts.iter().any(|first| again.contains(first)));
    world.check();
}

#[test]
fn a_kept_span_that_comes_to_be_empty_is_given_back() {
    let world = World::new(EIGHTH);
    let cache = world.cache();
    let blocks = world.alloc(cache, 160);
    let pages = world.heap.stats().heap_inuse;
    world.free(cache, &blocks).unwrap();
    world.free_for_good(cache, &[]);
    // SAFETY: this thread has all caches.
    unsafe { cache.flush_emptied(&world.heap.central) };
    assert!(world.heap.stats().heap_inuse < pages / 2, "of {pages} bytes in spans");
    world.check();
}

#[test]
fn a_span_is_not_kept_by_who_only_frees_in_it() {
    let world = World::new(EIGHTH);
    let (owner, other) = (world.cache(), world.cache());
    let blocks = world.alloc(owner, 160);
    let (firsts, _) = first_of_each(&world, &blocks);
    world.free(other, &firsts).unwrap();
    world.free_for_good(other, &[]);
    let spans = world.spans(&blocks);
    assert!(world.kept(other).is_disjoint(&spans) && world.kept(owner).is_empty());
    let listed = firsts.iter().filter(|&&at| world.span(at).ledger.place() == Place::Listed);
    assert!(listed.count() > 0, "everybody may have them");
    world.check();
}

#[test]
fn what_others_free_in_a_kept_span_is_found_when_blocks_are_taken_from_it() {
    let world = World::new(EIGHTH);
    let (owner, other) = (world.cache(), world.cache());
    let blocks = world.alloc(owner, 160);
    let (firsts, rest) = first_of_each(&world, &blocks);
    world.free(owner, &firsts).unwrap();
    world.free_for_good(owner, &[]);
    world.free(other, &rest).unwrap();
    world.free_for_good(other, &[]);
    world.check();
    let again: BTreeSet<Addr> = world.alloc(owner, 160).into_iter().collect();
    assert!(rest.iter().any(|block| again.contains(block)));
    world.check();
}

#[test]
fn a_cache_keeps_no_more_than_so_many_spans() {
    let world = World::new(HALF);
    let cache = world.cache();
    let blocks = world.alloc(cache, 2 * (KEPT_SPANS + 20));
    let (firsts, _) = first_of_each(&world, &blocks);
    world.free_for_good(cache, &firsts);
    assert_eq!(world.kept(cache).len(), KEPT_SPANS);
    let listed = firsts.iter().filter(|&&at| world.span(at).ledger.place() == Place::Listed);
    assert!(listed.count() > 0, "those above are for everybody");
    world.check();
}

#[test]
fn a_cache_that_ends_leaves_what_it_kept_to_others() {
    let world = World::new(EIGHTH);
    let (one, other) = (world.cache(), world.cache());
    let blocks = world.alloc(one, 160);
    let (firsts, _) = first_of_each(&world, &blocks);
    world.free(one, &firsts).unwrap();
    // SAFETY: this thread has all caches, and uses this one no more.
    unsafe { world.heap.detach(one).unwrap() };
    let again: BTreeSet<Addr> = world.alloc(other, firsts.len()).into_iter().collect();
    assert!(firsts.iter().all(|first| again.contains(first)));
    assert!(world.kept(other).is_empty() && world.kept(one).is_empty());
    world.check();
}

#[test]
fn a_block_that_is_freed_twice_in_a_kept_span_is_named() {
    let world = World::new(EIGHTH);
    let cache = world.cache();
    let blocks = world.alloc(cache, 160);
    world.free_for_good(cache, &blocks[8..9]);
    assert!(world.kept(cache).contains(&world.span(blocks[8]).base()));
    world.free(cache, &blocks[8..9]).unwrap();
    let pushed_out = world.free(cache, &blocks[16..]);
    let twice = Misuse { kind: MisuseKind::DoubleFree, address: blocks[8] };
    assert_eq!(pushed_out, Err(twice));
}
