//! What may be wrong with an adapter: one thing each.

use conformance::observe::gc::{Answer, Outcome, Reading};
use conformance::op::Thread;
use conformance::op::gc::Op;
use serde_json::Value;

/// What the names of those begin with that answer one op wrongly.
pub(crate) const OF_OP: &str = "of op ";

/// What came of an op.
pub(crate) type Done = (Answer, Option<Reading>);

/// One wrong adapter, and what must be said of it. Whatever it does not replace is right.
#[derive(Clone)]
pub(crate) struct Wrong {
    /// In words, for the command line.
    pub(crate) name: String,
    /// The op that it is about, if it is about one.
    pub(crate) about: String,
    /// The cases that fail, all of them.
    pub(crate) fails: Vec<&'static str>,
    /// A part of what was expected, and of what was seen.
    pub(crate) says: [&'static str; 2],
    /// A line of the judge comes.
    pub(crate) hears: fn(&mut Memory, Vec<u8>) -> Heard,
    /// An op was performed.
    pub(crate) performed: fn(&mut Memory, Thread, &Op, Done) -> Done,
    /// A right reply to what was asked is ready.
    pub(crate) replies: fn(&mut Memory, &Value, &mut Value),
    /// A reply goes out as a line.
    pub(crate) speaks: fn(&mut Memory, String) -> String,
    /// The judge said all.
    pub(crate) last: fn(&mut Memory) -> String,
    /// The exit status.
    pub(crate) status: fn(&Memory) -> u8,
}

/// What a wrong adapter remembers.
#[derive(Default)]
pub(crate) struct Memory {
    /// As in [`Wrong`].
    pub(crate) about: String,
    /// Batches answered.
    pub(crate) batches: u64,
    /// A mutator was started.
    pub(crate) started: bool,
    /// Bytes that came together with the line.
    pub(crate) waiting: usize,
    /// Whatever it counts.
    pub(crate) count: u64,
    /// Whatever it keeps back.
    pub(crate) kept: String,
}

/// What an adapter makes of a line.
pub(crate) enum Heard {
    /// This one.
    Line(Vec<u8>),
    /// None, and none of what came with it.
    Nothing,
}

impl Wrong {
    /// An adapter with nothing wrong with it.
    pub(crate) fn nothing(name: &str) -> Wrong {
        Wrong {
            name: name.to_owned(),
            about: String::new(),
            fails: Vec::new(),
            says: [""; 2],
            hears: |_, line| Heard::Line(line),
            performed: |_, _, _, done| done,
            replies: |_, _, _| {},
            speaks: |_, line| line,
            last: |_| String::new(),
            status: |_| 0,
        }
    }
}

/// Every wrong adapter but those of one op each.
pub(crate) fn all() -> Vec<Wrong> {
    [hellos(), batches(), ops(), operands(), skips(), identity(), lines(), ends()]
        .into_iter()
        .flatten()
        .collect()
}

/// The wrong adapter that fails `case`, with what must be said.
fn wrong(name: &str, case: &'static str, expected: &'static str, seen: &'static str) -> Wrong {
    Wrong { fails: vec![case], says: [expected, seen], ..Wrong::nothing(name) }
}

fn is_hello(asked: &Value) -> bool {
    asked["ops"].is_null()
}

fn hears_hello(line: &[u8]) -> Option<Value> {
    serde_json::from_slice::<Value>(line).ok().filter(|asked| asked["heaplaw"].is_array())
}

fn refuses(why: &str) -> Heard {
    // What a right adapter refuses, in its place.
    Heard::Line(format!("{{\"no\":\"{why}\"}}\n").into_bytes())
}

fn hellos() -> Vec<Wrong> {
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

fn batches() -> Vec<Wrong> {
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
            hears: |_, line| match line.windows(2).any(|two| two == b"\\u")
                && ops_of(&line).is_some()
            {
                false => Heard::Line(line),
                true => refuses("an escape"),
            },
            ..wrong("reads no escapes", "batch/spelling", "a reply to batch 1", "error")
        },
    ]
}

