//! From [`Syntax`] to the typed tree: every name is resolved and every operand has its type.

mod call;
mod guard;

use super::fault::{RuleFault, RuleFaultKind, Span};
use super::syntax::{Comparison, Form, Spelled, Syntax};
use super::tree::{Bool, BoolForm, Int, IntForm, List};
use super::vocabulary::{EventId, FactId, FactKind, Vocabulary};
use crate::hint::{did_you_mean, some_of};

/// What a text is loaded as.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Role {
    /// Says what must hold.
    Rule,
    /// Says where a rule is judged. May say *or* between unlike things, as nothing passes by it.
    Guard,
}

/// Checks a whole rule against the words that every one of `events` binds.
pub(super) fn check(
    text: &str,
    syntax: &Syntax,
    role: Role,
    events: &[EventId],
    vocabulary: &Vocabulary,
) -> Result<Bool, RuleFault> {
    if events.is_empty() {
        let message = "no event is named at which to judge this rule";
        return Err(RuleFault::new(syntax.span, RuleFaultKind::NotBound, message));
    }
    let mut checker = Checker { text, events, vocabulary, variable: None };
    let tree = match checker.value(syntax)? {
        Value::Bool(tree) => tree,
        other => {
            let message = format!("a rule is true or false, this is {}", other.what());
            return Err(
                fault(syntax, RuleFaultKind::Type, message).help("compare it with what it must be")
            );
        }
    };
    guard::refuse_vacuous(text, &tree)?;
    if role == Role::Rule {
        guard::refuse_guards(&tree)?;
    }
    Ok(tree)
}

struct Checker<'r> {
    text: &'r str,
    events: &'r [EventId],
    vocabulary: &'r Vocabulary,
    /// The variable of the comprehension around, where there is one.
    variable: Option<String>,
}

/// A sub-expression with its type.
enum Value {
    Int(Int),
    Bool(Bool),
    /// A word, as its index into the words of the fact.
    Word(FactId, Int),
    List(List),
    /// A quoted word that no fact has given a meaning yet.
    Text(String, Span),
    /// A list of literals, still to be checked by who uses it.
    Literals,
}

impl Value {
    /// The type, as it reads in a sentence.
    fn what(&self) -> &'static str {
        match self {
            Value::Int(_) => "a number",
            Value::Bool(_) => "true or false",
            Value::Word(..) => "a word",
            Value::List(_) | Value::Literals => "a list",
            Value::Text(..) => "text",
        }
    }
}

