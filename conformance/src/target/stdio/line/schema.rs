//! The JSON Schema of the lines, made of the tables that read and write them.
//!
//! It says of each line by itself whether it is one of the protocol. Which answer is due to which op
//! no schema of lines can say; so each op's answer has a definition of its own, `answer_WORD` beside
//! `op_WORD`, for who holds the two together.

use super::answer::GATHERED;
use super::op::is_spoken;
use super::{BATCH_MAX, NUMBER_MAX, SUBJECT, Shape, VERSIONS, shape};
use crate::capability::Capability;
use crate::op::THREADS;
use crate::op::gc::{Kind, Map, Op};
use crate::target::collector::needs;
use crate::trace::form::gc::FORMS;
use crate::trace::form::{Form, Operand, Values};
use serde_json::{Value, json};

/// The JSON Schema (draft-07, as the others of heaplaw) of a line of the protocol, as pretty JSON with a
/// line break at the end. It is committed as `specs/protocol.schema.json`.
///
/// # Panics
/// Never: a schema is plain JSON.
pub fn schema() -> String {
    let lines = ["judge_hello", "target_hello", "batch", "reply", "error"];
    let mut definitions = json!({
        "number": { "type": "integer", "minimum": 0, "maximum": NUMBER_MAX },
        "judge_hello": judge_hello(),
        "target_hello": target_hello(),
        "batch": batch(),
        "reply": reply(),
        "error": error(),
        "word": word(),
        "gathered": gathered(),
        "stats": stats(),
        "answer": answer(),
    });
    for form in FORMS.iter().filter(|form| is_spoken(form)) {
        definitions[format!("op_{}", form.word)] = op(form);
        definitions[format!("answer_{}", form.word)] = answer_to(form);
    }
    let schema = json!({
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "A line of heaplaw's protocol for collectors",
        "description": "docs/protocol.md says what the lines mean, and which follows which.",
        "anyOf": lines.map(definition),
        "definitions": definitions,
    });
    serde_json::to_string_pretty(&schema).expect("a schema is plain JSON") + "\n"
}

fn definition(name: &str) -> Value {
    json!({ "$ref": format!("#/definitions/{name}") })
}

/// An object of these keys, and others that nobody looks at.
fn object(says: &str, required: &[&str], properties: &Value) -> Value {
    json!({
        "description": says,
        "type": "object",
        "required": required,
        "properties": properties,
    })
}

fn judge_hello() -> Value {
    let keys = json!({
        "heaplaw": {
            "description": "The versions that the judge speaks.",
            "type": "array",
            "items": definition("number"),
            "minItems": 1,
        },
        "subject": { "const": SUBJECT },
        "seed": definition("number"),
    });
    object("The first line of a judge.", &["heaplaw", "subject", "seed"], &keys)
}

fn target_hello() -> Value {
    let offered = Capability::ALL.iter().filter(|c| c.is_of_collectors()).map(|c| c.word());
    let offered: Vec<&str> = offered.collect();
    let keys = json!({
        "version": { "enum": VERSIONS },
        "name": { "type": "string", "minLength": 1 },
        "release": { "type": "string" },
        "offers": {
            "description": "Capabilities. Words that a judge does not know are ignored.",
            "type": "array",
            "items": { "anyOf": [{ "enum": offered }, { "type": "string" }] },
        },
        "choices": { "type": "object", "properties": { "tiny": definition("number") } },
        "detail": { "description": "Whatever says more about the build." },
    });
    object("The first line of a target.", &["version", "name"], &keys)
}

fn batch() -> Value {
    let ops = FORMS.iter().filter(|form| is_spoken(form));
    let ops: Vec<Value> = ops.map(|form| definition(&format!("op_{}", form.word))).collect();
    let keys = json!({
        "batch": { "type": "integer", "minimum": 1, "maximum": NUMBER_MAX },
        "ops": { "type": "array", "items": { "anyOf": ops }, "maxItems": BATCH_MAX },
    });
    object("Ops of a judge, to be performed in order.", &["batch", "ops"], &keys)
}

