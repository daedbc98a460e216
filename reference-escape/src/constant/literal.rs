//! Literals become constants.

use super::{Float, SMALL_BITS, Value};
use num_bigint::{BigInt, BigUint};
use num_rational::BigRational;
use num_traits::One;

impl Value {
    /// The value of an integer's literal: decimal, `0x`, `0o`, `0b`, or octal by a leading zero.
    pub fn int_literal(text: &str) -> Value {
        let clean: String = text.chars().filter(|c| *c != '_').collect();
        let (digits, radix) = split_radix(&clean);
        let (digits, radix) = match radix {
            Some(radix) => (digits, radix),
            None if digits.len() > 1 && digits.starts_with('0') => (&digits[1..], 8),
            None => (digits, 10),
        };
        match i64::from_str_radix(digits, radix) {
            Ok(n) => Value::Small(n),
            Err(_) => parse_big(digits, radix).map_or(Value::Unknown, Value::int),
        }
    }

    /// The value of a float's literal, decimal or hexadecimal.
    pub fn float_literal(text: &str) -> Value {
        let clean: String = text.chars().filter(|c| *c != '_').collect();
        float(&clean).unwrap_or(Value::Unknown)
    }

    /// The value of an imaginary literal. Leading zeros make no octal number of it.
    pub fn imag_literal(text: &str) -> Value {
        let clean: String = text.chars().filter(|c| *c != '_').collect();
        let Some(number) = clean.strip_suffix('i') else { return Value::Unknown };
        let value = match split_radix(number) {
            (digits, Some(radix)) if radix != 16 => {
                parse_big(digits, radix).map(|n| Value::rat(BigRational::from_integer(n)))
            }
            _ => float(number),
        };
        Value::complex(Value::Small(0), value.unwrap_or(Value::Unknown))
    }

    /// The value of a rune's literal, quotes included.
    pub fn rune_literal(text: &str) -> Value {
        let inner = text.strip_prefix('\'').and_then(|text| text.strip_suffix('\''));
        let unit = inner.and_then(|inner| unescape(inner.as_bytes(), b'\''));
        match unit {
            Some((Unit::Char(c), [])) => Value::Small(i64::from(u32::from(c))),
            Some((Unit::Byte(b), [])) => Value::Small(i64::from(b)),
            _ => Value::Unknown,
        }
    }

    /// The value of a string's literal, quotes included.
    pub fn string_literal(text: &str) -> Value {
        let inner = |quote| text.strip_prefix(quote).and_then(|text| text.strip_suffix(quote));
        if let Some(raw) = inner('`') {
            let bytes: Vec<u8> = raw.bytes().filter(|b| *b != b'\r').collect();
            return Value::string(&bytes);
        }
        let Some(mut rest) = inner('"').map(str::as_bytes) else { return Value::Unknown };
        let mut bytes = Vec::with_capacity(rest.len());
        while !rest.is_empty() {
            let plain = rest.iter().position(|b| *b == b'\\').unwrap_or(rest.len());
            bytes.extend_from_slice(&rest[..plain]);
            rest = &rest[plain..];
            if rest.is_empty() {
                break;
            }
            let Some((unit, after)) = unescape(rest, b'"') else { return Value::Unknown };
            match unit {
                Unit::Byte(b) => bytes.push(b),
                Unit::Char(c) => bytes.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes()),
            }
            rest = after;
        }
        Value::string(&bytes)
    }
}

/// The digits of a literal and the radix that a prefix states.
fn split_radix(text: &str) -> (&str, Option<u32>) {
    let radix = match text.as_bytes() {
        [b'0', b'x' | b'X', ..] => 16,
        [b'0', b'o' | b'O', ..] => 8,
        [b'0', b'b' | b'B', ..] => 2,
        _ => return (text, None),
    };
    (&text[2..], Some(radix))
}

fn parse_big(digits: &str, radix: u32) -> Option<BigInt> {
    BigUint::parse_bytes(digits.as_bytes(), radix).map(BigInt::from)
}

fn float(text: &str) -> Option<Value> {
    let (digits, hex) = match split_radix(text) {
        (digits, Some(16)) => (digits, true),
        _ => (text, false),
    };
    let marks: [char; 2] = if hex { ['p', 'P'] } else { ['e', 'E'] };
    let (mantissa, exponent) = digits.split_once(marks).unwrap_or((digits, "0"));
    let (whole, part) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let radix = if hex { 16 } else { 10 };
    let all = format!("{whole}{part}");
    let digits = parse_big(&all, radix)?;
    // An exponent of more digits than 64 bits hold is beyond all bounds whichever digits they are.
    let stated = exponent.parse::<i64>().unwrap_or(match exponent.as_bytes().first() {
        Some(b'-') => -(1 << 40),
        _ => 1 << 40,
    });
    let behind = part.len() as i64 * if hex { 4 } else { 1 };
    Some(scaled(&digits, stated.saturating_sub(behind), hex))
}

