//! By which marks a target is recognised.

use crate::report::target::{Identity, TargetKind};
use std::cmp::Ordering;
use std::fmt;

/// Marks of a target. All that are given must be there; at least one is given.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Pattern {
    /// The way in.
    pub kind: Option<TargetKind>,
    /// Its name, as a [`glob`].
    pub name: Option<String>,
    /// Its name for the dynamic linker, as a [`glob`].
    pub soname: Option<String>,
    /// The path of its file, as a [`glob`].
    pub file: Option<String>,
    /// Its build id.
    pub build_id: Option<String>,
    /// Its version.
    pub version: Option<VersionRange>,
}

impl Pattern {
    /// Whether no mark is given, so that it would match everything.
    pub fn is_empty(&self) -> bool {
        *self == Pattern::default()
    }

    /// Whether `identity` bears all the marks.
    pub fn covers(&self, identity: &Identity) -> bool {
        let like = |wanted: &Option<String>, found: &Option<String>| match (wanted, found) {
            (None, _) => true,
            (Some(pattern), Some(text)) => glob(pattern, text),
            (Some(_), None) => false,
        };
        self.kind.is_none_or(|kind| kind == identity.kind)
            && like(&self.name, &identity.name)
            && like(&self.soname, &identity.soname)
            && like(&self.file, &identity.path)
            && (self.build_id.is_none() || self.build_id == identity.build_id)
            && self.version.as_ref().is_none_or(|range| {
                let found = identity.version.as_deref().and_then(Version::parse);
                found.is_some_and(|version| range.contains(&version))
            })
    }
}

/// A half-open range of versions.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct VersionRange {
    /// The first version in it.
    pub from: Option<Version>,
    /// The first version after it.
    pub below: Option<Version>,
}

impl VersionRange {
    /// Whether `version` lies in it.
    pub fn contains(&self, version: &Version) -> bool {
        self.from.as_ref().is_none_or(|from| from <= version)
            && self.below.as_ref().is_none_or(|below| version < below)
    }
}

/// A version, compared part by part as numbers; a missing part is 0, so that 2.36 is 2.36.0.
#[derive(Clone, Debug)]
pub struct Version {
    text: String,
    parts: Vec<u64>,
}

impl Version {
    /// The numbers with dots at the start of `text`: of `2.36-9+deb12u4` the version is 2.36. A
    /// part too great for 64 bits counts as the greatest. `None` where there is no number.
    pub fn parse(text: &str) -> Option<Version> {
        let end = text.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(text.len());
        let digits = text[..end].split('.').take_while(|part| !part.is_empty());
        let parts: Vec<u64> = digits.map(|part| part.parse().unwrap_or(u64::MAX)).collect();
        (!parts.is_empty()).then(|| Version { text: text.to_owned(), parts })
    }
}

impl Ord for Version {
    fn cmp(&self, other: &Version) -> Ordering {
        let length = self.parts.len().max(other.parts.len());
        let part = |version: &Version, at: usize| version.parts.get(at).copied().unwrap_or(0);
        (0..length)
            .map(|at| part(self, at).cmp(&part(other, at)))
            .find(|order| order.is_ne())
            .unwrap_or(Ordering::Equal)
    }
}

impl PartialOrd for Version {
    fn partial_cmp(&self, other: &Version) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Version {
    fn eq(&self, other: &Version) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Version {}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// Whether `text` is what `pattern` describes: `*` stands for any characters, also none and also
/// `/`; `?` stands for one. Takes at most the product of both lengths in steps.
pub fn glob(pattern: &str, text: &str) -> bool {
    let (pattern, text): (Vec<char>, Vec<char>) =
        (pattern.chars().collect(), text.chars().collect());
    let (mut p, mut t) = (0, 0);
    // Where the last star stood, and how much of the text it has swallowed. Only the last one need
    // be reconsidered: what an earlier star could swallow more, the last one can as well.
    let mut star = None;
    while t < text.len() {
        match pattern.get(p) {
            Some('*') => {
                star = Some((p, t));
                p += 1;
            }
            Some(&c) if c == '?' || c == text[t] => {
                p += 1;
                t += 1;
            }
            _ => {
                let Some((at, swallowed)) = star else { return false };
                star = Some((at, swallowed + 1));
                p = at + 1;
                t = swallowed + 1;
            }
        }
    }
    pattern[p..].iter().all(|&c| c == '*')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn version(text: &str) -> Version {
        Version::parse(text).unwrap()
    }

    #[test]
    fn versions_compare_as_numbers_part_by_part() {
        assert!(version("2.9") < version("2.36"));
        assert!(version("2.36-9+deb12u4") < version("2.36.1"));
        assert_eq!(version("2.36"), version("2.36.0"));
        assert!(version("99999999999999999999999") > version("18446744073709551614"));
    }

    #[test]
    fn a_text_without_a_leading_number_is_no_version() {
        assert!(Version::parse("v2").is_none());
        assert!(Version::parse("").is_none());
        assert!(Version::parse(".1").is_none());
    }

    #[test]
    fn a_range_includes_its_start_and_excludes_its_end() {
        let range = VersionRange { from: Some(version("2.26")), below: Some(version("2.38")) };
        assert!(range.contains(&version("2.26")));
        assert!(range.contains(&version("2.37.9")));
        assert!(!range.contains(&version("2.38")));
        assert!(!range.contains(&version("2.4")));
    }

    #[test]
    fn a_star_swallows_any_characters_and_a_question_mark_one() {
        assert!(glob("*/libjemalloc.so.?", "/usr/lib/libjemalloc.so.2"));
        assert!(glob("lib*", "lib"));
        assert!(!glob("lib?", "lib"));
        assert!(!glob("libc.so.6", "libc.so.60"));
        assert!(glob("", "") && glob("**", "") && !glob("", "x"));
    }

    #[test]
    fn a_hostile_pattern_ends_soon() {
        assert!(!glob(&"*a".repeat(2_000), &"a".repeat(1_999)));
        assert!(!glob(&format!("{}b", "*a".repeat(500)), &"a".repeat(5_000)));
    }
}
