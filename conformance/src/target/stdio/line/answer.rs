//! Answers as they stand in a line, read and written.

use crate::observe::gc::{Answer, Gathered, Numbers, Outcome, Reading};
use crate::op::gc::Op;
use serde::Deserialize;
use serde::de::{Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use std::collections::BTreeMap;
use std::fmt::{self, Write as _};

/// Statistics of one answer, at most.
const STATS: usize = 1024;

/// Numbers of one list, at most, with runs counted as one.
const LISTED: usize = 1 << 24;

/// The keys of what became known, in the order of [`Gathered`].
pub(super) const GATHERED: [&str; 5] = ["dead", "finalized", "cleaned", "strong", "broken"];

/// One answer, as it stands in a line.
pub(super) enum Wire {
    Bare(Answer),
    Object {
        gathered: Gathered,
        stats: BTreeMap<String, u64>,
        error: Option<String>,
    },
    /// A value that is no answer.
    Odd(String),
}

impl Wire {
    pub(super) fn into_answer(self, op: &Op) -> (Answer, Option<Reading>) {
        let failed = |says: String| (Answer::bare(Outcome::Failed), Some(Reading::Said(says)));
        match self {
            Wire::Odd(says) | Wire::Object { error: Some(says), .. } => failed(says),
            Wire::Bare(answer) if answer.outcome != Outcome::Done => (answer, None),
            Wire::Bare(answer) if shape(op).fits(answer.count) => (answer, None),
            Wire::Object { gathered, .. } if shape(op) == Shape::Gathered => {
                (Answer::DONE, Some(Reading::Gathered(gathered)))
            }
            Wire::Object { stats, .. } if shape(op) == Shape::Stats => {
                (Answer::DONE, Some(Reading::Stats(stats)))
            }
            Wire::Bare(answer) => {
                failed(format!("`{}` was answered with {} values", op.word(), answer.count))
            }
            Wire::Object { .. } => failed(format!("`{}` was answered with an object", op.word())),
        }
    }
}

/// What an op is answered with when it is done.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Shape {
    /// So many values at least, and at most.
    Values(u8, u8),
    /// What became known.
    Gathered,
    /// Statistics.
    Stats,
}

impl Shape {
    fn fits(self, count: u8) -> bool {
        matches!(self, Shape::Values(least, most) if (least..=most).contains(&count))
    }
}

/// What `op` is answered with.
pub fn shape(op: &Op) -> Shape {
    match op {
        Op::New { .. } => Shape::Values(1, 2),
        Op::Check { .. } => Shape::Values(2, 3),
        Op::Walk { .. } => Shape::Values(2, 2),
        Op::Storm { .. } | Op::Capacity { .. } => Shape::Values(3, 3),
        Op::Load { .. }
        | Op::Swap { .. }
        | Op::Cas { .. }
        | Op::Inside { .. }
        | Op::Get { .. }
        | Op::Unstash { .. }
        | Op::Strengthen { .. }
        | Op::Same { .. }
        | Op::SelfCleanup { .. }
        | Op::Step { .. } => Shape::Values(1, 1),
        Op::Collect | Op::Finish | Op::Poll => Shape::Gathered,
        Op::Stats => Shape::Stats,
        _ => Shape::Values(0, 0),
    }
}

impl<'de> Deserialize<'de> for Wire {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Wire, D::Error> {
        deserializer.deserialize_any(WireVisitor)
    }
}

struct WireVisitor;

