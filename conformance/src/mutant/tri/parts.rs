//! The socket: every step of the collector that a mutant may do wrong. How it counts and what it reckons
//! with has a socket of its own, [`Accounts`](super::accounts::Accounts).
//!
//! [`Parts`] has a right method for each step. [`Right`] overrides none of them; a mutant overrides one or
//! two and is otherwise right. They are reached through a reference: a hundred mutants share one compiled
//! collector, and a call through it costs less than a nanosecond where an op costs a hundred.
//!
//! A mutant that is wrong only at times calls the right step itself: `Right.name(...)`, or a method of
//! [`Tri`].

use super::Tri;
use super::barrier::Write;
use super::mark::{BLOCK, OBLET, Phase};
use super::mutator::{Frame, Mutator};
use super::reference::{Ref, address};
use super::span::Span;
use super::special::{CLEARED, Special, WeakRef, What};
use super::{Known, alloc};
use crate::op::gc::{Op, PLACES, Shape};

/// The parts of the collector.
pub(crate) trait Parts: Sync {
    // Ops.

    /// Whether an op is looked at at all.
    fn applies(&self, _tri: &Tri, _op: &Op) -> bool {
        true
    }

    /// The address that `new` answers.
    fn address(&self, _tri: &Tri, at: u32) -> u64 {
        address(at)
    }

    /// An empty view at the end of the object at `at`: it keeps the object, not what lies behind.
    fn past(&self, at: u32, _shape: Shape) -> Ref {
        Ref::past(at)
    }

    /// A whole collection that begins now.
    fn collect(&self, tri: &mut Tri) {
        tri.finish();
        tri.begin(true);
        tri.finish();
    }

    /// Performs at most so many units.
    fn step(&self, tri: &mut Tri, units: u64) {
        for _ in 0..units {
            if !tri.collects() {
                break;
            }
            tri.unit();
        }
    }

    /// Takes what became known.
    fn gather(&self, tri: &mut Tri, _all: bool) -> Known {
        std::mem::take(&mut tri.known)
    }

    // Allocation.

    /// Whether there may be one more object.
    fn admits(&self, _tri: &Tri) -> bool {
        true
    }

    /// The class of an object's slot.
    fn class_for(&self, words: u64) -> usize {
        alloc::class_of(words)
    }

    /// Zeroes a slot.
    fn zero(&self, tri: &mut Tri, at: u32, size: u32) {
        tri.heap.words[at as usize..(at + size) as usize].fill(0);
    }

    /// Notes which words of a new object hold references.
    fn write_map(&self, tri: &mut Tri, at: u32, shape: Shape, size: u32) {
        tri.heap.write_map(at, shape, size);
    }

    /// Colours an object that is born while marking is on.
    fn born(&self, tri: &mut Tri, index: usize, slot: u32) {
        let span = &mut tri.heap.spans[index];
        span.marks |= 1 << slot;
        tri.cycle.marked += u64::from(span.size()) * 8;
    }

    // Marking.

    /// Called when all roots are listed.
    fn mark_begins(&self, _tri: &mut Tri) {}

    /// How many blocks of globals there are.
    fn global_blocks(&self) -> usize {
        PLACES / BLOCK
    }

    /// Whether the stack of a mutator is a root.
    fn is_root(&self, mutator: &Mutator) -> bool {
        mutator.running
    }

    /// How many frames of it are.
    fn frames_to_scan(&self, mutator: &Mutator) -> usize {
        mutator.depth
    }

    /// Scans a frame.
    fn scan_frame(&self, tri: &mut Tri, mutator: usize, frame: usize) {
        tri.shade_frame(mutator, frame);
    }

    /// The locals of a frame that hold references, a bit each.
    fn live_locals(&self, frame: &Frame) -> u16 {
        frame.live
    }

    /// Scans a place of the runtime.
    fn scan_place(&self, tri: &mut Tri, kind: usize) {
        tri.shade(tri.places[kind].held);
    }

    /// Scans an object with a finalizer: marks what it reaches, but not the object.
    fn scan_for_finalizer(&self, tri: &mut Tri, at: u32) {
        tri.scan_object(at);
    }

    /// The object that a word lies in.
    fn resolve(&self, tri: &Tri, at: u32) -> Option<(usize, u32)> {
        tri.heap.find(at)
    }

