//! The values behind a verdict: every sub-expression of a rule with what it came to.

use super::compile::{self, Context};
use super::fault::Span;
use super::frame::{Frame, Natives};
use super::tree::{Bool, BoolForm, Elements, Int, IntForm, List, Mention, Node, Quantifier};
use super::vocabulary::{FactKind, Unit, Vocabulary};
use std::collections::BTreeSet;

/// A sub-expression and its value.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Shown {
    /// As the rule spells it, on one line.
    pub text: String,
    /// A number (an address in hexadecimal), `true` or `false`, a word, a list cut to its first
    /// elements, or why there is no value.
    pub value: String,
    /// Whether the value is made of addresses or byte counts, and so differs from run to run.
    /// Messages that are pinned leave it out.
    pub volatile: bool,
}

/// Elements of a list that are shown.
const SHOWN_ELEMENTS: usize = 8;

/// Shows `rule` and all below it that was evaluated.
pub(super) fn explain(
    text: &str,
    rule: &Bool,
    vocabulary: &Vocabulary,
    frame: &Frame,
    natives: &dyn Natives,
) -> Vec<Shown> {
    let cx = Context::new(frame, natives);
    let mut explainer =
        Explainer { text, vocabulary, cx, shown: Vec::new(), seen: BTreeSet::new(), inside: None };
    explainer.walk(Node::Bool(rule));
    explainer.shown
}

struct Explainer<'e> {
    text: &'e str,
    vocabulary: &'e Vocabulary,
    cx: Context<'e>,
    shown: Vec<Shown>,
    /// What was shown. The same text about the variable of another comprehension is another thing.
    seen: BTreeSet<(Option<Span>, String)>,
    /// The comprehension around, and where it is.
    inside: Option<(Span, &'e Quantifier)>,
}

impl<'e> Explainer<'e> {
    /// Shows `node`, then what is below it, from left to right, as far as it was evaluated.
    fn walk(&mut self, node: Node<'e>) {
        self.show(node);
        match node {
            Node::Bool(Bool { form: BoolForm::And(a, b), .. }) => self.walk_until(a, b, false),
            Node::Bool(Bool { form: BoolForm::Or(a, b), .. }) => self.walk_until(a, b, true),
            Node::Bool(Bool { form: BoolForm::Choice(c, a, b), .. }) => {
                self.walk_branch(c, Node::Bool(a), Node::Bool(b));
            }
            Node::Int(Int { form: IntForm::Choice(c, a, b), .. }) => {
                self.walk_branch(c, Node::Int(a), Node::Int(b));
            }
            Node::Bool(Bool { form: BoolForm::Quantifier(quantifier), span }) => {
                self.walk_elements(*span, quantifier);
            }
            _ => node.children().into_iter().for_each(|child| self.walk(child)),
        }
    }

    /// `a` and, unless `a` decided, `b`.
    fn walk_until(&mut self, a: &'e Bool, b: &'e Bool, decisive: bool) {
        self.walk(Node::Bool(a));
        if self.truth(a) == Some(!decisive) {
            self.walk(Node::Bool(b));
        }
    }

    fn walk_branch(&mut self, condition: &'e Bool, yes: Node<'e>, no: Node<'e>) {
        self.walk(Node::Bool(condition));
        match self.truth(condition) {
            Some(true) => self.walk(yes),
            Some(false) => self.walk(no),
            None => {}
        }
    }

    /// The list, and the body at the element that decided. Where none did, all are alike.
    fn walk_elements(&mut self, span: Span, quantifier: &'e Quantifier) {
        let elements: &[u64] = match &quantifier.over {
            Elements::List(list) => {
                self.walk(Node::List(list));
                self.cx.list(*list)
            }
            Elements::Literal(elements) => elements,
        };
        for &element in elements {
            self.cx.set_variable(element);
            if self.truth(&quantifier.body) != Some(quantifier.every) {
                self.inside = Some((span, quantifier));
                self.walk(Node::Bool(&quantifier.body));
                self.inside = None;
                return;
            }
        }
    }

