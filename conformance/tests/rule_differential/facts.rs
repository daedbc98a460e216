//! Random facts, bound to a frame for us and to a context for the interpreter.

use cel::{Context, Env, Value};
use conformance::rule::{Frame, Vocabulary};
use std::collections::BTreeMap;
use std::collections::HashMap;
use std::sync::Arc;

pub(crate) const INTS: [&str; 5] =
    ["block.address", "block.size", "block.serial", "request.align", "op.errno"];
pub(crate) const BOOLS: [&str; 2] = ["op.ok", "request.zeroed"];
pub(crate) const WORD_FACTS: [&str; 2] = ["op.kind", "last.kind"];
pub(crate) const WORDS: [&str; 4] = ["malloc", "calloc", "realloc", "free"];
pub(crate) const LISTS: [&str; 2] = ["run.serials", "run.footprints"];

/// Bytes that one record of facts is decoded from.
pub(crate) const RECORD_BYTES: usize = 22;

/// A value for every fact.
#[derive(Clone, Debug)]
pub(crate) struct Facts {
    pub(crate) ints: [u64; INTS.len()],
    pub(crate) bools: [bool; BOOLS.len()],
    pub(crate) words: [usize; WORD_FACTS.len()],
    pub(crate) lists: [Vec<u64>; LISTS.len()],
}

/// A number where things go wrong: at the ends of its type, small, or a power of two. `huge` allows
/// those that CEL's signed numbers cannot hold.
pub(crate) fn value_of(byte: u8, huge: bool) -> u64 {
    const HUGE: [u64; 4] = [1 << 63, (1 << 63) + 1, u64::MAX, u64::MAX - 1];
    const EDGES: [u64; 8] =
        [0, 1, 1 << 31, (1 << 31) - 1, 1 << 32, (1 << 63) - 1, (1 << 62) + 1, 1 << 13];
    match usize::from(byte) {
        edge @ 0..64 if huge => HUGE[edge % HUGE.len()],
        edge @ 0..48 => EDGES[edge % EDGES.len()],
        small => small as u64 % 40,
    }
}

impl Facts {
    /// Decodes a record of [`RECORD_BYTES`] bytes.
    pub(crate) fn new(bytes: &[u8]) -> Facts {
        let huge = bytes[0] % 4 == 1;
        let value = |i: usize| value_of(bytes[i], huge);
        let list = |from: usize, len: u8| (from..from + usize::from(len % 6)).map(value).collect();
        Facts {
            ints: [1, 2, 3, 4, 5].map(value),
            bools: [6, 7].map(|i| bytes[i] % 2 == 1),
            words: [8, 9].map(|i| usize::from(bytes[i]) % WORDS.len()),
            lists: [list(12, bytes[10]), list(17, bytes[11])],
        }
    }

    /// Whether CEL's signed numbers hold all of it.
    pub(crate) fn is_signed(&self) -> bool {
        let lists = self.lists.iter().flatten();
        self.ints.iter().chain(lists).all(|&value| i64::try_from(value).is_ok())
    }

    pub(crate) fn frame(&self, vocabulary: &Vocabulary) -> Frame {
        let mut frame = Frame::new(vocabulary);
        let mut set = |name: &str, value| {
            frame.set(vocabulary.fact(name).expect("a fact of the test glossary"), value);
        };
        INTS.iter().zip(self.ints).for_each(|(name, value)| set(name, value));
        BOOLS.iter().zip(self.bools).for_each(|(name, value)| set(name, value.into()));
        WORD_FACTS.iter().zip(self.words).for_each(|(name, value)| set(name, value as u64));
        for (name, values) in LISTS.iter().zip(&self.lists) {
            let list = vocabulary.list(name).expect("a list of the test glossary");
            frame.list_mut(list).clone_from(values);
        }
        frame
    }

    /// The facts for the interpreter: as its signed numbers where they fit, else as unsigned ones.
    pub(crate) fn context(&self, env: &Arc<Env>) -> Context<'static, 'static> {
        let signed = self.is_signed();
        let int = |value: u64| if signed { Value::Int(value as i64) } else { Value::UInt(value) };
        let ints = INTS.iter().zip(self.ints.map(int));
        let bools = BOOLS.iter().zip(self.bools.map(Value::Bool));
        let words = WORD_FACTS.iter().zip(self.words.map(|word| Value::from(WORDS[word])));
        let lists = self
            .lists
            .iter()
            .map(|list| Value::from(list.iter().map(|&value| int(value)).collect::<Vec<Value>>()));
        let mut records: BTreeMap<&str, HashMap<String, Value>> = BTreeMap::new();
        for (name, value) in ints.chain(bools).chain(words).chain(LISTS.iter().zip(lists)) {
            let (record, field) = name.split_once('.').expect("facts are spelled `record.field`");
            records.entry(record).or_default().insert(field.to_owned(), value);
        }
        let mut context = Context::with_env(env.clone());
        for (record, fields) in records {
            context.add_variable_from_value(record, fields);
        }
        context
    }
}
