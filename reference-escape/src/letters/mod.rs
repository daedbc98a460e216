//! What Go calls a letter and a digit.
//!
//! The standard library's `is_alphabetic` also holds for marks, which Go's identifiers may not contain, and
//! knows the Unicode version of the Rust release, not of the Go release.

mod table;

use std::cmp::Ordering;
use table::{DIGITS, LETTERS};

/// Whether `c` is a letter: general category L. The underscore is none.
pub fn is_letter(c: char) -> bool {
    if c.is_ascii() { c.is_ascii_alphabetic() } else { is_in(&LETTERS, c) }
}

/// Whether `c` is a decimal digit: general category Nd.
pub fn is_digit(c: char) -> bool {
    if c.is_ascii() { c.is_ascii_digit() } else { is_in(&DIGITS, c) }
}

fn is_in(runs: &[(u32, u32)], c: char) -> bool {
    let c = u32::from(c);
    let place = |&(first, last): &(u32, u32)| match (first > c, last < c) {
        (true, _) => Ordering::Greater,
        (_, true) => Ordering::Less,
        _ => Ordering::Equal,
    };
    runs.binary_search_by(place).is_ok()
}

/// `U+0041 'A'`: how errors tell a character.
pub fn code_point(c: char) -> String {
    let number = u32::from(c);
    // What is not printed as itself: controls, and what only changes its neighbours.
    let prints = !c.is_control() && (c.is_ascii() || c.escape_debug().count() == 1);
    if prints { format!("U+{number:04X} '{c}'") } else { format!("U+{number:04X}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_are_ascending_and_apart() {
        for table in [&LETTERS[..], &DIGITS[..]] {
            assert!(table.iter().all(|(first, last)| first <= last));
            assert!(table.windows(2).all(|pair| pair[0].1 + 1 < pair[1].0));
        }
    }

    #[test]
    fn letters_are_letters_in_every_script_and_marks_are_none() {
        assert!("aZäπ世ªʰ".chars().all(is_letter));
        assert!(!"_0٣\u{345}Ⅷ€".chars().any(is_letter));
    }

    #[test]
    fn digits_are_decimal_digits_only() {
        assert!("07٣९".chars().all(is_digit));
        assert!(!"a²½Ⅷ".chars().any(is_digit));
    }

    #[test]
    fn a_character_that_does_not_print_is_told_by_its_number_alone() {
        assert_eq!(code_point('#'), "U+0023 '#'");
        assert_eq!(code_point('“'), "U+201C '“'");
        assert_eq!(code_point('\u{1}'), "U+0001");
        assert_eq!(code_point('\u{200b}'), "U+200B");
    }
}
