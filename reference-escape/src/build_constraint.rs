//! Build constraints: `//go:build linux && !cgo`, and the older `// +build`.
//!
//! A constraint selects files by tags. It also tells which language version a file asks for.

use crate::letters::{is_digit, is_letter};
use std::fmt;

/// An expression over tags.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Constraint {
    /// The tag is set.
    Tag(String),
    /// It does not hold.
    Not(Box<Constraint>),
    /// All of them hold; two at least.
    All(Vec<Constraint>),
    /// One of them holds; two at least.
    Any(Vec<Constraint>),
}

/// Why a line is no constraint, and where, in bytes of the expression.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Malformed {
    /// Where.
    pub offset: usize,
    /// Why.
    pub message: String,
}

impl fmt::Display for Malformed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Malformed {}

/// How many operands an expression may have, nested ones included.
const MAX_OPERANDS: u32 = 1000;

/// How many operators a line of the older form may have.
const MAX_OLD_OPERATORS: usize = 100;

impl Constraint {
    /// The expression of a `//go:build` line; `None` where `line` is no such line.
    pub fn of_line(line: &str) -> Option<Result<Constraint, Malformed>> {
        expression(line, "//go:build").map(Constraint::parse)
    }

    /// The expression of a `// +build` line; `None` where `line` is no such line, or one that is too long.
    pub fn of_old_line(line: &str) -> Option<Constraint> {
        let comment = line.strip_prefix("//")?.trim();
        let words = expression(comment, "+build")?;
        let operators = words.split_whitespace().map(|word| word.split(',').count()).sum::<usize>();
        (operators <= MAX_OLD_OPERATORS).then(|| {
            let any = words
                .split_whitespace()
                .map(|word| Constraint::All(word.split(',').map(old_tag).collect()).simple());
            match Constraint::Any(any.collect()).simple() {
                Constraint::Any(none) if none.is_empty() => never(),
                constraint => constraint,
            }
        })
    }

    /// Reads an expression: tags, `!`, `&&`, `||` and parentheses.
    ///
    /// # Errors
    /// [`Malformed`] where it is none.
    pub fn parse(text: &str) -> Result<Constraint, Malformed> {
        let mut reader = Reader { text, at: 0, operands: 0 };
        let all = reader.any()?;
        match reader.word()? {
            None => Ok(all),
            Some((at, word)) => Err(unexpected(at, word)),
        }
    }

    /// Whether it holds where `is_set` tells which tags are set.
    pub fn holds(&self, is_set: &dyn Fn(&str) -> bool) -> bool {
        match self {
            Constraint::Tag(tag) => is_set(tag),
            Constraint::Not(inner) => !inner.holds(is_set),
            Constraint::All(all) => all.iter().all(|one| one.holds(is_set)),
            Constraint::Any(any) => any.iter().any(|one| one.holds(is_set)),
        }
    }

    /// The least minor version of Go 1 without which it cannot hold, as far as its form tells; `None` where it
    /// may hold without any.
    pub fn version(&self) -> Option<u32> {
        self.version_if(true)
    }

    /// As [`Constraint::version`], of it or of its opposite.
    fn version_if(&self, holds: bool) -> Option<u32> {
        match (self, holds) {
            (Constraint::Tag(tag), true) => version_of_tag(tag),
            (Constraint::Tag(_), false) => None,
            (Constraint::Not(inner), _) => inner.version_if(!holds),
            // `None` is less than any version, which is what both want.
            (Constraint::All(list), true) | (Constraint::Any(list), false) => {
                list.iter().map(|one| one.version_if(holds)).max()?
            }
            (Constraint::Any(list), true) | (Constraint::All(list), false) => {
                list.iter().map(|one| one.version_if(holds)).min()?
            }
        }
    }

    /// A list of one is what is in it.
    fn simple(self) -> Constraint {
        match self {
            Constraint::All(mut list) | Constraint::Any(mut list) if list.len() == 1 => {
                list.remove(0)
            }
            other => other,
        }
    }
}

/// What follows `word` in `line`, where `line` begins with it as a word.
fn expression<'l>(line: &'l str, word: &str) -> Option<&'l str> {
    let rest = line.trim().strip_prefix(word)?;
    (rest.is_empty() || rest.starts_with(char::is_whitespace)).then(|| rest.trim())
}

fn version_of_tag(tag: &str) -> Option<u32> {
    let minor = tag.strip_prefix("go1")?;
    if minor.is_empty() { Some(0) } else { minor.strip_prefix('.')?.parse().ok() }
}

/// A tag that is set nowhere.
fn never() -> Constraint {
    Constraint::Tag("ignore".to_owned())
}

fn old_tag(text: &str) -> Constraint {
    let (negated, tag) = match text.strip_prefix('!') {
        Some(rest) if rest.is_empty() || rest.starts_with('!') => return never(),
        Some(rest) => (true, rest),
        None => (false, text),
    };
    let valid = !tag.is_empty() && tag.chars().all(is_tag_char);
    let tag = if valid { Constraint::Tag(tag.to_owned()) } else { never() };
    if negated { Constraint::Not(Box::new(tag)) } else { tag }
}

fn is_tag_char(c: char) -> bool {
    is_letter(c) || is_digit(c) || c == '_' || c == '.'
}

struct Reader<'t> {
    text: &'t str,
    at: usize,
    operands: u32,
}

impl<'t> Reader<'t> {
    fn any(&mut self) -> Result<Constraint, Malformed> {
        self.list("||", Constraint::Any, |reader| reader.list("&&", Constraint::All, Reader::not))
    }

