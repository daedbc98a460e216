//! Why something is where it is: what a line declares or allocates, and the ways by which that gets out.

use super::{Report, func};
use crate::analyze::{Parameter, Told};
use crate::explain::{Explanation, Flow};
use crate::kind::Kind;
use crate::source::{Place, Pos};
use crate::trace::Finding;
use std::collections::BTreeSet;
use std::path::Path;
use std::rc::Rc;

/// Which place is asked about.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Query {
    /// The file: its path, or the end of that.
    pub file: String,
    /// The line, from 1.
    pub line: u32,
    /// The column in bytes, from 1; any if there is none.
    pub column: Option<u32>,
}

impl Query {
    fn is_file(&self, place: &Place) -> bool {
        Path::new(&place.file).ends_with(Path::new(&self.file))
            || Path::new(&self.file).ends_with(Path::new(&place.file))
    }

    fn is_at(&self, place: &Place) -> bool {
        self.is_file(place)
            && self.line == place.line
            && self.column.is_none_or(|column| column == place.column)
    }
}

/// What is to be said of one variable or allocation.
#[derive(Debug)]
pub struct Answer {
    /// Where it stands.
    pub pos: Pos,
    /// The function that it is in.
    pub func: String,
    /// What the compiler says of it.
    pub says: Vec<String>,
    /// Sentences about it.
    pub because: Vec<String>,
    /// The ways by which it gets out.
    pub ways: Vec<Rc<Explanation>>,
}

/// What is to be said of what stands at a place.
pub fn why(report: &Report<'_>, query: &Query) -> Vec<Answer> {
    let mut answers: Vec<Answer> = Vec::new();
    let asked = |pos| report.place(pos).is_some_and(|place| query.is_at(&place));
    for told in report.verdicts.lines.iter().filter(|told| is_site(told) && asked(told.pos)) {
        let answer = answer(report, told);
        match answers.last_mut() {
            // A parameter may leak in several ways, each with a line of its own.
            Some(last)
                if last.pos == told.pos && told.kind.is_leak() && last.func == answer.func =>
            {
                last.says.extend(answer.says);
            }
            _ => answers.push(answer),
        }
    }
    for variable in report.verdicts.variables.iter().filter(|variable| asked(variable.pos)) {
        answers.push(Answer {
            pos: variable.pos,
            func: variable.func.clone(),
            says: vec![format!("{} stays on the stack", variable.name)],
            because: vec![
                "no way is known by which its address gets to something that outlives it"
                    .to_owned(),
            ],
            ways: Vec::new(),
        });
    }
    // Lines come function by function. The text is read from left to right.
    answers.sort_by_key(|answer| answer.pos);
    answers
}

/// Lines of the file in which something is declared or allocated; `None` if the package has no such file.
pub fn lines_with_sites(report: &Report<'_>, query: &Query) -> Option<BTreeSet<u32>> {
    let lines = report.verdicts.lines.iter().filter(|told| is_site(told)).map(|told| told.pos);
    let all = lines.chain(report.verdicts.variables.iter().map(|variable| variable.pos));
    let places = all.filter_map(|pos| report.place(pos)).filter(|place| query.is_file(place));
    let lines: BTreeSet<u32> = places.map(|place| place.line).collect();
    (!lines.is_empty()).then_some(lines)
}

fn is_site(told: &Told) -> bool {
    told.kind.placement().is_some() || told.kind.is_leak() || told.kind == Kind::Keeps
}

fn answer(report: &Report<'_>, told: &Told) -> Answer {
    let func = func(told).to_owned();
    let ways = told.detail.iter().flat_map(|detail| shortest(&detail.reasons)).collect();
    let because = match told.kind {
        Kind::Stack => {
            vec![
                "no way is known by which its address gets to something that outlives it"
                    .to_owned(),
            ]
        }
        Kind::Keeps => keeps(report.verdicts.parameters.iter().find(|known| known.pos == told.pos)),
        _ => Vec::new(),
    };
    Answer { pos: told.pos, func, says: vec![told.text.clone()], because, ways }
}

fn keeps(parameter: Option<&Parameter>) -> Vec<String> {
    let mut because =
        vec!["no way is known by which it gets to the heap or to a result".to_owned()];
    if parameter.is_some_and(|parameter| parameter.leaks.mutator().is_some()) {
        because.push("something may be stored through it".to_owned());
    }
    if parameter.is_some_and(|parameter| parameter.leaks.callee().is_some()) {
        because.push("a function in it may be called".to_owned());
    }
    because
}

/// Of the ways to each goal the last one, which has the fewest loads; not those that say no more than the way to the heap.
fn shortest(reasons: &[Rc<Explanation>]) -> Vec<Rc<Explanation>> {
    let loads = |way: &Explanation| match way.finding {
        Finding::Escapes => None,
        Finding::Leaks { loads } => Some(loads),
    };
    let mut ways: Vec<Rc<Explanation>> = Vec::new();
    for way in reasons {
        ways.retain(|other| other.goal != way.goal || loads(other).is_none());
        ways.push(Rc::clone(way));
    }
    let heap = ways.iter().find(|way| way.goal == "{heap}").and_then(|way| loads(way));
    ways.retain(|way| way.goal == "{heap}" || heap.is_none_or(|heap| loads(way) < Some(heap)));
    ways
}

/// A flow in words.
pub(super) fn sentence(flow: &Flow) -> String {
    let src = noun(&flow.src);
    let what = match flow.derefs {
        ..=-1 => format!("the address of {src}"),
        0 => src,
        1 => format!("what a load through {src} gives"),
        loads => format!("what {loads} loads through {src} give"),
    };
    format!("{what} flows to {}", noun(&flow.dst))
}

/// A location in words.
pub(super) fn noun(location: &str) -> String {
    match location {
        "{heap}" => "the heap".to_owned(),
        "{temp}" => "a temporary".to_owned(),
        unnamed if unnamed.starts_with("~r") => format!("the result {unnamed}"),
        other => {
            match other.strip_prefix("{storage for ").and_then(|rest| rest.strip_suffix('}')) {
                Some(made) => format!("what `{made}` makes"),
                None => other.to_owned(),
            }
        }
    }
}
