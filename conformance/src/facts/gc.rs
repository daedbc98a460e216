//! What a collector's answers mean: the events of a step, and the facts that they bind.
//!
//! 1. Before an op is performed on the shadow, the shadow says whether it applies, and what is read
//!    if it follows a reference.
//! 2. `answered` is told of every op. One that was done is performed on the shadow, and what it showed is
//!    told.
//! 3. A gathering op tells more (`tell`): each report by itself; then, at the end of a collection,
//!    each object that roots hold, that was touched meanwhile, and that was due.

mod about;
mod addresses;
mod choose;
mod draw;
mod names;
mod tell;

pub use names::Names;

use super::{Hears, Last, MissingName};
use crate::capability::Capability;
use crate::model::gc::places::Reference;
use crate::model::gc::{Applies, Phase, Setting, Shadow, number};
use crate::observe::gc::{Answer, Outcome, Reading, stamped};
use crate::op::gc::{INITIAL, Kind, Op, Script, Shape, Step};
use crate::picture::Picture;
use crate::rule::{EventId, FactId, Frame, FunctionId, Natives, Vocabulary};
use addresses::Addresses;
use draw::Scene;
use std::collections::BTreeMap;

/// Turns the answers of one run into events with facts.
pub struct Clerk {
    names: Names,
    vocabulary: Vocabulary,
    frame: Frame,
    shadow: Shadow,
    addresses: Addresses,
    /// Collections that ended, as far as ops asked for them.
    collections: u64,
    /// Collections begun since it was asked what became known.
    begun: u64,
    /// Units performed since the collection that goes on began, and objects made until then.
    units: u64,
    objects_at_begin: u64,
    /// The settings in force.
    percent: u64,
    limit: u64,
    /// Nothing was made since the last explicit collection.
    quiet: bool,
    /// A setting was changed since then.
    changed: bool,
    /// Rests since the statistics were read last.
    rested: u64,
    /// For pictures.
    scene: Scene,
}

/// Whether a step applied, and what it should have read.
#[derive(Clone, Copy, Default)]
pub struct Expected {
    applies: bool,
    optional: bool,
    wanted: Option<Reference>,
}

/// Rules of collectors use no functions.
struct NoNatives;

impl Natives for NoNatives {
    fn call(&self, _: FunctionId, _: &[u64]) -> u64 {
        0
    }
}

/// Requests of at most so many bytes have no reason to be refused.
const MODEST: u64 = 64 << 20;

/// Bytes that addresses reach on the machines there are.
const REACH: u64 = 1 << 48;

impl super::Clerk for Clerk {
    type Op = Op;
    type Setting = Setting;
    type Departed = Expected;

    fn new(vocabulary: &Vocabulary, setting: Setting) -> Result<Clerk, MissingName> {
        Ok(Clerk {
            names: Names::find(vocabulary)?,
            vocabulary: vocabulary.clone(),
            frame: Frame::new(vocabulary),
            shadow: Shadow::new(setting),
            addresses: Addresses::default(),
            collections: 0,
            begun: 0,
            units: 0,
            objects_at_begin: 0,
            percent: INITIAL,
            limit: 0,
            quiet: false,
            changed: false,
            rested: 0,
            scene: Scene::default(),
        })
    }

    fn begin(&mut self, step: &Step, _: &Answer) -> Expected {
        let applies = self.shadow.applies(step);
        let wanted = if applies == Applies::Yes { self.shadow.wanted(step) } else { None };
        // One that a mutator asks for which does not run is none.
        if applies == Applies::Yes {
            if step.op == Op::Collect {
                self.shadow.begin_collection();
            }
            self.begun += u64::from(matches!(step.op, Op::Begin | Op::Collect));
        }
        Expected { applies: applies != Applies::No, optional: applies == Applies::Perhaps, wanted }
    }

