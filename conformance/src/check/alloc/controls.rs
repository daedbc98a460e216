//! The three controls: a run that could not have seen a fault has judged nothing.

use super::Clerk;
use crate::check::Subject;
use crate::court::Standing;
use crate::hunt::{HuntError, Rig};
use crate::op::alloc::{Op, Script, Slot, Step};
use crate::report::target::{Control, Controls};
use crate::target::child::Launch;
use crate::target::identity::{Identity, Loaded};
use crate::target::plant::Plant;

/// What a planted overlap must break.
const PLANTED: &str = "alloc/block/block-disjoint-from-live";

/// Runs the controls of `subject`.
///
/// # Errors
/// [`HuntError`] where there is nothing to run them on.
pub(super) fn run(subject: &Subject<'_, Clerk>) -> Result<Controls, HuntError> {
    Ok(Controls {
        identity: identified(&subject.identity),
        planted: planted(subject)?,
        noop: noop(subject)?,
    })
}

fn identified(identity: &Identity) -> Control {
    if identity.loaded == Loaded::BuiltIn {
        return Control { ok: true, says: "built into this executable".into() };
    }
    let ok = !identity.path.is_empty();
    Control { ok, says: format!("malloc is that of {}", identity.path) }
}

/// Plants an overlap and a crash. Where the target breaks something by itself before the planted
/// fault comes up, the way to the verdict is open all the same.
fn planted(subject: &Subject<'_, Clerk>) -> Result<Control, HuntError> {
    let mut said = Vec::new();
    let mut ok = true;
    for (plant, wanted) in [(Plant::Overlap, PLANTED), (Plant::Crash, "a death")] {
        let launch = Launch { plant: Some(plant), ..subject.launch.clone() };
        let rig = Rig { opens: &launch, ..subject.rig() };
        let mallocs = (0..3).map(|i| Step::main(Op::Malloc { slot: Slot(i), size: 64 }));
        let script = Script { steps: mallocs.collect() };
        let standing = vec![Standing::In; rig.code.laws.len()];
        let alone = rig.alone(&script, &standing, false)?;
        let broken = alone.breaches.iter().map(|b| rig.code.laws[b.law].id.as_str());
        let broken: Vec<&str> = broken.collect();
        let seen = match plant {
            Plant::Overlap => broken.contains(&PLANTED),
            Plant::Crash => alone.death.is_some(),
        };
        ok &= seen || !broken.is_empty();
        said.push(if seen {
            format!("{}: reported", plant.word())
        } else if broken.is_empty() {
            format!("{}: {wanted} was not reported", plant.word())
        } else {
            format!("{}: the target broke {} before it", plant.word(), broken.join(" and "))
        });
    }
    Ok(Control { ok, says: said.join("; ") })
}

fn noop(subject: &Subject<'_, Clerk>) -> Result<Control, HuntError> {
    let rig = subject.rig();
    let standing = vec![Standing::In; rig.code.laws.len()];
    let scoped = standing.iter().zip(&rig.code.laws);
    let standing = scoped.map(|(&s, law)| if law.scenario.is_empty() { s } else { Standing::Out });
    let alone = rig.alone(&Script::default(), &standing.collect::<Vec<_>>(), false)?;
    let ok = alone.breaches.is_empty() && alone.death.is_none();
    let says = if ok { "an empty script breaks nothing" } else { "an empty script was reported" };
    Ok(Control { ok, says: says.into() })
}
