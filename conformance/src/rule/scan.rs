//! A rule's text as tokens, and the limits that make parsing it safe.
//!
//! The parser behind us recurses, recovers from errors and allocates as it likes. It sees only
//! texts that this scanner let through: a few hundred tokens of the rule language's own alphabet,
//! brackets matched and not nested deep. The tokens also tell, later, where each sub-expression
//! begins and ends, which the parser's tree does not say.

use super::fault::{RuleFault, RuleFaultKind, Span};

/// Bytes of a rule. Offsets fit in two bytes, and no readable rule comes near it.
pub(super) const MAX_BYTES: usize = 4096;

/// Tokens of a rule. The longest honest rules name all 68 size classes: 140 tokens.
const MAX_TOKENS: usize = 512;

/// Brackets within brackets.
const MAX_BRACKETS: usize = 16;

/// Conditionals in a rule; each one nests the next.
const MAX_CONDITIONALS: usize = 8;

/// What a token is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Kind {
    /// An identifier, `true` and `false` included.
    Name,
    Number,
    /// A quoted word.
    Text,
    /// `(` or `[`, with the index of the token that closes it.
    Open(usize),
    /// `)` or `]`.
    Close,
    Comma,
    Dot,
    /// An operator with an operand on its left, or on both sides; `?` and `:` too.
    Infix,
    /// `!`, or the minus of a negative number or negation.
    Prefix,
}

/// One token.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Token {
    pub(super) kind: Kind,
    pub(super) span: Span,
}

/// A text that may be handed to the parser.
#[derive(Debug)]
pub(super) struct Tokens<'t> {
    pub(super) text: &'t str,
    pub(super) list: Vec<Token>,
}

impl<'t> Tokens<'t> {
    /// The text of token `at`.
    pub(super) fn text_of(&self, at: usize) -> &'t str {
        self.list[at].span.of(self.text)
    }

    /// The token that starts at byte `start`.
    pub(super) fn at_byte(&self, start: usize) -> Option<usize> {
        self.list.binary_search_by_key(&start, |token| token.span.start.into()).ok()
    }

    /// `span` and the grouping parentheses around it, which the parser's tree leaves out.
    pub(super) fn with_parentheses(&self, span: Span) -> Span {
        let first = self.list.partition_point(|token| token.span.start < span.start);
        let after = self.list.partition_point(|token| token.span.start < span.end);
        let (mut first, mut after) = (first, after);
        while first > 0 && self.is_grouping(first - 1, after) {
            first -= 1;
            after += 1;
        }
        Span { start: self.list[first].span.start, end: self.list[after - 1].span.end }
    }

    /// Whether token `open` is a parenthesis, but not that of a call, closed by token `close`.
    fn is_grouping(&self, open: usize, close: usize) -> bool {
        let called = open > 0 && self.list[open - 1].kind == Kind::Name;
        self.list[open].kind == Kind::Open(close) && self.text_of(open) == "(" && !called
    }
}

/// Reads `text` into tokens.
pub(super) fn scan(text: &str) -> Result<Tokens<'_>, RuleFault> {
    if text.len() > MAX_BYTES {
        let message = format!("a rule has at most {MAX_BYTES} bytes, this one has {}", text.len());
        let whole = Span { start: 0, end: MAX_BYTES as u16 };
        return Err(RuleFault::new(whole, RuleFaultKind::Size, message)
            .help("move the work into a native function"));
    }
    let mut scanner = Scanner { text, at: 0, list: Vec::new(), open: Vec::new(), conditionals: 0 };
    while scanner.skip_space() {
        scanner.token()?;
    }
    scanner.finish()
}

struct Scanner<'t> {
    text: &'t str,
    /// The byte to be read next; always at the border of a character.
    at: usize,
    list: Vec<Token>,
    /// Indices of the open brackets.
    open: Vec<usize>,
    conditionals: usize,
}