    fn end(
        &mut self,
        _: usize,
        step: &Step,
        answer: &Answer,
        reading: Option<&Reading>,
        expected: Expected,
        hears: &mut impl Hears,
    ) {
        if answer.outcome == Outcome::Pending {
            return;
        }
        self.set_op(step, answer, expected);
        self.tell(self.names.answered, hears);
        if answer.outcome != Outcome::Done || !expected.applies {
            return;
        }
        self.before(step, answer, expected, hears);
        self.shadow.perform(step, answer);
        self.after(step, answer, reading, hears);
    }

    fn died(&mut self, step: &Step, answer: &Answer, hears: &mut impl Hears) {
        let applies = self.shadow.applies(step) != Applies::No;
        let expected = Expected { applies, ..Expected::default() };
        self.set_op(step, answer, expected);
        self.set_word(self.names.op_outcome, "never");
        self.tell(self.names.answered, hears);
    }

    fn finish(&mut self, completed: bool, hears: &mut impl Hears) {
        self.frame.set(self.names.run_completed, u64::from(completed));
        self.frame.set(self.names.run_collections, self.collections);
        self.tell(self.names.ended, hears);
    }

    fn picture(&self, nth: usize, _: Option<&Last<Clerk>>, _: &Script) -> Picture {
        self.scene.picture(nth)
    }
}

impl Clerk {
    /// The shadow, for pictures.
    pub fn shadow(&self) -> &Shadow {
        &self.shadow
    }

    fn tell(&mut self, event: EventId, hears: &mut impl Hears) {
        let broke = hears.hear(event, &self.frame, &NoNatives);
        self.draw(event, broke);
    }

    fn set_word(&mut self, fact: FactId, word: &str) {
        self.frame.set(fact, self.vocabulary.word(fact, word).unwrap_or(u64::MAX));
    }

    fn set_op(&mut self, step: &Step, answer: &Answer, expected: Expected) {
        self.scene.begin(step, self.shadow.phase());
        let names = &self.names;
        self.frame.set(names.op_kind, names.kind_of(&step.op));
        self.frame.set(names.op_mutator, u64::from(step.thread.0));
        self.frame.set(names.op_applies, u64::from(expected.applies));
        self.frame.set(names.op_optional, u64::from(expected.optional));
        self.frame.set(names.op_modest, u64::from(is_modest(&step.op)));
        self.frame.set(names.op_impossible, u64::from(is_impossible(&step.op)));
        let marking = self.shadow.phase() == Phase::Marking;
        self.frame.set(names.op_marking, u64::from(marking));
        let outcome = match answer.outcome {
            Outcome::Pending => "never",
            Outcome::Skipped => "skipped",
            Outcome::Done => "done",
            Outcome::Refused => "refused",
            Outcome::Unsupported => "unsupported",
            Outcome::Failed => "failed",
        };
        self.set_word(self.names.op_outcome, outcome);
    }

