//! A trace again: performed alone in fresh processes, judged by everything that applies, or made
//! smaller.

pub use super::escape::Program;
use super::examined::sentence;
pub use super::saved::{Saved, parse, read};
use super::target_spec::TargetSpec;
use super::{Bench, Judged, Options, Subject, empty_report, select, witness::key};
use crate::capability::Capabilities;
use crate::court::{Law, Standing};
use crate::facts;
use crate::hunt::{Alone, HuntError, Rig};
use crate::op::Script;
use crate::picture::Picture;
use crate::report::terminal::Style;
use crate::report::{graph, text};
use crate::shrink::shrink as make_smaller;
use crate::spec::InvariantId;
use crate::trace::{Metadata, Trace};
use crate::verdict::Witness;
use std::fmt::{self, Write as _};

/// Runs that go into shrinking one trace.
const RUNS: usize = 2000;

/// A trace that is tried until it breaks is given up after so many tries that hang.
const HANGS: u32 = 6;

/// Lines of a process's standard error that are shown.
const STDERR_LINES: usize = 10;

/// What replaying a trace came to.
#[derive(Clone, Debug, Default)]
pub struct Replayed {
    /// What broke in the last try that broke anything, the named invariant first.
    pub broken: Vec<Again>,
    /// Tries in which something broke: the named invariant, if the trace names one.
    pub broke: u32,
    /// Tries.
    pub tried: u32,
}

impl Replayed {
    /// What came of it, for a person; `target` as it was named. Only pictures have colours.
    pub fn account(&self, target: &TargetSpec, style: &Style) -> String {
        let mut out = String::new();
        let (times, tried) = (self.broke, self.tried);
        if self.broken.is_empty() {
            return format!("{target}: nothing is broken in {tried} of {tried} tries\n");
        }
        for one in &self.broken {
            one.tell(&mut out, style);
        }
        let _ = writeln!(out, "{target}: broken in {times} of {tried} tries");
        out
    }
}

/// One invariant that broke again.
#[derive(Clone, Debug)]
pub struct Again {
    /// Which.
    pub id: InvariantId,
    /// Index of the bad step, where it was one of the trace.
    pub at: Option<usize>,
    /// The same line as in the witness.
    pub message: String,
    /// The rule's parts with their values.
    pub facts: Vec<(String, String)>,
    /// What is around that which broke.
    pub picture: Picture,
    /// What the process wrote before it died.
    pub stderr: String,
}

impl Again {
    /// The same as a witness, of which `trace` is the script.
    pub fn witness(&self, trace: &Saved) -> Witness {
        let text = trace.to_string();
        let first = text.lines().count().saturating_sub(trace.len());
        let at = self.at.unwrap_or(trace.len().saturating_sub(1));
        Witness {
            step: text.lines().nth(first + at).unwrap_or_default().trim().to_owned(),
            trace: text,
            steps: trace.len(),
            at,
            message: self.message.clone(),
            facts: self.facts.clone(),
            picture: graph::text_of(&self.picture),
            graph: self.picture.graph().cloned(),
            stderr: self.stderr.clone(),
            resembles: None,
            replays: (1, 1),
        }
    }

    fn tell(&self, out: &mut String, style: &Style) {
        // Writing to a string cannot fail.
        let _ = writeln!(out, "broken  {}  {}", self.id, self.message);
        for (part, value) in &self.facts {
            let _ = writeln!(out, "        {part} = {value}");
        }
        match &self.picture {
            Picture::Nothing => {}
            Picture::Text(text) => text.lines().for_each(|line| {
                let _ = writeln!(out, "        {line}");
            }),
            Picture::Graph(graph) => out.push_str(&style.graph(graph, "        ")),
        }
        for line in text::last_lines(&self.stderr, STDERR_LINES) {
            let _ = writeln!(out, "        stderr: {line}");
        }
    }
}

/// Why a trace cannot be replayed or shrunk.
#[derive(Debug)]
pub enum AgainError {
    /// The target cannot be judged.
    Hunt(HuntError),
    /// The trace does not break what it should.
    Whole(String),
    /// The file cannot be read as a trace: which, and why.
    File(String),
}

impl fmt::Display for AgainError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            AgainError::Hunt(e) => e.fmt(f),
            AgainError::Whole(says) | AgainError::File(says) => f.write_str(says),
        }
    }
}

impl std::error::Error for AgainError {}

impl<E: Into<HuntError>> From<E> for AgainError {
    fn from(e: E) -> AgainError {
        AgainError::Hunt(e.into())
    }
}

/// Options for replaying `trace`: the choices that it was found under hold again.
pub fn options(trace: &Saved) -> Options {
    let words = trace.metadata().get(key::CHOICES).unwrap_or_default();
    let pairs = words.split_whitespace().filter_map(|pair| pair.split_once('='));
    let overrides = pairs.map(|(name, word)| (name.to_owned(), word.to_owned())).collect();
    Options { overrides, ..Options::default() }
}

