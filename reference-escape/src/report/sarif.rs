//! The report as SARIF 2.1.0, for editors and for services that show results of analysers: one rule for each kind of line, all
//! of level `note`, as nothing of it is wrong.

use super::{Json, Report, func};
use crate::kind::Kind;
use crate::source::Place;

const SCHEMA: &str = "https://json.schemastore.org/sarif-2.1.0.json";

/// The report as SARIF.
pub fn sarif(report: &Report<'_>) -> String {
    let mut log = Sarif::default();
    log.add(report);
    log.text()
}

/// What is told of any number of packages, as one run of one tool.
#[derive(Debug, Default)]
pub struct Sarif {
    results: Vec<Finding>,
}

/// A line, by itself.
#[derive(Debug)]
struct Finding {
    rule: &'static str,
    text: String,
    place: Option<Place>,
    func: String,
}

impl Sarif {
    /// Adds the lines of a report.
    pub fn add(&mut self, report: &Report<'_>) {
        let lines = report.verdicts.lines.iter().filter(|told| told.kind != Kind::Capture);
        self.results.extend(lines.map(|told| Finding {
            rule: told.kind.id(),
            text: message(&told.text),
            place: report.place(told.pos),
            func: func(told).to_owned(),
        }));
    }

    /// The text of the log.
    pub fn text(&self) -> String {
        Json::text(|json| {
            json.object(|json| {
                json.key("$schema").string(SCHEMA);
                json.key("version").string("2.1.0");
                json.key("runs").array([()], |json, ()| {
                    json.object(|json| {
                        json.key("tool").object(tool);
                        // Columns count bytes, as Go's do; SARIF only knows two units, and this one is nearer.
                        json.key("columnKind").string("unicodeCodePoints");
                        json.key("results").array(&self.results, result);
                    });
                });
            });
        })
    }
}

fn tool(json: &mut Json) {
    json.key("driver").object(|json| {
        json.key("name").string("goescape");
        json.key("version").string(env!("CARGO_PKG_VERSION"));
        json.key("rules").array(Kind::ALL, |json, kind| {
            json.object(|json| {
                json.key("id").string(kind.id());
                json.key("shortDescription").object(|json| json.key("text").string(kind.says()));
                json.key("defaultConfiguration").object(|json| json.key("level").string("note"));
            });
        });
    });
}

fn result(json: &mut Json, finding: &Finding) {
    json.object(|json| {
        json.key("ruleId").string(finding.rule);
        json.key("level").string("note");
        json.key("message").object(|json| json.key("text").string(&finding.text));
        json.key("locations").array(&finding.place, |json, place| {
            json.object(|json| {
                json.key("physicalLocation").object(|json| physical(json, place));
                json.key("logicalLocations").array([&finding.func], |json, func| {
                    json.object(|json| json.key("fullyQualifiedName").string(func));
                });
            });
        });
    });
}

fn physical(json: &mut Json, place: &Place) {
    json.key("artifactLocation").object(|json| json.key("uri").string(&uri(&place.file)));
    json.key("region").object(|json| {
        json.key("startLine").number(place.line);
        if place.column > 0 {
            json.key("startColumn").number(place.column);
        }
    });
}

/// A text as SARIF's messages have it: single braces would stand for arguments there.
fn message(text: &str) -> String {
    text.replace('{', "{{").replace('}', "}}")
}

/// A path as a URI: whatever has a meaning in one, or is not ASCII, as its bytes in hexadecimal.
fn uri(path: &str) -> String {
    let scheme = if path.starts_with('/') { "file://" } else { "" };
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"/-._~".contains(&byte);
    let bytes = path.bytes().map(|byte| {
        if plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") }
    });
    format!("{scheme}{}", bytes.collect::<String>())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_become_references() {
        assert_eq!(uri("a/b.go"), "a/b.go");
        assert_eq!(uri("/a b/\"é\".go"), "file:///a%20b/%22%C3%A9%22.go");
        assert_eq!(uri("c:x.go"), "c%3Ax.go");
    }
}