    /// What is told by the state that the op met.
    fn before(&mut self, step: &Step, answer: &Answer, expected: Expected, hears: &mut impl Hears) {
        match step.op {
            Op::Strengthen { .. } => self.read_weak(step, answer, hears),
            Op::Cas { of, slot, old, .. } => {
                let held = self.shadow.slot_at(step.thread, of, slot);
                let due = held == Some(self.shadow.places().local(step.thread, old));
                self.frame.set(self.names.exchange_done, answer.values[0]);
                self.frame.set(self.names.exchange_due, u64::from(due));
                self.tell(self.names.exchanged, hears);
            }
            Op::Same { weak, other } => {
                let places = self.shadow.places();
                let (a, b) = (places.handle(weak), places.handle(other));
                let same_word = a.map(|a| a.to) == b.map(|b| b.to);
                let same_life = a.map(|a| a.life) == b.map(|b| b.life);
                self.frame.set(self.names.handles_equal, answer.values[0]);
                self.frame.set(self.names.handles_should, u64::from(same_word && same_life));
                self.frame.set(self.names.handles_lives, u64::from(same_word && !same_life));
                self.tell(self.names.compared, hears);
            }
            Op::Check { .. } if expected.wanted.is_some_and(|w| self.shadow.is_overwritten(w)) => {}
            Op::Check { .. } => {
                let node = expected.wanted.and_then(Reference::node);
                let inside = matches!(expected.wanted, Some(Reference::Inside(..)));
                let hidden =
                    node.filter(|_| !inside).map_or(0, |node| self.shadow.hidden_words(node));
                self.set_found(answer.values[0], expected.wanted);
                self.frame.set(self.names.content_wrong, answer.values[1]);
                self.frame.set(self.names.content_hidden, hidden);
                let known = node.filter(|_| answer.count > 2 && !inside);
                let moved = known
                    .and_then(|node| self.addresses.of(node))
                    .is_some_and(|address| address != answer.values[2]);
                self.frame.set(self.names.content_moved, u64::from(moved));
                self.tell(self.names.looked, hears);
            }
            Op::Walk { of, count } => {
                let (wanted, wanted_wrong) = self.shadow.chain_from(step.thread, of, count);
                self.frame.set(self.names.walk_seen, answer.values[0]);
                self.frame.set(self.names.walk_wrong, answer.values[1]);
                self.frame.set(self.names.walk_wanted, wanted);
                self.frame.set(self.names.walk_wanted_wrong, wanted_wrong);
                self.tell(self.names.walked, hears);
            }
            _ => {
                let wanted = expected.wanted.filter(|held| !self.shadow.is_overwritten(*held));
                if wanted.is_some() {
                    self.set_found(answer.values[0], wanted);
                    self.tell(self.names.followed, hears);
                }
            }
        }
    }

    /// What is told of an op that was performed.
    fn after(
        &mut self,
        step: &Step,
        answer: &Answer,
        reading: Option<&Reading>,
        hears: &mut impl Hears,
    ) {
        match step.op {
            Op::New { words, map, .. } => self.made(answer, Shape { words, map }, hears),
            Op::Chain { .. } => self.quiet = false,
            Op::Collect | Op::Finish | Op::Poll => {
                self.gathered(step, reading, hears);
                if step.op == Op::Collect {
                    self.quiet = true;
                    self.changed = false;
                }
            }
            Op::Begin => {
                self.units = 0;
                self.objects_at_begin = self.shadow.made();
            }
            Op::Step { units } => self.stepped(units, answer, hears),
            Op::Percent { percent } => {
                self.percent = percent;
                self.changed = true;
            }
            Op::Limit { size } => {
                self.limit = size;
                self.changed = true;
            }
            Op::Stats => self.measured(reading, hears),
            Op::Rest => self.rested += 1,
            Op::Capacity { words, map, count, times } => {
                let scan = Shape { words, map }.slots() > 0;
                self.frame.set(self.names.slice_words, words);
                self.frame.set(self.names.slice_scan, u64::from(scan));
                self.frame.set(self.names.slice_count, count);
                self.frame.set(self.names.slice_more, times);
                self.frame.set(self.names.slice_capacity, answer.values[0]);
                self.frame.set(self.names.slice_wrong, answer.values[1]);
                self.frame.set(self.names.slice_dirty, answer.values[2]);
                self.tell(self.names.grew, hears);
            }
            Op::Storm { .. } => {
                self.quiet = false;
                self.frame.set(self.names.storm_made, answer.values[0]);
                self.frame.set(self.names.storm_wrong, answer.values[1]);
                self.frame.set(self.names.storm_collections, answer.values[2]);
                self.tell(self.names.stormed, hears);
            }
            Op::SelfCleanup { .. } => {
                self.frame.set(self.names.exchange_done, answer.values[0]);
                self.tell(self.names.guarded, hears);
            }
            _ => {}
        }
    }