    /// Makes what `to` leads to grey, if it is white.
    fn grey(&self, tri: &mut Tri, to: Ref) {
        if let Some(start) = tri.mark(to.word()) {
            if tri.heap.span_of(start).is_some_and(|index| tri.heap.spans[index].noscan) {
                self.marked_noscan(tri, start);
            } else {
                self.enqueue(tri, start);
            }
        }
    }

    /// An object without references was marked: it is black.
    fn marked_noscan(&self, _tri: &mut Tri, _start: u32) {}

    /// Puts a grey object into the queue.
    fn enqueue(&self, tri: &mut Tri, start: u32) {
        tri.cycle.queue.push(start);
    }

    /// Scans an object of the queue, or a piece of one.
    fn scan(&self, tri: &mut Tri, start: u32) {
        tri.scan_at(start);
    }

    /// In how many pieces a large object is scanned.
    fn oblets(&self, words: u32) -> u32 {
        words.div_ceil(OBLET)
    }

    /// Counts bytes of a marked object.
    fn count_scan(&self, tri: &mut Tri, bytes: u64, noscan: bool) {
        if !noscan {
            tri.cycle.heap_scan += bytes;
        }
    }

    /// The queue is empty. Whether there is more to do.
    fn recheck(&self, tri: &mut Tri) -> bool {
        tri.flush_all();
        !tri.cycle.queue.is_empty()
    }

    /// Called when marking has ended.
    fn mark_ends(&self, _tri: &mut Tri) {}

    // The barrier.

    /// Before a write while marking is on.
    fn barrier(&self, tri: &mut Tri, mutator: usize, write: Write, old: Ref, new: Ref) {
        self.shade_old(tri, mutator, write, old);
        self.shade_new(tri, mutator, write, new);
    }

    /// Shades what is overwritten.
    fn shade_old(&self, tri: &mut Tri, mutator: usize, _write: Write, old: Ref) {
        tri.note(mutator, old);
    }

    /// Shades what is written.
    fn shade_new(&self, tri: &mut Tri, mutator: usize, _write: Write, new: Ref) {
        tri.note(mutator, new);
    }

    /// A buffer is full.
    fn buffer_is_full(&self, tri: &mut Tri, mutator: usize) {
        tri.flush(mutator);
    }

    /// A mutator ends while marking is on.
    fn buffer_ends(&self, tri: &mut Tri, mutator: usize) {
        tri.flush(mutator);
    }

    /// Shades the argument of a mutator that starts while marking is on.
    fn shade_argument(&self, tri: &mut Tri, argument: Ref) {
        tri.shade(argument);
    }

    /// Whether what passes between two stacks is shaded.
    fn shades_handed(&self, giver_is_grey: bool, taker_is_grey: bool) -> bool {
        giver_is_grey || taker_is_grey
    }

    // Roots.

    /// Empties a place of the runtime.
    fn empty_place(&self, tri: &mut Tri, kind: usize) {
        tri.places[kind].held = Ref::NIL;
        tri.places[kind].full = false;
    }

    /// Moves a stack to a larger place.
    fn copy_stack(&self, mutator: &mut Mutator) {
        mutator.frames = mutator.frames[..mutator.depth].to_vec();
    }

    // Sweeping.

    /// Gives up the spans in hand.
    fn release_cached(&self, tri: &mut Tri) {
        tri.central.cached = Default::default();
    }

    /// Sweeps a span, when what hangs on its objects is dealt with.
    fn sweep_span(&self, tri: &mut Tri, index: usize) {
        tri.free_unmarked(index);
    }

    /// The slots that stay in use.
    fn kept(&self, span: &Span) -> u64 {
        span.marks
    }

    /// Clears the marks for the next cycle.
    fn clear_marks(&self, span: &mut Span) {
        span.marks = 0;
    }

    /// Slots were freed, and are not zero.
    fn slots_are_dirty(&self, span: &mut Span) {
        span.needzero = true;
    }

    /// Reports a death.
    fn report_death(&self, tri: &mut Tri, _index: usize, number: u64) {
        tri.known.dead.push(number);
    }

    /// A slot was freed.
    fn slot_is_freed(&self, _tri: &mut Tri, _index: usize, _slot: u32) {}

