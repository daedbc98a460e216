//! The format of `glossary.yaml`, and how it becomes a [`Glossary`].

use crate::spec::fault::FaultKind;
use crate::spec::glossary::{
    Event, Field, FieldType, Function, Glossary, Parameter, Record, Terms,
};
use crate::spec::keyed::{Mapping, keyed};
use crate::spec::list::{Several, Table};
use crate::spec::reader::{AtLeast, FromNode, Placed, Reader};
use crate::spec::shape::{FunctionName, Identifier, Name, Phrase, Prose};
use crate::spec::word::{self, words};
use crate::spec::yaml::Node;
use std::collections::BTreeMap;

keyed! {
    /// Every word that a rule may use.
    GlossaryFile, "a glossary";
    /// The subjects: `alloc`, `gc`, `escape`.
    "subjects" subjects: Table<Phrase, SubjectEntry>,
}

keyed! {
    /// The words of one subject.
    SubjectEntry, "a subject";
    /// What happens in a run, at which rules are judged.
    "events" events: Table<Identifier, EventEntry>,
    /// Groups of facts.
    "records" records: Table<Identifier, RecordEntry>,
    /// Native functions; a method of a record is `record.name`.
    "functions" functions: Option<Table<FunctionName, FunctionEntry>>,
}

keyed! {
    /// Something that happens in a run.
    EventEntry, "an event";
    /// When it happens.
    "says" says: Prose,
    /// Records whose facts a rule may name here.
    "binds" binds: Option<Several<Identifier>>,
}

keyed! {
    /// A group of facts.
    RecordEntry, "a record";
    /// What it is about.
    "says" says: Prose,
    /// The facts, in the order in which a function receives them.
    "fields" fields: Option<Table<Identifier, FieldEntry>>,
}

keyed! {
    /// One fact.
    FieldEntry, "a field", also keys_fit_the_type;
    /// Its type.
    "type" kind: Placed<Type>,
    /// Its unit: `bytes`, `address`, `count`.
    "unit" unit: Option<Name>,
    /// The words that it may be. Goes with `type: word`.
    "words" words: Option<Several<Name>>,
    /// The length of the longest list. Goes with `type: ints`.
    "max" max: Option<Placed<AtLeast<1>>>,
    /// What it is.
    "says" says: Prose,
}

keyed! {
    /// A native function.
    FunctionEntry, "a function";
    /// Its parameters: names of records, or `int`, or `bool`.
    "takes" takes: Option<Vec<Placed<Identifier>>>,
    /// The type of its result.
    "gives" gives: Gives,
    /// How its time grows with the number of live blocks or objects.
    "cost" cost: Cost,
    /// What it computes.
    "says" says: Prose,
}

words! {
    /// The type of a fact.
    pub(crate) Type, "a type":
    Int = "int", "A whole number, 0 to 2^64-1.";
    Bool = "bool", "True or false.";
    Word = "word", "One of the words listed under `words`.";
    Ints = "ints", "A list of whole numbers, at most `max` of them.";
}

words! {
    /// The type of a function's result.
    pub(crate) Gives, "a result type":
    Int = "int", "A whole number, 0 to 2^64-1.";
    Bool = "bool", "True or false.";
}

words! {
    /// How a function's time grows.
    pub(crate) Cost, "a cost":
    Constant = "O(1)", "The same however much is live.";
    Logarithmic = "O(log n)", "With the logarithm of what is live.";
    Linear = "O(n)", "With the size of its arguments.";
    WholeHeap = "whole heap", "With all that is live.";
}

fn keys_fit_the_type(field: &Mapping<'_>, reader: &mut Reader<'_>) {
    let Some(kind) = field.text("type").and_then(|word| word.parse::<Type>().ok()) else { return };
    for (key, owner) in [("words", Type::Word), ("max", Type::Ints)] {
        match field.key(key) {
            Some(given) if kind != owner => {
                let message = format!("`{key}` goes with `type: {owner}`, not with `type: {kind}`");
                reader.fault(FaultKind::Body, &given.place, message);
            }
            None if kind == owner => {
                let message = format!("a field of `type: {kind}` needs the key `{key}`");
                reader.fault(FaultKind::MissingKey, field.place(), message);
            }
            _ => {}
        }
    }
}

/// Reads the glossary that `node` holds. Faults are left in `reader`.
pub(crate) fn read(node: &Node, reader: &mut Reader<'_>) -> Option<Glossary> {
    let file = GlossaryFile::from_node(node, reader)?;
    let terms = |(name, subject): (Placed<Phrase>, SubjectEntry)| {
        (name.value.0, subject.into_terms(reader))
    };
    Some(Glossary { subjects: file.subjects.0.into_iter().map(terms).collect() })
}

