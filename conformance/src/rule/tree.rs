//! A rule as checked: every name an id, every node a number or a bool, nothing left to go wrong but
//! arithmetic.

use super::fault::Span;
use super::syntax::{Arithmetic, Comparison};
use super::vocabulary::{FactId, FunctionId, ListId, NativeCost, Vocabulary};
use std::collections::BTreeSet;

/// A number: exact, within 128 bits.
#[derive(Debug)]
pub(super) struct Int {
    pub(super) span: Span,
    pub(super) form: IntForm,
}

#[derive(Debug)]
pub(super) enum IntForm {
    Literal(i128),
    /// A number, or a word as its index.
    Fact(FactId),
    /// The element that the comprehension around it is at.
    Variable,
    Size(List),
    Negate(Box<Int>),
    Arithmetic(Arithmetic, Box<Int>, Box<Int>),
    Choice(Box<Bool>, Box<Int>, Box<Int>),
    Native(FunctionId, Vec<Argument>),
}

/// True or false.
#[derive(Debug)]
pub(super) struct Bool {
    pub(super) span: Span,
    pub(super) form: BoolForm,
}

#[derive(Debug)]
pub(super) enum BoolForm {
    Literal(bool),
    Fact(FactId),
    Not(Box<Bool>),
    And(Box<Bool>, Box<Bool>),
    Or(Box<Bool>, Box<Bool>),
    Comparison(Comparison, Box<Int>, Box<Int>),
    /// Two bools that are equal, or (`false`) that differ.
    Same(bool, Box<Bool>, Box<Bool>),
    In(Box<Int>, Vec<i128>),
    InList(Box<Int>, List),
    Quantifier(Box<Quantifier>),
    Choice(Box<Bool>, Box<Bool>, Box<Bool>),
    Plateau(List, Box<Int>),
    Native(FunctionId, Vec<Argument>),
}

/// `all` or `exists` over the elements of a list.
#[derive(Debug)]
pub(super) struct Quantifier {
    /// `all`; else `exists`.
    pub(super) every: bool,
    pub(super) over: Elements,
    pub(super) body: Bool,
}

/// What a comprehension ranges over.
#[derive(Debug)]
pub(super) enum Elements {
    List(List),
    Literal(Vec<u64>),
}

/// A list of the frame.
#[derive(Clone, Copy, Debug)]
pub(super) struct List {
    pub(super) span: Span,
    pub(super) id: ListId,
}

/// What is handed to a native function in one place.
#[derive(Debug)]
pub(super) enum Argument {
    Int(Int),
    Bool(Bool),
    /// Consecutive facts: the fields of a record, from the first on.
    Record {
        first: usize,
        len: usize,
    },
}

