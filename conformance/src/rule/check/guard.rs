//! Rules that could pass without having judged anything.
//!
//! `!request.zeroed || content.zero_prefix >= request.size` is true wherever nothing was zeroed: a
//! run in which nothing ever is would report that the invariant holds. The guard belongs into
//! `when:`, where it is counted how often it let the rule be judged.

use crate::rule::fault::{RuleFault, RuleFaultKind, Span};
use crate::rule::syntax::Comparison;
use crate::rule::tree::{Bool, BoolForm, Int, IntForm, Node};

/// Refuses a rule, and any comparison in it, that has one value whatever the facts are.
pub(super) fn refuse_vacuous(text: &str, rule: &Bool) -> Result<(), RuleFault> {
    if Node::Bool(rule).mentions().is_empty() {
        return Err(vacuous(rule.span, "the rule mentions no fact, so nothing can break it"));
    }
    refuse_constant(text, Node::Bool(rule))
}

const ITSELF: &str = "this compares a thing with itself";

fn refuse_constant(text: &str, node: Node<'_>) -> Result<(), RuleFault> {
    if let Node::Bool(Bool { span, form: BoolForm::Comparison(operator, a, b) }) = node {
        // Spelling is enough: who writes the same thing twice spells it the same.
        if a.span.of(text) == b.span.of(text) {
            return Err(vacuous(*span, ITSELF));
        }
        if node.mentions().is_empty() {
            return Err(vacuous(*span, "this compares literals, which no fact can change"));
        }
        if is_beyond_range(*operator, a, b) {
            let message = "this is decided at load: facts are numbers from 0 to 2^64-1";
            return Err(vacuous(*span, message));
        }
    }
    if let Node::Bool(Bool { span, form: BoolForm::Same(_, a, b) }) = node
        && a.span.of(text) == b.span.of(text)
    {
        return Err(vacuous(*span, ITSELF));
    }
    node.children().into_iter().try_for_each(|child| refuse_constant(text, child))
}

fn vacuous(span: Span, message: &str) -> RuleFault {
    RuleFault::new(span, RuleFaultKind::Vacuous, message)
}

/// Whether a fact is compared with a literal that lies on one side of all that a fact can be.
fn is_beyond_range(operator: Comparison, a: &Int, b: &Int) -> bool {
    const MAX: i128 = u64::MAX as i128;
    let at_ends = match (&a.form, &b.form) {
        (IntForm::Fact(_) | IntForm::Variable | IntForm::Size(_), IntForm::Literal(n)) => {
            [(0, *n), (MAX, *n)]
        }
        (IntForm::Literal(n), IntForm::Fact(_) | IntForm::Variable | IntForm::Size(_)) => {
            [(*n, 0), (*n, MAX)]
        }
        _ => return false,
    };
    // An order is monotonic: the same at both ends is the same throughout. Equality is not, but
    // what is equal to neither end may still be equal to something between them.
    let [low, high] = at_ends.map(|(a, b)| (a.cmp(&b), operator.holds(a, b)));
    let decided = low.1 == high.1;
    match operator {
        Comparison::Equal | Comparison::NotEqual => decided && low.0 == high.0,
        _ => decided,
    }
}

/// Refuses every guard in `rule`.
pub(super) fn refuse_guards(rule: &Bool) -> Result<(), RuleFault> {
    refuse_guard(Node::Bool(rule))
}

fn refuse_guard(node: Node<'_>) -> Result<(), RuleFault> {
    let fault = match node {
        Node::Bool(Bool { span, form: BoolForm::Or(a, b) }) if !alike(a, b) => {
            Some((*span, "`||` between different facts is a guard"))
        }
        Node::Bool(Bool { span, form: BoolForm::Not(inner) }) => match &inner.form {
            BoolForm::And(a, b) if !alike(a, b) => {
                Some((*span, "`!(a && b)` is `!a || !b`: between different facts it is a guard"))
            }
            _ => None,
        },
        Node::Bool(Bool { form: BoolForm::Choice(_, a, b), .. }) => [a, b]
            .into_iter()
            .find(|branch| matches!(branch.form, BoolForm::Literal(_)))
            .map(|branch| (branch.span, "a conditional with a literal branch is a guard")),
        _ => None,
    };
    match fault {
        Some((span, message)) => {
            Err(RuleFault::new(span, RuleFaultKind::Guard, message)
                .help("put the guard in `when:`"))
        }
        None => node.children().into_iter().try_for_each(refuse_guard),
    }
}

/// Whether both sides are about the same things, so that neither decides whether the other counts.
fn alike(a: &Bool, b: &Bool) -> bool {
    Node::Bool(a).mentions() == Node::Bool(b).mentions()
}
