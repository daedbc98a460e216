//! A plain model: numbered objects that hold numbers, and reachability from scratch.
//!
//! [`Judge`] performs each op on a collector and on the model, and says what they disagree in. The model
//! knows nothing of colours, spans or slots. What may come out in more ways than one it takes from the
//! answer, after it has made sure that the answer is one of them: how far a collection has come, and which
//! garbage one that began earlier has left.

use super::super::reference::BASE;
use crate::observe::gc::{Answer, Outcome, Reading, stamp};
use crate::op::Thread;
use crate::op::gc::{Local, Map, Op, Shape};
use crate::target::collector::Collector;
use std::collections::{BTreeMap, BTreeSet};

/// What a variable holds.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub(super) enum Held {
    #[default]
    Nil,
    /// A word of an object; word 0 is its start.
    At(u64, u64),
    Past(u64),
}

/// A finalizer, and the global that it stores its object into.
#[derive(Clone, Copy, Debug)]
pub(super) struct Finalizer(pub(super) Option<u8>);

#[derive(Clone, Debug)]
pub(super) struct Object {
    pub(super) shape: Shape,
    pub(super) slots: Vec<Held>,
    pub(super) address: u64,
    pub(super) watched: bool,
    pub(super) dead: bool,
    pub(super) finalizer: Option<Finalizer>,
    pub(super) cleanups: Vec<u64>,
    /// Words that were overwritten with an address.
    pub(super) hidden: BTreeMap<u64, u64>,
    /// The handle that leads to it.
    pub(super) cell: Option<u64>,
}

type Frame = [Held; 16];

/// A collector, and what it should do.
pub(crate) struct Judge {
    tri: Box<dyn Collector>,
    pub(super) objects: Vec<Object>,
    pub(super) mutators: [Vec<Frame>; 8],
    pub(super) globals: [Held; 64],
    pub(super) places: [Held; 10],
    /// The handle, and the word of its object.
    pub(super) weaks: [Option<(u64, u64)>; 64],
    /// The object of each handle, or 0.
    pub(super) cells: Vec<u64>,
    pub(super) cleanups: Vec<u64>,
    pub(super) phase: u64,
    /// Whether anything was swept since it was asked what became known.
    pub(super) swept: bool,
    /// Cleanups that may have been due when they were stopped.
    pub(super) stopped_late: BTreeSet<u64>,
    /// Objects whose memory was handed out again, and whose death was not reported.
    pub(super) reused: Vec<u64>,
    pub(super) stats: BTreeMap<String, u64>,
    pub(super) percent: u64,
    pub(super) forced: u64,
    /// The percentage was set since marking ended last.
    pub(super) resized: bool,
    pub(super) begun: u64,
    /// Units of marking of the collection that goes on.
    units: u64,
}

/// What an op should answer: `None` if it is skipped.
type Expected = Result<Option<Vec<u64>>, String>;

const DONE: Expected = Ok(Some(Vec::new()));

impl Judge {
    /// A fresh collector, and an empty world.
    pub(crate) fn new(tri: Box<dyn Collector>) -> Judge {
        let mut mutators: [Vec<Frame>; 8] = Default::default();
        mutators[0].push(Frame::default());
        Judge {
            tri,
            objects: Vec::new(),
            mutators,
            globals: [Held::Nil; 64],
            places: [Held::Nil; 10],
            weaks: [None; 64],
            cells: Vec::new(),
            cleanups: Vec::new(),
            phase: 0,
            swept: false,
            stopped_late: BTreeSet::new(),
            reused: Vec::new(),
            stats: BTreeMap::new(),
            percent: 100,
            forced: 0,
            resized: false,
            begun: 0,
            units: 0,
        }
    }

