//! The hello: who speaks, which version, and who is not spoken to.

use super::talk::shown;
use super::{Adapter, Case, Fault};
use crate::target::How;
use crate::target::stdio::line::{NUMBER_MAX, SUBJECT, VERSIONS};
use serde_json::{Value, json};

/// A version that there will never be.
const NEVER: u64 = 99;

pub(super) fn cases() -> Vec<Case> {
    vec![
        Case::new("hello/name", "The hello names what is judged, and its release.", name),
        Case::new("hello/offers", "The hello lists what is offered, each word once.", offers),
        Case::new("hello/choices", "The choices are an object, and `tiny` a number.", choices),
        Case::new("hello/versions", "Of the versions of a judge one is picked.", versions),
        Case::new(
            "hello/unknown-version",
            "Other versions are refused with an error.",
            |adapter| {
                refused(adapter, &json!({ "heaplaw": [NEVER], "subject": SUBJECT, "seed": 0 }))
            },
        ),
        Case::new("hello/unknown-subject", "Other subjects are refused with an error.", |a| {
            refused(a, &json!({ "heaplaw": VERSIONS, "subject": "tea", "seed": 0 }))
        }),
        Case::new("hello/unknown-keys", "Keys that are not known are ignored.", |adapter| {
            let late = json!({ "deep": [[[{ "a": null, "b": [1.5e300, -7, "\u{e9}\n\"\\"] }]]] });
            let line = json!({
                "after": late, "heaplaw": VERSIONS, "before": [], "seed": 0, "subject": SUBJECT,
            });
            said_to(adapter, &line).map(drop)
        }),
        Case::new("hello/large-seed", "A seed is any number of the protocol.", |adapter| {
            let line = json!({ "heaplaw": VERSIONS, "subject": SUBJECT, "seed": NUMBER_MAX });
            said_to(adapter, &line).map(drop)
        }),
    ]
}

/// The hello that answers the line `greeting`.
fn said_to(adapter: &Adapter, greeting: &Value) -> Result<Value, Fault> {
    let mut talk = adapter.start()?;
    talk.say(&format!("{greeting}\n"));
    let text = talk.heard("a hello")?;
    let hello = serde_json::from_slice(&text).unwrap_or(Value::Null);
    if hello["version"].is_u64() {
        return Ok(hello);
    }
    Err(Fault::new(format!("a hello, as an answer to {greeting}"), shown(&text)))
}

fn hello(adapter: &Adapter) -> Result<Value, Fault> {
    said_to(adapter, &json!({ "heaplaw": VERSIONS, "subject": SUBJECT, "seed": 0 }))
}

/// `value`, or the fault that `key` is not `expected`.
fn ask(value: &Value, key: &str, expected: &str, fine: bool) -> Result<(), Fault> {
    if fine {
        return Ok(());
    }
    Err(Fault::new(format!("`{key}`: {expected}"), shown(value.to_string().as_bytes())))
}

fn name(adapter: &Adapter) -> Result<(), Fault> {
    let hello = hello(adapter)?;
    let (name, release) = (&hello["name"], &hello["release"]);
    ask(name, "name", "a text that is not empty", name.as_str().is_some_and(|n| !n.is_empty()))?;
    ask(release, "release", "a text, or nothing", release.is_null() || release.is_string())
}

fn offers(adapter: &Adapter) -> Result<(), Fault> {
    let hello = hello(adapter)?;
    let offers = &hello["offers"];
    let words: Option<Vec<&str>> =
        offers.as_array().map(|list| list.iter().filter_map(Value::as_str).collect());
    let Some(words) = words.filter(|w| Some(w.len()) == offers.as_array().map(Vec::len)) else {
        return ask(offers, "offers", "a list of words, or nothing", offers.is_null());
    };
    let twice = (1..words.len()).find(|&i| words[..i].contains(&words[i]));
    ask(offers, "offers", "each word once", twice.is_none())?;
    let statistics = ["memstats", "goal"].iter().any(|word| words.contains(word));
    let fine = !statistics || words.contains(&"stats");
    ask(offers, "offers", "`stats` where there are names of statistics", fine)
}

fn choices(adapter: &Adapter) -> Result<(), Fault> {
    let hello = hello(adapter)?;
    let choices = &hello["choices"];
    ask(choices, "choices", "an object, or nothing", choices.is_null() || choices.is_object())?;
    let tiny = &choices["tiny"];
    let fine = tiny.is_null() || tiny.as_u64().is_some_and(|n| n <= NUMBER_MAX);
    ask(tiny, "tiny", "a number of bytes, or nothing", fine)
}

/// A judge of the next version lists this one second; one that lists it first is as good.
fn versions(adapter: &Adapter) -> Result<(), Fault> {
    let later = VERSIONS[0] + 1;
    for &version in VERSIONS {
        for listed in [vec![version], vec![NEVER, version], vec![version, NEVER]] {
            let line = json!({ "heaplaw": listed, "subject": SUBJECT, "seed": 0 });
            let picked = said_to(adapter, &line)?["version"].clone();
            let expected = format!("{version}, as an answer to {line}");
            ask(&picked, "version", &expected, picked == version)?;
        }
    }
    let listed: Vec<u64> = [later].iter().chain(VERSIONS).copied().collect();
    let line = json!({ "heaplaw": listed, "subject": SUBJECT, "seed": 0 });
    let picked = said_to(adapter, &line)?["version"].clone();
    let known = picked.as_u64().is_some_and(|version| listed.contains(&version));
    ask(&picked, "version", &format!("one of those in {line}"), known)
}

/// The line `greeting` is answered with an error, and the program ends.
fn refused(adapter: &Adapter, greeting: &Value) -> Result<(), Fault> {
    let expected = || format!("{{\"error\":\"...\"}} and an end, as an answer to {greeting}");
    let mut talk = adapter.start()?;
    talk.say_wrong(format!("{greeting}\n").as_bytes());
    let text = talk.heard(&expected())?;
    let said: Value = serde_json::from_slice(&text).unwrap_or(Value::Null);
    if !said["error"].is_string() {
        return Err(Fault::new(expected(), shown(&text)));
    }
    match talk.hear() {
        Err(How::Exit(_)) => Ok(()),
        Err(how) => Err(Fault::new(expected(), talk.departure(how))),
        Ok(more) => Err(Fault::new(expected(), format!("one line more: {}", shown(&more)))),
    }
}
