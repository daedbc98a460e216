//! Answers as a picture: the locations that a value passes are boxes under each other, with the code that moves it between them.
//!
//! The picture needs nothing but itself: no script, no font, no style from elsewhere. The same answers give the same bytes.

use super::Report;
use super::excerpt::Excerpts;
use super::tree::outcome;
use super::why::{Answer, noun};
use crate::explain::{Explanation, Flow};
use crate::source::Pos;
use std::fmt::Write;

/// Sizes in pixels. All letters are taken to be as wide as those of the font that a viewer is asked for.
const LETTER: usize = 8;
const LINE: usize = 18;
const MARGIN: usize = 20;
const BOX: usize = 28;
/// Longer texts are cut.
const MAX_CHARS: usize = 120;

/// A picture of answers.
pub fn svg(report: &Report<'_>, excerpts: &Excerpts<'_>, answers: &[Answer]) -> String {
    let mut picture =
        Picture { report, excerpts, home: Pos::NONE, y: MARGIN, width: 0, shapes: String::new() };
    for answer in answers {
        picture.answer(answer);
    }
    let Picture { y, width, shapes, .. } = picture;
    let (width, height) = (width + 2 * MARGIN, y + MARGIN);
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
         <svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" viewBox=\"0 0 {width} {height}\" \
         font-family=\"monospace\" font-size=\"13\">\n\
         <rect width=\"100%\" height=\"100%\" fill=\"#ffffff\"/>\n{shapes}</svg>\n"
    )
}

struct Picture<'a> {
    report: &'a Report<'a>,
    excerpts: &'a Excerpts<'a>,
    /// What the answer is about.
    home: Pos,
    /// Where the next shape begins.
    y: usize,
    /// How far shapes reach to the right.
    width: usize,
    shapes: String,
}

impl Picture<'_> {
    fn answer(&mut self, answer: &Answer) {
        self.home = answer.pos;
        let place = self.report.shown(answer.pos);
        for says in &answer.says {
            self.text(0, "#000000", "bold", &format!("{place}: {says}"));
        }
        self.text(0, "#555555", "normal", &format!("in {}", answer.func));
        for because in &answer.because {
            self.text(0, "#1a7f37", "normal", because);
        }
        for way in &answer.ways {
            self.way(way);
        }
        self.y += LINE;
    }

    fn way(&mut self, way: &Explanation) {
        self.text(0, "#b35900", "normal", &outcome(way));
        let Some(first) = way.flows.first() else { return };
        self.node(&first.src, false);
        for flow in &way.flows {
            self.flow(flow);
            self.node(&flow.dst, flow.dst == way.goal);
        }
        if way.is_cut {
            self.text(0, "#b35900", "normal", "and so on: the assignments run in a circle");
        }
    }

    /// A location.
    fn node(&mut self, name: &str, is_goal: bool) {
        let name = short(&noun(name));
        let width = name.chars().count() * LETTER + 2 * LETTER;
        let (fill, edge) = if is_goal { ("#ffebe9", "#cf222e") } else { ("#ddf4ff", "#0969da") };
        let (x, y) = (MARGIN, self.y);
        let _ = writeln!(
            self.shapes,
            "<rect x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{BOX}\" rx=\"4\" fill=\"{fill}\" stroke=\"{edge}\"/>"
        );
        self.letters(x + LETTER, y + LINE, "#000000", "normal", &name);
        self.y += BOX;
        self.width = self.width.max(width);
    }

    /// An arrow down, with what moves the value beside it.
    fn flow(&mut self, flow: &Flow) {
        let (x, from) = (MARGIN + 2 * LETTER, self.y);
        self.y += LINE / 2;
        self.text(4, "#0969da", "normal", amount(flow.derefs).as_str());
        for reason in &flow.reasons {
            let place = self.report.near(self.home, reason.pos);
            self.text(
                4,
                "#000000",
                "normal",
                &format!("{} ({}) at {place}", reason.text, reason.why),
            );
            if let Some(code) = self.excerpts.at(self.report, reason.pos) {
                let code = format!("{} | {}", code.line, code.text.trim());
                self.text(6, "#777777", "normal", &code);
            }
        }
        self.y += LINE / 2;
        let (to, head) = (self.y, self.y - 7);
        let (left, right) = (x - 5, x + 5);
        let _ = writeln!(
            self.shapes,
            "<path d=\"M{x} {from} V{to} M{left} {head} L{x} {to} L{right} {head}\" fill=\"none\" stroke=\"#0969da\"/>"
        );
    }

    /// A line of text, `indent` letters from the margin.
    fn text(&mut self, indent: usize, color: &str, weight: &str, text: &str) {
        let text = short(text);
        self.letters(MARGIN + indent * LETTER, self.y + LINE - 5, color, weight, &text);
        self.width = self.width.max((indent + text.chars().count()) * LETTER);
        self.y += LINE;
    }

    fn letters(&mut self, x: usize, y: usize, color: &str, weight: &str, text: &str) {
        let text = escaped(text);
        let _ = writeln!(
            self.shapes,
            "<text x=\"{x}\" y=\"{y}\" fill=\"{color}\" font-weight=\"{weight}\" xml:space=\"preserve\">{text}</text>"
        );
    }
}

/// What of a value flows.
fn amount(derefs: i32) -> String {
    match derefs {
        ..=-1 => "its address".to_owned(),
        0 => "its value".to_owned(),
        1 => "what a load through it gives".to_owned(),
        loads => format!("what {loads} loads through it give"),
    }
}

fn short(text: &str) -> String {
    if text.chars().count() <= MAX_CHARS {
        return text.to_owned();
    }
    text.chars().take(MAX_CHARS - 1).chain(['…']).collect()
}

/// Text of an XML document. What XML has no way to say is replaced.
fn escaped(text: &str) -> String {
    let mut escaped = String::new();
    for c in text.chars() {
        match c {
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '&' => escaped.push_str("&amp;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&apos;"),
            '\t' => escaped.push_str("    "),
            '\u{fffe}' | '\u{ffff}' => escaped.push(char::REPLACEMENT_CHARACTER),
            c if c.is_control() => escaped.push(char::REPLACEMENT_CHARACTER),
            c => escaped.push(c),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_cannot_become_markup() {
        assert_eq!(
            escaped("<a b='c'>&\"\t\u{0}\u{ffff}é"),
            "&lt;a b=&apos;c&apos;&gt;&amp;&quot;    \u{fffd}\u{fffd}é"
        );
    }

    #[test]
    fn long_texts_are_cut_between_letters() {
        assert_eq!(short(&"é".repeat(500)).chars().count(), MAX_CHARS);
    }
}
