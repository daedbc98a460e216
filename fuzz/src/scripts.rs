//! Targets whose bytes are a script of ops: performed on heaps of this process, by the one loop.
//!
//! A breach ends with the script as a trace: saved to a file, `heaplaw replay FILE` performs it again in
//! a process of its own.

use crate::bench::Laws;
use conformance::capability::Capabilities;
use conformance::check::target_spec::built_in;
use conformance::check::witness::key;
use conformance::choice::Choices;
use conformance::court::Tally;
use conformance::driver::clear_up;
use conformance::facts::Clerk as _;
use conformance::facts::alloc::Clerk;
use conformance::laws::SUBJECTS;
use conformance::op::alloc::{Op, Script, Step};
use conformance::run::Session;
use conformance::spec::{Invariant, Judge, Profile};
use conformance::target::Target as _;
use conformance::target::heap::Heap;
use conformance::target::inproc::InProcess;
use conformance::trace::Trace;
use std::sync::LazyLock;

static LAWS: LazyLock<Laws> = LazyLock::new(|| Laws::of(SUBJECTS[0]));

/// A target whose bytes are a script.
pub struct Scripts {
    /// The heaps that a script is performed on, by their words on the command line. The reference
    /// has one heap for the whole process, so a script gives back all that it took.
    pub heaps: &'static [&'static str],
    /// The judge whose invariants must hold.
    pub judge: Judge,
    /// How often a witness is worth trying; 1 where it is no matter of luck.
    pub tries: u32,
    /// The script of some bytes, for a heap with these offers and choices.
    pub script: fn(&[u8], Capabilities, Choices) -> Script,
}

impl Scripts {
    /// The bytes as a trace for each heap, which it names.
    ///
    /// # Panics
    /// If a heap has another name now.
    pub fn traces(&self, data: &[u8]) -> Vec<Trace> {
        self.heaps.iter().map(|word| self.trace(data, word)).collect()
    }

    /// The bytes as a trace for the heap that `word` names.
    ///
    /// # Panics
    /// If there is none.
    pub fn trace(&self, data: &[u8], word: &str) -> Trace {
        let offers = offers(&*heap(word));
        let mut script = (self.script)(data, offers, Choices::declared(offers));
        script.steps.push(Step::main(Op::Checkpoint));
        clear_up(&mut script);
        script.steps.push(Step::main(Op::Checkpoint));
        let mut trace = Trace::from(&script);
        trace.metadata.push(key::TARGET, word);
        if self.tries > 1 {
            trace.metadata.push(key::TRIES, &self.tries.to_string());
        }
        trace
    }

    /// Performs the bytes as a script on every heap.
    ///
    /// # Panics
    /// If an invariant breaks; the message ends with the script as a trace.
    pub fn run(&self, data: &[u8]) {
        for trace in self.traces(data) {
            self.judge(&trace);
        }
    }

    /// Performs `trace` on the heap that it names, and judges it by all laws of the judge. Returns the
    /// id of each law with how often it came up.
    ///
    /// # Panics
    /// If a law breaks; the message ends with the trace.
    pub fn judge(&self, trace: &Trace) -> Vec<(&'static str, Tally)> {
        let heap = heap(trace.metadata.get(key::TARGET).expect("the trace names its heap"));
        let offers = offers(&*heap);
        let choices = Choices::declared(offers);
        let mut court = LAWS.court(|invariant| self.is_judged(invariant, offers, choices));
        let clerk = Clerk::new(&LAWS.book.vocabulary, choices).expect("the glossary has all words");
        let mut target = InProcess::new(&*heap, 0);
        let mut session = Session::new(&mut target, clerk);
        let steps = trace.script().steps;
        let mut done = 0;
        for part in parts(&steps) {
            let script = Script { steps: part.to_vec() };
            let ran =
                session.perform(&script, &mut court, u64::MAX).expect("every rule has a value");
            LAWS.refuse(&ran.breaches, done, trace);
            done += part.len();
        }
        let end = session.finish(true, 0, &mut court).expect("every rule has a value");
        LAWS.refuse(&end, done, trace);
        LAWS.tallies(&court)
    }

    /// Whether a heap is held to `invariant` here.
    fn is_judged(&self, invariant: &Invariant, offers: Capabilities, choices: Choices) -> bool {
        let chosen = |(name, words): &(String, Vec<String>)| {
            choices.word(name).is_some_and(|chosen| words.iter().any(|word| word == chosen))
        };
        invariant.judges.contains(&self.judge)
            && invariant.profile == Profile::Any
            && offers.covers(invariant.needs.iter().copied().collect())
            && invariant.given.iter().all(chosen)
    }
}

/// A script in parts that end with a checkpoint in no section. Each is judged before the next is
/// performed: what breaks in it is told, though the heap ends the process over it later.
fn parts(steps: &[Step]) -> impl Iterator<Item = &[Step]> {
    let mut open = 0usize;
    steps.split_inclusive(move |step| {
        match step.op {
            Op::Together | Op::Repeat { .. } => open += 1,
            Op::End => open = open.saturating_sub(1),
            _ => {}
        }
        open == 0 && step.op == Op::Checkpoint
    })
}

/// A heap by its word. Panics where a trace or a target names one that is not there.
fn heap(word: &str) -> Box<dyn Heap> {
    let name = word.strip_prefix("mutant:").unwrap_or(word);
    built_in(name).unwrap_or_else(|| panic!("`{word}` is no heap of this process"))
}

/// What `heap` offers to be judged on in this process.
fn offers(heap: &dyn Heap) -> Capabilities {
    InProcess::new(heap, 0).offers()
}
