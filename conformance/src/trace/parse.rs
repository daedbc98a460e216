//! One line of text to one step.

use super::expected::{Clause, Errno, Expected};
use super::fault::{Fault, FaultKind, quote};
use super::form::alloc::{FOREIGN, SCAN};
use super::form::{Form, Operand, Part, Values, Written};
use super::{Traced, VERSION};
use crate::hint::nearest;
use crate::op::alloc::SLOTS;
use crate::op::gc::{Kind, LOCALS, Map, PLACES, WORDS};
use crate::op::{Step, THREADS, Thread};
use std::str::FromStr;

/// A piece of a line, and the byte that it begins at.
#[derive(Clone, Copy)]
struct Token<'l> {
    text: &'l str,
    at: usize,
}

/// A line being read, with what its faults need to name the place.
#[derive(Clone, Copy)]
pub(super) struct Line<'l> {
    pub(super) text: &'l str,
    /// From 1.
    pub(super) number: u64,
}

impl<'l> Line<'l> {
    /// A fault at byte `at` of the line.
    pub(super) fn fault(self, at: usize, kind: FaultKind, message: String) -> Fault {
        let column = self.text[..at].chars().count() + 1;
        Fault { kind, line: self.number, column, message, nearest: None }
    }

    /// The tokens of bytes `from .. to`, which begin and end at characters.
    fn tokens(self, from: usize, to: usize) -> Vec<Token<'l>> {
        let part = &self.text[from..to];
        let start = part.as_ptr() as usize;
        let token = |text: &'l str| Token { text, at: from + (text.as_ptr() as usize - start) };
        part.split_ascii_whitespace().map(token).collect()
    }

    /// Where the comment of the line begins, or its end: a `#` at the start or after a blank.
    fn code_end(self) -> usize {
        let blank_before =
            |at: usize| at == 0 || self.text.as_bytes()[at - 1].is_ascii_whitespace();
        let hashes = self.text.match_indices('#').map(|(at, _)| at);
        hashes.into_iter().find(|&at| blank_before(at)).unwrap_or(self.text.len())
    }
}

/// Checks the first line of a trace about `subject`.
pub(super) fn header(line: Line<'_>, subject: &str) -> Result<(), Fault> {
    let tokens = line.tokens(0, line.text.len());
    let token = |i: usize| tokens.get(i).map_or("", |t| t.text);
    let fault = |i: usize, message: String| {
        let at = tokens.get(i).map_or(line.text.len(), |t| t.at);
        Err(line.fault(at, FaultKind::Header, message))
    };
    if token(0) != "heaplaw-trace" {
        return fault(0, format!("a trace begins with `heaplaw-trace {VERSION} {subject}`"));
    }
    if token(1) != VERSION.to_string() {
        let found = quote(token(1));
        return fault(1, format!("version {found} of the format; this heaplaw reads {VERSION}"));
    }
    if token(2) != subject {
        let found = quote(token(2));
        return fault(2, format!("the subject is {found}; `{subject}` is read here"));
    }
    if tokens.len() > 3 {
        return fault(3, "the header ends after the subject".to_owned());
    }
    Ok(())
}

/// Reads a line: `None` for a blank line or a comment.
pub(super) fn step<O: Written>(line: Line<'_>) -> Result<Option<Traced<O>>, Fault> {
    let end = line.code_end();
    let arrow = line.text[..end].find("->");
    let tokens = line.tokens(0, arrow.unwrap_or(end));
    if tokens.is_empty() && arrow.is_none() {
        return Ok(None);
    }
    let stop = arrow.unwrap_or(line.text[..end].trim_ascii_end().len());
    let mut rest = tokens.as_slice();
    let thread = thread_prefix(line, &mut rest)?;
    let late = rest.first().is_some_and(|t| t.text == "late");
    let op: O = op(line, &rest[usize::from(late)..], stop)?;
    let expected = arrow.map(|at| expected(line, at + 2, end, &op)).transpose()?;
    Ok(Some(Traced { step: Step { thread, late, op }, expected }))
}

