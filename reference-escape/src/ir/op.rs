//! What nodes are: the operations that are left once types are known and conversions are explicit.

use super::{FuncIndex, NodeId, VarId};
use crate::ast::BinaryOp;
use crate::constant::Value;
use crate::functions::FuncId;
use crate::names::Name;
use crate::source::Pos;
use crate::types::{ObjectId, PackageId, TypeId};
use std::rc::Rc;

/// Operators with one operand.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Unary {
    /// `+x`
    Plus,
    /// `-x`
    Neg,
    /// `^x`
    BitNot,
    /// `!x`
    Not,
    /// `<-x`
    Recv,
}

/// Ways in which a value of one type becomes one of another.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Conv {
    /// The bits stay as they are.
    Nop,
    /// A number becomes another.
    Number,
    /// A value becomes an interface.
    Iface,
    /// `string([]byte)`
    BytesToString,
    /// `string([]rune)`
    RunesToString,
    /// `[]byte(string)`
    StringToBytes,
    /// `[]rune(string)`
    StringToRunes,
    /// `string(rune)`
    RuneToString,
    /// `[4]T([]T)`
    SliceToArray,
    /// `(*[4]T)([]T)`
    SliceToArrayPointer,
}

/// Predeclared functions with one operand that are no more than that.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[expect(missing_docs, reason = "each is what Go calls it")]
pub enum One {
    Len,
    Cap,
    Real,
    Imag,
    Close,
    Clear,
    Panic,
    StringData,
    SliceData,
}

/// Predeclared functions with two operands.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[expect(missing_docs, reason = "each is what Go calls it")]
pub enum Two {
    Copy,
    Complex,
    UnsafeAdd,
    UnsafeSlice,
    UnsafeString,
}

/// Predeclared functions with a list of operands.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[expect(missing_docs, reason = "each is what Go calls it")]
pub enum Many {
    Delete,
    Print,
    Println,
    Recover,
    Min,
    Max,
}

/// What a list of values comes from.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Pairing {
    /// Each side has as many.
    Each,
    /// A call of several results.
    Call,
    /// A map's element and whether there is one.
    MapOk,
    /// What a channel gave, and whether it is open.
    RecvOk,
    /// A type assertion and whether it holds.
    AssertOk,
}

/// A clause of a switch over values.
#[derive(Clone, Debug)]
pub struct Case {
    /// Where it begins.
    pub pos: Pos,
    /// The values; none in `default`.
    pub list: Box<[NodeId]>,
    /// The variable of a clause of a type switch.
    pub var: Option<VarId>,
    /// Its statements.
    pub body: Box<[NodeId]>,
}

/// A clause of a select.
#[derive(Clone, Debug)]
pub struct Comm {
    /// What is sent or received; `None` in `default`.
    pub comm: Option<NodeId>,
    /// Its statements.
    pub body: Box<[NodeId]>,
}