    fn list(
        &mut self,
        operator: &str,
        all: fn(Vec<Constraint>) -> Constraint,
        one: impl Fn(&mut Reader<'t>) -> Result<Constraint, Malformed>,
    ) -> Result<Constraint, Malformed> {
        let mut list = vec![one(self)?];
        while self.peek()? == Some(operator) {
            self.word()?;
            list.push(one(self)?);
        }
        Ok(all(list).simple())
    }

    fn not(&mut self) -> Result<Constraint, Malformed> {
        self.operands += 1;
        if self.operands > MAX_OPERANDS {
            return Err(self.malformed(self.at, "build expression too large"));
        }
        if self.peek()? != Some("!") {
            return self.operand();
        }
        self.word()?;
        if self.peek()? == Some("!") {
            return Err(self.malformed(self.at, "double negation not allowed"));
        }
        Ok(Constraint::Not(Box::new(self.operand()?)))
    }

    fn operand(&mut self) -> Result<Constraint, Malformed> {
        let Some((at, word)) = self.word()? else {
            return Err(self.malformed(self.at, "unexpected end of expression"));
        };
        if word == "(" {
            let inner = self.any()?;
            return match self.word()? {
                Some((_, ")")) => Ok(inner),
                _ => Err(self.malformed(at, "missing close paren")),
            };
        }
        if word.chars().all(is_tag_char) {
            Ok(Constraint::Tag(word.to_owned()))
        } else {
            Err(unexpected(at, word))
        }
    }

    fn peek(&mut self) -> Result<Option<&'t str>, Malformed> {
        let at = self.at;
        let word = self.word()?.map(|(_, word)| word);
        self.at = at;
        Ok(word)
    }

    /// The next word and where it begins.
    fn word(&mut self) -> Result<Option<(usize, &'t str)>, Malformed> {
        let rest = self.text[self.at..].trim_start_matches([' ', '\t']);
        let at = self.text.len() - rest.len();
        let Some(first) = rest.chars().next() else { return Ok(None) };
        let len = match first {
            '(' | ')' | '!' => 1,
            '&' | '|' if rest[1..].starts_with(first) => 2,
            _ => rest.find(|c| !is_tag_char(c)).unwrap_or(rest.len()),
        };
        if len == 0 {
            return Err(self.malformed(at, &format!("invalid syntax at {first}")));
        }
        self.at = at + len;
        Ok(Some((at, &rest[..len])))
    }

    fn malformed(&self, offset: usize, message: &str) -> Malformed {
        Malformed { offset: offset.min(self.text.len()), message: message.to_owned() }
    }
}

fn unexpected(offset: usize, word: &str) -> Malformed {
    Malformed { offset, message: format!("unexpected token {word}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn holds(text: &str, set: &[&str]) -> bool {
        Constraint::parse(text).expect("well-formed").holds(&|tag| set.contains(&tag))
    }

    fn version(text: &str) -> Option<u32> {
        Constraint::parse(text).expect("well-formed").version()
    }

    fn fault(text: &str) -> (usize, String) {
        let fault = Constraint::parse(text).expect_err("malformed");
        (fault.offset, fault.message)
    }

    #[test]
    fn and_binds_more_strongly_than_or() {
        assert!(holds("a || b && c", &["a"]));
        assert!(!holds("(a || b) && c", &["a"]));
        assert!(holds("!a && !(b || c)", &["d"]));
    }

    #[test]
    fn a_version_is_needed_if_nothing_holds_without_it() {
        assert_eq!(version("linux && go1.22"), Some(22));
        assert_eq!(version("linux && go1.22 || windows && go1.20"), Some(20));
        assert_eq!(version("linux || windows && go1.22"), None);
        assert_eq!(version("!go1.22"), None);
        assert_eq!(version("!(!go1.21 || linux)"), Some(21));
        assert_eq!(version("go1"), Some(0));
        assert_eq!(version("go1.x"), None);
    }

    #[test]
    fn what_is_malformed_is_told_with_its_place() {
        assert_eq!(fault("a &&"), (4, "unexpected end of expression".to_owned()));
        assert_eq!(fault("a b"), (2, "unexpected token b".to_owned()));
        assert_eq!(fault("a & b"), (2, "invalid syntax at &".to_owned()));
        assert_eq!(fault("!!a"), (1, "double negation not allowed".to_owned()));
        assert_eq!(fault("(a"), (0, "missing close paren".to_owned()));
        assert_eq!(fault("a#"), (1, "invalid syntax at #".to_owned()));
    }

    #[test]
    fn deep_nesting_is_malformed_and_ends() {
        let deep = "(".repeat(100_000);
        assert_eq!(fault(&deep).1, "build expression too large");
    }

    #[test]
    fn only_a_line_of_its_own_word_is_a_constraint() {
        assert!(Constraint::of_line("//go:build linux\r").is_some());
        assert!(Constraint::of_line("//go:buildx linux").is_none());
        assert!(Constraint::of_line("// go:build linux").is_none());
    }

    #[test]
    fn in_the_older_form_spaces_are_or_and_commas_are_and() {
        let old = |line: &str, set: &[&str]| {
            Constraint::of_old_line(line).expect("a line").holds(&|tag| set.contains(&tag))
        };
        assert!(old("// +build linux,386 darwin,!cgo", &["darwin"]));
        assert!(!old("// +build linux,386 darwin,!cgo", &["linux"]));
        assert!(!old("//+build", &["linux"]));
        assert!(Constraint::of_old_line("// build linux").is_none());
    }
}