/// Takes `@tN` off the front.
fn thread_prefix(line: Line<'_>, rest: &mut &[Token<'_>]) -> Result<Thread, Fault> {
    let Some((first, others)) = rest.split_first() else { return Ok(Thread(0)) };
    let Some(name) = first.text.strip_prefix('@') else { return Ok(Thread(0)) };
    *rest = others;
    let number = numbered(line, Token { text: name, at: first.at + 1 }, Numbered::THREAD)?;
    Ok(Thread(number as u8))
}

/// The op that `tokens` spell; `stop` is where the line's op ends, for faults about what is
/// missing.
fn op<O: Written>(line: Line<'_>, tokens: &[Token<'_>], stop: usize) -> Result<O, Fault> {
    let assigns = tokens.get(1).is_some_and(|t| t.text == "=");
    let verb = tokens.get(if assigns { 2 } else { 0 });
    let Some(verb) = verb else {
        let message = "expected an op here".to_owned();
        return Err(line.fault(stop, FaultKind::UnknownOp, message));
    };
    // Two ops may share a verb; the fault that is furthest to the right is of the form meant.
    let mut furthest: Option<Fault> = None;
    for form in O::FORMS.iter().filter(|form| form.verb() == verb.text) {
        match spelled(line, form, tokens, stop) {
            Ok(op) => return Ok(op),
            Err(fault) if furthest.as_ref().is_none_or(|f| f.column < fault.column) => {
                furthest = Some(fault);
            }
            Err(_) => {}
        }
    }
    Err(furthest.unwrap_or_else(|| unknown_op::<O>(line, *verb)))
}

fn unknown_op<O: Written>(line: Line<'_>, verb: Token<'_>) -> Fault {
    let message = format!("unknown op {}", quote(verb.text));
    let mut fault = line.fault(verb.at, FaultKind::UnknownOp, message);
    fault.nearest = nearest(verb.text, O::FORMS.iter().map(Form::verb));
    fault
}

