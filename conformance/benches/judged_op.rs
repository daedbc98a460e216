//! One judged op: performed, measured, shadowed, and held to every invariant that applies.
//!
//! `cargo bench --bench judged_op` ends with a table. Its goals: 400 ns or less in this process, for
//! random requests up to 1 KiB whose contents are written and verified; through a child process no
//! more than 1.5 times that. The bare calls of the same script are there to compare with.

use conformance::choice::Choices;
use conformance::court::{Code, Court, Standing};
use conformance::driver::Dice;
use conformance::facts::Clerk as _;
use conformance::facts::alloc::Clerk;
use conformance::laws::{Book, SUBJECTS};
use conformance::mutant;
use conformance::op::alloc::{Op, Script, Slot, Step};
use conformance::run::Session;
use conformance::spec::Specs;
use conformance::target::Target;
use conformance::target::child::{Launch, Way};
use conformance::target::heap::{Heap, Held};
use conformance::target::inproc::InProcess;
use std::hint::black_box;
use std::ptr;
use std::time::Instant;

/// Nanoseconds that a judged op may take in this process.
const GOAL: f64 = 400.0;

/// How much longer it may take through a child process.
const CHILD_GOAL: f64 = 1.5;

/// Ops of a script.
const OPS: u64 = 20_000;

/// Blocks held at a time.
const HELD: u64 = 128;

/// Times a script is measured, of which the median counts.
const ROUNDS: usize = 31;

/// Random requests up to 1 KiB, each into a random slot: allocated where it is empty, freed or
/// resized where it is full.
fn script() -> Script {
    let mut dice = Dice::new(1);
    let mut full = [false; HELD as usize];
    let mut steps = Vec::new();
    for _ in 0..OPS {
        let i = dice.below(HELD) as usize;
        let (slot, size) = (Slot(i as u16), 1 + dice.below(1024));
        let op = match (full[i], dice.below(8)) {
            (false, 0) => Op::Calloc { slot, count: 1, size },
            (false, _) => Op::Malloc { slot, size },
            (true, 0) => Op::Realloc { slot, size },
            (true, _) => Op::Free { slot },
        };
        full[i] = !matches!(op, Op::Free { .. });
        steps.push(Step::main(op));
    }
    steps.extend((0..HELD as u16).map(|i| Step::main(Op::Free { slot: Slot(i) })));
    Script { steps }
}

/// The laws, and who is judged by them: all that are not about a scenario.
struct Bench {
    specs: Specs,
    book: Book,
}

impl Bench {
    fn new() -> Bench {
        let specs = Specs::embedded().expect("the specs of this build load");
        let book = Book::compile(&specs, SUBJECTS[0]).expect("their rules compile");
        Bench { specs, book }
    }

    fn standing(&self, code: &Code, target: &dyn Target) -> Vec<Standing> {
        let offers = target.offers();
        let laws = code.laws.iter().map(|law| {
            let invariant = self.specs.invariant(law.id.as_str());
            let applies = law.scenario.is_empty()
                && invariant.is_some_and(|i| i.needs.iter().all(|&needed| offers.has(needed)));
            if applies { Standing::In } else { Standing::Out }
        });
        laws.collect()
    }

    /// Nanoseconds of one op of `script` on `target`, in the median, and how many laws judged it.
    fn judged(&self, target: &mut dyn Target, script: &Script) -> (f64, usize) {
        let code = &self.book.code;
        let standing = self.standing(code, target);
        let laws = standing.iter().filter(|s| **s == Standing::In).count();
        let choices = Choices::declared(target.offers());
        let clerk = Clerk::new(&self.book.vocabulary, choices).expect("the glossary is whole");
        let mut court = Court::new(code, standing);
        let mut session = Session::new(target, clerk);
        let nanos = median(|| {
            let ran = session.perform(script, &mut court, u64::MAX).expect("rules have values");
            assert!(ran.completed && ran.breaches.is_empty(), "{:?}", ran.breaches);
        });
        (nanos / script.steps.len() as f64, laws)
    }
}

/// The calls of `script` and nothing else.
fn bare(heap: &dyn Heap, script: &Script) -> f64 {
    let mut held = [ptr::null_mut::<u8>(); HELD as usize];
    let nanos = median(|| {
        for step in &script.steps {
            let Some(Slot(i)) = step.op.slot() else { continue };
            let place = &mut held[usize::from(i)];
            let block = Held { address: *place, size: 0, align: 0 };
            // SAFETY: the script frees and resizes only what it allocated, and sizes are modest.
            unsafe {
                *place = match step.op {
                    Op::Calloc { count, size, .. } => heap.calloc(count as usize, size as usize),
                    Op::Malloc { size, .. } => heap.malloc(size as usize),
                    Op::Realloc { size, .. } => heap.realloc(block, size as usize),
                    _ => {
                        if !place.is_null() {
                            heap.free(block);
                        }
                        ptr::null_mut()
                    }
                };
            }
            black_box(*place);
        }
    });
    nanos / script.steps.len() as f64
}

/// Nanoseconds of one `round`, in the median.
fn median(mut round: impl FnMut()) -> f64 {
    let mut nanos: Vec<f64> = (0..ROUNDS)
        .map(|_| {
            let began = Instant::now();
            round();
            began.elapsed().as_nanos() as f64
        })
        .collect();
    nanos.sort_by(f64::total_cmp);
    nanos[ROUNDS / 2]
}

fn main() {
    let (bench, script) = (Bench::new(), script());
    let heap = mutant::correct();
    let calls = bare(&*heap, &script);
    let (inside, laws) = bench.judged(&mut InProcess::new(&*heap, 1), &script);
    // The worker is the binary, built beside this benchmark.
    let worker = env!("CARGO_BIN_EXE_heaplaw").into();
    let mut child = Launch::new(worker, Way::Named("small".into())).start().expect("it starts");
    let (through, _) = bench.judged(&mut child, &script);
    println!("{:<44} {calls:>8.0} ns", "the bare calls");
    println!(
        "{:<44} {inside:>8.0} ns   goal {GOAL:.0} ns",
        format!("judged by {laws} laws, in process")
    );
    println!("{:<44} {through:>8.0} ns", "the same through a child");
    println!("{:<44} {:>8.2}      goal {CHILD_GOAL}", "child to process", through / inside);
}
