//! Judging collectors: programs that speak the protocol, and the small collector in this process.

mod controls;
pub(super) mod launch;

use super::judged::Judged;
use super::plan::Examination;
use super::target_spec::TargetSpec;
use super::{Bench, Progress, Subject};
use crate::capability::{Capabilities, Capability};
use crate::driver::gc::property::Property;
use crate::driver::gc::scenario;
use crate::driver::gc::worlds::{Bounds, Worlds};
use crate::driver::scenario::Scenario;
use crate::driver::source::Plain;
use crate::facts::gc::Clerk;
use crate::hunt::HuntError;
use crate::model::gc::Setting;
use crate::op::gc::Op;
use crate::report::TargetReport;
use crate::report::target::{Choice, ChosenBy, Controls};
use crate::spec::Judge;
use launch::Launch;

/// The worlds that are tried one and all; smaller ones where few cases are asked for.
fn worlds(cases: u64) -> [Bounds; 2] {
    let objects = if cases < 1000 { 3 } else { 4 };
    let deep = Bounds { objects, slots: 1, actions: 2, units: 8 };
    [deep, Bounds { objects: 2, slots: 2, actions: 2, units: if cases < 1000 { 3 } else { 5 } }]
}

impl Judged for Clerk {
    type Launch = Launch;

    const SCENARIOS: &'static [Scenario<Op, Setting>] = scenario::ALL;

    fn chosen(_: Setting, _: &str) -> Option<&'static str> {
        None
    }

    fn choices(_: Setting) -> String {
        String::new()
    }

    fn meet<'b>(
        spec: &TargetSpec,
        bench: &'b Bench<'b>,
        report: &mut TargetReport,
    ) -> Result<(Subject<'b, Clerk>, Capabilities), HuntError> {
        let launch = Launch { way: spec.collector(), seed: bench.options.seed, plant: None };
        let met = launch.meet()?;
        report.identity = spec.identity(&met.identity);
        report.identity.name = Some(met.name);
        for word in met.unknown {
            report.notes.push(format!("it offers `{word}`, which is no capability"));
        }
        let word = met.tiny.to_string();
        report.choices.insert("tiny".into(), Choice { word, by: ChosenBy::Declared });
        let setting = Setting {
            ordered: met.offers.has(Capability::Ordered),
            exact: met.offers.has(Capability::Exact),
            steps: met.offers.has(Capability::Step),
            tiny: met.tiny,
        };
        Ok((Subject { bench, launch, setting, identity: met.identity }, met.offers))
    }

    fn controls(subject: &Subject<'_, Clerk>) -> Result<Controls, HuntError> {
        controls::run(subject)
    }

    fn round(
        examination: &mut Examination<'_, Clerk>,
        seed: u64,
        watch: &mut dyn FnMut(&Progress<'_>),
    ) -> Result<(), HuntError> {
        let cases = examination.subject.bench.options.cases;
        let (k, n) = examination.subject.bench.options.shard.map_or((1, 1), |s| (s.k, s.n));
        let (k, n) = (u64::from(k), u64::from(n));
        let own_seed = seed.wrapping_mul(1000).wrapping_add(k);
        if examination.offers.has(Capability::Step) {
            for bounds in worlds(cases) {
                let all = Worlds::new(examination.offers, bounds);
                let mine = all.skip(k as usize - 1).step_by(n as usize);
                examination.hunt(Judge::Exhaustive, &mut Plain(mine), u64::MAX, watch)?;
            }
        }
        // A collector in this process is so much faster than one behind a pipe.
        let housed = matches!(examination.subject.launch.way, launch::Way::Housed(_));
        let random_cases = if housed { cases * 10 } else { cases };
        let mut random = Property::new(examination.offers, own_seed);
        examination.hunt(Judge::Property, &mut random, random_cases / n, watch)?;
        let mine = scenario::ALL.iter().skip(k as usize - 1).step_by(n as usize);
        for scenario in mine {
            examination.scenario(scenario, seed, watch)?;
        }
        Ok(())
    }
}
