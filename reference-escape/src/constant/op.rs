//! Operators on constants.

use super::{Float, Kind, Value};
use crate::ast::{BinaryOp, UnaryOp};
use num_bigint::BigInt;
use num_rational::BigRational;
use num_traits::{One, Zero};
use std::cmp::Ordering;
use std::rc::Rc;

/// The largest count of a constant shift: enough to write the least float of 64 bits.
pub const MAX_SHIFT: u64 = 1023 - 1 + 52;

impl Value {
    /// `op self`. `bits` is the size of an unsigned type, whose `^` stays within it.
    #[must_use]
    pub fn unary(&self, op: UnaryOp, bits: Option<u32>) -> Value {
        match (op, self) {
            (UnaryOp::Plus, number) => number.clone(),
            (UnaryOp::Minus, number) => number.negated(),
            (UnaryOp::Not, Value::Bool(b)) => Value::Bool(!b),
            (UnaryOp::Xor, Value::Small(_) | Value::Big(_)) => {
                let flipped: BigInt = -self.big() - 1;
                match bits {
                    Some(bits) => Value::int(flipped & ((BigInt::one() << bits) - 1)),
                    None => Value::int(flipped),
                }
            }
            _ => Value::Unknown,
        }
    }

    fn negated(&self) -> Value {
        match self {
            Value::Small(n) => {
                n.checked_neg().map_or_else(|| Value::int(-self.big()), Value::Small)
            }
            Value::Big(n) => Value::int(-&**n),
            Value::Rat(r) => Value::Rat(Rc::new(-&**r)),
            Value::Float(f) => Value::Float(Rc::new(f.neg())),
            Value::Complex(parts) => Value::complex(parts.0.negated(), parts.1.negated()),
            _ => Value::Unknown,
        }
    }

    /// `self op other`, no shift and no comparison. `/` of integers cuts if `integral`, and is a fraction if
    /// not. [`Value::Unknown`] for a division by zero, too.
    #[must_use]
    pub fn binary(&self, op: BinaryOp, other: &Value, integral: bool) -> Value {
        match (self, other) {
            (Value::Bool(a), Value::Bool(b)) => match op {
                BinaryOp::AndAnd => Value::Bool(*a && *b),
                BinaryOp::OrOr => Value::Bool(*a || *b),
                _ => Value::Unknown,
            },
            (Value::String(a), Value::String(b)) if op == BinaryOp::Add => Value::String(a.plus(b)),
            (Value::Small(a), Value::Small(b)) => {
                small(*a, op, *b).unwrap_or_else(|| self.big_binary(op, other, integral))
            }
            _ => match self.kind().max(other.kind()) {
                _ if self.kind() < Kind::Int || other.kind() < Kind::Int => Value::Unknown,
                Kind::Int => self.big_binary(op, other, integral),
                Kind::Float => self.float_binary(op, other),
                Kind::Complex => self.complex_binary(op, other),
                _ => Value::Unknown,
            },
        }
    }

    fn big(&self) -> BigInt {
        match self {
            Value::Small(n) => BigInt::from(*n),
            Value::Big(n) => (**n).clone(),
            _ => BigInt::zero(),
        }
    }

    fn big_binary(&self, op: BinaryOp, other: &Value, integral: bool) -> Value {
        let (a, b) = (self.big(), other.big());
        if matches!(op, BinaryOp::Div | BinaryOp::Rem) && b.is_zero() {
            return Value::Unknown;
        }
        Value::int(match op {
            BinaryOp::Add => a + b,
            BinaryOp::Sub => a - b,
            BinaryOp::Mul => a * b,
            BinaryOp::Div if integral => a / b,
            BinaryOp::Div => return Value::rat(BigRational::new(a, b)),
            BinaryOp::Rem => a % b,
            BinaryOp::And => a & b,
            BinaryOp::Or => a | b,
            BinaryOp::Xor => a ^ b,
            BinaryOp::AndNot => a & !b,
            _ => return Value::Unknown,
        })
    }

    /// As a fraction, if its parts are of modest size.
    fn ratio(&self) -> Option<BigRational> {
        match self {
            Value::Small(_) | Value::Big(_) => Some(BigRational::from_integer(self.big())),
            Value::Rat(r) => Some((**r).clone()),
            _ => None,
        }
    }

    /// As a float of 512 bits.
    pub(super) fn to_float512(&self) -> Option<Float> {
        match self {
            Value::Float(f) => Some((**f).clone()),
            Value::Rat(r) => Float::from_ratio(r),
            _ => Float::from_int(&self.big()),
        }
    }

    fn float_binary(&self, op: BinaryOp, other: &Value) -> Value {
        if op == BinaryOp::Div && other.sign() == 0 {
            return Value::Unknown;
        }
        if let (Some(a), Some(b)) = (self.ratio(), other.ratio()) {
            return Value::rat(match op {
                BinaryOp::Add => a + b,
                BinaryOp::Sub => a - b,
                BinaryOp::Mul => a * b,
                BinaryOp::Div => a / b,
                _ => return Value::Unknown,
            });
        }
        let (Some(a), Some(b)) = (self.to_float512(), other.to_float512()) else {
            return Value::Unknown;
        };
        Value::float(match op {
            BinaryOp::Add => a.add(&b),
            BinaryOp::Sub => a.add(&b.neg()),
            BinaryOp::Mul => a.mul(&b),
            BinaryOp::Div => a.div(&b),
            _ => None,
        })
    }

