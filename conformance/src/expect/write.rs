//! Writing a baseline from a run: `--write-baseline`.
//!
//! The list is rewritten, not edited: what still deviates keeps its reason and its `since`, what
//! holds again goes, what is new says that nobody has explained it yet. A run that did not judge
//! everything is refused, because what it did not see would be lost.

use super::load::MESSAGE_LIMIT;
use super::pattern::{Pattern, Version, VersionRange};
use super::{Deviation, Expectations, Expected};
use crate::report::text;
use crate::report::{InvariantReport, Report, TargetReport, failure, target::Identity};
use crate::spec::{InvariantId, Level};
use crate::verdict::Verdict;
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::io::Write as _;
use std::path::Path;
use std::time::{Duration, SystemTime};

/// Why a baseline is not written.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct WriteFault {
    /// What sort of obstacle.
    pub kind: WriteFaultKind,
    /// The obstacle in words.
    pub message: String,
}

/// What sort of obstacle a [`WriteFault`] is.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum WriteFaultKind {
    /// A file is about one target; the run had none or several.
    Targets,
    /// The run left invariants out.
    Partial,
    /// A control failed, or the target could not be judged.
    Unjudged,
    /// A `must` is inconclusive.
    Inconclusive,
    /// The old file is about another target.
    OtherTarget,
    /// The text has no YAML form.
    Text,
    /// The system would not take it.
    Unwritable,
}

impl fmt::Display for WriteFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "no baseline was written: {}", self.message)
    }
}

impl std::error::Error for WriteFault {}

fn fault(kind: WriteFaultKind, message: impl AsRef<str>) -> WriteFault {
    WriteFault { kind, message: text::line(message.as_ref()) }
}

/// The text of the baseline that makes the target of `report` pass.
///
/// `old` is the list so far, `known` has the ids of all invariants, and `today` is the day that new
/// entries name. Listed invariants that were not judged, for example because this machine lacks a
/// part, stay as they are. A broken `should` or `may` gets no new entry, as it fails no run.
///
/// # Errors
///
/// A run that did not judge everything is refused (see [`WriteFaultKind`]).
pub fn write(
    report: &Report,
    old: Option<&Expected>,
    known: &BTreeSet<InvariantId>,
    today: &str,
) -> Result<String, WriteFault> {
    let [target] = &*report.targets else {
        let message = format!("a file is about one target, and {} were run", report.targets.len());
        return Err(fault(WriteFaultKind::Targets, message));
    };
    complete(target)?;
    if let Some(old) = old.filter(|old| !old.pattern.covers(&target.identity)) {
        let heading = failure::heading(target);
        let message = format!("{} is about `{}`, not about {heading}", old.file, old.target);
        return Err(fault(WriteFaultKind::OtherTarget, message));
    }
    let file = FileText {
        target: old.map_or_else(|| name(target), |old| old.target.clone()),
        marks: old.map_or_else(|| marks(target), |old| MarksText::of(&old.pattern)),
        claims: old.map_or_else(BTreeMap::new, |old| old.claims.clone()),
        deviations: deviations(target, old.map_or(&[], |old| &old.deviations), known, today),
    };
    let yaml = serde_yaml::to_string(&file)
        .map_err(|e| fault(WriteFaultKind::Text, format!("it has no YAML form: {e}")))?;
    let text = old.map_or(String::new(), |old| old.comment.clone()) + &yaml;
    // Whatever a target's messages hold, nothing is written that the next run cannot read.
    Expectations::parse([("baseline", &*text)])
        .map_err(|e| fault(WriteFaultKind::Text, format!("it would not read back: {e}")))?;
    Ok(text)
}

/// Refuses a run that did not judge everything.
fn complete(target: &TargetReport) -> Result<(), WriteFault> {
    if let Some(obstacle) = failure::unjudgeable(target).first() {
        return Err(fault(WriteFaultKind::Unjudged, obstacle));
    }
    if let Some(why) = target.partial() {
        return Err(fault(WriteFaultKind::Partial, why));
    }
    let open =
        |one: &&InvariantReport| one.level == Level::Must && one.verdict == Verdict::Inconclusive;
    match target.invariants.iter().find(open) {
        None => Ok(()),
        Some(one) => {
            let message = format!("{} is inconclusive: {}", one.id, failure::headline(one));
            Err(fault(WriteFaultKind::Inconclusive, message))
        }
    }
}

fn deviations(
    target: &TargetReport,
    old: &[Deviation],
    known: &BTreeSet<InvariantId>,
    today: &str,
) -> Vec<DeviationText> {
    let found: BTreeMap<_, _> = target.invariants.iter().map(|one| (&one.id, one)).collect();
    let kept = old.iter().filter(|entry| known.contains(&entry.id)).filter_map(|entry| match found
        .get(&entry.id)
    {
        Some(one) => still(one).map(|message| DeviationText::kept(entry, message)),
        None => Some(DeviationText::kept(entry, &entry.message)),
    });
    let listed: BTreeSet<_> = old.iter().map(|entry| &entry.id).collect();
    let fresh = found.values().filter(|one| {
        one.verdict == Verdict::Broken && one.level != Level::May && !listed.contains(&one.id)
    });
    let version = target.identity.version.as_deref();
    let fresh = fresh.map(|one| DeviationText {
        invariant: one.id.to_string(),
        message: pin(one.message()),
        reason: format!("unexplained; written by --write-baseline on {today}"),
        since: version.unwrap_or(today).to_owned(),
    });
    kept.chain(fresh).collect()
}

