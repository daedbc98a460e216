//! Floats of 512 bits, for numbers that no fraction of bounded parts can be.

use num_bigint::BigInt;
use num_rational::BigRational;
use num_traits::{One, Signed, ToPrimitive, Zero};
use std::cmp::Ordering;

/// Bits of a mantissa.
const PRECISION: i64 = 512;

/// Exponents stay within 32 bits: beyond is no number, or zero.
const MAX_EXPONENT: i64 = i32::MAX as i64;

/// The number `mantissa * 2^exponent`. The mantissa is odd and has at most 512 bits; zero is `0 * 2^0`.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Float {
    mantissa: BigInt,
    exponent: i64,
}

impl Float {
    /// `mantissa * 2^exponent`, rounded to the nearest, a tie to the even one. `None` beyond all exponents.
    fn new(mantissa: BigInt, exponent: i64, inexact: bool) -> Option<Float> {
        let (mut mantissa, mut exponent) = (mantissa, exponent);
        let excess = mantissa.bits() as i64 - PRECISION;
        if excess > 0 {
            mantissa = round_shift(&mantissa, excess as u64, inexact);
            exponent += excess;
        }
        let Some(zeros) = mantissa.trailing_zeros() else {
            return Some(Float { mantissa, exponent: 0 });
        };
        mantissa >>= zeros;
        exponent += zeros as i64;
        let top = exponent + mantissa.bits() as i64;
        match top {
            top if top > MAX_EXPONENT => None,
            top if top < -MAX_EXPONENT => Some(Float { mantissa: BigInt::zero(), exponent: 0 }),
            _ => Some(Float { mantissa, exponent }),
        }
    }

    /// The nearest to `n`.
    pub fn from_int(n: &BigInt) -> Option<Float> {
        Float::new(n.clone(), 0, false)
    }

    /// The nearest to `r`.
    pub fn from_ratio(r: &BigRational) -> Option<Float> {
        divide(r.numer(), r.denom(), 0)
    }

    /// `digits * 10^power`, or by powers of two if `binary`; for exponents that no fraction allows.
    pub(super) fn from_parts(digits: &BigInt, power: i64, binary: bool) -> Option<Float> {
        if binary {
            return Float::new(digits.clone(), power.clamp(-(1 << 40), 1 << 40), false);
        }
        if digits.is_zero() || power < -MAX_EXPONENT {
            return Float::new(BigInt::zero(), 0, false);
        }
        if power > MAX_EXPONENT {
            return None;
        }
        let Some(scale) = power_of_ten(power.unsigned_abs()) else {
            return (power < 0).then(|| Float { mantissa: BigInt::zero(), exponent: 0 });
        };
        let digits = Float::from_int(digits)?;
        if power < 0 { digits.div(&scale) } else { digits.mul(&scale) }
    }

    /// -1, 0 or 1.
    pub fn sign(&self) -> i32 {
        match () {
            () if self.mantissa.is_zero() => 0,
            () if self.mantissa.is_negative() => -1,
            () => 1,
        }
    }

    /// The exponent `e` with `2^(e-1) <= |self| < 2^e`; 0 of zero.
    pub(super) fn top(&self) -> i64 {
        if self.mantissa.is_zero() { 0 } else { self.exponent + self.mantissa.bits() as i64 }
    }

    /// Whether it is whole.
    pub fn is_int(&self) -> bool {
        self.exponent >= 0
    }

    /// The integer that it is. The caller has seen that [`Float::top`] is small.
    pub(super) fn to_int(&self) -> Option<BigInt> {
        self.is_int().then(|| &self.mantissa << self.exponent as u64)
    }

    /// The integer that it is but for errors of rounding in its last four bits.
    pub(super) fn to_int_nearly(&self) -> Option<BigInt> {
        const SLACK: i64 = 4;
        let excess = self.mantissa.bits() as i64 - (PRECISION - SLACK);
        if excess <= 0 {
            return None;
        }
        let down = &self.mantissa >> excess as u64;
        [down.clone(), down + 1]
            .into_iter()
            .find_map(|m| Float::new(m, self.exponent + excess, false).and_then(|f| f.to_int()))
    }