/// `digits * 10^power`, or by powers of two if `binary`.
fn scaled(digits: &BigInt, power: i64, binary: bool) -> Value {
    let bits_of_power = if binary { power } else { power.saturating_mul(10) / 3 };
    let top = bits_of_power.saturating_add(digits.bits() as i64);
    if digits.bits() == 0 {
        return Value::rat(BigRational::from_integer(BigInt::ZERO));
    }
    if top.abs() >= SMALL_BITS || bits_of_power.abs() >= 16 * SMALL_BITS {
        return Value::float(Float::from_parts(digits, power, binary));
    }
    let base = if binary { BigInt::from(2) } else { BigInt::from(10) };
    let scale = num_traits::pow(base, power.unsigned_abs() as usize);
    let ratio = if power < 0 {
        BigRational::new(digits.clone(), scale)
    } else {
        BigRational::new(digits * scale, BigInt::one())
    };
    Value::rat(ratio)
}

/// What one escape stands for: a byte of a text, or a character.
enum Unit {
    Byte(u8),
    Char(char),
}

/// The first character or escape of `text`, and what follows it.
fn unescape(text: &[u8], quote: u8) -> Option<(Unit, &[u8])> {
    let (&first, rest) = text.split_first()?;
    if first != b'\\' {
        let valid = std::str::from_utf8(text).ok()?;
        let c = valid.chars().next()?;
        return Some((Unit::Char(c), &text[c.len_utf8()..]));
    }
    let (&escape, rest) = rest.split_first()?;
    let simple = match escape {
        b'a' => 7,
        b'b' => 8,
        b'f' => 12,
        b'n' => b'\n',
        b'r' => b'\r',
        b't' => b'\t',
        b'v' => 11,
        b'\\' => b'\\',
        q if q == quote => q,
        b'x' => return digits(rest, 2, 16).map(|(n, rest)| (Unit::Byte(n as u8), rest)),
        b'u' => return character(rest, 4),
        b'U' => return character(rest, 8),
        b'0'..=b'7' => {
            let (n, rest) = digits(&text[1..], 3, 8)?;
            return Some((Unit::Byte(u8::try_from(n).ok()?), rest));
        }
        _ => return None,
    };
    Some((Unit::Byte(simple), rest))
}

fn character(text: &[u8], count: usize) -> Option<(Unit, &[u8])> {
    let (n, rest) = digits(text, count, 16)?;
    Some((Unit::Char(char::from_u32(n)?), rest))
}

fn digits(text: &[u8], count: usize, radix: u32) -> Option<(u32, &[u8])> {
    let digits = std::str::from_utf8(text.get(..count)?).ok()?;
    let n = u32::from_str_radix(digits, radix).ok()?;
    Some((n, &text[count..]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn integers_of_every_radix() {
        for (text, value) in [
            ("0", "0"),
            ("1_000", "1000"),
            ("0x_Ff", "255"),
            ("0b101", "5"),
            ("0o17", "15"),
            ("017", "15"),
            ("9223372036854775808", "9223372036854775808"),
        ] {
            assert_eq!(Value::int_literal(text).to_string(), value, "{text}");
        }
        assert!(Value::int_literal("08").is_unknown());
    }

    #[test]
    fn floats_decimal_and_hexadecimal() {
        for (text, exact) in [
            ("1.5", "3/2"),
            (".25", "1/4"),
            ("1e3", "1000"),
            ("1_0.0_1e-1", "1001/1000"),
            ("0x1p-2", "1/4"),
            ("0x1.8p1", "3"),
            ("0.0e100000", "0"),
        ] {
            assert_eq!(Value::float_literal(text).exact(), exact, "{text}");
        }
        assert_eq!(Value::float_literal("1e1000000").to_string(), "1e+1000000");
        assert!(Value::float_literal("1e99999999999999999999").is_unknown());
        assert_eq!(Value::float_literal("1e-99999999999999999999").to_string(), "0");
    }

    #[test]
    fn imaginary_numbers_know_no_octal() {
        assert_eq!(Value::imag_literal("010i").to_string(), "(0 + 10i)");
        assert_eq!(Value::imag_literal("0x10i").to_string(), "(0 + 16i)");
        assert_eq!(Value::imag_literal("1.5i").to_string(), "(0 + 1.5i)");
    }

    #[test]
    fn runes_and_texts_with_escapes() {
        for (text, value) in
            [("'a'", 97), (r"'\n'", 10), (r"'\''", 39), (r"'\xff'", 255), (r"'\u4e16'", 0x4e16)]
        {
            assert_eq!(Value::rune_literal(text).as_i64(), Some(value), "{text}");
        }
        let bytes = |text| Value::string_literal(text).as_text().map(super::super::Text::bytes);
        assert_eq!(bytes(r#""a\tb\377\"""#).as_deref(), Some(&b"a\tb\xff\""[..]));
        assert_eq!(bytes("`a\r\n\\`").as_deref(), Some(&b"a\n\\"[..]));
        assert_eq!(bytes(r#""\q""#), None);
    }
}
