//! YAML text to a tree of values with places. No other file knows which library reads YAML.
//!
//! The tree is untyped, so that typing it can go on after the first fault. What specs do without
//! is refused here: anchors, aliases, merge keys, own tags, several documents. Every limit is on
//! what a file contains, so a hostile file costs as little as an honest one.

use crate::spec::fault::{Excerpt, Fault, FaultKind};
use crate::spec::word::shown;
use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_yaml::budget::BudgetBreach;
use serde_yaml::{DefaultMessageFormatter, Error, Location, MergeKeyPolicy, MessageFormatter};
use serde_yaml::{Options, Spanned};
use std::fmt;
use std::ops::Range;

/// The longest spec file, in bytes.
pub(crate) const MAX_BYTES: usize = 1 << 20;

/// The deepest nesting; a suite needs 6.
const MAX_DEPTH: usize = 32;

/// The most scalars, lists and mappings in a file; a suite of 1,000 invariants needs half.
const MAX_NODES: usize = 50_000;

const NO_ANCHORS: &str = "anchors and aliases (`&a`, `*a`) are not used in specs";

/// A spec file as text.
pub(crate) struct Source<'a> {
    /// How messages name the file.
    pub(crate) file: &'a str,
    /// Its text, without a byte order mark.
    pub(crate) text: &'a str,
    line_starts: Vec<u32>,
}

/// Where a value stands in its [`Source`].
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Place {
    /// Line, from 1.
    pub(crate) line: u32,
    /// Column, from 1, in characters.
    pub(crate) column: u32,
    /// The bytes of the source; empty for a list or mapping.
    pub(crate) bytes: Range<usize>,
}

/// A value and its place.
#[derive(Debug)]
pub(crate) struct Node {
    pub(crate) place: Place,
    pub(crate) value: Value,
}

/// A value as YAML sees it.
#[derive(Debug)]
pub(crate) enum Value {
    /// Nothing, `~` or `null`.
    Null,
    Bool(bool),
    /// A whole number, 0 to 2^64-1.
    Int(u64),
    /// Any other number: negative, fractional or too large.
    Number,
    Text(String),
    List(Vec<Node>),
    Map(Vec<(Key, Node)>),
}

/// A key of a mapping.
#[derive(Clone, Debug)]
pub(crate) struct Key {
    pub(crate) place: Place,
    pub(crate) text: String,
}

impl Value {
    /// What the value is, for messages.
    pub(crate) fn describe(&self) -> &'static str {
        match self {
            Value::Null => "nothing",
            Value::Bool(true) => "true",
            Value::Bool(false) => "false",
            Value::Int(_) | Value::Number => "a number",
            Value::Text(_) => "text",
            Value::List(_) => "a list",
            Value::Map(_) => "a mapping",
        }
    }
}

