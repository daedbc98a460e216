//! What a byte may begin: the first thing that is asked of each token.

/// What a byte may begin.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Class {
    /// A word.
    Letter,
    /// A number.
    Digit,
    /// A text or a rune.
    Quote,
    /// An operator, a bracket or a comment.
    Sign,
    /// What ends a line.
    Newline,
    /// A character beyond ASCII.
    Wide,
    /// Nothing.
    None,
}

/// The class of each byte.
pub(super) const CLASSES: [Class; 256] = classes();

const fn classes() -> [Class; 256] {
    let mut classes = [Class::None; 256];
    let mut byte = 0;
    while byte < 256 {
        classes[byte] = class(byte as u8);
        byte += 1;
    }
    classes
}

const fn class(byte: u8) -> Class {
    match byte {
        b'a'..=b'z' | b'A'..=b'Z' | b'_' => Class::Letter,
        b'0'..=b'9' => Class::Digit,
        b'"' | b'`' | b'\'' => Class::Quote,
        b'\n' => Class::Newline,
        // Signs of ASCII that no token begins with.
        b'#' | b'$' | b'?' | b'@' | b'\\' => Class::None,
        b'!'..=b'~' => Class::Sign,
        0x80.. => Class::Wide,
        _ => Class::None,
    }
}
