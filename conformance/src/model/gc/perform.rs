//! Ops on the shadow: what is done to the tables when the target said that it did it.

use super::object::Object;
use super::places::{Handle, Reference};
use super::touch::Touch;
use super::{Cleanup, CleanupState, LOCALS, Node, Phase, Shadow, THREADS, Thread, number};
use crate::observe::gc::{Answer, stamped};
use crate::op::gc::{Global, Kind, Local, Map, Op, Shape, Step, Weak};

impl Shadow {
    /// Performs a step that applied and was done, `answer` being what came of it.
    #[expect(clippy::too_many_lines, reason = "one arm for each op, most of a line or two")]
    pub fn perform(&mut self, step: &Step, answer: &Answer) {
        let by = step.thread;
        let op = &step.op;
        match *op {
            Op::New { to, words, map } => self.make(step, to, Shape { words, map }),
            Op::Chain { to, count } => self.make_chain(step, to, count),
            Op::Load { to, of, slot } => {
                let held = self.slot_of(by, of, slot).map(|(node, slot)| self.slot(node, slot));
                self.set_local(step, by, to, held.unwrap_or_default());
            }
            Op::Store { of, slot, from } => {
                let held = self.places.local(by, from);
                self.write(step, of, slot, held, Touch::Overwritten, Touch::Stored);
            }
            Op::Clear { of, slot } => {
                self.write(step, of, slot, Reference::Nil, Touch::Cleared, Touch::Stored);
            }
            Op::Swap { of, slot, with } => {
                let held = self.places.local(by, with);
                let old = self.write(step, of, slot, held, Touch::Swapped, Touch::Stored);
                self.set_local(step, by, with, old);
            }
            Op::Cas { of, slot, new, .. } if answer.values[0] == 1 => {
                let held = self.places.local(by, new);
                self.write(step, of, slot, held, Touch::Exchanged, Touch::Stored);
            }
            Op::Copy { of, slot, from, first, count } => {
                self.copy(step, (of, slot), (from, first), count);
            }
            Op::Wipe { of, slot, count } => {
                for slot in slot..slot + count {
                    self.write(step, of, slot, Reference::Nil, Touch::Wiped, Touch::Stored);
                }
            }
            Op::Hide { of, word, from } => {
                let hidden = self.places.local(by, from).node();
                if let (Some((node, _)), Some(hidden)) = (self.base(by, of), hidden) {
                    self.hidden.insert((node, word), hidden);
                }
            }
            Op::Set { global, from } => {
                let held = self.places.local(by, from);
                self.touches.note(Touch::Set, held.node());
                self.set_global(step, global, held);
            }
            Op::Unset { global } => self.set_global(step, global, Reference::Nil),
            Op::Weaken { weak, from } => {
                let to = self.places.local(by, from);
                let object = to.node().and_then(|node| self.objects.get_mut(node.0 as usize));
                let life = object.map_or(0, |object| {
                    object.weakly = true;
                    u32::from(object.lives)
                });
                self.places.set_handle(weak, Some(Handle { to, life }));
            }
            Op::Strengthen { to, weak } => self.strengthen(step, to, weak, answer),
            Op::Forget { weak } => self.places.set_handle(weak, None),
            Op::Finalizer { of } => self.give_finalizer(by, of, None),
            Op::Reviver { of, global } => self.give_finalizer(by, of, Some(global.0)),
            Op::Unfinalizer { of } => {
                if let Some((node, _)) = self.base(by, of) {
                    self.drop_finalizer(node);
                }
            }
            Op::Cleanup { of } => {
                if let Some(of) = self.places.local(by, of).node() {
                    self.touches.note(Touch::Cleanup, Some(of));
                    self.cleanups.push(Cleanup { of, state: CleanupState::Attached });
                }
            }
            Op::Uncleanup { back } => {
                let attached = self.cleanups.iter_mut().rev().nth(back as usize);
                if let Some(cleanup) = attached.filter(|c| c.state == CleanupState::Attached) {
                    let in_time = self.graph.is_reachable(cleanup.of);
                    let late = CleanupState::StoppedLate;
                    cleanup.state = if in_time { CleanupState::Stopped } else { late };
                }
            }
            Op::SelfCleanup { of } if answer.values[0] == 1 => {
                // Its argument keeps the object for ever.
                if let Some((of, _)) = self.base(by, of) {
                    self.cleanups.push(Cleanup { of, state: CleanupState::Attached });
                    self.graph.hold(of);
                }
            }
            Op::Begin => {
                self.touches.take();
                self.phase = Phase::Marking;
                self.begin_collection();
            }
            Op::Step { .. } => {
                self.phase = match answer.values[0] {
                    0 => Phase::Idle,
                    1 => Phase::Marking,
                    _ => Phase::Sweeping,
                }
            }
            Op::Move { .. }
            | Op::Drop { .. }
            | Op::Inside { .. }
            | Op::Past { .. }
            | Op::Get { .. }
            | Op::Stash { .. }
            | Op::Unstash { .. } => self.pass_on(step),
            Op::Push
            | Op::Pop
            | Op::Start { .. }
            | Op::End { .. }
            | Op::Hand { .. }
            | Op::Reset => self.change_mutators(step),
            _ => {}
        }
    }

