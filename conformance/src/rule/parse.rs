//! From text to [`Syntax`], by way of the `cel` crate: the only file that knows it.
//!
//! Its parser may need megabytes of stack for one kilobyte of text in an unoptimised build, so it
//! runs on a thread of its own. It reports the place of one token for each node; where a
//! sub-expression begins and ends follows from the tokens.

use super::fault::{RuleFault, RuleFaultKind, Span};
use super::scan::{Kind, Tokens, scan};
use super::syntax::{Arithmetic, Comparison, Form, Spelled, Syntax};
use cel::common::ast::{CallExpr, Expr, IdedExpr, LiteralValue, SourceInfo, operators};
use std::thread;

/// Bytes of stack for the parser. Only what is touched is ever backed by memory.
const STACK: usize = 64 << 20;

/// Sub-expressions within sub-expressions. Compiled rules recurse this deep, on any thread.
const MAX_DEPTH: usize = 64;

/// Parses `text`.
pub(super) fn parse(text: &str) -> Result<Syntax, RuleFault> {
    let tokens = scan(text)?;
    let whole = Span { start: 0, end: text.len() as u16 };
    thread::scope(|scope| {
        let parser = thread::Builder::new().name("rule parser".to_owned()).stack_size(STACK);
        match parser.spawn_scoped(scope, || read(&tokens)) {
            Ok(thread) => thread.join().unwrap_or_else(|_| {
                let message = "the parser gave up on this rule";
                Err(RuleFault::new(whole, RuleFaultKind::Syntax, message))
            }),
            Err(error) => {
                let message = format!("no thread to parse the rule on: {error}");
                Err(RuleFault::new(whole, RuleFaultKind::Machine, message))
            }
        }
    })
}

/// Parses and converts; needs the large stack, for the library's tree as for its parser.
fn read(tokens: &Tokens<'_>) -> Result<Syntax, RuleFault> {
    // An environment without macros leaves `all` and `exists` as the calls that they are written as.
    match cel::Env::default().parser().parse_with_source_info(tokens.text) {
        Ok((expression, places)) => Reader { tokens, places: &places }.expression(expression, 0),
        Err(errors) => {
            let place = errors.errors.first().map_or((0, 0), |error| error.pos);
            Err(syntax_fault(tokens, place))
        }
    }
}

/// The fault of a text that is no expression; `place` is line and column, both from 1.
fn syntax_fault(tokens: &Tokens<'_>, (line, column): (isize, isize)) -> RuleFault {
    const KEYWORDS: [(&str, &str); 5] =
        [("and", "&&"), ("or", "||"), ("not", "!"), ("mod", "%"), ("is", "==")];
    let lines = tokens.text.split_inclusive('\n');
    let before: usize = lines.take((line.max(1) - 1) as usize).map(str::len).sum();
    let byte = before + (column.max(1) - 1) as usize;
    // The parser's place is a token, or the end of the text.
    let at = tokens.list.partition_point(|token| usize::from(token.span.end) <= byte);
    let Some(token) = tokens.list.get(at) else {
        let end = tokens.text.len() as u16;
        let message = "the rule ends in the middle of an expression";
        return RuleFault::new(Span { start: end, end }, RuleFaultKind::Syntax, message);
    };
    let spelled = token.span.of(tokens.text);
    let operator = KEYWORDS.iter().find(|(word, _)| *word == spelled);
    RuleFault::new(token.span, RuleFaultKind::Syntax, format!("`{spelled}` is not expected here"))
        .maybe_help(operator.map(|(_, operator)| format!("write `{operator}`")))
}

struct Reader<'t> {
    tokens: &'t Tokens<'t>,
    places: &'t SourceInfo,
}

