//! Patterns over ids, as `--invariant` takes them.

use crate::spec::InvariantId;

/// A pattern over ids: `*` stands for any characters within one part, `**` across parts.
///
/// `alloc/*/*` is every invariant of alloc's suites, as is `alloc/**`; `**/contents-*` is every
/// invariant about contents. All other characters stand for themselves.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Pattern {
    tokens: Vec<Token>,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Token {
    Exactly(char),
    WithinPart,
    AcrossParts,
}

impl Pattern {
    /// The pattern that `text` spells. Every text is a pattern.
    pub fn new(text: &str) -> Pattern {
        let mut tokens = Vec::new();
        for c in text.chars() {
            match (c, tokens.last()) {
                ('*', Some(Token::WithinPart | Token::AcrossParts)) => {
                    tokens.pop();
                    tokens.push(Token::AcrossParts);
                }
                ('*', _) => tokens.push(Token::WithinPart),
                (c, _) => tokens.push(Token::Exactly(c)),
            }
        }
        Pattern { tokens }
    }

    /// The pattern that every id matches.
    pub fn all() -> Pattern {
        Pattern { tokens: vec![Token::AcrossParts] }
    }

    /// Whether the whole of `id` matches.
    pub fn matches(&self, id: &InvariantId) -> bool {
        self.matches_text(id.as_str())
    }

    /// Whether the whole of `text` matches, parts being what stands between slashes. Time is
    /// O(pattern x text), however many stars there are.
    pub fn matches_text(&self, text: &str) -> bool {
        // reached[i]: the characters read so far match the first i tokens.
        let mut reached = vec![false; self.tokens.len() + 1];
        reached[0] = true;
        self.let_stars_be_empty(&mut reached);
        for c in text.chars() {
            let mut next = vec![false; reached.len()];
            for (i, token) in self.tokens.iter().enumerate() {
                match token {
                    Token::Exactly(wanted) => next[i + 1] |= reached[i] && c == *wanted,
                    Token::WithinPart => next[i + 1] |= reached[i + 1] && c != '/',
                    Token::AcrossParts => next[i + 1] |= reached[i + 1],
                }
            }
            reached = next;
            self.let_stars_be_empty(&mut reached);
        }
        reached[self.tokens.len()]
    }

    fn let_stars_be_empty(&self, reached: &mut [bool]) {
        for (i, token) in self.tokens.iter().enumerate() {
            reached[i + 1] |= reached[i] && !matches!(token, Token::Exactly(_));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn matches(pattern: &str, id: &str) -> bool {
        Pattern::new(pattern).matches(&InvariantId(id.into()))
    }

    #[test]
    fn a_pattern_without_stars_matches_only_itself() {
        assert!(matches("alloc/block/disjoint", "alloc/block/disjoint"));
        assert!(!matches("alloc/block", "alloc/block/disjoint"));
        assert!(!matches("", "alloc/block/disjoint"));
        assert!(matches("", ""));
    }

    #[test]
    fn one_star_stays_within_a_part() {
        assert!(matches("alloc/*/disjoint", "alloc/block/disjoint"));
        assert!(matches("*/*/contents-*", "alloc/block/contents-stable"));
        assert!(matches("alloc/block/*stable", "alloc/block/stable"));
        assert!(!matches("alloc/*", "alloc/block/disjoint"));
    }

    #[test]
    fn two_stars_cross_parts() {
        assert!(matches("alloc/**", "alloc/block/disjoint"));
        assert!(matches("**/disjoint", "alloc/block/disjoint"));
        assert!(matches("a**t", "alloc/block/disjoint"));
        assert!(!matches("gc/**", "alloc/block/disjoint"));
        assert!(Pattern::all().matches(&InvariantId("alloc/block/disjoint".into())));
    }

    #[test]
    fn many_stars_do_not_make_matching_slow() {
        assert!(!matches(&"*a".repeat(200), &"a".repeat(199)));
        assert!(matches(&"*a".repeat(200), &"a".repeat(200)));
    }
}