/// Performs `trace` as often as `tries` says on the target that `spec` names.
///
/// # Errors
/// [`AgainError::Hunt`] where the target cannot be judged, [`AgainError::Whole`] where it is of another
/// subject.
pub fn replay(
    spec: &TargetSpec,
    bench: &Bench<'_>,
    trace: &Saved,
    tries: Tries,
) -> Result<Replayed, AgainError> {
    trace.suits(spec)?;
    match trace {
        Saved::Alloc(trace) => replay_of::<facts::alloc::Clerk>(spec, bench, trace, tries),
        Saved::Gc(trace) => replay_of::<facts::gc::Clerk>(spec, bench, trace, tries),
        // Analysers are asked, not run: luck has no part in it.
        Saved::Escape(program) => program.replay(spec, bench.specs),
    }
}

/// The smallest trace found that breaks `id`, or the first invariant that `trace` breaks.
///
/// # Errors
/// [`AgainError::Whole`] where the trace breaks nothing.
pub fn shrink(
    spec: &TargetSpec,
    bench: &Bench<'_>,
    trace: &Saved,
    id: Option<&InvariantId>,
) -> Result<Saved, AgainError> {
    trace.suits(spec)?;
    Ok(match trace {
        Saved::Alloc(trace) => {
            Saved::Alloc(shrink_of::<facts::alloc::Clerk>(spec, bench, trace, id)?)
        }
        Saved::Gc(trace) => Saved::Gc(shrink_of::<facts::gc::Clerk>(spec, bench, trace, id)?),
        Saved::Escape(program) => {
            let says = "a golden Go file is written small, and is not made smaller";
            return Err(AgainError::Whole(format!("{}: {says}", program.name)));
        }
    })
}

/// How often a trace is performed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Tries {
    /// So often, whatever comes of it.
    All(u32),
    /// Until it breaks something, at most as often as the trace says: once if it says nothing.
    UntilBroken,
}

impl Tries {
    fn most<O>(self, trace: &Trace<O>) -> u32 {
        let said = || trace.metadata.get(key::TRIES)?.parse::<u32>().ok();
        match self {
            Tries::All(n) => n,
            Tries::UntilBroken => said().unwrap_or(1).clamp(1, 1000),
        }
    }
}

/// Laws that any trace is held to on a target that offers `offers`, those of the scenario that this
/// trace names, and the one that it names itself, whatever its scenario.
fn standing<C: Judged>(
    subject: &Subject<'_, C>,
    offers: Capabilities,
    named: Option<&str>,
    scenario: Option<&str>,
) -> Vec<Standing> {
    let bench = subject.bench;
    let applies = |law: &Law| {
        let invariant = bench.specs.invariant(law.id.as_str());
        let left_out =
            |i| select::left_out::<C>(i, offers, subject.setting, bench.options).is_some();
        invariant.is_some_and(|invariant| !left_out(invariant))
    };
    let judged = |law: &Law| {
        let here = law.scenario.is_empty() || law.scenario.iter().any(|s| Some(&**s) == scenario);
        let is_named = named == Some(law.id.as_str());
        if is_named || here && applies(law) { Standing::In } else { Standing::Out }
    };
    subject.book().code.laws.iter().map(judged).collect()
}

/// The same, but that only `law` ends a run: what else breaks is counted, and left behind.
fn only(law: usize, standing: &[Standing]) -> Vec<Standing> {
    let known = |&one: &Standing| if one == Standing::In { Standing::Known } else { one };
    let mut standing: Vec<Standing> = standing.iter().map(known).collect();
    standing[law] = Standing::In;
    standing
}

fn replay_of<C: Judged>(
    spec: &TargetSpec,
    bench: &Bench<'_>,
    trace: &Trace<C::Op>,
    tries: Tries,
) -> Result<Replayed, AgainError> {
    let (subject, offers) = C::meet(spec, bench, &mut empty_report(spec, bench))?;
    let named = trace.metadata.get(key::INVARIANT);
    let mut replayed = Replayed::default();
    let mut hung = 0;
    for _ in 0..tries.most(trace) {
        if tries == Tries::UntilBroken && (replayed.broke > 0 || hung >= HANGS) {
            break;
        }
        let (broken, hangs) = once(&subject, offers, trace, named, hung > 0)?;
        hung += u32::from(hangs);
        let counts = named.is_none_or(|id| broken.iter().any(|b| b.id.as_str() == id));
        replayed.tried += 1;
        replayed.broke += u32::from(counts && !broken.is_empty());
        if !broken.is_empty() {
            replayed.broken = broken;
        }
    }
    Ok(replayed)
}

