//! Calls: natives of the glossary, the language's own functions, and comprehensions.

use super::{Checker, Value};
use crate::hint::did_you_mean;
use crate::rule::fault::{RuleFault, RuleFaultKind, Span};
use crate::rule::syntax::{Arithmetic, Form, Spelled, Syntax};
use crate::rule::tree::{Argument, Bool, BoolForm, Elements, Int, IntForm, List, Quantifier};
use crate::rule::vocabulary::{BUILT_IN, FactKind, FunctionId, Taken};

/// Methods of every list.
const LIST_METHODS: [&str; 3] = ["all", "exists", "size"];

/// Functions of CEL that are well known and no part of rules, with what to do instead.
const KNOWN_ELSEWHERE: [(&str, &str); 16] = [
    ("contains", "text is only compared as a whole"),
    ("double", "all numbers are whole"),
    ("dyn", "every type is known at load"),
    ("endsWith", "text is only compared as a whole"),
    ("exists_one", "let a native function count"),
    ("existsOne", "let a native function count"),
    ("filter", "put the condition into `all` or `exists`"),
    ("has", "a fact that loads is always there"),
    ("int", "numbers are exact; signed and unsigned ones mix freely"),
    ("map", "put the expression into `all` or `exists`"),
    ("matches", "text is only compared as a whole"),
    ("range", "list the numbers, or let a fact hold them"),
    ("startsWith", "text is only compared as a whole"),
    ("string", "text is only compared as a whole"),
    ("type", "every type is known at load"),
    ("uint", "numbers are exact; signed and unsigned ones mix freely"),
];

