//! Ops on roots: globals, frames, mutators, places of the runtime; and what hangs on objects.

use super::Tri;
use super::barrier::Write;
use super::mark::Phase;
use super::mutator::STACK;
use super::reference::Ref;
use super::special::{WeakRef, What};
use crate::observe::gc::{Answer, Outcome};
use crate::op::Thread;
use crate::op::gc::{FRAMES, Local, Op};

/// Bytes of a stack, at most.
const DEEPEST: u64 = 1 << 30;

impl Tri {
    /// Performs an op on roots. `None` if it is another one, or does not apply.
    pub(super) fn act_on_roots(&mut self, m: usize, op: &Op) -> Option<Answer> {
        match *op {
            Op::Set { global, from } => {
                let new = self.readable(m, from)?;
                self.set_global(m, global.0, new);
            }
            Op::Get { to, global } => {
                return Some(self.take(m, to, self.globals[usize::from(global.0)]));
            }
            Op::Unset { global } => self.set_global(m, global.0, Ref::NIL),
            Op::Push => (self.mutators[m].depth < FRAMES).then(|| self.mutators[m].push())?,
            Op::Pop => (self.mutators[m].depth > 1).then(|| self.mutators[m].pop())?,
            Op::Grow { size } => return Some(self.grow_stack(m, size)),
            Op::Start { mutator, from } => self.start_mutator(m, mutator, from)?,
            Op::End { mutator } => self.end_mutator(m, mutator)?,
            Op::Hand { mutator, to, from } => self.hand(m, mutator, to, from)?,
            Op::Stash { kind, from } => self.stash(m, kind as usize, from)?,
            Op::Unstash { to, kind } => return self.unstash(m, to, kind as usize),
            Op::Reset => self.reset(m),
            _ => return self.act_on_specials(m, op),
        }
        Some(Answer::DONE)
    }

    fn grow_stack(&mut self, m: usize, bytes: u64) -> Answer {
        if bytes > DEEPEST {
            return Answer::bare(Outcome::Refused);
        }
        let mutator = &mut self.mutators[m];
        let needed = mutator.used() + bytes;
        if needed > mutator.stack {
            mutator.stack = needed.next_power_of_two();
            self.parts.copy_stack(mutator);
        }
        Answer::DONE
    }

    /// Stacks that use little of what they have are made smaller, when marking has ended.
    pub(super) fn shrink_stacks(&mut self) {
        for mutator in &mut self.mutators {
            mutator.grey = 0;
            if mutator.used() * 4 < mutator.stack && mutator.stack > STACK {
                mutator.stack /= 2;
            }
        }
    }

    /// The index of another mutator that may start or end.
    fn other(m: usize, mutator: Thread) -> Option<usize> {
        let other = usize::from(mutator.0);
        (other != m && other < crate::op::THREADS).then_some(other)
    }

    /// Starts a mutator. Its stack is black, so its argument is shaded.
    fn start_mutator(&mut self, m: usize, mutator: Thread, from: Local) -> Option<()> {
        let (other, argument) = (Tri::other(m, mutator)?, self.readable_or_nil(m, from)?);
        (!self.mutators[other].running).then(|| self.mutators[other].start())?;
        self.mutators[other].set(0, argument);
        if self.cycle.phase == Phase::Mark {
            self.parts.shade_argument(self, argument);
        }
        Some(())
    }

    fn end_mutator(&mut self, m: usize, mutator: Thread) -> Option<()> {
        let other = Tri::other(m, mutator).filter(|&other| other > 0)?;
        self.mutators[other].running.then(|| self.stop_mutator(other))
    }

    fn stop_mutator(&mut self, m: usize) {
        if self.cycle.phase == Phase::Mark {
            self.parts.buffer_ends(self, m);
        }
        self.mutators[m].running = false;
        self.mutators[m].grey = 0;
    }

    fn hand(&mut self, m: usize, mutator: Thread, to: Local, from: Local) -> Option<()> {
        let (other, given) = (Tri::other(m, mutator)?, self.readable(m, from)?);
        self.mutators[other].running.then_some(())?;
        let grey = [m, other].map(|m| self.mutators[m].is_grey());
        if self.cycle.phase == Phase::Mark && self.parts.shades_handed(grey[0], grey[1]) {
            self.shade(given);
        }
        self.set_local(other, to, given);
        Some(())
    }

