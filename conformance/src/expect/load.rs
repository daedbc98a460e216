//! Reading `specs/expected/*.yaml`.
//!
//! The files come from people, so every error says file, line and column and shows the line; they
//! may also come from strangers, so size, depth and number of nodes are capped and YAML's anchors,
//! aliases and merge keys are refused.

use super::pattern::{Pattern, Version, VersionRange};
use super::{Deviation, Expectations, Expected};
use crate::hint::nearest;
use crate::report::json::is_id;
use crate::report::target::TargetKind;
use crate::report::text;
use crate::spec::InvariantId;
use annotate_snippets::{AnnotationKind, Level, Renderer, Snippet};
use serde::Deserialize;
use serde_yaml::budget::BudgetBreach as Breach;
use serde_yaml::{Error, Spanned};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::io::Read as _;
use std::ops::Range;
use std::path::{Path, PathBuf};

/// Longest file, in bytes.
const SIZE_LIMIT: u64 = 1 << 20;

/// Most files of a folder.
const FILE_LIMIT: usize = 1000;

/// Longest pinned message, in bytes. Only its start is compared, so no more is needed.
pub(super) const MESSAGE_LIMIT: usize = 1000;

/// Why a file of known deviations cannot be used.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct LoadFault {
    /// What sort of fault.
    pub kind: LoadFaultKind,
    /// The file.
    pub file: String,
    /// Line and column, from 1; none where the fault is about the whole file.
    pub place: Option<(u64, u64)>,
    /// The fault in words.
    pub message: String,
    /// The place in the file, marked; empty where there is none.
    pub snippet: String,
}

/// What sort of fault a [`LoadFault`] is.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum LoadFaultKind {
    /// The system would not hand it over, or it is no regular file.
    Unreadable,
    /// Longer than 1 MiB, or too many files.
    TooLarge,
    /// Not YAML, over a budget, or not of the form above.
    Syntax,
    /// Of the form above, with a value that means nothing.
    Value,
    /// The same invariant or target twice.
    Duplicate,
}

impl fmt::Display for LoadFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.file)?;
        if let Some((line, column)) = self.place {
            write!(f, ":{line}:{column}")?;
        }
        write!(f, ": {}", self.message)?;
        if !self.snippet.is_empty() {
            write!(f, "\n{}", self.snippet)?;
        }
        Ok(())
    }
}

impl std::error::Error for LoadFault {}

impl Expectations {
    /// Reads the file at `path`, or all `*.yaml` files of the folder at `path`.
    ///
    /// # Errors
    ///
    /// The first file that cannot be used; nothing is skipped silently.
    pub fn load(path: &Path) -> Result<Expectations, LoadFault> {
        let texts = if path.is_dir() {
            let files = yaml_files(path)?;
            let texts = files.iter().map(|file| Ok((file.display().to_string(), read(file)?)));
            texts.collect::<Result<Vec<_>, _>>()?
        } else {
            vec![(path.display().to_string(), read(path)?)]
        };
        Expectations::parse(texts.iter().map(|(name, text)| (name.as_str(), text.as_str())))
    }

    /// Reads texts that are at hand, each with the name of its file.
    ///
    /// # Errors
    ///
    /// As [`Expectations::load`].
    pub fn parse<'a>(
        texts: impl IntoIterator<Item = (&'a str, &'a str)>,
    ) -> Result<Expectations, LoadFault> {
        let mut files: Vec<Expected> = Vec::new();
        for (name, text) in texts {
            let expected = parse(name, text)?;
            if let Some(other) = files.iter().find(|other| other.target == expected.target) {
                let message =
                    format!("target `{}` has a file already: {}", expected.target, other.file);
                return Err(plain(LoadFaultKind::Duplicate, name, &message));
            }
            files.push(expected);
        }
        Ok(Expectations { files })
    }
}

/// The `*.yaml` files of `folder`, by name.
fn yaml_files(folder: &Path) -> Result<Vec<PathBuf>, LoadFault> {
    let name = folder.display().to_string();
    let unreadable =
        |e: std::io::Error| plain(LoadFaultKind::Unreadable, &name, &format!("not readable: {e}"));
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(unreadable)? {
        let path = entry.map_err(unreadable)?.path();
        if path.extension().is_some_and(|ending| ending == "yaml") {
            files.push(path);
        }
        if files.len() > FILE_LIMIT {
            let message = format!("more than {FILE_LIMIT} files");
            return Err(plain(LoadFaultKind::TooLarge, &name, &message));
        }
    }
    files.sort();
    Ok(files)
}

