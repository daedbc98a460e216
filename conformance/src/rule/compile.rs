//! From the typed tree to closures over a frame.
//!
//! What makes it fast, in order of weight:
//!
//! 1. Nothing is looked up: a fact is one array access.
//! 2. Operands that are facts or constants are read inside the closure of their operator; a closure
//!    is called only for what has an operator of its own.
//! 3. A value known to lie within 0 to 2^64-1 is a `u64`; only what may leave that range is computed
//!    in 128 bits, so that every result is exact.
//! 4. Closures return plain values in registers. What has no value (a division by zero) is noted in
//!    the context, out of band, and the value returned instead means nothing.

mod number;
mod truth;

pub(super) use self::number::number;
pub(super) use self::truth::truth;

use super::fault::{EvalFault, EvalFaultKind, Span};
use super::frame::{Frame, Natives};
use super::tree::{Argument, List};
use super::vocabulary::{FunctionId, MAX_ARGUMENTS};
use std::cell::Cell;

/// One evaluation: what compiled code reads, and the fault it notes.
pub(super) struct Context<'e> {
    facts: &'e [u64],
    lists: &'e [Vec<u64>],
    natives: &'e dyn Natives,
    /// The element that the comprehension is at; there is at most one comprehension at a time.
    variable: Cell<u64>,
    fault: Cell<Option<(EvalFaultKind, Span)>>,
}

impl<'e> Context<'e> {
    #[inline]
    pub(super) fn new(frame: &'e Frame, natives: &'e dyn Natives) -> Context<'e> {
        Context {
            facts: frame.facts(),
            lists: frame.lists(),
            natives,
            variable: Cell::new(0),
            fault: Cell::new(None),
        }
    }

    /// Takes the fault of what was evaluated since the last time.
    #[inline]
    pub(super) fn take_fault(&self) -> Option<EvalFault> {
        self.fault.take().map(|(kind, span)| EvalFault { range: span.range(), kind })
    }

    #[inline]
    pub(super) fn list(&self, list: List) -> &'e [u64] {
        &self.lists[usize::from(list.id.0)]
    }

    /// Sets the comprehension variable.
    #[inline]
    pub(super) fn set_variable(&self, element: u64) {
        self.variable.set(element);
    }

    #[inline]
    fn is_faulty(&self) -> bool {
        self.fault.get().is_some()
    }

    /// Notes a fault. The first one counts: all that comes after it computes with meaningless values.
    #[cold]
    fn note(&self, kind: EvalFaultKind, span: Span) {
        if self.fault.get().is_none() {
            self.fault.set(Some((kind, span)));
        }
    }
}

