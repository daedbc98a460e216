//! The format of a suite's file, and how such a file becomes a [`Suite`].
//!
//! The structs below are the format: their keys, types and comments are what `specs/schema.json`
//! says. What no type can say (one body, known events, ids that differ) is checked on the way.

use crate::capability::Capability;
use crate::spec::fault::{Excerpt, Fault, FaultKind};
use crate::spec::glossary::{Glossary, Terms};
use crate::spec::keyed::{Mapping, keyed};
use crate::spec::list::{OneOrSeveral, Several, Table};
use crate::spec::reader::{AtLeast, FromNode, Placed, Reader};
use crate::spec::shape::{
    FactName, FileName, FullId, Identifier, MutantId, Name, Phrase, Prose, SuiteName,
};
use crate::spec::word::shown;
use crate::spec::yaml::{Node, Place};
use crate::spec::{Body, Invariant, InvariantId, Judge, Kind, Level, Profile, RuleText};
use crate::spec::{Source, Suite, word};
use std::collections::HashMap;
use std::collections::hash_map::Entry;

keyed! {
    /// One suite: the invariants about one part.
    SuiteFile, "a suite";
    /// The suite's name: the path of this file below `specs/`, without `.yaml`.
    "suite" suite: Placed<SuiteName>,
    /// What the part is, in a sentence or two.
    "about" about: Prose,
    /// The invariants, in reading order.
    "invariants" invariants: Several<InvariantEntry>,
}

keyed! {
    /// One normative sentence that a machine can judge.
    ///
    /// It has exactly one body: `rule` or `table` (with `on`), `golden`, `compare` or `model`.
    #[schemars(extend("oneOf" = [
        {"required": ["rule", "on"]}, {"required": ["table", "on"]}, {"required": ["golden"]},
        {"required": ["compare"]}, {"required": ["model"]},
    ]))]
    InvariantEntry, "an invariant", also exactly_one_body;
    /// The last part of the id; the suite's name and a `/` come before it. Never changes meaning.
    "id" id: Placed<Phrase>,
    /// The normative sentence.
    "says" says: Prose,
    /// What goes wrong without it.
    "why" why: Prose,
    /// How binding it is.
    "level" level: Level,
    /// What sort of promise it is.
    "kind" kind: Kind,
    /// Who promises it.
    "profile" profile: Profile,
    /// Choices of the target under which it applies: for each, the words that allow it.
    "given" given: Option<Table<Name, Several<Name>>>,
    /// Capabilities without which it is not applicable.
    "needs" needs: Option<Several<Capability>>,
    /// The event, or the events, at which the rule is judged. Goes with `rule` and `table`.
    "on" on: Option<OneOrSeveral<Identifier>>,
    /// A guard: the rule is judged only where this CEL expression is true. Goes with `rule`
    /// and `table`.
    "when" when: Option<RuleText>,
    /// A CEL expression over the facts of the event, which must be true.
    "rule" rule: Option<RuleText>,
    /// Golden numbers that the facts of an event must agree with.
    "table" table: Option<TableEntry>,
    /// Recorded traces with their answers: files beside the suite.
    "golden" golden: Option<Several<FileName>>,
    /// Replaces ops and expects the same verdict.
    "compare" compare: Option<Compare>,
    /// The name of a schedule model.
    "model" model: Option<Name>,
    /// Scripted runs in which it is judged; without this, every run.
    "scenario" scenario: Option<Several<Name>>,
    /// The ways of enforcing it.
    "judges" judges: Several<Judge>,
    /// True if a breach leaves the heap in a state that proves nothing more. Default: false.
    "taints" taints: Option<bool>,
    /// How often it must have been judged in a run before *holds* may be said. Default: 1.
    "fires" fires: Option<AtLeast<1>>,
    /// Where the promise comes from.
    "source" source: Several<SourceEntry>,
    /// Ids of mutants that break it.
    "broken-by" broken_by: Several<MutantId>,
}

keyed! {
    /// Ops that are replaced, and what replaces them.
    Compare, "a comparison";
    /// Ops that are replaced, by their trace words.
    "swap" swap: Several<Name>,
    /// What replaces them: `free`, or `malloc` for ops that give a block.
    "with" with: Name,
    /// Invariants whose breach the replaced ops can be blamed for.
    "blames" blames: Several<FullId>,
}

