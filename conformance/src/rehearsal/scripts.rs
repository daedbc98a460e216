//! Scripts as text, as traces have them, and random ones.

use super::{Adapter, Case, Fault};
use crate::capability::Capability;
use crate::driver::gc::property::Property;
use crate::op::gc::{Op, Step};
use crate::trace::Traced;

/// Random scripts of one conversation each.
const RANDOM: u64 = 24;

pub(super) fn cases() -> Vec<Case> {
    let says = "Random programs are answered as a right collector answers them.";
    vec![Case::new("script/random", says, random)]
}

/// The steps of `text`: one a line, or between semicolons.
///
/// # Panics
/// Where it is no script: it is a part of this program, and a test reads them all.
pub(super) fn steps(text: &str) -> Vec<Step> {
    let lines = text.split(['\n', ';']).map(str::trim).filter(|line| !line.is_empty());
    let step = |line: &str| match line.parse::<Traced<Op>>() {
        Ok(traced) => traced.step,
        Err(fault) => panic!("{line}: {fault}"),
    };
    lines.map(step).collect()
}

/// Name, sentence, what it is about, and the script, which the adapter must answer as a right collector would.
pub(super) type Row = (&'static str, &'static str, Option<Capability>, &'static str);

/// The case of a row.
pub(super) fn case(&(name, says, need, script): &Row) -> Case {
    let case = Case::new(name, says, move |adapter| perform(adapter, script));
    match need {
        Some(need) => case.needing(need),
        None => case,
    }
}

/// Has those of `text`'s steps performed whose ops are offered.
pub(super) fn perform(adapter: &Adapter, text: &str) -> Result<(), Fault> {
    let mut steps = steps(text);
    steps.retain(|step| adapter.offers(step));
    adapter.perform(&steps).map(drop)
}

/// What finalizers give back comes when they have run, which no script foresees: they have cases of
/// their own.
fn random(adapter: &Adapter) -> Result<(), Fault> {
    let offers = adapter.met().offers.without(Capability::Finalizers);
    let mut property = Property::new(offers, 1);
    for _ in 0..RANDOM {
        adapter.perform(&property.script().steps)?;
    }
    Ok(())
}
