//! Every word that a rule may use: `specs/glossary.yaml` once read.
//!
//! Per subject: *events* at which rules are judged, *records* of facts that events bind, and
//! *functions*. Names of facts are `record.field`.

use std::collections::BTreeMap;

/// The words of all subjects.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Glossary {
    /// `alloc`, `gc`, `escape`.
    pub subjects: BTreeMap<String, Terms>,
}

/// The words of one subject.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Terms {
    /// Events by name.
    pub events: BTreeMap<String, Event>,
    /// Records by name.
    pub records: BTreeMap<String, Record>,
    /// Functions by name; a method of a record is `record.name`.
    pub functions: BTreeMap<String, Function>,
}

/// Something that happens in a run, at which rules are judged.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Event {
    /// When it happens.
    pub says: String,
    /// Records whose facts a rule may name here.
    pub binds: Vec<String>,
}

/// A group of facts.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Record {
    /// What it is about.
    pub says: String,
    /// Facts in the order in which a function receives them.
    pub fields: Vec<(String, Field)>,
}

/// One fact.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Field {
    /// What it is.
    pub says: String,
    /// Its type.
    pub kind: FieldType,
    /// Its unit: `bytes`, `address`, `count`, ... Addresses and byte counts are left out of pinned
    /// messages, as they differ from run to run.
    pub unit: Option<String>,
}

/// The type of a fact.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum FieldType {
    /// A whole number, 0 to 2^64-1.
    Int,
    /// True or false.
    Bool,
    /// One of these words; in rules a string literal, checked at load.
    Word(Vec<String>),
    /// A list of at most `max` whole numbers.
    Ints {
        /// The bound that makes a comprehension over it legal.
        max: u32,
    },
}

/// A native function.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Function {
    /// What it computes.
    pub says: String,
    /// Parameter types.
    pub takes: Vec<Parameter>,
    /// Result type: `int` or `bool`.
    pub gives: FieldType,
    /// `O(1)`, `O(log n)`, `O(n)` or `whole heap`.
    pub cost: String,
}

/// The type of a parameter.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Parameter {
    /// A value.
    Value(FieldType),
    /// A record with the same fields as the named one.
    Record(String),
}
