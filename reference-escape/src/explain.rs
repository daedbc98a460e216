//! Verdicts in words: for each thing that escapes or leaks the way by which it does.
//!
//! `trace` says which locations a value passes; here locations, notes and functions get the names that the compiler prints.

use crate::build::{Built, Replaced};
use crate::check::Program;
use crate::diagnostics::Subject;
use crate::graph::{Loc, Place, Site};
use crate::ir::{Body, VarId};
use crate::note::{Note, Where};
use crate::print::Texts;
use crate::source::Pos;
use crate::trace::{Finding, Verdict};
use std::rc::Rc;

/// Why something escapes or leaks.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Explanation {
    /// Where what it is about stands.
    pub pos: Pos,
    /// What it is about: a variable, or an expression.
    pub subject: String,
    /// The function that this is in.
    pub func: String,
    /// What becomes of it.
    pub finding: Finding,
    /// Where it gets to.
    pub goal: String,
    /// The way there.
    pub flows: Vec<Flow>,
    /// Whether the way runs in a circle, so that its end is not told.
    pub is_cut: bool,
}

/// A step of the way.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Flow {
    /// Where a value gets.
    pub dst: String,
    /// Where it comes from.
    pub src: String,
    /// Loads; -1 for the address.
    pub derefs: i32,
    /// The expressions that it goes through, the innermost first.
    pub reasons: Vec<Reason>,
}

/// An expression or a statement by which a value flows.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Reason {
    /// Where it stands.
    pub pos: Pos,
    /// Its text.
    pub text: String,
    /// What it does.
    pub why: &'static str,
}

/// An explanation, and what it is about.
#[derive(Clone, Debug)]
pub struct Explained {
    /// The location.
    pub loc: Loc,
    /// Its function.
    pub place: Place,
    /// What is to be told.
    pub explanation: Rc<Explanation>,
}

/// The verdicts of a batch in words.
pub fn explain(program: &Program, subject: &Subject<'_>, verdicts: &[Verdict]) -> Vec<Explained> {
    let built = subject.built;
    let (early, late) = verdicts.split_at(built.direct_before.min(verdicts.len()));
    let original = originals(subject.bodies, &built.replaced);
    let before: Vec<&Body> =
        original.iter().zip(subject.bodies).map(|(old, new)| old.as_ref().unwrap_or(new)).collect();
    let now: Vec<&Body> = subject.bodies.iter().collect();
    let told = |bodies: &[&Body], verdict: &Verdict| {
        let speaker = Speaker { program, subject, bodies };
        let place = built.graph[verdict.subject].place;
        let explanation = Rc::new(speaker.verdict(verdict));
        Explained { loc: verdict.subject, place, explanation }
    };
    let early = early.iter().map(|verdict| told(&before, verdict));
    early.chain(late.iter().map(|verdict| told(&now, verdict))).collect()
}

/// The bodies as they were before constants were put in, of those where that was done.
fn originals(bodies: &[Body], replaced: &[Replaced]) -> Vec<Option<Body>> {
    let mut originals: Vec<Option<Body>> = vec![None; bodies.len()];
    for Replaced { body, id, before } in replaced.iter().rev() {
        let original = originals[*body].get_or_insert_with(|| bodies[*body].clone());
        original[*id].op = before.clone();
    }
    originals
}

struct Speaker<'a> {
    program: &'a Program,
    subject: &'a Subject<'a>,
    bodies: &'a [&'a Body],
}

impl Speaker<'_> {
    fn texts(&self, body: usize) -> Texts<'_> {
        let Subject { functions, package, .. } = *self.subject;
        Texts { program: self.program, functions, package, body: self.bodies[body] }
    }

    fn built(&self) -> &Built {
        self.subject.built
    }

    fn verdict(&self, verdict: &Verdict) -> Explanation {
        let location = &self.built().graph[verdict.subject];
        let flows = verdict.steps.iter().map(|step| {
            let notes = self.built().graph.notes.chain(step.edge.notes);
            Flow {
                dst: self.location(step.dst),
                src: self.location(step.edge.src),
                derefs: step.edge.derefs,
                reasons: notes.map(|note| self.reason(note)).collect(),
            }
        });
        Explanation {
            pos: self.pos(location.place, location.site),
            subject: self.site(location.place, location.site),
            func: self.texts(location.place.body).bare_func_name(location.place.func),
            finding: verdict.finding,
            goal: self.location(verdict.goal),
            flows: flows.collect(),
            is_cut: verdict.is_cut,
        }
    }

    fn pos(&self, place: Place, site: Site) -> Pos {
        match site {
            Site::None => Pos::NONE,
            Site::Var(var) => self.bodies[place.body][var].pos,
            Site::Node(id) => self.bodies[place.body][id].pos,
        }
    }

    fn site(&self, place: Place, site: Site) -> String {
        match site {
            Site::None => "{temp}".to_owned(),
            Site::Var(var) => self.var(place.body, var),
            Site::Node(id) => self.texts(place.body).expr(id),
        }
    }

    /// A variable; results that are called `_` are printed so.
    fn var(&self, body: usize, var: VarId) -> String {
        self.texts(body).var(var)
    }

    fn location(&self, loc: Loc) -> String {
        let location = &self.built().graph[loc];
        match location.site {
            _ if loc == Loc::HEAP => "{heap}".to_owned(),
            Site::Node(_) => {
                format!("{{storage for {}}}", self.site(location.place, location.site))
            }
            site => self.site(location.place, site),
        }
    }

    fn reason(&self, note: Note) -> Reason {
        let body = self.bodies[note.body];
        let (pos, text) = match note.at {
            Where::Node(id) => (body[id].pos, self.texts(note.body).stmt(id)),
            Where::Var(var) => (body[var].pos, self.var(note.body, var)),
            Where::Clause(id, at) => self.texts(note.body).clause(id, at as usize),
            Where::Capture(func, var) => {
                let at = body[func].captures.iter().position(|captured| *captured == var);
                let pos = at.and_then(|at| body[func].capture_sites.get(at)).copied();
                (pos.unwrap_or_default(), self.var(note.body, var))
            }
        };
        Reason { pos, text, why: note.why.text() }
    }
}