    /// `self + other`
    #[must_use]
    pub fn add(&self, other: &Float) -> Option<Float> {
        let (high, low) = if self.top() >= other.top() { (self, other) } else { (other, self) };
        if low.mantissa.is_zero() {
            return Some(high.clone());
        }
        if high.mantissa.is_zero() {
            return Some(low.clone());
        }
        // What lies this far below can only decide a tie.
        if high.top() - low.top() > 2 * PRECISION + 2 {
            let shift = (2 * PRECISION) as u64;
            let nudge = low.mantissa.signum();
            return Float::new(
                (&high.mantissa << shift) + nudge,
                high.exponent - 2 * PRECISION,
                true,
            );
        }
        let exponent = high.exponent.min(low.exponent);
        let line_up = |f: &Float| &f.mantissa << (f.exponent - exponent) as u64;
        Float::new(line_up(high) + line_up(low), exponent, false)
    }

    /// `-self`
    #[must_use]
    pub fn neg(&self) -> Float {
        Float { mantissa: -&self.mantissa, exponent: self.exponent }
    }

    /// `self * other`
    #[must_use]
    pub fn mul(&self, other: &Float) -> Option<Float> {
        Float::new(&self.mantissa * &other.mantissa, self.exponent + other.exponent, false)
    }

    /// `self / other`; `None` too if `other` is zero.
    #[must_use]
    pub fn div(&self, other: &Float) -> Option<Float> {
        if other.mantissa.is_zero() {
            return None;
        }
        divide(&self.mantissa, &other.mantissa, self.exponent - other.exponent)
    }

    /// The nearest of the machine's floats with `digits` bits of mantissa and exponents from `least` on, as a
    /// float of 64 bits; an infinity where it is out of range.
    pub(super) fn to_machine(&self, machine: Machine) -> f64 {
        if self.mantissa.is_zero() {
            return 0.0;
        }
        let top = self.top();
        if top > machine.max_top {
            return if self.mantissa.is_negative() { f64::NEG_INFINITY } else { f64::INFINITY };
        }
        let keep = machine.digits.min(top - machine.least);
        if keep < 0 {
            return 0.0;
        }
        let excess = self.mantissa.bits() as i64 - keep;
        let (mantissa, exponent) = if excess > 0 {
            (round_shift(&self.mantissa, excess as u64, false), self.exponent + excess)
        } else {
            (self.mantissa.clone(), self.exponent)
        };
        let value = scale(mantissa.to_f64().unwrap_or(f64::INFINITY), exponent);
        if value.abs() > machine.max { value.signum() * f64::INFINITY } else { value }
    }

    /// Mantissa in [0.5, 1) and exponent, as printing wants them.
    pub(super) fn split(&self) -> (f64, i64) {
        let top = self.top();
        let unit = Float { mantissa: self.mantissa.clone(), exponent: self.exponent - top };
        (unit.to_machine(Machine::F64), top)
    }

    /// Hexadecimal mantissa in [0.5, 1) and binary exponent, as go/constant's exact form.
    pub(super) fn exact(&self) -> String {
        let bits = self.mantissa.bits();
        let padded = &self.mantissa << ((4 - bits % 4) % 4);
        let hex = padded.abs().to_str_radix(16);
        let sign = if self.mantissa.is_negative() { "-" } else { "" };
        let exponent = self.top();
        format!("{sign}0x.{}p{exponent:+}", hex.trim_end_matches('0'))
    }
}

