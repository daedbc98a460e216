//! The lowered form: one function with the function literals in it, as plain data.
//!
//! It is what the compiler's own escape analysis looks at. Conversions are explicit, methods are functions of their
//! receiver, calls of several results go through temporaries, arguments of variadic functions are packed. A node knows its
//! position, its type, and what is needed to print it as the compiler does.
//!
//! Each declared function has a [`Body`] of its own, and the numbers of nodes and variables count within it; so it can be let
//! go once the function has been analysed.

mod op;
mod outer;
mod visit;

pub use op::{Case, Comm, Conv, Many, One, Op, Pairing, Two, Unary};

use crate::ast::Pragmas;
use crate::functions::FuncId;
use crate::names::Name;
use crate::source::Pos;
use crate::types::{ObjectId, TypeId};

macro_rules! ids {
    ($($(#[$doc:meta])* $Id:ident;)*) => {
        $(
            $(#[$doc])*
            #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
            pub struct $Id(u32);

            impl $Id {
                pub(crate) fn new(index: usize) -> $Id {
                    $Id(index as u32)
                }

                /// Its index in lists that have one entry for each.
                pub fn index(self) -> usize {
                    self.0 as usize
                }
            }
        )*
    };
}

ids! {
    /// An expression or a statement.
    NodeId;
    /// A variable: declared, or made by the compiler.
    VarId;
    /// A function of a body: 0 is the declared one, the others are literals in it.
    FuncIndex;
}

/// A node.
#[derive(Clone, Debug)]
pub struct Node {
    /// Where it is reported.
    pub pos: Pos,
    /// Its type; invalid of statements.
    pub ty: TypeId,
    /// What it is.
    pub op: Op,
    /// Whether no text stands for it: it is printed as its operand.
    pub implicit: bool,
    /// What is done before it.
    pub init: Vec<NodeId>,
}

/// What a variable is to its function.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Class {
    /// A receiver or a parameter.
    Param,
    /// A result.
    Result,
    /// Any other.
    Auto,
}

/// A variable.
#[derive(Clone, Debug)]
pub struct Var {
    /// Its name.
    pub name: VarName,
    /// Where it is declared.
    pub pos: Pos,
    /// Its type.
    pub ty: TypeId,
    /// What it is to its function.
    pub class: Class,
    /// The function that declares it.
    pub func: FuncIndex,
    /// The statement that declares it with a value.
    pub defn: Option<NodeId>,
    /// Whether its address is taken somewhere.
    pub addrtaken: bool,
    /// What declares it in the text.
    pub object: Option<ObjectId>,
}

/// How a variable is printed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum VarName {
    /// As the text says.
    Named(Name),
    /// A result without a name: `~r0`.
    Result(u32),
    /// A result that is called `_`: `~b0`.
    Blank(u32),
    /// A temporary, and how many variables its function had before it.
    Temp(u32),
}

impl VarName {
    /// Whether nothing can use the variable: it has no name, or is called `_`.
    pub fn is_unnamed(self) -> bool {
        matches!(self, VarName::Named(name) if name == Name::EMPTY || name.is_blank())
    }
}

/// Why a function literal is there.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Origin {
    /// It was declared.
    Declared,
    /// A literal of the text.
    Literal,
    /// The body of a range over a function.
    RangeBody,
    /// A call that a `go` statement makes later.
    Go,
    /// A call that a `defer` statement makes later.
    Defer,
    /// A method that is bound to its type's dictionary.
    Bound,
}

/// A function of a body.
#[derive(Clone, Debug)]
pub struct Func {
    /// Where it stands.
    pub pos: Pos,
    /// Its type, without receiver.
    pub ty: TypeId,
    /// Why it is there.
    pub origin: Origin,
    /// The function around it.
    pub parent: Option<FuncIndex>,
    /// How many of its kind the declared function had before it, for its name.
    pub ordinal: u32,
    /// Its variables: receiver, parameters, results, then locals in the order of their declarations.
    pub vars: Vec<VarId>,
    /// How many of them are receiver and parameters.
    pub params: usize,
    /// How many of them are results.
    pub results: usize,
    /// Variables of functions around it that it uses.
    pub captures: Vec<VarId>,
    /// Its statements.
    pub body: Vec<NodeId>,
}

impl Func {
    /// Its receiver and parameters.
    pub fn param_vars(&self) -> &[VarId] {
        &self.vars[..self.params]
    }

    /// Its results.
    pub fn result_vars(&self) -> &[VarId] {
        &self.vars[self.params..self.params + self.results]
    }

    /// Whether the compiler made it: lines about it are not printed.
    pub fn is_wrapper(&self) -> bool {
        matches!(self.origin, Origin::Go | Origin::Defer | Origin::Bound)
    }
}

