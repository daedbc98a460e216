//! Random programs.
//!
//! Each script has a *mood*: a few families of ops that it likes. A script that does a little of
//! everything does nothing often enough to go wrong.

use super::program::Program;
use crate::capability::{Capabilities, Capability};
use crate::driver::Dice;
use crate::driver::source::Source;
use crate::op::Thread;
use crate::op::gc::{Global, INITIAL, Kind, LOCALS, Local, Map, OFF, Op, Script, Weak};

/// Steps of a longer script, at most, its end not counted; some are five times as long.
const STEPS: u64 = 160;

/// Families of ops beside those of objects and slots, which every script has.
const FAMILIES: u64 = 9;

/// Random scripts for a target.
pub struct Property {
    offers: Capabilities,
    dice: Dice,
}

impl Property {
    /// The same scripts for the same `seed`.
    pub fn new(offers: Capabilities, seed: u64) -> Property {
        Property { offers, dice: Dice::new(seed ^ 0x6763) }
    }

    /// The next script.
    pub fn script(&mut self) -> Script {
        let mut program = Program::new(self.offers);
        let most = match self.dice.below(12) {
            0 => STEPS * 5,
            1..4 => STEPS,
            _ => STEPS / 4,
        };
        let steps = 8 + self.dice.below(most);
        let mood = Mood::roll(&mut self.dice);
        // Where nothing is collected but what the script asks for, more is certain.
        let alone = self.dice.one_in(2);
        if alone {
            program.main(Op::Percent { percent: OFF });
        }
        let mut tries = steps * 8;
        while (program.len() as u64) < steps && tries > 0 {
            tries -= 1;
            let thread = mood.mutator(&mut self.dice);
            let op = mood.op(&mut self.dice, &program, thread);
            program.on(thread, op);
            if self.dice.one_in(60) {
                mood.burst(&mut self.dice, &mut program);
            }
        }
        program.clear_up();
        if alone {
            program.main(Op::Percent { percent: INITIAL });
        }
        program.finish()
    }
}

impl Source<Op> for Property {
    fn next_script(&mut self) -> Option<Script> {
        Some(self.script())
    }
}

/// What a script likes to do.
struct Mood {
    /// Which families it uses, the favourites several times.
    families: Vec<u64>,
    /// How many locals it uses: few make much garbage.
    locals: u64,
    /// Objects are at most so large, in words.
    words: u64,
    /// A collection goes on for most of the time.
    collecting: bool,
    mutators: u64,
}

impl Mood {
    fn roll(dice: &mut Dice) -> Mood {
        let families = (0..=dice.below(4)).map(|_| dice.below(FAMILIES)).collect();
        let words = [4, 8, 24, 96, 5000];
        Mood {
            families,
            locals: 2 + dice.below(LOCALS as u64 - 2),
            words: dice.pick(&words),
            collecting: dice.one_in(2),
            mutators: if dice.one_in(3) { 1 + dice.below(3) } else { 1 },
        }
    }

    fn mutator(&self, dice: &mut Dice) -> Thread {
        Thread(dice.below(self.mutators) as u8)
    }

    fn op(&self, dice: &mut Dice, program: &Program, thread: Thread) -> Op {
        if dice.below(5) < 2 {
            let family = dice.pick(&self.families);
            let of = self.local(dice);
            let words = program.world().shape_at(thread, of).map_or(4, |shape| shape.words);
            let word = 1 + dice.below(words);
            return self.special(family, dice, (of, word));
        }
        match dice.below(20) {
            0..5 => self.new_object(dice),
            5..8 => Op::Store { of: self.local(dice), slot: slot(dice), from: self.local(dice) },
            8..11 => Op::Load { to: self.local(dice), of: self.local(dice), slot: slot(dice) },
            11..13 => Op::Clear { of: self.local(dice), slot: slot(dice) },
            13 => Op::Move { to: self.local(dice), of: self.local(dice) },
            14 | 15 => Op::Drop { to: self.local(dice) },
            16 | 17 => Op::Check { of: self.local(dice) },
            _ => self.collection(dice),
        }
    }

