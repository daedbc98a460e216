//! Random scripts: few locals, few mutators, all ops.

use crate::op::Thread;
use crate::op::gc::{Global, Kind, Local, Map, Op, Weak};

/// A question of [`Op::Capacity`]: words, map, elements, and how many more.
type Question = (u64, Map, u64, u64);

/// What Go 1.27 answers.
pub(crate) const CAPACITIES: &[(Question, u64)] = &[
    ((1, Map::None, 0, 1), 1),
    ((1, Map::None, 0, 5), 6),
    ((1, Map::None, 4, 1), 8),
    ((1, Map::None, 5, 0), 5),
    ((1, Map::None, 256, 1), 512),
    ((1, Map::None, 512, 1), 848),
    ((1, Map::None, 1024, 700), 2048),
    ((3, Map::None, 3, 1), 6),
    ((5, Map::All, 2, 3), 5),
    ((1, Map::None, 300, 300), 1024),
    ((1, Map::None, 1000, 1000), 2720),
    ((5, Map::All, 20, 1), 44),
    ((5, Map::All, 13, 1), 28),
    ((5, Map::All, 409, 1), 716),
    ((5, Map::All, 1000, 1), 1638),
];

/// Which ops a script is made of.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Taste {
    /// Collections in steps.
    pub(crate) steps: bool,
    /// Weak handles, finalizers, cleanups.
    pub(crate) specials: bool,
    /// Words of objects are few.
    pub(crate) small: bool,
}

/// A source of random numbers.
pub(crate) struct Random(pub(crate) u64);

impl Random {
    /// A number below `bound`.
    pub(crate) fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ mixed >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ mixed >> 31) % bound
    }

    fn of<T: Copy>(&mut self, list: &[T]) -> T {
        list[self.below(list.len() as u64) as usize]
    }

    fn local(&mut self) -> Local {
        Local(self.of(&[0, 1, 2, 3, 0, 1, 2, 15]))
    }

    fn global(&mut self) -> Global {
        Global(self.of(&[0, 1, 20, 63]))
    }

    fn weak(&mut self) -> Weak {
        Weak(self.below(4) as u8)
    }

    fn other(&mut self) -> Thread {
        Thread(self.of(&[0, 1, 1, 2, 7]))
    }

    /// The next step of a script.
    pub(crate) fn step(&mut self, taste: Taste) -> (u8, Op) {
        let m = self.of(&[0, 0, 0, 0, 1, 1, 2, 7]);
        let op = match self.below(20) {
            12..=14 => self.roots(),
            15 | 16 if taste.specials => self.specials(),
            17 | 18 if taste.steps => match self.below(12) {
                0..=2 => Op::Begin,
                3..=10 => Op::Step { units: self.of(&[1, 1, 1, 2, 3, 9]) },
                _ => Op::Finish,
            },
            19 => match self.below(8) {
                0 => Op::Stats,
                1 => Op::Poll,
                2 => Op::Percent { percent: self.of(&[1, 10, 100, 400]) },
                3 if self.below(8) == 0 => Op::Reset,
                4..=6 if taste.steps => Op::Step { units: 1 },
                _ => Op::Collect,
            },
            _ => self.access(taste),
        };
        (m, op)
    }

    fn access(&mut self, taste: Taste) -> Op {
        let (to, of, from) = (self.local(), self.local(), self.local());
        let slot = self.of(&[0, 0, 0, 1, 2, 5, 61]);
        match self.below(30) {
            0..=7 => {
                let words = if taste.small {
                    self.of(&[1, 2, 2, 3, 4])
                } else {
                    self.of(&[1, 2, 3, 4, 5, 8, 9, 16, 32, 33, 64, 65, 128, 129, 256, 300])
                };
                Op::New { to, words, map: self.of(&Map::ALL) }
            }
            8..=11 => Op::Load { to, of, slot },
            12..=15 => Op::Store { of, slot, from },
            16 => Op::Clear { of, slot },
            17 => Op::Swap { of, slot, with: to },
            18 => Op::Cas { of, slot, old: to, new: from },
            19 => Op::Copy { of, slot, from, first: self.below(3), count: self.below(4) },
            20 => Op::Wipe { of, slot, count: self.below(4) },
            21 => Op::Move { to, of },
            22 | 23 => Op::Drop { to },
            24 => Op::Inside { to, of, word: self.of(&[1, 2, 3, 9, 100, 255]) },
            25 => Op::Past { to, of },
            26 => Op::Hide { of, word: 1 + self.below(3), from },
            27 => Op::Check { of },
            28 => Op::Chain { to, count: 1 + self.below(5) },
            _ => Op::Walk { of, count: self.below(9) },
        }
    }

    fn roots(&mut self) -> Op {
        let (from, global, mutator) = (self.local(), self.global(), self.other());
        let kind = self.of(&Kind::ALL);
        match self.below(20) {
            0..=2 => Op::Set { global, from },
            3..=5 => Op::Get { to: from, global },
            6 => Op::Unset { global },
            7 | 8 => Op::Push,
            9 | 10 => Op::Pop,
            11 => Op::Grow { size: self.below(1 << 14) },
            12..=14 => Op::Start { mutator, from },
            15 => Op::End { mutator },
            16 | 17 => Op::Hand { mutator, to: self.local(), from },
            18 => Op::Stash { kind, from },
            _ => Op::Unstash { to: from, kind },
        }
    }

    fn specials(&mut self) -> Op {
        let (of, weak, back) = (self.local(), self.weak(), self.below(8));
        match self.below(16) {
            0..=2 => Op::Weaken { weak, from: of },
            3..=5 => Op::Strengthen { to: of, weak },
            6 => Op::Same { weak, other: self.weak() },
            7 => Op::Forget { weak },
            8 | 9 => Op::Finalizer { of },
            10 => Op::Reviver { of, global: self.global() },
            11 => Op::Unfinalizer { of },
            12 | 13 => Op::Cleanup { of },
            14 => Op::Uncleanup { back },
            _ => Op::SelfCleanup { of },
        }
    }
}
