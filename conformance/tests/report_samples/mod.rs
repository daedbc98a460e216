//! Hand-made reports for the tests of printers, merging and the gate.

#![allow(dead_code, reason = "each test file uses its own part")]

use conformance::picture::graph::{Age, Cycle, Edge, Graph, LeftOut, Object, Root, RootKind, Word};
use conformance::report::target::{
    Budget, Choice, ChosenBy, Control, Controls, Identity, Loaded, Run, Selection, Shard,
    TargetKind,
};
use conformance::report::{
    Cause, Expectation, InvariantReport, Outcome, Reason, Report, SCHEMA_VERSION, TargetReport,
};
use conformance::spec::{InvariantId, Judge, Kind, Level, Profile};
use conformance::verdict::{Effort, Verdict, Witness};
use std::collections::{BTreeMap, BTreeSet};

/// The id that `text` names.
pub(crate) fn id(text: &str) -> InvariantId {
    serde_json::from_value(text.into()).expect("an id is a string")
}

/// The set of ids that `texts` name.
pub(crate) fn ids(texts: &[&str]) -> BTreeSet<InvariantId> {
    texts.iter().map(|text| id(text)).collect()
}

/// A `must` that holds under the property judge.
pub(crate) fn holds(text: &str) -> InvariantReport {
    let effort =
        Effort { cases: 256, ops: 51_200, evaluated: 45_000, fired: 40_011, nanos: 1_500_000_000 };
    InvariantReport {
        id: id(text),
        says: "No two live blocks share a byte.".into(),
        level: Level::Must,
        kind: Kind::Safety,
        file: "specs/alloc/block.yaml".into(),
        line: 12,
        fires: 10,
        verdict: Verdict::Holds,
        reason: None,
        efforts: BTreeMap::from([(Judge::Property, effort)]),
        witness: None,
        trace_file: None,
        picture_file: None,
        expectation: None,
        outcome: Outcome::AsExpected,
    }
}

/// A `must` that is broken, with a witness.
pub(crate) fn broken(text: &str) -> InvariantReport {
    let mut one = InvariantReport {
        verdict: Verdict::Broken,
        witness: Some(witness()),
        trace_file: Some("witnesses/disjoint.trace".into()),
        ..holds(text)
    };
    one.settle();
    one
}

/// A `must` without a plain verdict.
pub(crate) fn open(text: &str, verdict: Verdict, cause: Cause, why: &str) -> InvariantReport {
    let mut one = InvariantReport {
        verdict,
        reason: Some(Reason::new(cause, why)),
        efforts: BTreeMap::new(),
        ..holds(text)
    };
    one.settle();
    one
}

/// `one`, listed with the pinned `message`.
pub(crate) fn listed(mut one: InvariantReport, message: &str) -> InvariantReport {
    one.expectation = Some(Expectation {
        file: "specs/expected/glibc.yaml".into(),
        reason: "Alignments are rounded up.".into(),
        since: "2.26".into(),
        message: message.into(),
    });
    one.settle();
    one
}

/// `one` at `level`.
pub(crate) fn at(level: Level, mut one: InvariantReport) -> InvariantReport {
    one.level = level;
    one
}

/// A witness of three steps, the last of which is bad.
pub(crate) fn witness() -> Witness {
    Witness {
        trace: "malloc 0 16\nmalloc 1 16\nmalloc 2 16\n".into(),
        steps: 3,
        at: 2,
        step: "malloc 2 16".into(),
        message: "rule: live.overlapping(block) == 0".into(),
        facts: vec![("live.overlapping(block)".into(), "1".into())],
        picture: "0x1000 [0000000000000000]\n0x1008         [2222222222222222]\n".into(),
        graph: None,
        stderr: "double handout\n".into(),
        resembles: Some("alloc/hands-out-live-block".into()),
        replays: (3, 3),
    }
}

