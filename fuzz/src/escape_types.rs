//! Go source from any bytes, through the whole analyser.

use reference_escape::alone::{self, Alone, Refused};
use reference_escape::analyze::Analysis;

/// Reads `data` as the one file of a package that imports nothing. What parses is checked; what checks is
/// analysed, twice.
///
/// # Panics
/// If a fault says nothing, or a second analysis says something else.
pub fn escape_types(data: &[u8]) {
    let first = lines(data);
    assert_eq!(first, lines(data), "the same text, the same lines");
}

/// The lines of the package; `None` if it does not compile.
fn lines(data: &[u8]) -> Option<Vec<String>> {
    let Alone { sources, mut program, package } = match alone::read("fuzz.go", data) {
        Ok(file) => file,
        Err(Refused { sources, faults }) => {
            assert!(!faults.is_empty());
            for fault in faults.list() {
                assert!(!fault.told(&sources).trim().is_empty());
            }
            return None;
        }
    };
    let verdicts = Analysis::default().package(&mut program, package);
    let told = verdicts.lines.iter().map(|line| {
        assert!(!line.text.is_empty());
        let place = sources.place(line.pos).map(|place| place.to_string());
        format!("{}: {}", place.unwrap_or_default(), line.text)
    });
    Some(told.collect())
}
