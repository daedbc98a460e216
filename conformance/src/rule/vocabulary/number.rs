//! From a glossary to numbers, and all that a glossary can have wrong for rules.

use super::{
    BUILT_IN, EventId, EventWord, FactId, FactKind, FactWord, FunctionId, FunctionWord, ListId,
    ListWord, MAX_ARGUMENTS, NativeCost, RecordWords, Taken, Unit, Words,
};
use crate::hint::{did_you_mean, some_of};
use crate::spec::glossary::{FieldType, Function, Parameter, Record, Terms};
use std::collections::BTreeSet;
use std::error::Error;
use std::fmt;

/// Words that are operators or literals of CEL wherever they stand.
const KEYWORDS: [&str; 4] = ["false", "in", "null", "true"];

/// Words that CEL reserves as names of variables and functions.
const RESERVED: [&str; 17] = [
    "as",
    "break",
    "const",
    "continue",
    "else",
    "for",
    "function",
    "if",
    "import",
    "let",
    "loop",
    "namespace",
    "package",
    "return",
    "var",
    "void",
    "while",
];

/// Why a glossary cannot be numbered.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct VocabularyFault {
    /// What sort of fault.
    pub kind: VocabularyFaultKind,
    /// One sentence without a full stop.
    pub message: String,
    /// What to write instead, where that can be said.
    pub help: Option<String>,
}

/// What sort of fault a glossary has.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum VocabularyFaultKind {
    /// A name that no rule could write, or that means something else in one.
    Name,
    /// The same name twice.
    Duplicate,
    /// An event or function names a record that is not declared.
    UnknownRecord,
    /// More than the ids can count: 65536 facts or lists, 256 events or functions.
    TooMany,
    /// A function with a type that cannot be handed over as plain numbers.
    Signature,
    /// A cost that is not one of the four.
    Cost,
}

impl fmt::Display for VocabularyFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)?;
        match &self.help {
            Some(help) => write!(f, "; {help}"),
            None => Ok(()),
        }
    }
}

impl Error for VocabularyFault {}

impl VocabularyFault {
    fn new(kind: VocabularyFaultKind, message: String) -> VocabularyFault {
        VocabularyFault { kind, message, help: None }
    }
}

/// Numbers `terms`: records first, as events and functions refer to them.
pub(super) fn words(terms: &Terms) -> Result<Words, VocabularyFault> {
    let mut words = Words::default();
    for (name, record) in &terms.records {
        words.add_record(name, record)?;
    }
    for (name, event) in &terms.events {
        let binds = event
            .binds
            .iter()
            .map(|record| words.known_record(record, || format!("event `{name}` binds")));
        let binds = binds.collect::<Result<_, _>>()?;
        let id = EventId(next_id(words.events.len(), "events")?);
        words.events.push(EventWord { name: name.clone(), binds });
        words.event_ids.insert(name.clone(), id);
    }
    for (name, function) in &terms.functions {
        words.add_function(name, function)?;
    }
    Ok(words)
}

impl Words {
    fn add_record(&mut self, name: &str, record: &Record) -> Result<(), VocabularyFault> {
        writable(name)?;
        let (facts, lists) = (self.facts.len(), self.lists.len());
        for (field, declared) in &record.fields {
            self.add_field(name, field, &declared.kind, Unit::of(declared.unit.as_deref()))?;
        }
        self.record_ids.insert(name.to_owned(), self.records.len());
        self.records.push(RecordWords {
            name: name.to_owned(),
            facts: facts..self.facts.len(),
            lists: lists..self.lists.len(),
        });
        Ok(())
    }

    fn add_field(
        &mut self,
        record: &str,
        field: &str,
        kind: &FieldType,
        unit: Unit,
    ) -> Result<(), VocabularyFault> {
        if !is_identifier(field) || KEYWORDS.contains(&field) {
            return Err(bad_name(&format!("{record}.{field}"), "is no name that a rule can write"));
        }
        let name = format!("{record}.{field}");
        if self.fact_ids.contains_key(&name) || self.list_ids.contains_key(&name) {
            return Err(VocabularyFault::new(
                VocabularyFaultKind::Duplicate,
                format!("`{name}` is declared twice"),
            ));
        }
        if let FieldType::Ints { max } = *kind {
            let id = ListId(next_id(self.lists.len(), "lists")?);
            self.lists.push(ListWord { name: name.clone(), max, unit });
            self.list_ids.insert(name, id);
        } else {
            let kind = scalar(kind, &name)?;
            let record = self.records.len();
            let id = FactId(next_id(self.facts.len(), "facts")?);
            self.facts.push(FactWord { name: name.clone(), record, kind, unit });
            self.fact_ids.insert(name, id);
        }
        Ok(())
    }

