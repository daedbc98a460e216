//! Scripts of ops from any bytes.

use conformance::check::witness::key;
use conformance::choice::Choices;
use conformance::court::{Breach, Court, Standing, Tally};
use conformance::driver::draft::{Draft, Shape, resolve};
use conformance::facts::alloc::Clerk;
use conformance::laws::{Book, SUBJECT};
use conformance::mutant;
use conformance::op::alloc::{Op, Script, Step};
use conformance::run::Session;
use conformance::spec::{Invariant, Judge, Profile, Specs};
use conformance::target::Target as _;
use conformance::target::heap::Heap;
use conformance::target::inproc::InProcess;
use conformance::trace::Trace;
use std::fmt::Write as _;
use std::sync::OnceLock;

/// The real laws. Made once: they do not depend on the input.
struct Laws {
    specs: Specs,
    book: Book,
}

fn laws() -> &'static Laws {
    static LAWS: OnceLock<Laws> = OnceLock::new();
    LAWS.get_or_init(|| {
        let specs = Specs::embedded().expect("the real specs load");
        let book = Book::compile(&specs, SUBJECT).expect("the real rules compile");
        Laws { specs, book }
    })
}

/// Performs `data` as a script on a fresh heap of the allocator that is right in all its parts.
///
/// # Panics
/// If a law breaks; the message ends with the script as a trace.
pub fn alloc_script(data: &[u8]) {
    judge_script(data, &*mutant::correct());
}

/// Performs `data`, a list of draft records, as a script on `heap`, which nobody has used before,
/// and judges it by all laws that fuzzers judge. Returns the id of each law with how often it came
/// up.
///
/// # Panics
/// If a law breaks; the message ends with the script as a trace.
pub fn judge_script(data: &[u8], heap: &dyn Heap) -> Vec<(&'static str, Tally)> {
    let Laws { specs, book } = laws();
    let mut target = InProcess::new(heap, 0);
    let choices = Choices::declared(target.offers());
    let drafts: Vec<Draft> = Draft::decode(data).collect();
    let mut script = resolve(&drafts, &shape(&target, choices));
    script.steps.push(Step::main(Op::Checkpoint));

    let standing = book.code.laws.iter().map(|law| {
        let judged = specs.invariant(law.id.as_str()).is_some_and(|invariant| {
            law.scenario.is_empty() && is_judged(invariant, &target, choices)
        });
        if judged { Standing::In } else { Standing::Out }
    });
    let mut court = Court::new(&book.code, standing.collect());
    let clerk = Clerk::new(&book.vocabulary, choices).expect("the glossary has all words");
    let mut session = Session::new(&mut target, clerk);
    let ran = session.perform(&script, &mut court, u64::MAX).expect("every rule has a value");
    refuse(&ran.breaches, &script);
    assert!(ran.completed, "cut short without a breach\n{}", Trace::from(&script));
    let end = script.steps.len() - 1;
    let breaches = session.finish(true, end, &mut court).expect("every rule has a value");
    refuse(&breaches, &script);
    let ids = book.code.laws.iter().map(|law| law.id.as_str());
    ids.zip(court.tallies().iter().copied()).collect()
}

/// What is asked: small blocks, since fresh pages cost more than all the rest of a script.
fn shape(target: &InProcess<'_>, choices: Choices) -> Shape {
    Shape {
        size_max: 4 << 10,
        bytes_max: 128 << 10,
        align_max: 4 << 10,
        ..Shape::of(target.offers(), choices)
    }
}

/// Whether fuzzers hold `target` to `invariant`.
fn is_judged(invariant: &Invariant, target: &InProcess<'_>, choices: Choices) -> bool {
    let chosen = |(name, words): &(String, Vec<String>)| {
        choices.word(name).is_some_and(|chosen| words.iter().any(|word| word == chosen))
    };
    invariant.judges.contains(&Judge::Fuzz)
        && invariant.profile == Profile::Any
        && target.offers().covers(invariant.needs.iter().copied().collect())
        && invariant.given.iter().all(chosen)
}

/// Panics with what broke first, what showed it, and the script.
fn refuse(breaches: &[Breach], script: &Script) {
    let Some(breach) = breaches.first() else { return };
    let id = laws().book.code.laws[breach.law].id.as_str();
    let mut facts = String::new();
    for shown in &breach.shown {
        writeln!(facts, "  {} = {}", shown.text, shown.value).expect("a text takes all");
    }
    let mut trace = Trace::from(script);
    trace.metadata.push(key::INVARIANT, id);
    panic!("{id} is broken at step {} of the script\n{facts}\n{trace}", breach.at);
}
