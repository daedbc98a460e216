//! What may be wrong with an adapter: one thing each.

mod identity;
mod lines;
mod ops;
mod skips;
mod talk;

pub(crate) use ops::of_op;

use conformance::observe::gc::{Answer, Reading};
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
    [
        talk::hellos(),
        talk::batches(),
        ops::ops(),
        ops::operands(),
        skips::skips(),
        identity::identity(),
        lines::lines(),
        lines::ends(),
    ]
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