    fn set_found(&mut self, found: u64, wanted: Option<Reference>) {
        let ((object, word), (due, due_word)) =
            (stamped(found), stamped(wanted.map_or(0, Reference::stamp)));
        self.frame.set(self.names.found_object, object);
        self.frame.set(self.names.found_word, word);
        self.frame.set(self.names.wanted_object, due);
        self.frame.set(self.names.wanted_word, due_word);
    }

    fn read_weak(&mut self, step: &Step, answer: &Answer, hears: &mut impl Hears) {
        let Some(handle) = self.shadow.handle_of(step) else { return };
        let Some(node) = handle.to.node() else { return };
        let lives = self.shadow.object(number(node)).map_or(0, |object| u32::from(object.lives));
        self.set_found(answer.values[0], Some(handle.to));
        let reachable = self.shadow.is_reachable(node);
        let outlived = lives > handle.life;
        self.frame.set(self.names.handle_reachable, u64::from(reachable && !outlived));
        self.frame.set(self.names.handle_outlived, u64::from(outlived));
        let dead = self.shadow.told_dead(node);
        self.frame.set(self.names.handle_told_dead, u64::from(dead));
        self.tell(self.names.read_weak, hears);
    }

    fn made(&mut self, answer: &Answer, shape: Shape, hears: &mut impl Hears) {
        self.quiet = false;
        let number = self.shadow.made();
        let (address, known) = (answer.values[1], answer.count > 1);
        let (mut overlapping, mut awaited) = (0u64, 0u64);
        if known && let Some(node) = self.shadow.node(number) {
            for other in self.addresses.overlapping(address, shape.bytes()) {
                // Tiny objects share memory, but no byte of it.
                overlapping += u64::from(self.shadow.is_reachable(other));
                awaited += u64::from(self.shadow.awaits_finalizer(other));
            }
            self.addresses.put(node, address, shape.bytes());
        }
        self.set_object(number);
        let names = &self.names;
        self.frame.set(names.place_dirty, answer.values[0]);
        self.frame.set(names.place_known, u64::from(known));
        self.frame.set(names.place_address, address);
        self.frame.set(names.place_bytes, shape.bytes());
        self.frame.set(names.place_overlapping, overlapping);
        self.frame.set(names.place_awaited, awaited);
        self.tell(self.names.made, hears);
    }

    fn stepped(&mut self, units: u64, answer: &Answer, hears: &mut impl Hears) {
        self.units = self.units.saturating_add(units);
        let phase = match answer.values[0] {
            0 => "idle",
            1 => "marking",
            _ => "sweeping",
        };
        self.set_word(self.names.cycle_phase, phase);
        self.frame.set(self.names.cycle_units, self.units);
        self.frame.set(self.names.cycle_objects, self.objects_at_begin);
        self.tell(self.names.stepped, hears);
    }

    fn measured(&mut self, reading: Option<&Reading>, hears: &mut impl Hears) {
        let Some(Reading::Stats(stats)) = reading else { return };
        for &(name, fact, before) in &self.names.stats {
            if let Some(before) = before {
                self.frame.set(before, self.frame.get(fact));
            }
            self.frame.set(fact, stats.get(name).copied().unwrap_or(0));
        }
        let names = &self.names;
        self.frame.set(names.before_live_objects, self.frame.get(names.stats_live_objects));
        self.frame.set(names.stats_live_objects, self.shadow.reachable_count());
        let noscan = self.shadow.reachable_noscan();
        let room = room(self.limit, stats);
        self.frame.set(names.pace_room, room);
        self.frame.set(names.pace_headroom, (room / 100 * 3).max(1 << 20));
        self.frame.set(names.stats_rested, std::mem::take(&mut self.rested));
        self.frame.set(names.stats_live_noscan, noscan);
        self.frame.set(names.stats_quiet, u64::from(self.quiet));
        self.frame.set(names.stats_changed, u64::from(self.changed));
        self.frame.set(names.stats_collections, self.collections);
        self.frame.set(names.stats_percent, self.percent);
        self.frame.set(names.stats_limit, self.limit);
        self.tell(self.names.measured, hears);
    }

