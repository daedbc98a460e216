//! One target and its laws, and what a script comes to on a fresh heap of it.

use super::HuntError;
use crate::choice::Choices;
use crate::court::{Breach, Code, Court, Standing, Tally};
use crate::facts::alloc::{Clerk, MissingName};
use crate::observe::Answer;
use crate::op::alloc::{Script, Step};
use crate::picture::{Subject, heap_map};
use crate::rule::Vocabulary;
use crate::run::{Done, Session};
use crate::target::child::{Child, Launch, LaunchError};
use crate::target::{Death, Target};

/// Opens fresh heaps of one target.
pub trait Opens {
    /// A fresh heap. `hasty`: a target that hangs was seen to hang before, and is given up soon.
    ///
    /// # Errors
    /// [`LaunchError`] where there is nothing to judge.
    fn open(&self, hasty: bool) -> Result<Box<dyn Target + '_>, LaunchError>;
}

impl Opens for Launch {
    fn open(&self, hasty: bool) -> Result<Box<dyn Target + '_>, LaunchError> {
        let patience = if hasty { self.patience.short() } else { self.patience };
        let child: Child = Launch { patience, ..self.clone() }.start()?;
        Ok(Box::new(child))
    }
}

/// One target, and the laws it is held to.
pub struct Rig<'r> {
    /// Opens the target.
    pub opens: &'r dyn Opens,
    /// The laws.
    pub code: &'r Code,
    /// Their words.
    pub vocabulary: &'r Vocabulary,
    /// What the target chose.
    pub choices: Choices,
}

/// What one script came to, alone in a fresh process.
#[derive(Debug, Default)]
pub struct Alone {
    /// What broke: at the first bad step, or at the end.
    pub breaches: Vec<Breach>,
    /// How the process ended, if it did.
    pub death: Option<(usize, Death)>,
    /// The last step judged.
    pub last: Option<(usize, Step, Answer)>,
    /// Steps performed.
    pub steps: u64,
    /// How often each law came up.
    pub tallies: Vec<Tally>,
    /// Steps done, by the row of their op in the table of forms.
    pub done: Done,
    /// The heap around the block in question.
    pub picture: String,
    /// It ended early without a breach: a known breach tainted the heap, or the process died of
    /// what is not judged.
    pub cut_short: bool,
}

impl Alone {
    /// Whether the law with this index broke.
    pub fn breaks(&self, law: usize) -> bool {
        self.breaches.iter().any(|b| b.law == law)
    }

    /// Whether the run was ended because it hung.
    pub fn hangs(&self) -> bool {
        self.death.as_ref().is_some_and(|(_, death)| death.how.is_hang())
    }
}

impl Rig<'_> {
    pub(super) fn clerk(&self) -> Result<Clerk, MissingName> {
        Clerk::new(self.vocabulary, self.choices)
    }

    /// Runs `script` alone on a fresh heap.
    ///
    /// # Errors
    /// [`HuntError`].
    pub fn alone(
        &self,
        script: &Script,
        standing: &[Standing],
        hasty: bool,
    ) -> Result<Alone, HuntError> {
        let mut target = self.opens.open(hasty)?;
        let mut session = Session::new(&mut *target, self.clerk()?);
        let mut court = Court::new(self.code, standing.to_vec());
        let mut ran = session.perform(script, &mut court, u64::MAX)?;
        // A run that something known cut short has not done what its scenario asks; what new things
        // cut short is judged.
        let cut_short = !ran.completed && ran.breaches.is_empty() && court.broke_known();
        if !cut_short {
            let at = ran.last.map_or(script.steps.len().saturating_sub(1), |(at, ..)| at);
            ran.breaches.extend(session.finish(ran.completed, at, &mut court)?);
        }
        let subject = ran.last.and_then(|(at, step, answer)| subject_of(at, &step, &answer));
        let picture = subject
            .map(|subject| heap_map(session.clerk().shadow(), subject, script))
            .unwrap_or_default();
        Ok(Alone {
            breaches: ran.breaches,
            death: ran.death,
            last: ran.last,
            steps: ran.steps,
            tallies: court.tallies().to_vec(),
            done: *session.done(),
            picture,
            cut_short,
        })
    }
}

/// The block that a step is about, where there is one to draw.
fn subject_of(at: usize, step: &Step, answer: &Answer) -> Option<Subject> {
    let address = if answer.address != 0 { answer.address } else { answer.given };
    let size = step.op.requested().unwrap_or(0).max(answer.usable);
    let drawable = address != 0 && size < 1 << 40;
    drawable.then_some(Subject { address, size, step: at })
}