fn reply() -> Value {
    let keys = json!({
        "batch": { "type": "integer", "minimum": 1, "maximum": NUMBER_MAX },
        "answers": { "type": "array", "items": definition("answer"), "maxItems": BATCH_MAX },
    });
    object("One answer to each op of the batch of this number.", &["batch", "answers"], &keys)
}

fn error() -> Value {
    let says = "As a line: why a target ends the conversation. As an answer: why an op failed.";
    object(says, &["error"], &json!({ "error": { "type": "string" } }))
}

fn word() -> Value {
    json!({ "enum": ["skip", "refused", "unsupported"] })
}

/// A list of numbers and of pairs that stand for runs of them.
fn runs() -> Value {
    let pair =
        json!({ "type": "array", "items": definition("number"), "minItems": 2, "maxItems": 2 });
    json!({ "type": "array", "items": { "anyOf": [definition("number"), pair] } })
}

fn gathered() -> Value {
    report("What became known.")
}

fn stats() -> Value {
    let mut stats = report("Statistics by name.");
    stats["additionalProperties"] = json!({ "type": "number" });
    stats
}

/// An object that is no error. Whatever else it tells, what became known is told in lists.
fn report(says: &str) -> Value {
    let lists = GATHERED.map(|key| (key.to_owned(), runs()));
    let mut report = object(says, &[], &lists.into_iter().collect());
    report["not"] = json!({ "required": ["error"] });
    report
}

/// What may answer some op.
fn answer() -> Value {
    let values =
        json!({ "type": "array", "items": definition("number"), "minItems": 1, "maxItems": 3 });
    let kinds = ["number", "word", "error", "gathered", "stats"].map(definition);
    let all: Vec<Value> = [json!({ "type": "null" }), values].into_iter().chain(kinds).collect();
    json!({ "anyOf": all })
}

/// What may answer the op of `form`.
fn answer_to(form: &Form<Op>) -> Value {
    let mut ways = match shape(&(form.build)(&[Some(1); _])) {
        Shape::Values(_, 0) => vec![json!({ "type": "null" })],
        Shape::Values(least, most) => {
            let list = json!({
                "type": "array",
                "items": definition("number"),
                "minItems": least,
                "maxItems": most,
            });
            let bare = (least == 1).then(|| definition("number"));
            bare.into_iter().chain([list]).collect()
        }
        Shape::Gathered => vec![definition("gathered")],
        Shape::Stats => vec![definition("stats")],
    };
    ways.extend([definition("word"), definition("error")]);
    json!({ "anyOf": ways })
}

fn op(form: &Form<Op>) -> Value {
    let operands = form.operands.iter().map(|operand| operand.word());
    let title: Vec<&str> = [form.word].into_iter().chain(operands).collect();
    let mutator = json!({ "type": "integer", "minimum": 0, "maximum": THREADS - 1 });
    let items: Vec<Value> = [json!({ "const": form.word }), mutator]
        .into_iter()
        .chain(form.operands.iter().copied().map(operand))
        .collect();
    let mut op = json!({
        "title": title.join(" "),
        "type": "array",
        "minItems": items.len(),
        "maxItems": items.len(),
        "items": items,
    });
    if let Some(need) = needs(&(form.build)(&Values::default())) {
        op["description"] = format!("Of targets that offer `{need}`.").into();
    }
    op
}

fn operand(operand: Operand) -> Value {
    match operand {
        Operand::Map => json!({ "enum": Map::ALL.map(Map::word) }),
        Operand::Kind => json!({ "enum": Kind::ALL.map(Kind::word) }),
        _ => {
            let range = operand.range();
            let most = *range.end().min(&NUMBER_MAX);
            json!({ "type": "integer", "minimum": range.start(), "maximum": most })
        }
    }
}
