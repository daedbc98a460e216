//! Planted faults in the answers of a collector: proof that they would be seen.

use super::identity::Identity;
use super::{Batch, Death, How, Target};
use crate::capability::Capabilities;
use crate::observe::gc::{Answer, Gathered, Reading};
use crate::op::gc;
use std::collections::VecDeque;

/// A fault planted in a collector's answers, to see whether it would be seen.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum PlantDeath {
    /// The first collection reports the first object dead.
    OfAnObject,
    /// The target ends in the first collection.
    OfTheTarget,
}

impl PlantDeath {
    /// The word of reports.
    pub fn word(self) -> &'static str {
        match self {
            PlantDeath::OfAnObject => "a false death",
            PlantDeath::OfTheTarget => "an end",
        }
    }
}

/// A collector whose answers have a planted fault.
pub struct FalseDeath<'t> {
    inner: Box<dyn Target<gc::Op> + 't>,
    plant: PlantDeath,
    /// For each batch on its way: where its first collection is.
    waiting: VecDeque<Option<usize>>,
    answers: Vec<Answer>,
    readings: Vec<(usize, Reading)>,
    death: Option<Death>,
}

impl<'t> FalseDeath<'t> {
    /// Plants `plant` in the answers of `inner`.
    pub fn new(inner: Box<dyn Target<gc::Op> + 't>, plant: PlantDeath) -> FalseDeath<'t> {
        let (answers, readings) = (Vec::new(), Vec::new());
        FalseDeath { inner, plant, waiting: VecDeque::new(), answers, readings, death: None }
    }

    fn spoil(&mut self, at: usize) {
        match self.plant {
            PlantDeath::OfAnObject => {
                let dead = [1].into_iter().collect();
                let gathered = Reading::Gathered(Gathered { dead, ..Gathered::default() });
                self.readings.retain(|(index, _)| *index != at);
                let place = self.readings.partition_point(|(index, _)| *index < at);
                self.readings.insert(place, (at, gathered));
            }
            PlantDeath::OfTheTarget => {
                self.answers[at..].fill(Answer::default());
                self.readings.retain(|(index, _)| *index < at);
                self.death = Some(Death { how: How::Exit(1), at, stderr: String::new() });
            }
        }
    }
}

impl Target<gc::Op> for FalseDeath<'_> {
    fn identity(&self) -> &Identity {
        self.inner.identity()
    }

    fn offers(&self) -> Capabilities {
        self.inner.offers()
    }

    fn submit(&mut self, steps: &[gc::Step]) {
        self.waiting.push_back(steps.iter().position(|step| step.op == gc::Op::Collect));
        self.inner.submit(steps);
    }

    fn collect(&mut self) -> Batch<'_, gc::Op> {
        let batch = self.inner.collect();
        self.answers = batch.answers.to_vec();
        self.readings = batch.readings.to_vec();
        let death = batch.death;
        self.death = self.death.take().or(death);
        if let Some(Some(at)) = self.waiting.pop_front().filter(|_| self.death.is_none()) {
            self.spoil(at);
        }
        let death = self.death.clone();
        Batch { answers: &self.answers, readings: &self.readings, death }
    }
}
