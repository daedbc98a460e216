//! Collectors in this process: the face that a Rust collector shows, and a target made of it.
//!
//! A collector lives here only if it is safe code that cannot hurt the judge: the small collector and its
//! wrong variants. Others speak the protocol ([`super::stdio`]), Rust or not; [`super::stdio::serve`] does
//! the talking for whatever has this face.

use super::identity::Identity;
use super::{Batch, Death, How, Target};
use crate::capability::{Capabilities, Capability};
use crate::observe::gc::{Answer, Reading};
use crate::op::Thread;
use crate::op::gc::{Op, Step};
use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// A collector with the world that ops speak of: mutators, frames, globals.
pub trait Collector {
    /// What it calls itself.
    fn name(&self) -> &str;

    /// Its version.
    fn release(&self) -> String {
        String::new()
    }

    /// What it offers.
    fn offers(&self) -> Capabilities;

    /// Pointer-free objects of fewer bytes than this may share memory with others.
    fn tiny(&self) -> u64 {
        0
    }

    /// Performs one op of `mutator`, as `docs/protocol.md` says. Every op means something in every state.
    fn perform(&mut self, mutator: Thread, op: &Op) -> (Answer, Option<Reading>);
}

/// What a target must offer for `op`, if it need not have it.
pub fn needs(op: &Op) -> Option<Capability> {
    Some(match op {
        Op::Swap { .. } | Op::Cas { .. } => Capability::Atomics,
        Op::Copy { .. } | Op::Wipe { .. } => Capability::Bulk,
        Op::Inside { .. } => Capability::Interior,
        Op::Past { .. } => Capability::PastEnd,
        Op::Hide { .. } => Capability::Hide,
        Op::Chain { .. } | Op::Walk { .. } => Capability::Chain,
        Op::Set { .. } | Op::Get { .. } | Op::Unset { .. } => Capability::Globals,
        Op::Push | Op::Pop | Op::Grow { .. } => Capability::Frames,
        Op::Start { .. } | Op::End { .. } | Op::Hand { .. } => Capability::Mutators,
        Op::Stash { .. } | Op::Unstash { .. } => Capability::Stash,
        Op::Begin | Op::Finish => Capability::Background,
        Op::Step { .. } => Capability::Step,
        Op::Same { .. } => Capability::WeakEqual,
        Op::Weaken { .. } | Op::Strengthen { .. } | Op::Forget { .. } => Capability::Weak,
        Op::Finalizer { .. } | Op::Unfinalizer { .. } | Op::Reviver { .. } => {
            Capability::Finalizers
        }
        Op::Cleanup { .. } | Op::Uncleanup { .. } | Op::SelfCleanup { .. } => Capability::Cleanups,
        Op::Percent { .. } => Capability::Percent,
        Op::Limit { .. } => Capability::Limit,
        Op::Stats => Capability::Stats,
        Op::Rest => Capability::Timed,
        Op::Capacity { .. } => Capability::Append,
        Op::Storm { .. } => Capability::Storm,
        _ => return None,
    })
}

/// What is offered with what `offers` names: what collects in steps can begin a collection, too.
pub fn implied(offers: Capabilities) -> Capabilities {
    if offers.has(Capability::Step) { offers.with(Capability::Background) } else { offers }
}

/// A collector as a target. A panic of it is the end of the target.
pub struct Housed {
    collector: Box<dyn Collector>,
    identity: Identity,
    waiting: VecDeque<Performed>,
    current: Performed,
    death: Option<Death>,
}

/// The answers to one batch.
#[derive(Default)]
struct Performed {
    answers: Vec<Answer>,
    readings: Vec<(usize, Reading)>,
    death: Option<Death>,
}

impl Housed {
    /// A target made of `collector`.
    pub fn new(collector: Box<dyn Collector>) -> Housed {
        let identity = Identity { version: collector.release(), ..Identity::default() };
        Housed {
            collector,
            identity,
            waiting: VecDeque::new(),
            current: Performed::default(),
            death: None,
        }
    }

    fn perform(&mut self, steps: &[Step]) -> Performed {
        let mut done = Performed::default();
        for (at, step) in steps.iter().enumerate() {
            if self.death.is_some() {
                break;
            }
            let collector = AssertUnwindSafe(&mut self.collector);
            // A collector that panicked is not asked again, so what it left half done is not seen.
            match catch_unwind(move || { collector }.0.perform(step.thread, &step.op)) {
                Ok((answer, reading)) => {
                    done.answers.push(answer);
                    done.readings.extend(reading.map(|reading| (at, reading)));
                }
                Err(panic) => {
                    let stderr = said(&*panic);
                    self.death = Some(Death { how: How::Exit(PANICKED), at, stderr });
                }
            }
        }
        done.answers.resize(steps.len(), Answer::default());
        done.death.clone_from(&self.death);
        done
    }
}

/// The status with which a Rust program ends that panics.
const PANICKED: i32 = 101;

/// The words of a panic.
fn said(panic: &(dyn std::any::Any + Send)) -> String {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    text.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or_default().to_owned()
}

impl Target<Op> for Housed {
    fn identity(&self) -> &Identity {
        &self.identity
    }

    fn offers(&self) -> Capabilities {
        self.collector.offers()
    }

    fn submit(&mut self, steps: &[Step]) {
        let done = self.perform(steps);
        self.waiting.push_back(done);
    }

    fn collect(&mut self) -> Batch<'_, Op> {
        self.current = self.waiting.pop_front().unwrap_or_default();
        let Performed { answers, readings, death } = &self.current;
        Batch { answers, readings, death: death.clone() }
    }
}
