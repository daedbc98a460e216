//! Faults in ops and their operands.

use super::{Done, Heard, OF_OP, Wrong, is_hello, wrong};
use conformance::observe::gc::{Answer, Outcome, Reading};
use conformance::op::gc::Op;
use serde_json::Value;

pub(super) fn ops() -> Vec<Wrong> {
    vec![
        Wrong {
            performed: |_, _, op, (mut answer, reading)| {
                if matches!(op, Op::Check { .. }) {
                    answer.count = answer.count.min(2);
                }
                (answer, reading)
            },
            ..wrong("keeps an address", "op/addresses", "`check l0`: 3 in all", "[1, 0]")
        },
        Wrong {
            replies: |_, asked, hello| {
                if let Some(offers) = hello["offers"].as_array_mut().filter(|_| is_hello(asked)) {
                    offers.retain(|word| word != "storm");
                }
            },
            ..wrong(
                "offers too little",
                "op/not-offered",
                "`[\"storm\",0,0,0,0]`",
                "it was answered",
            )
        },
        Wrong {
            replies: |_, _, reply| {
                for answer in reply["answers"].as_array_mut().into_iter().flatten() {
                    if answer == "unsupported" {
                        *answer = serde_json::json!({ "error": "what?" });
                    }
                }
            },
            ..wrong("knows every word", "op/unknown", "\"unsupported\"", "what?")
        },
    ]
}

/// The wrong adapter that answers `word`, where it is done, with four values.
pub(crate) fn of_op(word: &str) -> Wrong {
    Wrong {
        replies: |memory, asked, reply| {
            let ops = asked["ops"].as_array().into_iter().flatten();
            let answers = reply["answers"].as_array_mut().into_iter().flatten();
            for (_, answer) in ops.zip(answers).filter(|(op, answer)| {
                op[0] == *memory.about && !answer.is_string() && answer["error"].is_null()
            }) {
                *answer = serde_json::json!([1, 2, 3, 4]);
            }
        },
        about: word.to_owned(),
        ..Wrong::nothing(&format!("{OF_OP}{word}"))
    }
}

/// Alters ops of a batch before they are served.
fn altered(line: Vec<u8>, alter: fn(&mut Value)) -> Heard {
    let Ok(mut asked) = serde_json::from_slice::<Value>(&line) else { return Heard::Line(line) };
    let Some(ops) = asked["ops"].as_array_mut() else { return Heard::Line(line) };
    ops.iter_mut().for_each(alter);
    Heard::Line(format!("{asked}\n").into_bytes())
}

pub(super) fn operands() -> Vec<Wrong> {
    vec![
        Wrong {
            hears: |_, line| {
                altered(line, |op| {
                    if op[0] == "drop"
                        && let Some(local) = op[2].as_u64()
                    {
                        op[2] = (local % 16).into();
                    }
                })
            },
            ..wrong("wraps around", "operand/out-of-range", "`[\"drop\",0,16]`", "null")
        },
        Wrong {
            hears: |_, line| {
                altered(line, |op| {
                    if op[0] == "drop" && op[2] == true {
                        op[2] = 1.into();
                    }
                })
            },
            ..wrong("counts with truth", "operand/wrong-type", "`[\"drop\",0,true]`", "null")
        },
        Wrong {
            hears: |_, line| {
                altered(line, |op| {
                    if op[0] == "drop"
                        && let Some(op) = op.as_array_mut()
                    {
                        op.truncate(3);
                    }
                })
            },
            ..wrong("looks no further", "operand/wrong-count", "`[\"drop\",0,0,0]`", "null")
        },
        Wrong {
            hears: |_, line| {
                altered(line, |op| {
                    if op[1] == "0" {
                        op[1] = 0.into();
                    }
                })
            },
            ..wrong(
                "reads numbers in words",
                "operand/mutator",
                "`[\"new\",\"0\",0,2",
                "answered [",
            )
        },
        Wrong {
            replies: |_, asked, reply| {
                let ops = asked["ops"].as_array().map_or(&[][..], Vec::as_slice);
                for (i, _) in ops.iter().enumerate().filter(|(_, op)| op.is_object()) {
                    reply["answers"][i] = "skip".into();
                }
            },
            ..wrong("skips what is no op", "operand/no-list", "`{\"op\":\"drop\"}`", "\"skip\"")
        },
        Wrong {
            replies: |_, asked, reply| {
                let ops = asked["ops"].as_array().map_or(&[][..], Vec::as_slice);
                for (i, _) in ops.iter().enumerate().filter(|(_, op)| op[2] == "pocket") {
                    reply["answers"][i] = serde_json::json!({ "error": "no pocket" });
                }
            },
            ..wrong("minds its pockets", "operand/unknown-kind", "\"skip\"", "no pocket")
        },
        Wrong {
            performed: |_, _, op, done| match op {
                Op::Walk { count: 4_294_967_296.., .. } => failed("too far"),
                _ => done,
            },
            ..wrong("does not walk far", "operand/largest", "an answer of its shape", "too far")
        },
    ]
}

fn failed(says: &str) -> Done {
    (Answer::bare(Outcome::Failed), Some(Reading::Said(says.into())))
}
