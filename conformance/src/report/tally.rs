//! Where each invariant stands, counted.

use super::{InvariantReport, Outcome, Report, TargetReport};
use crate::spec::Level;
use crate::verdict::Verdict;

/// A verdict as a person reads it: a known deviation is not the same news as a broken invariant.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Standing {
    /// Holds.
    Holds,
    /// Broken, and not as the baseline lists it.
    Broken,
    /// Broken as the baseline lists it.
    Known,
    /// Not judged to the end.
    Inconclusive,
    /// The target does not offer what it takes.
    NotApplicable,
    /// Left out.
    Skipped,
    /// Its sources contradict each other.
    Disputed,
}

impl Standing {
    /// All of them, in the order of the table's columns.
    pub const ALL: [Standing; 7] = [
        Standing::Holds,
        Standing::Broken,
        Standing::Known,
        Standing::Inconclusive,
        Standing::NotApplicable,
        Standing::Skipped,
        Standing::Disputed,
    ];

    /// One character for it.
    pub fn glyph(self) -> char {
        match self {
            Standing::Holds => '✓',
            Standing::Broken => '✗',
            Standing::Known => '~',
            Standing::Inconclusive => '?',
            Standing::NotApplicable => '-',
            Standing::Skipped => '»',
            Standing::Disputed => '!',
        }
    }

    /// The words for it.
    pub fn words(self) -> &'static str {
        match self {
            Standing::Holds => "holds",
            Standing::Broken => "broken",
            Standing::Known => "known",
            Standing::Inconclusive => "inconclusive",
            Standing::NotApplicable => "not applicable",
            Standing::Skipped => "skipped",
            Standing::Disputed => "disputed",
        }
    }
}

/// How loudly a result asks for attention. The greatest is the loudest.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Severity {
    /// Worth knowing: a `may` is broken.
    Note,
    /// Fails no gate as broken: a `must` is inconclusive.
    Warning,
    /// Fails the gate: a `must` or a `should` is broken, or the baseline is stale.
    Error,
}

impl InvariantReport {
    /// Where it stands.
    pub fn standing(&self) -> Standing {
        match self.verdict {
            Verdict::Holds => Standing::Holds,
            Verdict::Broken if self.outcome == Outcome::AsExpected => Standing::Known,
            Verdict::Broken => Standing::Broken,
            Verdict::Inconclusive => Standing::Inconclusive,
            Verdict::NotApplicable => Standing::NotApplicable,
            Verdict::Skipped => Standing::Skipped,
            Verdict::Disputed => Standing::Disputed,
        }
    }

    /// How loudly it asks for attention, or `None` where it does not. The gate fails exactly on
    /// [`Severity::Error`], so that no printer can call something an error that passes.
    pub fn severity(&self) -> Option<Severity> {
        if self.outcome.is_stale() {
            return Some(Severity::Error);
        }
        match (self.standing(), self.level) {
            (Standing::Broken, Level::Must | Level::Should) => Some(Severity::Error),
            (Standing::Inconclusive, Level::Must) => Some(Severity::Warning),
            (Standing::Broken, Level::May) => Some(Severity::Note),
            _ => None,
        }
    }
}

/// How many invariants stand where.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Tally([u64; Standing::ALL.len()]);

impl Tally {
    /// Counts `invariants`.
    pub fn of<'a>(invariants: impl IntoIterator<Item = &'a InvariantReport>) -> Tally {
        let mut tally = Tally::default();
        for one in invariants {
            tally.0[one.standing() as usize] += 1;
        }
        tally
    }

    /// How many stand at `standing`.
    pub fn count(&self, standing: Standing) -> u64 {
        self.0[standing as usize]
    }

    /// The non-zero counts with their words, as in `3 hold, 1 broken`.
    pub fn sentence(&self) -> String {
        let counts = Standing::ALL.into_iter().filter(|&standing| self.count(standing) > 0);
        let words = counts.map(|standing| match (standing, self.count(standing)) {
            (Standing::Holds, count @ 2..) => format!("{count} hold"),
            (_, count) => format!("{count} {}", standing.words()),
        });
        let words: Vec<String> = words.collect();
        if words.is_empty() { "nothing judged".to_owned() } else { words.join(", ") }
    }
}

impl TargetReport {
    /// The counts over all its invariants.
    pub fn tally(&self) -> Tally {
        Tally::of(&self.invariants)
    }
}

impl Report {
    /// The counts over all targets.
    pub fn tally(&self) -> Tally {
        Tally::of(self.targets.iter().flat_map(|target| &target.invariants))
    }

    /// Everything that asks for attention, with its target, the loudest first.
    pub fn alarms(&self) -> Vec<(Severity, &TargetReport, &InvariantReport)> {
        let mut alarms: Vec<_> = self
            .targets
            .iter()
            // A target that could not be judged has one reason for all of them.
            .filter(|target| target.fault.is_none())
            .flat_map(|target| target.invariants.iter().map(move |one| (target, one)))
            .filter_map(|(target, one)| one.severity().map(|severity| (severity, target, one)))
            .collect();
        alarms.sort_by_key(|&(severity, ..)| std::cmp::Reverse(severity));
        alarms
    }
}
