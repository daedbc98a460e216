//! The lines of the protocol: steps to text, text to answers. `docs/protocol.md` has the grammar.
//!
//! What comes from a target is hostile: a line that is anything else than a reply is a fault with a
//! reason, and nothing is kept of it beyond what its batch can use. Ops are read and written by `op`,
//! answers by `answer`.

mod answer;
mod op;

pub use answer::{Shape, push_answer, shape};
pub use op::{StepFault, batch, step};

use crate::observe::gc::{Answer, Reading};
use crate::op::gc::Step;
use answer::Wire;
use serde::Deserialize;
use std::collections::BTreeMap;

/// The version of the protocol that is spoken.
pub const VERSION: u64 = 1;

/// The judge's first line.
pub fn greeting(seed: u64) -> String {
    format!("{{\"heaplaw\":[{VERSION}],\"subject\":\"gc\",\"seed\":{seed}}}\n")
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
        if hello.version != VERSION {
            let version = hello.version;
            return Err(format!("it speaks version {version} of the protocol, not {VERSION}"));
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
