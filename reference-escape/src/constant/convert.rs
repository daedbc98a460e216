//! Constants in other kinds, and in types that hold less.

use super::float::Machine;
use super::{Float, Kind, SMALL_BITS, Value};
use num_bigint::BigInt;
use num_rational::BigRational;

/// What a constant is to be represented as.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Target {
    /// `true` and `false`.
    Bool,
    /// A text.
    String,
    /// An integer of so many bits.
    Int {
        /// 8 to 64.
        bits: u32,
        /// Whether it may be negative.
        signed: bool,
    },
    /// Any integer.
    UntypedInt,
    /// `float32`
    Float32,
    /// `float64`
    Float64,
    /// Any fraction.
    UntypedFloat,
    /// `complex64`
    Complex64,
    /// `complex128`
    Complex128,
    /// Any complex number.
    UntypedComplex,
}

impl Value {
    /// As an integer, if it is whole; [`Value::Unknown`] if not.
    #[must_use]
    pub fn to_int(&self) -> Value {
        match self {
            Value::Small(_) | Value::Big(_) => self.clone(),
            Value::Rat(r) if r.is_integer() => Value::int(r.numer().clone()),
            Value::Float(f) if f.top().abs() < SMALL_BITS => {
                f.to_int().or_else(|| f.to_int_nearly()).map_or(Value::Unknown, Value::int)
            }
            Value::Complex(parts) if parts.1.sign() == 0 => parts.0.to_int(),
            _ => Value::Unknown,
        }
    }

    /// As a number of a fraction's kind; [`Value::Unknown`] if it has an imaginary part, or is no number.
    #[must_use]
    pub fn to_float(&self) -> Value {
        match self {
            Value::Small(n) => Value::rat(BigRational::from_integer(BigInt::from(*n))),
            Value::Big(n) => Value::rat(BigRational::from_integer((**n).clone())),
            Value::Rat(_) | Value::Float(_) => self.clone(),
            Value::Complex(parts) if parts.1.sign() == 0 => parts.0.to_float(),
            _ => Value::Unknown,
        }
    }

    /// As a complex number; [`Value::Unknown`] if it is no number.
    #[must_use]
    pub fn to_complex(&self) -> Value {
        match self.kind() {
            Kind::Complex => self.clone(),
            Kind::Int | Kind::Float => Value::complex(self.clone(), Value::Small(0)),
            _ => Value::Unknown,
        }
    }

    /// The nearest float of 64 bits, or an infinity. `None` for what is no real number.
    pub fn as_f64(&self) -> Option<f64> {
        self.machine(Machine::F64)
    }

    /// The nearest float of 32 bits, as one of 64.
    pub fn as_f32(&self) -> Option<f64> {
        self.machine(Machine::F32)
    }

    fn machine(&self, machine: Machine) -> Option<f64> {
        match self {
            // A fraction's quotient is rounded to 512 bits before it is to 53. Both roundings together would
            // be wrong only for a fraction that is within 2^-512 of a tie without being one.
            Value::Small(_) | Value::Big(_) | Value::Rat(_) | Value::Float(_) => {
                Some(self.to_float512().as_ref().map_or(0.0, |f: &Float| f.to_machine(machine)))
            }
            _ => None,
        }
    }

    /// Rounded to a machine's float; `None` if that is an infinity.
    fn rounded(&self, machine: Machine) -> Option<Value> {
        let x = self.to_float().machine(machine)?;
        x.is_finite().then(|| Value::from_f64(x))
    }

    /// The value that it has as `target`, if it has one. What has no value has none in every type.
    pub fn represented(&self, target: Target) -> Option<Value> {
        if self.is_unknown() {
            return Some(Value::Unknown);
        }
        let known = |value: Value| (!value.is_unknown()).then_some(value);
        match target {
            Target::Bool => self.as_bool().map(Value::Bool),
            Target::String => self.as_text().cloned().map(Value::String),
            Target::UntypedInt => known(self.to_int()),
            Target::Int { bits, signed } => known(self.to_int()).filter(|n| n.fits(bits, signed)),
            Target::UntypedFloat => known(self.to_float()),
            Target::Float32 => self.rounded(Machine::F32),
            Target::Float64 => self.rounded(Machine::F64),
            Target::UntypedComplex => known(self.to_complex()),
            Target::Complex64 => self.rounded_complex(Machine::F32),
            Target::Complex128 => self.rounded_complex(Machine::F64),
        }
    }

    fn rounded_complex(&self, machine: Machine) -> Option<Value> {
        let z = self.to_complex();
        (!z.is_unknown())
            .then(|| Some(Value::complex(z.real().rounded(machine)?, z.imag().rounded(machine)?)))?
    }

    /// Whether an integer fits `bits`.
    fn fits(&self, bits: u32, signed: bool) -> bool {
        let negative = self.sign() < 0;
        if !signed {
            return !negative && self.bit_len() <= u64::from(bits);
        }
        match self {
            Value::Small(n) => {
                let bound = 1_i128 << (bits - 1);
                (-bound..bound).contains(&i128::from(*n))
            }
            _ => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fits(text: &str, target: Target) -> Option<String> {
        Value::float_literal(text).represented(target).map(|value| value.exact())
    }

    #[test]
    fn integers_are_held_to_their_bounds() {
        let int = |bits, signed| Target::Int { bits, signed };
        assert_eq!(fits("127", int(8, true)).as_deref(), Some("127"));
        assert_eq!(fits("128", int(8, true)), None);
        assert_eq!(fits("255", int(8, false)).as_deref(), Some("255"));
        assert_eq!(fits("1.5", int(64, true)), None);
        assert_eq!(
            fits("18446744073709551615", int(64, false)).as_deref(),
            Some("18446744073709551615")
        );
        assert_eq!(fits("18446744073709551616", int(64, false)), None);
        let least = Value::Small(i64::MIN);
        assert!(
            least.represented(int(64, true)).is_some()
                && least.represented(int(32, true)).is_none()
        );
    }

    #[test]
    fn floats_are_rounded_to_their_type() {
        assert_eq!(fits("0.1", Target::Float32).as_deref(), Some("13421773/134217728"));
        assert_eq!(fits("16777217", Target::Float32).as_deref(), Some("16777216"));
        assert_eq!(fits("3.5e38", Target::Float32), None);
        assert_eq!(fits("1e309", Target::Float64), None);
        assert_eq!(fits("1e-400", Target::Float64).as_deref(), Some("0"));
    }

    #[test]
    fn a_complex_number_without_imaginary_part_is_an_integer() {
        let z =
            Value::imag_literal("0i").binary(crate::ast::BinaryOp::Add, &Value::Small(3), false);
        assert_eq!(z.to_int().as_i64(), Some(3));
        assert!(Value::imag_literal("1i").to_float().is_unknown());
    }
}
