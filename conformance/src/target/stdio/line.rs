//! The lines of the protocol: steps to text, text to answers. `docs/protocol.md` has the grammar.
//!
//! What comes from a target is hostile: a line that is anything else than a reply is a fault with a
//! reason, and nothing is kept of it beyond what its batch can use. Ops are read and written by `op`,
//! answers by `answer`.

mod answer;
mod op;
mod schema;

pub use answer::{Shape, push_answer, shape};
pub use op::{StepFault, batch, step};
pub use schema::schema;

use crate::observe::gc::{Answer, Reading};
use crate::op::gc::Step;
use answer::Wire;
use serde::Deserialize;
use std::collections::BTreeMap;

/// The versions of the protocol that judge and [`super::serve()`] speak, the newest first. The judge of a
/// version speaks the one before it, too, so a new version is one more number here, and at most two stay.
pub const VERSIONS: &[u64] = &[1];

/// What is judged over this protocol.
pub const SUBJECT: &str = "gc";

/// The greatest number that a line may have.
pub const NUMBER_MAX: u64 = 1 << 53;

/// Ops of a batch, at most.
pub const BATCH_MAX: usize = 4096;

/// The longest line that a judge writes, in bytes, its line feed included.
pub const LINE_MAX: usize = 1 << 20;

/// The judge's first line.
pub fn greeting(seed: u64) -> String {
    let seed = seed % NUMBER_MAX;
    format!("{{\"heaplaw\":{VERSIONS:?},\"subject\":\"{SUBJECT}\",\"seed\":{seed}}}\n")
}

/// The first of `ours` that is one of `theirs`: the newest version that both speak.
pub fn common_version(ours: &[u64], theirs: &[u64]) -> Option<u64> {
    ours.iter().copied().find(|version| theirs.contains(version))
}

/// What a target says first.
#[derive(Clone, PartialEq, Eq, Debug, Default, Deserialize)]
pub struct Hello {
    /// The version that is spoken.
    #[serde(default)]
    pub version: u64,
    /// What is judged.
    #[serde(default)]
    pub name: String,
    /// Its version.
    #[serde(default)]
    pub release: String,
    /// Words of capabilities.
    #[serde(default)]
    pub offers: Vec<String>,
    /// What the target chose.
    #[serde(default)]
    pub choices: BTreeMap<String, serde_json::Value>,
    /// Why it does not speak.
    #[serde(default)]
    pub error: Option<String>,
}

impl Hello {
    /// Reads a line.
    ///
    /// # Errors
    /// What is wrong with it, in words.
    pub fn read(line: &[u8]) -> Result<Hello, String> {
        let hello: Hello =
            serde_json::from_slice(line).map_err(|e| format!("its hello is not one: {e}"))?;
        if let Some(error) = hello.error {
            return Err(format!("it said: {error}"));
        }
        if !VERSIONS.contains(&hello.version) {
            let version = hello.version;
            let known: Vec<String> = VERSIONS.iter().map(u64::to_string).collect();
            let known = known.join(" or ");
            return Err(format!("it speaks version {version} of the protocol, not {known}"));
        }
        if hello.name.is_empty() {
            return Err("its hello has no `name`".into());
        }
        Ok(hello)
    }

    /// The choice `tiny`, in bytes.
    pub fn tiny(&self) -> u64 {
        self.choices.get("tiny").and_then(serde_json::Value::as_u64).unwrap_or(0)
    }
}

/// The answers of a reply, one for each of `steps`, with readings by index.
///
/// # Errors
/// What is wrong with the line, in words.
#[expect(clippy::type_complexity, reason = "the two lists of a batch")]
pub fn reply(
    line: &[u8],
    number: u64,
    steps: &[Step],
) -> Result<(Vec<Answer>, Vec<(usize, Reading)>), String> {
    let reply: Reply =
        serde_json::from_slice(line).map_err(|e| format!("a reply that is not one: {e}"))?;
    if let Some(error) = reply.error {
        return Err(format!("it said: {error}"));
    }
    if reply.batch != number {
        return Err(format!("a reply to batch {} where {number} was due", reply.batch));
    }
    if reply.answers.len() != steps.len() {
        let (got, due) = (reply.answers.len(), steps.len());
        return Err(format!("{got} answers to {due} ops"));
    }
    let mut answers = Vec::with_capacity(steps.len());
    let mut readings = Vec::new();
    for (at, (step, wire)) in steps.iter().zip(reply.answers).enumerate() {
        let (answer, reading) = wire.into_answer(&step.op);
        answers.push(answer);
        readings.extend(reading.map(|reading| (at, reading)));
    }
    Ok((answers, readings))
}

#[derive(Deserialize)]
struct Reply {
    #[serde(default)]
    batch: u64,
    #[serde(default)]
    answers: Vec<Wire>,
    #[serde(default)]
    error: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_version_that_both_speak_is_spoken() {
        assert_eq!(common_version(&[3, 2], &[1, 2, 3]), Some(3));
        assert_eq!(common_version(&[3, 2], &[2, 1]), Some(2), "a judge speaks the one before");
        assert_eq!(common_version(&[2, 1], &[3, 2]), Some(2), "and is spoken to by the one after");
        assert_eq!(common_version(&[3, 2], &[1]), None);
    }

    #[test]
    fn the_versions_are_one_or_two_in_a_row_from_the_newest() {
        assert!(matches!(VERSIONS, [_]) || matches!(VERSIONS, [n, m] if *n == *m + 1));
    }

    #[test]
    fn what_the_judge_writes_keeps_to_the_numbers_of_the_protocol() {
        assert!(greeting(u64::MAX).contains("\"seed\":9007199254740991}"));
        let load = crate::op::gc::Op::Walk { of: crate::op::gc::Local(0), count: u64::MAX };
        assert!(batch(1, &[Step::main(load)]).contains("9007199254740992]"));
    }
}