    /// Performs an op on both. What they disagree in.
    pub(crate) fn step(&mut self, m: u8, op: Op) -> Result<(), String> {
        if let Op::Hide { from, .. } = op
            && self.has_no_address(usize::from(m), from)
        {
            return Ok(());
        }
        let (answer, reading) = self.tri.perform(Thread(m), &op);
        let expected = if self.mutators[usize::from(m)].is_empty() {
            Ok(None)
        } else {
            self.predict(usize::from(m), op, &answer, reading)
        };
        let expected = expected.map_err(|why| format!("{m} {op:?}: {why}"))?;
        let (outcome, values) = match &expected {
            None => (Outcome::Skipped, &[][..]),
            Some(values) => (Outcome::Done, &values[..]),
        };
        // Where an object lies is the collector's affair.
        let from_start = matches!(op, Op::Check { .. }) && answer.values[0] >> 32 == 0;
        let count = if from_start { answer.count.min(2) } else { answer.count };
        let right = answer.outcome == outcome && answer.values[..usize::from(count)] == *values;
        right.then_some(()).ok_or(format!("{m} {op:?}: {answer:?} is not {expected:?}"))
    }

    pub(super) fn object(&mut self, number: u64) -> &mut Object {
        &mut self.objects[number as usize - 1]
    }

    /// Whether a local holds an object of a chain.
    fn has_no_address(&self, m: usize, local: Local) -> bool {
        let runs = !self.mutators[m].is_empty();
        let number = if runs { self.start(m, local) } else { None };
        number.is_some_and(|number| !self.objects[number as usize - 1].watched)
    }

    fn local(&self, m: usize, local: Local) -> Held {
        self.mutators[m].last().unwrap()[usize::from(local.0)]
    }

    pub(super) fn set(&mut self, m: usize, local: Local, to: Held) {
        self.mutators[m].last_mut().unwrap()[usize::from(local.0)] = to;
    }

    /// The object whose start a local points to.
    pub(super) fn start(&self, m: usize, local: Local) -> Option<u64> {
        match self.local(m, local) {
            Held::At(number, 0) => Some(number),
            _ => None,
        }
    }

    pub(super) fn readable(&self, m: usize, local: Local) -> Option<Held> {
        Some(self.local(m, local)).filter(|held| matches!(held, Held::At(..)))
    }

    fn or_nil(&self, m: usize, local: Local) -> Option<Held> {
        Some(self.local(m, local)).filter(|held| !matches!(held, Held::Past(_)))
    }

    /// The stamp that is read at `held`.
    fn stamp(&mut self, held: Held) -> u64 {
        match held {
            Held::Nil | Held::Past(_) => 0,
            Held::At(number, word) => {
                let hidden = self.object(number).hidden.get(&word).copied();
                hidden.unwrap_or(stamp(number, word))
            }
        }
    }

    #[expect(clippy::unnecessary_wraps, reason = "what ops predict")]
    pub(super) fn take(&mut self, m: usize, to: Local, held: Held) -> Expected {
        self.set(m, to, held);
        Ok(Some(vec![self.stamp(held)]))
    }

    fn slot(&mut self, m: usize, of: Local, slot: u64) -> Option<(u64, usize)> {
        let number = self.start(m, of)?;
        (slot < self.object(number).shape.slots()).then_some((number, slot as usize))
    }

    fn slots(&mut self, m: usize, of: Local, slot: u64, count: u64) -> Option<(u64, usize)> {
        let number = self.start(m, of)?;
        let shape = self.object(number).shape;
        (shape.map == Map::All && slot + count <= shape.slots()).then_some((number, slot as usize))
    }

