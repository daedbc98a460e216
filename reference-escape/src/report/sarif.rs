//! The report as SARIF 2.1.0, for editors and for services that show results of analysers: one rule for each kind of line, all
//! of level `note`, as nothing of it is wrong.

use super::{Json, Report, func};
use crate::analyze::Told;
use crate::kind::Kind;
use crate::source::Place;

const SCHEMA: &str = "https://json.schemastore.org/sarif-2.1.0.json";

/// The report as SARIF.
pub fn sarif(report: &Report<'_>) -> String {
    Json::text(|json| {
        json.object(|json| {
            json.key("$schema").string(SCHEMA);
            json.key("version").string("2.1.0");
            json.key("runs").array([()], |json, ()| {
                json.object(|json| {
                    json.key("tool").object(tool);
                    // Columns count bytes, as Go's do; SARIF only knows two units, and this one is nearer.
                    json.key("columnKind").string("unicodeCodePoints");
                    let lines =
                        report.verdicts.lines.iter().filter(|told| told.kind != Kind::Capture);
                    json.key("results").array(lines, |json, told| result(json, report, told));
                });
            });
        });
    })
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

fn result(json: &mut Json, report: &Report<'_>, told: &Told) {
    json.object(|json| {
        json.key("ruleId").string(told.kind.id());
        json.key("level").string("note");
        json.key("message").object(|json| json.key("text").string(&message(&told.text)));
        json.key("locations").array(report.place(told.pos), |json, place| {
            json.object(|json| {
                json.key("physicalLocation").object(|json| physical(json, &place));
                let func = func(told);
                json.key("logicalLocations").array([func], |json, func| {
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
