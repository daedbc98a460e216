//! Expressions as the compiler prints them: after all rewriting, with as few parentheses as their operators need.

use super::words::{
    TIGHTEST, UNARY, binary_sign, binary_strength, many_name, one_name, strength, two_name,
    unary_sign,
};
use crate::ast::BinaryOp;
use crate::check::Program;
use crate::constant::{Kind, Value};
use crate::functions::Functions;
use crate::ir::{Body, Conv, NodeId, Op, VarId, VarName};
use crate::names::Name;
use crate::types::{Basic, Form, PackageId, Printer, Type, TypeId};

/// Prints what a body consists of, for messages about a package.
#[derive(Clone, Copy, Debug)]
pub struct Texts<'a> {
    /// Types and names.
    pub program: &'a Program,
    /// Functions.
    pub functions: &'a Functions,
    /// The package.
    pub package: PackageId,
    /// The body.
    pub body: &'a Body,
}

/// Deeper texts end in dots: only a text made to be deep gets there.
const MAX_DEPTH: u32 = 2000;

/// Writes one expression.
struct Writer<'a> {
    texts: Texts<'a>,
    text: String,
    depth: u32,
}

impl Texts<'_> {
    /// An expression.
    pub fn expr(&self, id: NodeId) -> String {
        let mut writer = Writer { texts: *self, text: String::new(), depth: 0 };
        writer.expr(id, 0);
        writer.text
    }

    /// A statement: an assignment.
    pub fn stmt(&self, id: NodeId) -> String {
        match &self.body[id].op {
            Op::Assign { x, y, def } => {
                let y = y.map_or("<nil>".to_owned(), |y| self.expr(y));
                format!("{} {} {y}", self.expr(*x), sign(*def))
            }
            Op::AssignOp { op, x, counts: true, .. } => {
                format!("{}{}", self.expr(*x), if *op == BinaryOp::Add { "++" } else { "--" })
            }
            Op::AssignOp { op, x, y, .. } => {
                format!("{} {}= {}", self.expr(*x), binary_sign(*op), self.expr(*y))
            }
            Op::AssignList { lhs, rhs, def, .. } => {
                format!("{} {} {}", self.list(lhs), sign(*def), self.list(rhs))
            }
            _ => self.expr(id),
        }
    }

    fn list(&self, list: &[NodeId]) -> String {
        let texts: Vec<String> = list.iter().map(|id| self.expr(*id)).collect();
        texts.join(", ")
    }

    /// The name of a variable.
    pub fn var(&self, var: VarId) -> String {
        let name = match self.body[var].name {
            VarName::Named(name) => self.program.names.text(name).to_owned(),
            VarName::Result(at) => format!("~r{at}"),
            VarName::Blank(_) => return "_".to_owned(),
            VarName::Temp(at) => return format!(".autotmp_{at}"),
        };
        if name.is_empty() || name == "_" {
            return name;
        }
        format!("{}{name}", self.home())
    }

    /// What stands before names of a body of another package: of an instance.
    pub(super) fn home(&self) -> String {
        let package = self.functions.package(self.program, self.body.id);
        self.printer().qualifier(package, Form::Message)
    }

    /// A type.
    pub fn ty(&self, ty: TypeId) -> String {
        self.printer().print(ty, Form::Message)
    }

    pub(super) fn printer(&self) -> Printer<'_> {
        Printer::new(self.program.types(), &self.program.names, self.package)
    }
}

fn sign(def: bool) -> &'static str {
    if def { ":=" } else { "=" }
}

