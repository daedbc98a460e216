//! A heap judged in this process: for fuzzers, benchmarks, and heaps known to be tame.

use super::crew::Crew;
use super::hands::Hands;
use super::heap::Heap;
use super::identity::Identity;
use super::{BATCH, Batch, Target};
use crate::capability::{Capabilities, Capability};
use crate::observe::reading::Reading;
use crate::observe::{Answer, flag};
use crate::op::alloc::Step;
use std::collections::VecDeque;
use std::sync::atomic::AtomicU32;

/// A [`Heap`] of this executable, performing steps at once on the calling thread.
///
/// A crash of the heap is a crash of this process; judge what may crash through `child`.
pub struct InProcess<'h> {
    crew: Crew<'h>,
    identity: Identity,
    ready: VecDeque<Vec<Answer>>,
    /// Buffers to be used again.
    spare: Vec<Vec<Answer>>,
    collected: Vec<Answer>,
    /// Room for a batch; made when a heap with an inside is judged.
    readings: Vec<Reading>,
    ready_readings: VecDeque<Vec<(usize, Reading)>>,
    collected_readings: Vec<(usize, Reading)>,
    at: AtomicU32,
}

impl<'h> InProcess<'h> {
    /// Judges `heap`. Sections pause at points drawn from `seed`.
    pub fn new(heap: &'h dyn Heap, seed: u64) -> InProcess<'h> {
        // These need a process of their own. A footprint would be that of the judge as well, and
        // takes longer to read than all the rest of a script.
        let hands = Hands::new(heap)
            .without(Capability::Fork)
            .without(Capability::Footprint)
            .without(Capability::DetectsMisuse);
        InProcess {
            crew: Crew::new(hands, seed, |_| {}),
            identity: Identity::default(),
            ready: VecDeque::new(),
            spare: Vec::new(),
            collected: Vec::new(),
            readings: if heap.inside().is_some() {
                vec![Reading::default(); BATCH]
            } else {
                Vec::new()
            },
            ready_readings: VecDeque::new(),
            collected_readings: Vec::new(),
            at: AtomicU32::new(0),
        }
    }
}

impl Target for InProcess<'_> {
    fn identity(&self) -> &Identity {
        &self.identity
    }

    /// All that the heap offers, but for what needs a process of its own.
    fn offers(&self) -> Capabilities {
        self.crew.hands().offers()
    }

    fn submit(&mut self, steps: &[Step]) {
        assert!(steps.len() <= BATCH, "a batch has at most {BATCH} steps");
        let mut answers = self.spare.pop().unwrap_or_default();
        answers.clear();
        answers.resize(steps.len(), Answer::default());
        // SAFETY: as many answers as steps, in a buffer of our own; room for as many readings where
        // any can be taken.
        unsafe {
            let readings = self.readings.as_mut_ptr();
            self.crew.perform(steps, answers.as_mut_ptr(), readings, &self.at);
        }
        let read = |(i, answer): (usize, &Answer)| {
            answer.has(flag::HAS_READING).then(|| self.readings.get(i).map(|r| (i, *r))).flatten()
        };
        self.ready_readings.push_back(answers.iter().enumerate().filter_map(read).collect());
        self.ready.push_back(answers);
    }

    fn collect(&mut self) -> Batch<'_> {
        if let Some(answers) = self.ready.pop_front() {
            self.spare.push(std::mem::replace(&mut self.collected, answers));
        } else {
            self.collected.clear();
        }
        self.collected_readings = self.ready_readings.pop_front().unwrap_or_default();
        Batch { answers: &self.collected, readings: &self.collected_readings, death: None }
    }
}
