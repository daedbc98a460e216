//! The order of versions: by numbers, and what is no release before what is one.

use std::cmp::Ordering;

/// Which of two versions is higher.
pub(super) fn compare(a: &str, b: &str) -> Ordering {
    let (a, b) = (Semver::of(a), Semver::of(b));
    a.numbers.cmp(&b.numbers).then_with(|| match (a.pre, b.pre) {
        (None, None) => Ordering::Equal,
        (None, Some(_)) => Ordering::Greater,
        (Some(_), None) => Ordering::Less,
        (Some(a), Some(b)) => compare_pre(a, b),
    })
}

struct Semver<'v> {
    numbers: [u64; 3],
    /// What is behind the first `-`.
    pre: Option<&'v str>,
}

impl Semver<'_> {
    fn of(version: &str) -> Semver<'_> {
        let version = version.strip_prefix('v').unwrap_or(version);
        let version = version.split_once('+').map_or(version, |(version, _)| version);
        let (numbers, pre) = match version.split_once('-') {
            Some((numbers, pre)) => (numbers, Some(pre)),
            None => (version, None),
        };
        let mut parts = numbers.split('.').map(|part| part.parse().unwrap_or(0));
        Semver { numbers: std::array::from_fn(|_| parts.next().unwrap_or(0)), pre }
    }
}

/// Word by word: numbers by their value and before words.
fn compare_pre(a: &str, b: &str) -> Ordering {
    let key = |word: &str| match word.parse::<u64>() {
        Ok(number) => (0, number, String::new()),
        Err(_) => (1, 0, word.to_owned()),
    };
    a.split('.').map(key).cmp(b.split('.').map(key))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_ordered_by_meaning() {
        let ascending = [
            "v0.0.0-20200101000000-abcdefabcdef",
            "v0.9.0",
            "v0.10.0-rc.2",
            "v0.10.0-rc.10",
            "v0.10.0-rc.x",
            "v0.10.0",
            "v1.0.0",
            "v2.0.0+incompatible",
        ];
        for pair in ascending.windows(2) {
            assert_eq!(compare(pair[0], pair[1]), Ordering::Less, "{pair:?}");
        }
        assert_eq!(compare("v1.2.3", "v1.2.3+incompatible"), Ordering::Equal);
    }
}