impl<'a> Source<'a> {
    /// The file `file` with this `text`, which may begin with a byte order mark; a fault where it
    /// is longer than [`MAX_BYTES`].
    pub(crate) fn new(file: &'a str, text: &'a str) -> Result<Source<'a>, Fault> {
        if text.len() > MAX_BYTES {
            return Err(too_long(file, text.len() as u64));
        }
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let bytes = text.as_bytes();
        let breaks = (0..bytes.len()).filter(|&i| match bytes[i] {
            b'\n' => true,
            b'\r' => bytes.get(i + 1) != Some(&b'\n'),
            _ => false,
        });
        let line_starts = std::iter::once(0).chain(breaks.map(|i| i as u32 + 1)).collect();
        Ok(Source { file, text, line_starts })
    }

    /// The text of line `line` (from 1) without its line break; empty beyond the end.
    pub(crate) fn line(&self, line: u32) -> &'a str {
        let at = |line: usize| self.line_starts.get(line).map(|&at| at as usize);
        let Some(start) = (line as usize).checked_sub(1).and_then(at) else { return "" };
        let end = at(line as usize).unwrap_or(self.text.len());
        self.text[start..end].trim_end_matches(['\n', '\r'])
    }

    /// The byte at which `column` (from 1, in characters) of `line` (from 1) begins.
    fn byte_of(&self, line: u32, column: u32) -> usize {
        let index = (line as usize).clamp(1, self.line_starts.len()) - 1;
        let start = self.line_starts[index] as usize;
        let text = self.line(index as u32 + 1);
        let chars = (column as usize).saturating_sub(1);
        start + text.char_indices().nth(chars).map_or(text.len(), |(at, _)| at)
    }

    fn place(&self, location: Location) -> Place {
        let (line, column) = (location.line().max(1) as u32, location.column().max(1) as u32);
        // Counting characters is for errors only: doing it for each value of a file that is one
        // long line would take quadratic time.
        let known = location.span().byte_offset().map(|at| (at as usize).min(self.text.len()));
        let start = known.unwrap_or_else(|| self.byte_of(line, column));
        let length = location.span().byte_len().unwrap_or(0) as usize;
        Place { line, column, bytes: start..start.saturating_add(length).min(self.text.len()) }
    }

    /// A fault at `place`, with the line shown.
    pub(crate) fn fault(
        &self,
        kind: FaultKind,
        place: &Place,
        message: impl Into<String>,
    ) -> Fault {
        let excerpt = Excerpt::cut(self.text, place.bytes.clone(), place.line);
        let fault = Fault::in_file(kind, self.file, message);
        fault.at(place.line, place.column).with_excerpt(excerpt)
    }
}

/// Reads the one document of `source`.
pub(crate) fn read(source: &Source<'_>) -> Result<Node, Fault> {
    serde_yaml::from_str_with_options::<Spanned<Raw>>(source.text, options())
        .map(|raw| raw.into_node(source))
        .map_err(|error| explain(source, &error))
}

/// The fault of a file of `bytes` bytes, which is more than [`MAX_BYTES`].
pub(crate) fn too_long(file: &str, bytes: u64) -> Fault {
    let message = format!("the file has {bytes} bytes; a spec file has at most {MAX_BYTES}");
    Fault::in_file(FaultKind::Unreadable, file, message).with_help("split the suite in two")
}

fn options() -> Options {
    serde_yaml::options! {
        strict_booleans: true,
        merge_keys: MergeKeyPolicy::Error,
        reject_unsupported_tags: true,
        with_snippet: false,
        budget: serde_yaml::budget! {
            max_aliases: 0,
            max_anchors: 0,
            max_merge_keys: 0,
            max_documents: 1,
            max_depth: MAX_DEPTH,
            max_nodes: MAX_NODES,
            max_events: 4 * MAX_NODES,
            max_total_scalar_bytes: MAX_BYTES,
            max_total_comment_bytes: MAX_BYTES,
        },
    }
}

/// The fault that the library's error stands for, in this project's words.
fn explain(source: &Source<'_>, error: &Error) -> Fault {
    let place = source.place(error.location().unwrap_or(Location::UNKNOWN));
    let kind = match error {
        Error::DuplicateMappingKey { .. } => FaultKind::DuplicateKey,
        _ => FaultKind::Syntax,
    };
    let message = match error {
        Error::DuplicateMappingKey { key: Some(key), .. } => {
            format!("the key `{}` is in this mapping twice", shown(key))
        }
        Error::DuplicateMappingKey { .. } => "a key is in this mapping twice".into(),
        Error::MergeKeyNotAllowed { .. } => "merge keys (`<<`) are not used in specs".into(),
        Error::UnknownAnchor { .. } => NO_ANCHORS.into(),
        Error::Budget { breach, .. } => over_budget(breach),
        other => shown(&DefaultMessageFormatter.format_message(other)),
    };
    let fault = source.fault(kind, &place, message);
    if kind == FaultKind::Syntax && in_a_rule(source, place.line) {
        return fault.with_help("put the rule in single quotes, or after `|` on lines of its own");
    }
    fault
}

