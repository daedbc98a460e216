//! Numbers.

use super::{Code, Context, Narrow, Number, narrow_pair, native, truth, wide_pair};
use crate::rule::fault::{EvalFaultKind, Span};
use crate::rule::syntax::Arithmetic;
use crate::rule::tree::{Int, IntForm};

/// Compiles a number of any width.
pub(in crate::rule) fn number(int: &Int) -> Code<i128> {
    narrowest(int).code()
}

/// Compiles a number as narrow as it is known to be.
pub(super) fn narrowest(int: &Int) -> Number {
    let span = int.span;
    match &int.form {
        IntForm::Literal(literal) => match u64::try_from(*literal) {
            Ok(literal) => Number::Narrow(Narrow::Literal(literal)),
            Err(_) => Number::Literal(*literal),
        },
        IntForm::Fact(fact) => Number::Narrow(Narrow::Fact(fact.0.into())),
        IntForm::Variable => Number::Narrow(Narrow::Variable),
        IntForm::Size(list) => {
            let list = *list;
            narrow(Box::new(move |cx| cx.list(list).len() as u64))
        }
        IntForm::Negate(a) => {
            let a = number(a);
            Number::Wide(Box::new(move |cx| exact(cx, a(cx).checked_neg(), span)))
        }
        IntForm::Arithmetic(operator, a, b) => {
            arithmetic(*operator, narrowest(a), narrowest(b), span)
        }
        IntForm::Choice(condition, a, b) => {
            let condition = truth(condition);
            match (narrowest(a), narrowest(b)) {
                (Number::Narrow(a), Number::Narrow(b)) => {
                    let (a, b) = (a.code(), b.code());
                    narrow(Box::new(move |cx| if condition(cx) { a(cx) } else { b(cx) }))
                }
                (a, b) => {
                    let (a, b) = (a.code(), b.code());
                    Number::Wide(Box::new(move |cx| if condition(cx) { a(cx) } else { b(cx) }))
                }
            }
        }
        IntForm::Native(function, arguments) => narrow(native(*function, arguments)),
    }
}

fn narrow(code: Code<u64>) -> Number {
    Number::Narrow(Narrow::Code(code))
}

fn arithmetic(operator: Arithmetic, a: Number, b: Number, span: Span) -> Number {
    match (a, b) {
        (Number::Narrow(a), Number::Narrow(b)) => of_narrow(operator, a, b, span),
        (a, b) => Number::Wide(of_wide(operator, a, b, span)),
    }
}

fn of_narrow(operator: Arithmetic, a: Narrow, b: Narrow, span: Span) -> Number {
    match operator {
        // Sums and differences of 64 bits always fit in 128.
        Arithmetic::Add => Number::Wide(narrow_pair(a, b, |_, a, b| i128::from(a) + i128::from(b))),
        Arithmetic::Subtract => {
            Number::Wide(narrow_pair(a, b, |_, a, b| i128::from(a) - i128::from(b)))
        }
        Arithmetic::Multiply => Number::Wide(narrow_pair(a, b, move |cx, a, b| {
            // The product fits in 128 bits without a sign; with one it may not.
            exact(cx, i128::try_from(u128::from(a) * u128::from(b)).ok(), span)
        })),
        Arithmetic::Divide => narrow(match b {
            Narrow::Literal(power) if power.is_power_of_two() => {
                let shift = Narrow::Literal(power.trailing_zeros().into());
                narrow_pair(a, shift, |_, a, shift| a >> shift)
            }
            b => narrow_pair(a, b, move |cx, a, b| whole(cx, a.checked_div(b), span)),
        }),
        Arithmetic::Remainder => narrow(match b {
            Narrow::Literal(power) if power.is_power_of_two() => {
                narrow_pair(a, Narrow::Literal(power - 1), |_, a, mask| a & mask)
            }
            b => narrow_pair(a, b, move |cx, a, b| whole(cx, a.checked_rem(b), span)),
        }),
        Arithmetic::Least => narrow(narrow_pair(a, b, |_, a, b| a.min(b))),
        Arithmetic::Greatest => narrow(narrow_pair(a, b, |_, a, b| a.max(b))),
    }
}

fn of_wide(operator: Arithmetic, a: Number, b: Number, span: Span) -> Code<i128> {
    match operator {
        Arithmetic::Add => wide_pair(a, b, move |cx, a, b| exact(cx, a.checked_add(b), span)),
        Arithmetic::Subtract => wide_pair(a, b, move |cx, a, b| exact(cx, a.checked_sub(b), span)),
        Arithmetic::Multiply => wide_pair(a, b, move |cx, a, b| exact(cx, a.checked_mul(b), span)),
        Arithmetic::Divide => wide_pair(a, b, move |cx, a, b| match both_narrow(a, b) {
            Some((a, b)) => whole(cx, a.checked_div(b), span).into(),
            None => quotient(cx, a.checked_div(b), b, span),
        }),
        Arithmetic::Remainder => wide_pair(a, b, move |cx, a, b| match both_narrow(a, b) {
            Some((a, b)) => whole(cx, a.checked_rem(b), span).into(),
            None => quotient(cx, a.checked_rem(b), b, span),
        }),
        Arithmetic::Least => wide_pair(a, b, |_, a, b| a.min(b)),
        Arithmetic::Greatest => wide_pair(a, b, |_, a, b| a.max(b)),
    }
}

/// Both as 64 bits, where they fit: a division of 128 bits is a function call.
#[inline]
fn both_narrow(a: i128, b: i128) -> Option<(u64, u64)> {
    Some((u64::try_from(a).ok()?, u64::try_from(b).ok()?))
}

/// The exact result, where 128 bits hold it.
#[inline]
fn exact(cx: &Context<'_>, result: Option<i128>, span: Span) -> i128 {
    result.unwrap_or_else(|| {
        cx.note(EvalFaultKind::Overflow, span);
        0
    })
}

/// The result of a narrow division, where the divisor was not zero.
#[inline]
fn whole(cx: &Context<'_>, result: Option<u64>, span: Span) -> u64 {
    result.unwrap_or_else(|| {
        cx.note(EvalFaultKind::DivisionByZero, span);
        0
    })
}

/// The result of a wide division by `divisor`, where there is one.
fn quotient(cx: &Context<'_>, result: Option<i128>, divisor: i128, span: Span) -> i128 {
    match (result, divisor) {
        (Some(result), _) => result,
        (None, 0) => {
            cx.note(EvalFaultKind::DivisionByZero, span);
            0
        }
        (None, _) => exact(cx, None, span),
    }
}
