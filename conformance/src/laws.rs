//! From suites to laws: every rule checked and compiled, every name that a rule or a suite mentions
//! known.

use crate::court::{Code, Law};
use crate::driver::scenario;
use crate::golden::Golden;
use crate::mutant;
use crate::rule::{EventId, Predicate, Rule, RuleFault, TableParts, TableRule, Vocabulary};
use crate::spec::{Body, Fault, FaultKind, Invariant, Kind, RuleText, SpecFaults, Specs};
use crate::trace::form::alloc::FORMS;
use conformance_schedule::{self as schedule, wrong};
use std::path::Path;

/// The subjects whose invariants this build can judge.
pub const SUBJECTS: [&str; 3] = ["alloc", "gc", "escape"];

/// The laws of every subject.
pub struct Books {
    /// In the order of [`SUBJECTS`].
    books: [Book; SUBJECTS.len()],
}

impl Books {
    /// Compiles the rules of all subjects.
    ///
    /// # Errors
    /// As [`Book::compile`], the faults of the first subject that has any.
    pub fn compile(specs: &Specs) -> Result<Books, SpecFaults> {
        let [alloc, gc, escape] = SUBJECTS;
        let book = |subject| Book::compile(specs, subject);
        Ok(Books { books: [book(alloc)?, book(gc)?, book(escape)?] })
    }

    /// The book about `subject`.
    ///
    /// # Panics
    /// If there is no such subject.
    pub fn of(&self, subject: &str) -> &Book {
        let at = SUBJECTS.iter().position(|one| *one == subject);
        &self.books[at.expect("a subject of this build")]
    }
}

/// The laws of one subject, and the words that they are written in.
pub struct Book {
    /// The words.
    pub vocabulary: Vocabulary,
    /// The laws.
    pub code: Code,
}

impl Book {
    /// Compiles the rules of `subject`.
    ///
    /// # Errors
    /// Every fault of every rule, and every scenario, op, golden file, model or mutant that there is not.
    pub fn compile(specs: &Specs, subject: &str) -> Result<Book, SpecFaults> {
        let mut faults = SpecFaults { faults: Vec::new(), omitted: 0 };
        let terms = specs.glossary.subjects.get(subject).cloned().unwrap_or_default();
        let vocabulary = Vocabulary::new(&terms).map_err(|fault| SpecFaults {
            faults: vec![Fault::in_file(FaultKind::Rule, "glossary.yaml", fault.to_string())],
            omitted: 0,
        })?;
        let own = specs.invariants().filter(|i| i.id.subject() == subject);
        let mut laws = Vec::new();
        for invariant in own {
            faults.faults.extend(unknown_names(invariant, specs));
            faults.faults.extend(golden_faults(invariant, specs));
            match law(invariant, specs, &vocabulary) {
                Ok(Some(law)) => laws.push(law),
                Ok(None) => {}
                Err(fault) => faults.faults.push(*fault),
            }
        }
        if faults.faults.is_empty() {
            let code = Code::new(laws, &vocabulary);
            Ok(Book { vocabulary, code })
        } else {
            Err(faults)
        }
    }
}

/// The invariant as a law; `None` where its body is no rule.
fn law(
    invariant: &Invariant,
    specs: &Specs,
    vocabulary: &Vocabulary,
) -> Result<Option<Law>, Box<Fault>> {
    let (Body::Rule { on, when, .. } | Body::Table { on, when, .. }) = &invariant.body else {
        return Ok(None);
    };
    let on: Vec<EventId> = on.iter().filter_map(|event| vocabulary.event(event)).collect();
    let place = |text: &RuleText, fault: RuleFault| {
        Box::new(Fault::in_rule(text, fault.range, fault.message, fault.help))
    };
    let guard = |text: &RuleText| {
        Rule::load_guard(&text.text, &on, vocabulary).map_err(|fault| place(text, fault))
    };
    let rule = match &invariant.body {
        Body::Rule { rule, .. } => {
            let loaded = Rule::load(&rule.text, &on, vocabulary);
            Predicate::Rule(loaded.map_err(|fault| place(rule, fault))?)
        }
        body => {
            let loaded = table(invariant, body, specs, &on, vocabulary);
            let fault = |message: String| {
                let message = format!("{}: {message}", invariant.id);
                let fault = Fault::in_file(FaultKind::BadWord, &invariant.file, message);
                Box::new(fault.at(invariant.line, 1))
            };
            Predicate::Table(loaded.map_err(fault)?)
        }
    };
    Ok(Some(Law {
        id: invariant.id.clone(),
        when: when.as_ref().map(guard).transpose()?,
        rule,
        on,
        taints: invariant.taints,
        is_firm: invariant.scenario.is_empty() && invariant.kind != Kind::Bound,
        scenario: invariant.scenario.clone(),
    }))
}