/// What a node is.
#[derive(Clone, Debug)]
pub enum Op {
    /// A variable of the function or of one around it.
    Name(VarId),
    /// A variable of a package.
    Global(ObjectId),
    /// A function.
    Func(FuncId),
    /// `T.m`: a method as a function of its receiver.
    MethodExpr {
        /// The receiver's type.
        recv: TypeId,
        /// The method's name.
        name: Name,
        /// The method; `None` of an interface, or where it is only known when the program runs.
        method: Option<FuncId>,
    },
    /// A constant.
    Literal(Rc<Value>),
    /// `nil`, and the zero value of anything.
    Nil,
    /// A type where a value would stand.
    Type,
    /// `_`
    Blank,
    /// A dictionary of types: what it points to lies still.
    Dictionary(PackageId, Name),
    /// A method of a type parameter, as the dictionary has it at this place.
    ParamMethod(u32),
    /// `-x`
    Unary(Unary, NodeId),
    /// Arithmetic and comparisons.
    Binary(BinaryOp, NodeId, NodeId),
    /// `x && y`, `x || y`
    Logical(BinaryOp, NodeId, NodeId),
    /// `a + b + c` of strings.
    AddString(Box<[NodeId]>),
    /// `&x`
    Addr(NodeId),
    /// `*x`
    Deref(NodeId),
    /// `x.f` of a struct.
    Dot(NodeId, Name),
    /// `x.f` of a pointer to a struct.
    DotPtr(NodeId, Name),
    /// `x.m` of an interface, called.
    DotInter(NodeId, Name),
    /// `x.m`, not called: the method if it is known, and how many results it has.
    MethodValue {
        /// The receiver.
        x: NodeId,
        /// The method's name.
        name: Name,
        /// The method; `None` of an interface.
        method: Option<FuncId>,
    },
    /// `x.(T)`
    DotType(NodeId),
    /// `x[i]` of what is no map.
    Index(NodeId, NodeId),
    /// `x[i]` of a map.
    IndexMap(NodeId, NodeId),
    /// `x[i:j:k]`
    Slice {
        /// What is sliced; of an array its address.
        x: NodeId,
        /// Low, high, max.
        bounds: [Option<NodeId>; 3],
    },
    /// `T(x)`
    Convert(Conv, NodeId),
    /// A call.
    Call {
        /// What is called; [`Op::DotInter`] of an interface's method.
        fun: NodeId,
        /// Arguments, the receiver first, variadic ones packed.
        args: Box<[NodeId]>,
        /// The dictionary of types that a generic function gets. It is no argument here: nothing escapes by it.
        dictionary: Option<NodeId>,
        /// Whether it is printed with dots.
        dots: bool,
    },
    /// `append(s, x)`
    Append {
        /// The slice, and what is appended.
        args: Box<[NodeId]>,
        /// Whether there are dots.
        dots: bool,
    },
    /// `len(x)` and its like.
    One(One, NodeId),
    /// `copy(x, y)` and its like.
    Two(Two, NodeId, NodeId),
    /// `min(x, y, z)` and its like.
    Many(Many, Box<[NodeId]>),
    /// `new(T)`
    New {
        /// Whether the type is only known by a dictionary.
        dynamic: bool,
    },
    /// `make([]T, len, cap)`
    MakeSlice(NodeId, Option<NodeId>),
    /// `make(chan T, n)`
    MakeChan(Option<NodeId>),
    /// `make(map[K]V, n)`
    MakeMap(Option<NodeId>),
    /// `&T{}`
    PtrLit(NodeId),
    /// `[n]T{}`
    ArrayLit(Box<[NodeId]>),
    /// `[]T{}`, and how long it is.
    SliceLit(Box<[NodeId]>, u64),
    /// `T{a: x}`
    StructLit(Box<[(Name, NodeId)]>),
    /// `map[K]V{k: v}`
    MapLit(Box<[(NodeId, NodeId)]>),
    /// An element with its index.
    Key(NodeId, NodeId),
    /// `func() {}`
    Closure(FuncIndex),

    /// `var x T`
    Dcl(VarId),
    /// `x = y`, or a declaration without a value.
    Assign {
        /// Left.
        x: NodeId,
        /// Right.
        y: Option<NodeId>,
        /// Whether `x` is declared.
        def: bool,
    },
    /// `x op= y`
    AssignOp {
        /// The operator.
        op: BinaryOp,
        /// Left.
        x: NodeId,
        /// Right.
        y: NodeId,
        /// Whether it was `++` or `--`.
        counts: bool,
    },
    /// `a, b = x, y`
    AssignList {
        /// Where the values come from.
        pairing: Pairing,
        /// Left.
        lhs: Box<[NodeId]>,
        /// Right: one unless each side has as many.
        rhs: Box<[NodeId]>,
        /// Whether something is declared.
        def: bool,
    },
    /// `{}`
    Block(Box<[NodeId]>),
    /// `if`
    If {
        /// The condition.
        cond: NodeId,
        /// The block.
        then: Box<[NodeId]>,
        /// The other block.
        els: Box<[NodeId]>,
    },
    /// `for`
    For {
        /// The condition.
        cond: Option<NodeId>,
        /// After each round.
        post: Option<NodeId>,
        /// The body.
        body: Box<[NodeId]>,
        /// Its label.
        label: Option<Name>,
        /// Whether each round has variables of its own.
        distinct: bool,
    },
    /// `for range`
    Range {
        /// The first variable.
        key: Option<NodeId>,
        /// The second one.
        value: Option<NodeId>,
        /// What is ranged over.
        x: NodeId,
        /// The body.
        body: Box<[NodeId]>,
        /// Its label.
        label: Option<Name>,
        /// Whether the variables are declared.
        def: bool,
        /// Whether each round has variables of its own.
        distinct: bool,
    },
    /// `switch x`
    Switch {
        /// What is compared.
        tag: Option<NodeId>,
        /// The clauses.
        cases: Box<[Case]>,
    },
    /// `switch v := x.(type)`
    TypeSwitch {
        /// What is asked for its type.
        x: NodeId,
        /// Whether clauses have variables.
        named: bool,
        /// The clauses.
        cases: Box<[Case]>,
    },
    /// `select`
    Select(Box<[Comm]>),
    /// `return a, b`
    Return(Box<[NodeId]>),
    /// `L:`
    Label(Name),
    /// `goto L`
    Goto(Name),
    /// `break L`
    Break(Option<Name>),
    /// `continue L`
    Continue(Option<Name>),
    /// `fallthrough`
    Fallthrough,
    /// `c <- v`
    Send(NodeId, NodeId),
    /// `go f()`
    Go(NodeId),
    /// `defer f()`; whether it is one of the function around the body of a range over a function.
    Defer(NodeId, bool),
    /// The check that an interface is no `nil`.
    CheckNil(NodeId),
}