impl<'t> Scanner<'t> {
    fn finish(self) -> Result<Tokens<'t>, RuleFault> {
        if let Some(&open) = self.open.last() {
            let message = format!("`{}` is never closed", self.list[open].span.of(self.text));
            return Err(RuleFault::new(self.list[open].span, RuleFaultKind::Syntax, message));
        }
        if self.list.is_empty() {
            let message = "the rule is empty";
            return Err(RuleFault::new(span(0, 0), RuleFaultKind::Size, message));
        }
        Ok(Tokens { text: self.text, list: self.list })
    }

    fn rest(&self) -> &'t str {
        &self.text[self.at..]
    }

    fn fault(&self, len: usize, kind: RuleFaultKind, message: impl Into<String>) -> RuleFault {
        RuleFault::new(span(self.at, self.at + len), kind, message)
    }

    /// Whether there is a token to come.
    fn skip_space(&mut self) -> bool {
        let rest = self.rest();
        self.at += rest.len() - rest.trim_start_matches([' ', '\t', '\n', '\r']).len();
        self.at < self.text.len()
    }

    fn token(&mut self) -> Result<(), RuleFault> {
        if self.list.len() == MAX_TOKENS {
            let message = format!("a rule has at most {MAX_TOKENS} names, numbers and operators");
            return Err(self.fault(self.rest().len(), RuleFaultKind::Size, message));
        }
        match self.text.as_bytes()[self.at] {
            b'a'..=b'z' | b'A'..=b'Z' | b'_' => {
                let len = self.run(|b| b.is_ascii_alphanumeric() || b == b'_');
                let is_in = &self.rest()[..len] == "in";
                self.push(len, if is_in { Kind::Infix } else { Kind::Name });
                Ok(())
            }
            b'0'..=b'9' => self.number(),
            b'\'' | b'"' => self.quoted(),
            b'(' | b'[' => self.open(),
            b')' | b']' => self.close(),
            _ => self.operator(),
        }
    }

    /// Bytes from here on that are `wanted`.
    fn run(&self, wanted: impl Fn(u8) -> bool) -> usize {
        self.rest().bytes().take_while(|&b| wanted(b)).count()
    }

    fn push(&mut self, len: usize, kind: Kind) {
        self.list.push(Token { kind, span: span(self.at, self.at + len) });
        self.at += len;
    }

    /// Whether the token before this one ends an operand, so that a `-` here subtracts.
    fn after_operand(&self) -> bool {
        let last = self.list.last().map(|token| token.kind);
        matches!(last, Some(Kind::Name | Kind::Number | Kind::Text | Kind::Close))
    }

    fn number(&mut self) -> Result<(), RuleFault> {
        let len = self.run(|b| b.is_ascii_alphanumeric() || b == b'_');
        let spelled = &self.rest()[..len];
        let after = &self.rest().as_bytes()[len..];
        let past_digits = spelled.trim_start_matches(|c: char| c.is_ascii_digit());
        let is_exponent = past_digits
            .strip_prefix(['e', 'E'])
            .is_some_and(|rest| rest.bytes().all(|b| b.is_ascii_digit()));
        if is_exponent || matches!(after, [b'.', b'0'..=b'9', ..]) {
            return Err(self.decimal());
        }
        let (digits, unsigned) = match spelled.strip_suffix(['u', 'U']) {
            Some(digits) => (digits, true),
            None => (spelled, false),
        };
        let (digits, radix) = match digits.strip_prefix("0x") {
            Some(digits) => (digits, 16),
            None => (digits, 10),
        };
        if digits.is_empty() || !digits.chars().all(|c| c.is_digit(radix)) {
            let message = format!("`{}` is no number", shortened(spelled));
            return Err(self
                .fault(len, RuleFaultKind::Syntax, message)
                .help("write digits, or `0x` and hexadecimal digits, and `u` after the largest"));
        }
        let negative = self
            .list
            .last()
            .is_some_and(|token| token.kind == Kind::Prefix && token.span.of(self.text) == "-");
        let most = match (unsigned, negative) {
            (true, _) => u64::MAX,
            (false, true) => 1 << 63,
            (false, false) => i64::MAX as u64,
        };
        // A run of digits too long for 64 bits is above every limit.
        let value = u64::from_str_radix(digits, radix).ok();
        if value.is_some_and(|value| value <= most) {
            self.push(len, Kind::Number);
            return Ok(());
        }
        let message = format!("`{}` does not fit in 64 bits", shortened(spelled));
        let fault = self.fault(len, RuleFaultKind::Number, message);
        Err(match value {
            Some(_) if !negative => fault.help(format!("write `{spelled}u`")),
            _ => fault,
        })
    }

    /// The fault of a number that is not whole.
    fn decimal(&self) -> RuleFault {
        let len = self.run(|b| b.is_ascii_alphanumeric() || b == b'.');
        self.fault(len, RuleFaultKind::Unsupported, "decimal numbers are no part of rules")
            .help("facts are whole numbers; multiply instead of comparing fractions")
    }

    fn quoted(&mut self) -> Result<(), RuleFault> {
        let rest = self.rest();
        let quote = &rest[..1];
        let glued = self.list.last().is_some_and(|token| {
            token.kind == Kind::Name && usize::from(token.span.end) == self.at
        });
        if glued || rest.starts_with(&quote.repeat(3)) {
            let message = "raw, byte and triple-quoted strings are no part of rules";
            return Err(self
                .fault(1, RuleFaultKind::Unsupported, message)
                .help("write a word of the glossary between single quotes"));
        }
        let len = 1 + rest[1..].bytes().take_while(|&b| b != quote.as_bytes()[0]).count();
        if let Some(escape) = rest[..len].find(['\\', '\n', '\r']) {
            self.at += escape;
            let message = "a word between quotes has no escapes and no line breaks";
            return Err(self.fault(1, RuleFaultKind::Syntax, message));
        }
        if let Some((at, stranger)) = rest[..len].char_indices().find(|&(_, c)| !is_plain(c)) {
            self.at += at;
            return Err(self.stranger(stranger));
        }
        if len == rest.len() {
            let message = format!("`{quote}` is never closed");
            return Err(self.fault(len, RuleFaultKind::Syntax, message));
        }
        self.push(len + 1, Kind::Text);
        Ok(())
    }

    fn open(&mut self) -> Result<(), RuleFault> {
        if self.open.len() == MAX_BRACKETS {
            let message = format!("brackets are nested more than {MAX_BRACKETS} deep");
            return Err(self.fault(1, RuleFaultKind::Depth, message));
        }
        self.open.push(self.list.len());
        // The partner is filled in when it is met; `finish` refuses a bracket without one.
        self.push(1, Kind::Open(usize::MAX));
        Ok(())
    }

    fn close(&mut self) -> Result<(), RuleFault> {
        let spelled = &self.rest()[..1];
        let wanted = if spelled == ")" { "(" } else { "[" };
        match self.open.pop() {
            Some(open) if self.list[open].span.of(self.text) == wanted => {
                self.list[open].kind = Kind::Open(self.list.len());
                self.push(1, Kind::Close);
                Ok(())
            }
            _ => {
                let message = format!("`{spelled}` closes nothing");
                Err(self.fault(1, RuleFaultKind::Syntax, message))
            }
        }
    }

    fn operator(&mut self) -> Result<(), RuleFault> {
        let rest = self.rest();
        let infix = |len| Ok((len, Kind::Infix));
        let (len, kind) = match rest.as_bytes() {
            [b'/', b'/', ..] => {
                let message = "comments are no part of rules";
                let help = "write `/` to divide, and reasons under `why:`";
                Err(self.fault(2, RuleFaultKind::Unsupported, message).help(help))
            }
            [b'=' | b'!' | b'<' | b'>', b'=', ..] | [b'&', b'&', ..] | [b'|', b'|', ..] => infix(2),
            [b'<' | b'>' | b'+' | b'*' | b'/' | b'%' | b':', ..] => infix(1),
            [b'?', ..] => self.conditional(),
            [b',', ..] => Ok((1, Kind::Comma)),
            [b'.', b'0'..=b'9', ..] => Err(self.decimal()),
            [b'.', ..] if self.after_operand() => Ok((1, Kind::Dot)),
            [b'-', ..] if self.after_operand() => infix(1),
            [b'-' | b'!', ..] => self.prefix(),
            _ => Err(self.stranger(rest.chars().next().unwrap_or('\0'))),
        }?;
        self.push(len, kind);
        Ok(())
    }

    fn conditional(&mut self) -> Result<(usize, Kind), RuleFault> {
        self.conditionals += 1;
        if self.conditionals > MAX_CONDITIONALS {
            let message = format!("a rule has at most {MAX_CONDITIONALS} conditionals");
            return Err(self.fault(1, RuleFaultKind::Depth, message));
        }
        Ok((1, Kind::Infix))
    }

    /// Two of the same cancel out. The parser drops them, which would leave us without their place.
    fn prefix(&mut self) -> Result<(usize, Kind), RuleFault> {
        let spelled = &self.rest()[..1];
        let doubled = self
            .list
            .last()
            .is_some_and(|token| token.kind == Kind::Prefix && token.span.of(self.text) == spelled);
        if doubled {
            let message = format!("`{spelled}{spelled}` does nothing");
            return Err(self.fault(1, RuleFaultKind::Syntax, message).help("leave out both"));
        }
        Ok((1, Kind::Prefix))
    }

    /// The fault of a character that begins no token.
    fn stranger(&self, c: char) -> RuleFault {
        let shown = match c {
            '\u{feff}' => "the byte order mark".to_owned(),
            _ if c.is_control() => format!("the control character U+{:04X}", u32::from(c)),
            _ if c.is_ascii() => format!("`{c}`"),
            _ => format!("`{c}` (U+{:04X})", u32::from(c)),
        };
        let message = format!("{shown} has no meaning in a rule");
        let kind = match c {
            '{' | '}' => RuleFaultKind::Unsupported,
            _ => RuleFaultKind::Character,
        };
        let help = match c {
            '=' => "write `==`",
            '&' => "write `&&`; low bits are `x % 8`",
            '|' => "write `||`",
            '.' => "a name starts with a letter",
            '{' | '}' => "maps and messages are no part of rules",
            '\u{2264}' => "write `<=`",
            '\u{2265}' => "write `>=`",
            '\u{2260}' => "write `!=`",
            '\u{2018}' | '\u{2019}' | '\u{201c}' | '\u{201d}' => "write `'`",
            _ if c.is_ascii() => return self.fault(c.len_utf8(), kind, message),
            _ => "a rule is plain ASCII text",
        };
        self.fault(c.len_utf8(), kind, message).help(help)
    }
}

fn span(start: usize, end: usize) -> Span {
    Span { start: start as u16, end: end as u16 }
}

/// Whether a quoted word may contain `c`.
fn is_plain(c: char) -> bool {
    matches!(c, ' '..='~')
}

/// A long spelling cut short, for a message.
fn shortened(spelled: &str) -> String {
    const SHOWN: usize = 24;
    if spelled.len() > SHOWN { format!("{}...", &spelled[..SHOWN]) } else { spelled.to_owned() }
}