/// A graph in which every text is `text`, and which names objects that there are not.
pub(crate) fn hostile_graph(text: &str) -> Graph {
    let text = || text.to_owned();
    let object = |number| Object {
        number,
        words: u64::MAX,
        map: text(),
        reachable: true,
        deaths: u64::MAX,
        finalized: u64::MAX,
        awaits_finalizer: true,
        awaits_cleanups: u64::MAX,
        age: Age::During,
        touched: vec![text(); 3],
        guilty: true,
        on_path: true,
    };
    let edge = |from, to| Edge {
        from,
        slots: vec![u64::MAX],
        more: u64::MAX,
        to,
        word: Word::Inside(u64::MAX),
        skips: u64::MAX,
        on_path: true,
    };
    let root = |to, kind| Root {
        names: vec![text(); 2],
        more: u64::MAX,
        kind,
        to,
        word: Word::Past,
        on_path: true,
    };
    Graph {
        says: vec![text(); 2],
        cycle: Cycle::Ended,
        began_with: Some(u64::MAX),
        roots: vec![root(1, RootKind::Strong), root(0, RootKind::Weak), root(9, RootKind::Strong)],
        objects: vec![object(1), object(2), object(2), object(u64::MAX)],
        edges: vec![edge(1, 1), edge(1, 2), edge(2, 1), edge(7, 1), edge(1, 7), edge(u64::MAX, 2)],
        left_out: LeftOut { roots: u64::MAX, objects: u64::MAX, dead: u64::MAX },
    }
}

/// An identity like that of glibc.
pub(crate) fn glibc() -> Identity {
    Identity {
        kind: TargetKind::System,
        name: Some("glibc".into()),
        path: Some("/lib/x86_64-linux-gnu/libc.so.6".into()),
        soname: Some("libc.so.6".into()),
        build_id: Some("58254ca972028402bc40624f81388d85ddf70fd9".into()),
        version: Some("2.36".into()),
        loaded: Loaded::Preload,
        symbols: BTreeMap::from([("malloc".into(), "/lib/x86_64-linux-gnu/libc.so.6".into())]),
    }
}

/// The whole run with seed 7 and 256 cases.
pub(crate) fn run() -> Run {
    let selection = Selection::default();
    Run { seed: 7, budget: Budget::Cases(256), shard: None, selection }
}

/// [`run`], of which this is part `k` of `n`.
pub(crate) fn shard(k: u32, n: u32) -> Run {
    Run { shard: Some(Shard { k, n }), ..run() }
}

/// This machine's malloc, of which `invariants` were found out.
pub(crate) fn target(invariants: Vec<InvariantReport>) -> TargetReport {
    let ok = |says: &str| Control { ok: true, says: says.into() };
    TargetReport {
        spec: "system".into(),
        identity: glibc(),
        capabilities: vec!["calloc".into(), "usable-size".into()],
        choices: BTreeMap::from([
            ("align".into(), Choice { word: "16".into(), by: ChosenBy::Probed }),
            ("harden".into(), Choice { word: "detect".into(), by: ChosenBy::Declared }),
        ]),
        controls: Controls {
            identity: ok("malloc resolved to /lib/x86_64-linux-gnu/libc.so.6"),
            planted: ok("the planted overlap was reported"),
            noop: ok("the empty script was clean"),
        },
        fault: None,
        notes: Vec::new(),
        baseline: None,
        runs: vec![run()],
        invariants,
    }
}

/// A report about `targets`.
pub(crate) fn report(targets: Vec<TargetReport>) -> Report {
    Report {
        schema_version: SCHEMA_VERSION,
        heaplaw: "0.1.0".into(),
        suite_hash: "9f86d081884c7d65".into(),
        profile: Profile::Any,
        overrides: BTreeMap::new(),
        targets,
    }
}

