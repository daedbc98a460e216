//! What hangs on objects beside their words: finalizers, cleanups and weak handles.
//!
//! 1. *Handles are cells of their own.* A weak reference leads to a cell, and the cell to the object, so
//!    that sweeping clears one word whoever holds it. An object has one cell at a time; a cell that was
//!    cleared is never used again.
//! 2. *A finalizer keeps what its object reaches, not the object.* Marking scans the object without
//!    marking it. So in a chain only the first is unreachable, and those that reach themselves never are.
//! 3. *Finalizers first.* An unmarked object with a finalizer loses its weak handles and the finalizer,
//!    which is queued, and lives on; its cleanups stay. Only an unmarked object without one dies, and its
//!    cleanups are queued then.
//! 4. *A weak read makes strong.* It shades while marking is on, and while sweeping is on it sweeps the
//!    span first: an unmarked object must not come back.

use super::Tri;
use super::mark::Phase;
use super::reference::Ref;

/// The cell of a handle that leads nowhere.
pub(crate) const CLEARED: u32 = u32::MAX;

/// One thing that hangs on the object in a slot.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Special {
    /// The slot in the span.
    pub(crate) slot: u32,
    /// The thing.
    pub(crate) what: What,
}

/// What hangs on an object.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum What {
    /// A finalizer, and the global that it stores the object into.
    Finalizer(Option<u8>),
    /// A cleanup, by its number.
    Cleanup(u64),
    /// The cell of its weak handles.
    Weak(u32),
}

impl What {
    fn is_finalizer(self) -> bool {
        matches!(self, What::Finalizer(_))
    }
}

/// A weak reference.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct WeakRef {
    /// The cell that it leads to.
    pub(crate) cell: u32,
    /// Words from the object's start; 0 for the start.
    pub(crate) offset: u32,
}

/// A finalizer that is due.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Queued {
    /// The object.
    pub(crate) object: Ref,
    /// The global that it is stored into.
    pub(crate) revive: Option<u8>,
}

/// Handles, cleanups, and what is due.
#[derive(Default, Debug)]
pub(crate) struct Specials {
    /// The object that each cell leads to, or [`CLEARED`].
    pub(crate) cells: Vec<u32>,
    /// The object of each cleanup ever attached.
    pub(crate) cleanups: Vec<u32>,
    /// Finalizers attached now.
    pub(crate) finalizers: usize,
    /// Finalizers that are due, and before `ran` those that ran.
    pub(crate) queue: Vec<Queued>,
    /// How many of the queue ran.
    pub(crate) ran: usize,
    /// Cleanups that are due.
    pub(crate) due: Vec<u64>,
}

