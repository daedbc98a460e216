//! The shadow of a collector: the world that ops speak of, and what its roots reach.
//!
//! It performs every op that the target says it performed, on plain tables. What the target should have
//! answered is asked before ([`Shadow::applies`], [`Shadow::wanted`]); then the op is performed
//! ([`Shadow::perform`]).
//!
//! 1. *Reachable* is what a local, a global or another place of the program leads to, through slots. Where
//!    finalizers run in order, what an object with a finalizer holds is reachable, too.
//! 2. *Due* is what a collection must reclaim, or give to its finalizer: what was unreachable when it
//!    began ([`due`]).
//! 3. *Touched* is what a mutator did to an object while a collection went on ([`touch`]): each is a danger
//!    of its own to a collector that runs beside the program.

mod applies;
pub mod due;
mod ends;
pub mod object;
mod perform;
pub mod places;
pub mod touch;

use super::reach::{Graph, Node};
use crate::observe::gc::stamp;
use crate::op::gc::{LOCALS, Local, Op, Shape, Step};
use crate::op::{THREADS, Thread};
pub use applies::Applies;
use due::Due;
use object::Object;
use places::{Handle, Places, Reference};
use std::collections::HashMap;
use touch::Touches;

/// What the shadow must know of a target.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Setting {
    /// Finalizers run in the order of dependency.
    pub ordered: bool,
    /// An explicit collection reclaims all that is unreachable.
    pub exact: bool,
    /// Nothing is collected but what ops ask for.
    pub steps: bool,
    /// Pointer-free objects of fewer bytes than this may live longer.
    pub tiny: u64,
}

/// The shadow.
pub struct Shadow {
    setting: Setting,
    graph: Graph,
    /// By number less one, which is the number of its node.
    objects: Vec<Object>,
    places: Places,
    /// Words that slots lead to inside an object, where it is not the start.
    inside: HashMap<(Node, u32), u64>,
    /// Words in which an address is hidden, and whose.
    hidden: HashMap<(Node, u64), Node>,
    /// Cleanups, in order of making.
    cleanups: Vec<Cleanup>,
    /// Objects that finalizers revived, with the global that is to hold them.
    finalizers: HashMap<Node, Option<u8>>,
    due: Due,
    touches: Touches,
    phase: Phase,
}

/// A cleanup that was attached.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Cleanup {
    /// The object that it is attached to.
    pub of: Node,
    /// What became of it.
    pub state: CleanupState,
}

/// What became of a cleanup.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum CleanupState {
    /// It waits for the object's death.
    Attached,
    /// It was stopped before that.
    Stopped,
    /// It was stopped when the object was unreachable: it may have been on its way.
    StoppedLate,
    /// It ran.
    Ran,
}

/// What the target said of the collection that goes on.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Phase {
    /// None goes on.
    #[default]
    Idle,
    /// It may be marking.
    Marking,
    /// It sweeps.
    Sweeping,
}

impl Shadow {
    /// The shadow of a fresh target.
    pub fn new(setting: Setting) -> Shadow {
        Shadow {
            setting,
            graph: Graph::default(),
            objects: Vec::new(),
            places: Places::default(),
            inside: HashMap::new(),
            hidden: HashMap::new(),
            cleanups: Vec::new(),
            finalizers: HashMap::new(),
            due: Due::default(),
            touches: Touches::default(),
            phase: Phase::Idle,
        }
    }

    /// What goes on.
    pub fn phase(&self) -> Phase {
        self.phase
    }

    /// Objects made so far.
    pub fn made(&self) -> u64 {
        self.objects.len() as u64
    }

    /// The object of `number`, if there was one.
    pub fn object(&self, number: u64) -> Option<&Object> {
        self.objects.get(usize::try_from(number.checked_sub(1)?).ok()?)
    }

    /// The node of object `number`.
    pub fn node(&self, number: u64) -> Option<Node> {
        self.object(number).map(|_| Node((number - 1) as u32))
    }

