//! Judging escape analysers: by golden Go files, each of which says on its lines what must be told.
//!
//! There are no scripts and no shadow here. An invariant names its files; an analyser is asked about
//! each file once, and what it says is held against every invariant that names the file. The
//! witness is the file, and the line of which something else was told.

mod controls;
mod program;

use super::examined::Kill;
use super::target_spec::TargetSpec;
use super::{Bench, Progress, select, verdicts};
use crate::capability::Capabilities;
use crate::golden::{Golden, Mismatch};
use crate::laws::golden_path;
use crate::observe::escape::Answer;
use crate::report::{Cause, InvariantReport, Reason, TargetReport};
use crate::spec::{Body, Invariant, InvariantId, Judge};
use crate::target::analyser::Analyser;
use crate::verdict::{Effort, Verdict, Witness};
use std::collections::BTreeMap;
use std::time::Instant;

pub use program::Program;

/// The subject, as suites name it.
pub(super) const SUBJECT: &str = "escape";

/// What one invariant came to.
struct Judged {
    effort: Effort,
    broken: Option<(Witness, Kill)>,
}

/// Judges the analyser that `spec` names.
///
/// # Errors
/// Why it cannot be judged.
pub(super) fn check(
    spec: &TargetSpec,
    bench: &Bench<'_>,
    watch: &mut dyn FnMut(&Progress<'_>),
    report: &mut TargetReport,
) -> Result<(), String> {
    let analyser = spec.analyser();
    report.identity = spec.identity(&analyser.identity());
    report.controls = controls::run(&*analyser)?;
    let failed = report.controls.each().into_iter().find(|(_, control)| !control.ok);
    if let Some((name, control)) = failed {
        return Err(format!("{name} control failed: {}", control.says));
    }
    let judged = judge_all(spec, bench, watch)?;
    report.invariants =
        bench.invariants_of(SUBJECT).map(|one| verdict(one, bench, judged.get(&one.id))).collect();
    Ok(())
}

/// The invariants that the analyser breaks, and by which file.
///
/// # Errors
/// Why it cannot be judged.
pub(super) fn kills(
    spec: &TargetSpec,
    bench: &Bench<'_>,
) -> Result<BTreeMap<InvariantId, (Kill, Witness)>, String> {
    let judged = judge_all(spec, bench, &mut |_| {})?;
    let broken = judged.into_iter().filter_map(|(id, judged)| {
        let (witness, kill) = judged.broken?;
        Some((id, (kill, witness)))
    });
    Ok(broken.collect())
}

/// The invariants that do not apply, or were not asked for.
pub(super) fn left_out(bench: &Bench<'_>) -> BTreeMap<InvariantId, Reason> {
    let all = bench.invariants_of(SUBJECT);
    let reason = |one: &Invariant| Some((one.id.clone(), unjudged(one, bench)?.1));
    all.filter_map(reason).collect()
}

/// Why `invariant` is not judged. Analysers offer and choose nothing.
fn unjudged(invariant: &Invariant, bench: &Bench<'_>) -> Option<(Verdict, Reason)> {
    if bench.options.shard.is_some_and(|shard| shard.k != 1) {
        let reason = Reason::new(Cause::Shard, "left to another shard");
        return Some((Verdict::Skipped, reason));
    }
    select::left_out_of(invariant, Capabilities::NONE, &|_| None, bench.options)
}

fn judge_all(
    spec: &TargetSpec,
    bench: &Bench<'_>,
    watch: &mut dyn FnMut(&Progress<'_>),
) -> Result<BTreeMap<InvariantId, Judged>, String> {
    let chosen: Vec<&Invariant> =
        bench.invariants_of(SUBJECT).filter(|one| unjudged(one, bench).is_none()).collect();
    let mut asked =
        Asked { target: spec.to_string(), analyser: spec.analyser(), answers: BTreeMap::new() };
    let mut judged: BTreeMap<InvariantId, Judged> = BTreeMap::new();
    for (cases, invariant) in (0..).zip(&chosen) {
        let broken = judged.values().filter(|one| one.broken.is_some()).count();
        let of = chosen.len() as u64;
        watch(&Progress { judge: Judge::Golden, scenario: None, cases, of, broken });
        judged.insert(invariant.id.clone(), asked.judge(invariant, bench)?);
    }
    Ok(judged)
}

/// An analyser, and what it has said so far.
struct Asked {
    /// As it is named.
    target: String,
    analyser: Box<dyn Analyser>,
    answers: BTreeMap<String, Answer>,
}

impl Asked {
    fn judge(&mut self, invariant: &Invariant, bench: &Bench<'_>) -> Result<Judged, String> {
        let started = Instant::now();
        let mut judged = Judged { effort: Effort::default(), broken: None };
        let files = match &invariant.body {
            Body::Golden { files } => &files[..],
            _ => &[],
        };
        for file in files {
            let path = golden_path(invariant, file);
            let text = bench.specs.golden.get(&path).map_or("", String::as_str);
            let golden = parse(&format!("specs/{path}"), text)?;
            self.ask(&path, text)?;
            let answer = &self.answers[&path];
            if let Some(says) = answer.refusal().filter(|_| !golden.is_faulty()) {
                return Err(format!("specs/{path}: {says}"));
            }
            judged.effort.cases += 1;
            judged.effort.ops += answer.told.len() as u64;
            judged.effort.evaluated += golden.stated();
            judged.effort.fired += golden.stated();
            let Some(mismatch) = golden.mismatch(answer) else { continue };
            if judged.broken.is_none() {
                let nanos = nanos_since(started);
                let Effort { cases, ops, .. } = judged.effort;
                let kill = Kill { judge: Judge::Golden, cases, ops, nanos };
                judged.broken = Some((self.witness(invariant, &path, text, &mismatch), kill));
            }
        }
        judged.effort.nanos = nanos_since(started);
        Ok(judged)
    }

    /// Notes what the analyser says of the file at `path`.
    fn ask(&mut self, path: &str, text: &str) -> Result<(), String> {
        if !self.answers.contains_key(path) {
            let name = path.rsplit('/').next().unwrap_or(path);
            let answer = self.analyser.analyse(name, text);
            let answer = answer.map_err(|says| format!("specs/{path}: {says}"))?;
            self.answers.insert(path.to_owned(), answer);
        }
        Ok(())
    }

    /// The file at `path` with its bad line, and what was said of that.
    fn witness(
        &self,
        invariant: &Invariant,
        path: &str,
        text: &str,
        mismatch: &Mismatch,
    ) -> Witness {
        let at = (mismatch.line as usize).saturating_sub(1);
        let name = path.rsplit('/').next().unwrap_or(path);
        Witness {
            trace: Program::saved(text, &invariant.id, &self.target),
            steps: text.lines().count(),
            at,
            step: text.lines().nth(at).unwrap_or_default().to_owned(),
            message: format!("{name}: {mismatch}"),
            facts: facts(&format!("specs/{path}"), mismatch, &self.answers[path]),
            picture: String::new(),
            graph: None,
            stderr: String::new(),
            resembles: invariant.broken_by.first().cloned(),
            replays: (1, 1),
        }
    }
}

fn nanos_since(started: Instant) -> u64 {
    started.elapsed().as_nanos().try_into().unwrap_or(u64::MAX)
}

/// The golden file at `path`.
fn parse(path: &str, text: &str) -> Result<Golden, String> {
    Golden::parse(text).map_err(|fault| format!("{path}:{}: {}", fault.line, fault.says))
}

/// What was wrong with `answer` about the file at `path`.
fn facts(path: &str, mismatch: &Mismatch, answer: &Answer) -> Vec<(String, String)> {
    let each = |word: &str, list: &[String]| -> Vec<(String, String)> {
        list.iter().map(|text| (word.to_owned(), text.clone())).collect()
    };
    let mut facts = vec![("golden".to_owned(), format!("{path}:{}", mismatch.line))];
    facts.extend(each("missing", &mismatch.missing));
    facts.extend(each("told", &mismatch.extra));
    facts.extend(answer.ended.iter().map(|how| ("the analyser".to_owned(), how.clone())));
    facts
}

fn verdict(invariant: &Invariant, bench: &Bench<'_>, judged: Option<&Judged>) -> InvariantReport {
    let mut report = verdicts::blank(invariant);
    if let Some((verdict, reason)) = unjudged(invariant, bench) {
        report.verdict = verdict;
        report.reason = Some(reason);
    } else if let Some(judged) = judged {
        report.efforts.insert(Judge::Golden, judged.effort);
        if let Some((witness, _)) = &judged.broken {
            report.verdict = Verdict::Broken;
            report.witness = Some(witness.clone());
        } else if bench.proven.is_some_and(|proof| !proof.covers(invariant)) {
            report.reason = Some(verdicts::unproven());
        } else if judged.effort.fired >= invariant.fires {
            report.verdict = Verdict::Holds;
        } else {
            let text =
                format!("it fired {} times; {} are needed", judged.effort.fired, invariant.fires);
            report.reason = Some(Reason::new(Cause::Coverage, text));
        }
    }
    report.settle();
    report
}
