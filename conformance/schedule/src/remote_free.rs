//! A heap of one size class, whose blocks are allocated by some threads and freed by any.
//!
//! Judges `alloc/concurrency/remote-free-ordered` and `alloc/concurrency/remote-free-counted-once`.

use super::explore::{end, models, start};
use super::piece::Piece;
use std::sync::Arc;

/// The socket.
pub trait RemoteFree: Send + Sync + 'static {
    /// What a thread keeps for itself.
    type Cache: Default + Send;

    /// A heap with memory for `spans` spans of [`SLOTS`] blocks.
    fn new(spans: usize) -> Self;

    /// A free block: its number, below `spans` times [`SLOTS`]. `None` if there is none at that moment;
    /// with nobody else at work, only if all are in use, or free in the cache of a thread.
    fn alloc(&self, cache: &mut Self::Cache) -> Option<usize>;

    /// Frees `block`, which any thread may have allocated.
    fn free(&self, block: usize);

    /// Frees `block`, whose span the thread took blocks from last, as far as it knows. A part may have a
    /// shorter way for that.
    fn free_at_home(&self, block: usize, cache: &mut Self::Cache) {
        let _ = cache;
        self.free(block);
    }

    /// A thread gives up what it keeps.
    fn leave(&self, cache: Self::Cache);
}

/// Blocks of a span.
pub const SLOTS: usize = 2;

models! { RemoteFree:
    "remote-free" "two threads free both blocks of a full span" both_of_a_full_span None;
    "remote-free" "two threads free while the owner leaves" while_the_owner_leaves None;
    "remote-free" "one frees while the owner looks for a block and leaves" while_the_owner_folds None;
    "remote-free" "the last free of a listed span, while another thread takes it" last_against_claim None;
    "remote-free" "the last free of a listed span, while another thread takes it; there are two" last_of_two None;
    "remote-free" "the last free of a listed span, while another thread takes it and comes to its last free"
        last_against_last None;
    "remote-free" "a full span is freed, while another thread looks for one" freed_against_search None;
    "remote-free" "the owner takes the last block and leaves, another frees and looks for one"
        filled_against_search None;
    "remote-free" "two threads take turns with one span" turns None;
    "remote-free" "a full span is freed at home, while another thread frees in it" home_against_free None;
    "remote-free" "a full span is freed at home and filled again, while another thread frees in it"
        refilled_against_free None;
    "remote-free" "a full span is freed at home, while another thread frees in it and a third looks for one"
        home_against_search Some(3);
}

struct Scene<P> {
    heap: P,
    blocks: Vec<Piece>,
}

impl<P: RemoteFree> Scene<P> {
    fn new(spans: usize) -> Arc<Scene<P>> {
        Arc::new(Scene { heap: P::new(spans), blocks: Piece::several(spans * SLOTS) })
    }

    fn alloc(&self, cache: &mut P::Cache) -> Option<usize> {
        let block = self.heap.alloc(cache)?;
        self.blocks[block].take();
        Some(block)
    }

    fn free(&self, block: usize) {
        self.blocks[block].give();
        self.heap.free(block);
    }

    fn free_at_home(&self, block: usize, cache: &mut P::Cache) {
        self.blocks[block].give();
        self.heap.free_at_home(block, cache);
    }

    /// Both blocks of the one span, and the cache that they came from.
    fn full(&self) -> (usize, usize, P::Cache) {
        let mut cache = P::Cache::default();
        let both = (self.alloc(&mut cache), self.alloc(&mut cache));
        let (Some(one), Some(other)) = both else { panic!("a fresh heap has no block") };
        (one, other, cache)
    }

    /// Every block of the heap is free, once. A span that nobody lists shows in no other way.
    fn drain(&self, held: &[usize]) {
        for &block in held {
            self.free(block);
        }
        let mut cache = P::Cache::default();
        let mut found = Vec::new();
        while let Some(block) = self.alloc(&mut cache) {
            found.push(block);
        }
        assert_eq!(found.len(), self.blocks.len(), "blocks that can be allocated in the end");
        // And once more: the spans are in order now.
        self.heap.leave(cache);
        for block in found {
            self.free(block);
        }
        let mut cache = P::Cache::default();
        let count = std::iter::from_fn(|| self.alloc(&mut cache)).count();
        assert_eq!(count, self.blocks.len(), "blocks that can be allocated the next time");
    }
}

fn both_of_a_full_span<P: RemoteFree>() {
    let scene = Scene::<P>::new(1);
    let (one, other, cache) = scene.full();
    scene.heap.leave(cache);
    let thread = start(&scene, move |scene| scene.free(one));
    scene.free(other);
    end(thread);
    scene.drain(&[]);
}

pub(crate) fn while_the_owner_leaves<P: RemoteFree>() {
    let scene = Scene::<P>::new(1);
    let (one, other, cache) = scene.full();
    let threads = [
        start(&scene, move |scene| scene.free(one)),
        start(&scene, move |scene| scene.free(other)),
    ];
    scene.heap.leave(cache);
    threads.into_iter().for_each(end);
    scene.drain(&[]);
}

