//! The lines: what the analysis found of a batch, in the words and at the places of the compiler.

use crate::build::{Built, Capture};
use crate::check::Program;
use crate::functions::Functions;
use crate::graph::{Attrs, Loc, Place, Site};
use crate::ir::{Body, Conv, FuncIndex, NodeId, Op, VarId};
use crate::kind::Kind;
use crate::leaks::{Leaks, MAX_RESULTS};
use crate::print::Texts;
use crate::rules::{Question, Rules};
use crate::source::Pos;
use crate::types::{Basic, Declare, Layouts, PackageId, Type, TypeId};

/// A line.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Line {
    /// Its place; none of what the compiler made up.
    pub pos: Pos,
    /// What it says.
    pub text: String,
    /// The function that it is about, by its place in the batch.
    pub place: Place,
    /// What kind of thing it says.
    pub kind: Kind,
    /// The location that it is about, if it is about one.
    pub loc: Option<Loc>,
}

/// What lines are about.
#[derive(Debug)]
pub struct Subject<'a> {
    /// Functions of the run.
    pub functions: &'a Functions,
    /// The package that is compiled.
    pub package: PackageId,
    /// The bodies of the batch.
    pub bodies: &'a [Body],
    /// Its functions.
    pub batch: &'a [Place],
    /// What was found.
    pub built: &'a Built,
    /// How it was decided.
    pub rules: &'a dyn Rules,
}

struct Writer<'a> {
    program: &'a mut Program,
    subject: &'a Subject<'a>,
    lines: Vec<Line>,
}

/// The lines of a batch, in the order of the compiler.
pub fn lines(program: &mut Program, subject: &Subject<'_>) -> Vec<Line> {
    let mut writer = Writer { program, subject, lines: Vec::new() };
    for ignored in &subject.built.ignored {
        writer.ignored(ignored.place, ignored.stmt);
    }
    for capture in &subject.built.captures {
        writer.capture(*capture);
    }
    for place in subject.batch {
        writer.function(*place);
    }
    for loc in subject.built.graph.all() {
        writer.location(loc);
    }
    writer.lines
}