/// The message that `one` still fails with, or an empty one where it was not judged; none where it
/// no longer deviates.
fn still(one: &InvariantReport) -> Option<&str> {
    match one.verdict {
        Verdict::Broken => Some(one.message()),
        Verdict::Inconclusive | Verdict::Skipped | Verdict::Disputed => Some(""),
        Verdict::Holds | Verdict::NotApplicable => None,
    }
}

/// The start of `message`, as long as a pin may be. A pin is never empty.
fn pin(message: &str) -> String {
    text::head(message, MESSAGE_LIMIT).to_owned()
}

#[derive(Serialize)]
struct FileText {
    target: String,
    #[serde(rename = "match")]
    marks: MarksText,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    claims: BTreeMap<String, String>,
    deviations: Vec<DeviationText>,
}

#[derive(Serialize, Default)]
#[serde(rename_all = "kebab-case")]
struct MarksText {
    #[serde(skip_serializing_if = "Option::is_none")]
    kind: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    soname: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    file: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    build_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    version: Option<RangeText>,
}

#[derive(Serialize)]
struct RangeText {
    #[serde(skip_serializing_if = "Option::is_none")]
    from: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    below: Option<String>,
}

#[derive(Serialize)]
struct DeviationText {
    invariant: String,
    message: String,
    reason: String,
    since: String,
}

impl DeviationText {
    /// `entry`, pinned as before where `message` still starts so.
    fn kept(entry: &Deviation, message: &str) -> DeviationText {
        let same = message.is_empty() || message.starts_with(&entry.message);
        DeviationText {
            invariant: entry.id.to_string(),
            message: if same { entry.message.clone() } else { pin(message) },
            reason: entry.reason.clone(),
            since: entry.since.clone(),
        }
    }
}

impl MarksText {
    fn of(pattern: &Pattern) -> MarksText {
        let range = |range: &VersionRange| RangeText {
            from: range.from.as_ref().map(Version::to_string),
            below: range.below.as_ref().map(Version::to_string),
        };
        MarksText {
            kind: pattern.kind.map(|kind| kind.to_string()),
            name: pattern.name.clone(),
            soname: pattern.soname.clone(),
            file: pattern.file.clone(),
            build_id: pattern.build_id.clone(),
            version: pattern.version.as_ref().map(range),
        }
    }
}

/// What a target without a file is called.
fn name(target: &TargetReport) -> String {
    target.identity.name.clone().unwrap_or_else(|| target.spec.clone())
}

/// The marks of a target without a file: what says which implementation it is, from this version
/// on, and not where it was found.
fn marks(target: &TargetReport) -> MarksText {
    let Identity { kind, name, path, soname, version, .. } = &target.identity;
    let file = path.clone().filter(|_| soname.is_none() && name.is_none());
    let kind = (soname.is_none()).then(|| kind.to_string());
    let version = version.as_deref().and_then(Version::parse);
    let version = version.map(|from| RangeText { from: Some(from.to_string()), below: None });
    let name = name.clone().filter(|_| soname.is_none());
    MarksText { kind, name, soname: soname.clone(), file, build_id: None, version }
}

/// Puts `text` into the file at `path`, all of it or nothing: it is written beside the file and
/// then takes its name.
///
/// # Errors
///
/// Where the system refuses, the file is as it was.
pub fn save(path: &Path, text: &str) -> Result<(), WriteFault> {
    let failed =
        |e: std::io::Error| fault(WriteFaultKind::Unwritable, format!("{}: {e}", path.display()));
    // The file behind a link is meant, not the link.
    let path = std::fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let Some(name) = path.file_name() else {
        return Err(failed(std::io::ErrorKind::InvalidFilename.into()));
    };
    let beside = path.with_file_name(format!(".{}.{}", name.display(), std::process::id()));
    let written = (|| {
        let mut file = std::fs::File::create_new(&beside)?;
        file.write_all(text.as_bytes())?;
        file.sync_all()?;
        std::fs::rename(&beside, &path)
    })();
    written.map_err(|e| {
        // If this fails as well, a spare file is left behind and the first error is still the news.
        let _ = std::fs::remove_file(&beside);
        failed(e)
    })
}

/// The day of `now` in UTC, as in `2026-11-21`.
///
/// # Panics
///
/// Never: a clock before 1970 counts as 1970-01-01.
pub fn day(now: SystemTime) -> String {
    let since = now.duration_since(SystemTime::UNIX_EPOCH).unwrap_or(Duration::ZERO);
    let mut days = since.as_secs() / 86_400;
    let leap =
        |year: u64| year.is_multiple_of(4) && !year.is_multiple_of(100) || year.is_multiple_of(400);
    let mut year = 1970;
    while days >= 365 + u64::from(leap(year)) {
        days -= 365 + u64::from(leap(year));
        year += 1;
    }
    let february = 28 + u64::from(leap(year));
    let mut month = 1;
    for length in [31, february, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31] {
        if days < length {
            break;
        }
        days -= length;
        month += 1;
    }
    format!("{year:04}-{month:02}-{:02}", days + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_counted_across_leap_years() {
        let at = |secs| day(SystemTime::UNIX_EPOCH + Duration::from_secs(secs));
        assert_eq!(at(0), "1970-01-01");
        assert_eq!(at(951_782_400), "2000-02-29");
        assert_eq!(at(951_868_800), "2000-03-01");
        assert_eq!(at(1_798_761_599), "2026-12-31");
        assert_eq!(at(4_107_542_400), "2100-03-01");
    }
}