/// Compiled code.
pub(super) type Code<T> = Box<dyn Fn(&Context<'_>) -> T + Send + Sync>;

/// Compiled code of a number within 0 to 2^64-1, or what is simpler than code.
enum Narrow {
    Literal(u64),
    /// An index into the facts.
    Fact(usize),
    Variable,
    Code(Code<u64>),
}

/// Compiled code of a number.
enum Number {
    Narrow(Narrow),
    /// A literal beyond 64 bits, or below 0.
    Literal(i128),
    Wide(Code<i128>),
}

impl Narrow {
    fn code(self) -> Code<u64> {
        match self {
            Narrow::Literal(literal) => Box::new(move |_| literal),
            Narrow::Fact(fact) => Box::new(move |cx| cx.facts[fact]),
            Narrow::Variable => Box::new(|cx| cx.variable.get()),
            Narrow::Code(code) => code,
        }
    }
}

impl Number {
    fn code(self) -> Code<i128> {
        match self {
            Number::Literal(literal) => Box::new(move |_| literal),
            Number::Narrow(Narrow::Fact(fact)) => Box::new(move |cx| i128::from(cx.facts[fact])),
            Number::Narrow(narrow) => {
                let code = narrow.code();
                Box::new(move |cx| i128::from(code(cx)))
            }
            Number::Wide(code) => code,
        }
    }
}

/// An operator on two narrow numbers, with one closure for each common shape of operands.
fn narrow_pair<T: 'static, F>(a: Narrow, b: Narrow, operator: F) -> Code<T>
where
    F: Fn(&Context<'_>, u64, u64) -> T + Send + Sync + 'static,
{
    match (a, b) {
        (Narrow::Fact(a), Narrow::Literal(b)) => Box::new(move |cx| operator(cx, cx.facts[a], b)),
        (Narrow::Fact(a), Narrow::Fact(b)) => {
            Box::new(move |cx| operator(cx, cx.facts[a], cx.facts[b]))
        }
        (Narrow::Fact(a), Narrow::Code(b)) => Box::new(move |cx| operator(cx, cx.facts[a], b(cx))),
        (Narrow::Code(a), Narrow::Literal(b)) => Box::new(move |cx| operator(cx, a(cx), b)),
        (Narrow::Code(a), Narrow::Fact(b)) => Box::new(move |cx| operator(cx, a(cx), cx.facts[b])),
        (Narrow::Variable, Narrow::Literal(b)) => {
            Box::new(move |cx| operator(cx, cx.variable.get(), b))
        }
        (Narrow::Variable, Narrow::Fact(b)) => {
            Box::new(move |cx| operator(cx, cx.variable.get(), cx.facts[b]))
        }
        (a, b) => {
            let (a, b) = (a.code(), b.code());
            Box::new(move |cx| operator(cx, a(cx), b(cx)))
        }
    }
}

/// An operator on two numbers of which at least one is wide.
fn wide_pair<T: 'static, F>(a: Number, b: Number, operator: F) -> Code<T>
where
    F: Fn(&Context<'_>, i128, i128) -> T + Send + Sync + 'static,
{
    use Narrow::{Fact, Literal};
    match (a, b) {
        (Number::Wide(a), Number::Narrow(Literal(b))) => {
            let b = i128::from(b);
            Box::new(move |cx| operator(cx, a(cx), b))
        }
        (Number::Wide(a), Number::Narrow(Fact(b))) => {
            Box::new(move |cx| operator(cx, a(cx), i128::from(cx.facts[b])))
        }
        (Number::Narrow(Fact(a)), Number::Wide(b)) => {
            Box::new(move |cx| operator(cx, i128::from(cx.facts[a]), b(cx)))
        }
        (a, b) => {
            let (a, b) = (a.code(), b.code());
            Box::new(move |cx| operator(cx, a(cx), b(cx)))
        }
    }
}

/// One value on its way to a native function.
enum Handed {
    Value(Code<u64>),
    Record { first: usize, len: usize },
}

/// A call of a native function.
fn native(function: FunctionId, arguments: &[Argument]) -> Code<u64> {
    if let [Argument::Record { first, len }] = *arguments {
        // The common case: the fields lie side by side in the frame already.
        return Box::new(move |cx| cx.natives.call(function, &cx.facts[first..first + len]));
    }
    let handed: Vec<Handed> = arguments.iter().map(hand).collect();
    Box::new(move |cx| {
        let mut values = [0; MAX_ARGUMENTS];
        let mut used = 0;
        for argument in &handed {
            match argument {
                Handed::Value(code) => {
                    values[used] = code(cx);
                    used += 1;
                }
                Handed::Record { first, len } => {
                    values[used..used + len].copy_from_slice(&cx.facts[*first..first + len]);
                    used += len;
                }
            }
        }
        // A native must not be asked about a value that means nothing.
        if cx.is_faulty() { 0 } else { cx.natives.call(function, &values[..used]) }
    })
}

fn hand(argument: &Argument) -> Handed {
    match argument {
        Argument::Record { first, len } => Handed::Record { first: *first, len: *len },
        Argument::Bool(value) => {
            let code = truth(value);
            Handed::Value(Box::new(move |cx| u64::from(code(cx))))
        }
        Argument::Int(value) => {
            let span = value.span;
            Handed::Value(match number::narrowest(value) {
                Number::Narrow(narrow) => narrow.code(),
                wide => {
                    let code = wide.code();
                    Box::new(move |cx| {
                        u64::try_from(code(cx)).unwrap_or_else(|_| {
                            cx.note(EvalFaultKind::ArgumentRange, span);
                            0
                        })
                    })
                }
            })
        }
    }
}