    /// Sets the facts of the object of `number`, as it is now.
    fn set_object(&mut self, number: u64) {
        let node = self.shadow.node(number);
        let object = self.shadow.object(number).copied();
        let reachable = node.is_some_and(|node| self.shadow.is_reachable(node));
        let awaits = node.is_some_and(|node| self.shadow.awaits_finalizer(node));
        let tiny = node.is_some_and(|node| self.shadow.is_tiny(node));
        let names = &self.names;
        let frame = &mut self.frame;
        frame.set(names.object_known, u64::from(object.is_some()));
        frame.set(names.object_number, number);
        frame.set(names.object_reachable, u64::from(reachable));
        frame.set(names.object_awaits_finalizer, u64::from(awaits));
        frame.set(names.object_tiny, u64::from(tiny));
        let Some(object) = object else { return };
        frame.set(names.object_words, object.shape().words);
        frame.set(names.object_slots, object.shape().slots());
        frame.set(names.object_told_dead, u64::from(object.deaths > 0));
        frame.set(names.object_deaths, u64::from(object.deaths));
        frame.set(names.object_watched, u64::from(object.watched));
        frame.set(names.object_finalizers, u64::from(object.finalizers));
        frame.set(names.object_finalizations, u64::from(object.finalized));
        frame.set(names.object_revived, u64::from(object.revived));
        frame.set(names.object_weakly, u64::from(object.weakly));
        frame.set(names.object_stashed, u64::from(object.place.is_some()));
        frame.set(names.object_made_marking, u64::from(object.made_marking));
        let (released, place) = (names.object_released, names.object_place);
        self.set_word(released, object.released.word());
        self.set_word(place, object.place.map_or("none", Kind::word));
    }
}

/// Bytes that a memory limit leaves to the heap: without what is no heap, and what is beyond the limit already.
fn room(limit: u64, stats: &BTreeMap<String, u64>) -> u64 {
    let of = |name: &str| stats.get(name).copied().unwrap_or(0);
    let other = of("Sys").saturating_sub(of("HeapIdle")).saturating_sub(of("HeapAlloc"));
    let ready = of("Sys").saturating_sub(of("HeapReleased"));
    limit.saturating_sub(other).saturating_sub(ready.saturating_sub(limit))
}

/// The names of statistics that a target has if it offers `capability`.
pub fn statistics_of(capability: Capability) -> impl Iterator<Item = &'static str> {
    let family = match capability {
        Capability::MemStats => Some("mem."),
        Capability::Goal => Some("pace."),
        _ => None,
    };
    let of_family = move |fact: &str| family.is_some_and(|family| fact.starts_with(family));
    names::STATS.iter().filter(move |(_, fact, _)| of_family(fact)).map(|(name, ..)| *name)
}

/// Whether no machine has a reason to refuse the op.
fn is_modest(op: &Op) -> bool {
    match *op {
        Op::New { words, .. } => words.saturating_mul(8) <= MODEST,
        Op::Chain { count, .. } => count.saturating_mul(16) <= MODEST,
        Op::Grow { size } => size <= MODEST,
        Op::Capacity { .. } => grown_bytes(op) <= u128::from(MODEST),
        _ => true,
    }
}

/// Whether no machine can do it.
fn is_impossible(op: &Op) -> bool {
    grown_bytes(op) > u128::from(REACH)
}

/// Bytes that a slice needs which grows; 0 for all other ops.
fn grown_bytes(op: &Op) -> u128 {
    match *op {
        Op::Capacity { words, count, times, .. } => {
            (u128::from(count) + u128::from(times)) * u128::from(words) * 8
        }
        _ => 0,
    }
}