keyed! {
    /// Golden numbers, and which facts are held to them.
    TableEntry, "a table";
    /// A file beside the suite, in a folder `table`.
    "file" file: FileName,
    /// Facts that find the row; no two rows have the same.
    "key" key: Several<FactName>,
    /// Facts that must be as the row has them.
    "equal" equal: Option<Several<FactName>>,
    /// Facts that must not exceed what the row has.
    "at-most" at_most: Option<Several<FactName>>,
}

keyed! {
    /// Where a promise comes from: exactly one of the keys.
    #[schemars(extend("minProperties" = 1, "maxProperties" = 1))]
    SourceEntry, "a source", also exactly_one_origin;
    /// A standard, manual page or paper, with its section.
    "text" text: Option<Prose>,
    /// A file of Go's tree below `src/`, and the function in it.
    "go" go: Option<Prose>,
    /// A bug report or test of another project.
    "issue" issue: Option<Prose>,
}

/// The keys that are bodies.
const BODIES: [&str; 5] = ["rule", "table", "golden", "compare", "model"];

fn exactly_one_body(invariant: &Mapping<'_>, reader: &mut Reader<'_>) {
    let bodies: Vec<_> = BODIES.iter().filter_map(|body| invariant.key(body)).collect();
    match bodies[..] {
        [] => {
            let message = "the invariant has no body, so nothing can judge it";
            let help = format!("give it one of {}", quoted(&BODIES));
            reader.fault_with(FaultKind::Body, invariant.place(), message, |f| f.with_help(help));
        }
        [_] => {}
        [first, second, ..] => {
            let message = format!("`{}` is a second body beside `{}`", second.text, first.text);
            let help = "an invariant has one body; make two invariants of it";
            reader.fault_with(FaultKind::Body, &second.place, message, |f| f.with_help(help));
        }
    }
    let rule = invariant.key("rule").or_else(|| invariant.key("table"));
    if let (Some(rule), None) = (rule, invariant.key("on")) {
        let message = format!("the {} has no `on`: at which event is it judged?", rule.text);
        reader.fault(FaultKind::Body, &rule.place, message);
    }
    if rule.is_none() {
        for key in ["on", "when"].into_iter().filter_map(|key| invariant.key(key)) {
            let message = format!("`{}` goes with `rule`, which is not here", key.text);
            reader.fault(FaultKind::Body, &key.place, message);
        }
    }
}

fn exactly_one_origin(source: &Mapping<'_>, reader: &mut Reader<'_>) {
    const ORIGINS: [&str; 3] = ["text", "go", "issue"];
    let given = ORIGINS.iter().filter(|origin| source.key(origin).is_some()).count();
    if given != 1 {
        let message = format!("a source has one of {}, not {given}", quoted(&ORIGINS));
        reader.fault(FaultKind::Body, source.place(), message);
    }
}

fn quoted(words: &[&str]) -> String {
    words.iter().map(|word| format!("`{word}`")).collect::<Vec<_>>().join(", ")
}

/// Reads the suite that `node` holds; `name` is its path. Faults are left in `reader`.
///
/// Without a glossary (it has faults of its own) subjects and events are not checked.
pub(crate) fn read(
    node: &Node,
    name: &str,
    glossary: Option<&Glossary>,
    reader: &mut Reader<'_>,
) -> Option<Suite> {
    let file = SuiteFile::from_node(node, reader)?;
    let suite = &file.suite;
    if suite.value.0 != name {
        let message = format!(
            "the suite calls itself `{}`, but its path says `{}`",
            suite.value.0,
            shown(name)
        );
        reader.fault(FaultKind::WrongPath, &suite.place, message);
    }
    let terms = glossary.and_then(|glossary| subject(suite, glossary, reader));
    let mut first_places = HashMap::new();
    let mut invariants = Vec::new();
    for entry in file.invariants.values() {
        match first_places.entry(entry.id.value.0.clone()) {
            Entry::Occupied(first) => repeated_id(&entry.id, first.get(), reader),
            Entry::Vacant(vacant) => {
                vacant.insert(entry.id.place.clone());
            }
        }
        if let (Some(terms), Some(on)) = (terms, &entry.on) {
            known_events(&on.0, terms, reader);
        }
        invariants.extend(entry.into_invariant(&suite.value.0, reader.source.file));
    }
    Some(Suite { name: name.to_owned(), about: file.about.0, invariants })
}