/// What breaks when `trace` is performed once, and whether the run hung.
fn once<C: Judged>(
    subject: &Subject<'_, C>,
    offers: Capabilities,
    trace: &Trace<C::Op>,
    named: Option<&str>,
    hasty: bool,
) -> Result<(Vec<Again>, bool), HuntError> {
    let rig = subject.rig();
    let scenario = trace.metadata.get(key::SCENARIO);
    let standing = standing(subject, offers, named, scenario);
    let mut alone = rig.alone(&trace.script(), &standing, hasty)?;
    let mut broken: Vec<Again> = breaches(&rig, &alone, trace);
    // What breaks first ends a run; the one that the trace is about may come later.
    let is_named = |law: &Law| named == Some(law.id.as_str());
    let law = rig.code.laws.iter().position(is_named);
    if let Some(law) = law.filter(|&law| !broken.is_empty() && !alone.breaks(law)) {
        alone = rig.alone(&trace.script(), &only(law, &standing), hasty)?;
        let later = breaches(&rig, &alone, trace);
        broken.splice(..0, later);
    }
    let invariant = named.and_then(|id| subject.bench.specs.invariant(id));
    if let Some(invariant) = invariant {
        broken.extend(C::beyond_laws(subject, invariant, trace, &alone)?);
    }
    Ok((broken, alone.hangs()))
}

fn breaches<C: Judged>(rig: &Rig<'_, C>, alone: &Alone<C>, trace: &Trace<C::Op>) -> Vec<Again> {
    let scenario = trace.metadata.get(key::SCENARIO);
    let one = |breach: &crate::court::Breach| {
        let law = &rig.code.laws[breach.law];
        let step = trace.steps.get(breach.at).map(|t| &t.step);
        let death = alone.death.as_ref().map(|(_, death)| death);
        Again {
            id: law.id.clone(),
            at: step.map(|_| breach.at),
            message: sentence(law, step, &breach.shown, death, scenario),
            facts: breach.shown.iter().map(|s| (s.text.clone(), s.value.clone())).collect(),
            picture: alone.picture(breach.law),
            stderr: death.map_or_else(String::new, |d| d.stderr.clone()),
        }
    };
    // A law that broke many times at one step is told once.
    let first = |(i, breach): &(usize, &crate::court::Breach)| {
        alone.breaches[..*i].iter().all(|before| before.law != breach.law)
    };
    alone.breaches.iter().enumerate().filter(first).map(|(_, breach)| one(breach)).collect()
}

fn shrink_of<C: Judged>(
    spec: &TargetSpec,
    bench: &Bench<'_>,
    trace: &Trace<C::Op>,
    id: Option<&InvariantId>,
) -> Result<Trace<C::Op>, AgainError> {
    let (subject, offers) = C::meet(spec, bench, &mut empty_report(spec, bench))?;
    let rig = subject.rig();
    let scenario = trace.metadata.get(key::SCENARIO);
    let all = standing(&subject, offers, id.map(InvariantId::as_str), scenario);
    let tries = Tries::UntilBroken.most(trace);
    let wanted = id.and_then(|id| rig.code.find(id));
    // Best a script in which nothing else breaks before it.
    let standings = [Some(all.clone()), wanted.map(|law| only(law, &all))];
    let mut found = None;
    'search: for standing in standings.into_iter().flatten() {
        for _ in 0..tries {
            let alone = rig.alone(&trace.script(), &standing, false)?;
            let mut broke = alone.breaches.iter().map(|breach| breach.law);
            if let Some(law) = broke.find(|&law| wanted.is_none_or(|wanted| wanted == law)) {
                found = Some((law, standing));
                break 'search;
            }
        }
    }
    let Some((law, standing)) = found else {
        let what = id.map_or_else(|| "no invariant".to_owned(), |id| format!("not {id}"));
        return Err(AgainError::Whole(format!("the trace breaks {what} on {spec}")));
    };
    let mut fault = None;
    let breaks = |script: &Script<C::Op>| {
        (0..tries).any(|_| match rig.alone(script, &standing, false) {
            Ok(alone) => alone.breaches.iter().any(|b| b.law == law),
            Err(e) => {
                fault = Some(e);
                false
            }
        })
    };
    let script = make_smaller(trace.script(), RUNS, breaks);
    if let Some(fault) = fault {
        return Err(fault.into());
    }
    let mut metadata = Metadata::default();
    metadata.push(key::INVARIANT, rig.code.laws[law].id.as_str());
    metadata.push(key::TARGET, &spec.to_string());
    for (name, value) in trace.metadata.iter() {
        if name != key::INVARIANT && name != key::TARGET {
            metadata.push(name, value);
        }
    }
    Ok(Trace { metadata, ..Trace::from(&script) })
}
