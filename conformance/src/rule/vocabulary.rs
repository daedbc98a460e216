//! Dense ids for the words of one subject, so that a fact is one array access.
//!
//! The glossary is text for people. A [`Vocabulary`] checks it once (every name it uses must be
//! declared, and writable in a rule) and numbers what it declares. Facts of one record have
//! consecutive ids in declared order: a record is a slice of the frame.

mod number;

pub use self::number::{VocabularyFault, VocabularyFaultKind};

use crate::spec::glossary::Terms;
use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

/// A fact with one value: a number, a bool or a word. Two bytes: one record more would be a smell
/// long before the limit is met, and rules carry many of them.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct FactId(pub(super) u16);

/// A fact that is a list of numbers.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct ListId(pub(super) u16);

/// An event.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct EventId(pub(super) u8);

/// A native function.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct FunctionId(pub(super) u8);

/// Values that a call of one native function may hand over, record fields counted one by one.
pub(super) const MAX_ARGUMENTS: usize = 16;

/// Names that the rule language defines itself.
pub(super) const BUILT_IN: [&str; 3] = ["math", "plateau", "size"];

/// The words of one subject, numbered. Cheap to clone: clones share.
#[derive(Clone, Debug)]
pub struct Vocabulary(Arc<Words>);

#[derive(Debug, Default)]
struct Words {
    records: Vec<RecordWords>,
    facts: Vec<FactWord>,
    lists: Vec<ListWord>,
    events: Vec<EventWord>,
    functions: Vec<FunctionWord>,
    /// Everything above by name; one map each, as a fact and a function may share a name.
    record_ids: BTreeMap<String, usize>,
    fact_ids: BTreeMap<String, FactId>,
    list_ids: BTreeMap<String, ListId>,
    event_ids: BTreeMap<String, EventId>,
    function_ids: BTreeMap<String, FunctionId>,
}

/// A record and the ids of its fields.
#[derive(Debug)]
pub(super) struct RecordWords {
    pub(super) name: String,
    pub(super) facts: Range<usize>,
    pub(super) lists: Range<usize>,
}

/// What is known of a fact.
#[derive(Debug)]
pub(super) struct FactWord {
    /// `record.field`.
    pub(super) name: String,
    pub(super) record: usize,
    pub(super) kind: FactKind,
    pub(super) unit: Unit,
}

/// What is known of a list.
#[derive(Debug)]
pub(super) struct ListWord {
    /// `record.field`.
    pub(super) name: String,
    /// The most values that it may have.
    pub(super) max: u32,
    pub(super) unit: Unit,
}

#[derive(Debug)]
struct EventWord {
    name: String,
    /// Indices into `records`.
    binds: Vec<usize>,
}

/// What is known of a native function.
#[derive(Debug)]
pub(super) struct FunctionWord {
    pub(super) name: String,
    pub(super) takes: Vec<Taken>,
    /// Whether it gives a bool; otherwise a number.
    pub(super) gives_bool: bool,
    pub(super) cost: NativeCost,
}

/// The type of a fact.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum FactKind {
    Int,
    Bool,
    /// The value is an index into the words.
    Word(Vec<String>),
}

/// What a native function takes in one place.
#[derive(Debug)]
pub(super) enum Taken {
    Value(FactKind),
    /// A record with the fields of this one: an index into `records`.
    Record(usize),
}

/// What matters of a unit: whether a value is the same from run to run, and how it is shown.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Unit {
    Address,
    Bytes,
    Other,
}

impl Unit {
    fn of(unit: Option<&str>) -> Unit {
        match unit {
            Some("address") => Unit::Address,
            Some("bytes") => Unit::Bytes,
            _ => Unit::Other,
        }
    }

    /// Whether a value in this unit differs from run to run.
    pub(super) fn is_volatile(self) -> bool {
        self != Unit::Other
    }
}

/// What a native function costs, as the glossary declares it; dearer ones are greater.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum NativeCost {
    /// `O(1)`.
    Constant,
    /// `O(log n)` in the live blocks or objects.
    Logarithmic,
    /// `O(n)` in the live blocks or objects.
    Linear,
    /// `whole heap`: every byte or object is visited.
    WholeHeap,
}

impl NativeCost {
    const SPELLED: [(&'static str, NativeCost); 4] = [
        ("O(1)", NativeCost::Constant),
        ("O(log n)", NativeCost::Logarithmic),
        ("O(n)", NativeCost::Linear),
        ("whole heap", NativeCost::WholeHeap),
    ];
}

impl Vocabulary {
    /// Numbers what `terms` declares.
    ///
    /// # Errors
    /// Names that no rule could write, twice-used names, undeclared records, functions whose types
    /// cannot be handed over as plain numbers, unknown costs, and more words than the ids can count.
    pub fn new(terms: &Terms) -> Result<Vocabulary, VocabularyFault> {
        number::words(terms).map(|words| Vocabulary(Arc::new(words)))
    }

