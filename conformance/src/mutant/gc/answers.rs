//! Wrong in what they answer: the collector is right, and something says of it what is not so.

use crate::capability::Capabilities;
use crate::mutant::tri::Tri;
use crate::mutant::tri::accounts::Exact;
use crate::mutant::tri::parts::Right;
use crate::observe::gc::{Answer, Outcome, Reading};
use crate::op::Thread;
use crate::op::gc::Op;
use crate::target::collector::Collector;

mutants! { collector:
    EndsInACollection(answers) "gc/ends-in-a-collection"
        breaks "gc/object/op-answered"
        also ["gc/**"]
        "Ends in a collection once there were 30 objects.";
    FailsOnThirdSlots(answers) "gc/fails-on-third-slots"
        breaks "gc/object/op-never-fails"
        also ["gc/**"]
        "Calls the third slot of an object a bad pointer.";
    KnowsNoSwap(answers) "gc/knows-no-swap"
        breaks "gc/object/offered-op-supported"
        also ["gc/**"]
        "Offers atomic operations, and does not know one of them.";
    LoadsTheNext(answers) "gc/loads-the-next-object"
        breaks "gc/object/reference-leads-to-its-object"
        also ["gc/**"]
        "Leads from the second slot of an object to another object than was stored.";
    ExchangesAlways(answers) "gc/exchanges-always"
        breaks "gc/object/exchange-under-condition"
        also ["gc/**"]
        "Says of every exchange under a condition that it was done.";
    LeadsElsewhere(answers) "gc/leads-elsewhere"
        breaks "gc/weak/leads-to-its-object"
        also ["gc/**"]
        "Leads through a weak handle to the object that was made next.";
}

/// A right collector, and what becomes of its answers.
trait Answers: Sync {
    /// What is answered to `op`, where `answer` would be right. `made`: objects made so far.
    fn answered(&self, op: &Op, answer: Answer, made: u64) -> (Answer, Option<Reading>);
}

/// The collector behind such answers.
struct Spoken {
    inner: Tri,
    answers: &'static dyn Answers,
    made: u64,
}

/// The collector with wrong answers.
fn answers(answers: &'static dyn Answers) -> Box<dyn Collector> {
    Box::new(Spoken { inner: Tri::new(&Right, &Exact), answers, made: 0 })
}

impl Collector for Spoken {
    fn name(&self) -> &str {
        self.inner.name()
    }

    fn offers(&self) -> Capabilities {
        self.inner.offers()
    }

    fn tiny(&self) -> u64 {
        self.inner.tiny()
    }

    fn perform(&mut self, mutator: Thread, op: &Op) -> (Answer, Option<Reading>) {
        let (answer, reading) = self.inner.perform(mutator, op);
        if answer.outcome != Outcome::Done {
            return (answer, reading);
        }
        self.made += u64::from(matches!(op, Op::New { .. }));
        let (answer, instead) = self.answers.answered(op, answer, self.made);
        (answer, instead.or(reading))
    }
}

impl Answers for EndsInACollection {
    fn answered(&self, op: &Op, answer: Answer, made: u64) -> (Answer, Option<Reading>) {
        if made >= 30 && *op == Op::Collect {
            // A panic, but without the words of one on standard error.
            std::panic::resume_unwind(Box::new("the collector ends"));
        }
        (answer, None)
    }
}

impl Answers for FailsOnThirdSlots {
    fn answered(&self, op: &Op, answer: Answer, _: u64) -> (Answer, Option<Reading>) {
        match op {
            Op::Load { slot: 2, .. } => {
                (Answer::bare(Outcome::Failed), Some(Reading::Said("found bad pointer".into())))
            }
            _ => (answer, None),
        }
    }
}

impl Answers for KnowsNoSwap {
    fn answered(&self, op: &Op, answer: Answer, _: u64) -> (Answer, Option<Reading>) {
        let unknown = matches!(op, Op::Swap { .. });
        (if unknown { Answer::bare(Outcome::Unsupported) } else { answer }, None)
    }
}

impl Answers for LoadsTheNext {
    fn answered(&self, op: &Op, answer: Answer, _: u64) -> (Answer, Option<Reading>) {
        match (op, answer.values[0]) {
            (Op::Load { slot: 1, .. }, found @ 1..) => (Answer::with(&[found + 1]), None),
            _ => (answer, None),
        }
    }
}

impl Answers for ExchangesAlways {
    fn answered(&self, op: &Op, answer: Answer, _: u64) -> (Answer, Option<Reading>) {
        let exchange = matches!(op, Op::Cas { .. });
        (if exchange { Answer::with(&[1]) } else { answer }, None)
    }
}

impl Answers for LeadsElsewhere {
    fn answered(&self, op: &Op, answer: Answer, _: u64) -> (Answer, Option<Reading>) {
        match (op, answer.values[0]) {
            (Op::Strengthen { .. }, found @ 1..) => (Answer::with(&[found + 1]), None),
            _ => (answer, None),
        }
    }
}
