//! Constants as the compiler writes them.

use super::{Float, Value};
use std::fmt::{self, Write as _};

/// How much of a string is written, in characters, quotes included.
const MAX_STRING: usize = 72;

/// The short form: strings are quoted and cut, floats have six digits.
impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Value::Unknown => f.write_str("unknown"),
            Value::Bool(b) => write!(f, "{b}"),
            // Each byte is at most four characters, and each character at most four bytes.
            Value::String(text) => f.write_str(&cut(&quote(&text.prefix(4 * MAX_STRING + 4)))),
            Value::Small(n) => write!(f, "{n}"),
            Value::Big(n) => write!(f, "{n}"),
            Value::Rat(_) | Value::Float(_) => {
                self.to_float512().map_or(Ok(()), |float| f.write_str(&short(&float)))
            }
            Value::Complex(parts) => write!(f, "({} + {}i)", parts.0, parts.1),
        }
    }
}

impl Value {
    /// The exact form: strings in full, fractions as `a/b`.
    pub fn exact(&self) -> String {
        match self {
            Value::String(text) => quote(&text.bytes()),
            Value::Rat(r) => r.to_string(),
            Value::Float(f) => f.exact(),
            Value::Complex(parts) => format!("({} + {}i)", parts.0.exact(), parts.1.exact()),
            other => other.to_string(),
        }
    }
}

fn cut(quoted: &str) -> String {
    if quoted.chars().count() <= MAX_STRING {
        return quoted.to_owned();
    }
    let mut text: String = quoted.chars().take(MAX_STRING - 3).collect();
    text.push_str("...");
    text
}

/// As a Go literal in double quotes.
pub(crate) fn quote(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len() + 2);
    text.push('"');
    for chunk in bytes.utf8_chunks() {
        for c in chunk.valid().chars() {
            quote_char(&mut text, c);
        }
        for byte in chunk.invalid() {
            let _ = write!(text, "\\x{byte:02x}");
        }
    }
    text.push('"');
    text
}

/// A character in single quotes.
pub(crate) fn quote_rune(code: u32) -> String {
    let c = char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER);
    let mut text = String::from("'");
    match c {
        '\'' => text.push_str("\\'"),
        '"' => text.push('"'),
        c => quote_char(&mut text, c),
    }
    text.push('\'');
    text
}

fn quote_char(text: &mut String, c: char) {
    match c {
        '"' | '\\' => text.extend(['\\', c]),
        '\x07' => text.push_str("\\a"),
        '\x08' => text.push_str("\\b"),
        '\x0c' => text.push_str("\\f"),
        '\n' => text.push_str("\\n"),
        '\r' => text.push_str("\\r"),
        '\t' => text.push_str("\\t"),
        '\x0b' => text.push_str("\\v"),
        c if is_printed(c) => text.push(c),
        c if u32::from(c) < 0x80 => {
            let _ = write!(text, "\\x{:02x}", u32::from(c));
        }
        c if u32::from(c) < 0x1_0000 => {
            let _ = write!(text, "\\u{:04x}", u32::from(c));
        }
        c => {
            let _ = write!(text, "\\U{:08x}", u32::from(c));
        }
    }
}

/// Whether `strconv.Quote` leaves `c` as it is: letters, marks, numbers, punctuation, symbols and the plain
/// space.
///
/// Rust's own escapes for debugging leave alone the same, but for combining marks, which it escapes for fear of
/// what they combine with.
fn is_printed(c: char) -> bool {
    if c.is_ascii() {
        return c == ' ' || c.is_ascii_graphic();
    }
    // Behind a letter a mark is not at the start of a text, and is left alone.
    let text: String = ['a', c].iter().collect();
    text.escape_debug().count() == 2 && !c.is_whitespace()
}

/// A float in about six digits.
fn short(f: &Float) -> String {
    let x = f.to_machine(super::float::Machine::F64);
    if (f.sign() == 0) == (x == 0.0) && x.is_finite() {
        let text = general(x, Some(6));
        if !f.is_int() && !text.contains('.') {
            return general(x, None);
        }
        return text;
    }
    let (mut mantissa, exponent) = f.split();
    let decimal = exponent as f64 * std::f64::consts::LOG10_2;
    let mut power = decimal as i64;
    mantissa *= 10_f64.powf(decimal - power as f64);
    if mantissa.abs() < 1.0 - 0.5e-6 {
        mantissa *= 10.0;
        power -= 1;
    } else if mantissa.abs() >= 10.0 {
        mantissa /= 10.0;
        power += 1;
    }
    format!("{}e{power:+}", general(mantissa, Some(6)))
}

/// `%.6g`, or `%g` without `digits`.
fn general(x: f64, digits: Option<usize>) -> String {
    let scientific = match digits {
        Some(digits) => format!("{x:.*e}", digits - 1),
        None => format!("{x:e}"),
    };
    let (mantissa, exponent) = scientific.split_once('e').unwrap_or((&scientific, "0"));
    let exponent: i32 = exponent.parse().unwrap_or(0);
    let mantissa = if mantissa.contains('.') {
        mantissa.trim_end_matches('0').trim_end_matches('.')
    } else {
        mantissa
    };
    let shown = mantissa.chars().filter(char::is_ascii_digit).count() as i32;
    if !(-4..6).contains(&exponent) {
        return format!("{mantissa}e{}{:02}", if exponent < 0 { '-' } else { '+' }, exponent.abs());
    }
    let decimals = (shown - 1 - exponent).max(0) as usize;
    format!("{x:.decimals$}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ast::{BinaryOp, UnaryOp};

    #[test]
    fn floats_are_short() {
        for (text, shown) in [
            ("1.5", "1.5"),
            ("2.0", "2"),
            ("100000.0", "100000"),
            ("1000000.0", "1e+06"),
            ("3.14159265358979", "3.14159"),
            ("1e-7", "1e-07"),
            ("0.0001", "0.0001"),
            ("123456789.5", "1.23457e+08"),
            ("1e400", "1e+400"),
            ("1.5e-400", "1.5e-400"),
        ] {
            assert_eq!(Value::float_literal(text).to_string(), shown, "{text}");
        }
    }

    #[test]
    fn strings_are_quoted_and_cut() {
        assert_eq!(Value::string(b"a\"\n\xff\xc2\xa0").to_string(), r#""a\"\n\xff\u00a0""#);
        assert_eq!(Value::string("é世😀\u{301}".as_bytes()).to_string(), "\"é世😀\u{301}\"");
        let long = Value::string(&[b'x'; 100]).to_string();
        assert_eq!(long, format!("\"{}...", "x".repeat(68)));
        assert_eq!(Value::string(&[b'x'; 70]).to_string().len(), 72);
        assert_eq!(Value::string(&[b'x'; 100]).exact().len(), 102);
    }

    #[test]
    fn complex_numbers_have_both_parts() {
        let z = Value::Small(1).binary(BinaryOp::Add, &Value::imag_literal("2i"), false);
        assert_eq!(z.unary(UnaryOp::Minus, None).to_string(), "(-1 + -2i)");
    }
}