    /// Counts the slots of `dead`, of so many words each.
    fn count_frees(&self, tri: &mut Tri, _index: usize, dead: u64, size: u32) {
        let count = u64::from(dead.count_ones());
        tri.counters.frees += count;
        tri.counters.freed += count * u64::from(size) * 8;
    }

    // Finalizers.

    /// A finalizer was attached to the object at `at`.
    fn finalizer_is_set(&self, tri: &mut Tri, at: u32) {
        if tri.cycle.phase == Phase::Mark {
            self.scan_for_finalizer(tri, at);
        }
    }

    /// Takes the finalizer away.
    fn remove_finalizer(&self, tri: &mut Tri, index: usize, slot: u32, what: What) {
        tri.detach(index, slot, what);
    }

    /// Whether the finalizer on `slot` is due. Its span is being swept.
    fn finalizer_is_due(&self, tri: &Tri, index: usize, slot: u32) -> bool {
        !tri.heap.spans[index].is_marked(slot)
    }

    /// A finalizer is queued: it hangs on its object no more.
    fn finalizer_leaves(&self, tri: &mut Tri, index: usize, slot: u32, what: What) {
        tri.detach(index, slot, what);
    }

    /// Keeps the object of a finalizer that is queued.
    fn keep_for_finalizer(&self, tri: &mut Tri, index: usize, slot: u32, _revive: Option<u8>) {
        tri.heap.spans[index].marks |= 1 << slot;
    }

    /// All finalizers of the queue ran.
    fn forget_queue(&self, tri: &mut Tri) {
        tri.specials.queue.clear();
        tri.specials.ran = 0;
    }

    // Cleanups.

    /// The object that a cleanup is attached to.
    fn cleanup_object(&self, tri: &Tri, of: Ref) -> Option<(usize, u32)> {
        tri.heap.find(of.word())
    }

    /// Attaches a cleanup.
    fn attach_cleanup(&self, tri: &mut Tri, index: usize, slot: u32, number: u64) {
        tri.attach(index, slot, What::Cleanup(number));
    }

    /// Stops a cleanup that was attached to the object at `at`.
    fn stop_cleanup(&self, tri: &mut Tri, at: u32, number: u64) {
        if let Some((index, slot)) = tri.heap.find(at) {
            tri.detach(index, slot, What::Cleanup(number));
        }
    }

    /// Whether a cleanup may have its object as its argument: it would never run.
    fn accepts_itself(&self) -> bool {
        false
    }

    /// Whether `special` is dealt with although its object lives.
    fn runs_early(&self, _tri: &Tri, _index: usize, _special: Special) -> bool {
        false
    }

    /// A cleanup is due.
    fn cleanup_is_due(&self, tri: &mut Tri, number: u64) {
        tri.specials.due.push(number);
    }

    /// How many of those that are due run now.
    fn cleanups_to_run(&self, tri: &Tri) -> usize {
        tri.specials.due.len()
    }

    // Weak handles.

    /// The cell of handles to an object.
    fn weak_cell(&self, tri: &mut Tri, index: usize, slot: u32) -> u32 {
        tri.cell_of(index, slot)
    }

    /// Whether two handles are equal.
    fn same(&self, one: WeakRef, other: WeakRef) -> bool {
        one == other
    }

    /// Sweeps the span of an object that a weak read wants.
    fn sweep_before_read(&self, tri: &mut Tri, index: usize) {
        tri.sweep(index);
    }

    /// Shades what a weak read found.
    fn shade_read(&self, tri: &mut Tri, to: Ref) {
        tri.shade(to);
    }

    /// Clears the cell of a dead object.
    fn clear_dead(&self, tri: &mut Tri, _index: usize, cell: u32) {
        tri.specials.cells[cell as usize] = CLEARED;
    }

    /// Clears the cell of an object whose finalizer is queued. If it lives on, it gets another one.
    fn clear_before_finalizer(&self, tri: &mut Tri, index: usize, slot: u32, cell: u32) {
        tri.specials.cells[cell as usize] = CLEARED;
        tri.detach(index, slot, What::Weak(cell));
    }
}

/// Every part right.
pub(crate) struct Right;

impl Parts for Right {}