    fn complex_binary(&self, op: BinaryOp, other: &Value) -> Value {
        let (a, b, c, d) = (&self.real(), &self.imag(), &other.real(), &other.imag());
        let add = |x: &Value, y: &Value| x.binary(BinaryOp::Add, y, false);
        let sub = |x: &Value, y: &Value| x.binary(BinaryOp::Sub, y, false);
        let mul = |x: &Value, y: &Value| x.binary(BinaryOp::Mul, y, false);
        let div = |x: &Value, y: &Value| x.binary(BinaryOp::Div, y, false);
        match op {
            BinaryOp::Add => Value::complex(add(a, c), add(b, d)),
            BinaryOp::Sub => Value::complex(sub(a, c), sub(b, d)),
            BinaryOp::Mul => {
                Value::complex(sub(&mul(a, c), &mul(b, d)), add(&mul(b, c), &mul(a, d)))
            }
            BinaryOp::Div => {
                let scale = add(&mul(c, c), &mul(d, d));
                let re = add(&mul(a, c), &mul(b, d));
                let im = sub(&mul(b, c), &mul(a, d));
                Value::complex(div(&re, &scale), div(&im, &scale))
            }
            _ => Value::Unknown,
        }
    }

    /// `self << count`, or `>>`. The caller keeps `count` within [`MAX_SHIFT`].
    #[must_use]
    pub fn shift(&self, left: bool, count: u64) -> Value {
        match self {
            Value::Small(n) if !left => Value::Small(n >> count.min(63)),
            Value::Small(0) => Value::Small(0),
            Value::Small(_) | Value::Big(_) if left => Value::int(self.big() << count),
            Value::Big(n) => Value::int(&**n >> count),
            _ => Value::Unknown,
        }
    }

    /// `self op other` for a comparison; `None` if there is no answer.
    pub fn compare(&self, op: BinaryOp, other: &Value) -> Option<bool> {
        if self.kind().max(other.kind()) == Kind::Complex {
            let same = self.real().order(&other.real()) == Some(Ordering::Equal)
                && self.imag().order(&other.imag()) == Some(Ordering::Equal);
            return match op {
                BinaryOp::Eql => Some(same),
                BinaryOp::Neq => Some(!same),
                _ => None,
            };
        }
        let order = self.order(other)?;
        Some(match op {
            BinaryOp::Eql => order.is_eq(),
            BinaryOp::Neq => order.is_ne(),
            BinaryOp::Lss => order.is_lt(),
            BinaryOp::Leq => order.is_le(),
            BinaryOp::Gtr => order.is_gt(),
            BinaryOp::Geq => order.is_ge(),
            _ => return None,
        })
    }

    /// How two values that are not complex lie to each other.
    fn order(&self, other: &Value) -> Option<Ordering> {
        match (self, other) {
            (Value::Bool(a), Value::Bool(b)) => Some(a.cmp(b)),
            (Value::String(a), Value::String(b)) => Some(a.cmp(b)),
            (Value::Small(a), Value::Small(b)) => Some(a.cmp(b)),
            _ if self.kind() < Kind::Int || other.kind() < Kind::Int => None,
            _ => match (self.ratio(), other.ratio()) {
                (Some(a), Some(b)) => Some(a.cmp(&b)),
                _ => Some(self.to_float512()?.cmp(&other.to_float512()?)),
            },
        }
    }
}

/// The result if it fits 64 bits and `/` has nothing to decide.
fn small(a: i64, op: BinaryOp, b: i64) -> Option<Value> {
    Some(Value::Small(match op {
        BinaryOp::Add => a.checked_add(b)?,
        BinaryOp::Sub => a.checked_sub(b)?,
        BinaryOp::Mul => a.checked_mul(b)?,
        BinaryOp::And => a & b,
        BinaryOp::Or => a | b,
        BinaryOp::Xor => a ^ b,
        BinaryOp::AndNot => a & !b,
        _ => return None,
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn int(text: &str) -> Value {
        Value::int_literal(text)
    }

    #[test]
    fn integers_climb_the_ladder_and_come_down_again() {
        let big = int("9223372036854775807").binary(BinaryOp::Add, &int("1"), true);
        assert!(matches!(big, Value::Big(_)));
        let back = big.binary(BinaryOp::Sub, &int("1"), true);
        assert_eq!(back.as_i64(), Some(i64::MAX));
        assert_eq!(int("7").negated().binary(BinaryOp::Div, &int("2"), true).as_i64(), Some(-3));
        assert_eq!(int("7").negated().binary(BinaryOp::Rem, &int("2"), true).as_i64(), Some(-1));
        assert!(int("7").binary(BinaryOp::Rem, &int("0"), true).is_unknown());
    }

    #[test]
    fn complement_of_an_unsigned_number_stays_in_its_type() {
        assert_eq!(int("1").unary(UnaryOp::Xor, Some(8)).as_i64(), Some(254));
        assert_eq!(int("1").unary(UnaryOp::Xor, None).as_i64(), Some(-2));
    }

    #[test]
    fn untyped_division_is_exact() {
        let third = int("1").binary(BinaryOp::Div, &int("3"), false);
        let one = third.binary(BinaryOp::Mul, &int("3"), false);
        assert_eq!(one.compare(BinaryOp::Eql, &int("1")), Some(true));
    }

    #[test]
    fn complex_numbers_divide() {
        let z = Value::complex(int("1"), int("2"));
        let w = Value::complex(int("3"), int("4").negated());
        assert_eq!(z.binary(BinaryOp::Div, &w, false).to_string(), "(-0.2 + 0.4i)");
        assert_eq!(z.compare(BinaryOp::Lss, &w), None);
    }

    #[test]
    fn shifts_go_both_ways() {
        assert_eq!(int("1").shift(true, 70).shift(false, 69).as_i64(), Some(2));
        assert_eq!(int("1").negated().shift(false, 100).as_i64(), Some(-1));
    }
}