    /// Many ops of one sort: frames on frames, or more objects of one size than a span has.
    fn burst(&self, dice: &mut Dice, program: &mut Program) {
        if dice.one_in(2) {
            for _ in 0..110 + dice.below(40) {
                program.main(Op::Push);
            }
            return;
        }
        let (words, map) = (1 + dice.below(8), dice.pick(&Map::ALL));
        for _ in 0..20 + dice.below(100) {
            let (to, of) = (self.local(dice), self.local(dice));
            program.main(Op::New { to, words, map });
            program.main(Op::Store { of: to, slot: dice.below(3), from: of });
        }
    }

    fn collection(&self, dice: &mut Dice) -> Op {
        match dice.below(8) {
            0 => Op::Collect,
            1 => Op::Poll,
            2 | 3 if self.collecting => Op::Begin,
            4 => Op::Finish,
            _ if self.collecting => Op::Step { units: 1 + dice.below(4) },
            _ if dice.one_in(3) => Op::Collect,
            _ => self.new_object(dice),
        }
    }

    fn new_object(&self, dice: &mut Dice) -> Op {
        let most = if dice.one_in(6) { self.words } else { self.words.min(6) };
        Op::New { to: self.local(dice), words: 1 + dice.below(most), map: dice.pick(&Map::ALL) }
    }

    /// One op of a family; `word` is a word of what `of` holds.
    fn special(&self, family: u64, dice: &mut Dice, (of, word): (Local, u64)) -> Op {
        let local = |dice: &mut Dice| self.local(dice);
        let global = Global(dice.pick(&[0, 1, 2, 3, 17, 40, 63]));
        let weak = Weak(dice.below(6) as u8);
        let mutator = Thread(1 + dice.below(self.mutators.max(2) - 1) as u8);
        match (family, dice.below(4)) {
            (0, 0 | 1) => Op::Set { global, from: local(dice) },
            (0, 2) => Op::Get { to: local(dice), global },
            (0, _) => Op::Unset { global },
            (1, 0) => Op::Push,
            (1, 1) => Op::Pop,
            (1, _) => Op::Grow { size: 1 << (8 + dice.below(8)) },
            (2, 0) => Op::Start { mutator, from: local(dice) },
            (2, 1) if dice.one_in(2) => Op::End { mutator },
            (2, _) => Op::Hand { mutator, to: local(dice), from: local(dice) },
            (3, 0) => Op::Weaken { weak, from: local(dice) },
            (3, 1 | 2) => Op::Strengthen { to: local(dice), weak },
            (3, _) => Op::Same { weak, other: Weak(dice.below(6) as u8) },
            (4, 0 | 1) => Op::Finalizer { of: local(dice) },
            (4, 2) => Op::Reviver { of: local(dice), global },
            (4, _) => Op::Unfinalizer { of: local(dice) },
            (5, 0..3) => Op::Cleanup { of: local(dice) },
            (5, _) => Op::Uncleanup { back: dice.below(4) },
            (6, 0) => Op::Swap { of: local(dice), slot: slot(dice), with: local(dice) },
            (6, 1) => {
                Op::Cas { of: local(dice), slot: slot(dice), old: local(dice), new: local(dice) }
            }
            (6, 2) => Op::Copy {
                of: local(dice),
                slot: slot(dice),
                from: local(dice),
                first: slot(dice),
                count: 1 + dice.below(3),
            },
            (6, _) => Op::Wipe { of: local(dice), slot: slot(dice), count: 1 + dice.below(3) },
            (7, 0 | 1) => Op::Inside { to: local(dice), of, word },
            (7, 2) => Op::Past { to: local(dice), of: local(dice) },
            (7, _) => Op::Hide { of, word, from: local(dice) },
            (_, 0 | 1) => Op::Stash { kind: dice.pick(&Kind::ALL), from: local(dice) },
            _ => Op::Unstash { to: local(dice), kind: dice.pick(&Kind::ALL) },
        }
    }

    fn local(&self, dice: &mut Dice) -> Local {
        Local(dice.below(self.locals) as u8)
    }
}

/// Mostly one of the first slots.
fn slot(dice: &mut Dice) -> u64 {
    if dice.one_in(12) { dice.below(64) } else { dice.below(4) }
}

/// Whether a script of this driver can do anything that shows a collector at work.
pub fn suits(offers: Capabilities) -> bool {
    offers.iter().any(Capability::is_of_collectors) || offers == Capabilities::NONE
}