impl Checker<'_> {
    fn quote(&self, span: Span) -> String {
        format!("`{}`", span.of(self.text))
    }

    fn value(&mut self, at: &Syntax) -> Result<Value, RuleFault> {
        let span = at.span;
        let int = |form| Ok(Value::Int(Int { span, form }));
        let bool = |form| Ok(Value::Bool(Bool { span, form }));
        match &at.form {
            Form::Number(number) => int(IntForm::Literal(*number)),
            Form::Bool(literal) => bool(BoolForm::Literal(*literal)),
            Form::Text(text) => Ok(Value::Text(text.clone(), span)),
            Form::List(_) => Ok(Value::Literals),
            Form::Name(name) => self.name(at, name),
            Form::Field(operand, field) => self.field(at, operand, field),
            Form::Call { target, name, arguments } => {
                self.call(span, target.as_deref(), name, arguments)
            }
            Form::Not(a) => bool(BoolForm::Not(self.bool(a)?.into())),
            Form::Negate(a) => int(IntForm::Negate(self.int(a)?.into())),
            Form::And(a, b) => bool(BoolForm::And(self.bool(a)?.into(), self.bool(b)?.into())),
            Form::Or(a, b) => bool(BoolForm::Or(self.bool(a)?.into(), self.bool(b)?.into())),
            Form::Arithmetic(operator, a, b) => {
                int(IntForm::Arithmetic(*operator, self.int(a)?.into(), self.int(b)?.into()))
            }
            Form::Comparison(operator, a, b) => bool(self.comparison(*operator, at, a, b)?),
            Form::In(a, list) => bool(self.membership(at, a, list)?),
            Form::Choice(c, a, b) => self.choice(span, c, a, b),
        }
    }

    fn int(&mut self, at: &Syntax) -> Result<Int, RuleFault> {
        match self.value(at)? {
            Value::Int(int) => Ok(int),
            other => Err(self.mismatch(at.span, &other, "a number")),
        }
    }

    fn bool(&mut self, at: &Syntax) -> Result<Bool, RuleFault> {
        match self.value(at)? {
            Value::Bool(bool) => Ok(bool),
            other => Err(self.mismatch(at.span, &other, "true or false")),
        }
    }

    fn mismatch(&self, span: Span, found: &Value, wanted: &str) -> RuleFault {
        let message = format!("{} is {}; {wanted} is needed here", self.quote(span), found.what());
        let help = match found {
            Value::Text(..) => Some("text is only compared with a fact that is a word".to_owned()),
            _ => None,
        };
        RuleFault::new(span, RuleFaultKind::Type, message).maybe_help(help)
    }

    /// A name by itself: only a comprehension variable is a value.
    fn name(&self, at: &Syntax, name: &str) -> Result<Value, RuleFault> {
        if self.variable.as_deref() == Some(name) {
            return Ok(Value::Int(Int { span: at.span, form: IntForm::Variable }));
        }
        if let Some(record) = self.vocabulary.record(name) {
            let message = format!("`{name}` is a record; a rule names one of its facts");
            let fields = some_of(self.vocabulary.field_names(record));
            return Err(
                fault(at, RuleFaultKind::Type, message).help(format!("`{name}` has {fields}"))
            );
        }
        let known = self.vocabulary.record_names().chain(self.variable.as_deref());
        let message = format!("unknown name `{name}`");
        let help = did_you_mean(name, known, Some("facts are spelled `record.field`".to_owned()));
        Err(fault(at, RuleFaultKind::UnknownName, message).maybe_help(help))
    }

    fn field(&self, at: &Syntax, operand: &Syntax, field: &Spelled) -> Result<Value, RuleFault> {
        let Form::Name(record_name) = &operand.form else {
            let message = format!("{} has no facts", self.quote(operand.span));
            return Err(fault(operand, RuleFaultKind::Type, message)
                .help("facts are spelled `record.field`"));
        };
        let Some(record) = self.record(operand, record_name)? else {
            let message = format!("`{record_name}` is a number and has no facts");
            return Err(fault(operand, RuleFaultKind::Type, message));
        };
        let name = format!("{record_name}.{}", field.name);
        if let Some(id) = self.vocabulary.fact(&name) {
            self.bound(at.span, &name, record)?;
            let span = at.span;
            return Ok(match self.vocabulary.fact_word(id).kind {
                FactKind::Int => Value::Int(Int { span, form: IntForm::Fact(id) }),
                FactKind::Bool => Value::Bool(Bool { span, form: BoolForm::Fact(id) }),
                FactKind::Word(_) => Value::Word(id, Int { span, form: IntForm::Fact(id) }),
            });
        }
        if let Some(id) = self.vocabulary.list(&name) {
            self.bound(at.span, &name, record)?;
            return Ok(Value::List(List { span: at.span, id }));
        }
        let message = format!("record `{record_name}` has no fact `{}`", field.name);
        let fields = || self.vocabulary.field_names(record);
        let all = format!("`{record_name}` has {}", some_of(fields()));
        let all = if fields().next().is_none() { None } else { Some(all) };
        Err(RuleFault::new(field.span, RuleFaultKind::UnknownName, message)
            .maybe_help(did_you_mean(&field.name, fields(), all)))
    }

    /// The record of that name; none where the name is the comprehension variable.
    fn record(&self, at: &Syntax, name: &str) -> Result<Option<usize>, RuleFault> {
        if self.variable.as_deref() == Some(name) {
            return Ok(None);
        }
        self.vocabulary.record(name).map(Some).ok_or_else(|| {
            let records = || self.vocabulary.record_names();
            let help =
                did_you_mean(name, records(), Some(format!("known: {}", some_of(records()))));
            let message = format!("unknown record `{name}`");
            fault(at, RuleFaultKind::UnknownName, message).maybe_help(help)
        })
    }

    /// Refuses a record that some event of the rule does not bind.
    fn bound(&self, span: Span, name: &str, record: usize) -> Result<(), RuleFault> {
        let lacks = |event: &&EventId| !self.vocabulary.binds_record(**event, record);
        let Some(event) = self.events.iter().find(lacks) else { return Ok(()) };
        let at = self.vocabulary.event_name(*event);
        let binding =
            self.vocabulary.events().filter(|&(e, _)| self.vocabulary.binds_record(e, record));
        let binding = some_of(binding.map(|(_, name)| name));
        let help = if binding.is_empty() {
            "no event binds it".to_owned()
        } else {
            format!("events that bind it: {binding}")
        };
        let message = format!("`{name}` is not bound at `{at}`");
        Err(RuleFault::new(span, RuleFaultKind::NotBound, message).help(help))
    }

    fn comparison(
        &mut self,
        operator: Comparison,
        at: &Syntax,
        a: &Syntax,
        b: &Syntax,
    ) -> Result<BoolForm, RuleFault> {
        let is_order = !matches!(operator, Comparison::Equal | Comparison::NotEqual);
        let (left, right) = (self.value(a)?, self.value(b)?);
        let ordered = [&left, &right].into_iter().find(|value| !matches!(value, Value::Int(_)));
        if let (true, Some(value)) = (is_order, ordered) {
            let message = format!("only numbers have an order; this compares {}", value.what());
            return Err(fault(at, RuleFaultKind::Type, message));
        }
        let equal = operator == Comparison::Equal;
        Ok(match (left, right) {
            (Value::Int(a), Value::Int(b)) => BoolForm::Comparison(operator, a.into(), b.into()),
            (Value::Bool(a), Value::Bool(b)) => BoolForm::Same(equal, a.into(), b.into()),
            (Value::Word(fact, word), Value::Text(text, span))
            | (Value::Text(text, span), Value::Word(fact, word)) => {
                let index = self.word(fact, &text, span)?;
                let literal = Int { span, form: IntForm::Literal(index) };
                BoolForm::Comparison(operator, word.into(), literal.into())
            }
            (Value::Word(one, a), Value::Word(other, b)) => {
                if self.vocabulary.fact_word(one).kind != self.vocabulary.fact_word(other).kind {
                    let message = format!(
                        "{} and {} are words of different lists",
                        self.quote(a.span),
                        self.quote(b.span)
                    );
                    return Err(fault(at, RuleFaultKind::Type, message));
                }
                BoolForm::Comparison(operator, a.into(), b.into())
            }
            (Value::List(_) | Value::Literals, _) | (_, Value::List(_) | Value::Literals) => {
                let message = "lists are not compared as a whole";
                return Err(fault(at, RuleFaultKind::Unsupported, message)
                    .help("write `list.all(x, ..)`, `x in list` or `size(list)`"));
            }
            (left, right) => {
                let message = format!("{} is never equal to {}", left.what(), right.what());
                return Err(fault(at, RuleFaultKind::Type, message));
            }
        })
    }

    /// The index that `text` has among the words of `fact`.
    fn word(&self, fact: FactId, text: &str, span: Span) -> Result<i128, RuleFault> {
        let declared = self.vocabulary.fact_word(fact);
        self.vocabulary.word(fact, text).map(i128::from).ok_or_else(|| {
            let words = match &declared.kind {
                FactKind::Word(words) => words.as_slice(),
                FactKind::Int | FactKind::Bool => &[],
            };
            let known = || words.iter().map(String::as_str);
            let help =
                did_you_mean(text, known(), Some(format!("its words: {}", some_of(known()))));
            let message = format!("`{}` is never '{text}'", declared.name);
            RuleFault::new(span, RuleFaultKind::UnknownWord, message).maybe_help(help)
        })
    }

    fn choice(
        &mut self,
        span: Span,
        c: &Syntax,
        a: &Syntax,
        b: &Syntax,
    ) -> Result<Value, RuleFault> {
        let condition = Box::new(self.bool(c)?);
        match (self.value(a)?, self.value(b)?) {
            (Value::Int(a), Value::Int(b)) => {
                Ok(Value::Int(Int { span, form: IntForm::Choice(condition, a.into(), b.into()) }))
            }
            (Value::Bool(a), Value::Bool(b)) => Ok(Value::Bool(Bool {
                span,
                form: BoolForm::Choice(condition, a.into(), b.into()),
            })),
            (left, right) => {
                let message = format!(
                    "the branches of `? :` are {} and {}; both must be numbers, or both true or false",
                    left.what(),
                    right.what()
                );
                Err(RuleFault::new(span, RuleFaultKind::Type, message))
            }
        }
    }

    fn membership(
        &mut self,
        at: &Syntax,
        a: &Syntax,
        list: &Syntax,
    ) -> Result<BoolForm, RuleFault> {
        if let Form::List(elements) = &list.form {
            return self.in_literals(a, list, elements);
        }
        match self.value(list)? {
            Value::List(list) => Ok(BoolForm::InList(self.int(a)?.into(), list)),
            other => {
                let message = format!("`in` needs a list on its right, this is {}", other.what());
                Err(fault(at, RuleFaultKind::Type, message))
            }
        }
    }

    fn in_literals(
        &mut self,
        a: &Syntax,
        list: &Syntax,
        elements: &[Syntax],
    ) -> Result<BoolForm, RuleFault> {
        if elements.is_empty() {
            let message = "nothing is ever `in []`";
            return Err(fault(list, RuleFaultKind::Vacuous, message));
        }
        let (int, fact) = match self.value(a)? {
            Value::Int(int) => (int, None),
            Value::Word(fact, int) => (int, Some(fact)),
            other => return Err(self.mismatch(a.span, &other, "a number or a word")),
        };
        let literals = elements.iter().map(|element| match (&element.form, fact) {
            (Form::Number(number), None) => Ok(*number),
            (Form::Text(text), Some(fact)) => self.word(fact, text, element.span),
            _ => {
                let wanted = if fact.is_some() { "quoted words" } else { "literal numbers" };
                let message = format!("the list beside `in` holds {wanted} here");
                Err(fault(element, RuleFaultKind::Type, message))
            }
        });
        Ok(BoolForm::In(int.into(), literals.collect::<Result<_, _>>()?))
    }
}

fn fault(at: &Syntax, kind: RuleFaultKind, message: impl Into<String>) -> RuleFault {
    RuleFault::new(at.span, kind, message)
}