/// A declared function with the literals in it.
#[derive(Debug)]
pub struct Body {
    /// Which function it is.
    pub id: FuncId,
    /// Its nodes.
    pub nodes: Vec<Node>,
    /// Its variables.
    pub vars: Vec<Var>,
    /// Itself and its literals.
    pub funcs: Vec<Func>,
    /// The directives before it.
    pub directives: Pragmas,
    /// Whether its text is elsewhere: in assembly, or linked from another package.
    pub is_external: bool,
    /// How many parameters there are that are not told of: the dictionary of an instance.
    pub hidden: u32,
    /// Lines that were found out on the way here.
    pub notes: Vec<(Pos, String)>,
}

impl std::ops::Index<NodeId> for Body {
    type Output = Node;

    fn index(&self, id: NodeId) -> &Node {
        &self.nodes[id.index()]
    }
}

impl std::ops::IndexMut<NodeId> for Body {
    fn index_mut(&mut self, id: NodeId) -> &mut Node {
        &mut self.nodes[id.index()]
    }
}

impl std::ops::Index<VarId> for Body {
    type Output = Var;

    fn index(&self, id: VarId) -> &Var {
        &self.vars[id.index()]
    }
}

impl std::ops::IndexMut<VarId> for Body {
    fn index_mut(&mut self, id: VarId) -> &mut Var {
        &mut self.vars[id.index()]
    }
}

impl std::ops::Index<FuncIndex> for Body {
    type Output = Func;

    fn index(&self, id: FuncIndex) -> &Func {
        &self.funcs[id.index()]
    }
}

impl std::ops::IndexMut<FuncIndex> for Body {
    fn index_mut(&mut self, id: FuncIndex) -> &mut Func {
        &mut self.funcs[id.index()]
    }
}

impl FuncIndex {
    /// The declared function.
    pub const ROOT: FuncIndex = FuncIndex(0);
}

impl Body {
    /// A body of `id` without anything in it.
    pub fn new(id: FuncId) -> Body {
        let (nodes, vars, funcs) = (Vec::new(), Vec::new(), Vec::new());
        Body {
            id,
            nodes,
            vars,
            funcs,
            directives: Pragmas::default(),
            is_external: false,
            hidden: 0,
            notes: Vec::new(),
        }
    }

    /// Adds a node.
    pub fn add(&mut self, pos: Pos, ty: TypeId, op: Op) -> NodeId {
        let id = NodeId::new(self.nodes.len());
        self.nodes.push(Node { pos, ty, op, implicit: false, init: Vec::new() });
        id
    }

    /// Adds a statement.
    pub fn add_stmt(&mut self, pos: Pos, op: Op) -> NodeId {
        self.add(pos, TypeId::INVALID, op)
    }

    /// Adds a node that no text stands for.
    pub fn add_implicit(&mut self, pos: Pos, ty: TypeId, op: Op) -> NodeId {
        let id = self.add(pos, ty, op);
        self[id].implicit = true;
        id
    }

    /// Adds a use of `var`.
    pub fn name(&mut self, var: VarId) -> NodeId {
        let Var { pos, ty, .. } = self[var];
        self.add(pos, ty, Op::Name(var))
    }

    /// Adds a variable to `func`.
    pub fn add_var(
        &mut self,
        func: FuncIndex,
        name: VarName,
        pos: Pos,
        ty: TypeId,
        class: Class,
    ) -> VarId {
        let id = VarId::new(self.vars.len());
        let (defn, object) = (None, None);
        self.vars.push(Var { name, pos, ty, class, func, defn, addrtaken: false, object });
        self[func].vars.push(id);
        id
    }

    /// Adds a temporary to `func`.
    pub fn temp(&mut self, func: FuncIndex, pos: Pos, ty: TypeId) -> VarId {
        let number = self[func].vars.len() as u32 + self.hidden;
        self.add_var(func, VarName::Temp(number), pos, ty, Class::Auto)
    }

    /// Adds a literal in `parent`.
    pub fn add_func(&mut self, func: Func) -> FuncIndex {
        let id = FuncIndex::new(self.funcs.len());
        self.funcs.push(func);
        id
    }

    /// Whether `func` is a literal that uses something of what is around it. Those of instances always do: they
    /// need the dictionary.
    pub fn is_closure(&self, func: FuncIndex) -> bool {
        let literal = &self[func];
        literal.parent.is_some()
            && (!literal.captures.is_empty() || self.hidden > 0 && !literal.is_wrapper())
    }

    /// Whether `inner` is `outer` or stands in it.
    pub fn is_within(&self, outer: FuncIndex, mut inner: FuncIndex) -> bool {
        loop {
            if inner == outer {
                return true;
            }
            match self[inner].parent {
                Some(parent) => inner = parent,
                None => return false,
            }
        }
    }
}