impl Writer<'_> {
    fn put(&mut self, text: &str) {
        self.text.push_str(text);
    }

    /// `id` where an operator that binds with `binding` is around it.
    fn expr(&mut self, mut id: NodeId, binding: u32) {
        let body = self.texts.body;
        while body[id].implicit
            && let Op::Addr(x)
            | Op::Deref(x)
            | Op::Convert(Conv::Nop | Conv::Number | Conv::Iface, x) = body[id].op
        {
            id = x;
        }
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            self.put("...");
        } else if binding > strength(&body[id].op) {
            self.put("(");
            self.bare(id);
            self.put(")");
        } else {
            self.bare(id);
        }
        self.depth -= 1;
    }

    fn bare(&mut self, id: NodeId) {
        let texts = self.texts;
        let node = &texts.body[id];
        match &node.op {
            Op::Nil => self.put("nil"),
            Op::Blank => self.put("_"),
            Op::Literal(value) => self.literal(node.ty, value),
            Op::Name(var) => self.put(&texts.var(*var)),
            Op::Global(object) => {
                let object = &texts.program.types()[*object];
                let name = texts.program.names.text(object.name);
                let text =
                    format!("{}{name}", texts.printer().qualifier(object.package, Form::Message));
                self.put(&text);
            }
            Op::Func(func) => self.put(&texts.function(*func)),
            Op::Dictionary(name) => {
                let text = format!("&{}", texts.program.names.text(*name));
                self.put(&text);
            }
            Op::ParamMethod(at) => {
                let text = format!("({})(&{}.dict[{at}])", texts.ty(node.ty), texts.home());
                self.put(&text);
            }
            Op::Type => self.put(&texts.ty(node.ty)),
            Op::Closure(_) => self.put("func literal"),
            Op::Unary(op, x) => {
                self.put(unary_sign(*op));
                if matches!(&texts.body[*x].op, Op::Unary(inner, _) if inner == op) {
                    self.put(" ");
                }
                self.expr(*x, UNARY + 1);
            }
            Op::Addr(x) => {
                self.put("&");
                if matches!(texts.body[*x].op, Op::Addr(_)) {
                    self.put(" ");
                }
                self.expr(*x, UNARY + 1);
            }
            Op::Deref(x) => {
                self.put("*");
                self.expr(*x, UNARY + 1);
            }
            Op::Binary(op, x, y) | Op::Logical(op, x, y) => {
                let binding = binary_strength(*op);
                self.expr(*x, binding);
                self.put(&format!(" {} ", binary_sign(*op)));
                self.expr(*y, binding + 1);
            }
            Op::AddString(list) => {
                for (at, part) in list.iter().enumerate() {
                    self.put(if at > 0 { " + " } else { "" });
                    self.expr(*part, 0);
                }
            }
            _ => self.operand(id),
        }
    }

    fn operand(&mut self, id: NodeId) {
        let texts = self.texts;
        let node = &texts.body[id];
        match &node.op {
            Op::Dot(x, name)
            | Op::DotPtr(x, name)
            | Op::DotInter(x, name)
            | Op::MethodValue { x, name, .. } => {
                self.expr(*x, TIGHTEST);
                self.selected(*name);
            }
            Op::MethodExpr { recv, name, .. } => {
                let ty = texts.ty(*recv);
                let pointer = matches!(texts.program.types()[*recv], Type::Pointer(_));
                self.put(&if pointer { format!("({ty})") } else { ty });
                self.selected(*name);
            }
            Op::DotType(x) => {
                self.expr(*x, TIGHTEST);
                self.put(&format!(".({})", texts.ty(node.ty)));
            }
            Op::Index(x, index) | Op::IndexMap(x, index) => {
                self.expr(*x, TIGHTEST);
                self.put("[");
                self.expr(*index, 0);
                self.put("]");
            }
            Op::Slice { x, bounds } => {
                self.expr(*x, TIGHTEST);
                self.put("[");
                self.bounds(bounds);
                self.put("]");
            }
            Op::Convert(_, x) => {
                let ty = texts.ty(node.ty);
                let named = node.ty == TypeId::ANY
                    || matches!(texts.program.types()[node.ty], Type::Basic(_) | Type::Named(_));
                self.put(&if named { ty } else { format!("({ty})") });
                self.in_parentheses(&[*x], false);
            }
            Op::Call { fun, args, dictionary, dots } => {
                self.expr(*fun, TIGHTEST);
                let receiver = usize::from(matches!(texts.body[*fun].op, Op::MethodExpr { .. }));
                let mut all = args.to_vec();
                if let Some(dictionary) = dictionary {
                    all.insert(receiver.min(all.len()), *dictionary);
                }
                self.in_parentheses(&all, *dots);
            }
            Op::Append { args, dots } => {
                self.put("append");
                self.in_parentheses(args, *dots);
            }
            _ => self.construction(id),
        }
    }

    fn construction(&mut self, id: NodeId) {
        let texts = self.texts;
        let node = &texts.body[id];
        match &node.op {
            Op::One(one, x) => {
                self.put(one_name(*one));
                self.in_parentheses(&[*x], false);
            }
            Op::Two(two, x, y) => {
                self.put(two_name(*two));
                self.in_parentheses(&[*x, *y], false);
            }
            Op::Many(many, args) => {
                self.put(many_name(*many));
                self.in_parentheses(args, false);
            }
            Op::New { dynamic: true } => self.put("new(<node DYNAMICTYPE>)"),
            Op::New { .. } => {
                let elem = match texts.program.types()[node.ty] {
                    Type::Pointer(elem) => elem,
                    _ => node.ty,
                };
                self.put(&format!("new({})", texts.ty(elem)));
            }
            Op::MakeSlice(len, cap) => self.make(node.ty, &[Some(*len), *cap]),
            Op::MakeMap(len) | Op::MakeChan(len) => self.make(node.ty, &[*len]),
            Op::PtrLit(x) => {
                self.put("&");
                self.expr(*x, 0);
            }
            Op::ArrayLit(list) | Op::SliceLit(list, _) => {
                if node.implicit {
                    self.put("... argument");
                } else {
                    self.braces(node.ty, list.is_empty());
                }
            }
            Op::StructLit(list) => self.braces(node.ty, list.is_empty()),
            Op::MapLit(list) => self.braces(node.ty, list.is_empty()),
            Op::Key(key, value) => {
                self.expr(*key, 0);
                self.put(":");
                self.expr(*value, 0);
            }
            _ => self.put("<statement>"),
        }
    }

    fn selected(&mut self, name: Name) {
        self.put(".");
        let name = self.texts.program.names.text(name).to_owned();
        self.put(&name);
    }

    fn bounds(&mut self, bounds: &[Option<NodeId>; 3]) {
        let [low, high, max] = bounds;
        if let Some(low) = low {
            self.expr(*low, 0);
        }
        self.put(":");
        if let Some(high) = high {
            self.expr(*high, 0);
        }
        if let Some(max) = max {
            self.put(":");
            self.expr(*max, 0);
        }
    }

    fn in_parentheses(&mut self, list: &[NodeId], dots: bool) {
        self.put("(");
        for (at, id) in list.iter().enumerate() {
            self.put(if at > 0 { ", " } else { "" });
            self.expr(*id, 0);
        }
        self.put(if dots { "...)" } else { ")" });
    }

    fn make(&mut self, ty: TypeId, sizes: &[Option<NodeId>]) {
        let ty = self.texts.ty(ty);
        self.put(&format!("make({ty}"));
        for size in sizes.iter().flatten() {
            self.put(", ");
            self.expr(*size, 0);
        }
        self.put(")");
    }

    fn braces(&mut self, ty: TypeId, empty: bool) {
        let ty = self.texts.ty(ty);
        self.put(&format!("{ty}{{{}}}", if empty { "" } else { "..." }));
    }

    fn literal(&mut self, ty: TypeId, value: &Value) {
        let basic = self.texts.program.types().as_basic(ty);
        if matches!(basic, Some(Basic::Rune | Basic::UntypedRune))
            && let Some(c) = value.as_u64().and_then(|code| u32::try_from(code).ok())
            && c <= 0x10_ffff
        {
            return self.put(&crate::constant::quote_rune(c));
        }
        let plain = matches!(
            (value.kind(), basic),
            (Kind::Bool, Some(Basic::Bool | Basic::UntypedBool))
                | (Kind::String, Some(Basic::String | Basic::UntypedString))
                | (Kind::Int, Some(Basic::Int | Basic::UntypedInt))
                | (Kind::Float, Some(Basic::Float64 | Basic::UntypedFloat))
                | (Kind::Complex, Some(Basic::Complex128 | Basic::UntypedComplex))
        );
        if plain {
            self.put(&value.to_string());
        } else {
            let ty = self.texts.ty(ty);
            self.put(&format!("{ty}({value})"));
        }
    }
}