    /// Whether the program, or a finalizer that waits, leads to the object.
    pub fn is_reachable(&mut self, node: Node) -> bool {
        self.graph.is_reachable(node)
    }

    /// How many objects are reachable.
    pub fn reachable_count(&mut self) -> u64 {
        self.graph.reachable_count()
    }

    /// Bytes of reachable objects that have no slots.
    pub fn reachable_noscan(&mut self) -> u64 {
        let mut bytes = 0;
        for (node, object) in (0..).map(Node).zip(&self.objects) {
            let shape = object.shape();
            if shape.slots() == 0 && self.graph.is_reachable(node) {
                bytes += shape.bytes();
            }
        }
        bytes
    }

    /// Whether an address of the object is written down somewhere as a number.
    pub fn is_hidden(&self, node: Node) -> bool {
        self.hidden.values().any(|&hidden| hidden == node)
    }

    /// Whether the word that is read there holds a hidden address in place of its stamp.
    pub fn is_overwritten(&self, reference: Reference) -> bool {
        match reference {
            Reference::Inside(node, word) => self.hidden.contains_key(&(node, word)),
            _ => false,
        }
    }

    /// How many words of the object hold hidden addresses.
    pub fn hidden_words(&self, node: Node) -> u64 {
        self.hidden.keys().filter(|(owner, _)| *owner == node).count() as u64
    }

    /// Cleanups attached so far.
    pub fn cleanups(&self) -> u64 {
        self.cleanups.len() as u64
    }

    /// The cleanup of `number`, from 1.
    pub fn cleanup(&self, number: u64) -> Option<Cleanup> {
        self.cleanups.get(usize::try_from(number.checked_sub(1)?).ok()?).copied()
    }

    /// How many cleanups are attached to the object and have not run.
    pub fn awaited_cleanups(&self, node: Node) -> u64 {
        let waits = |c: &&Cleanup| c.of == node && c.state == CleanupState::Attached;
        self.cleanups.iter().filter(waits).count() as u64
    }

    /// The places that hold references.
    pub fn places(&self) -> &Places {
        &self.places
    }

    /// Slots of the object with what they hold.
    pub fn slots(&self, node: Node) -> impl Iterator<Item = (u32, Node)> {
        let held = move |slot| self.graph.get(node, slot).map(|to| (slot, to));
        (0..self.graph.slots(node)).filter_map(held)
    }