/// A report that has every verdict, every outcome and a target that could not be judged.
pub(crate) fn every_verdict() -> Report {
    let mut unstable = open(
        "alloc/block/contents-stable",
        Verdict::Inconclusive,
        Cause::Unstable,
        "seen once, 0 of 3 replays broke it",
    );
    unstable.witness = Some(Witness { replays: (0, 3), ..witness() });
    let pinned = "rule: live";
    let mut glibc = target(vec![
        holds("alloc/align/pointer-aligned"),
        listed(broken("alloc/align/bad-align-refused"), pinned),
        listed(holds("alloc/align/size-multiple"), pinned),
        broken("alloc/block/live-blocks-disjoint"),
        unstable,
        listed(broken("alloc/block/realloc-keeps"), "golden: "),
        at(Level::Should, broken("alloc/bound/waste")),
        at(Level::May, broken("alloc/bound/footprint")),
        open("alloc/fork/child-allocates", Verdict::Skipped, Cause::Filter, "not selected"),
        open(
            "alloc/fork/child-frees",
            Verdict::Inconclusive,
            Cause::Coverage,
            "fired 3 of 10 times",
        ),
        open(
            "alloc/stats/in-use-adds-up",
            Verdict::NotApplicable,
            Cause::Capability,
            "needs stats",
        ),
        listed(
            open("alloc/stats/totals-grow", Verdict::NotApplicable, Cause::Choice, "no totals"),
            pinned,
        ),
        InvariantReport {
            verdict: Verdict::Disputed,
            outcome: Outcome::Unjudged,
            ..broken("alloc/zero/size-zero-unique")
        },
    ]);
    glibc.baseline = Some(conformance::report::target::Baseline {
        file: "specs/expected/glibc.yaml".into(),
        listed: 4,
    });
    glibc.notes = vec!["transparent huge pages are on".into()];
    let mut dead = target(Vec::new());
    dead.spec = "so:libgone.so".into();
    dead.identity = Identity {
        kind: TargetKind::SharedObject,
        name: None,
        path: None,
        soname: None,
        build_id: None,
        version: None,
        loaded: Loaded::Dlopen,
        symbols: BTreeMap::new(),
    };
    dead.choices = BTreeMap::new();
    dead.capabilities = Vec::new();
    dead.fault = Some("libgone.so: cannot open shared object file".into());
    let not_run = Control { ok: false, says: "not run".into() };
    dead.controls = Controls { identity: not_run.clone(), planted: not_run.clone(), noop: not_run };
    report(vec![glibc, dead])
}

/// Text that attacks a terminal, a workflow, XML, Markdown and patience at once.
pub(crate) fn hostile() -> String {
    let attack = "\n::error::pwned\r\n ::set-env name=X::y\n##[error]old\x1b[2J\x1b]0;t\x07\u{9b}31m\
                  \u{202e}]]></failure><script>alert(1)</script>&bogus;\u{fffe}\u{0}|`x`\n# h\n\
                  [link](http://x) %0A::warning::z\u{2028}::stop-commands::";
    format!("{attack}{}", "A".repeat(100_000))
}

/// A report in which every text that a target can write is [`hostile`].
pub(crate) fn hostile_report() -> Report {
    let mut report = every_verdict();
    for target in &mut report.targets {
        let identity = &mut target.identity;
        for field in [
            &mut identity.name,
            &mut identity.path,
            &mut identity.soname,
            &mut identity.build_id,
            &mut identity.version,
        ] {
            *field = Some(hostile());
        }
        identity.symbols = BTreeMap::from([("malloc".into(), hostile())]);
        target.choices =
            BTreeMap::from([("align".into(), Choice { word: hostile(), by: ChosenBy::Probed })]);
        target.notes = vec![hostile()];
        target.controls.planted = Control { ok: false, says: hostile() };
        for one in &mut target.invariants {
            if let Some(reason) = &mut one.reason {
                reason.text = hostile();
            }
            if let Some(witness) = &mut one.witness {
                witness.message = hostile();
                witness.facts = vec![("size".into(), hostile())];
                witness.picture = hostile();
                witness.graph = Some(hostile_graph(&hostile()));
                witness.stderr = hostile();
                witness.trace = hostile();
                witness.step = hostile();
            }
            one.settle();
        }
    }
    report.targets[1].fault = Some(hostile());
    report
}