    fn add_function(&mut self, name: &str, function: &Function) -> Result<(), VocabularyFault> {
        match name.split_once('.') {
            None => writable(name)?,
            Some((record, method)) => {
                self.known_record(record, || format!("function `{name}` is a method of"))?;
                if !is_identifier(method) || KEYWORDS.contains(&method) {
                    return Err(bad_name(name, "is no name that a rule can write"));
                }
            }
        }
        let takes = function.takes.iter().map(|parameter| self.taken(name, parameter));
        let takes: Vec<Taken> = takes.collect::<Result<_, _>>()?;
        if self.values(&takes) > MAX_ARGUMENTS {
            let message = format!("function `{name}` takes more than {MAX_ARGUMENTS} values");
            return Err(VocabularyFault::new(VocabularyFaultKind::Signature, message));
        }
        let gives_bool = match function.gives {
            FieldType::Bool => true,
            FieldType::Int => false,
            FieldType::Word(_) | FieldType::Ints { .. } => {
                let message = format!("function `{name}` must give an int or a bool");
                return Err(VocabularyFault::new(VocabularyFaultKind::Signature, message));
            }
        };
        let id = FunctionId(next_id(self.functions.len(), "functions")?);
        let cost = cost(name, &function.cost)?;
        self.functions.push(FunctionWord { name: name.to_owned(), takes, gives_bool, cost });
        self.function_ids.insert(name.to_owned(), id);
        Ok(())
    }

    fn taken(&self, function: &str, parameter: &Parameter) -> Result<Taken, VocabularyFault> {
        match parameter {
            Parameter::Value(kind) => scalar(kind, function).map(Taken::Value),
            Parameter::Record(name) => {
                let record = self.known_record(name, || format!("function `{function}` takes"))?;
                if self.records[record].lists.is_empty() {
                    return Ok(Taken::Record(record));
                }
                Err(VocabularyFault::new(
                    VocabularyFaultKind::Signature,
                    format!(
                        "`{function}` takes a list in record `{name}`; lists are not handed over"
                    ),
                ))
            }
        }
    }

    fn values(&self, takes: &[Taken]) -> usize {
        let values = takes.iter().map(|taken| match *taken {
            Taken::Value(_) => 1,
            Taken::Record(record) => self.records[record].facts.len(),
        });
        values.sum()
    }

    fn known_record(&self, name: &str, who: impl Fn() -> String) -> Result<usize, VocabularyFault> {
        self.record_ids.get(name).copied().ok_or_else(|| VocabularyFault {
            kind: VocabularyFaultKind::UnknownRecord,
            message: format!("{} record `{name}`, which is not declared", who()),
            help: did_you_mean(name, self.record_ids.keys().map(String::as_str), None),
        })
    }
}

/// The type of a single value.
fn scalar(kind: &FieldType, owner: &str) -> Result<FactKind, VocabularyFault> {
    match kind {
        FieldType::Int => Ok(FactKind::Int),
        FieldType::Bool => Ok(FactKind::Bool),
        FieldType::Word(words) => {
            check_words(words, owner)?;
            Ok(FactKind::Word(words.clone()))
        }
        FieldType::Ints { .. } => Err(VocabularyFault::new(
            VocabularyFaultKind::Signature,
            format!("`{owner}` takes a list; lists are not handed over"),
        )),
    }
}

/// A rule writes a word between quotes, as plain text without escapes.
fn check_words(words: &[String], owner: &str) -> Result<(), VocabularyFault> {
    let plain = |b: u8| (b' '..=b'~').contains(&b) && !matches!(b, b'\'' | b'"' | b'\\');
    let mut seen = BTreeSet::new();
    for word in words {
        if word.is_empty() || !word.bytes().all(plain) {
            return Err(bad_name(
                owner,
                &format!("has the word {word:?}, which no rule can write"),
            ));
        }
        if !seen.insert(word) {
            let message = format!("`{owner}` has the word `{word}` twice");
            return Err(VocabularyFault::new(VocabularyFaultKind::Duplicate, message));
        }
    }
    Ok(())
}

/// Whether a rule can write `name` as a name of its own, and means nothing else by it.
fn writable(name: &str) -> Result<(), VocabularyFault> {
    if !is_identifier(name) {
        Err(bad_name(name, "is no name that a rule can write"))
    } else if KEYWORDS.contains(&name) || RESERVED.contains(&name) {
        Err(bad_name(name, "is a reserved word of CEL"))
    } else if BUILT_IN.contains(&name) {
        Err(bad_name(name, "has a meaning in every rule"))
    } else {
        Ok(())
    }
}

fn is_identifier(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
}

fn bad_name(name: &str, why: &str) -> VocabularyFault {
    VocabularyFault::new(VocabularyFaultKind::Name, format!("`{name}` {why}"))
}

/// The next dense id, where there is one left.
fn next_id<T: TryFrom<usize>>(len: usize, what: &str) -> Result<T, VocabularyFault> {
    T::try_from(len).map_err(|_| {
        let message = format!("more than {len} {what}");
        VocabularyFault::new(VocabularyFaultKind::TooMany, message)
    })
}

fn cost(function: &str, spelled: &str) -> Result<NativeCost, VocabularyFault> {
    let known = NativeCost::SPELLED.iter().find(|(word, _)| *word == spelled);
    known.map(|&(_, cost)| cost).ok_or_else(|| VocabularyFault {
        kind: VocabularyFaultKind::Cost,
        message: format!("function `{function}` has the unknown cost `{spelled}`"),
        help: Some(format!("known: {}", some_of(NativeCost::SPELLED.map(|(word, _)| word)))),
    })
}