impl Reader<'_> {
    fn expression(&self, node: IdedExpr, depth: usize) -> Result<Syntax, RuleFault> {
        let at = self.token_of(&node)?;
        let span = self.tokens.list[at].span;
        if depth == MAX_DEPTH {
            let message = format!("operators are nested more than {MAX_DEPTH} deep");
            let help = "a sum of many facts is a fact of its own";
            return Err(RuleFault::new(span, RuleFaultKind::Depth, message).help(help));
        }
        match node.expr {
            Expr::Ident(name) => Ok(Syntax { span, form: Form::Name(name) }),
            Expr::Literal(literal) => self.literal(&literal, at),
            Expr::Call(call) => self.call(call, at, depth + 1),
            Expr::Select(select) if !select.test => {
                let operand = self.expression(*select.operand, depth + 1)?;
                let name = self.spelled(at + 1);
                let span = self.tokens.with_parentheses(operand.span).to(name.span);
                Ok(Syntax { span, form: Form::Field(Box::new(operand), name) })
            }
            Expr::List(list) => {
                let elements = list.elements.into_iter();
                let elements =
                    elements.map(|e| self.expression(e, depth + 1)).collect::<Result<_, _>>()?;
                Ok(Syntax { span: self.bracketed(at), form: Form::List(elements) })
            }
            Expr::Select(_)
            | Expr::Map(_)
            | Expr::Struct(_)
            | Expr::Comprehension(_)
            | Expr::Unspecified => Err(unsupported(span, "this form")),
        }
    }

    /// The token that the parser says the node stands at.
    fn token_of(&self, node: &IdedExpr) -> Result<usize, RuleFault> {
        let start = self.places.offset_for(node.id).map(|(start, _)| start as usize);
        start.and_then(|start| self.tokens.at_byte(start)).ok_or_else(|| {
            let whole = Span { start: 0, end: self.tokens.text.len() as u16 };
            RuleFault::new(whole, RuleFaultKind::Syntax, "the parser lost its place in this rule")
        })
    }

    fn spelled(&self, at: usize) -> Spelled {
        Spelled { name: self.tokens.text_of(at).to_owned(), span: self.tokens.list[at].span }
    }

    /// From the bracket at `at` to the one that closes it.
    fn bracketed(&self, at: usize) -> Span {
        let open = self.tokens.list[at];
        match open.kind {
            Kind::Open(close) => open.span.to(self.tokens.list[close].span),
            _ => open.span,
        }
    }

    fn literal(&self, literal: &LiteralValue, at: usize) -> Result<Syntax, RuleFault> {
        let mut span = self.tokens.list[at].span;
        let form = match literal {
            LiteralValue::Int(int) => {
                // A minus before the digits is a part of the literal, and not of its token.
                if at > 0
                    && self.tokens.list[at - 1].kind == Kind::Prefix
                    && self.tokens.text_of(at - 1) == "-"
                {
                    span = self.tokens.list[at - 1].span.to(span);
                }
                Form::Number(i128::from(*int.inner()))
            }
            LiteralValue::UInt(uint) => Form::Number(i128::from(*uint.inner())),
            LiteralValue::Boolean(bool) => Form::Bool(*bool.inner()),
            LiteralValue::String(string) => Form::Text(string.inner().to_owned()),
            LiteralValue::Null => return Err(unsupported(span, "`null`")),
            LiteralValue::Bytes(_) | LiteralValue::Double(_) => {
                return Err(unsupported(span, "this literal"));
            }
        };
        Ok(Syntax { span, form })
    }

    fn call(&self, call: CallExpr, at: usize, depth: usize) -> Result<Syntax, RuleFault> {
        let arguments = call.args.into_iter().map(|argument| self.expression(argument, depth));
        let mut arguments: Vec<Syntax> = arguments.collect::<Result<_, _>>()?;
        if matches!(self.tokens.list[at].kind, Kind::Infix | Kind::Prefix) {
            return self.operator(&call.func_name, arguments, at);
        }
        if call.func_name == operators::INDEX {
            let target = arguments.swap_remove(0);
            let span = self.tokens.with_parentheses(target.span).to(self.bracketed(at));
            return Err(unsupported(span, "picking one element of a list"));
        }
        // The parser's place for a call is its parenthesis; the name is just before it.
        let name = self.spelled(at - 1);
        let mut span = name.span.to(self.bracketed(at));
        let target = match call.target {
            None => None,
            Some(target) => {
                let target = self.expression(*target, depth)?;
                span = self.tokens.with_parentheses(target.span).to(span);
                Some(Box::new(target))
            }
        };
        Ok(Syntax { span, form: Form::Call { target, name, arguments } })
    }

    fn operator(&self, name: &str, operands: Vec<Syntax>, at: usize) -> Result<Syntax, RuleFault> {
        let outer = operands.iter().map(|operand| self.tokens.with_parentheses(operand.span));
        let span = outer.fold(self.tokens.list[at].span, Span::to);
        let mut operands = operands.into_iter().map(Box::new);
        let form = match (operands.next(), operands.next(), operands.next()) {
            (Some(a), None, None) => unary(name, a),
            (Some(a), Some(b), None) => binary(name, a, b),
            (Some(a), Some(b), Some(c)) if name == operators::CONDITIONAL => {
                Some(Form::Choice(a, b, c))
            }
            _ => None,
        };
        let form = form.ok_or_else(|| unsupported(span, "this operator"))?;
        Ok(Syntax { span, form })
    }
}

fn unary(name: &str, a: Box<Syntax>) -> Option<Form> {
    match name {
        operators::LOGICAL_NOT => Some(Form::Not(a)),
        operators::NEGATE => Some(Form::Negate(a)),
        _ => None,
    }
}

fn binary(name: &str, a: Box<Syntax>, b: Box<Syntax>) -> Option<Form> {
    Some(match name {
        operators::LOGICAL_AND => Form::And(a, b),
        operators::LOGICAL_OR => Form::Or(a, b),
        operators::IN => Form::In(a, b),
        operators::ADD => Form::Arithmetic(Arithmetic::Add, a, b),
        operators::SUBSTRACT => Form::Arithmetic(Arithmetic::Subtract, a, b),
        operators::MULTIPLY => Form::Arithmetic(Arithmetic::Multiply, a, b),
        operators::DIVIDE => Form::Arithmetic(Arithmetic::Divide, a, b),
        operators::MODULO => Form::Arithmetic(Arithmetic::Remainder, a, b),
        operators::EQUALS => Form::Comparison(Comparison::Equal, a, b),
        operators::NOT_EQUALS => Form::Comparison(Comparison::NotEqual, a, b),
        operators::LESS => Form::Comparison(Comparison::Less, a, b),
        operators::LESS_EQUALS => Form::Comparison(Comparison::LessOrEqual, a, b),
        operators::GREATER => Form::Comparison(Comparison::Greater, a, b),
        operators::GREATER_EQUALS => Form::Comparison(Comparison::GreaterOrEqual, a, b),
        _ => return None,
    })
}

fn unsupported(span: Span, what: &str) -> RuleFault {
    RuleFault::new(span, RuleFaultKind::Unsupported, format!("{what} is no part of rules"))
}
