//! Lines that are none of the protocol: refused in words, and never by a crash, in silence, or at all
//! taken for something.

use super::talk::{Talk, shown};
use super::{Adapter, Case, Fault};
use crate::target::How;
use crate::target::stdio::line::{LINE_MAX, SUBJECT, VERSIONS};
use serde_json::Value;

/// Lists in lists: more than there is stack for, if each takes a call.
const DEEP: usize = 400_000;

/// What is said in place of a hello, and in place of the first batch.
type Wrong = (Vec<Vec<u8>>, Vec<Vec<u8>>);

pub(super) fn cases() -> Vec<Case> {
    let case = |name: &str, says: &str, wrong: fn() -> Wrong| {
        let says = format!("{says} is refused with an error, or an end that is no success.");
        Case::new(format!("line/{name}"), says, move |adapter| refused(adapter, &wrong()))
    };
    vec![
        case("no-json", "A line that is no JSON", || {
            both(&["nonsense\n", "{'batch':1,'ops':[]}\n", "{\"batch\":1,\"ops\":[],}\n", "\n"])
        }),
        case("truncated", "A line that is cut off", || {
            let (hello, batch) = (hello(), batch());
            let cut = |line: &str| {
                let ends = [line.len() - 2, line.len() / 2, 1];
                // Cut by the end of all input, and by a line feed.
                let whole = ends.iter().map(|&end| line.as_bytes()[..end].to_vec());
                let fed = ends.iter().map(|&end| [&line.as_bytes()[..end], b"\n"].concat());
                whole.chain(fed).collect()
            };
            (cut(&hello), cut(&batch))
        }),
        case("no-object", "A line that is JSON, and no object", || {
            both(&["[]\n", "7\n", "null\n", "\"batch\"\n", "true\n"])
        }),
        case("two-values", "A line with more than one value", || {
            let twice = |line: String| vec![format!("{} {line}", line.trim_end()).into_bytes()];
            (twice(hello()), twice(batch()))
        }),
        case("missing-keys", "A line that lacks a key", || {
            let hellos = ["{}\n", "{\"subject\":\"gc\",\"seed\":0}\n"];
            let batches = ["{}\n", "{\"batch\":1}\n", "{\"ops\":[]}\n"];
            (bytes(&hellos), bytes(&batches))
        }),
        case("wrong-types", "A line with a value of another type", || {
            let hellos = [
                "{\"heaplaw\":1,\"subject\":\"gc\",\"seed\":0}\n",
                "{\"heaplaw\":{\"1\":1},\"subject\":\"gc\",\"seed\":0}\n",
                "{\"heaplaw\":[\"1\"],\"subject\":\"gc\",\"seed\":0}\n",
            ];
            let batches = [
                "{\"batch\":\"1\",\"ops\":[]}\n",
                "{\"batch\":-1,\"ops\":[]}\n",
                "{\"batch\":1.5,\"ops\":[]}\n",
                "{\"batch\":1,\"ops\":{}}\n",
                "{\"batch\":1,\"ops\":null}\n",
            ];
            (bytes(&hellos), bytes(&batches))
        }),
        case("nul", "A line with a byte 0", || {
            let nul = |line: String| {
                let middle = line.len() / 2;
                let inside = [&line.as_bytes()[..middle], b"\0", &line.as_bytes()[middle..]];
                vec![inside.concat(), [b"\0", line.as_bytes()].concat()]
            };
            (nul(hello()), nul(batch()))
        }),
        case("no-text", "A line that is not UTF-8", || {
            let bad = b"\xff\xc3\x28\xed\xa0\x80";
            let key = |line: String| {
                [&line.as_bytes()[..line.len() - 2], b",\"x\":\"", bad, b"\"}\n"].concat()
            };
            let word = [&b"{\"batch\":1,\"ops\":[[\""[..], bad, b"\",0]]}\n"].concat();
            (vec![key(hello())], vec![key(batch()), word])
        }),
        case("deep", "A line of lists in lists without end", || {
            let deep = |head: &str| {
                let open = [head.as_bytes(), &b"[".repeat(DEEP), b"\n"].concat();
                vec![open]
            };
            (deep("{\"heaplaw\":"), [deep("{\"batch\":1,\"ops\":"), deep("{\"x\":")].concat())
        }),
        case("too-long", "A line of more than 1 MiB", || {
            let long = |line: String| {
                let more = "x".repeat(2 * LINE_MAX);
                vec![format!("{},\"x\":\"{more}\"}}\n", &line[..line.len() - 2]).into_bytes()]
            };
            (long(hello()), long(batch()))
        }),
    ]
}

fn hello() -> String {
    format!("{{\"heaplaw\":{VERSIONS:?},\"subject\":\"{SUBJECT}\",\"seed\":0}}\n")
}

fn batch() -> String {
    "{\"batch\":1,\"ops\":[[\"new\",0,0,2,\"last\"],[\"check\",0,0]]}\n".into()
}

fn bytes(lines: &[&str]) -> Vec<Vec<u8>> {
    lines.iter().map(|line| line.as_bytes().to_vec()).collect()
}

fn both(lines: &[&str]) -> Wrong {
    (bytes(lines), bytes(lines))
}

fn refused(adapter: &Adapter, (hellos, batches): &Wrong) -> Result<(), Fault> {
    for line in hellos {
        refuses(&mut adapter.start()?, line)?;
    }
    for line in batches {
        refuses(&mut adapter.greeted()?, line)?;
    }
    Ok(())
}

/// The line is answered with an error, or with an exit that is no success; and then there is an end.
fn refuses(talk: &mut Talk<'_>, line: &[u8]) -> Result<(), Fault> {
    let expected =
        || format!("an error, or an exit with another status than 0, after {}", shown(line));
    let fault = |seen: String| Err(Fault::new(expected(), seen));
    talk.say_wrong(line);
    talk.close();
    match talk.hear() {
        Ok(text) => {
            let said: Value = serde_json::from_slice(&text).unwrap_or(Value::Null);
            if !said["error"].is_string() {
                return fault(format!("it was answered {}", shown(&text)));
            }
        }
        Err(How::Exit(status)) if status != 0 => return Ok(()),
        Err(how) => return fault(talk.departure(how)),
    }
    match talk.hear() {
        Err(How::Exit(_)) => Ok(()),
        Err(how) => fault(format!("an error, and then {}", talk.departure(how))),
        Ok(more) => fault(format!("an error, and then {}", shown(&more))),
    }
}