fn read(path: &Path) -> Result<String, LoadFault> {
    let name = path.display().to_string();
    let unreadable = |why: String| plain(LoadFaultKind::Unreadable, &name, &why);
    let failed = |e: std::io::Error| unreadable(format!("not readable: {e}"));
    // A pipe or a terminal could make the reading wait for ever.
    if !std::fs::metadata(path).map_err(failed)?.is_file() {
        return Err(unreadable("neither a file nor a folder".to_owned()));
    }
    let mut text = Vec::new();
    let file = std::fs::File::open(path).map_err(failed)?;
    file.take(SIZE_LIMIT + 1).read_to_end(&mut text).map_err(failed)?;
    if text.len() as u64 > SIZE_LIMIT {
        let message = format!("longer than {SIZE_LIMIT} bytes");
        return Err(plain(LoadFaultKind::TooLarge, &name, &message));
    }
    String::from_utf8(text).map_err(|_| unreadable("not UTF-8".to_owned()))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct FileText {
    target: Spanned<String>,
    #[serde(rename = "match")]
    marks: Spanned<MarksText>,
    #[serde(default)]
    claims: BTreeMap<String, String>,
    deviations: Vec<DeviationText>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct MarksText {
    kind: Option<TargetKind>,
    name: Option<String>,
    soname: Option<String>,
    file: Option<String>,
    build_id: Option<String>,
    version: Option<RangeText>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RangeText {
    from: Option<Spanned<String>>,
    below: Option<Spanned<String>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct DeviationText {
    invariant: Spanned<String>,
    message: Spanned<String>,
    reason: Spanned<String>,
    since: Spanned<String>,
}

fn parse(name: &str, text: &str) -> Result<Expected, LoadFault> {
    if text.len() as u64 > SIZE_LIMIT {
        let message = format!("longer than {SIZE_LIMIT} bytes");
        return Err(plain(LoadFaultKind::TooLarge, name, &message));
    }
    let file: FileText = serde_yaml::from_str_with_options(text, options()).map_err(|e| {
        let at = e.location().map_or(0..0, |place| range(text, place));
        Source { name, text }.fault(LoadFaultKind::Syntax, at, &words(&e))
    })?;
    Source { name, text }.expected(file)
}

fn options() -> serde_yaml::Options {
    serde_yaml::options! {
        budget: serde_yaml::budget! {
            max_nodes: 50_000,
            max_depth: 16,
            max_aliases: 0,
            max_anchors: 0,
            max_documents: 1,
            max_total_scalar_bytes: 1 << 20,
        },
        merge_keys: serde_yaml::MergeKeyPolicy::Error,
        strict_booleans: true,
        with_snippet: false,
    }
}

/// What is wrong, without the place, which stands before it.
fn words(error: &Error) -> String {
    match error.without_snippet() {
        Error::SerdeUnknownField { field: word, expected, .. }
        | Error::SerdeUnknownVariant { variant: word, expected, .. } => {
            let hint = nearest(word, expected.iter().copied());
            let hint = hint.map_or(String::new(), |known| format!(" (is it `{known}`?)"));
            format!("`{word}` is not known{hint}; expected one of: {}", expected.join(", "))
        }
        Error::DuplicateMappingKey { .. } => "this key is given twice".to_owned(),
        Error::Budget { breach: Breach::Anchors { .. } | Breach::Aliases { .. }, .. } => {
            "anchors and aliases are not allowed here".to_owned()
        }
        Error::Budget { .. } => "larger or deeper than a list of deviations can be".to_owned(),
        other => {
            let said = other.to_string();
            let end = said.rfind(" at line ").unwrap_or(said.len());
            said[..end].to_owned()
        }
    }
}

/// A file's name and text, to point into.
#[derive(Clone, Copy)]
struct Source<'a> {
    name: &'a str,
    text: &'a str,
}

impl Source<'_> {
    fn expected(self, file: FileText) -> Result<Expected, LoadFault> {
        let target = self.filled("target", &file.target)?;
        let pattern = self.pattern(&file.marks)?;
        let mut seen = BTreeSet::new();
        let mut deviations = Vec::new();
        for entry in &file.deviations {
            let deviation = self.deviation(entry)?;
            if !seen.insert(deviation.id.clone()) {
                let message = format!("`{}` is listed twice", deviation.id);
                return Err(self.at(LoadFaultKind::Duplicate, &entry.invariant, &message));
            }
            deviations.push(deviation);
        }
        Ok(Expected {
            file: self.name.to_owned(),
            target,
            pattern,
            claims: file.claims,
            deviations,
            comment: head_comment(self.text),
        })
    }

    fn pattern(self, marks: &Spanned<MarksText>) -> Result<Pattern, LoadFault> {
        let given = &marks.value;
        let version = given.version.as_ref().map(|range| self.range(marks, range)).transpose()?;
        let pattern = Pattern {
            kind: given.kind,
            name: given.name.clone(),
            soname: given.soname.clone(),
            file: given.file.clone(),
            build_id: given.build_id.clone(),
            version,
        };
        if pattern.is_empty() {
            let message = "without a mark it would match every target";
            return Err(self.at(LoadFaultKind::Value, marks, message));
        }
        Ok(pattern)
    }

    fn range(
        self,
        marks: &Spanned<MarksText>,
        range: &RangeText,
    ) -> Result<VersionRange, LoadFault> {
        let version = |text: &Option<Spanned<String>>| {
            let Some(text) = text else { return Ok(None) };
            let message = "expected a version: numbers with dots between them";
            let parsed = Version::parse(&text.value);
            parsed.map(Some).ok_or_else(|| self.at(LoadFaultKind::Value, text, message))
        };
        let (from, below) = (version(&range.from)?, version(&range.below)?);
        match (&from, &below) {
            (None, None) => {
                let message = "`version` needs `from`, `below` or both";
                Err(self.at(LoadFaultKind::Value, marks, message))
            }
            (Some(first), Some(end)) if first >= end => {
                let message = format!("no version is from {first} and below {end}");
                Err(self.at(LoadFaultKind::Value, marks, &message))
            }
            _ => Ok(VersionRange { from, below }),
        }
    }

    fn deviation(self, entry: &DeviationText) -> Result<Deviation, LoadFault> {
        let id = &entry.invariant;
        if !is_id(&id.value) {
            let message = "expected a full id, such as `alloc/block/contents-stable`";
            return Err(self.at(LoadFaultKind::Value, id, message));
        }
        let message = self.filled("message", &entry.message)?;
        if message.len() > MESSAGE_LIMIT {
            let words = format!("a pinned message has at most {MESSAGE_LIMIT} bytes");
            return Err(self.at(LoadFaultKind::Value, &entry.message, &words));
        }
        Ok(Deviation {
            id: InvariantId(id.value.clone()),
            message,
            reason: self.filled("reason", &entry.reason)?,
            since: self.filled("since", &entry.since)?,
            line: u32::try_from(id.referenced.line()).unwrap_or(u32::MAX),
        })
    }

    fn filled(self, key: &str, value: &Spanned<String>) -> Result<String, LoadFault> {
        if value.value.trim().is_empty() {
            return Err(self.at(LoadFaultKind::Value, value, &format!("`{key}` is empty")));
        }
        Ok(value.value.clone())
    }

    fn at<T>(self, kind: LoadFaultKind, what: &Spanned<T>, message: &str) -> LoadFault {
        self.fault(kind, range(self.text, what.referenced), message)
    }

    /// A fault at the bytes `at` of the text.
    fn fault(self, kind: LoadFaultKind, at: Range<usize>, message: &str) -> LoadFault {
        let before = &self.text[..at.start];
        let line = before.matches('\n').count() as u64 + 1;
        let column = before.rsplit('\n').next().unwrap_or("").chars().count() as u64 + 1;
        LoadFault {
            place: Some((line, column)),
            snippet: self.snippet(at, message),
            ..plain(kind, self.name, message)
        }
    }

    fn snippet(self, at: Range<usize>, message: &str) -> String {
        let message = text::line(message);
        let mark = AnnotationKind::Primary.span(at);
        let source = Snippet::source(self.text).path(self.name).annotation(mark);
        let group = Level::ERROR.primary_title(&message).element(source);
        let drawn = Renderer::plain().render(&[group]);
        // The first two lines repeat the message and the place.
        drawn.lines().skip(2).map(text::line).collect::<Vec<_>>().join("\n")
    }
}

fn plain(kind: LoadFaultKind, file: &str, message: &str) -> LoadFault {
    let (file, message) = (text::line(file), text::line(message));
    LoadFault { kind, file, place: None, message, snippet: String::new() }
}

/// The bytes of `text` that `place` is about, within one line.
fn range(text: &str, place: serde_yaml::Location) -> Range<usize> {
    let start = place.span().byte_offset().map_or_else(
        || {
            let lines = text.split_inclusive('\n').take(place.line().saturating_sub(1) as usize);
            lines.map(str::len).sum()
        },
        |offset| offset as usize,
    );
    let start = text::head(text, start).len();
    let rest = &text[start..];
    let line = rest.find('\n').unwrap_or(rest.len());
    let length = place.span().byte_len().unwrap_or(1) as usize;
    start..start + text::head(&rest[..line], length).len()
}

/// The comment lines at the head of a file.
fn head_comment(text: &str) -> String {
    let lines = text.lines().take_while(|line| line.starts_with('#'));
    lines.flat_map(|line| [line, "\n"]).collect()
}