impl Tri {
    /// What hangs on `slot` of a span, in order.
    pub(crate) fn specials_of(&self, span: usize, slot: u32) -> impl Iterator<Item = What> + '_ {
        let specials = &self.heap.spans[span].specials;
        specials.iter().filter(move |special| special.slot == slot).map(|special| special.what)
    }

    /// Hangs `what` on `slot`.
    pub(crate) fn attach(&mut self, span: usize, slot: u32, what: What) {
        self.heap.spans[span].specials.push(Special { slot, what });
        self.specials.finalizers += usize::from(what.is_finalizer());
    }

    /// Takes it off again; whether it was there.
    pub(crate) fn detach(&mut self, span: usize, slot: u32, what: What) -> bool {
        let specials = &mut self.heap.spans[span].specials;
        let at = specials.iter().position(|special| *special == Special { slot, what });
        at.map(|at| specials.remove(at)).is_some_and(|special| {
            self.specials.finalizers -= usize::from(special.what.is_finalizer());
            true
        })
    }

    /// The finalizer of `slot`.
    pub(crate) fn finalizer_of(&self, span: usize, slot: u32) -> Option<What> {
        self.specials_of(span, slot).find(|what| what.is_finalizer())
    }

    /// The cell for handles to the object in `slot`: its own, or a new one.
    pub(crate) fn cell_of(&mut self, span: usize, slot: u32) -> u32 {
        let own = self.specials_of(span, slot).find_map(|what| match what {
            What::Weak(cell) => Some(cell),
            _ => None,
        });
        own.unwrap_or_else(|| self.new_cell(span, slot))
    }

    /// A new cell that leads to the object in `slot`.
    pub(crate) fn new_cell(&mut self, span: usize, slot: u32) -> u32 {
        let cell = self.specials.cells.len() as u32;
        self.specials.cells.push(self.heap.spans[span].word_of(slot));
        self.attach(span, slot, What::Weak(cell));
        cell
    }

    /// What `weak` leads to, kept from now on; nil if that is gone.
    pub(crate) fn strengthen(&mut self, weak: WeakRef) -> Ref {
        let Some(target) = self.target(weak) else { return Ref::NIL };
        if self.cycle.phase == Phase::Sweep
            && let Some(span) = self.heap.span_of(target)
        {
            self.parts.sweep_before_read(self, span);
        }
        let Some(target) = self.target(weak) else { return Ref::NIL };
        let at = target + weak.offset;
        let to = if weak.offset == 0 { Ref::start(at) } else { Ref::inside(at) };
        if self.cycle.phase == Phase::Mark {
            self.parts.shade_read(self, to);
        }
        to
    }

    /// The object that `weak` leads to.
    pub(crate) fn target(&self, weak: WeakRef) -> Option<u32> {
        let target = self.specials.cells[weak.cell as usize];
        (target != CLEARED).then_some(target)
    }

    /// Deals with what hangs on unmarked objects of a span that is being swept.
    pub(crate) fn sweep_specials(&mut self, index: usize) {
        let parts = self.parts;
        for special in self.heap.spans[index].specials.clone() {
            if let What::Finalizer(revive) = special.what
                && parts.finalizer_is_due(self, index, special.slot)
            {
                self.queue_finalizer(index, special.slot, revive);
            }
        }
        for special in self.heap.spans[index].specials.clone() {
            let span = &self.heap.spans[index];
            let dead = !span.is_marked(special.slot) && span.is_allocated(special.slot);
            if dead || parts.runs_early(self, index, special) {
                self.detach(index, special.slot, special.what);
                match special.what {
                    What::Finalizer(_) => {}
                    What::Cleanup(number) => parts.cleanup_is_due(self, number),
                    What::Weak(cell) => parts.clear_dead(self, index, cell),
                }
            }
        }
    }

    /// Queues the finalizer of an unreachable object, which lives on.
    pub(crate) fn queue_finalizer(&mut self, index: usize, slot: u32, revive: Option<u8>) {
        let parts = self.parts;
        let weak: Vec<What> = self.specials_of(index, slot).collect();
        for what in weak {
            if let What::Weak(cell) = what {
                parts.clear_before_finalizer(self, index, slot, cell);
            }
        }
        let object = Ref::start(self.heap.spans[index].word_of(slot));
        parts.finalizer_leaves(self, index, slot, What::Finalizer(revive));
        self.specials.queue.push(Queued { object, revive });
        parts.keep_for_finalizer(self, index, slot, revive);
    }

    /// Runs the finalizers and cleanups that are due.
    pub(crate) fn run_due(&mut self) {
        let parts = self.parts;
        while let Some(&queued) = self.specials.queue.get(self.specials.ran) {
            self.specials.ran += 1;
            self.run_finalizer(queued);
        }
        parts.forget_queue(self);
        let count = parts.cleanups_to_run(self);
        let ready: Vec<u64> = self.specials.due.drain(..count).collect();
        self.known.cleaned.extend(ready);
    }

    fn run_finalizer(&mut self, Queued { object, revive }: Queued) {
        let number = self.stamp_at(object) & u64::from(u32::MAX);
        let at = object.word();
        self.known.finalized.push(number);
        if self.weaks.iter().flatten().any(|&weak| self.target(weak) == Some(at)) {
            self.known.strong.push(number);
        }
        if !self.is_whole_with_slots(at) {
            self.known.broken.push(number);
        }
        if let Some(global) = revive {
            self.set_global(0, global, object);
        }
    }

    /// Whether all that a finalizer reads of its object is as it was written.
    fn is_whole_with_slots(&self, at: u32) -> bool {
        let shape = self.heap.head(at).shape();
        let held = (0..shape.slots()).map(|slot| at + shape.word_of_slot(slot) as u32);
        self.wrong_words(at) == 0
            && held.map(|word| Ref::from_bits(self.heap.read(word))).all(|held| {
                let upper = self.stamp_at(held) >> 32;
                if held.is_start() {
                    upper == 0 && self.wrong_words(held.word()) == 0
                } else {
                    true
                }
            })
    }
}
