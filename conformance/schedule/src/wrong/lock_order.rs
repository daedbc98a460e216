//! A pool of stacks and a heap, each under its lock, and wrong ones.

use crate::lock_order::LockOrder;
use loom::sync::{Mutex, MutexGuard};
use std::marker::PhantomData;

/// Stacks of a span of pages.
const STACKS: usize = 2;

/// The pool of stacks.
#[derive(Default)]
pub(super) struct Pool {
    idle: usize,
    in_use: usize,
}

/// The step that may be wrong: in which order both locks are taken where both are needed.
pub(super) trait Steps: Sized + Send + Sync + 'static {
    /// Both locks, for a heap that needs pages of the pool.
    fn both(pools: &Pools<Self>) -> (MutexGuard<'_, Pool>, MutexGuard<'_, usize>) {
        pools.both()
    }
}

/// Both pools. The pool's lock comes before the heap's.
pub(super) struct Pools<S> {
    pool: Mutex<Pool>,
    /// Free spans of pages.
    heap: Mutex<usize>,
    steps: PhantomData<S>,
}

impl<S> Pools<S> {
    fn both(&self) -> (MutexGuard<'_, Pool>, MutexGuard<'_, usize>) {
        let pool = self.pool.lock().unwrap();
        let heap = self.heap.lock().unwrap();
        (pool, heap)
    }

    /// Gives the pages of an idle pool to the heap.
    fn give_back(pool: &mut Pool, heap: &mut usize) {
        if pool.in_use == 0 && pool.idle == STACKS {
            pool.idle = 0;
            *heap += 1;
        }
    }
}

impl<S: Steps> LockOrder for Pools<S> {
    fn new() -> Pools<S> {
        Pools { pool: Mutex::new(Pool::default()), heap: Mutex::new(1), steps: PhantomData }
    }

    fn take_stack(&self) -> bool {
        let mut pool = self.pool.lock().unwrap();
        if pool.idle == 0 {
            let mut heap = self.heap.lock().unwrap();
            if *heap == 0 {
                return false;
            }
            *heap -= 1;
            pool.idle += STACKS;
        }
        pool.idle -= 1;
        pool.in_use += 1;
        true
    }

    fn give_stack(&self) {
        let (mut pool, mut heap) = self.both();
        pool.idle += 1;
        pool.in_use -= 1;
        Self::give_back(&mut pool, &mut heap);
    }

    fn reclaim(&self) {
        let (mut pool, mut heap) = S::both(self);
        Self::give_back(&mut pool, &mut heap);
    }
}

pub(super) struct Right;
impl Steps for Right {}

pub(super) struct HeapFirst;
impl Steps for HeapFirst {
    fn both(pools: &Pools<HeapFirst>) -> (MutexGuard<'_, Pool>, MutexGuard<'_, usize>) {
        let heap = pools.heap.lock().unwrap();
        let pool = pools.pool.lock().unwrap();
        (pool, heap)
    }
}
