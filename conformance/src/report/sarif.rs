//! The report as SARIF 2.1.0, which code hosts show beside the lines it points at.
//!
//! A result is a broken invariant or a stale entry of a baseline, and points at the sentence in the
//! suite's YAML file: the code of a target is rarely at hand. A known deviation is a suppressed
//! result with its reason.

use super::tally::{Severity, Standing};
use super::{InvariantReport, Report, TargetReport, failure, text};
use serde::Serialize;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::fmt::Write as _;

/// Most results of one run that code hosts keep.
pub const RESULTS: usize = 5000;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Log<'a> {
    #[serde(rename = "$schema")]
    schema: &'static str,
    version: &'static str,
    runs: [Run<'a>; 1],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Run<'a> {
    tool: Tool<'a>,
    column_kind: &'static str,
    results: Vec<Finding>,
}

#[derive(Serialize)]
struct Tool<'a> {
    driver: Driver<'a>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Driver<'a> {
    name: &'static str,
    version: &'a str,
    rules: Vec<Rule>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Rule {
    id: String,
    short_description: Message,
    default_configuration: Configuration,
    properties: RuleProperties,
}

#[derive(Serialize)]
struct Configuration {
    level: &'static str,
}

#[derive(Serialize)]
struct RuleProperties {
    level: String,
    kind: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Finding {
    rule_id: String,
    rule_index: usize,
    level: &'static str,
    message: Message,
    locations: [Location; 1],
    partial_fingerprints: BTreeMap<&'static str, String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    suppressions: Vec<Suppression>,
    properties: FindingProperties,
}

#[derive(Serialize)]
struct FindingProperties {
    target: String,
    outcome: String,
}

#[derive(Serialize)]
struct Suppression {
    kind: &'static str,
    justification: String,
}

#[derive(Serialize)]
struct Message {
    text: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Location {
    physical_location: PhysicalLocation,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct PhysicalLocation {
    artifact_location: ArtifactLocation,
    region: Region,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ArtifactLocation {
    uri: String,
    uri_base_id: &'static str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Region {
    start_line: u32,
}

/// The report as SARIF text.
///
/// # Panics
///
/// Never: every part of a log has a JSON form.
pub fn print(report: &Report) -> String {
    let mut rules = Vec::new();
    let mut indices = BTreeMap::new();
    let mut results = Vec::new();
    for (target, one) in found(report).into_iter().take(RESULTS) {
        let index = *indices.entry(&one.id).or_insert_with(|| {
            rules.push(rule(one));
            rules.len() - 1
        });
        results.push(finding(target, one, index));
    }
    let driver = Driver { name: "heaplaw", version: &report.heaplaw, rules };
    let run = Run { tool: Tool { driver }, column_kind: "unicodeCodePoints", results };
    let log = Log {
        schema: "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json",
        version: "2.1.0",
        runs: [run],
    };
    let json = serde_json::to_string_pretty(&log).expect("every part of a log is JSON");
    text::escape_json(&json) + "\n"
}

/// What becomes a result: the loudest first, known deviations last.
fn found(report: &Report) -> Vec<(&TargetReport, &InvariantReport)> {
    let alarms = report.alarms().into_iter().map(|(_, target, one)| (target, one));
    let telling = alarms.filter(|(_, one)| one.standing() != Standing::Inconclusive);
    let known = report.targets.iter().flat_map(|target| {
        let known = target.invariants.iter().filter(|one| one.standing() == Standing::Known);
        known.map(move |one| (target, one))
    });
    telling.chain(known).collect()
}

fn rule(one: &InvariantReport) -> Rule {
    Rule {
        id: text::line(one.id.as_str()),
        short_description: message(&one.says),
        default_configuration: Configuration {
            level: match one.level {
                crate::spec::Level::Must => "error",
                crate::spec::Level::Should => "warning",
                crate::spec::Level::May => "note",
            },
        },
        properties: RuleProperties { level: one.level.to_string(), kind: one.kind.to_string() },
    }
}

fn finding(target: &TargetReport, one: &InvariantReport, rule_index: usize) -> Finding {
    let spec = text::line(&target.spec);
    let suppressions = match &one.expectation {
        Some(expected) if one.standing() == Standing::Known => {
            let justification = text::line(&expected.reason);
            vec![Suppression { kind: "external", justification }]
        }
        _ => Vec::new(),
    };
    Finding {
        rule_id: text::line(one.id.as_str()),
        rule_index,
        level: match one.severity() {
            Some(Severity::Error) => "error",
            Some(Severity::Warning) => "warning",
            Some(Severity::Note) | None => "note",
        },
        message: message(&format!(
            "{spec}: {} Replay: {}{}",
            failure::headline(one),
            failure::replay_command(target, one),
            one.picture_file.as_ref().map_or(String::new(), |file| format!(" Drawing: {file}"))
        )),
        locations: [location(one)],
        partial_fingerprints: BTreeMap::from([("heaplaw/v1", fingerprint(target, one))]),
        suppressions,
        properties: FindingProperties { target: spec, outcome: one.outcome.to_string() },
    }
}

fn location(one: &InvariantReport) -> Location {
    let artifact_location = ArtifactLocation { uri: uri(&one.file), uri_base_id: "%SRCROOT%" };
    let region = Region { start_line: one.line.max(1) };
    Location { physical_location: PhysicalLocation { artifact_location, region } }
}

/// The same for the same finding in every run: the message pins no address and no size.
fn fingerprint(target: &TargetReport, one: &InvariantReport) -> String {
    let mut hash = Sha256::new();
    for part in [&target.spec, one.id.as_str(), one.message()] {
        hash.update((part.len() as u64).to_le_bytes());
        hash.update(part);
    }
    hash.finalize().iter().take(16).fold(String::new(), |mut hex, byte| {
        write!(hex, "{byte:02x}").expect("a String takes it all");
        hex
    })
}

/// Plain text in which nothing is a link or a placeholder (SARIF 3.11.5 and 3.11.6).
fn message(text: &str) -> Message {
    let mut out = String::new();
    for c in text::line_of(text, 4 * text::LINE_LIMIT).chars() {
        match c {
            '[' | ']' => {
                out.push('\\');
                out.push(c);
            }
            '{' => out.push_str("{{"),
            '}' => out.push_str("}}"),
            c => out.push(c),
        }
    }
    Message { text: out }
}

/// A relative path as a URI reference.
fn uri(path: &str) -> String {
    let plain = |b: u8| b.is_ascii_alphanumeric() || b"-._~/".contains(&b);
    path.bytes().fold(String::new(), |mut uri, b| {
        if plain(b) {
            uri.push(char::from(b));
        } else {
            write!(uri, "%{b:02X}").expect("a String takes it all");
        }
        uri
    })
}
