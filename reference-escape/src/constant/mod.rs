//! Exact constants, as the compiler computes them.
//!
//! A [`Value`] is one of Go's constant kinds. Numbers climb a ladder as operations need it: integers of 64
//! bits, integers of any length, fractions, floats of 512 bits, complex numbers. Fractions and floats are the
//! same kind to the language; floats take over where a fraction's parts would pass 4096 bits, so that no
//! exponent of a source text can eat memory. What has no value ([`Value::Unknown`]) stays so through all
//! operations.

mod convert;
mod float;
mod literal;
mod op;
mod print;
mod text;

pub(crate) use print::{quote, quote_rune};

pub use convert::Target;
pub use float::Float;
pub use op::MAX_SHIFT;
pub use text::Text;

use num_bigint::{BigInt, Sign};
use num_rational::BigRational;
use num_traits::ToPrimitive;
use std::rc::Rc;

/// A constant.
#[derive(Clone, Debug)]
pub enum Value {
    /// No value: what led to it was an error, or cannot be represented.
    Unknown,
    /// `true` or `false`.
    Bool(bool),
    /// A text, not necessarily of valid UTF-8.
    String(Text),
    /// An integer that fits 64 bits.
    Small(i64),
    /// An integer that does not.
    Big(Rc<BigInt>),
    /// A number of a fraction's kind, numerator and denominator below 2^4096.
    Rat(Rc<BigRational>),
    /// A number of a fraction's kind that is too large or too small for one.
    Float(Rc<Float>),
    /// Real and imaginary part, neither of them complex.
    Complex(Rc<(Value, Value)>),
}

/// The kinds that operators tell apart.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Kind {
    /// Of [`Value::Unknown`].
    Unknown,
    /// Of booleans.
    Bool,
    /// Of texts.
    String,
    /// Of integers of both lengths.
    Int,
    /// Of fractions and floats, whole ones among them.
    Float,
    /// Of complex numbers, real ones among them.
    Complex,
}

/// Fractions have parts of fewer bits than this; floats between 2^-this and 2^this are kept as fractions.
const SMALL_BITS: i64 = 4 << 10;

impl Value {
    /// Which kind it is of.
    pub fn kind(&self) -> Kind {
        match self {
            Value::Unknown => Kind::Unknown,
            Value::Bool(_) => Kind::Bool,
            Value::String(_) => Kind::String,
            Value::Small(_) | Value::Big(_) => Kind::Int,
            Value::Rat(_) | Value::Float(_) => Kind::Float,
            Value::Complex(_) => Kind::Complex,
        }
    }

    /// Whether it has no value.
    pub fn is_unknown(&self) -> bool {
        matches!(self, Value::Unknown)
    }

    /// A text.
    pub fn string(bytes: &[u8]) -> Value {
        Value::String(Text::new(bytes))
    }

    /// An integer.
    pub fn int(n: BigInt) -> Value {
        n.to_i64().map_or_else(|| Value::Big(Rc::new(n)), Value::Small)
    }

    /// A number of a fraction's kind.
    pub(crate) fn rat(r: BigRational) -> Value {
        let small = |n: &BigInt| (n.bits() as i64) < SMALL_BITS;
        if small(r.numer()) && small(r.denom()) {
            Value::Rat(Rc::new(r))
        } else {
            Value::float(Float::from_ratio(&r))
        }
    }

    /// A number of a fraction's kind that is no fraction; none where its exponent is out of all bounds.
    fn float(f: Option<Float>) -> Value {
        f.map_or(Value::Unknown, |f| Value::Float(Rc::new(f)))
    }

    /// The number `x`; none for infinities and what is no number.
    pub fn from_f64(x: f64) -> Value {
        BigRational::from_float(x).map_or(Value::Unknown, Value::rat)
    }

    /// A complex number.
    fn complex(re: Value, im: Value) -> Value {
        if re.is_unknown() || im.is_unknown() {
            return Value::Unknown;
        }
        Value::Complex(Rc::new((re, im)))
    }

    /// The real part of a number.
    #[must_use]
    pub fn real(&self) -> Value {
        match self {
            Value::Complex(parts) => parts.0.clone(),
            other => other.clone(),
        }
    }

    /// The imaginary part of a number.
    #[must_use]
    pub fn imag(&self) -> Value {
        match self {
            Value::Complex(parts) => parts.1.clone(),
            Value::Unknown => Value::Unknown,
            _ => Value::Small(0),
        }
    }

    /// -1, 0 or 1; of a complex number 0 only for zero. 1 for what is no number.
    pub fn sign(&self) -> i32 {
        match self {
            Value::Small(n) => n.signum() as i32,
            Value::Big(n) => sign_of(n),
            Value::Rat(r) => sign_of(r.numer()),
            Value::Float(f) => f.sign(),
            Value::Complex(parts) => parts.0.sign() | parts.1.sign(),
            _ => 1,
        }
    }

    /// How many bits an integer's magnitude has; 0 for all else.
    pub fn bit_len(&self) -> u64 {
        match self {
            Value::Small(n) => u64::from(64 - n.unsigned_abs().leading_zeros()),
            Value::Big(n) => n.bits(),
            _ => 0,
        }
    }

    /// The boolean that it is.
    pub fn as_bool(&self) -> Option<bool> {
        match self {
            Value::Bool(b) => Some(*b),
            _ => None,
        }
    }

    /// The text that it is.
    pub fn as_text(&self) -> Option<&Text> {
        match self {
            Value::String(text) => Some(text),
            _ => None,
        }
    }

    /// The integer that it is, if it fits.
    pub fn as_i64(&self) -> Option<i64> {
        match self {
            Value::Small(n) => Some(*n),
            _ => None,
        }
    }

    /// The integer that it is, if it fits.
    pub fn as_u64(&self) -> Option<u64> {
        match self {
            Value::Small(n) => u64::try_from(*n).ok(),
            Value::Big(n) => n.to_u64(),
            _ => None,
        }
    }
}

fn sign_of(n: &BigInt) -> i32 {
    match n.sign() {
        Sign::Minus => -1,
        Sign::NoSign => 0,
        Sign::Plus => 1,
    }
}