/// Any node, to walk the tree without minding its types.
#[derive(Clone, Copy)]
pub(super) enum Node<'t> {
    Int(&'t Int),
    Bool(&'t Bool),
    List(&'t List),
}

/// What a node names.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) enum Mention {
    Fact(FactId),
    List(ListId),
    Function(FunctionId),
    Variable,
}

impl<'t> Node<'t> {
    pub(super) fn span(self) -> Span {
        match self {
            Node::Int(int) => int.span,
            Node::Bool(bool) => bool.span,
            Node::List(list) => list.span,
        }
    }

    /// The nodes directly below, in the order of the text.
    pub(super) fn children(self) -> Vec<Node<'t>> {
        match self {
            Node::Int(int) => match &int.form {
                IntForm::Literal(_) | IntForm::Fact(_) | IntForm::Variable => vec![],
                IntForm::Size(list) => vec![Node::List(list)],
                IntForm::Negate(a) => vec![Node::Int(a)],
                IntForm::Arithmetic(_, a, b) => vec![Node::Int(a), Node::Int(b)],
                IntForm::Choice(c, a, b) => vec![Node::Bool(c), Node::Int(a), Node::Int(b)],
                IntForm::Native(_, arguments) => nodes(arguments),
            },
            Node::Bool(bool) => match &bool.form {
                BoolForm::Literal(_) | BoolForm::Fact(_) => vec![],
                BoolForm::Not(a) => vec![Node::Bool(a)],
                BoolForm::And(a, b) | BoolForm::Or(a, b) | BoolForm::Same(_, a, b) => {
                    vec![Node::Bool(a), Node::Bool(b)]
                }
                BoolForm::Comparison(_, a, b) => vec![Node::Int(a), Node::Int(b)],
                BoolForm::In(a, _) => vec![Node::Int(a)],
                BoolForm::InList(a, list) => vec![Node::Int(a), Node::List(list)],
                BoolForm::Quantifier(q) => match &q.over {
                    Elements::List(list) => vec![Node::List(list), Node::Bool(&q.body)],
                    Elements::Literal(_) => vec![Node::Bool(&q.body)],
                },
                BoolForm::Choice(c, a, b) => vec![Node::Bool(c), Node::Bool(a), Node::Bool(b)],
                BoolForm::Plateau(list, a) => vec![Node::List(list), Node::Int(a)],
                BoolForm::Native(_, arguments) => nodes(arguments),
            },
            Node::List(_) => vec![],
        }
    }

    /// What the node and all below it name. A variable counts only outside its own comprehension.
    pub(super) fn mentions(self) -> BTreeSet<Mention> {
        let mut found = BTreeSet::new();
        self.collect(&mut found);
        found
    }

    fn collect(self, found: &mut BTreeSet<Mention>) {
        match self {
            Node::Int(Int { form: IntForm::Fact(fact), .. })
            | Node::Bool(Bool { form: BoolForm::Fact(fact), .. }) => {
                found.insert(Mention::Fact(*fact));
            }
            Node::Int(Int { form: IntForm::Variable, .. }) => {
                found.insert(Mention::Variable);
            }
            Node::Bool(Bool { form: BoolForm::Quantifier(_), .. }) => {
                let below = self.children().into_iter().flat_map(Node::mentions);
                // Comprehensions are not nested, so the variable below is this one's.
                found.extend(below.filter(|mention| *mention != Mention::Variable));
                return;
            }
            Node::Int(Int { form: IntForm::Native(function, arguments), .. })
            | Node::Bool(Bool { form: BoolForm::Native(function, arguments), .. }) => {
                found.insert(Mention::Function(*function));
                found.extend(arguments.iter().flat_map(Argument::facts).map(Mention::Fact));
            }
            Node::List(list) => {
                found.insert(Mention::List(list.id));
            }
            Node::Int(_) | Node::Bool(_) => {}
        }
        for child in self.children() {
            child.collect(found);
        }
    }

    /// Evaluation steps at worst: one a node, times the elements that a list may have.
    pub(super) fn steps(self, vocabulary: &Vocabulary) -> u64 {
        let below = self.children().into_iter().map(|child| child.steps(vocabulary));
        let once = below.fold(1, u64::saturating_add);
        let longest = |list: &List| u64::from(vocabulary.list_word(list.id).max);
        match self {
            Node::Bool(Bool { form: BoolForm::Quantifier(q), .. }) => {
                let elements = match &q.over {
                    Elements::List(list) => longest(list),
                    Elements::Literal(values) => values.len() as u64,
                };
                once.saturating_mul(elements.max(1))
            }
            Node::Bool(Bool {
                form: BoolForm::InList(_, list) | BoolForm::Plateau(list, _),
                ..
            }) => once.saturating_add(longest(list)),
            _ => once,
        }
    }

    /// The dearest native function in it.
    pub(super) fn native_cost(self, vocabulary: &Vocabulary) -> Option<NativeCost> {
        let functions = self.mentions().into_iter().filter_map(|mention| match mention {
            Mention::Function(function) => Some(vocabulary.function_word(function).cost),
            _ => None,
        });
        functions.max()
    }
}

impl Argument {
    /// The facts of a record argument.
    fn facts(&self) -> impl Iterator<Item = FactId> + use<> {
        let (first, len) = match *self {
            Argument::Record { first, len } => (first, len),
            Argument::Int(_) | Argument::Bool(_) => (0, 0),
        };
        (first..first + len).map(|fact| FactId(fact as u16))
    }
}

fn nodes(arguments: &[Argument]) -> Vec<Node<'_>> {
    let nodes = arguments.iter().filter_map(|argument| match argument {
        Argument::Int(int) => Some(Node::Int(int)),
        Argument::Bool(bool) => Some(Node::Bool(bool)),
        Argument::Record { .. } => None,
    });
    nodes.collect()
}
