//! Witnesses: the smallest script, what it showed, and the command that shows it again.

use super::plan::Broken;
use crate::choice::Choices;
use crate::spec::Invariant;
use crate::trace::{Metadata, Trace};
use crate::verdict::Witness;

/// Metadata keys of a witness's trace.
pub mod key {
    /// The invariant that it breaks.
    pub const INVARIANT: &str = "invariant";
    /// The target that broke it.
    pub const TARGET: &str = "target";
    /// What the target had chosen, as `name=word` with blanks between.
    pub const CHOICES: &str = "choices";
}

/// The witness of `invariant`, broken by the target named `target`.
pub(super) fn of(
    invariant: &Invariant,
    broken: &Broken,
    choices: Choices,
    target: &str,
) -> Witness {
    let mut metadata = Metadata::default();
    metadata.push(key::INVARIANT, invariant.id.as_str());
    metadata.push(key::TARGET, target);
    let words = Choices::NAMES.iter().filter_map(|n| Some(format!("{n}={}", choices.word(n)?)));
    metadata.push(key::CHOICES, &words.collect::<Vec<_>>().join(" "));
    let trace = Trace { metadata, steps: broken.trace.steps.clone() };
    let step = trace.steps.get(broken.at).map_or_else(String::new, |t| t.step.to_string());
    Witness {
        steps: trace.steps.len(),
        trace: trace.to_string(),
        at: broken.at,
        step,
        message: broken.message.clone(),
        facts: broken.facts.clone(),
        picture: broken.picture.clone(),
        stderr: broken.death.as_ref().map_or_else(String::new, |death| death.stderr.clone()),
        resembles: invariant.broken_by.first().cloned(),
        replays: broken.replays,
    }
}