fn over_budget(breach: &BudgetBreach) -> String {
    match breach {
        BudgetBreach::Anchors { .. } | BudgetBreach::Aliases { .. } => NO_ANCHORS.into(),
        BudgetBreach::MergeKeys { .. } => "merge keys (`<<`) are not used in specs".into(),
        BudgetBreach::Documents { .. } => "a spec file is one YAML document".into(),
        BudgetBreach::Depth { .. } => format!("nested more than {MAX_DEPTH} deep"),
        _ => format!("a spec file has at most {MAX_NODES} values and {MAX_BYTES} bytes of text"),
    }
}

/// Whether `line` belongs to the value of a `rule:` or `when:`.
///
/// CEL's `a ? b : c`, `!a`, `[a]` and `"a"` mean something else to YAML when they are not quoted.
fn in_a_rule(source: &Source<'_>, line: u32) -> bool {
    const LONGEST_RULE: u32 = 20; // lines
    let first = line.saturating_sub(LONGEST_RULE).max(1);
    let keys = (first..=line).rev().filter_map(|line| {
        let text = source.line(line).trim_start().trim_start_matches("- ");
        let (key, _) = text.split_once(':')?;
        key.chars().all(|c| c.is_ascii_lowercase() || c == '-').then_some(key)
    });
    keys.into_iter().next().is_some_and(|key| key == "rule" || key == "when")
}

/// A value as the library hands it over, with the library's places.
enum Raw {
    Leaf(Value),
    List(Vec<Spanned<Raw>>),
    Map(Vec<(Spanned<String>, Spanned<Raw>)>),
}

trait IntoNode {
    fn into_node(self, source: &Source<'_>) -> Node;
}

impl IntoNode for Spanned<Raw> {
    fn into_node(self, source: &Source<'_>) -> Node {
        let node = |raw: Spanned<Raw>| raw.into_node(source);
        let key =
            |key: Spanned<String>| Key { place: source.place(key.referenced), text: key.value };
        let value = match self.value {
            Raw::Leaf(value) => value,
            Raw::List(list) => Value::List(list.into_iter().map(node).collect()),
            Raw::Map(map) => Value::Map(map.into_iter().map(|(k, v)| (key(k), node(v))).collect()),
        };
        Node { place: source.place(self.referenced), value }
    }
}

impl<'de> Deserialize<'de> for Raw {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Raw, D::Error> {
        deserializer.deserialize_any(RawVisitor)
    }
}

struct RawVisitor;

impl<'de> Visitor<'de> for RawVisitor {
    type Value = Raw;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a YAML value")
    }

    fn visit_unit<E>(self) -> Result<Raw, E> {
        Ok(Raw::Leaf(Value::Null))
    }

    fn visit_bool<E>(self, value: bool) -> Result<Raw, E> {
        Ok(Raw::Leaf(Value::Bool(value)))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Raw, E> {
        Ok(Raw::Leaf(Value::Int(value)))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Raw, E> {
        Ok(Raw::Leaf(u64::try_from(value).map_or(Value::Number, Value::Int)))
    }

    fn visit_i128<E>(self, value: i128) -> Result<Raw, E> {
        Ok(Raw::Leaf(u64::try_from(value).map_or(Value::Number, Value::Int)))
    }

    fn visit_u128<E>(self, value: u128) -> Result<Raw, E> {
        Ok(Raw::Leaf(u64::try_from(value).map_or(Value::Number, Value::Int)))
    }

    fn visit_f64<E>(self, _: f64) -> Result<Raw, E> {
        Ok(Raw::Leaf(Value::Number))
    }

    fn visit_str<E>(self, value: &str) -> Result<Raw, E> {
        Ok(Raw::Leaf(Value::Text(value.to_owned())))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut access: A) -> Result<Raw, A::Error> {
        let mut list = Vec::new();
        while let Some(item) = access.next_element()? {
            list.push(item);
        }
        Ok(Raw::List(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Raw, A::Error> {
        let mut map = Vec::new();
        while let Some(entry) = access.next_entry()? {
            map.push(entry);
        }
        Ok(Raw::Map(map))
    }
}

#[cfg(test)]
mod differential;
