//! Faults in what is made of lines that are none, and of the end.

use super::{Heard, Wrong, wrong};
use serde_json::Value;

pub(super) fn lines() -> Vec<Wrong> {
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

pub(super) fn ends() -> Vec<Wrong> {
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
