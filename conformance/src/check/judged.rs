//! What judging asks of a subject, beyond reading its answers.

use super::again::Again;
use super::examined::Examined;
use super::plan::Examination;
use super::target_spec::TargetSpec;
use super::{Bench, Progress, Subject};
use crate::capability::Capabilities;
use crate::driver::scenario::Scenario;
use crate::facts::Clerk;
use crate::hunt::{Alone, HuntError, Hunted, Opens};
use crate::report::TargetReport;
use crate::report::target::Controls;
use crate::shrink::Shrinks;
use crate::spec::{Invariant, Judge};
use crate::trace::Trace;

/// A subject whose targets are judged: one implementation for each alphabet.
pub trait Judged: Clerk<Op: Shrinks> {
    /// Opens fresh targets.
    type Launch: Opens<Self::Op>;

    /// Its scripted runs.
    const SCENARIOS: &'static [Scenario<Self::Op, Self::Setting>];

    /// The word that the target chose for `name`, if it is the name of a choice.
    fn chosen(setting: Self::Setting, name: &str) -> Option<&'static str>;

    /// What the target chose, as `name=word` with blanks between: what its traces say.
    fn choices(setting: Self::Setting) -> String;

    /// Starts the target, learns who it is, what it offers and what it chooses, and writes that
    /// into `report`.
    ///
    /// # Errors
    /// [`HuntError`] where there is nothing to judge.
    fn meet<'b>(
        spec: &TargetSpec,
        bench: &'b Bench<'b>,
        report: &mut TargetReport,
    ) -> Result<(Subject<'b, Self>, Capabilities), HuntError>;

    /// Runs the three controls.
    ///
    /// # Errors
    /// [`HuntError`] where there is nothing to run them on.
    fn controls(subject: &Subject<'_, Self>) -> Result<Controls, HuntError>;

    /// Hunts with every judge once.
    ///
    /// # Errors
    /// [`HuntError`].
    fn round(
        examination: &mut Examination<'_, Self>,
        seed: u64,
        watch: &mut dyn FnMut(&Progress<'_>),
    ) -> Result<(), HuntError>;

    /// Judges what no hunt judges, before them all.
    ///
    /// # Errors
    /// [`HuntError`].
    fn before_hunts(_: &mut Examination<'_, Self>) -> Result<(), HuntError> {
        Ok(())
    }

    /// Judges what only the outcome of all hunts tells.
    ///
    /// # Errors
    /// [`HuntError`].
    fn after_hunts(
        _: &Subject<'_, Self>,
        _: Capabilities,
        _: &mut Examined<Self::Op>,
    ) -> Result<(), HuntError> {
        Ok(())
    }

    /// Enters efforts that laws do not count.
    fn enter_more(_: &mut Examination<'_, Self>, _: Judge, _: &Hunted<Self::Op>, _: u64) {}

    /// What breaks when `trace` is performed again, of an invariant that is no law.
    ///
    /// # Errors
    /// [`HuntError`].
    fn beyond_laws(
        _: &Subject<'_, Self>,
        _: &Invariant,
        _: &Trace<Self::Op>,
        _: &Alone<Self>,
    ) -> Result<Option<Again>, HuntError> {
        Ok(None)
    }
}