fn repeated_id(id: &Placed<Phrase>, first: &Place, reader: &mut Reader<'_>) {
    let (id, place) = (&id.value.0, &id.place);
    let message = format!("`{id}` is already the id of the invariant in line {}", first.line);
    let text = reader.source.text;
    let show_first = |fault: Fault| {
        let first = Excerpt::cut(text, first.bytes.clone(), first.line);
        fault.with_excerpt(first.labelled("first here"))
    };
    reader.fault_with(FaultKind::DuplicateId, place, message, show_first);
}

fn subject<'g>(
    suite: &Placed<SuiteName>,
    glossary: &'g Glossary,
    reader: &mut Reader<'_>,
) -> Option<&'g Terms> {
    let subject = suite.value.0.split('/').next().unwrap_or_default();
    let terms = glossary.subjects.get(subject);
    if terms.is_none() {
        let message = format!("the glossary has no subject `{subject}`");
        let help = word::help(subject, glossary.subjects.keys().map(String::as_str));
        reader.fault_with(FaultKind::UnknownSubject, &suite.place, message, |f| f.with_help(help));
    }
    terms
}

fn known_events(on: &Several<Identifier>, terms: &Terms, reader: &mut Reader<'_>) {
    for event in on.0.iter().filter(|event| !terms.events.contains_key(&event.value.0)) {
        let message = format!("the glossary has no event `{}`", event.value.0);
        let help = word::help(&event.value.0, terms.events.keys().map(String::as_str));
        reader.fault_with(FaultKind::UnknownEvent, &event.place, message, |f| f.with_help(help));
    }
}

impl InvariantEntry {
    /// `None` where it has not exactly one body or a source has not exactly one origin; the faults
    /// about that are noted by then.
    fn into_invariant(mut self, suite: &str, file: &str) -> Option<Invariant> {
        let given = self.given.take().map(|given| given.0).unwrap_or_default();
        let body = self.take_body()?;
        Some(Invariant {
            id: InvariantId(format!("{suite}/{}", self.id.value.0)),
            says: self.says.0,
            why: self.why.0,
            level: self.level,
            kind: self.kind,
            profile: self.profile,
            given: given
                .into_iter()
                .map(|(choice, words)| (choice.value.0, names(words)))
                .collect(),
            needs: self.needs.map(Several::values).unwrap_or_default(),
            body,
            scenario: self.scenario.map(names).unwrap_or_default(),
            judges: self.judges.values(),
            taints: self.taints.unwrap_or(false),
            fires: self.fires.map_or(1, |fires| fires.0),
            source: sources(self.source)?,
            broken_by: self.broken_by.values().into_iter().map(|mutant| mutant.0).collect(),
            file: file.to_owned(),
            line: self.id.place.line,
        })
    }

    fn take_body(&mut self) -> Option<Body> {
        if let Some(rule) = self.rule.take() {
            let on = self.on.take()?.0.values().into_iter().map(|event| event.0).collect();
            return Some(Body::Rule { on, when: self.when.take(), rule });
        }
        if let Some(table) = self.table.take() {
            let on = self.on.take()?.0.values().into_iter().map(|event| event.0).collect();
            let facts = |list: Several<FactName>| -> Vec<String> {
                list.values().into_iter().map(|fact| fact.0).collect()
            };
            return Some(Body::Table {
                on,
                when: self.when.take(),
                file: table.file.0,
                key: facts(table.key),
                equal: table.equal.map(facts).unwrap_or_default(),
                at_most: table.at_most.map(facts).unwrap_or_default(),
            });
        }
        if let Some(files) = self.golden.take() {
            return Some(Body::Golden { files: files.values().into_iter().map(|f| f.0).collect() });
        }
        if let Some(Compare { swap, with, blames }) = self.compare.take() {
            let blames = blames.values().into_iter().map(|id| id.0).collect();
            return Some(Body::Compare { swap: names(swap), with: with.0, blames });
        }
        self.model.take().map(|model| Body::Model { name: model.0 })
    }
}

fn names(list: Several<Name>) -> Vec<String> {
    list.values().into_iter().map(|name| name.0).collect()
}

fn sources(list: Several<SourceEntry>) -> Option<Vec<Source>> {
    let source = |entry: SourceEntry| match entry {
        SourceEntry { text: Some(text), .. } => Some(Source::Text(text.0)),
        SourceEntry { go: Some(go), .. } => Some(Source::Go(go.0)),
        SourceEntry { issue: Some(issue), .. } => Some(Source::Issue(issue.0)),
        _ => None,
    };
    list.values().into_iter().map(source).collect()
}