    /// The slots that hold the object, each with its owner, the newest first.
    pub fn holders(&self, node: Node) -> impl Iterator<Item = (Node, u32)> + '_ {
        self.graph.holders(node)
    }

    /// What slot `slot` of the object holds.
    pub fn slot(&self, node: Node, slot: u32) -> Reference {
        match (self.graph.get(node, slot), self.inside.get(&(node, slot))) {
            (None, _) => Reference::Nil,
            (Some(to), None) => Reference::Start(to),
            (Some(to), Some(&word)) => Reference::Inside(to, word),
        }
    }

    fn set_slot(&mut self, node: Node, slot: u32, to: Reference) {
        self.graph.set(node, slot, to.node());
        match to {
            Reference::Inside(_, word) => drop(self.inside.insert((node, slot), word)),
            _ => drop(self.inside.remove(&(node, slot))),
        }
    }

    /// The object that local `local` of `thread` points to the start of, with its shape.
    fn base(&self, thread: Thread, local: Local) -> Option<(Node, Shape)> {
        match self.places.local(thread, local) {
            Reference::Start(node) => Some((node, self.objects[node.0 as usize].shape())),
            _ => None,
        }
    }

    /// The slot `slot` of what `local` points to, if there is one.
    fn slot_of(&self, thread: Thread, local: Local, slot: u64) -> Option<(Node, u32)> {
        let (node, shape) = self.base(thread, local)?;
        (slot < shape.slots()).then_some((node, slot as u32))
    }

    /// What `local` holds, if it can be stored: nothing can that is nil or past an end.
    fn storable(&self, thread: Thread, local: Local) -> Option<Reference> {
        let held = self.places.local(thread, local);
        matches!(held, Reference::Start(_) | Reference::Inside(..)).then_some(held)
    }

    /// What `local` holds, nil included, if it can be stored.
    fn storable_or_nil(&self, thread: Thread, local: Local) -> Option<Reference> {
        let held = self.places.local(thread, local);
        (!matches!(held, Reference::Past(_))).then_some(held)
    }

    /// `count` slots from `slot` of an object of map `all`.
    fn range_of(&self, thread: Thread, local: Local, slot: u64, count: u64) -> Option<Node> {
        let (node, shape) = self.base(thread, local)?;
        let fits = slot.checked_add(count).is_some_and(|end| end <= shape.slots());
        (shape.map == crate::op::gc::Map::All && fits).then_some(node)
    }

    /// The reference that `step` follows, whose stamp is its answer; `None` where it follows none.
    pub fn wanted(&self, step: &Step) -> Option<Reference> {
        let by = step.thread;
        Some(match step.op {
            Op::Load { of, slot, .. } | Op::Swap { of, slot, .. } => {
                let (node, slot) = self.slot_of(by, of, slot)?;
                self.slot(node, slot)
            }
            Op::Inside { of, word, .. } => Reference::Inside(self.base(by, of)?.0, word),
            Op::Get { global, .. } => self.places.global(global),
            Op::Unstash { kind, .. } => self.places.stash(kind),
            Op::Check { of } => self.places.local(by, of),
            Op::Strengthen { weak, .. } => self.places.handle(weak)?.to,
            _ => return None,
        })
    }

    /// What slot `slot` of the object holds that `local` points to, if there is one.
    pub fn slot_at(&self, thread: Thread, local: Local, slot: u64) -> Option<Reference> {
        self.slot_of(thread, local, slot).map(|(node, slot)| self.slot(node, slot))
    }

    /// How many objects a walk of at most `count` meets from what `local` points to, and how many of
    /// them have another number than one less than that of the object before. It ends where the last
    /// slot does not hold the start of an object.
    pub fn chain_from(&self, thread: Thread, local: Local, count: u64) -> (u64, u64) {
        let mut node = self.base(thread, local).map(|(node, _)| node);
        let (mut seen, mut wrong) = (0, 0);
        while let Some(here) = node.filter(|_| seen < count) {
            seen += 1;
            let last = self.graph.slots(here).checked_sub(1);
            node = last.and_then(|last| match self.slot(here, last) {
                Reference::Start(next) => Some(next),
                _ => None,
            });
            let out_of_order = node.is_some_and(|next| next.0.checked_add(1) != Some(here.0));
            wrong += u64::from(out_of_order && seen < count);
        }
        (seen, wrong)
    }

    /// What the target is known for.
    pub fn setting(&self) -> Setting {
        self.setting
    }

    /// The shape of the object that `local` points to the start of.
    pub fn shape_at(&self, thread: Thread, local: Local) -> Option<Shape> {
        self.base(thread, local).map(|(_, shape)| shape)
    }

    /// Whether the death of the object was reported.
    pub fn told_dead(&self, node: Node) -> bool {
        self.objects[node.0 as usize].deaths > 0
    }

    /// The handle that `step` reads.
    pub fn handle_of(&self, step: &Step) -> Option<Handle> {
        match step.op {
            Op::Strengthen { weak, .. } => self.places.handle(weak),
            _ => None,
        }
    }
}

impl Reference {
    /// What is read there if the collector is right.
    pub fn stamp(self) -> u64 {
        match self {
            Reference::Nil | Reference::Past(_) => 0,
            Reference::Start(node) => stamp(number(node), 0),
            Reference::Inside(node, word) => stamp(number(node), word),
        }
    }
}

/// The number of the object that `node` stands for.
pub fn number(node: Node) -> u64 {
    u64::from(node.0) + 1
}