impl PartialOrd for Float {
    fn partial_cmp(&self, other: &Float) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Float {
    fn cmp(&self, other: &Float) -> Ordering {
        let sign = self.sign();
        sign.cmp(&other.sign()).then_with(|| {
            let magnitude = self.top().cmp(&other.top());
            let magnitude = if sign < 0 { magnitude.reverse() } else { magnitude };
            magnitude.then_with(|| {
                let exponent = self.exponent.min(other.exponent);
                let line_up = |f: &Float| &f.mantissa << (f.exponent - exponent) as u64;
                line_up(self).cmp(&line_up(other))
            })
        })
    }
}

/// A format of the machine's floats.
#[derive(Clone, Copy, Debug)]
pub(super) struct Machine {
    /// Bits of a full mantissa.
    digits: i64,
    /// The exponent of the least float's only bit.
    least: i64,
    /// The largest [`Float::top`].
    max_top: i64,
    max: f64,
}

impl Machine {
    pub(super) const F32: Machine =
        Machine { digits: 24, least: -149, max_top: 128, max: f32::MAX as f64 };
    pub(super) const F64: Machine =
        Machine { digits: 53, least: -1074, max_top: 1024, max: f64::MAX };
}

/// `x * 2^exponent`, in steps that neither overflow nor lose bits on the way.
fn scale(mut x: f64, mut exponent: i64) -> f64 {
    while exponent > 1000 {
        x *= 2_f64.powi(1000);
        exponent -= 1000;
    }
    while exponent < -1000 {
        x *= 2_f64.powi(-1000);
        exponent += 1000;
    }
    x * 2_f64.powi(exponent as i32)
}

/// `n / 2^shift`, to the nearest, a tie to the even one unless something `inexact` lies below.
fn round_shift(n: &BigInt, shift: u64, inexact: bool) -> BigInt {
    let magnitude = n.abs();
    let mut kept = &magnitude >> shift;
    let half = magnitude.bit(shift - 1);
    let below = inexact || magnitude.trailing_zeros().is_some_and(|zeros| zeros < shift - 1);
    if half && (below || kept.bit(0)) {
        kept += 1;
    }
    if n.is_negative() { -kept } else { kept }
}

/// The nearest to `a / b * 2^exponent`.
fn divide(a: &BigInt, b: &BigInt, exponent: i64) -> Option<Float> {
    let shift = (PRECISION + 2 - (a.bits() as i64 - b.bits() as i64)).max(0);
    let shifted = a << shift as u64;
    let (quotient, rest) = (&shifted / b, &shifted % b);
    // One more bit says that the division left something, without which a tie would look like one.
    let sticky = (quotient << 1_u32)
        + if rest.is_zero() { BigInt::zero() } else { shifted.signum() * b.signum() };
    Float::new(sticky, exponent - shift - 1, false)
}

/// `10^n`, to a few bits; `None` beyond all exponents.
fn power_of_ten(mut n: u64) -> Option<Float> {
    let mut result = Float { mantissa: BigInt::one(), exponent: 0 };
    let mut square = Float::from_int(&BigInt::from(10))?;
    while n > 0 {
        if n & 1 == 1 {
            result = result.mul(&square)?;
        }
        n >>= 1;
        if n > 0 {
            square = square.mul(&square)?;
        }
    }
    Some(result)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ratio(a: i64, b: i64) -> Float {
        Float::from_ratio(&BigRational::new(a.into(), b.into())).expect("of modest size")
    }

    #[test]
    fn sums_and_products_of_halves_are_exact() {
        assert_eq!(ratio(1, 2).add(&ratio(1, 4)), Some(ratio(3, 4)));
        assert_eq!(ratio(3, 2).mul(&ratio(-2, 1)), Some(ratio(-3, 1)));
        assert_eq!(ratio(1, 2).div(&ratio(0, 1)), None);
    }

    #[test]
    fn the_nearest_machine_float_is_found() {
        for x in [0.1_f64, 1.0, -2.5, 1e300, 5e-324, 2.225_073_858_507_201e-308] {
            let exact = BigRational::from_float(x).expect("finite");
            let float = Float::from_ratio(&exact).expect("in range");
            assert_eq!(float.to_machine(Machine::F64).to_bits(), x.to_bits(), "{x}");
        }
        assert_eq!(ratio(1, 10).to_machine(Machine::F64).to_bits(), 0.1_f64.to_bits());
        assert_eq!(ratio(1, 10).to_machine(Machine::F32).to_bits(), f64::from(0.1_f32).to_bits());
    }

    #[test]
    fn exponents_beyond_all_bounds_are_no_number_or_zero() {
        let huge = Float::from_parts(&1.into(), 600_000_000, false).expect("within 2^31");
        assert_eq!(huge.mul(&huge), None);
        assert_eq!(Float::from_parts(&1.into(), 1_000_000_000, false), None);
        let tiny = Float::from_parts(&1.into(), -1_000_000_000, false);
        assert_eq!(tiny.map(|f| f.sign()), Some(0));
    }
}