/// Reads `tokens` as `form` has them.
fn spelled<O>(
    line: Line<'_>,
    form: &Form<O>,
    tokens: &[Token<'_>],
    stop: usize,
) -> Result<O, Fault> {
    let mut values = Values::default();
    for (i, part) in form.parts.iter().enumerate() {
        let Some(&token) = tokens.get(i) else {
            let message = format!("expected {} here, as in `{form}`", name_of(*part));
            return Err(line.fault(stop, FaultKind::Operand, message));
        };
        match *part {
            Part::Word(word) if token.text == word => {}
            Part::Word(_) => return Err(unexpected(line, token, form, &name_of(*part))),
            Part::Operand(operand) => {
                let value = value(line, token, operand, form)?;
                let before = values[operand as usize].replace(value);
                if let Some(slot) = before.filter(|&before| before != value) {
                    let wanted = format!("s{slot} again");
                    return Err(unexpected(line, token, form, &wanted));
                }
            }
        }
    }
    if let Some(extra) = tokens.get(form.parts.len()) {
        let message = format!("{} is left over after `{form}`", quote(extra.text));
        return Err(line.fault(extra.at, FaultKind::Leftover, message));
    }
    Ok((form.build)(&values))
}

fn name_of(part: Part) -> String {
    match part {
        Part::Word(word) => quote(word),
        Part::Operand(operand) => operand.word().to_owned(),
    }
}

fn unexpected<O>(line: Line<'_>, token: Token<'_>, form: &Form<O>, wanted: &str) -> Fault {
    let message = format!("expected {wanted}, found {}, in `{form}`", quote(token.text));
    line.fault(token.at, FaultKind::Operand, message)
}

/// The number that stands for `token` as `operand`.
fn value<O>(
    line: Line<'_>,
    token: Token<'_>,
    operand: Operand,
    form: &Form<O>,
) -> Result<u64, Fault> {
    let range = |message: &str| Err(line.fault(token.at, FaultKind::Range, message.to_owned()));
    match operand {
        Operand::Slot => numbered(line, token, Numbered::SLOT),
        Operand::Thread => match numbered(line, token, Numbered::THREAD)? {
            0 => range("t0 is the main thread, which always runs"),
            thread => Ok(thread),
        },
        Operand::Foreign => one_of(FOREIGN.map(|(word, _)| word), line, token, form),
        Operand::Scan => one_of(SCAN.map(|(word, _)| word), line, token, form),
        Operand::To | Operand::Of | Operand::From => numbered(line, token, Numbered::LOCAL),
        Operand::Global => numbered(line, token, Numbered::GLOBAL),
        Operand::Weak | Operand::OtherWeak => numbered(line, token, Numbered::WEAK),
        Operand::Mutator => numbered(line, token, Numbered::THREAD),
        Operand::Map => one_of(Map::ALL.map(Map::word), line, token, form),
        Operand::Kind => one_of(Kind::ALL.map(Kind::word), line, token, form),
        Operand::Words => match number(line, token)? {
            words @ 1..=WORDS => Ok(words),
            _ => range("an object has 1 to 134217728 words"),
        },
        Operand::Offset => match number(line, token)? {
            0 => range("an offset of 0 is the block itself, not its inside"),
            offset => Ok(offset),
        },
        _ => number(line, token),
    }
}

fn one_of<O, const N: usize>(
    words: [&'static str; N],
    line: Line<'_>,
    token: Token<'_>,
    form: &Form<O>,
) -> Result<u64, Fault> {
    if let Some(index) = words.iter().position(|word| *word == token.text) {
        return Ok(index as u64);
    }
    let mut fault = unexpected(line, token, form, &format!("one of {}", words.join(", ")));
    fault.nearest = nearest(token.text, words);
    Err(fault)
}

/// A family of things that are a letter and a number.
#[derive(Clone, Copy)]
struct Numbered {
    letter: char,
    what: &'static str,
    /// How many there are.
    count: usize,
}

impl Numbered {
    const SLOT: Numbered = Numbered { letter: 's', what: "slot", count: SLOTS };
    const LOCAL: Numbered = Numbered { letter: 'l', what: "local", count: LOCALS };
    const GLOBAL: Numbered = Numbered { letter: 'g', what: "global", count: PLACES };
    const WEAK: Numbered = Numbered { letter: 'w', what: "weak handle", count: PLACES };
    const THREAD: Numbered = Numbered { letter: 't', what: "thread", count: THREADS };
}

fn numbered(line: Line<'_>, token: Token<'_>, family: Numbered) -> Result<u64, Fault> {
    let Numbered { letter, what, count } = family;
    let last = count - 1;
    let digits = token.text.strip_prefix(letter).filter(|d| all_digits(d));
    let Some(digits) = digits else {
        let found = quote(token.text);
        let message = format!("expected a {what}, {letter}0 to {letter}{last}, found {found}");
        return Err(line.fault(token.at, FaultKind::Operand, message));
    };
    match digits.parse::<u64>() {
        Ok(number) if number < count as u64 => Ok(number),
        _ => {
            let found = quote(token.text);
            let message = format!("no {what} {found}: the last one is {letter}{last}");
            Err(line.fault(token.at, FaultKind::Range, message))
        }
    }
}

fn all_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit())
}

/// A number: `24`, `0x18`, or `64K`, `1M`, `2G` in powers of 1024.
fn number(line: Line<'_>, token: Token<'_>) -> Result<u64, Fault> {
    let text = token.text;
    let hex = text.strip_prefix("0x");
    let (digits, shift) = match text.as_bytes().last() {
        Some(b'K') => (&text[..text.len() - 1], 10),
        Some(b'M') => (&text[..text.len() - 1], 20),
        Some(b'G') => (&text[..text.len() - 1], 30),
        _ => (text, 0),
    };
    let value = match hex {
        Some(hex) if !hex.is_empty() && hex.bytes().all(|b| b.is_ascii_hexdigit()) => {
            u64::from_str_radix(hex, 16).ok()
        }
        None if all_digits(digits) => {
            digits.parse().ok().and_then(|n: u64| n.checked_mul(1 << shift))
        }
        _ => {
            let message =
                format!("expected a number, such as 24, 0x18 or 64K, found {}", quote(text));
            return Err(line.fault(token.at, FaultKind::Operand, message));
        }
    };
    value.ok_or_else(|| {
        let message = format!("{} does not fit into 64 bits", quote(text));
        line.fault(token.at, FaultKind::Range, message)
    })
}