    /// The value of `bool`; none where it has none.
    fn truth(&self, bool: &Bool) -> Option<bool> {
        let value = compile::truth(bool)(&self.cx);
        self.cx.take_fault().is_none().then_some(value)
    }

    fn show(&mut self, node: Node<'e>) {
        let is_literal = matches!(
            node,
            Node::Int(Int { form: IntForm::Literal(_), .. })
                | Node::Bool(Bool { form: BoolForm::Literal(_), .. })
        );
        if is_literal {
            return;
        }
        let words: Vec<&str> = node.span().of(self.text).split_whitespace().collect();
        let text = words.join(" ");
        let about_element = node.mentions().contains(&Mention::Variable);
        let scope = self.inside.filter(|_| about_element).map(|(span, _)| span);
        if self.seen.insert((scope, text.clone())) {
            let value = self.value(node);
            let volatile = self.is_volatile(node);
            self.shown.push(Shown { text, value, volatile });
        }
    }

    fn value(&self, node: Node<'_>) -> String {
        let value = match node {
            Node::Bool(bool) => compile::truth(bool)(&self.cx).to_string(),
            Node::Int(int) => self.spelled(int, compile::number(int)(&self.cx)),
            Node::List(list) => self.elements(*list),
        };
        self.cx.take_fault().map_or(value, |fault| fault.kind.to_string())
    }

    /// `value` as its fact spells values: a word, an address, or a plain number.
    fn spelled(&self, int: &Int, value: i128) -> String {
        if let IntForm::Fact(fact) = int.form
            && let FactKind::Word(words) = &self.vocabulary.fact_word(fact).kind
        {
            let word = usize::try_from(value).ok().and_then(|index| words.get(index));
            return word.map_or_else(|| format!("no word ({value})"), Clone::clone);
        }
        match self.unit(int) {
            Unit::Address => format!("{value:#x}"),
            Unit::Bytes | Unit::Other => value.to_string(),
        }
    }

    /// The unit of a fact, or of a list's element; what is computed has none.
    fn unit(&self, int: &Int) -> Unit {
        match int.form {
            IntForm::Fact(fact) => self.vocabulary.fact_word(fact).unit,
            IntForm::Variable => match self.inside {
                Some((_, Quantifier { over: Elements::List(list), .. })) => {
                    self.vocabulary.list_word(list.id).unit
                }
                _ => Unit::Other,
            },
            _ => Unit::Other,
        }
    }

    fn elements(&self, list: List) -> String {
        let values = self.cx.list(list);
        let shown = values.iter().take(SHOWN_ELEMENTS);
        let shown = shown.map(|value| match self.vocabulary.list_word(list.id).unit {
            Unit::Address => format!("{value:#x}"),
            Unit::Bytes | Unit::Other => value.to_string(),
        });
        let shown = shown.collect::<Vec<_>>().join(", ");
        if values.len() > SHOWN_ELEMENTS {
            format!("[{shown}, ...] of {}", values.len())
        } else {
            format!("[{shown}]")
        }
    }

    /// A bool is the same whatever it was computed from, and so is what a native counted; a number
    /// computed from an address is not.
    fn is_volatile(&self, node: Node<'_>) -> bool {
        match node {
            Node::Bool(_) => false,
            Node::List(list) => self.vocabulary.list_word(list.id).unit.is_volatile(),
            Node::Int(int) => match &int.form {
                IntForm::Literal(_) | IntForm::Size(_) | IntForm::Native(..) => false,
                IntForm::Fact(_) | IntForm::Variable => self.unit(int).is_volatile(),
                IntForm::Negate(_) | IntForm::Arithmetic(..) | IntForm::Choice(..) => {
                    node.children().into_iter().any(|child| self.is_volatile(child))
                }
            },
        }
    }
}