    /// References that go from one place to another.
    fn pass_on(&mut self, step: &Step) {
        let by = step.thread;
        let (to, held) = match step.op {
            Op::Move { to, of } => (to, self.places.local(by, of)),
            Op::Drop { to } => (to, Reference::Nil),
            Op::Inside { to, of, word } => {
                let base = self.base(by, of);
                (to, base.map_or(Reference::Nil, |(node, _)| Reference::Inside(node, word)))
            }
            Op::Past { to, of } => {
                let base = self.base(by, of);
                (to, base.map_or(Reference::Nil, |(node, _)| Reference::Past(node)))
            }
            Op::Get { to, global } => (to, self.places.global(global)),
            Op::Stash { kind, from } => {
                let held = self.places.local(by, from);
                let old = self.places.set_stash(kind, held);
                if let Some(node) = held.node() {
                    self.objects[node.0 as usize].place = Some(kind);
                }
                return self.exchange(step, held, old);
            }
            Op::Unstash { to, kind } => {
                let held = self.places.stash(kind);
                self.touches.note(Touch::Unstashed, held.node());
                self.set_local(step, by, to, held);
                self.places.set_stash(kind, Reference::Nil);
                return self.exchange(step, Reference::Nil, held);
            }
            _ => return,
        };
        self.set_local(step, by, to, held);
    }

    fn change_mutators(&mut self, step: &Step) {
        let by = step.thread;
        match step.op {
            Op::Push => self.places.push(by),
            Op::Pop => {
                for held in self.places.pop(by) {
                    self.exchange(step, Reference::Nil, held);
                }
            }
            Op::Start { mutator, from } => {
                let held = self.places.local(by, from);
                self.touches.note(Touch::Started, held.node());
                self.places.push(mutator);
                self.set_local(step, mutator, Local(0), held);
            }
            Op::End { mutator } => self.end(step, mutator),
            Op::Hand { mutator, to, from } => {
                let held = self.places.local(by, from);
                self.touches.note(Touch::Handed, held.node());
                self.set_local(step, mutator, to, held);
            }
            Op::Reset => self.reset(step),
            _ => {}
        }
    }

    fn end(&mut self, step: &Step, mutator: Thread) {
        for frame in self.places.end(mutator) {
            for held in frame {
                self.touches.note(Touch::Left, held.node());
                self.exchange(step, Reference::Nil, held);
            }
        }
    }

    fn reset(&mut self, step: &Step) {
        for mutator in 1..THREADS as u8 {
            self.end(step, Thread(mutator));
        }
        while self.places.depth(Thread(0)) > 1 {
            for held in self.places.pop(Thread(0)) {
                self.exchange(step, Reference::Nil, held);
            }
        }
        for local in 0..LOCALS as u8 {
            self.set_local(step, Thread(0), Local(local), Reference::Nil);
        }
        for place in 0..crate::op::gc::PLACES as u8 {
            self.set_global(step, Global(place), Reference::Nil);
            self.places.set_handle(Weak(place), None);
        }
        for kind in Kind::ALL {
            let old = self.places.set_stash(kind, Reference::Nil);
            self.exchange(step, Reference::Nil, old);
        }
    }

