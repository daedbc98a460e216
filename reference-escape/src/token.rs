//! Tokens: the words and signs of Go, each with a number of its own.

use crate::ast::{BinaryOp, LitKind};

macro_rules! tokens {
    ($($(#[$doc:meta])* $Token:ident $text:literal,)*) => {
        /// A token's sort. The text of names and literals is kept by whoever scanned them.
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
        #[repr(u8)]
        pub enum Token {
            $($(#[$doc])* $Token,)*
        }

        impl Token {
            /// Every token, in the order of their numbers.
            pub const ALL: &[Token] = &[$(Token::$Token,)*];

            /// How it is written; of names and literals, what they are called.
            pub fn text(self) -> &'static str {
                match self {
                    $(Token::$Token => $text,)*
                }
            }
        }
    };
}

// What belongs together stands together: `is_keyword` and `binary` compare numbers.
tokens! {
    /// The end of the file.
    Eof "EOF",
    /// An identifier.
    Name "name",
    /// `12`
    Int "literal",
    /// `1.5`
    Float "literal",
    /// `2i`
    Imag "literal",
    /// `'a'`
    Rune "literal",
    /// `"a"`
    String "literal",
    /// `||`
    OrOr "||",
    /// `&&`
    AndAnd "&&",
    /// `==`
    Eql "==",
    /// `!=`
    Neq "!=",
    /// `<`
    Lss "<",
    /// `<=`
    Leq "<=",
    /// `>`
    Gtr ">",
    /// `>=`
    Geq ">=",
    /// `+`
    Add "+",
    /// `-`
    Sub "-",
    /// `|`
    Or "|",
    /// `^`
    Xor "^",
    /// `*`
    Star "*",
    /// `/`
    Div "/",
    /// `%`
    Rem "%",
    /// `&`
    And "&",
    /// `&^`
    AndNot "&^",
    /// `<<`
    Shl "<<",
    /// `>>`
    Shr ">>",
    /// `+=`
    AddAssign "+=",
    /// `-=`
    SubAssign "-=",
    /// `|=`
    OrAssign "|=",
    /// `^=`
    XorAssign "^=",
    /// `*=`
    MulAssign "*=",
    /// `/=`
    DivAssign "/=",
    /// `%=`
    RemAssign "%=",
    /// `&=`
    AndAssign "&=",
    /// `&^=`
    AndNotAssign "&^=",
    /// `<<=`
    ShlAssign "<<=",
    /// `>>=`
    ShrAssign ">>=",
    /// `!`
    Not "!",
    /// `~`
    Tilde "~",
    /// `<-`
    Arrow "<-",
    /// `++`
    Inc "++",
    /// `--`
    Dec "--",
    /// `=`
    Assign "=",
    /// `:=`
    Define ":=",
    /// `(`
    Lparen "(",
    /// `[`
    Lbrack "[",
    /// `{`
    Lbrace "{",
    /// `)`
    Rparen ")",
    /// `]`
    Rbrack "]",
    /// `}`
    Rbrace "}",
    /// `,`
    Comma ",",
    /// `;`, or a line's end that stands for one.
    Semi ";",
    /// `:`
    Colon ":",
    /// `.`
    Dot ".",
    /// `...`
    Dots "...",
    /// `break`
    Break "break",
    /// `case`
    Case "case",
    /// `chan`
    Chan "chan",
    /// `const`
    Const "const",
    /// `continue`
    Continue "continue",
    /// `default`
    Default "default",
    /// `defer`
    Defer "defer",
    /// `else`
    Else "else",
    /// `fallthrough`
    Fallthrough "fallthrough",
    /// `for`
    For "for",
    /// `func`
    Func "func",
    /// `go`
    Go "go",
    /// `goto`
    Goto "goto",
    /// `if`
    If "if",
    /// `import`
    Import "import",
    /// `interface`
    Interface "interface",
    /// `map`
    Map "map",
    /// `package`
    Package "package",
    /// `range`
    Range "range",
    /// `return`
    Return "return",
    /// `select`
    Select "select",
    /// `struct`
    Struct "struct",
    /// `switch`
    Switch "switch",
    /// `type`
    Type "type",
    /// `var`
    Var "var",
}

impl Token {
    /// The keyword that `word` is.
    pub fn keyword(word: &[u8]) -> Option<Token> {
        Some(match word {
            b"break" => Token::Break,
            b"case" => Token::Case,
            b"chan" => Token::Chan,
            b"const" => Token::Const,
            b"continue" => Token::Continue,
            b"default" => Token::Default,
            b"defer" => Token::Defer,
            b"else" => Token::Else,
            b"fallthrough" => Token::Fallthrough,
            b"for" => Token::For,
            b"func" => Token::Func,
            b"go" => Token::Go,
            b"goto" => Token::Goto,
            b"if" => Token::If,
            b"import" => Token::Import,
            b"interface" => Token::Interface,
            b"map" => Token::Map,
            b"package" => Token::Package,
            b"range" => Token::Range,
            b"return" => Token::Return,
            b"select" => Token::Select,
            b"struct" => Token::Struct,
            b"switch" => Token::Switch,
            b"type" => Token::Type,
            b"var" => Token::Var,
            _ => return None,
        })
    }

    /// Whether it is a keyword.
    pub fn is_keyword(self) -> bool {
        self >= Token::Break
    }

    /// Whether it is a literal.
    pub fn is_literal(self) -> bool {
        self.lit_kind().is_some()
    }

    /// The sort of literal that it is.
    pub fn lit_kind(self) -> Option<LitKind> {
        Some(match self {
            Token::Int => LitKind::Int,
            Token::Float => LitKind::Float,
            Token::Imag => LitKind::Imag,
            Token::Rune => LitKind::Rune,
            Token::String => LitKind::String,
            _ => return None,
        })
    }

    /// Whether a line that ends behind it ends a statement.
    pub fn ends_statement(self) -> bool {
        match self {
            Token::Name
            | Token::Break
            | Token::Continue
            | Token::Fallthrough
            | Token::Return
            | Token::Inc
            | Token::Dec
            | Token::Rparen
            | Token::Rbrack
            | Token::Rbrace => true,
            _ => self.is_literal(),
        }
    }

    /// The operator that it is between two operands, and how strongly it binds: 1 to 5.
    pub fn binary(self) -> Option<(BinaryOp, u8)> {
        if !(Token::OrOr..=Token::Shr).contains(&self) {
            return None;
        }
        Some(match self {
            Token::OrOr => (BinaryOp::OrOr, 1),
            Token::AndAnd => (BinaryOp::AndAnd, 2),
            Token::Eql => (BinaryOp::Eql, 3),
            Token::Neq => (BinaryOp::Neq, 3),
            Token::Lss => (BinaryOp::Lss, 3),
            Token::Leq => (BinaryOp::Leq, 3),
            Token::Gtr => (BinaryOp::Gtr, 3),
            Token::Geq => (BinaryOp::Geq, 3),
            Token::Add => (BinaryOp::Add, 4),
            Token::Sub => (BinaryOp::Sub, 4),
            Token::Or => (BinaryOp::Or, 4),
            Token::Xor => (BinaryOp::Xor, 4),
            Token::Star => (BinaryOp::Mul, 5),
            Token::Div => (BinaryOp::Div, 5),
            Token::Rem => (BinaryOp::Rem, 5),
            Token::And => (BinaryOp::And, 5),
            Token::AndNot => (BinaryOp::AndNot, 5),
            Token::Shl => (BinaryOp::Shl, 5),
            Token::Shr => (BinaryOp::Shr, 5),
            _ => return None,
        })
    }

    /// The operator of `x op= y`.
    pub fn assign_op(self) -> Option<BinaryOp> {
        Some(match self {
            Token::AddAssign => BinaryOp::Add,
            Token::SubAssign => BinaryOp::Sub,
            Token::OrAssign => BinaryOp::Or,
            Token::XorAssign => BinaryOp::Xor,
            Token::MulAssign => BinaryOp::Mul,
            Token::DivAssign => BinaryOp::Div,
            Token::RemAssign => BinaryOp::Rem,
            Token::AndAssign => BinaryOp::And,
            Token::AndNotAssign => BinaryOp::AndNot,
            Token::ShlAssign => BinaryOp::Shl,
            Token::ShrAssign => BinaryOp::Shr,
            _ => return None,
        })
    }

    /// How it is called where an error says what was expected.
    pub fn told(self) -> String {
        match self {
            Token::Comma => "comma".to_owned(),
            Token::Semi => "semicolon or newline".to_owned(),
            _ if self.is_keyword() => format!("keyword {}", self.text()),
            _ => self.text().to_owned(),
        }
    }
}

/// A set of tokens.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct TokenSet(u128);

impl TokenSet {
    /// The set of `tokens`.
    pub const fn of(tokens: &[Token]) -> TokenSet {
        let mut bits = 0;
        let mut at = 0;
        while at < tokens.len() {
            bits |= 1 << tokens[at] as u8;
            at += 1;
        }
        TokenSet(bits)
    }

    /// What is in this set or in `other`.
    #[must_use]
    pub const fn or(self, other: TokenSet) -> TokenSet {
        TokenSet(self.0 | other.0)
    }

    /// Whether `token` is in it.
    pub const fn has(self, token: Token) -> bool {
        self.0 & (1 << token as u8) != 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_keyword_is_found_by_its_text_and_nothing_else_is() {
        for token in Token::ALL {
            let found = Token::keyword(token.text().as_bytes());
            assert_eq!(found, token.is_keyword().then_some(*token), "{token:?}");
        }
    }

    #[test]
    fn operators_bind_in_five_levels_and_each_has_one() {
        let levels: Vec<u8> = Token::ALL.iter().filter_map(|t| Some(t.binary()?.1)).collect();
        assert_eq!(levels, [1, 2, 3, 3, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 5, 5, 5]);
    }

    #[test]
    fn an_assigning_operator_is_the_operator_and_an_equals_sign() {
        for token in Token::ALL {
            let Some(op) = token.assign_op() else { continue };
            let plain = token.text().strip_suffix('=').expect("it assigns");
            let twin = Token::ALL.iter().find(|t| t.text() == plain).and_then(|t| t.binary());
            assert_eq!(twin.map(|(op, _)| op), Some(op), "{token:?}");
        }
    }

    #[test]
    fn a_set_has_what_it_was_made_of() {
        const SET: TokenSet = TokenSet::of(&[Token::Eof, Token::Var]);
        let both = SET.or(TokenSet::of(&[Token::Comma]));
        let in_it: Vec<&Token> = Token::ALL.iter().filter(|t| both.has(**t)).collect();
        assert_eq!(in_it, [&Token::Eof, &Token::Comma, &Token::Var]);
    }
}