    fn predict(&mut self, m: usize, op: Op, answer: &Answer, reading: Option<Reading>) -> Expected {
        match op {
            Op::New { to, words, map } => self.made(m, to, Shape { words, map }, answer),
            Op::Collect | Op::Finish | Op::Poll => {
                if op == Op::Finish && self.phase == 0 {
                    return Ok(None);
                }
                let Some(Reading::Gathered(gathered)) = reading else {
                    return Err("nothing was gathered".to_owned());
                };
                self.forced += u64::from(op == Op::Collect);
                self.resized &= op == Op::Poll || op != Op::Collect && self.phase != 1;
                self.gathered(&gathered, op == Op::Collect)?;
                self.phase = if op == Op::Poll { self.phase } else { 0 };
                self.swept = self.phase == 2;
                DONE
            }
            Op::Stats => match reading {
                Some(Reading::Stats(stats)) => self.look_at_stats(stats).map(|()| Some(Vec::new())),
                _ => Err("no statistics".to_owned()),
            },
            Op::Begin if self.phase != 0 => Ok(None),
            Op::Begin => {
                (self.phase, self.begun, self.units) = (1, self.begun + 1, 0);
                DONE
            }
            Op::Step { units } => {
                self.marks_on(units)?;
                let phase = answer.values[0];
                if phase != 0 && (self.phase == 0 || phase < self.phase) {
                    return Err(format!("phase {phase} after {}", self.phase));
                }
                self.swept |= phase != 1 && self.phase != 0;
                self.resized &= self.phase != 1 || phase == 1;
                self.phase = phase;
                Ok(Some(vec![phase]))
            }
            Op::Percent { percent } => {
                self.percent = percent;
                self.resized = true;
                DONE
            }
            _ => match self.access(m, op) {
                Some(expected) => expected,
                None => self.act_on_roots(m, op, answer),
            },
        }
    }

    /// Marking has an end: each object, each piece of one and each frame is scanned once, and what is
    /// grey at last was white before.
    fn marks_on(&mut self, units: u64) -> Result<(), String> {
        let pieces: u64 = self.objects.iter().map(|object| 2 + object.shape.words / 128).sum();
        let frames: usize = self.mutators.iter().map(Vec::len).sum();
        let bound = 2 * pieces + frames as u64 + 200;
        self.units += if self.phase == 1 { units } else { 0 };
        let ends = self.units < bound + units;
        ends.then_some(()).ok_or(format!("{} units, and still marking", self.units))
    }

    fn made(&mut self, m: usize, to: Local, shape: Shape, answer: &Answer) -> Expected {
        let address = answer.values[1];
        let end = address + shape.bytes();
        if !address.is_multiple_of(8) || address < BASE {
            return Err(format!("address {address:x}"));
        }
        let overlaps = |other: &Object| {
            other.watched && address < other.address + other.shape.bytes() && other.address < end
        };
        let met = (1..).zip(&self.objects).filter(|(_, other)| !other.dead && overlaps(other));
        let met: Vec<u64> = met.map(|(number, _)| number).collect();
        // A death is known when the sweeper is asked, and may be older.
        if !met.is_empty() && (!self.swept || met.iter().any(|number| self.kept().contains(number)))
        {
            return Err(format!("{address:x} is in use"));
        }
        self.reused.extend(met);
        self.push_object(shape, true, address);
        self.set(m, to, Held::At(self.objects.len() as u64, 0));
        Ok(Some(vec![0, address]))
    }

    fn push_object(&mut self, shape: Shape, watched: bool, address: u64) {
        self.objects.push(Object {
            shape,
            slots: vec![Held::Nil; shape.slots() as usize],
            address,
            watched,
            dead: false,
            finalizer: None,
            cleanups: Vec::new(),
            hidden: BTreeMap::new(),
            cell: None,
        });
    }

