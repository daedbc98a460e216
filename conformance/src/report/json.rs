//! The report as JSON: exact, readable back, described by `specs/results.schema.json`.
//!
//! Keys stand in the order of the Rust fields and numbers are exact up to 2^64-1. Texts keep every
//! character; those that act on a reader are written as `\u` escapes. Only texts that a target
//! could make arbitrarily long are cut, at [`TEXT_LIMIT`].

use super::{InvariantReport, Outcome, Report, SCHEMA_VERSION, TargetReport, text};
use crate::picture::graph::Graph;
use crate::verdict::Verdict;
use schemars::generate::SchemaSettings;
use serde::Deserialize;
use std::collections::BTreeSet;
use std::fmt;

/// Longest JSON text, in bytes, that [`Report::from_json`] reads.
pub const SIZE_LIMIT: usize = 64 << 20;

/// Longest text, in bytes, that is kept of what a target wrote.
pub const TEXT_LIMIT: usize = 16 << 10;

/// Why a JSON text is no report.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ReadFault {
    /// What sort of fault.
    pub kind: ReadFaultKind,
    /// The fault in words, with its line and column where there is one.
    pub message: String,
}

/// What sort of fault a [`ReadFault`] is.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum ReadFaultKind {
    /// Longer than [`SIZE_LIMIT`].
    TooLarge,
    /// Not JSON, nested too deep, or not of the schema's shape.
    Syntax,
    /// Of another schema version than [`SCHEMA_VERSION`].
    Version,
    /// The same target or invariant twice.
    Duplicate,
    /// It contradicts itself.
    Contradiction,
}

impl fmt::Display for ReadFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for ReadFault {}

fn fault(kind: ReadFaultKind, message: impl AsRef<str>) -> ReadFault {
    ReadFault { kind, message: text::line(message.as_ref()) }
}

/// The only part that is read before the version is known.
#[derive(Deserialize)]
struct Versioned {
    schema_version: Option<serde_json::Number>,
}

impl Report {
    /// The report as JSON text with a line end behind it.
    ///
    /// # Panics
    ///
    /// Never: every part of a report has a JSON form.
    pub fn to_json(&self) -> String {
        let mut cut = self.clone();
        cut.cut_foreign_texts();
        let json = serde_json::to_string_pretty(&cut).expect("every part of a report is JSON");
        text::escape_json(&json) + "\n"
    }

    /// Reads a report back.
    ///
    /// # Errors
    ///
    /// A text that is no report of this version, or contradicts itself, is an error that names its
    /// place.
    /// Hostile text costs time and memory in proportion to its length, which is capped.
    pub fn from_json(json: &str) -> Result<Report, ReadFault> {
        if json.len() > SIZE_LIMIT {
            let message = format!("{} bytes are more than the limit of {SIZE_LIMIT}", json.len());
            return Err(fault(ReadFaultKind::TooLarge, message));
        }
        let syntax = |e: serde_json::Error| fault(ReadFaultKind::Syntax, e.to_string());
        let head: Versioned = serde_json::from_str(json).map_err(syntax)?;
        let Some(version) = head.schema_version else {
            return Err(fault(ReadFaultKind::Syntax, "there is no `schema_version`"));
        };
        if version.as_u64() != Some(u64::from(SCHEMA_VERSION)) {
            let message = format!(
                "schema version {version} is not known; this heaplaw reads version {SCHEMA_VERSION}"
            );
            return Err(fault(ReadFaultKind::Version, message));
        }
        let report: Report = serde_json::from_str(json).map_err(syntax)?;
        report.check()?;
        Ok(report)
    }

    /// Checks what the types cannot say.
    fn check(&self) -> Result<(), ReadFault> {
        let mut seen = BTreeSet::new();
        for target in &self.targets {
            let identity = format!("{:?}", target.identity);
            if !seen.insert((&target.spec, identity)) {
                let message = format!("target {} is there twice", target.spec);
                return Err(fault(ReadFaultKind::Duplicate, message));
            }
            target.check()?;
        }
        Ok(())
    }