    fn make(&mut self, step: &Step, to: Local, shape: Shape) {
        let node = self.graph.add(shape.slots() as u32);
        let made_marking = self.phase != Phase::Idle;
        let mut object = Object::new(shape, true);
        object.made_marking = made_marking;
        self.objects.push(object);
        self.touches.note(Touch::Made, Some(node));
        self.set_local(step, step.thread, to, Reference::Start(node));
    }

    fn make_chain(&mut self, step: &Step, to: Local, count: u64) {
        let shape = Shape { words: 2, map: Map::Last };
        let last = self.graph.add_chain(count as u32);
        self.objects.extend(std::iter::repeat_n(Object::new(shape, false), count as usize));
        self.set_local(step, step.thread, to, Reference::Start(last));
    }

    fn set_local(&mut self, step: &Step, thread: Thread, local: Local, to: Reference) {
        let old = self.places.set_local(thread, local, to);
        self.exchange(step, to, old);
    }

    pub(super) fn set_global(&mut self, step: &Step, global: Global, to: Reference) {
        let old = self.places.set_global(global, to);
        if old != to {
            self.touches.note(Touch::Unset, old.node());
        }
        self.exchange(step, to, old);
    }

    /// A root holds `new` in place of `old`.
    fn exchange(&mut self, step: &Step, new: Reference, old: Reference) {
        if let Some(node) = new.node() {
            self.graph.hold(node);
        }
        if let Some(node) = old.node() {
            self.graph.release(node);
            self.objects[node.0 as usize].release_by(&step.op);
        }
    }

    /// Writes a slot of what `of` holds: what it held before.
    fn write(
        &mut self,
        step: &Step,
        of: Local,
        slot: u64,
        to: Reference,
        over: Touch,
        with: Touch,
    ) -> Reference {
        let Some((node, slot)) = self.slot_of(step.thread, of, slot) else { return Reference::Nil };
        let old = self.slot(node, slot);
        if old != to {
            self.touches.note(over, old.node());
        }
        self.touches.note(with, to.node());
        self.put(step, node, slot, to);
        old
    }

    /// Writes a slot, and keeps what finalizers are owed.
    fn put(&mut self, step: &Step, node: Node, slot: u32, to: Reference) {
        let old = self.slot(node, slot);
        if self.setting.ordered && self.finalizers.contains_key(&node) {
            if let Some(to) = to.node().filter(|to| *to != node) {
                self.graph.hold(to);
            }
            if let Some(old) = old.node().filter(|old| *old != node) {
                self.graph.release(old);
            }
        }
        self.set_slot(node, slot, to);
        if let Some(old) = old.node() {
            self.objects[old.0 as usize].release_by(&step.op);
        }
    }

    fn copy(&mut self, step: &Step, to: (Local, u64), from: (Local, u64), count: u64) {
        let by = step.thread;
        let (Some((target, _)), Some((source, _))) = (self.base(by, to.0), self.base(by, from.0))
        else {
            return;
        };
        let held: Vec<Reference> =
            (0..count).map(|i| self.slot(source, (from.1 + i) as u32)).collect();
        for (i, held) in (0..).zip(held) {
            let slot = (to.1 + i) as u32;
            let old = self.slot(target, slot);
            if old != held {
                self.touches.note(Touch::CopiedOver, old.node());
            }
            self.touches.note(Touch::Copied, held.node());
            self.put(step, target, slot, held);
        }
    }

    /// The handle gave what `answer` says, if that is what it leads to; else nil.
    fn strengthen(&mut self, step: &Step, to: Local, weak: Weak, answer: &Answer) {
        let Some(handle) = self.places.handle(weak) else { return };
        let (object, _) = stamped(answer.values[0]);
        let found = handle.to.node().filter(|&node| object == number(node));
        let held = if found.is_some() { handle.to } else { Reference::Nil };
        if let Some(node) = found {
            let late = self.phase == Phase::Sweeping;
            let touch = if late { Touch::StrengthenedLate } else { Touch::Strengthened };
            self.touches.note(touch, found);
            if !self.graph.is_reachable(node) {
                self.objects[node.0 as usize].revived = true;
                self.revive();
            }
        }
        self.set_local(step, step.thread, to, held);
    }

    /// Nothing goes on any more.
    pub fn rest(&mut self) {
        self.phase = Phase::Idle;
    }

    /// Whether the object waits for its finalizer.
    pub fn awaits_finalizer(&self, node: Node) -> bool {
        self.finalizers.contains_key(&node)
    }
}
