//! Identity: the n-th object made is number n, whoever made it, and nothing else has a number.

use super::prompter::Prompter;
use super::scripts::{Row, case, steps};
use super::{Adapter, Case, Fault};
use crate::capability::Capability;
use serde_json::json;

/// Scripts that read the stamps.
const CASES: &[Row] = &[
    (
        "identity/stamps",
        "Objects are numbered from 1, and every word that is no slot has its stamp.",
        None,
        "l0 = new 1 none; check l0; l1 = new 7 none; check l1; l2 = new 7 all; check l2; l3 = new 7 first; \
         check l3; l4 = new 7 last; check l4; l5 = new 7 odd; check l5; l6 = new 7 even; check l6; \
         l7 = new 1500 even; check l7; check l0; l0 = inside l1 5; check l0",
    ),
    (
        "identity/skipped",
        "A `new` that is skipped makes no object and takes no number.",
        None,
        "l0 = new 2 last; @t3 l0 = new 2 last; @t7 l1 = new 2 last; l1 = new 2 last; check l0; check l1",
    ),
    (
        "identity/mutators",
        "Objects are counted over all mutators.",
        Some(Capability::Mutators),
        "l0 = new 2 last; start t1 l0; @t1 l1 = new 2 last; @t1 check l1; start t5 l0; @t5 l1 = new 2 last; \
         l1 = new 2 last; @t5 check l1; check l1; @t1 store l0 0 l1; end t1; @t1 l0 = new 2 last; \
         l2 = load l0 0; l3 = new 2 last; check l3; check l2",
    ),
    (
        "identity/chain",
        "The objects of a chain are counted, from the last to the first.",
        Some(Capability::Chain),
        "l0 = new 2 last; l1 = chain 5; check l1; l2 = new 2 last; check l2; l3 = load l1 0; check l3; \
         l4 = chain 1; check l4; l4 = chain 0; l5 = new 2 last; check l5",
    ),
    (
        "identity/reset",
        "A reset begins no new count.",
        None,
        "l0 = new 2 last; l1 = new 2 last; reset; l0 = new 2 last; check l0; check l1",
    ),
    (
        "identity/collected",
        "A collection begins no new count, and changes no number.",
        None,
        "l0 = new 2 last; l1 = new 2 last; drop l0; collect; l2 = new 2 last; check l1; check l2; collect; \
         check l1; check l2",
    ),
];

pub(super) fn cases() -> Vec<Case> {
    let mut cases: Vec<Case> = CASES.iter().map(case).collect();
    cases.push(Case::new(
        "identity/failed",
        "A `new` that is answered with an error takes no number.",
        failed,
    ));
    let says = "What died is reported by its number, once.";
    cases.push(Case::new("identity/deaths", says, deaths).needing(Capability::Exact));
    let says = "Cleanups are numbered as they are attached, and those that are skipped are not.";
    cases.push(Case::new("identity/cleanups", says, cleanups).needing(Capability::Cleanups));
    cases
}

fn failed(adapter: &Adapter) -> Result<(), Fault> {
    let mut talk = adapter.greeted()?;
    talk.ask(&[json!(["new", 0, 0, 0, "last"]), json!(["new", 0, 99, 2, "last"])], true)?;
    talk.perform(&steps("l0 = new 2 last; check l0"), &mut adapter.prompter()).map(drop)
}

/// Has `text` performed, and what is still owed after its last collection as a fault.
fn collected(adapter: &Adapter, text: &str) -> Result<Prompter, Fault> {
    let mut prompter = adapter.prompter();
    adapter.greeted()?.perform(&steps(text), &mut prompter)?;
    let owed = prompter.still_owed();
    if owed.is_empty() {
        return Ok(prompter);
    }
    let dead = &prompter.last_collection().1.dead;
    let seen = format!("`dead` was {:?}", dead.runs());
    Err(Fault::new(format!("{owed:?} in `dead` of the last `collect`"), seen))
}

/// Of nine objects some die, in two collections.
fn deaths(adapter: &Adapter) -> Result<(), Fault> {
    let nine: Vec<String> = (0..9).map(|local| format!("l{local} = new 3 last")).collect();
    let text = format!(
        "{}; @t6 l0 = new 3 last; drop l1; drop l2; drop l3; drop l6; collect; drop l8; drop l0; collect",
        nine.join("; ")
    );
    collected(adapter, &text).map(drop)
}

/// Three are attached, the second is stopped, and two of them run.
fn cleanups(adapter: &Adapter) -> Result<(), Fault> {
    let text = "l0 = new 3 last; l1 = new 3 last; cleanup l5; cleanup l0; cleanup l1; cleanup l1; \
                uncleanup 1; drop l1; collect";
    let prompter = collected(adapter, text)?;
    let cleaned = &prompter.last_collection().1.cleaned;
    let exact = adapter.met().offers.has(Capability::Exact);
    if cleaned.runs() == [(3, 3)] || (!exact && cleaned.is_empty()) {
        return Ok(());
    }
    let seen = format!("it was {:?}", cleaned.runs());
    Err(Fault::new("`cleaned` of the last `collect` to be [3]", seen))
}
