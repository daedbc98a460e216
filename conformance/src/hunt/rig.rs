//! One target and its laws, and what a script comes to on a fresh heap of it.

use super::HuntError;
use crate::court::{Breach, Code, Court, Standing, Tally};
use crate::facts::{Clerk, Last, MissingName, alloc};
use crate::observe::Asked;
use crate::op::{Script, alloc as alloc_op};
use crate::picture::Picture;
use crate::rule::Vocabulary;
use crate::run::{Done, Session};
use crate::target::child::{Child, Launch, LaunchError};
use crate::target::{Death, Target};

/// Opens fresh heaps of one target.
pub trait Opens<O: Asked = alloc_op::Op> {
    /// A fresh heap. `hasty`: a target that hangs was seen to hang before, and is given up soon.
    ///
    /// # Errors
    /// [`LaunchError`] where there is nothing to judge.
    fn open(&self, hasty: bool) -> Result<Box<dyn Target<O> + '_>, LaunchError>;
}

impl Opens for Launch {
    fn open(&self, hasty: bool) -> Result<Box<dyn Target + '_>, LaunchError> {
        let patience = if hasty { self.patience.short() } else { self.patience };
        let child: Child = Launch { patience, ..self.clone() }.start()?;
        Ok(Box::new(child))
    }
}

/// One target, and the laws it is held to.
pub struct Rig<'r, C: Clerk = alloc::Clerk> {
    /// Opens the target.
    pub opens: &'r dyn Opens<C::Op>,
    /// The laws.
    pub code: &'r Code,
    /// Their words.
    pub vocabulary: &'r Vocabulary,
    /// What the clerk must know of the target.
    pub setting: C::Setting,
}

/// What one script came to, alone in a fresh process.
#[derive(Debug)]
pub struct Alone<C: Clerk = alloc::Clerk> {
    /// What broke: at the first bad step, or at the end.
    pub breaches: Vec<Breach>,
    /// How the process ended, if it did.
    pub death: Option<(usize, Death)>,
    /// The last step judged.
    pub last: Option<Last<C>>,
    /// Steps performed.
    pub steps: u64,
    /// How often each law came up.
    pub tallies: Vec<Tally>,
    /// Steps done, by the row of their op in the table of forms.
    pub done: Done,
    /// What is around that which broke, by the index of the law.
    pub pictures: Vec<(usize, Picture)>,
    /// It ended early without a breach: a known breach tainted the heap, or the process died of
    /// what is not judged.
    pub cut_short: bool,
}

impl<C: Clerk> Default for Alone<C> {
    fn default() -> Alone<C> {
        Alone {
            breaches: Vec::new(),
            death: None,
            last: None,
            steps: 0,
            tallies: Vec::new(),
            done: Done::default(),
            pictures: Vec::new(),
            cut_short: false,
        }
    }
}

impl<C: Clerk> Alone<C> {
    /// Whether the law with this index broke.
    pub fn breaks(&self, law: usize) -> bool {
        self.breaches.iter().any(|b| b.law == law)
    }

    /// What is around that by which the law with this index broke.
    pub fn picture(&self, law: usize) -> Picture {
        let found = self.pictures.iter().find(|(of, _)| *of == law);
        found.map_or(Picture::Nothing, |(_, picture)| picture.clone())
    }

    /// Whether the run was ended because it hung.
    pub fn hangs(&self) -> bool {
        self.death.as_ref().is_some_and(|(_, death)| death.how.is_hang())
    }
}

impl<C: Clerk> Rig<'_, C> {
    pub(super) fn clerk(&self) -> Result<C, MissingName> {
        C::new(self.vocabulary, self.setting)
    }

    /// Runs `script` alone on a fresh heap.
    ///
    /// # Errors
    /// [`HuntError`].
    pub fn alone(
        &self,
        script: &Script<C::Op>,
        standing: &[Standing],
        hasty: bool,
    ) -> Result<Alone<C>, HuntError> {
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
        let clerk = session.clerk();
        let mut pictures: Vec<(usize, Picture)> = Vec::new();
        for breach in &ran.breaches {
            if pictures.iter().all(|(law, _)| *law != breach.law) {
                let picture = clerk.picture(pictures.len(), ran.last.as_ref(), script);
                pictures.push((breach.law, picture));
            }
        }
        Ok(Alone {
            breaches: ran.breaches,
            death: ran.death,
            last: ran.last,
            steps: ran.steps,
            tallies: court.tallies().to_vec(),
            done: session.done().clone(),
            pictures,
            cut_short,
        })
    }
}