impl Writer<'_> {
    fn texts(&self, body: usize) -> Texts<'_> {
        Texts {
            program: self.program,
            functions: self.subject.functions,
            package: self.subject.package,
            body: &self.subject.bodies[body],
        }
    }

    fn say(&mut self, place: Place, pos: Pos, kind: Kind, text: String) {
        self.lines.push(Line { pos, text, place, kind, loc: None });
    }

    /// Says something of a location.
    fn say_of(&mut self, loc: Loc, pos: Pos, kind: Kind, text: String) {
        let place = self.subject.built.graph[loc].place;
        self.lines.push(Line { pos, text, place, kind, loc: Some(loc) });
    }

    fn ignored(&mut self, place: Place, stmt: NodeId) {
        let texts = self.texts(place.body);
        let (func, shown) = (texts.func_name(place.func), texts.stmt(stmt));
        let pos = self.subject.bodies[place.body][stmt].pos;
        self.say(
            place,
            pos,
            Kind::SelfAssignment,
            format!("{func} ignoring self-assignment in {shown}"),
        );
    }

    fn capture(&mut self, capture: Capture) {
        let Capture { body, var, by_value, addrtaken, reassigned } = capture;
        let declared = &self.subject.bodies[body][var];
        let (place, pos, ty) = (Place { body, func: declared.func }, declared.pos, declared.ty);
        let texts = self.texts(body);
        let (func, name) = (texts.func_name(place.func), texts.var(var));
        let (how, width) = (if by_value { "value" } else { "ref" }, self.program.size_of(ty));
        let facts = format!("addr={addrtaken} assign={reassigned} width={width}");
        self.say(place, pos, Kind::Capture, format!("{func} capturing by {how}: {name} ({facts})"));
    }

    /// What a function leaks of its parameters.
    fn function(&mut self, place: Place) {
        let body = &self.subject.bodies[place.body];
        let func = &body[place.func];
        if func.is_wrapper() || self.subject.functions.is_instance(body.id) {
            return;
        }
        for var in func.param_vars().to_vec() {
            if place.func == FuncIndex::ROOT && body.is_external {
                self.external_param(place, var);
            } else {
                self.param(place, var);
            }
        }
    }

    fn is_uintptr(&mut self, ty: TypeId) -> bool {
        matches!(self.program.under_type(ty), Type::Basic(Basic::Uintptr))
    }

    /// A parameter of a function whose body is elsewhere.
    fn external_param(&mut self, place: Place, var: VarId) {
        let body = &self.subject.bodies[place.body];
        let (ty, pos, noescape) = (body[var].ty, body[var].pos, body.directives.noescape);
        let keeps_nothing = self.subject.rules.answer(Question::KeepsNothing, noescape);
        let name = self.texts(place.body).var(var);
        let named = !name.is_empty();
        let name = if named && name != "_" { name } else { self.numbered(place, var) };
        if self.is_uintptr(ty) {
            self.say(place, pos, Kind::Uintptr, format!("assuming {name} is unsafe uintptr"));
        } else if self.program.has_pointers(ty) && named {
            if keeps_nothing {
                self.say(place, pos, Kind::Keeps, format!("{name} does not escape"));
            } else {
                self.say(place, pos, Kind::Leak, format!("leaking param: {name}"));
            }
        }
    }

    /// The name that the compiler gives a parameter without one.
    fn numbered(&self, place: Place, var: VarId) -> String {
        let vars = self.subject.bodies[place.body][place.func].param_vars();
        let at = vars.iter().position(|other| *other == var).unwrap_or(0);
        format!("~p{at}")
    }

    fn param(&mut self, place: Place, var: VarId) {
        let body = &self.subject.bodies[place.body];
        let (ty, pos) = (body[var].ty, body[var].pos);
        let name = self.texts(place.body).var(var);
        if body.directives.uintptrescapes && place.func == FuncIndex::ROOT {
            let spread = match self.program.under_type(ty) {
                Type::Slice(elem) => self.is_uintptr(elem) && self.is_last(place, var),
                _ => false,
            };
            let single = self.is_uintptr(ty);
            if single || spread {
                let dots = if spread { "..." } else { "" };
                self.say(
                    place,
                    pos,
                    Kind::Uintptr,
                    format!("marking {name} as escaping {dots}uintptr"),
                );
                return;
            }
        }
        if !self.program.has_pointers(ty) || body[var].name.is_unnamed() {
            return;
        }
        let Some(loc) = self.subject.built.vars[place.body][var.index()] else { return };
        let location = &self.subject.built.graph[loc];
        if !location.attrs.has(Attrs::ESCAPES) {
            let leaks = self.subject.rules.told(location.leaks);
            self.leaks(loc, pos, &name, leaks);
        }
    }

    fn is_last(&self, place: Place, var: VarId) -> bool {
        self.subject.bodies[place.body][place.func].param_vars().last() == Some(&var)
    }

    fn leaks(&mut self, loc: Loc, pos: Pos, name: &str, leaks: Leaks) {
        let place = self.subject.built.graph[loc].place;
        let before = self.lines.len();
        match leaks.heap() {
            Some(0) => self.say_of(loc, pos, Kind::Leak, format!("leaking param: {name}")),
            Some(_) => {
                self.say_of(loc, pos, Kind::LeakContent, format!("leaking param content: {name}"));
            }
            None => {}
        }
        let results = self.subject.bodies[place.body][place.func].result_vars();
        for (at, result) in results.iter().enumerate().take(MAX_RESULTS) {
            if let Some(level) = leaks.result(at) {
                let result = self.texts(place.body).var(*result);
                let text = format!("leaking param: {name} to result {result} level={level}");
                self.say_of(loc, pos, Kind::LeakResult, text);
            }
        }
        if self.lines.len() == before {
            self.say_of(loc, pos, Kind::Keeps, format!("{name} does not escape"));
        }
    }

    fn location(&mut self, loc: Loc) {
        let location = &self.subject.built.graph[loc];
        let (place, attrs) = (location.place, location.attrs);
        let escapes = attrs.has(Attrs::ESCAPES);
        let id = match location.site {
            Site::None => return,
            Site::Var(var) => {
                if escapes {
                    let name = self.texts(place.body).var(var);
                    let pos = self.subject.bodies[place.body][var].pos;
                    self.say_of(loc, pos, Kind::Moved, format!("moved to heap: {name}"));
                }
                return;
            }
            Site::Node(id) => id,
        };
        let body = &self.subject.bodies[place.body];
        let node = &body[id];
        let bound = node.implicit && matches!(node.op, Op::MethodValue { .. });
        if bound || matches!(node.op, Op::Closure(func) if body[func].is_wrapper()) {
            return;
        }
        let what = match node.op {
            Op::Append { .. } => "append".to_owned(),
            _ => self.texts(place.body).expr(id),
        };
        let pos = node.pos;
        let (kind, verdict) = if escapes {
            (Kind::Heap, "escapes to heap")
        } else {
            (Kind::Stack, "does not escape")
        };
        self.say_of(loc, pos, kind, format!("{what} {verdict}"));
        if matches!(node.op, Op::Convert(Conv::StringToBytes, _)) && !attrs.has(Attrs::MUTATES) {
            self.say_of(loc, pos, Kind::ZeroCopy, "zero-copy string->[]byte conversion".to_owned());
        }
    }
}
