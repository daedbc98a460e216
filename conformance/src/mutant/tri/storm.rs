//! A storm: mutators of the collector's own, at random, in a world of their own made of the same parts.
//!
//! What each local, global and slot must hold is written down beside them, as numbers of objects; a stamp
//! that is read must be that of the number. Collections begin and go on between the steps, a few units at a
//! time, so that mutators are caught in every colour.

use super::Tri;
use super::mark::Phase;
use crate::observe::gc::{Answer, Outcome};
use crate::op::gc::{Global, Local, Map, Op};
use crate::op::{THREADS, Thread};
use crate::target::collector::Collector;

/// Steps of a mutator, at most.
const STEPS: u64 = 1 << 20;

const LOCALS: usize = 6;
const GLOBALS: usize = 4;
const SLOTS: usize = 3;

/// A storm that goes on.
struct Storm {
    tri: Tri,
    random: u64,
    locals: [[u64; LOCALS]; THREADS],
    globals: [u64; GLOBALS],
    /// What the slots of each object hold, from number 1 on.
    slots: Vec<[u64; SLOTS]>,
    wrong: u64,
}

/// `[objects made, stamps wrong, collections]` of `count` mutators that do `times` steps each in a fresh world.
pub(crate) fn storm(tri: Tri, count: u64, times: u64, seed: u64) -> [u64; 3] {
    let mut storm = Storm {
        tri,
        random: seed,
        locals: Default::default(),
        globals: Default::default(),
        slots: vec![[0; SLOTS]],
        wrong: 0,
    };
    let count = (count as usize).min(THREADS);
    for mutator in 1..count {
        let start = Op::Start { mutator: Thread(mutator as u8), from: Local(0) };
        storm.tri.perform(Thread(0), &start);
    }
    for _ in 0..times.min(STEPS) {
        (0..count).for_each(|mutator| storm.step(mutator));
    }
    [storm.tri.made, storm.wrong, storm.tri.counters.cycles]
}

impl Storm {
    fn below(&mut self, bound: usize) -> usize {
        self.random = self.random.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.random;
        mixed = (mixed ^ mixed >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((mixed ^ mixed >> 31) % bound as u64) as usize
    }

    fn perform(&mut self, mutator: usize, op: Op) -> Answer {
        self.tri.perform(Thread(mutator as u8), &op).0
    }

    /// Notes whether the stamp of an answer is that of object `number`.
    fn expect(&mut self, answer: Answer, number: u64) {
        let right = answer.outcome == Outcome::Done && answer.values[0] == number;
        self.wrong += u64::from(!right);
    }

    /// Begins a collection, or goes on with it: slowly, so that much is written meanwhile.
    fn collect_a_little(&mut self, mutator: usize) {
        match (self.tri.cycle.phase, self.below(32)) {
            (Phase::Idle, 0) => drop(self.perform(mutator, Op::Begin)),
            (Phase::Mark, 0..8) | (Phase::Sweep, _) => {
                self.perform(mutator, Op::Step { units: 1 });
            }
            _ => {}
        }
    }

    fn step(&mut self, m: usize) {
        self.collect_a_little(m);
        let (to, of, slot) = (self.below(LOCALS), self.below(LOCALS), self.below(SLOTS));
        let (local, other) = (Local(to as u8), Local(of as u8));
        let (number, held) = (self.locals[m][of] as usize, self.locals[m][to]);
        match self.below(8) {
            0 | 1 => {
                let answer = self.perform(m, Op::New { to: local, words: 4, map: Map::All });
                self.wrong += answer.values[0].min(1);
                self.locals[m][to] = self.tri.made;
                self.slots.push([0; SLOTS]);
            }
            2 | 3 if number > 0 => {
                let expected = self.slots[number][slot];
                let op = Op::Load { to: local, of: other, slot: slot as u64 };
                let answer = self.perform(m, op);
                self.expect(answer, expected);
                self.locals[m][to] = expected;
            }
            4 if number > 0 => {
                let op = Op::Swap { of: other, slot: slot as u64, with: local };
                let answer = self.perform(m, op);
                self.expect(answer, self.slots[number][slot]);
                self.locals[m][to] = std::mem::replace(&mut self.slots[number][slot], held);
            }
            5 if held > 0 => {
                let global = self.below(GLOBALS);
                self.perform(m, Op::Set { global: Global(global as u8), from: local });
                self.globals[global] = held;
            }
            6 => {
                let global = self.below(GLOBALS);
                let answer = self.perform(m, Op::Get { to: local, global: Global(global as u8) });
                self.expect(answer, self.globals[global]);
                self.locals[m][to] = self.globals[global];
            }
            _ => {
                self.perform(m, Op::Drop { to: local });
                self.locals[m][to] = 0;
            }
        }
    }
}