/// What follows `->` at bytes `from .. to`: clauses with commas between them.
fn expected<O: Written>(line: Line<'_>, from: usize, to: usize, op: &O) -> Result<Expected, Fault> {
    let mut all: Option<Expected> = None;
    let mut at = from;
    for piece in line.text[from..to].split(',') {
        let clause = clause(line, at, at + piece.len(), op)?;
        at += piece.len() + 1;
        all = Some(match all {
            Some(expected) => expected.and(clause),
            None => Expected::of(clause),
        });
    }
    // `split` gives at least one piece, and an empty piece is no clause.
    all.ok_or_else(|| missing_clause(line, to))
}

fn missing_clause(line: Line<'_>, at: usize) -> Fault {
    let message = format!("expected one of {} here", Clause::WORDS.join(", "));
    line.fault(at, FaultKind::Expected, message)
}

/// The clause in bytes `from .. to`.
fn clause<O: Written>(line: Line<'_>, from: usize, to: usize, op: &O) -> Result<Clause, Fault> {
    let tokens = line.tokens(from, to);
    let Some(&first) = tokens.first() else { return Err(missing_clause(line, to)) };
    let clause = match (first.text, tokens.get(1)) {
        ("block", None) => Clause::Block,
        ("errno-kept", None) => Clause::ErrnoKept,
        ("refused", None) => Clause::Refused(None),
        ("refused", Some(&name)) => Clause::Refused(Some(errno(line, name)?)),
        ("returns", Some(&n)) => Clause::Returns(returned(line, n)?),
        ("aligned", Some(&n)) => Clause::Aligned(alignment(line, n)?),
        ("returns" | "aligned", None) => {
            let message = format!("expected a number after `{}`", first.text);
            return Err(line.fault(to, FaultKind::Expected, message));
        }
        ("block" | "errno-kept", Some(extra)) => return Err(after_clause(line, *extra)),
        _ => return Err(unknown_clause(line, first)),
    };
    if let Some(extra) = tokens.get(2) {
        return Err(after_clause(line, *extra));
    }
    if !op.shows(&clause) {
        let message = format!("`{}` never shows `{clause}`", op.word());
        return Err(line.fault(first.at, FaultKind::Expected, message));
    }
    Ok(clause)
}

fn after_clause(line: Line<'_>, extra: Token<'_>) -> Fault {
    let message = format!("expected `,` or the end of the line, found {}", quote(extra.text));
    line.fault(extra.at, FaultKind::Expected, message)
}

fn unknown_clause(line: Line<'_>, token: Token<'_>) -> Fault {
    let words = Clause::WORDS;
    let message = format!("expected one of {}, found {}", words.join(", "), quote(token.text));
    let mut fault = line.fault(token.at, FaultKind::Expected, message);
    fault.nearest = nearest(token.text, words);
    fault
}

fn errno(line: Line<'_>, token: Token<'_>) -> Result<Errno, Fault> {
    let words = Errno::ALL.map(Errno::word);
    Errno::ALL.into_iter().find(|errno| errno.word() == token.text).ok_or_else(|| {
        let found = quote(token.text);
        let message = format!("expected one of {}, found {found}", words.join(", "));
        let mut fault = line.fault(token.at, FaultKind::Expected, message);
        fault.nearest = nearest(token.text, words);
        fault
    })
}

fn returned(line: Line<'_>, token: Token<'_>) -> Result<i32, Fault> {
    i32::from_str(token.text).map_err(|_| {
        let message = format!("expected a 32-bit number, found {}", quote(token.text));
        line.fault(token.at, FaultKind::Expected, message)
    })
}

fn alignment(line: Line<'_>, token: Token<'_>) -> Result<u64, Fault> {
    let align = number(line, token)?;
    if align.is_power_of_two() {
        return Ok(align);
    }
    let message = format!("an alignment is a power of two; {} is not", quote(token.text));
    Err(line.fault(token.at, FaultKind::Range, message))
}

/// One step on one line, without a header.
impl<O: Written> FromStr for Traced<O> {
    type Err = Fault;

    /// # Errors
    /// The first fault of the line; a blank line, a comment and a second line are faults too.
    fn from_str(text: &str) -> Result<Traced<O>, Fault> {
        let line = Line { text, number: 1 };
        if let Some(at) = text.find(char::is_control) {
            return Err(line.fault(
                at,
                FaultKind::NotText,
                "a step is one line of text".to_owned(),
            ));
        }
        let missing = || line.fault(text.len(), FaultKind::UnknownOp, "expected an op here".into());
        step(line)?.ok_or_else(missing)
    }
}
