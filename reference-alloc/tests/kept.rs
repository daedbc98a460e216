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

    /// Twice as many full spans as a magazine holds blocks, by their blocks.
    fn many(&self, by: Cache) -> Vec<Addr> {
        let class = usize::from(self.class.0);
        self.alloc(by, 2 * capacity(class) * (self.class.pages().bytes() / self.class.bytes()))
    }

    /// Frees the first block of each of many spans, so that most of them are kept, and takes blocks until one
    /// of the spans is used again: the first blocks of those that drain from now on, with another block of each.
    fn draining(&self, by: Cache) -> Vec<(Addr, Addr)> {
        let blocks = self.many(by);
        let (firsts, others) = first_of_each(self, &blocks);
        self.free(by, &firsts).unwrap();
        let full = self.magazine(by);
        self.alloc(by, full + 1);
        let other =
            |first| *others.iter().find(|&&at| self.spans(&[at, first]).len() == 1).unwrap();
        let kept = self.kept(by);
        firsts.into_iter().filter(|at| kept.contains(at)).map(|at| (at, other(at))).collect()
    }

    /// Blocks in the magazine.
    fn magazine(&self, by: Cache) -> usize {
        by.magazine(self.class.0).len()
    }

    /// The class that the page of `block` says.
    fn told(&self, block: Addr) -> Option<u8> {
        self.heap.central.heap.pages.arenas.class_at(block.0)
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
    let blocks = world.many(cache);
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
    let blocks = world.many(owner);
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

#[test]
fn a_block_of_a_span_that_drains_goes_back_to_it_and_not_to_the_magazine() {
    let world = World::new(EIGHTH);
    let cache = world.cache();
    let draining = world.draining(cache);
    assert!(draining.len() >= 8, "{} spans drain", draining.len());
    let (held, frees) = (world.magazine(cache), world.heap.stats().frees);
    for &(_, block) in &draining {
        let allocated = world.span(block).alloc_count();
        world.free(cache, &[block]).unwrap();
        assert_eq!(world.span(block).alloc_count(), allocated - 1);
    }
    assert_eq!(world.magazine(cache), held);
    assert_eq!(world.heap.stats().frees, frees + draining.len() as u64, "and is counted");
    world.check();
}

#[test]
fn a_span_drains_until_it_is_used_again() {
    let world = World::new(EIGHTH);
    let cache = world.cache();
    let draining = world.draining(cache);
    let told = |&(first, _): &(Addr, Addr)| world.told(first);
    assert!(draining.iter().all(|at| told(at) == Some(0)), "its pages say no class");
    world.alloc(cache, world.magazine(cache) + draining.len());
    assert!(world.kept(cache).is_empty());
    assert!(draining.iter().all(|at| told(at) == Some(world.class.0)), "and say it again");
    world.check();
}

#[test]
fn no_span_drains_while_a_thread_only_frees() {
    let world = World::new(EIGHTH);
    let cache = world.cache();
    let blocks = world.many(cache);
    let (firsts, _) = first_of_each(&world, &blocks);
    world.free(cache, &firsts).unwrap();
    let kept = world.kept(cache);
    assert!(kept.len() >= 8 && !cache.drains());
    assert!(kept.iter().all(|&base| world.told(base) == Some(world.class.0)));
    world.check();
}

#[test]
fn a_thread_that_comes_to_only_free_does_not_look_any_more() {
    let world = World::new(EIGHTH);
    let cache = world.cache();
    world.draining(cache);
    assert!(cache.drains());
    let more = world.many(cache);
    world.free(cache, &more).unwrap();
    assert!(!cache.drains());
    world.check();
}

#[test]
fn spans_of_the_smallest_blocks_do_not_drain() {
    let world = World::new(64);
    let cache = world.cache();
    let blocks = world.many(cache);
    let (firsts, others) = first_of_each(&world, &blocks);
    world.free(cache, &firsts).unwrap();
    world.alloc(cache, world.magazine(cache) + 1);
    let held = world.magazine(cache);
    let kept = world.kept(cache);
    let block = others.into_iter().find(|&at| kept.contains(&world.span(at).base())).unwrap();
    world.free(cache, &[block]).unwrap();
    assert_eq!((world.magazine(cache), world.told(block)), (held + 1, Some(world.class.0)));
    world.check();
}

#[test]
fn a_block_of_a_span_that_drains_is_a_block_like_others() {
    let world = World::new(EIGHTH);
    let (cache, other) = (world.cache(), world.cache());
    let draining = world.draining(cache);
    let (_, block) = draining[0];
    assert_eq!(world.heap.class_at(block), Some(world.class.0));
    assert_eq!(world.heap.usable(block), Ok(EIGHTH));
    assert_eq!(world.heap.resize(block, Some(world.class.0), EIGHTH - 8), Ok(true));
    assert_eq!(world.heap.resize(block, Some(world.class.0 + 1), EIGHTH + 8), Ok(false));
    let held = world.magazine(other);
    // SAFETY: this thread has all caches, and the block is live.
    unsafe { world.heap.free(other, block) }.unwrap();
    assert_eq!(world.magazine(other), held + 1, "who does not keep the span pushes it");
    world.check();
}

#[test]
fn a_block_that_is_freed_twice_in_a_span_that_drains_is_named() {
    let world = World::new(EIGHTH);
    let cache = world.cache();
    let (first, block) = world.draining(cache)[0];
    assert_eq!(world.free(cache, &[block]), Ok(()));
    for address in [block, first] {
        let twice = Misuse { kind: MisuseKind::DoubleFree, address };
        assert_eq!(world.free(cache, &[address]), Err(twice), "at once");
    }
}

#[test]
fn a_span_that_drained_dry_becomes_a_span_of_another_class() {
    let world = World::new(EIGHTH);
    let cache = world.cache();
    let (first, _) = world.draining(cache)[0];
    let span = world.span(first);
    let rest: Vec<Addr> = (1..span.slots()).map(|slot| span.address_of(slot)).collect();
    world.free(cache, &rest).unwrap();
    // SAFETY: this thread has all caches.
    let waits = || unsafe { cache.emptied() }.any(|empty| empty.base() == first);
    assert!(waits(), "its last block was its end");
    let pages = world.heap.stats().heap_inuse;
    let other = World { class: Class::of(EIGHTH / 2).unwrap(), ..world };
    let block = other.alloc(cache, 1)[0];
    assert_eq!(other.span(block).base(), first, "no new page is touched while there is an old one");
    assert_eq!(other.heap.stats().heap_inuse, pages);
    other.check();
}
