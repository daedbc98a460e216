//! What is told if somebody asks for reasons: lines with their explanations, and the parameters.

use super::verdicts::{Detail, Message, Parameter, Told, Variable};
use crate::check::Program;
use crate::diagnostics::{Line, Subject};
use crate::explain::{Explained, Explanation, explain};
use crate::functions::FuncId;
use crate::graph::{Attrs, Loc, Place};
use crate::ir::{Class, VarName};
use crate::kind::Kind;
use crate::print::Texts;
use crate::tags::{TagTable, Unit};
use crate::trace::Verdict;
use crate::types::Layouts;
use std::collections::BTreeMap;
use std::rc::Rc;

/// The explanations of each location.
type Reasons = BTreeMap<Loc, Vec<Rc<Explanation>>>;

/// Tells of one batch.
pub(super) struct Teller<'a> {
    pub program: &'a mut Program,
    pub tags: &'a TagTable,
    pub subject: &'a Subject<'a>,
    pub told: Vec<(FuncId, Message)>,
}

impl Teller<'_> {
    /// Tells the lines of the batch, why they are so, and what its functions leak.
    pub(super) fn tell(&mut self, lines: Vec<Line>, verdicts: &[Verdict]) {
        let explained = explain(self.program, self.subject, verdicts);
        let (early, late) =
            explained.split_at(self.subject.built.direct_before.min(explained.len()));
        // The compiler speaks as it goes: while it walks, when it looks at literals, while it solves, and at the end.
        let (walking, lines): (Vec<Line>, Vec<Line>) =
            lines.into_iter().partition(|line| line.kind == Kind::SelfAssignment);
        let (capturing, lines): (Vec<Line>, Vec<Line>) =
            lines.into_iter().partition(|line| line.kind == Kind::Capture);
        let mut reasons = Reasons::new();
        for told in &explained {
            reasons.entry(told.loc).or_default().push(Rc::clone(&told.explanation));
        }
        self.lines(walking, &reasons);
        self.explanations(early);
        self.lines(capturing, &reasons);
        self.explanations(late);
        self.lines(lines, &reasons);
        for place in self.subject.batch {
            self.parameters(*place);
            self.variables(*place);
        }
    }

    fn explanations(&mut self, explained: &[Explained]) {
        for Explained { place, explanation, .. } in explained {
            self.say(*place, Message::Explanation(Rc::clone(explanation)));
        }
    }

    fn lines(&mut self, lines: Vec<Line>, reasons: &Reasons) {
        for line in lines {
            let func = self.texts(line.place).bare_func_name(line.place.func);
            let loc = line.loc.filter(|_| !line.kind.is_quiet());
            let reasons = loc.and_then(|loc| reasons.get(&loc)).cloned().unwrap_or_default();
            let detail = Some(Detail { func, reasons });
            let told = Told { pos: line.pos, text: line.text, kind: line.kind, detail };
            self.say(line.place, Message::Line(told));
        }
    }

    fn say(&mut self, place: Place, message: Message) {
        let id = self.subject.bodies[place.body].id;
        self.told.push((id, message));
    }

    fn texts(&self, place: Place) -> Texts<'_> {
        let Subject { functions, package, bodies, .. } = *self.subject;
        Texts { program: self.program, functions, package, body: &bodies[place.body] }
    }

    /// The variables that a function declares and that stay on the stack.
    fn variables(&mut self, place: Place) {
        let body = &self.subject.bodies[place.body];
        if body[place.func].is_wrapper() {
            return;
        }
        for var in &body[place.func].vars {
            let declared = &body[*var];
            let Some(loc) = self.subject.built.vars[place.body][var.index()] else { continue };
            let escapes = self.subject.built.graph[loc].attrs.has(Attrs::ESCAPES);
            if escapes || declared.class != Class::Auto || declared.object.is_none() {
                continue;
            }
            let texts = self.texts(place);
            let (name, func) = (texts.var(*var), texts.bare_func_name(place.func));
            self.say(place, Message::Variable(Variable { pos: declared.pos, name, func }));
        }
    }

    /// The parameters of a function that may point to something, with what callers are told of them.
    fn parameters(&mut self, place: Place) {
        let body = &self.subject.bodies[place.body];
        let func = &body[place.func];
        if func.is_wrapper() || self.subject.functions.is_instance(body.id) {
            return;
        }
        let unit = Unit { id: body.id, func: place.func };
        for (at, var) in func.param_vars().iter().enumerate() {
            let declared = &body[*var];
            let VarName::Named(name) = declared.name else { continue };
            let hidden = self.program.names.text(name).is_empty() || name.is_blank();
            if hidden || !self.program.has_pointers(declared.ty) {
                continue;
            }
            let texts = self.texts(place);
            let (name, func) = (texts.var(*var), texts.bare_func_name(place.func));
            let leaks = self.tags.param(unit, at);
            let parameter = Parameter { pos: declared.pos, name, func, leaks };
            self.say(place, Message::Parameter(parameter));
        }
    }
}