fn while_the_owner_folds<P: RemoteFree>() {
    let scene = Scene::<P>::new(1);
    let (one, other, mut cache) = scene.full();
    let thread = start(&scene, move |scene| {
        scene.free(one);
        scene.free(other);
    });
    let again = scene.alloc(&mut cache);
    scene.heap.leave(cache);
    end(thread);
    scene.drain(again.as_slice());
}

fn last_against_claim<P: RemoteFree>() {
    last_of::<P>(1);
}

fn last_of_two<P: RemoteFree>() {
    last_of::<P>(2);
}

fn last_against_last<P: RemoteFree>() {
    let scene = Scene::<P>::new(1);
    let (one, other, cache) = scene.full();
    scene.free(one);
    scene.heap.leave(cache);
    let thread = start(&scene, move |scene| scene.free(other));
    turn(&scene);
    end(thread);
    scene.drain(&[]);
}

fn last_of<P: RemoteFree>(spans: usize) {
    let scene = Scene::<P>::new(spans);
    let (one, other, cache) = scene.full();
    scene.free(one);
    scene.heap.leave(cache);
    let thread = start(&scene, move |scene| scene.free(other));
    let mut cache = P::Cache::default();
    let held = scene.alloc(&mut cache);
    scene.heap.leave(cache);
    end(thread);
    scene.drain(held.as_slice());
}

pub(crate) fn freed_against_search<P: RemoteFree>() {
    let scene = Scene::<P>::new(1);
    let (one, other, cache) = scene.full();
    scene.heap.leave(cache);
    let threads = [
        start(&scene, move |scene| scene.free(one)),
        start(&scene, move |scene| scene.free(other)),
    ];
    let mut cache = P::Cache::default();
    let held = scene.alloc(&mut cache);
    scene.heap.leave(cache);
    threads.into_iter().for_each(end);
    scene.drain(held.as_slice());
}

fn filled_against_search<P: RemoteFree>() {
    let scene = Scene::<P>::new(1);
    let mut cache = P::Cache::default();
    let Some(first) = scene.alloc(&mut cache) else { panic!("a fresh heap has no block") };
    let owner = start(&scene, move |scene| {
        let last = scene.alloc(&mut cache);
        scene.heap.leave(cache);
        last
    });
    scene.free(first);
    let mut cache = P::Cache::default();
    let found = scene.alloc(&mut cache);
    scene.heap.leave(cache);
    let held: Vec<usize> = [end(owner), found].into_iter().flatten().collect();
    scene.drain(&held);
}

/// A thread allocates, leaves, and frees what it has.
fn turn<P: RemoteFree>(scene: &Scene<P>) {
    let mut cache = P::Cache::default();
    if let Some(block) = scene.alloc(&mut cache) {
        scene.heap.leave(cache);
        scene.free(block);
    }
}

pub(crate) fn turns<P: RemoteFree>() {
    let scene = Scene::<P>::new(1);
    let thread = start(&scene, turn);
    turn(&scene);
    end(thread);
    scene.drain(&[]);
}

fn home_against_free<P: RemoteFree>() {
    let scene = Scene::<P>::new(1);
    let (one, other, cache) = scene.full();
    scene.heap.leave(cache);
    let thread = start(&scene, move |scene| scene.free(one));
    let mut cache = P::Cache::default();
    scene.free_at_home(other, &mut cache);
    scene.heap.leave(cache);
    end(thread);
    scene.drain(&[]);
}

fn refilled_against_free<P: RemoteFree>() {
    let scene = Scene::<P>::new(1);
    let (one, other, cache) = scene.full();
    scene.heap.leave(cache);
    let thread = start(&scene, move |scene| scene.free(one));
    let mut cache = P::Cache::default();
    scene.free_at_home(other, &mut cache);
    let mut held: Vec<usize> = (0..2).filter_map(|_| scene.alloc(&mut cache)).collect();
    scene.heap.leave(cache);
    let mut cache = P::Cache::default();
    held.extend(scene.alloc(&mut cache));
    scene.heap.leave(cache);
    end(thread);
    scene.drain(&held);
}

fn home_against_search<P: RemoteFree>() {
    let scene = Scene::<P>::new(1);
    let (one, other, cache) = scene.full();
    scene.heap.leave(cache);
    let thread = start(&scene, move |scene| scene.free(one));
    let search = start(&scene, |scene| {
        let mut cache = P::Cache::default();
        let held = scene.alloc(&mut cache);
        scene.heap.leave(cache);
        held
    });
    let mut cache = P::Cache::default();
    scene.free_at_home(other, &mut cache);
    scene.heap.leave(cache);
    end(thread);
    let held = end(search);
    scene.drain(held.as_slice());
}
