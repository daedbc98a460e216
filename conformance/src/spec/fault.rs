//! What is wrong with a spec file, where, and what to do about it.
//!
//! A fault prints as `file:line:column: message`, then the line with a caret below the culprit,
//! then help. Faults are collected, not thrown: an author sees all of a file's faults at once.

use crate::spec::RuleText;
use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet};
use std::fmt;
use std::ops::Range;

/// Declares [`FaultKind`] once, with the list of all its values.
macro_rules! kinds {
    ($($kind:ident = $says:literal;)*) => {
        /// The class of a [`Fault`].
        #[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
        pub enum FaultKind {
            $(#[doc = $says] $kind,)*
        }

        impl FaultKind {
            /// Every class.
            pub const ALL: &'static [FaultKind] = &[$(FaultKind::$kind,)*];
        }
    };
}

kinds! {
    Unreadable = "The file cannot be read, is no regular file, is too large or is not UTF-8.";
    Syntax = "The text is no YAML, or uses a part of YAML that specs do without.";
    DuplicateKey = "A mapping has one key twice.";
    UnknownKey = "A key that the format does not have.";
    MissingKey = "A key that the format demands is not there.";
    WrongType = "A value of another type than the key takes.";
    OutOfRange = "A number outside the range that the key takes.";
    BadWord = "A word that is not in its closed list.";
    Empty = "A list or text with nothing in it.";
    Repeated = "A list says the same thing twice.";
    BadShape = "An id, a name or a path that has not the shape of one.";
    DuplicateId = "Two invariants of one suite have the same id.";
    WrongPath = "A suite's name is not its path.";
    Body = "An invariant has no body, or more than one, or keys that go with another body.";
    UnknownSubject = "The glossary knows no such subject.";
    UnknownEvent = "The glossary knows no such event.";
    UnknownRecord = "The glossary knows no such record.";
    RuleStyle = "A rule is written in a YAML style that hides where its characters are.";
    Rule = "A rule is wrong in itself; found by the rule compiler.";
}

/// One thing that is wrong with a spec file.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Fault {
    /// What class of fault.
    pub kind: FaultKind,
    /// The file, as the loader names it.
    pub file: String,
    /// Line, from 1; 0 where the fault is about the whole file.
    pub line: u32,
    /// Column, from 1, in characters; 0 where `line` is 0.
    pub column: u32,
    /// What is wrong, in one sentence without a full stop.
    pub message: String,
    /// What to do about it.
    pub help: Option<String>,
    excerpts: Vec<Excerpt>,
}

impl Fault {
    /// A fault about a file as a whole.
    pub fn in_file(kind: FaultKind, file: &str, message: impl Into<String>) -> Fault {
        Fault {
            kind,
            file: file.to_owned(),
            line: 0,
            column: 0,
            message: message.into(),
            help: None,
            excerpts: Vec::new(),
        }
    }

    /// A fault at the bytes `range` of a rule's text, for the rule compiler.
    ///
    /// A range that ends outside the text, or inside a character, is widened or cut to one that
    /// does not; this never panics.
    pub fn in_rule(
        rule: &RuleText,
        range: Range<usize>,
        message: impl Into<String>,
        help: Option<String>,
    ) -> Fault {
        let (line, column) = rule.place(range.start);
        let excerpt = Excerpt::cut(&rule.text, range, line);
        let fault = Fault::in_file(FaultKind::Rule, &rule.file, message);
        Fault { help, ..fault.at(line, column) }.with_excerpt(excerpt)
    }

    /// This fault, at a place.
    #[must_use]
    pub(crate) fn at(self, line: u32, column: u32) -> Fault {
        Fault { line, column, ..self }
    }

    /// This fault, with `help`.
    #[must_use]
    pub(crate) fn with_help(mut self, help: impl Into<String>) -> Fault {
        self.help = Some(help.into());
        self
    }

    /// This fault, with one more piece of the file shown.
    #[must_use]
    pub(crate) fn with_excerpt(mut self, excerpt: Excerpt) -> Fault {
        self.excerpts.push(excerpt);
        self
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            0 => write!(f, "{}: {}", self.file, self.message)?,
            line => write!(f, "{}:{line}:{}: {}", self.file, self.column, self.message)?,
        }
        for excerpt in &self.excerpts {
            let report = [Group::with_level(Level::ERROR).element(excerpt.snippet())];
            write!(f, "\n{}", Renderer::plain().render(&report))?;
        }
        match &self.help {
            Some(help) => write!(f, "\nhelp: {help}"),
            None => Ok(()),
        }
    }
}

/// One line of a file with the culprit marked.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Excerpt {
    text: String,
    line: u32,
    mark: Range<usize>,
    label: Option<&'static str>,
}

impl Excerpt {
    /// Characters of a line kept on each side of the culprit: the line may be a megabyte long.
    const MARGIN: usize = 100;

    /// The line of `text` that holds the start of `range`, which is line `line` of its file.
    pub(crate) fn cut(text: &str, range: Range<usize>, line: u32) -> Excerpt {
        let start = floor(text, range.start);
        let head = text[..start].rfind(['\n', '\r']).map_or(0, |at| at + 1);
        let tail = text[start..].find(['\n', '\r']).map_or(text.len(), |at| start + at);
        let end = floor(text, range.end).clamp(start, tail);

        let before = text[head..start].char_indices().rev().nth(Self::MARGIN - 1);
        let from = before.map_or(head, |(at, _)| head + at);
        let mark_end = text[start..end].char_indices().nth(Self::MARGIN);
        let end = mark_end.map_or(end, |(at, _)| start + at);
        let to = text[end..tail].char_indices().nth(Self::MARGIN).map_or(tail, |(at, _)| end + at);
        let text = text[from..to].to_owned();
        Excerpt { text, line, mark: start - from..end - from, label: None }
    }

    /// This excerpt, with a word about the culprit beside the caret.
    pub(crate) fn labelled(mut self, label: &'static str) -> Excerpt {
        self.label = Some(label);
        self
    }

    fn snippet(&self) -> Snippet<'_, annotate_snippets::Annotation<'_>> {
        let mark = AnnotationKind::Primary.span(self.mark.clone()).label(self.label);
        Snippet::source(&self.text).line_start(self.line as usize).annotation(mark)
    }
}

/// The largest character boundary of `text` that is not above `at`.
pub(crate) fn floor(text: &str, at: usize) -> usize {
    let at = at.min(text.len());
    (0..=at).rev().find(|&i| text.is_char_boundary(i)).unwrap_or(0)
}

/// Why specs did not load: at least one fault, in the order of files and lines.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SpecFaults {
    /// The faults kept. Never empty.
    pub faults: Vec<Fault>,
    /// How many more there were.
    pub omitted: usize,
}

impl fmt::Display for SpecFaults {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for fault in &self.faults {
            write!(f, "{fault}\n\n")?;
        }
        match (self.faults.len(), self.omitted) {
            (1, 0) => write!(f, "1 fault"),
            (shown, 0) => write!(f, "{shown} faults"),
            (shown, omitted) => write!(f, "{shown} faults, and {omitted} more"),
        }
    }
}

impl std::error::Error for SpecFaults {}