    fn stash(&mut self, m: usize, kind: usize, from: Local) -> Option<()> {
        let new = self.readable(m, from)?;
        (!self.places[kind].full).then_some(())?;
        self.barrier(m, Write::Place, Ref::NIL, new);
        self.places[kind] = super::Place { held: new, full: true };
        Some(())
    }

    fn unstash(&mut self, m: usize, to: Local, kind: usize) -> Option<Answer> {
        let held = self.places[kind].full.then_some(self.places[kind].held)?;
        self.barrier(m, Write::Place, held, Ref::NIL);
        self.parts.empty_place(self, kind);
        Some(self.take(m, to, held))
    }

    fn reset(&mut self, m: usize) {
        for global in 0..self.globals.len() {
            self.set_global(m, global as u8, Ref::NIL);
        }
        for kind in 0..self.places.len() {
            self.barrier(m, Write::Place, self.places[kind].held, Ref::NIL);
            self.parts.empty_place(self, kind);
        }
        self.weaks = [None; crate::op::gc::PLACES];
        for other in 1..self.mutators.len() {
            if self.mutators[other].running {
                self.stop_mutator(other);
            }
        }
        let first = &mut self.mutators[0];
        while first.depth > 1 {
            first.pop();
        }
        first.frames[0].live = 0;
    }

    /// Weak handles, finalizers, cleanups.
    fn act_on_specials(&mut self, m: usize, op: &Op) -> Option<Answer> {
        match *op {
            Op::Weaken { weak, from } => {
                let held = self.readable(m, from)?;
                let (index, slot) = self.heap.find(held.word())?;
                let cell = self.parts.weak_cell(self, index, slot);
                let offset = held.word() - self.heap.spans[index].word_of(slot);
                self.weaks[usize::from(weak.0)] = Some(WeakRef { cell, offset });
            }
            Op::Strengthen { to, weak } => {
                let held = self.weaks[usize::from(weak.0)]?;
                let held = self.strengthen(held);
                return Some(self.take(m, to, held));
            }
            Op::Same { weak, other } => {
                let [one, other] = [weak, other].map(|weak| self.weaks[usize::from(weak.0)]);
                let same = self.parts.same(one?, other?);
                return Some(Answer::with(&[u64::from(same)]));
            }
            Op::Forget { weak } => self.weaks[usize::from(weak.0)] = None,
            Op::Finalizer { of } => self.set_finalizer(m, of, None)?,
            Op::Reviver { of, global } => self.set_finalizer(m, of, Some(global.0))?,
            Op::Unfinalizer { of } => {
                let (index, slot) = self.heap.find(self.start(m, of)?.0)?;
                let what = self.finalizer_of(index, slot)?;
                self.parts.remove_finalizer(self, index, slot, what);
            }
            Op::Cleanup { of } => {
                let held = self.readable(m, of)?;
                let (index, slot) = self.parts.cleanup_object(self, held)?;
                self.specials.cleanups.push(self.heap.spans[index].word_of(slot));
                let number = self.specials.cleanups.len() as u64;
                self.parts.attach_cleanup(self, index, slot, number);
            }
            Op::Uncleanup { back } => {
                let number = (self.specials.cleanups.len() as u64).checked_sub(back)?;
                let nth = usize::try_from(number).ok()?.checked_sub(1)?;
                let at = *self.specials.cleanups.get(nth)?;
                self.parts.stop_cleanup(self, at, number);
            }
            Op::SelfCleanup { of } => {
                self.start(m, of)?;
                return Some(Answer::with(&[u64::from(self.parts.accepts_itself())]));
            }
            _ => return None,
        }
        Some(Answer::DONE)
    }

    fn set_finalizer(&mut self, m: usize, of: Local, revive: Option<u8>) -> Option<()> {
        let (at, _) = self.start(m, of)?;
        let (index, slot) = self.heap.find(at)?;
        self.finalizer_of(index, slot).is_none().then_some(())?;
        self.attach(index, slot, What::Finalizer(revive));
        self.parts.finalizer_is_set(self, at);
        Some(())
    }
}