impl Checker<'_> {
    pub(super) fn call(
        &mut self,
        span: Span,
        target: Option<&Syntax>,
        name: &Spelled,
        arguments: &[Syntax],
    ) -> Result<Value, RuleFault> {
        let Some(target) = target else { return self.plain_call(span, name, arguments) };
        if let Form::Name(namespace) = &target.form {
            let full = format!("{namespace}.{}", name.name);
            if let Some(function) = self.vocabulary.function(&full) {
                return self.native(span, function, name, arguments);
            }
            if namespace == "math" {
                return self.math(span, name, arguments);
            }
            if self.record(target, namespace)?.is_some() {
                return Err(self.unknown_method(namespace, name));
            }
        }
        match name.name.as_str() {
            "all" | "exists" => self.quantifier(span, target, name, arguments),
            "size" => {
                let [] = exactly(name, arguments)?;
                let form = IntForm::Size(self.list(target)?);
                Ok(Value::Int(Int { span, form }))
            }
            _ => Err(self.no_method(target, name)?),
        }
    }

    /// `name(arguments)`.
    fn plain_call(
        &mut self,
        span: Span,
        name: &Spelled,
        arguments: &[Syntax],
    ) -> Result<Value, RuleFault> {
        match name.name.as_str() {
            "size" => {
                let [list] = exactly(name, arguments)?;
                let form = IntForm::Size(self.list(list)?);
                Ok(Value::Int(Int { span, form }))
            }
            "plateau" => {
                let [list, tolerance] = exactly(name, arguments)?;
                let form = BoolForm::Plateau(self.list(list)?, self.int(tolerance)?.into());
                Ok(Value::Bool(Bool { span, form }))
            }
            native => match self.vocabulary.function(native) {
                Some(function) => self.native(span, function, name, arguments),
                None => Err(self.unknown_function(name)),
            },
        }
    }

    fn list(&mut self, at: &Syntax) -> Result<List, RuleFault> {
        match self.value(at)? {
            Value::List(list) => Ok(list),
            Value::Literals => {
                let message = "a list of the glossary is needed here, not a literal one";
                Err(RuleFault::new(at.span, RuleFaultKind::Vacuous, message))
            }
            other => Err(self.mismatch(at.span, &other, "a list")),
        }
    }

    fn math(
        &mut self,
        span: Span,
        name: &Spelled,
        arguments: &[Syntax],
    ) -> Result<Value, RuleFault> {
        let operator = match name.name.as_str() {
            "least" => Arithmetic::Least,
            "greatest" => Arithmetic::Greatest,
            other => {
                let message = format!("`math.{other}` is no part of rules");
                return Err(RuleFault::new(name.span, RuleFaultKind::Unsupported, message)
                    .help("rules have `math.least` and `math.greatest`"));
            }
        };
        let [a, b] = exactly(name, arguments)?;
        let form = IntForm::Arithmetic(operator, self.int(a)?.into(), self.int(b)?.into());
        Ok(Value::Int(Int { span, form }))
    }

    fn quantifier(
        &mut self,
        span: Span,
        target: &Syntax,
        name: &Spelled,
        arguments: &[Syntax],
    ) -> Result<Value, RuleFault> {
        let [variable, body] = exactly(name, arguments)?;
        if self.variable.is_some() {
            let message = "comprehensions are not nested";
            return Err(RuleFault::new(span, RuleFaultKind::Depth, message)
                .help("let a native function or a fact do the inner one"));
        }
        let over = self.elements(target)?;
        self.variable = Some(self.new_variable(variable)?);
        let body = self.bool(body);
        self.variable = None;
        let every = name.name == "all";
        let form = BoolForm::Quantifier(Box::new(Quantifier { every, over, body: body? }));
        Ok(Value::Bool(Bool { span, form }))
    }

    /// What a comprehension may range over: only what has a known bound.
    fn elements(&mut self, target: &Syntax) -> Result<Elements, RuleFault> {
        let Form::List(literals) = &target.form else {
            return self.list(target).map(Elements::List);
        };
        if literals.is_empty() {
            let message = "a comprehension over an empty list judges nothing";
            return Err(RuleFault::new(target.span, RuleFaultKind::Vacuous, message));
        }
        let values = literals.iter().map(|literal| {
            let value = match literal.form {
                Form::Number(number) => u64::try_from(number).ok(),
                _ => None,
            };
            value.ok_or_else(|| {
                let message = "a comprehension ranges over a list of the glossary, \
                               or over literal numbers from 0 to 2^64-1";
                RuleFault::new(literal.span, RuleFaultKind::Type, message)
            })
        });
        values.collect::<Result<_, _>>().map(Elements::Literal)
    }

    fn new_variable(&self, at: &Syntax) -> Result<String, RuleFault> {
        let Form::Name(name) = &at.form else {
            let message = "the first argument names the element: `list.all(x, ..)`";
            return Err(RuleFault::new(at.span, RuleFaultKind::Variable, message));
        };
        let taken = self.vocabulary.record(name).is_some()
            || self.vocabulary.function(name).is_some()
            || BUILT_IN.contains(&name.as_str());
        if taken {
            let message = format!("`{name}` already has a meaning");
            return Err(RuleFault::new(at.span, RuleFaultKind::Variable, message)
                .help("give the element a name of its own"));
        }
        Ok(name.clone())
    }

    fn native(
        &mut self,
        span: Span,
        function: FunctionId,
        name: &Spelled,
        arguments: &[Syntax],
    ) -> Result<Value, RuleFault> {
        let vocabulary = self.vocabulary;
        let declared = vocabulary.function_word(function);
        if declared.takes.len() != arguments.len() {
            return Err(wrong_count(name, declared.takes.len(), arguments.len()));
        }
        let arguments = declared.takes.iter().zip(arguments).map(|(taken, argument)| match taken {
            Taken::Value(kind) => self.argument(kind, argument),
            Taken::Record(record) => self.record_argument(*record, argument),
        });
        let arguments: Vec<Argument> = arguments.collect::<Result<_, _>>()?;
        Ok(if declared.gives_bool {
            Value::Bool(Bool { span, form: BoolForm::Native(function, arguments) })
        } else {
            Value::Int(Int { span, form: IntForm::Native(function, arguments) })
        })
    }

    fn argument(&mut self, kind: &FactKind, at: &Syntax) -> Result<Argument, RuleFault> {
        match kind {
            FactKind::Int => self.int(at).map(Argument::Int),
            FactKind::Bool => self.bool(at).map(Argument::Bool),
            FactKind::Word(_) => match self.value(at)? {
                Value::Word(fact, int) if self.vocabulary.fact_word(fact).kind == *kind => {
                    Ok(Argument::Int(int))
                }
                other => Err(self.mismatch(at.span, &other, "a fact with this function's words")),
            },
        }
    }

    fn record_argument(&self, wanted: usize, at: &Syntax) -> Result<Argument, RuleFault> {
        let wanted_name = &self.vocabulary.record_word(wanted).name;
        let Form::Name(name) = &at.form else {
            let message =
                format!("{} is no record; `{wanted_name}` is needed here", self.quote(at.span));
            return Err(RuleFault::new(at.span, RuleFaultKind::Type, message));
        };
        let fits = |&record: &usize| self.vocabulary.same_fields(record, wanted);
        let Some(record) = self.record(at, name)?.filter(fits) else {
            let message = format!("`{name}` lacks the facts of `{wanted_name}`, needed here");
            return Err(RuleFault::new(at.span, RuleFaultKind::Type, message));
        };
        self.bound(at.span, name, record)?;
        let facts = &self.vocabulary.record_word(record).facts;
        Ok(Argument::Record { first: facts.start, len: facts.len() })
    }

    fn unknown_function(&self, name: &Spelled) -> RuleFault {
        let known = self.vocabulary.function_names().chain(["plateau", "size"]);
        let help = did_you_mean(&name.name, known, None);
        let message = format!("unknown function `{}`", name.name);
        known_elsewhere(name).unwrap_or_else(|| {
            RuleFault::new(name.span, RuleFaultKind::UnknownName, message).maybe_help(help)
        })
    }

    fn unknown_method(&self, record: &str, name: &Spelled) -> RuleFault {
        let known = self.vocabulary.function_names().filter_map(|full| full.split_once('.'));
        let known = known.filter(|(owner, _)| *owner == record).map(|(_, method)| method);
        let message = format!("record `{record}` has no function `{}`", name.name);
        RuleFault::new(name.span, RuleFaultKind::UnknownName, message)
            .maybe_help(did_you_mean(&name.name, known, None))
    }

    /// The fault of a method that `target`, which is no record, has not.
    fn no_method(&mut self, target: &Syntax, name: &Spelled) -> Result<RuleFault, RuleFault> {
        if let Some(fault) = known_elsewhere(name) {
            return Ok(fault);
        }
        let value = self.value(target)?;
        let message = format!("{} has no method `{}`", value.what(), name.name);
        let help = match value {
            Value::List(_) | Value::Literals => did_you_mean(&name.name, LIST_METHODS, None),
            _ => None,
        };
        Ok(RuleFault::new(name.span, RuleFaultKind::UnknownName, message).maybe_help(help))
    }
}

fn exactly<'s, const N: usize>(
    name: &Spelled,
    arguments: &'s [Syntax],
) -> Result<&'s [Syntax; N], RuleFault> {
    arguments.try_into().map_err(|_| wrong_count(name, N, arguments.len()))
}

fn wrong_count(name: &Spelled, wanted: usize, found: usize) -> RuleFault {
    let plural = if wanted == 1 { "" } else { "s" };
    let message = format!("`{}` takes {wanted} argument{plural}, not {found}", name.name);
    RuleFault::new(name.span, RuleFaultKind::Arguments, message)
}

/// The fault of a function that CEL has and rules have not.
fn known_elsewhere(name: &Spelled) -> Option<RuleFault> {
    let (known, instead) = KNOWN_ELSEWHERE.iter().find(|(known, _)| *known == name.name)?;
    let message = format!("CEL's `{known}` is no part of rules");
    Some(RuleFault::new(name.span, RuleFaultKind::Unsupported, message).help(*instead))
}