impl<'de> Visitor<'de> for WireVisitor {
    type Value = Wire;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an answer")
    }

    fn visit_unit<E>(self) -> Result<Wire, E> {
        Ok(Wire::Bare(Answer::DONE))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Wire, E> {
        Ok(Wire::Bare(Answer::with(&[value])))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Wire, E> {
        Ok(Wire::Odd(format!("it answered {value}")))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Wire, E> {
        Ok(Wire::Odd(format!("it answered {value}")))
    }

    fn visit_bool<E>(self, value: bool) -> Result<Wire, E> {
        Ok(Wire::Odd(format!("it answered {value}")))
    }

    fn visit_str<E>(self, word: &str) -> Result<Wire, E> {
        Ok(match word {
            "skip" => Wire::Bare(Answer::SKIPPED),
            "refused" => Wire::Bare(Answer::bare(Outcome::Refused)),
            "unsupported" => Wire::Bare(Answer::bare(Outcome::Unsupported)),
            _ => Wire::Odd(format!("it answered `{}`", word.chars().take(80).collect::<String>())),
        })
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Wire, A::Error> {
        let mut answer = Answer::DONE;
        while let Some(value) = seq.next_element::<u64>()? {
            if let Some(to) = answer.values.get_mut(usize::from(answer.count)) {
                *to = value;
            }
            answer.count = answer.count.saturating_add(1);
        }
        Ok(Wire::Bare(answer))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Wire, A::Error> {
        let mut gathered = Gathered::default();
        let (mut stats, mut error) = (BTreeMap::new(), None);
        while let Some(key) = map.next_key::<String>()? {
            if let Some(at) = GATHERED.iter().position(|known| *known == key) {
                *lists_mut(&mut gathered)[at] = map.next_value::<List>()?.0;
            } else if key == "error" {
                error = Some(map.next_value::<String>()?);
            } else if let Number(Some(value)) = map.next_value::<Number>()?
                // A statistic that is no whole number is left out, as one that is not there.
                && stats.len() < STATS
            {
                stats.insert(key, value);
            }
        }
        Ok(Wire::Object { gathered, stats, error })
    }
}

/// A whole number, or anything else.
struct Number(Option<u64>);

impl<'de> Deserialize<'de> for Number {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Number, D::Error> {
        struct Any;
        impl<'de> Visitor<'de> for Any {
            type Value = Number;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a value")
            }
            fn visit_u64<E>(self, value: u64) -> Result<Number, E> {
                Ok(Number(Some(value)))
            }
            fn visit_i64<E>(self, _: i64) -> Result<Number, E> {
                Ok(Number(None))
            }
            fn visit_f64<E>(self, _: f64) -> Result<Number, E> {
                Ok(Number(None))
            }
            fn visit_bool<E>(self, _: bool) -> Result<Number, E> {
                Ok(Number(None))
            }
            fn visit_str<E>(self, _: &str) -> Result<Number, E> {
                Ok(Number(None))
            }
            fn visit_unit<E>(self) -> Result<Number, E> {
                Ok(Number(None))
            }
            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Number, A::Error> {
                while seq.next_element::<IgnoredAny>()?.is_some() {}
                Ok(Number(None))
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Number, A::Error> {
                while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
                Ok(Number(None))
            }
        }
        deserializer.deserialize_any(Any)
    }
}

/// Numbers, and pairs that stand for runs of them.
struct List(Numbers);

impl<'de> Deserialize<'de> for List {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<List, D::Error> {
        struct Items;
        impl<'de> Visitor<'de> for Items {
            type Value = List;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a list of numbers and of pairs `[first, last]`")
            }
            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<List, A::Error> {
                let mut numbers = Numbers::default();
                let mut listed = 0;
                while let Some(Item(first, last)) = seq.next_element()? {
                    listed += 1;
                    if first <= last && listed <= LISTED {
                        numbers.push_run(first, last);
                    }
                }
                Ok(List(numbers))
            }
        }
        deserializer.deserialize_seq(Items)
    }
}

/// A number, or a pair.
struct Item(u64, u64);

impl<'de> Deserialize<'de> for Item {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Item, D::Error> {
        struct One;
        impl<'de> Visitor<'de> for One {
            type Value = Item;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a number or a pair `[first, last]`")
            }
            fn visit_u64<E>(self, value: u64) -> Result<Item, E> {
                Ok(Item(value, value))
            }
            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Item, A::Error> {
                let pair = (seq.next_element()?, seq.next_element()?);
                while seq.next_element::<IgnoredAny>()?.is_some() {}
                let (Some(first), Some(last)) = pair else {
                    return Err(serde::de::Error::custom("a pair has two numbers"));
                };
                Ok(Item(first, last))
            }
        }
        deserializer.deserialize_any(One)
    }
}

/// An answer as it stands in a line.
pub fn push_answer(line: &mut String, answer: &Answer, reading: Option<&Reading>) {
    let word = match answer.outcome {
        Outcome::Skipped | Outcome::Pending => "\"skip\"",
        Outcome::Refused => "\"refused\"",
        Outcome::Unsupported => "\"unsupported\"",
        Outcome::Done | Outcome::Failed => "",
    };
    line.push_str(word);
    if !word.is_empty() {
        return;
    }
    let _ = match reading {
        Some(Reading::Said(says)) => write!(line, "{{\"error\":{}}}", quoted(says)),
        Some(Reading::Gathered(gathered)) => {
            push_gathered(line, gathered);
            Ok(())
        }
        Some(Reading::Stats(stats)) => {
            let stats: Vec<String> =
                stats.iter().map(|(name, value)| format!("{}:{value}", quoted(name))).collect();
            write!(line, "{{{}}}", stats.join(","))
        }
        None => match answer.count {
            0 => write!(line, "null"),
            1 => write!(line, "{}", answer.values[0]),
            n => write!(line, "{:?}", &answer.values[..usize::from(n)]),
        },
    };
}

/// The lists of [`GATHERED`].
fn lists_mut(gathered: &mut Gathered) -> [&mut Numbers; 5] {
    let Gathered { dead, finalized, cleaned, strong, broken } = gathered;
    [dead, finalized, cleaned, strong, broken]
}

fn push_gathered(line: &mut String, gathered: &Gathered) {
    let Gathered { dead, finalized, cleaned, strong, broken } = gathered;
    let lists = GATHERED.into_iter().zip([dead, finalized, cleaned, strong, broken]);
    line.push('{');
    let mut comma = "";
    for (key, numbers) in lists.filter(|(_, numbers)| !numbers.is_empty()) {
        let runs: Vec<String> = numbers.runs().iter().map(run).collect();
        let _ = write!(line, "{comma}\"{key}\":[{}]", runs.join(","));
        comma = ",";
    }
    line.push('}');
}

fn run(&(first, last): &(u64, u64)) -> String {
    if first == last { first.to_string() } else { format!("[{first},{last}]") }
}

fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}
