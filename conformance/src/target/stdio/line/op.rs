//! Ops as they stand in a line, written and read.

use super::NUMBER_MAX;
use crate::op::gc::{Kind, Map, Op, Step};
use crate::op::{Action as _, Section, THREADS, Thread};
use crate::trace::form::{Form, Operand, Values, Written as _};
use serde_json::Value;
use std::fmt::Write as _;

/// A batch of steps as a line.
pub fn batch(number: u64, steps: &[Step]) -> String {
    let mut line = String::with_capacity(32 + steps.len() * 24);
    // Writing to a string cannot fail.
    let _ = write!(line, "{{\"batch\":{number},\"ops\":[");
    for (i, step) in steps.iter().enumerate() {
        line.push_str(if i == 0 { "[\"" } else { ",[\"" });
        line.push_str(step.op.word());
        let _ = write!(line, "\",{}", step.thread.0);
        for &operand in step.op.form().operands {
            line.push(',');
            push_operand(&mut line, operand, step.op.operand(operand));
        }
        line.push(']');
    }
    line.push_str("]}\n");
    line
}

fn push_operand(line: &mut String, operand: Operand, value: u64) {
    let _ = match operand {
        Operand::Map => write!(line, "\"{}\"", Map::ALL[value as usize].word()),
        Operand::Kind => write!(line, "\"{}\"", Kind::ALL[value as usize].word()),
        // Nothing has so many slots, words or steps that a greater number meant more.
        _ => write!(line, "{}", value.min(NUMBER_MAX)),
    };
}

/// Reads one op of a batch: what the served side of the protocol does.
///
/// # Errors
/// Why it is none.
pub fn step(op: &Value) -> Result<Step, StepFault> {
    let op = op.as_array().ok_or_else(|| StepFault::Bad("an op is a list".into()))?;
    let word = op.first().and_then(Value::as_str);
    let word = word.ok_or_else(|| StepFault::Bad("an op begins with its word".into()))?;
    let form = Form::<Op>::named(word).filter(|form| is_spoken(form)).ok_or(StepFault::Unknown)?;
    let mutator = op.get(1).and_then(Value::as_u64).filter(|m| *m < THREADS as u64);
    let mutator = mutator.ok_or_else(|| StepFault::Bad("no such mutator".into()))?;
    if op.len() != form.operands.len() + 2 {
        return Err(StepFault::Bad(format!("`{word}` has {} operands", form.operands.len())));
    }
    let mut values = Values::default();
    let mut lacks = false;
    for (&operand, value) in form.operands.iter().zip(&op[2..]) {
        let number = match operand {
            Operand::Map => Map::ALL.iter().position(|m| value.as_str() == Some(m.word())),
            Operand::Kind if value.is_string() => {
                let kind = Kind::ALL.iter().position(|k| value.as_str() == Some(k.word()));
                lacks |= kind.is_none();
                Some(kind.unwrap_or(0))
            }
            Operand::Kind => None,
            _ => value.as_u64().and_then(|n| usize::try_from(n).ok()),
        };
        let number = number.map(|n| n as u64);
        let number = number.filter(|&n| n <= NUMBER_MAX && operand.is_in_range(n));
        let odd = || StepFault::Bad(format!("{value} is no {} of `{word}`", operand.word()));
        values[operand as usize] = Some(number.ok_or_else(odd)?);
    }
    if lacks {
        return Err(StepFault::Lacks);
    }
    Ok(Step::on(Thread(mutator as u8), (form.build)(&values)))
}

/// Whether targets hear of the op: the judge unrolls sections.
pub(super) fn is_spoken(form: &Form<Op>) -> bool {
    (form.build)(&Values::default()).section() == Section::Inner
}

/// Why an op of a batch is none.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum StepFault {
    /// There is no op of this word.
    Unknown,
    /// It names a kind of place that is not there: the op is skipped.
    Lacks,
    /// In words.
    Bad(String),
}
