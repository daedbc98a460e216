//! The three controls: a run that could not have seen a fault has judged nothing.

use super::{Clerk, Launch};
use crate::check::Subject;
use crate::court::Standing;
use crate::hunt::{HuntError, Rig};
use crate::op::gc::{Local, Map, Op, Script, Step};
use crate::report::target::{Control, Controls};
use crate::target::false_answers::PlantDeath;

/// What a planted death must break.
const PLANTED: &str = "gc/reach/live-never-reclaimed";

/// Runs the controls of `subject`.
///
/// # Errors
/// [`HuntError`] where there is nothing to run them on.
pub(super) fn run(subject: &Subject<'_, Clerk>) -> Result<Controls, HuntError> {
    Ok(Controls { identity: identified(subject), planted: planted(subject)?, noop: noop(subject)? })
}

fn identified(subject: &Subject<'_, Clerk>) -> Control {
    match subject.identity.path.as_str() {
        "" => Control { ok: true, says: "built into this executable".into() },
        path => Control { ok: true, says: format!("a program started as {path}") },
    }
}

/// Two objects, both held.
fn script() -> Script {
    let new = |to| Op::New { to: Local(to), words: 2, map: Map::Last };
    let store = Op::Store { of: Local(0), slot: 0, from: Local(1) };
    let ops = [new(0), new(1), store, Op::Collect, Op::Check { of: Local(1) }];
    Script { steps: ops.into_iter().map(Step::main).collect() }
}

/// A death that never was, and an end that was.
fn planted(subject: &Subject<'_, Clerk>) -> Result<Control, HuntError> {
    let mut said = Vec::new();
    let mut ok = true;
    for plant in [PlantDeath::OfAnObject, PlantDeath::OfTheTarget] {
        let launch = Launch { plant: Some(plant), ..subject.launch.clone() };
        let rig = Rig { opens: &launch, ..subject.rig() };
        let alone = rig.alone(&script(), &unscripted(&rig), false)?;
        let broken = alone.breaches.iter().map(|b| rig.code.laws[b.law].id.as_str());
        let broken: Vec<&str> = broken.collect();
        let seen = match plant {
            PlantDeath::OfAnObject => broken.contains(&PLANTED),
            PlantDeath::OfTheTarget => alone.death.is_some() && !broken.is_empty(),
        };
        ok &= seen || !broken.is_empty();
        said.push(if seen {
            format!("{}: reported", plant.word())
        } else if broken.is_empty() {
            format!("{}: not reported", plant.word())
        } else {
            format!("{}: the target broke {} before it", plant.word(), broken.join(" and "))
        });
    }
    Ok(Control { ok, says: said.join("; ") })
}

fn noop(subject: &Subject<'_, Clerk>) -> Result<Control, HuntError> {
    let rig = subject.rig();
    let alone = rig.alone(&Script::default(), &unscripted(&rig), false)?;
    let ok = alone.breaches.is_empty() && alone.death.is_none();
    let says = if ok { "an empty script breaks nothing" } else { "an empty script was reported" };
    Ok(Control { ok, says: says.into() })
}

/// All laws of no scenario.
fn unscripted(rig: &Rig<'_, Clerk>) -> Vec<Standing> {
    let scoped = |law: &crate::court::Law| {
        if law.scenario.is_empty() { Standing::In } else { Standing::Out }
    };
    rig.code.laws.iter().map(scoped).collect()
}