    /// Cuts every text that a target could have made long.
    fn cut_foreign_texts(&mut self) {
        for target in &mut self.targets {
            let identity = &mut target.identity;
            let named = [&mut identity.name, &mut identity.path, &mut identity.soname];
            let numbered = [&mut identity.build_id, &mut identity.version, &mut target.fault];
            named.into_iter().chain(numbered).flatten().for_each(keep_head);
            identity.symbols.values_mut().for_each(keep_head);
            target.choices.values_mut().for_each(|choice| keep_head(&mut choice.word));
            target.notes.iter_mut().for_each(keep_head);
            let controls = &mut target.controls;
            for control in [&mut controls.identity, &mut controls.planted, &mut controls.noop] {
                keep_head(&mut control.says);
            }
            for one in &mut target.invariants {
                one.reason.iter_mut().for_each(|reason| keep_head(&mut reason.text));
                let Some(witness) = &mut one.witness else { continue };
                keep_head(&mut witness.message);
                keep_head(&mut witness.picture);
                witness.graph.iter_mut().flat_map(Graph::texts_mut).for_each(keep_head);
                witness.facts.iter_mut().for_each(|(_, value)| keep_head(value));
                // The last words are the telling ones.
                witness.stderr = text::tail(&witness.stderr, TEXT_LIMIT).to_owned();
            }
        }
    }
}

fn keep_head(text: &mut String) {
    let length = text::head(text, TEXT_LIMIT).len();
    text.truncate(length);
}

impl TargetReport {
    fn check(&self) -> Result<(), ReadFault> {
        let wrong =
            |what: &str| fault(ReadFaultKind::Contradiction, format!("{}: {what}", self.spec));
        for shard in self.runs.iter().filter_map(|run| run.shard) {
            if shard.k == 0 || shard.k > shard.n {
                return Err(wrong(&format!("there is no shard {shard}")));
            }
        }
        let mut seen = BTreeSet::new();
        for one in &self.invariants {
            if !seen.insert(&one.id) {
                let message = format!("{}: invariant {} is there twice", self.spec, one.id);
                return Err(fault(ReadFaultKind::Duplicate, message));
            }
            if let Some(what) = one.contradiction() {
                return Err(wrong(&format!("invariant {}: {what}", one.id)));
            }
        }
        Ok(())
    }
}

impl InvariantReport {
    /// What does not fit together, if anything.
    fn contradiction(&self) -> Option<String> {
        let explained = match self.verdict {
            Verdict::Inconclusive | Verdict::NotApplicable | Verdict::Skipped => true,
            Verdict::Holds | Verdict::Broken | Verdict::Disputed => false,
        };
        if !is_id(self.id.as_str()) {
            return Some("an id is lower-case words joined by `-`, parts joined by `/`".to_owned());
        }
        if explained && self.reason.is_none() {
            return Some(format!("`{}` needs a reason", self.verdict));
        }
        if self.verdict == Verdict::Broken && self.witness.is_none() {
            return Some("`broken` needs a witness".to_owned());
        }
        if self.verdict == Verdict::Holds && self.witness.is_some() {
            return Some("`holds` has a witness".to_owned());
        }
        let outcome = Outcome::of(self.verdict, self.message(), self.expectation.as_ref());
        (outcome != self.outcome)
            .then(|| format!("its outcome is `{}`, but follows to be `{outcome}`", self.outcome))
    }
}

/// Whether `text` has the form of a full id: at least two parts, each of lower-case words.
pub(crate) fn is_id(text: &str) -> bool {
    let word = |word: &str| {
        !word.is_empty() && word.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit())
    };
    text.contains('/') && text.split('/').all(|part| part.split('-').all(word))
}

/// The JSON Schema (draft 7, which editors know) of [`Report::to_json`]'s text, as it is committed
/// in `specs/results.schema.json`.
///
/// # Panics
///
/// Never: a schema is JSON.
pub fn schema() -> String {
    let schema = SchemaSettings::draft07().into_generator().into_root_schema_for::<Report>();
    serde_json::to_string_pretty(&schema).expect("a schema is JSON") + "\n"
}
