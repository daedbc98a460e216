//! `//go:` directives, from the comment to the declaration that they are for.
//!
//! A directive waits until a declaration takes all that wait. Where something else follows, or a declaration of
//! another sort, it is misplaced. Directives that are meant for other tools or other platforms are passed
//! over, and so are the compiler's rules for who may use which: the input is code that compiles.

use super::Parser;
use crate::ast::{Linkname, Pragmas};
use crate::build_constraint::Constraint;
use crate::fault::FaultKind;
use crate::scan::Directive;
use crate::source::Pos;
use std::borrow::Cow;

/// Where a directive belongs.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Home {
    Package,
    Func,
    Var,
    /// Imports, constants, types and statements: nothing belongs there.
    Elsewhere,
}

/// Directives that wait for a declaration.
#[derive(Default)]
pub(super) struct Pending {
    pragmas: Pragmas,
    homes: Vec<(Pos, Home)>,
}

/// A directive before a declaration of another sort. The compiler tells of it only where nothing else is wrong.
pub(super) type Misplaced = (Pos, &'static str);

impl Pending {
    pub(super) fn clear(&mut self) {
        *self = Pending::default();
    }
}

impl Parser<'_> {
    /// Hears a directive that the scanner passed.
    pub(super) fn directive(&mut self, directive: Directive) {
        let text = self.slice(directive.start, directive.end);
        if self.before_package
            && let Some(Ok(constraint)) = Constraint::of_line(&text)
        {
            self.version = constraint.version();
        }
        let pos = self.base.plus(directive.start + 2);
        if !directive.alone {
            return self.misplaced(pos, "misplaced compiler directive");
        }
        let text = &text[2..];
        match text.split_once(' ').map_or(text, |(verb, _)| verb) {
            "go:linkname" | "go:linknamestd" if text.contains(' ') => self.linkname(pos, text),
            "go:embed" => self.embed(pos, text),
            "go:build" => self.pending.homes.push((pos, Home::Package)),
            verb => {
                if set(&mut self.pending.pragmas, verb) {
                    self.pending.homes.push((pos, Home::Func));
                }
            }
        }
    }

    /// What waits, for a declaration of the sort `home`.
    pub(super) fn take_pragmas(&mut self, home: Home) -> Pragmas {
        if self.pending.homes.is_empty() {
            return Pragmas::default();
        }
        let pending = std::mem::take(&mut self.pending);
        self.misplaced.extend(strangers(&pending, home));
        pending.pragmas
    }

    /// Nothing that could take a directive follows.
    pub(super) fn clear_pending(&mut self) {
        if self.pending.homes.is_empty() {
            return;
        }
        let pending = std::mem::take(&mut self.pending);
        for (pos, message) in strangers(&pending, Home::Elsewhere) {
            self.misplaced(pos, message);
        }
    }

    /// Tells of directives before wrong declarations, at the end of a file.
    pub(super) fn tell_misplaced(&mut self) {
        if self.mistakes.faults.is_empty() {
            for (pos, message) in std::mem::take(&mut self.misplaced) {
                self.misplaced(pos, message);
            }
        }
    }

    fn misplaced(&mut self, pos: Pos, message: impl Into<String>) {
        self.mistake_at(pos, FaultKind::Directive, message);
    }

    fn linkname(&mut self, pos: Pos, text: &str) {
        let words: Vec<&str> = text.split_whitespace().collect();
        let (local, target) = match words[..] {
            [_, local] => (local, None),
            [_, local, target] => (local, Some(target)),
            _ => {
                let usage = format!("usage: //{} localname [linkname]", words[0]);
                return self.misplaced(pos, usage);
            }
        };
        let local = self.names.intern(local);
        let target = target.map(|target| self.names.intern(target));
        let std = words[0] == "go:linknamestd";
        self.linknames.push(Linkname { pos, local, target, std });
    }

    fn embed(&mut self, pos: Pos, text: &str) {
        let mut rest = text["go:embed".len()..].trim();
        let mut patterns = Vec::new();
        while !rest.is_empty() {
            let Some((pattern, behind)) = first_pattern(rest) else {
                let message = format!("invalid quoted string in //go:embed: {rest}");
                return self.misplaced(pos, message);
            };
            patterns.push(self.names.intern(&pattern));
            rest = behind.trim_start();
        }
        if patterns.is_empty() {
            return self.misplaced(pos, "usage: //go:embed pattern...");
        }
        self.pending.homes.push((pos, Home::Var));
        self.pending.pragmas.embed.extend(patterns);
    }
}

/// What waits and does not belong at `home`.
fn strangers(pending: &Pending, home: Home) -> impl Iterator<Item = Misplaced> {
    pending.homes.iter().filter(move |(_, its)| *its != home).map(|(pos, its)| match its {
        Home::Var => (*pos, "misplaced go:embed directive"),
        _ => (*pos, "misplaced compiler directive"),
    })
}

/// Sets what `verb` stands for. Returns whether it is one that functions may have.
fn set(pragmas: &mut Pragmas, verb: &str) -> bool {
    match verb {
        "go:noescape" => pragmas.noescape = true,
        "go:noinline" => pragmas.noinline = true,
        "go:nosplit" => {
            pragmas.nosplit = true;
            pragmas.nocheckptr = true;
        }
        "go:uintptrescapes" => {
            pragmas.uintptrescapes = true;
            pragmas.uintptrkeepalive = true;
        }
        "go:uintptrkeepalive" => pragmas.uintptrkeepalive = true,
        "go:norace" => pragmas.norace = true,
        "go:nocheckptr" => pragmas.nocheckptr = true,
        "go:systemstack" => pragmas.systemstack = true,
        "go:nowritebarrier" | "go:nowritebarrierrec" => pragmas.nowritebarrier = true,
        "go:cgo_unsafe_args" => {
            pragmas.cgo_unsafe_args = true;
            pragmas.nocheckptr = true;
        }
        "go:yeswritebarrierrec" | "go:registerparams" => {}
        _ => return false,
    }
    true
}

/// The first pattern of `text`, which may be quoted, and what is behind it.
fn first_pattern(text: &str) -> Option<(Cow<'_, str>, &str)> {
    let (pattern, rest) = match text.as_bytes()[0] {
        b'`' => {
            let (inside, rest) = text[1..].split_once('`')?;
            (Cow::Borrowed(inside), rest)
        }
        b'"' => unquoted(&text[1..])?,
        _ => {
            let end = text.find(char::is_whitespace).unwrap_or(text.len());
            (Cow::Borrowed(&text[..end]), &text[end..])
        }
    };
    (rest.is_empty() || rest.starts_with(char::is_whitespace)).then_some((pattern, rest))
}

/// The text up to the closing quote. Of escapes, only those for the quote and the backslash mean a character that
/// a pattern may contain; others make it match nothing.
fn unquoted(text: &str) -> Option<(Cow<'_, str>, &str)> {
    let mut pattern = String::new();
    let mut chars = text.char_indices();
    while let Some((at, c)) = chars.next() {
        match c {
            '"' => return Some((Cow::Owned(pattern), &text[at + 1..])),
            '\\' => pattern.push(chars.next()?.1),
            _ => pattern.push(c),
        }
    }
    None
}
