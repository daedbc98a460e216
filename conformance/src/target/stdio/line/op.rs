//! Ops as they stand in a line, written and read.

use crate::op::gc::{Kind, Map, Op, Step};
use crate::trace::form::{Form, Operand, Values, Written as _};
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
        _ => write!(line, "{value}"),
    };
}

/// Reads one op of a batch: what the served side of the protocol does.
///
/// # Errors
/// What is wrong with it, in words.
pub fn step(op: &[serde_json::Value]) -> Result<Step, StepFault> {
    let word = op.first().and_then(serde_json::Value::as_str);
    let word = word.ok_or_else(|| StepFault::Bad("an op begins with its word".into()))?;
    let form = Form::<Op>::named(word).ok_or(StepFault::Unknown)?;
    let mutator = op.get(1).and_then(serde_json::Value::as_u64).filter(|m| *m < 8);
    let mutator = mutator.ok_or_else(|| StepFault::Bad("no such mutator".into()))?;
    if op.len() != form.operands.len() + 2 {
        return Err(StepFault::Bad(format!("`{word}` has {} operands", form.operands.len())));
    }
    let mut values = Values::default();
    for (&operand, value) in form.operands.iter().zip(&op[2..]) {
        let number = match operand {
            Operand::Map => Map::ALL.iter().position(|m| value.as_str() == Some(m.word())),
            Operand::Kind => Kind::ALL.iter().position(|k| value.as_str() == Some(k.word())),
            _ => value.as_u64().and_then(|n| usize::try_from(n).ok()),
        };
        let number = number.map(|n| n as u64).filter(|&n| operand.is_in_range(n));
        let odd = || StepFault::Bad(format!("{value} is no {} of `{word}`", operand.word()));
        values[operand as usize] = Some(number.ok_or_else(odd)?);
    }
    let thread = crate::op::Thread(mutator as u8);
    Ok(Step::on(thread, (form.build)(&values)))
}

/// Why an op of a batch is none.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum StepFault {
    /// There is no op of this word.
    Unknown,
    /// In words.
    Bad(String),
}