    /// Ops on objects. `None` for another op; `Some(Ok(None))` if it is skipped.
    fn access(&mut self, m: usize, op: Op) -> Option<Expected> {
        let skipped = Some(Ok(None));
        macro_rules! need {
            ($what:expr) => {
                match $what {
                    Some(what) => what,
                    None => return skipped,
                }
            };
        }
        match op {
            Op::Load { to, of, slot } => {
                let (number, slot) = need!(self.slot(m, of, slot));
                let held = self.object(number).slots[slot];
                return Some(self.take(m, to, held));
            }
            Op::Store { of, slot, from } => {
                let (number, slot) = need!(self.slot(m, of, slot));
                let held = need!(self.readable(m, from));
                self.object(number).slots[slot] = held;
            }
            Op::Clear { of, slot } => {
                let (number, slot) = need!(self.slot(m, of, slot));
                self.object(number).slots[slot] = Held::Nil;
            }
            Op::Swap { of, slot, with } => {
                let (number, slot) = need!(self.slot(m, of, slot));
                let new = need!(self.or_nil(m, with));
                let old = std::mem::replace(&mut self.object(number).slots[slot], new);
                return Some(self.take(m, with, old));
            }
            Op::Cas { of, slot, old, new } => {
                let (number, slot) = need!(self.slot(m, of, slot));
                let (old, new) = (need!(self.or_nil(m, old)), need!(self.or_nil(m, new)));
                let held = &mut self.object(number).slots[slot];
                let equal = *held == old;
                *held = if equal { new } else { *held };
                return Some(Ok(Some(vec![u64::from(equal)])));
            }
            Op::Copy { of, slot, from, first, count } => {
                let (to, at) = need!(self.slots(m, of, slot, count));
                let (from, first) = need!(self.slots(m, from, first, count));
                let copied = self.object(from).slots[first..first + count as usize].to_vec();
                self.object(to).slots[at..at + count as usize].copy_from_slice(&copied);
            }
            Op::Wipe { of, slot, count } => {
                let (number, at) = need!(self.slots(m, of, slot, count));
                self.object(number).slots[at..at + count as usize].fill(Held::Nil);
            }
            Op::Move { to, of } => {
                let held = need!(Some(self.local(m, of)).filter(|&held| held != Held::Nil));
                self.set(m, to, held);
            }
            Op::Drop { to } => self.set(m, to, Held::Nil),
            Op::Inside { to, of, word } => {
                let number = need!(self.plain(m, of, word));
                return Some(self.take(m, to, Held::At(number, word)));
            }
            Op::Past { to, of } => {
                let number = need!(self.start(m, of));
                self.set(m, to, Held::Past(number));
            }
            Op::Hide { of, word, from } => {
                let (number, hidden) = (need!(self.plain(m, of, word)), need!(self.start(m, from)));
                let address = self.object(hidden).address;
                self.object(number).hidden.insert(word, address);
            }
            Op::Check { of } => {
                let held = need!(self.readable(m, of));
                let Held::At(number, word) = held else { return skipped };
                let wrong = if word == 0 { self.object(number).hidden.len() as u64 } else { 0 };
                return Some(Ok(Some(vec![self.stamp(held), wrong])));
            }
            Op::Chain { to, count } => {
                need!((count > 0).then_some(()));
                for at in 0..count {
                    self.push_object(Shape { words: 2, map: Map::Last }, false, 0);
                    let last = self.objects.len() as u64;
                    self.object(last).slots[0] =
                        if at > 0 { Held::At(last - 1, 0) } else { Held::Nil };
                }
                self.set(m, to, Held::At(self.objects.len() as u64, 0));
            }
            Op::Walk { of, count } => {
                let mut at = need!(self.start(m, of));
                let (mut seen, mut wrong) = (count.min(1), 0);
                while seen < count
                    && let Some(&Held::At(next, 0)) = self.object(at).slots.last()
                {
                    wrong += u64::from(next + 1 != at);
                    (at, seen) = (next, seen + 1);
                }
                return Some(Ok(Some(vec![seen, wrong])));
            }
            _ => return None,
        }
        Some(DONE)
    }

    fn plain(&mut self, m: usize, of: Local, word: u64) -> Option<u64> {
        let number = self.start(m, of)?;
        let shape = self.object(number).shape;
        (word > 0 && word < shape.words && !shape.is_slot(word)).then_some(number)
    }
}
