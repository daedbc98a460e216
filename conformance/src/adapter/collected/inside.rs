//! The inside as the judge asks for it: actions handed on to the heap, views made of what it shows.

use super::Collecting;
use super::views::{self, SizeClasses};
use crate::op::alloc::Scan;
use crate::target::heap::Held;
use crate::target::inside::{
    CentralView, Inside, LookupView, MemView, PagesView, SpanView, StacksView, TableView,
};
use reference_alloc::collected::Shape;
use reference_alloc::collected::object::span_class;
use reference_alloc::os::Os;
use reference_alloc::scavenge::pace::QUANTUM;
use reference_alloc::stack::Stack;
use reference_alloc::units::{Addr, PAGE_BYTES, Pages};
use std::ptr;

/// What a header says of an object with pointers: some type, which nobody looks at here.
const TYPE_WORD: usize = 0x7e7e;

fn shape(scan: Scan) -> Shape {
    match scan {
        Scan::Noscan => Shape::Plain { zeroed: true },
        Scan::Pointers => Shape::Pointers { map: u64::MAX, word: TYPE_WORD },
    }
}

/// The heap's word for it.
pub(super) fn scan_of(scan: Scan) -> reference_alloc::size_class::Scan {
    shape(scan).scan()
}

fn pages_of(bytes: usize) -> Pages {
    Pages(bytes.div_ceil(PAGE_BYTES))
}

impl Collecting {
    /// What the system was given back by `work`.
    fn given_back(&self, work: impl FnOnce()) -> Vec<(usize, usize)> {
        let system = &self.world().heap.heap.pages.os;
        drop(system.take_decommitted());
        work();
        system.take_decommitted()
    }
}

// SAFETY: memory handed out is the caller's: objects are rooted, stacks and runs are taken.
unsafe impl Inside for Collecting {
    unsafe fn new_object(&self, size: usize, scan: Scan) -> *mut u8 {
        let made = self.world().make(size, shape(scan));
        made.map_or(ptr::null_mut(), ptr::with_exposed_provenance_mut)
    }

    unsafe fn free_object(&self, object: Held) {
        self.world().let_go(object.address.addr());
    }

    fn flush(&self) {
        let world = self.world();
        let _stopped = world.stopped();
        // SAFETY: the gate is closed.
        unsafe { world.heap.flush_caches() };
    }

    fn start_cycle(&self) {
        self.world().collect();
    }

    fn sweep(&self, spans: usize) -> usize {
        let _running = self.world().running();
        (0..spans).take_while(|_| self.world().heap.sweep_one().is_some()).count()
    }

    fn refill(&self, size: usize, scan: Scan) {
        let Some(class) = span_class(size, scan_of(scan)) else { return };
        // Without memory there is nothing to exchange it for.
        let _ = self.world().mutate(|mutator| mutator.refill(class));
    }

    unsafe fn stack(&self, size: usize) -> *mut u8 {
        let stack = self.world().mutate(|mutator| mutator.alloc_stack(size).ok()).flatten();
        stack.map_or(ptr::null_mut(), |stack| ptr::with_exposed_provenance_mut(stack.lo.0))
    }

    unsafe fn free_stack(&self, stack: *mut u8, size: usize) {
        let lo = Addr(stack.addr());
        // SAFETY: the caller's: a stack of this heap that nobody uses.
        self.world().mutate(|mutator| unsafe { mutator.free_stack(Stack { lo, hi: lo + size }) });
    }

    fn take_run(&self, pages: usize) -> usize {
        let _running = self.world().running();
        let taken = self.world().heap.heap.pages.core().pages.alloc(Pages(pages));
        taken.map_or(0, |taken| taken.base.addr().0)
    }

    fn take_cached(&self, pages: usize) -> usize {
        let heap = &self.world().heap.heap.pages;
        let taken = self
            .world()
            .mutate(|mutator| heap.take_cached(&mut mutator.pages().cache, Pages(pages)));
        taken.and_then(Result::ok).map_or(0, |taken| taken.base.addr().0)
    }

    fn free_run(&self, run: usize, pages: usize) {
        let _running = self.world().running();
        self.world().heap.heap.pages.free(&[(Addr(run).page(), Pages(pages))]);
    }

    fn scavenge(&self, bytes: usize) -> Vec<(usize, usize)> {
        let _running = self.world().running();
        let heap = &self.world().heap.heap.pages;
        self.given_back(|| _ = heap.scavenge(pages_of(bytes), true))
    }

    fn release_all(&self) -> Vec<(usize, usize)> {
        self.scavenge(usize::MAX)
    }

    fn scavenge_paced(&self) -> Vec<(usize, usize)> {
        let _running = self.world().running();
        let heap = &self.world().heap;
        self.given_back(|| {
            let goals = heap.scavenge_goals();
            while heap.scavenge_step(&goals) >= QUANTUM as usize {}
        })
    }

    fn set_memory_limit(&self, bytes: u64) {
        // Here 0 is the limit that is none.
        let limit = if bytes == 0 { usize::MAX } else { bytes as usize };
        self.world().heap.heap.pages.set_limit(limit);
    }

    fn next_growth(&self) -> Option<usize> {
        let pages = &self.world().heap.heap.pages;
        let (_, end) = pages.core().reserve();
        let next = if end.0 == 0 { pages.os.first_hint() } else { end };
        Some(next.0)
    }

    fn table(&self) -> TableView {
        SizeClasses(self.world().heap.reserve).table()
    }

    fn look_up(&self, size: usize, scan: Scan) -> LookupView {
        views::look_up(size, scan_of(scan))
    }

    fn span_of(&self, address: usize) -> Option<SpanView> {
        let world = self.world();
        let _stopped = world.stopped();
        let span = world.heap.heap.pages.arenas.span_at(address)?;
        Some(views::span(span, &world.heap.reclaim))
    }

    fn spans(&self) -> Vec<SpanView> {
        let world = self.world();
        let _stopped = world.stopped();
        views::spans(&world.heap)
    }

    fn is_registered(&self, address: usize) -> bool {
        self.world().heap.heap.pages.arenas.class_at(address).is_some()
    }

    fn current_p(&self) -> usize {
        self.world().mutate(|mutator| mutator.number()).unwrap_or(0)
    }

    fn central(&self) -> CentralView {
        let stopped = self.world().stopped();
        views::central(&self.world().heap, &stopped)
    }

    fn pages(&self) -> PagesView {
        let stopped = self.world().stopped();
        views::pages(&self.world().heap, &stopped)
    }

    fn stacks(&self) -> StacksView {
        let stopped = self.world().stopped();
        views::stacks(&self.world().heap, &stopped)
    }

    fn mem(&self) -> MemView {
        let _stopped = self.world().stopped();
        views::mem(&self.world().heap)
    }
}