    /// The fact of that name, as in `block.address`; none for a list.
    pub fn fact(&self, name: &str) -> Option<FactId> {
        self.0.fact_ids.get(name).copied()
    }

    /// The list of that name, as in `run.footprints`.
    pub fn list(&self, name: &str) -> Option<ListId> {
        self.0.list_ids.get(name).copied()
    }

    /// The event of that name.
    pub fn event(&self, name: &str) -> Option<EventId> {
        self.0.event_ids.get(name).copied()
    }

    /// The native function of that name, as in `live.overlapping`.
    pub fn function(&self, name: &str) -> Option<FunctionId> {
        self.0.function_ids.get(name).copied()
    }

    /// The value that `word` has as a value of `fact`; none where the fact has no such word.
    pub fn word(&self, fact: FactId, word: &str) -> Option<u64> {
        match &self.fact_word(fact).kind {
            FactKind::Word(words) => words.iter().position(|w| w == word).map(|i| i as u64),
            FactKind::Int | FactKind::Bool => None,
        }
    }

    /// The word that `value` stands for as a value of `fact`.
    pub fn word_text(&self, fact: FactId, value: u64) -> Option<&str> {
        match &self.fact_word(fact).kind {
            FactKind::Word(words) => words.get(usize::try_from(value).ok()?).map(String::as_str),
            FactKind::Int | FactKind::Bool => None,
        }
    }

    /// Every fact with its name, in the order of the ids.
    pub fn facts(&self) -> impl Iterator<Item = (FactId, &str)> {
        self.0.facts.iter().enumerate().map(|(i, fact)| (FactId(i as u16), fact.name.as_str()))
    }

    /// Every list with its name, in the order of the ids.
    pub fn lists(&self) -> impl Iterator<Item = (ListId, &str)> {
        self.0.lists.iter().enumerate().map(|(i, list)| (ListId(i as u16), list.name.as_str()))
    }

    /// Every event with its name, in the order of the ids.
    pub fn events(&self) -> impl Iterator<Item = (EventId, &str)> {
        self.0.events.iter().enumerate().map(|(i, event)| (EventId(i as u8), event.name.as_str()))
    }

    /// Every native function with its name, in the order of the ids.
    pub fn functions(&self) -> impl Iterator<Item = (FunctionId, &str)> {
        let functions = self.0.functions.iter().enumerate();
        functions.map(|(i, function)| (FunctionId(i as u8), function.name.as_str()))
    }

    /// Whether a rule may name `fact` at `event`.
    pub fn binds(&self, event: EventId, fact: FactId) -> bool {
        self.binds_record(event, self.fact_word(fact).record)
    }

    /// Whether both are the same vocabulary, not merely equal ones: ids are only good where they
    /// came from.
    pub(super) fn is(&self, other: &Vocabulary) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }

    pub(super) fn binds_record(&self, event: EventId, record: usize) -> bool {
        self.0.events[usize::from(event.0)].binds.contains(&record)
    }

    pub(super) fn event_name(&self, event: EventId) -> &str {
        &self.0.events[usize::from(event.0)].name
    }

    pub(super) fn fact_word(&self, fact: FactId) -> &FactWord {
        &self.0.facts[usize::from(fact.0)]
    }

    pub(super) fn list_word(&self, list: ListId) -> &ListWord {
        &self.0.lists[usize::from(list.0)]
    }

    pub(super) fn function_word(&self, function: FunctionId) -> &FunctionWord {
        &self.0.functions[usize::from(function.0)]
    }

    pub(super) fn record(&self, name: &str) -> Option<usize> {
        self.0.record_ids.get(name).copied()
    }

    pub(super) fn record_word(&self, record: usize) -> &RecordWords {
        &self.0.records[record]
    }

    pub(super) fn record_names(&self) -> impl Iterator<Item = &str> {
        self.0.record_ids.keys().map(String::as_str)
    }

    pub(super) fn function_names(&self) -> impl Iterator<Item = &str> {
        self.0.function_ids.keys().map(String::as_str)
    }

    /// Names of the facts and lists of a record, without the record's own name.
    pub(super) fn field_names(&self, record: usize) -> impl Iterator<Item = &str> {
        let RecordWords { name, facts, lists } = &self.0.records[record];
        let facts = self.0.facts[facts.clone()].iter().map(|fact| fact.name.as_str());
        let lists = self.0.lists[lists.clone()].iter().map(|list| list.name.as_str());
        facts.chain(lists).map(|full| &full[name.len() + 1..])
    }

    /// Whether two records have the same facts of the same types in the same order, so that one
    /// may stand for the other as an argument.
    pub(super) fn same_fields(&self, one: usize, other: usize) -> bool {
        let kinds = |record: usize| {
            self.0.facts[self.0.records[record].facts.clone()].iter().map(|fact| &fact.kind)
        };
        self.field_names(one).eq(self.field_names(other)) && kinds(one).eq(kinds(other))
    }
}
