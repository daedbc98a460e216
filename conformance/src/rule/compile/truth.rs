//! Truth.

use super::{Code, Context, Narrow, Number, narrow_pair, native, number, wide_pair};
use crate::rule::fault::{EvalFaultKind, Span};
use crate::rule::syntax::Comparison;
use crate::rule::tree::{Bool, BoolForm, Elements, Int, List, Quantifier};

/// Fewer values than this have no quarters worth comparing.
const SHORTEST_SERIES: usize = 8;

/// Compiles a bool. Operands are evaluated from left to right, and those that cannot matter any
/// more are not evaluated: a fault in one of them is none.
pub(in crate::rule) fn truth(this: &Bool) -> Code<bool> {
    let span = this.span;
    match &this.form {
        BoolForm::Literal(literal) => {
            let literal = *literal;
            Box::new(move |_| literal)
        }
        BoolForm::Fact(fact) => {
            let fact = usize::from(fact.0);
            Box::new(move |cx| cx.facts[fact] != 0)
        }
        BoolForm::Not(a) => {
            let a = truth(a);
            Box::new(move |cx| !a(cx))
        }
        BoolForm::And(a, b) => {
            let (a, b) = (truth(a), truth(b));
            Box::new(move |cx| a(cx) && b(cx))
        }
        BoolForm::Or(a, b) => {
            let (a, b) = (truth(a), truth(b));
            Box::new(move |cx| a(cx) || b(cx))
        }
        BoolForm::Same(equal, a, b) => {
            let (equal, a, b) = (*equal, truth(a), truth(b));
            Box::new(move |cx| (a(cx) == b(cx)) == equal)
        }
        BoolForm::Comparison(operator, a, b) => comparison(*operator, a, b),
        BoolForm::In(a, values) => membership(a, values),
        BoolForm::InList(a, list) => {
            let (a, list) = (number(a), *list);
            Box::new(move |cx| {
                // A value that no list can hold is in none.
                u64::try_from(a(cx)).is_ok_and(|wanted| cx.list(list).contains(&wanted))
            })
        }
        BoolForm::Quantifier(quantifier) => quantified(quantifier),
        BoolForm::Choice(condition, a, b) => {
            let (condition, a, b) = (truth(condition), truth(a), truth(b));
            Box::new(move |cx| if condition(cx) { a(cx) } else { b(cx) })
        }
        BoolForm::Plateau(list, tolerance) => plateau(*list, tolerance, span),
        BoolForm::Native(function, arguments) => {
            let call = native(*function, arguments);
            Box::new(move |cx| call(cx) != 0)
        }
    }
}

fn comparison(operator: Comparison, a: &Int, b: &Int) -> Code<bool> {
    // One closure type for each operator, so that none is chosen in evaluation.
    macro_rules! each {
        ($pair:ident, $a:expr, $b:expr) => {
            match operator {
                Comparison::Equal => $pair($a, $b, |_, a, b| a == b),
                Comparison::NotEqual => $pair($a, $b, |_, a, b| a != b),
                Comparison::Less => $pair($a, $b, |_, a, b| a < b),
                Comparison::LessOrEqual => $pair($a, $b, |_, a, b| a <= b),
                Comparison::Greater => $pair($a, $b, |_, a, b| a > b),
                Comparison::GreaterOrEqual => $pair($a, $b, |_, a, b| a >= b),
            }
        };
    }
    match (number::narrowest(a), number::narrowest(b)) {
        (Number::Narrow(a), Number::Narrow(b)) => each!(narrow_pair, a, b),
        (a, b) => each!(wide_pair, a, b),
    }
}

/// `a in [..]`.
fn membership(a: &Int, values: &[i128]) -> Code<bool> {
    match number::narrowest(a) {
        Number::Narrow(a) => {
            // A narrow number never equals a value that is not narrow.
            let values = values.iter().filter_map(|&value| u64::try_from(value).ok());
            let values: Box<[u64]> = values.collect();
            narrow_pair(a, Narrow::Literal(0), move |_, a, _| values.contains(&a))
        }
        wide => {
            let (code, values) = (wide.code(), Box::<[i128]>::from(values));
            Box::new(move |cx| values.contains(&code(cx)))
        }
    }
}

fn quantified(quantifier: &Quantifier) -> Code<bool> {
    let (every, body) = (quantifier.every, truth(&quantifier.body));
    match &quantifier.over {
        Elements::List(list) => {
            let list = *list;
            Box::new(move |cx| over(cx, cx.list(list), every, &body))
        }
        Elements::Literal(elements) => {
            let elements: Box<[u64]> = elements.as_slice().into();
            Box::new(move |cx| over(cx, &elements, every, &body))
        }
    }
}

/// Whether all (`every`), or any, of the elements satisfy the body. Ends at the first that decides
/// it, and at the first fault.
#[inline]
fn over(cx: &Context<'_>, elements: &[u64], every: bool, body: &Code<bool>) -> bool {
    for &element in elements {
        cx.set_variable(element);
        if body(cx) != every {
            return !every;
        }
        if cx.is_faulty() {
            break;
        }
    }
    every
}

fn plateau(list: List, tolerance: &Int, span: Span) -> Code<bool> {
    let tolerance = number(tolerance);
    Box::new(move |cx| {
        let series = cx.list(list);
        if series.len() < SHORTEST_SERIES {
            cx.note(EvalFaultKind::ShortSeries, span);
            return false;
        }
        let has_grown = growth(series) > tolerance(cx);
        !has_grown
    })
}

/// By how much the greatest value of the last quarter exceeds that of the second. The first quarter
/// is left out: that is where a heap warms up.
fn growth(series: &[u64]) -> i128 {
    let quarter = |n: usize| series.len() * n / 4;
    let greatest = |part: &[u64]| part.iter().copied().max().map_or(0, i128::from);
    greatest(&series[quarter(3)..]) - greatest(&series[quarter(1)..quarter(2)])
}