/// The golden numbers that a body names.
fn table(
    invariant: &Invariant,
    body: &Body,
    specs: &Specs,
    on: &[EventId],
    vocabulary: &Vocabulary,
) -> Result<TableRule, String> {
    let Body::Table { file, key, equal, at_most, .. } = body else { return Err("no table".into()) };
    let path = golden_path(invariant, file);
    let table = specs.tables.get(&path).ok_or_else(|| format!("there is no table `{file}`"))?;
    let parts =
        TableParts { name: file, columns: &table.columns, rows: &table.rows, key, equal, at_most };
    TableRule::load(parts, on, vocabulary)
}

/// Comments of golden Go files that cannot be read.
fn golden_faults(invariant: &Invariant, specs: &Specs) -> Vec<Fault> {
    let Body::Golden { files } = &invariant.body else { return Vec::new() };
    let is_go = |path: &String| Path::new(path).extension().is_some_and(|ending| ending == "go");
    let paths = files.iter().map(|file| golden_path(invariant, file)).filter(is_go);
    let fault = |path: String| {
        let fault = Golden::parse(specs.golden.get(&path)?).err()?;
        let root = invariant.file.strip_suffix(&format!("{}.yaml", invariant.id.suite()));
        let file = format!("{}{path}", root.unwrap_or_default());
        Some(Fault::in_file(FaultKind::BadWord, &file, fault.says).at(fault.line, 1))
    };
    paths.filter_map(fault).collect()
}

/// Names in an invariant that nothing has.
fn unknown_names(invariant: &Invariant, specs: &Specs) -> Vec<Fault> {
    let mut unknown = Vec::new();
    for name in
        invariant.scenario.iter().filter(|name| !scenario::is_known(invariant.id.subject(), name))
    {
        unknown.push(format!("{}: there is no scenario `{name}`", invariant.id));
    }
    for id in invariant.broken_by.iter().filter(|id| !is_mutant(id, &invariant.body)) {
        unknown.push(format!("{}: there is no mutant `{id}`", invariant.id));
    }
    match &invariant.body {
        Body::Golden { files } => {
            let missing =
                |file: &&String| !specs.golden.contains_key(&golden_path(invariant, file));
            for file in files.iter().filter(missing) {
                unknown.push(format!("{}: there is no golden file `{file}`", invariant.id));
            }
        }
        Body::Compare { swap, with, blames } => {
            let known = |word: &str| FORMS.iter().any(|form| form.word == word);
            for word in swap.iter().filter(|word| !known(word)) {
                unknown.push(format!("{}: there is no op `{word}`", invariant.id));
            }
            if !matches!(&**with, "free" | "malloc") {
                unknown.push(format!("{}: only `free` and `malloc` replace ops", invariant.id));
            }
            for id in blames.iter().filter(|id| specs.invariant(id).is_none()) {
                unknown.push(format!("{}: there is no invariant `{id}`", invariant.id));
            }
        }
        Body::Model { name } if schedule::find(name).is_none() => {
            unknown.push(format!("{}: there is no schedule model `{name}`", invariant.id));
        }
        Body::Model { .. } | Body::Rule { .. } | Body::Table { .. } => {}
    }
    let fault = |message| {
        let fault = Fault::in_file(FaultKind::BadWord, &invariant.file, message);
        fault.at(invariant.line, 1)
    };
    unknown.into_iter().map(fault).collect()
}

/// Whether a mutant called `id` can break `body`: a wrong part judged by that schedule model, or a
/// wrong allocator.
fn is_mutant(id: &str, body: &Body) -> bool {
    match body {
        Body::Model { name } => wrong::find(id).is_some_and(|wrong| wrong.model == name),
        // Wrong analysers are wrong variants of the reference crate, which a build may lack.
        _ => {
            mutant::find(id).is_some()
                || cfg!(not(feature = "reference")) && id.starts_with("escape/")
        }
    }
}

/// The path below the root of a golden file that `invariant` names beside its suite.
pub fn golden_path(invariant: &Invariant, file: &str) -> String {
    let suite = invariant.id.suite();
    let folder = suite.rsplit_once('/').map_or("", |(folder, _)| folder);
    format!("{folder}/{file}")
}
