//! Identifiers and other short texts, each kept once and known by a number.

use crate::hash::Map;
use std::rc::Rc;

/// A text that [`Names`] keeps. Equal texts of one table have equal names.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Name(u32);

impl Name {
    /// `_`, the first name of every table.
    pub const BLANK: Name = Name(0);
    /// The empty text, the second one.
    pub const EMPTY: Name = Name(1);

    /// Whether it is `_`.
    pub fn is_blank(self) -> bool {
        self == Name::BLANK
    }
}

/// The table of all names of a run.
#[derive(Debug)]
pub struct Names {
    texts: Vec<Rc<str>>,
    numbers: Map<Rc<str>, Name>,
}

impl Default for Names {
    fn default() -> Names {
        let mut names = Names { texts: Vec::new(), numbers: Map::default() };
        names.intern("_");
        names.intern("");
        names
    }
}

impl Names {
    /// The name of `text`.
    ///
    /// # Panics
    /// After 2^32 texts.
    pub fn intern(&mut self, text: &str) -> Name {
        if let Some(name) = self.numbers.get(text) {
            return *name;
        }
        let name = Name(u32::try_from(self.texts.len()).expect("fewer than 2^32 names"));
        let text: Rc<str> = Rc::from(text);
        self.texts.push(Rc::clone(&text));
        self.numbers.insert(text, name);
        name
    }

    /// The name of `text` if some file had it.
    pub fn find(&self, text: &str) -> Option<Name> {
        self.numbers.get(text).copied()
    }

    /// The text of `name`.
    ///
    /// # Panics
    /// If `name` is of another table that has more names than this one.
    pub fn text(&self, name: Name) -> &str {
        &self.texts[name.0 as usize]
    }
}

/// Whether `text` starts with an upper-case letter, which makes an identifier visible to other packages.
pub fn is_exported(text: &str) -> bool {
    text.chars().next().is_some_and(char::is_uppercase)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_texts_have_equal_names_and_come_back() {
        let mut names = Names::default();
        let (a, b) = (names.intern("alpha"), names.intern("beta"));
        assert_ne!(a, b);
        assert_eq!(names.intern("alpha"), a);
        assert_eq!(names.text(b), "beta");
        assert_eq!(names.find("gamma"), None);
    }

    #[test]
    fn the_blank_name_and_the_empty_one_are_known_beforehand() {
        let mut names = Names::default();
        assert!(names.intern("_").is_blank());
        assert_eq!(names.intern(""), Name::EMPTY);
    }

    #[test]
    fn only_upper_case_letters_export() {
        assert!(is_exported("Ärger") && is_exported("X"));
        assert!(!is_exported("x") && !is_exported("_X") && !is_exported("世界"));
    }
}