fn ops() -> Vec<Wrong> {
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

fn operands() -> Vec<Wrong> {
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

/// `done`, but for a skipped op that `is` says: that is answered with `values`.
fn not_skipped(done: Done, is: bool, values: &[u64]) -> Done {
    if is && done.0.outcome == Outcome::Skipped { (Answer::with(values), None) } else { done }
}

fn skips() -> Vec<Wrong> {
    let skip = "\"skip\", as it does not apply";
    let wrong = |name, case, seen| wrong(name, case, skip, seen);
    vec![
        Wrong {
            performed: |_, _, op, done| {
                not_skipped(done, matches!(op, Op::Reviver { of, .. } if of.0 == 1), &[])
            },
            ..wrong("revives nil", "skip/nil", "`reviver l1 g0` was answered null")
        },
        Wrong {
            performed: |_, _, op, done| {
                not_skipped(done, matches!(op, Op::Clear { of, slot: 0 } if of.0 == 0), &[])
            },
            ..wrong("clears no slot", "skip/not-there", "`clear l0 0` was answered null")
        },
        Wrong {
            performed: |_, _, op, done| {
                not_skipped(done, matches!(op, Op::Wipe { of, .. } if of.0 == 2), &[])
            },
            ..wrong("wipes all maps", "skip/ranges", "`wipe l2 0 1` was answered null")
        },
        Wrong {
            performed: |_, _, op, done| {
                not_skipped(done, matches!(op, Op::Hide { word: 3, of, .. } if of.0 == 0), &[])
            },
            ..wrong("hides insides", "skip/inside", "`hide l0 3 l1` was answered null")
        },
        Wrong {
            performed: |_, _, op, done| {
                not_skipped(done, matches!(op, Op::Past { to, .. } if to.0 == 2), &[])
            },
            ..wrong("looks past the end", "skip/past-end", "`l2 = past l1` was answered null")
        },
        Wrong {
            performed: |_, _, op, done| not_skipped(done, matches!(op, Op::Same { .. }), &[1]),
            ..wrong("compares nothing", "skip/empty", "`same w0 w0` was answered 1")
        },
        Wrong {
            performed: |_, thread, op, done| {
                not_skipped(done, thread.0 == 1 && matches!(op, Op::End { .. }), &[])
            },
            ..wrong("ends itself", "skip/mutators", "`@t1 end t1` was answered null")
        },
        Wrong {
            performed: |memory, _, op, done| {
                let skipped = *op == Op::Pop && done.0.outcome == Outcome::Skipped;
                memory.count += u64::from(skipped);
                not_skipped(done, skipped && memory.count == 2, &[])
            },
            ..wrong("pops the last", "skip/frames", "`pop` was answered null")
        },
        Wrong {
            performed: |memory, _, op, done| {
                let skipped = *op == Op::Begin && done.0.outcome == Outcome::Skipped;
                memory.count += u64::from(skipped);
                not_skipped(done, skipped && memory.count == 2, &[])
            },
            ..wrong("begins and begins", "skip/collections", "`begin` was answered null")
        },
        Wrong {
            performed: |_, _, op, done| {
                let first = matches!(op, Op::Reviver { of, global } if of.0 == 0 && global.0 == 0);
                not_skipped(done, first, &[])
            },
            ..wrong("finalizes twice", "skip/finalizers", "`reviver l0 g0` was answered null")
        },
        Wrong {
            performed: |_, _, op, done| {
                not_skipped(done, matches!(op, Op::Uncleanup { back: 1 }), &[])
            },
            ..wrong("stops what is not", "skip/cleanups", "`uncleanup 1` was answered null")
        },
        Wrong {
            performed: |_, _, op, done| not_skipped(done, *op == Op::Push, &[]),
            ..wrong("goes deeper", "skip/deepest-frame", "`push` was answered null")
        },
    ]
}

/// `done` with stamps that are `off` too high, as of one who counted too far.
fn counted(op: &Op, (mut answer, reading): Done, off: u64) -> Done {
    let read = matches!(op, Op::Check { .. } | Op::Load { .. }) && answer.outcome == Outcome::Done;
    answer.values[0] += if read && answer.values[0] > 0 { off } else { 0 };
    (answer, reading)
}

fn identity() -> Vec<Wrong> {
    vec![
        Wrong {
            performed: |_, _, op, (mut answer, reading)| {
                if matches!(op, Op::Inside { word: 5, of, .. } if of.0 == 1) {
                    answer.values[0] += 1;
                }
                (answer, reading)
            },
            ..wrong("reads the next", "identity/stamps", "`l0 = inside l1 5`: ", "answered ")
        },
        Wrong {
            performed: |memory, thread, op, done| {
                memory.count += u64::from(
                    thread.0 == 7
                        && matches!(op, Op::New { .. })
                        && done.0.outcome == Outcome::Skipped,
                );
                counted(
                    op,
                    done,
                    memory.count * u64::from(matches!(op, Op::Check { of } if of.0 == 1)),
                )
            },
            ..wrong("counts what is skipped", "identity/skipped", "`check l1`: 2 and 0", "[3, 0,")
        },
        Wrong {
            performed: |memory, thread, op, done| {
                memory.count += u64::from(thread.0 == 5 && matches!(op, Op::New { .. }));
                counted(op, done, memory.count)
            },
            ..wrong("counts five twice", "identity/mutators", "`@t5 check l1`: 3 and 0", "[4, 0,")
        },
        Wrong {
            performed: |memory, _, op, done| {
                memory.count += u64::from(matches!(op, Op::Chain { count: 1, .. }));
                counted(op, done, memory.count)
            },
            ..wrong("counts the chain", "identity/chain", "`check l4`: 8 and 0", "[9, 0,")
        },
        Wrong {
            performed: |memory, _, op, (mut answer, reading)| {
                memory.count += u64::from(*op == Op::Reset);
                if memory.count > 0 && matches!(op, Op::Check { .. }) && answer.values[0] > 0 {
                    answer.values[0] = 1;
                }
                (answer, reading)
            },
            ..wrong("begins anew", "identity/reset", "`check l0`: 3 and 0", "[1, 0,")
        },
        Wrong {
            performed: |memory, _, op, done| {
                memory.count += u64::from(*op == Op::Collect);
                let second = memory.count == 2 && done.0.values[0] == 3;
                counted(op, done, u64::from(second))
            },
            ..wrong("renumbers", "identity/collected", "`check l2`: 3 and 0", "[4, 0,")
        },
        Wrong {
            hears: |memory, line| {
                let failed = line.windows(16).any(|w| w == b"[\"new\",0,99,2,\"l");
                memory.count += u64::from(failed);
                Heard::Line(line)
            },
            replies: |memory, asked, reply| {
                if memory.count > 0 && asked["ops"][1][0] == "check" {
                    reply["answers"][1][0] = 2.into();
                }
            },
            ..wrong("counts failures", "identity/failed", "`check l0`: 1 and 0", "[2, 0,")
        },
        Wrong {
            performed: |_, _, _, (answer, mut reading)| {
                if let Some(Reading::Gathered(gathered)) = &mut reading {
                    gathered.dead = gathered.dead.iter().filter(|&dead| dead != 9).collect();
                }
                (answer, reading)
            },
            ..wrong("forgets the ninth", "identity/deaths", "[9] in `dead`", "`dead` was [(1, 1)]")
        },
        Wrong {
            performed: |memory, _, op, (answer, mut reading)| {
                memory.count += u64::from(matches!(op, Op::Uncleanup { back: 1 }));
                if let Some(Reading::Gathered(gathered)) = &mut reading
                    && memory.count > 0
                {
                    gathered.cleaned = gathered.cleaned.iter().map(|number| number + 1).collect();
                }
                (answer, reading)
            },
            ..wrong(
                "counts cleanups from two",
                "identity/cleanups",
                "`cleaned` with numbers from 1 to 3",
                "\"cleaned\":[4]",
            )
        },
        Wrong {
            performed: |_, _, op, done| match op {
                Op::Grow { size: 256..60_000 } => (Answer::SKIPPED, None),
                _ => done,
            },
            ..wrong("grows little", "script/random", "to be done, as it applies", "\"skip\"")
        },
    ]
}

fn lines() -> Vec<Wrong> {
    const SAID: &str = "an error, or an exit with another status than 0";
    let silent =
        |name, case, hears| Wrong { hears, ..wrong(name, case, SAID, "exited with status 0") };
    let taken = |name, case, hears| Wrong { hears, ..wrong(name, case, SAID, "it was answered") };
    vec![
        silent("ignores nonsense", "line/no-json", |_, line| {
            if line == b"nonsense\n" { Heard::Nothing } else { Heard::Line(line) }
        }),
        silent("ignores half lines", "line/truncated", |_, line| {
            if line.ends_with(b"\n") { Heard::Line(line) } else { Heard::Nothing }
        }),
        silent("ignores numbers", "line/no-object", |_, line| {
            if line == b"7\n" { Heard::Nothing } else { Heard::Line(line) }
        }),
        taken("reads one value", "line/two-values", |_, line| {
            let cut = line.windows(3).position(|three| three == b"} {");
            Heard::Line(cut.map_or(line.clone(), |at| [&line[..=at], b"\n"].concat()))
        }),
        taken("needs no ops", "line/missing-keys", |_, line| {
            if line == b"{\"batch\":1}\n" {
                return Heard::Line(b"{\"batch\":1,\"ops\":[]}\n".into());
            }
            Heard::Line(line)
        }),
        taken("takes null for a list", "line/wrong-types", |_, line| {
            if line == b"{\"batch\":1,\"ops\":null}\n" {
                return Heard::Line(b"{\"batch\":1,\"ops\":[]}\n".into());
            }
            Heard::Line(line)
        }),
        taken("strips zeros", "line/nul", |_, line| {
            Heard::Line(line.into_iter().filter(|&byte| byte != 0).collect())
        }),
        taken("mends text", "line/no-text", |_, line| {
            Heard::Line(String::from_utf8_lossy(&line).into_owned().into_bytes())
        }),
        Wrong {
            hears: |_, line| {
                if line.windows(99).any(|deep| deep.iter().all(|&byte| byte == b'[')) {
                    std::process::abort();
                }
                Heard::Line(line)
            },
            ..wrong("has a small stack", "line/deep", SAID, "SIGABRT")
        },
        taken("reads on and on", "line/too-long", |_, line| {
            if line.len() > 1 << 20
                && let Ok(mut asked) = serde_json::from_slice::<Value>(&line)
            {
                asked["x"] = Value::Null;
                return Heard::Line(format!("{asked}\n").into_bytes());
            }
            Heard::Line(line)
        }),
    ]
}

fn ends() -> Vec<Wrong> {
    let ended = |name, case, status| {
        let wrong = wrong(name, case, "an exit with status 0", "exited with status 3");
        Wrong { status, ..wrong }
    };
    vec![
        Wrong {
            replies: |memory, _, _| memory.count += 1,
            ..ended("waits for a hello", "end/at-once", |memory| 3 * u8::from(memory.count == 0))
        },
        Wrong {
            replies: |memory, _, _| memory.count += 1,
            ..ended("waits for a batch", "end/after-hello", |memory| {
                3 * u8::from(memory.count == 1)
            })
        },
        ended("ends badly", "end/after-batches", |memory| {
            3 * u8::from(memory.batches > 0 && !memory.started)
        }),
        ended("leaves mutators", "end/with-mutators", |memory| 3 * u8::from(memory.started)),
        Wrong {
            last: |_| "bye\n".into(),
            ..wrong("says goodbye", "end/nothing-more", "no line after the last reply", "bye")
        },
    ]
}
