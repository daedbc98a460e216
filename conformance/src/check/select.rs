//! Which invariants a target is held to, and why not to the others.

use super::{Judged, Options};
use crate::capability::Capabilities;
use crate::report::{Cause, Reason};
use crate::spec::{Body, Invariant, Level, Profile};
use crate::verdict::Verdict;

/// Why `invariant` is not judged on a target with `offers` and `setting`; `None` if it is.
pub(super) fn left_out<C: Judged>(
    invariant: &Invariant,
    offers: Capabilities,
    setting: C::Setting,
    options: &Options,
) -> Option<(Verdict, Reason)> {
    left_out_of(invariant, offers, &|name| C::chosen(setting, name), options)
}

/// The same of a target of any subject, with the word that it `chose` for the name of a choice.
pub(super) fn left_out_of(
    invariant: &Invariant,
    offers: Capabilities,
    chose: &dyn Fn(&str) -> Option<&'static str>,
    options: &Options,
) -> Option<(Verdict, Reason)> {
    let skipped = |text: &str| Some((Verdict::Skipped, Reason::new(Cause::Filter, text)));
    if !options.invariants.is_empty()
        && !options.invariants.iter().any(|p| p.matches(&invariant.id))
    {
        return skipped("not selected by --invariant");
    }
    if invariant.level > options.level.unwrap_or(Level::May) {
        return skipped("below the level asked for");
    }
    if let Body::Model { name } = &invariant.body {
        let text = format!(
            "the schedule model `{name}` judges parts built on loom, not whole allocators: ci/loom.sh"
        );
        return Some((Verdict::NotApplicable, Reason::new(Cause::Capability, text)));
    }
    if invariant.profile == Profile::Go && options.profile == Profile::Any {
        let reason = Reason::new(Cause::Choice, "promised by Go alone; judged with --profile go");
        return Some((Verdict::NotApplicable, reason));
    }
    let needed = invariant.needs.iter().copied().collect();
    let missing = offers.missing(needed);
    if !missing.is_empty() {
        let words: Vec<&str> = missing.iter().map(|c| c.word()).collect();
        let text = format!("the target does not offer {}", words.join(", "));
        return Some((Verdict::NotApplicable, Reason::new(Cause::Capability, text)));
    }
    for (name, words) in &invariant.given {
        let chosen = chose(name).unwrap_or("");
        if !words.iter().any(|word| word == chosen) {
            let text = format!("the target chose {name}={chosen}");
            return Some((Verdict::NotApplicable, Reason::new(Cause::Choice, text)));
        }
    }
    let asked = |judge| options.judges.is_empty() || options.judges.contains(judge);
    if !invariant.judges.iter().any(asked) {
        return skipped("none of its judges was asked for");
    }
    None
}
