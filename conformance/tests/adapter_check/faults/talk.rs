//! Faults in hellos and batches.

use super::{Heard, Wrong, is_hello, wrong};
use serde_json::Value;

fn hears_hello(line: &[u8]) -> Option<Value> {
    serde_json::from_slice::<Value>(line).ok().filter(|asked| asked["heaplaw"].is_array())
}

fn refuses(why: &str) -> Heard {
    // What a right adapter refuses, in its place.
    Heard::Line(format!("{{\"no\":\"{why}\"}}\n").into_bytes())
}

pub(super) fn hellos() -> Vec<Wrong> {
    vec![
        Wrong {
            replies: |_, asked, hello| {
                if is_hello(asked) && hello["error"].is_null() {
                    hello["name"] = "".into();
                }
            },
            ..wrong("has no name", "hello/name", "`name`: a text that is not empty", "\"\"")
        },
        Wrong {
            replies: |_, asked, hello| {
                if let Some(offers) = hello["offers"].as_array_mut().filter(|_| is_hello(asked)) {
                    offers.push("weak".into());
                }
            },
            ..wrong("offers twice", "hello/offers", "each word once", "\"weak\"")
        },
        Wrong {
            replies: |_, asked, hello| {
                if is_hello(asked) && hello["error"].is_null() {
                    hello["choices"]["tiny"] = "16".into();
                }
            },
            ..wrong("chooses in words", "hello/choices", "`tiny`: a number of bytes", "\"16\"")
        },
        Wrong {
            hears: |_, line| match hears_hello(&line) {
                Some(asked) if asked["heaplaw"][0] != 1 => refuses("the first is another"),
                _ => Heard::Line(line),
            },
            ..wrong("looks at one version", "hello/versions", "a hello, as an answer", "error")
        },
        Wrong {
            hears: |_, line| match hears_hello(&line) {
                Some(mut asked) if asked["heaplaw"][0] == 99 => {
                    asked["heaplaw"] = [1].as_slice().into();
                    Heard::Line(format!("{asked}\n").into_bytes())
                }
                _ => Heard::Line(line),
            },
            ..wrong("takes any version", "hello/unknown-version", "[99]", "\"small\"")
        },
        Wrong {
            hears: |_, line| match hears_hello(&line) {
                Some(mut asked) => {
                    asked["subject"] = "gc".into();
                    Heard::Line(format!("{asked}\n").into_bytes())
                }
                None => Heard::Line(line),
            },
            ..wrong("takes any subject", "hello/unknown-subject", "\"tea\"", "\"small\"")
        },
        Wrong {
            hears: |_, line| match hears_hello(&line).as_ref().and_then(Value::as_object) {
                Some(asked) if asked.len() > 3 => refuses("too many keys"),
                _ => Heard::Line(line),
            },
            ..wrong("knows three keys", "hello/unknown-keys", "a hello, as an answer", "error")
        },
        Wrong {
            hears: |_, line| match hears_hello(&line) {
                Some(asked) if asked["seed"].as_u64() > Some(1 << 32) => refuses("too large"),
                _ => Heard::Line(line),
            },
            ..wrong("has small seeds", "hello/large-seed", "9007199254740992", "error")
        },
    ]
}

fn ops_of(line: &[u8]) -> Option<usize> {
    let asked: Value = serde_json::from_slice(line).ok()?;
    Some(asked["ops"].as_array()?.len())
}

pub(super) fn batches() -> Vec<Wrong> {
    vec![
        Wrong {
            replies: |_, asked, reply| {
                if asked["ops"].as_array().is_some_and(Vec::is_empty) {
                    reply["answers"] = [Value::Null].as_slice().into();
                }
            },
            ..wrong("answers nothing", "batch/empty", "batch 1 with 0 answers", "[null]")
        },
        Wrong {
            replies: |memory, asked, reply| {
                if memory.batches >= 5 && asked["ops"].as_array().is_some_and(|o| o.len() == 1) {
                    reply["batch"] = 4.into();
                }
            },
            ..wrong("counts to four", "batch/numbers", "batch 5 with 1 answers", "\"batch\":4")
        },
        Wrong {
            replies: |_, asked, reply| {
                let ops = asked["ops"].as_array().map_or(&[][..], Vec::as_slice);
                if ops.len() == 16
                    && ops[8..].iter().all(|op| op[0] == "check")
                    && let Some(answers) = reply["answers"].as_array_mut()
                {
                    answers.swap(8, 9);
                }
            },
            ..wrong("answers as it likes", "batch/order", "`check l5`: 6 and 0", "[1, 0,")
        },
        Wrong {
            hears: |_, line| match ops_of(&line) {
                Some(2049..) => refuses("too many"),
                _ => Heard::Line(line),
            },
            ..wrong("has room for 2048", "batch/largest", "4096 answers", "error")
        },
        Wrong {
            hears: |memory, line| match memory.waiting {
                0 => Heard::Line(line),
                _ => Heard::Nothing,
            },
            ..wrong(
                "empties its input",
                "batch/two-at-once",
                "reply to batch 1",
                "blocked for ever",
            )
        },
        Wrong {
            speaks: |memory, line| {
                if memory.batches < 8 || line.len() > 100 {
                    return line;
                }
                std::mem::replace(&mut memory.kept, line)
            },
            last: |memory| std::mem::take(&mut memory.kept),
            ..wrong("flushes late", "batch/flushed", "reply to batch 8", "blocked for ever")
        },
        Wrong {
            hears: |_, line| match line.len() {
                ..600_000 => Heard::Line(line),
                _ => refuses("too long"),
            },
            ..wrong("has short lines", "batch/long-line", "a reply to batch 1", "error")
        },
        Wrong {
            hears: |_, line| match serde_json::from_slice::<Value>(&line) {
                Ok(asked) if asked["batch"].is_u64() && asked["x"].is_object() => refuses("x"),
                _ => Heard::Line(line),
            },
            ..wrong("knows two keys", "batch/unknown-keys", "a reply to batch 1", "error")
        },
        Wrong {
            hears: |_, line| {
                let escapes = line.windows(2).any(|two| two == b"\\u");
                if escapes && ops_of(&line).is_some() {
                    refuses("an escape")
                } else {
                    Heard::Line(line)
                }
            },
            ..wrong("reads no escapes", "batch/spelling", "a reply to batch 1", "error")
        },
    ]
}
