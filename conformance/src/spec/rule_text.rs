//! Where the characters of a rule stand in its file.

use crate::spec::RuleText;
use crate::spec::fault::{FaultKind, floor};
use crate::spec::reader::{FromNode, Reader};
use crate::spec::word::shown;
use crate::spec::yaml::{Node, Source, Value};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use std::borrow::Cow;

/// The longest rule, in bytes: the CEL parser needs a bound, and a reader needs a smaller one.
const MAX_BYTES: usize = 4096;

impl RuleText {
    /// The line and column (both from 1, columns in characters) of the byte `offset` of `text`.
    ///
    /// Exact, because the loader refuses every style in which the text is not a verbatim copy of
    /// the file: each line of `text` stands in the file at `column`, one file line after the
    /// other. An offset beyond the end is the place just after the last character.
    pub fn place(&self, offset: usize) -> (u32, u32) {
        let before = &self.text[..floor(&self.text, offset)];
        let line_start = before.rfind('\n').map_or(0, |at| at + 1);
        let lines = before.matches('\n').count() as u32;
        let column = before[line_start..].chars().count() as u32;
        (self.line.saturating_add(lines), self.column.saturating_add(column))
    }
}

impl FromNode for RuleText {
    const NOUN: &'static str = "a CEL expression";

    fn from_node(node: &Node, reader: &mut Reader<'_>) -> Option<RuleText> {
        let Value::Text(text) = &node.value else {
            reader.wrong_type(node, Self::NOUN);
            return None;
        };
        let text = text.trim_start_matches('\n').trim_end();
        if text.is_empty() || text.len() > MAX_BYTES {
            let message = format!("a rule has 1 to {MAX_BYTES} bytes, not {}", text.len());
            reader.fault(FaultKind::OutOfRange, &node.place, message);
            return None;
        }
        let Some(column) = verbatim_column(text, node, reader.source) else {
            let message = format!("the style of `{}` hides where its characters are", shown(text));
            let help = "write the rule plain, in single quotes without '' or with |";
            reader.fault_with(FaultKind::RuleStyle, &node.place, message, |f| f.with_help(help));
            return None;
        };
        let (file, line) = (reader.source.file.to_owned(), node.place.line);
        Some(RuleText { text: text.to_owned(), file, line, column })
    }
}

/// The column at which every line of `text` stands in the file, from the line of `node` on.
///
/// Looking into the file, instead of at the scalar's style, makes [`RuleText::place`] exact for
/// whatever passes: plain and quoted text on one line, and `|`. Folded lines and escapes fail.
fn verbatim_column(text: &str, node: &Node, source: &Source<'_>) -> Option<u32> {
    let stands_at = |skip: u32| {
        let column = node.place.column + skip;
        let from = node.place.bytes.start + skip as usize;
        let mut lines = text.split('\n');
        let first = lines.next().unwrap_or_default();
        let mut later = lines.zip(node.place.line + 1..);
        source.text.get(from..).is_some_and(|rest| rest.starts_with(first))
            && later.all(|(line, number)| {
                let whole = source.line(number);
                let indent = whole.char_indices().nth(column as usize - 1);
                whole[indent.map_or(whole.len(), |(at, _)| at)..] == *line
            })
    };
    // A quoted scalar is placed at its opening quote.
    [0, 1].into_iter().find(|&skip| stands_at(skip)).map(|skip| node.place.column + skip)
}

impl JsonSchema for RuleText {
    fn schema_name() -> Cow<'static, str> {
        "RuleText".into()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({"type": "string"})
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rule(text: &str, line: u32, column: u32) -> RuleText {
        RuleText { text: text.into(), file: "specs/alloc/block.yaml".into(), line, column }
    }

    #[test]
    fn a_place_on_one_line_counts_characters_not_bytes() {
        let rule = rule("'é' == x", 7, 11);
        assert_eq!(rule.place(0), (7, 11));
        assert_eq!(rule.place(rule.text.find('x').unwrap()), (7, 18));
    }

    #[test]
    fn a_place_on_a_later_line_starts_again_at_the_indent() {
        let rule = rule("a &&\n  b", 7, 5);
        assert_eq!(rule.place(rule.text.find('b').unwrap()), (8, 7));
    }

    #[test]
    fn an_offset_beyond_the_end_or_inside_a_character_has_a_place_all_the_same() {
        let rule = rule("é", 7, 5);
        assert_eq!(rule.place(1), (7, 5));
        assert_eq!(rule.place(usize::MAX), (7, 6));
    }
}