impl SubjectEntry {
    fn into_terms(self, reader: &mut Reader<'_>) -> Terms {
        let records: BTreeMap<String, Record> =
            table(self.records, |entry| entry.into_record(reader));
        let mut known = Records { records: &records, reader };
        let events = table(self.events, |entry| entry.into_event(&mut known));
        let functions = self.functions.map(|functions| {
            functions.0.iter().for_each(|(name, _)| known.check_owner(name));
            table(functions, |entry| entry.into_function(&mut known))
        });
        Terms { events, functions: functions.unwrap_or_default(), records }
    }
}

fn table<K: AsRef<str>, T, U>(
    table: Table<K, T>,
    mut value: impl FnMut(T) -> U,
) -> BTreeMap<String, U> {
    let entry = |(key, entry): (Placed<K>, T)| (key.value.as_ref().to_owned(), value(entry));
    table.0.into_iter().map(entry).collect()
}

/// The records of a subject, for those who name them.
struct Records<'r, 'a> {
    records: &'r BTreeMap<String, Record>,
    reader: &'r mut Reader<'a>,
}

impl Records<'_, '_> {
    /// Notes a fault where `name` is no record; `also` are further words that may stand there.
    fn check(&mut self, name: &str, at: &Placed<impl Sized>, also: &[&str]) {
        if self.records.contains_key(name) || also.contains(&name) {
            return;
        }
        let known = self.records.keys().map(String::as_str).chain(also.iter().copied());
        let (message, help) = (format!("no record is called `{name}`"), word::help(name, known));
        self.reader.fault_with(FaultKind::UnknownRecord, &at.place, message, |f| f.with_help(help));
    }

    /// The record that a method belongs to must exist.
    fn check_owner(&mut self, function: &Placed<FunctionName>) {
        if let Some((record, _)) = function.value.0.split_once('.') {
            self.check(record, function, &[]);
        }
    }
}

impl EventEntry {
    fn into_event(self, known: &mut Records<'_, '_>) -> Event {
        let binds = self.binds.map(|binds| binds.0).unwrap_or_default();
        for record in &binds {
            known.check(&record.value.0, record, &[]);
        }
        Event { says: self.says.0, binds: binds.into_iter().map(|record| record.value.0).collect() }
    }
}

impl RecordEntry {
    fn into_record(self, reader: &mut Reader<'_>) -> Record {
        let fields = self.fields.map(|fields| fields.0).unwrap_or_default().into_iter();
        let field = |(name, entry): (Placed<Identifier>, FieldEntry)| {
            (name.value.0, entry.into_field(reader))
        };
        Record { says: self.says.0, fields: fields.map(field).collect() }
    }
}

impl FieldEntry {
    fn into_field(self, reader: &mut Reader<'_>) -> Field {
        let kind = match self.kind.value {
            Type::Int => FieldType::Int,
            Type::Bool => FieldType::Bool,
            Type::Word => {
                let words = self.words.map(Several::values).unwrap_or_default();
                FieldType::Word(words.into_iter().map(|word| word.0).collect())
            }
            Type::Ints => FieldType::Ints { max: longest(self.max, reader) },
        };
        Field { says: self.says.0, kind, unit: self.unit.map(|unit| unit.0) }
    }
}

/// The bound of a list: comprehensions walk it for every evaluation, so it fits a `u32`.
fn longest(max: Option<Placed<AtLeast<1>>>, reader: &mut Reader<'_>) -> u32 {
    let Some(Placed { value: AtLeast(max), place }) = max else { return 0 };
    u32::try_from(max).unwrap_or_else(|_| {
        let message = format!("expected a whole number from 1 to {}", u32::MAX);
        reader.fault(FaultKind::OutOfRange, &place, message);
        0
    })
}

impl FunctionEntry {
    fn into_function(self, known: &mut Records<'_, '_>) -> Function {
        let takes = self.takes.unwrap_or_default();
        let gives = match self.gives {
            Gives::Int => FieldType::Int,
            Gives::Bool => FieldType::Bool,
        };
        let takes = takes.into_iter().map(|parameter| {
            known.check(&parameter.value.0, &parameter, &["int", "bool"]);
            match parameter.value.0.as_str() {
                "int" => Parameter::Value(FieldType::Int),
                "bool" => Parameter::Value(FieldType::Bool),
                _ => Parameter::Record(parameter.value.0),
            }
        });
        let takes = takes.collect();
        Function { says: self.says.0, takes, gives, cost: self.cost.word().to_owned() }
    }
}
