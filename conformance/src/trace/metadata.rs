//! What a trace says about itself: `# key: value` lines after the header.

/// Keys with their values, in the order in which they were added.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Metadata {
    pairs: Vec<(String, String)>,
}

impl Metadata {
    /// So many pairs a trace may carry: what a reader keeps of a hostile file is bounded.
    pub const MAX: usize = 64;

    /// The longest value, in bytes; a line of it stays below [`super::LINE_MAX`].
    pub const VALUE_MAX: usize = 4000;

    /// The longest key, in bytes.
    pub const KEY_MAX: usize = 64;

    /// Adds a pair at the end.
    ///
    /// The value becomes one line: control characters turn into spaces, blanks at both ends go, and
    /// what is beyond [`Metadata::VALUE_MAX`] is cut off.
    ///
    /// # Panics
    /// If `key` is not made of lower-case words joined by `-`, or there are [`Metadata::MAX`]
    /// pairs already: keys come from our code, never from outside.
    pub fn push(&mut self, key: &str, value: &str) {
        assert!(is_key(key), "metadata key {key:?} is not lower-case words joined by `-`");
        assert!(self.pairs.len() < Metadata::MAX, "a trace has at most 64 lines of metadata");
        self.pairs.push((key.to_owned(), one_line(value)));
    }

    /// The value of the first pair with this key.
    pub fn get(&self, key: &str) -> Option<&str> {
        self.iter().find(|(k, _)| *k == key).map(|(_, value)| value)
    }

    /// The pairs, in order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.pairs.iter().map(|(key, value)| (key.as_str(), value.as_str()))
    }

    /// How many pairs there are.
    pub fn len(&self) -> usize {
        self.pairs.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.pairs.is_empty()
    }
}

/// The key and value of a line of metadata; `None` for any other line.
pub(super) fn pair_of(line: &str) -> Option<(&str, &str)> {
    let (key, value) = line.strip_prefix("# ")?.split_once(':')?;
    is_key(key).then_some((key, value))
}

fn is_key(key: &str) -> bool {
    let word = |w: &str| {
        w.starts_with(|c: char| c.is_ascii_lowercase())
            && w.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit())
    };
    key.len() <= Metadata::KEY_MAX && key.split('-').all(word)
}

fn one_line(value: &str) -> String {
    let plain: String = value.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    let fits = |(at, c): &(usize, char)| at + c.len_utf8() <= Metadata::VALUE_MAX;
    let kept: String = plain.trim().char_indices().take_while(fits).map(|(_, c)| c).collect();
    kept.trim_end().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_kept_as_one_short_line() {
        let mut metadata = Metadata::default();
        metadata.push("target", "  a\nb\t");
        metadata.push("note", &"\u{e9}".repeat(4000));
        assert_eq!(metadata.get("target"), Some("a b"));
        assert_eq!(metadata.get("note").map(str::len), Some(Metadata::VALUE_MAX));
        assert_eq!(metadata.get("missing"), None);
    }

    #[test]
    fn only_lower_case_words_joined_by_hyphens_are_keys() {
        for good in ["target", "first-seen", "glibc2-at"] {
            assert!(is_key(good), "{good}");
        }
        for bad in ["", "-", "a-", "A", "two words", "1st", "\u{e9}", &"k".repeat(65)] {
            assert!(!is_key(bad), "{bad}");
        }
    }

    #[test]
    #[should_panic(expected = "metadata key \"Target\" is not lower-case words")]
    fn a_key_that_would_not_parse_back_is_a_bug_of_the_caller() {
        Metadata::default().push("Target", "x");
    }
}
