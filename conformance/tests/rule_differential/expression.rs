//! Random well-typed expressions: a tree of our own, its spelling, and its exact value.
//!
//! The tree is decoded from bytes, so that whatever shrinks bytes shrinks expressions: where the
//! bytes run out, leaves are all that is left.

use super::facts::{BOOLS, Facts, INTS, LISTS, WORD_FACTS, WORDS, value_of};
use conformance::rule::EvalFaultKind;

/// Nodes of an expression. Keeps it within the limits of a rule.
const BUDGET: usize = 36;

#[derive(Clone, Debug)]
pub(crate) enum Int {
    Literal(i128),
    Fact(usize),
    Variable,
    Size(usize),
    Negate(Box<Int>),
    Binary(&'static str, Box<Int>, Box<Int>),
    /// `math.least` or `math.greatest`.
    Math(&'static str, Box<Int>, Box<Int>),
    Choice(Box<Bool>, Box<Int>, Box<Int>),
}

#[derive(Clone, Debug)]
pub(crate) enum Bool {
    Literal(bool),
    Fact(usize),
    Word(usize, usize),
    SameWord(usize, usize),
    WordIn(usize, Vec<usize>),
    Not(Box<Bool>),
    And(Box<Bool>, Box<Bool>),
    Or(Box<Bool>, Box<Bool>),
    Same(Box<Bool>, Box<Bool>),
    Comparison(&'static str, Box<Int>, Box<Int>),
    In(Box<Int>, Vec<i128>),
    InList(Box<Int>, usize),
    /// `all`, else `exists`.
    Quantifier(bool, Elements, Box<Bool>),
    Choice(Box<Bool>, Box<Bool>, Box<Bool>),
}

#[derive(Clone, Debug)]
pub(crate) enum Elements {
    List(usize),
    Literal(Vec<i128>),
}

const ARITHMETIC: [&str; 5] = ["+", "-", "*", "/", "%"];
const COMPARISONS: [&str; 6] = ["==", "!=", "<", "<=", ">", ">="];

/// Bytes as a source of choices.
pub(crate) struct Choices<'b> {
    bytes: std::slice::Iter<'b, u8>,
    budget: usize,
    inside: bool,
}

impl<'b> Choices<'b> {
    pub(crate) fn new(bytes: &'b [u8]) -> Choices<'b> {
        Choices { bytes: bytes.iter(), budget: BUDGET, inside: false }
    }

    /// A number below `n`; 0, which is always a leaf, when the bytes have run out.
    fn below(&mut self, n: usize) -> usize {
        usize::from(self.bytes.next().copied().unwrap_or(0)) % n
    }

    /// Which of `n` forms comes next, the first `leaves` of which have nothing below them.
    fn form(&mut self, n: usize, leaves: usize) -> usize {
        let form = self.below(n);
        if self.budget == 0 {
            return form % leaves;
        }
        self.budget -= 1;
        form
    }

    fn pick<T: Copy>(&mut self, from: &[T]) -> T {
        from[self.below(from.len())]
    }

    fn literal(&mut self) -> i128 {
        let value = value_of(self.below(256) as u8, self.below(16) == 1).into();
        if self.below(8) == 1 { -i128::min(value, 1 << 63) } else { value }
    }

    fn literals(&mut self) -> Vec<i128> {
        (0..=self.below(3)).map(|_| self.literal()).collect()
    }

    fn int(&mut self) -> Int {
        match self.form(14, 4) {
            0 | 4 => Int::Fact(self.below(INTS.len())),
            1 => Int::Literal(self.literal()),
            2 if self.inside => Int::Variable,
            2 | 3 => Int::Size(self.below(LISTS.len())),
            5 => Int::Negate(self.int().into()),
            6 => Int::Math(self.pick(&["least", "greatest"]), self.int().into(), self.int().into()),
            7 => Int::Choice(self.bool().into(), self.int().into(), self.int().into()),
            _ => Int::Binary(self.pick(&ARITHMETIC), self.int().into(), self.int().into()),
        }
    }

    /// A whole expression: never a leaf, of which there are too few to be worth a case.
    pub(crate) fn expression(&mut self) -> Bool {
        let form = 4 + self.below(16);
        self.bool_of(form)
    }

    fn bool(&mut self) -> Bool {
        let form = self.form(20, 4);
        self.bool_of(form)
    }

    fn bool_of(&mut self, form: usize) -> Bool {
        match form {
            0 => Bool::Fact(self.below(BOOLS.len())),
            1 => Bool::Word(self.below(WORD_FACTS.len()), self.below(WORDS.len())),
            2 => Bool::SameWord(self.below(WORD_FACTS.len()), self.below(WORD_FACTS.len())),
            3 => Bool::Literal(self.below(2) == 1),
            4 => {
                let words = (0..=self.below(3)).map(|_| self.below(WORDS.len())).collect();
                Bool::WordIn(self.below(WORD_FACTS.len()), words)
            }
            5 => Bool::Not(self.bool().into()),
            6 => Bool::Or(self.bool().into(), self.bool().into()),
            7 | 8 => Bool::And(self.bool().into(), self.bool().into()),
            9 => Bool::Same(self.bool().into(), self.bool().into()),
            10 => Bool::In(self.int().into(), self.literals()),
            11 => Bool::InList(self.int().into(), self.below(LISTS.len())),
            12 => Bool::Choice(self.bool().into(), self.bool().into(), self.bool().into()),
            13..=15 if !self.inside => self.quantifier(),
            _ => Bool::Comparison(self.pick(&COMPARISONS), self.int().into(), self.int().into()),
        }
    }

    fn quantifier(&mut self) -> Bool {
        let over = match self.below(3) {
            0 => Elements::Literal(self.literals().into_iter().map(i128::abs).collect()),
            list => Elements::List(list % LISTS.len()),
        };
        self.inside = true;
        let body = self.bool();
        self.inside = false;
        Bool::Quantifier(self.below(2) == 1, over, body.into())
    }
}

/// How literals are spelled.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Spelling {
    /// As a rule does: `u` only where it must be.
    Rule,
    /// As CEL's unsigned numbers need it: `u` wherever it may be.
    Unsigned,
}

impl Spelling {
    fn literal(self, value: i128) -> String {
        let suffix = value >= 0 && (self == Spelling::Unsigned || value > i64::MAX.into());
        format!("{value}{}", if suffix { "u" } else { "" })
    }

    fn literals(self, values: &[i128]) -> String {
        let spelled: Vec<String> = values.iter().map(|&value| self.literal(value)).collect();
        format!("[{}]", spelled.join(", "))
    }

    fn int(self, int: &Int) -> String {
        match int {
            Int::Literal(value) => self.literal(*value),
            Int::Fact(fact) => INTS[*fact].to_owned(),
            Int::Variable => "x".to_owned(),
            Int::Size(list) => format!("size({})", LISTS[*list]),
            Int::Negate(a) => format!("-({})", self.int(a)),
            Int::Binary(operator, a, b) => {
                format!("({} {operator} {})", self.int(a), self.int(b))
            }
            Int::Math(name, a, b) => format!("math.{name}({}, {})", self.int(a), self.int(b)),
            Int::Choice(c, a, b) => {
                format!("({} ? {} : {})", self.bool(c), self.int(a), self.int(b))
            }
        }
    }

    pub(crate) fn bool(self, bool: &Bool) -> String {
        match bool {
            Bool::Literal(value) => value.to_string(),
            Bool::Fact(fact) => BOOLS[*fact].to_owned(),
            Bool::Word(fact, word) => format!("{} == '{}'", WORD_FACTS[*fact], WORDS[*word]),
            Bool::SameWord(a, b) => format!("{} != {}", WORD_FACTS[*a], WORD_FACTS[*b]),
            Bool::WordIn(fact, words) => {
                let words: Vec<String> = words.iter().map(|&w| format!("'{}'", WORDS[w])).collect();
                format!("{} in [{}]", WORD_FACTS[*fact], words.join(", "))
            }
            Bool::Not(a) => format!("!({})", self.bool(a)),
            Bool::And(a, b) => format!("({} && {})", self.bool(a), self.bool(b)),
            Bool::Or(a, b) => format!("({} || {})", self.bool(a), self.bool(b)),
            Bool::Same(a, b) => format!("({}) == ({})", self.bool(a), self.bool(b)),
            Bool::Comparison(operator, a, b) => {
                format!("{} {operator} {}", self.int(a), self.int(b))
            }
            Bool::In(a, values) => format!("{} in {}", self.int(a), self.literals(values)),
            Bool::InList(a, list) => format!("{} in {}", self.int(a), LISTS[*list]),
            Bool::Quantifier(every, over, body) => {
                let over = match over {
                    Elements::List(list) => LISTS[*list].to_owned(),
                    Elements::Literal(values) => self.literals(values),
                };
                let name = if *every { "all" } else { "exists" };
                format!("{over}.{name}(x, {})", self.bool(body))
            }
            Bool::Choice(c, a, b) => {
                format!("({} ? {} : {})", self.bool(c), self.bool(a), self.bool(b))
            }
        }
    }
}

type Exact<T> = Result<T, EvalFaultKind>;

impl Int {
    fn exact(&self, facts: &Facts, x: i128) -> Exact<i128> {
        let exact = |value: Option<i128>| value.ok_or(EvalFaultKind::Overflow);
        match self {
            Int::Literal(value) => Ok(*value),
            Int::Fact(fact) => Ok(facts.ints[*fact].into()),
            Int::Variable => Ok(x),
            Int::Size(list) => Ok(facts.lists[*list].len() as i128),
            Int::Negate(a) => exact(a.exact(facts, x)?.checked_neg()),
            Int::Binary(operator, a, b) => {
                let (a, b) = (a.exact(facts, x)?, b.exact(facts, x)?);
                match *operator {
                    "+" => exact(a.checked_add(b)),
                    "-" => exact(a.checked_sub(b)),
                    "*" => exact(a.checked_mul(b)),
                    _ if b == 0 => Err(EvalFaultKind::DivisionByZero),
                    "/" => exact(a.checked_div(b)),
                    _ => exact(a.checked_rem(b)),
                }
            }
            Int::Math(name, a, b) => {
                let (a, b) = (a.exact(facts, x)?, b.exact(facts, x)?);
                Ok(if *name == "least" { a.min(b) } else { a.max(b) })
            }
            Int::Choice(c, a, b) => {
                if c.exact_at(facts, x)? {
                    a.exact(facts, x)
                } else {
                    b.exact(facts, x)
                }
            }
        }
    }
}

impl Bool {
    /// The value in exact arithmetic, evaluated from left to right.
    pub(crate) fn exact(&self, facts: &Facts) -> Exact<bool> {
        self.exact_at(facts, 0)
    }

    fn exact_at(&self, facts: &Facts, x: i128) -> Exact<bool> {
        let bool = |bool: &Bool| bool.exact_at(facts, x);
        match self {
            Bool::Literal(value) => Ok(*value),
            Bool::Fact(fact) => Ok(facts.bools[*fact]),
            Bool::Word(fact, word) => Ok(facts.words[*fact] == *word),
            Bool::SameWord(a, b) => Ok(facts.words[*a] != facts.words[*b]),
            Bool::WordIn(fact, words) => Ok(words.contains(&facts.words[*fact])),
            Bool::Not(a) => Ok(!bool(a)?),
            Bool::And(a, b) => Ok(bool(a)? && bool(b)?),
            Bool::Or(a, b) => Ok(bool(a)? || bool(b)?),
            Bool::Same(a, b) => Ok(bool(a)? == bool(b)?),
            Bool::Comparison(operator, a, b) => {
                let order = a.exact(facts, x)?.cmp(&b.exact(facts, x)?);
                Ok(match *operator {
                    "==" => order.is_eq(),
                    "!=" => order.is_ne(),
                    "<" => order.is_lt(),
                    "<=" => order.is_le(),
                    ">" => order.is_gt(),
                    _ => order.is_ge(),
                })
            }
            Bool::In(a, values) => Ok(values.contains(&a.exact(facts, x)?)),
            Bool::InList(a, list) => {
                let a = a.exact(facts, x)?;
                Ok(facts.lists[*list].iter().any(|&element| i128::from(element) == a))
            }
            Bool::Quantifier(every, over, body) => {
                let elements: Vec<i128> = match over {
                    Elements::List(list) => facts.lists[*list].iter().map(|&e| e.into()).collect(),
                    Elements::Literal(values) => values.clone(),
                };
                for x in elements {
                    if body.exact_at(facts, x)? != *every {
                        return Ok(!every);
                    }
                }
                Ok(*every)
            }
            Bool::Choice(c, a, b) => {
                if bool(c)? {
                    bool(a)
                } else {
                    bool(b)
                }
            }
        }
    }
}
