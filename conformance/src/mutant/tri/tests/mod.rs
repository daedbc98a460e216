//! The right collector against a plain model, on random scripts of all ops.

mod burial;
mod model;
mod scripts;
mod world;

use super::Tri;
use super::accounts::Exact;
use super::parts::Right;
use crate::op::gc::{Local, Map, Op};
use crate::target::collector::Collector;
pub(crate) use model::Judge;
pub(crate) use scripts::{Random, Taste};

fn right() -> Tri {
    Tri::new(&Right, &Exact)
}

/// Performs a random script of so many steps; what goes wrong in it.
pub(crate) fn trial(
    tri: Box<dyn Collector>,
    taste: Taste,
    seed: u64,
    steps: u64,
) -> Result<(), String> {
    let mut judge = Judge::new(tri);
    let mut random = Random(seed);
    for _ in 0..steps {
        let (m, op) = random.step(taste);
        judge.step(m, op)?;
    }
    judge.step(0, Op::Reset)?;
    judge.step(0, Op::Collect)?;
    judge.step(0, Op::Stats)
}

/// Every taste.
pub(crate) fn tastes() -> impl Iterator<Item = Taste> {
    (0..8).map(|bits| Taste { steps: bits & 1 > 0, specials: bits & 2 > 0, small: bits & 4 > 0 })
}

#[test]
fn the_right_collector_agrees_with_the_model() {
    for taste in tastes() {
        for seed in 0..600 {
            let steps = [30, 100, 400][seed as usize % 3];
            if let Err(why) = trial(Box::new(right()), taste, seed, steps) {
                panic!("{taste:?}, seed {seed}: {why}");
            }
        }
    }
}

#[test]
fn a_storm_reads_right_stamps_and_collects() {
    for seed in 0..20 {
        let [made, wrong, cycles] = super::storm::storm(right(), 4, 2000, seed);
        assert!(made > 1000 && wrong == 0 && cycles > 5, "{made} {wrong} {cycles}");
    }
}

#[test]
fn slices_grow_as_in_go() {
    let mut judge = Judge::new(Box::new(right()));
    for &((words, map, count, times), _) in scripts::CAPACITIES {
        assert_eq!(judge.step(0, Op::Capacity { words, map, count, times }), Ok(()));
    }
}

#[test]
#[ignore = "a measurement"]
fn costs() {
    let time = std::time::Instant::now();
    for _ in 0..100_000 {
        std::hint::black_box(right());
    }
    println!("construction: {} ns", time.elapsed().as_nanos() / 100_000);
    let main = crate::op::Thread(0);
    let mut tri = right();
    let time = std::time::Instant::now();
    let ops = [
        Op::New { to: Local(0), words: 4, map: Map::All },
        Op::New { to: Local(1), words: 2, map: Map::Last },
        Op::Store { of: Local(0), slot: 0, from: Local(1) },
        Op::Drop { to: Local(1) },
    ];
    for round in 0..250_000 {
        for op in &ops {
            std::hint::black_box(tri.perform(main, op));
        }
        if round % 100 == 0 {
            tri.perform(main, &Op::Collect);
        }
    }
    println!("an op: {} ns", time.elapsed().as_nanos() / 1_000_000);
    let time = std::time::Instant::now();
    for _ in 0..100_000 {
        let mut tri = right();
        for op in &ops {
            std::hint::black_box(tri.perform(main, op));
        }
        std::hint::black_box(tri.perform(main, &Op::Collect));
    }
    println!("a world of 5 ops: {} ns", time.elapsed().as_nanos() / 100_000);
}
