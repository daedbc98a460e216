//! An object graph as a drawing: SVG that needs nothing beside it.
//!
//! Roots stand on the left, objects to their right by distance (`layout`). A frame and a word
//! say what became of an object, so nothing hangs on colours alone; what is guilty, and the way to it,
//! is drawn in bold red.

use super::layout::{Layout, Place};
use super::tree::Tree;
use super::words;
use crate::picture::graph::{Graph, Object, RootKind, State};
use crate::report::text::{fit, line};
use std::cmp::Ordering;
use std::fmt::Write as _;

/// Sizes of boxes, and of the spaces between them, in pixels.
const BOX: (i64, i64) = (204, 66);
const GAP: (i64, i64) = (84, 18);
const ROOT: (i64, i64) = (112, 26);
const MARGIN: i64 = 20;
/// A line of text, and how wide a character is at most.
const LINE: i64 = 17;
const CHAR: i64 = 9;
const SMALL_CHAR: i64 = 7;
/// Characters that fit into an object's box.
const FIT: usize = 26;
/// The same of its small text.
const FIT_SMALL: usize = 31;

const STYLE: &str = "text{font:12px ui-monospace,Menlo,Consolas,monospace;fill:#1b1b1b}\
.head{font-weight:bold}.small{font-size:10px}.title{font-size:15px;font-weight:bold}\
.edge{fill:none;stroke:#5f6368;stroke-width:1.3}.weak{stroke-dasharray:2 4}\
.path{stroke:#b3261e;stroke-width:2.6}\
.ground{fill:#fff;opacity:.85}\
.box{stroke-width:1.3}.live{fill:#e6f4ea;stroke:#2e7d32}.garbage{fill:#f1f1f1;stroke:#757575;\
stroke-dasharray:6 4}.dead{fill:#fff;stroke:#9e9e9e;stroke-dasharray:2 3}\
.lost{fill:#fde7e5;stroke:#b3261e}.root{fill:#e8f0fe;stroke:#3b5fa4}\
.on-path{stroke:#b3261e}.guilty{stroke:#b3261e;stroke-width:3.4}.rule{stroke:#bbb}";

/// The graph as an SVG document, under `title`: any text.
pub fn print(graph: &Graph, title: &str) -> String {
    let tree = Tree::of(graph);
    let layout = Layout::of(&tree);
    let mut head: Vec<String> = graph.says.iter().map(|says| line(says)).collect();
    head.push(words::moment(graph));
    head.extend(words::left_out(graph.left_out));
    let title = line(title);
    let longest = head.iter().chain([&title]).map(|text| text.chars().count()).max().unwrap_or(0);
    let top = MARGIN + LINE * (head.len() as i64 + 2);
    let canvas = Canvas { layout: &layout, top };
    let columns = i64::from(layout.columns) - 1;
    let width = (left(columns) + BOX.0).max(longest as i64 * CHAR).max(LEGEND) + 2 * MARGIN;
    let bottom = canvas.top_of(2 * layout.rows) + if layout.loose.is_some() { LINE } else { 0 };
    let height = bottom + 3 * LINE + MARGIN;
    let mut out = String::new();
    let label = escape(&[title.as_str(), &head.join(". ")].join(": "));
    let _ = writeln!(
        out,
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" viewBox=\"0 0 \
         {width} {height}\" role=\"img\" aria-label=\"{label}\">\n<title>{label}</title>\n<style>{STYLE}\
         </style>"
    );
    for (id, colour) in [("arrow", "#5f6368"), ("red-arrow", "#b3261e")] {
        let _ = writeln!(
            out,
            "<marker id=\"{id}\" viewBox=\"0 0 8 8\" refX=\"8\" refY=\"4\" markerUnits=\"userSpaceOnUse\" \
             markerWidth=\"9\" markerHeight=\"9\" orient=\"auto\"><path d=\"M0 0L8 4L0 8z\" \
             fill=\"{colour}\"/></marker>"
        );
    }
    let _ = writeln!(out, "<rect width=\"{width}\" height=\"{height}\" fill=\"#fff\"/>");
    text(&mut out, (MARGIN, MARGIN + 10), "title", &title);
    for (i, says) in (0..).zip(&head) {
        let class = if i < graph.says.len() as i64 { "head" } else { "small" };
        text(&mut out, (MARGIN, MARGIN + 10 + LINE * (i + 1)), class, says);
    }
    canvas.separate(&mut out, width);
    let mut ink = Ink::default();
    canvas.references(&mut ink, &tree);
    canvas.slots(&mut ink, &tree);
    out.push_str(&ink.under);
    for (&number, &place) in &layout.objects {
        if let Some(object) = tree.objects.get(&number) {
            canvas.object(&mut out, object, place);
        }
    }
    out.push_str(&ink.over);
    legend(&mut out, height - MARGIN - LINE);
    out + "</svg>\n"
}

/// Curves, and what stands over everything.
#[derive(Default)]
struct Ink {
    under: String,
    over: String,
}

/// The left edge of a column of objects.
fn left(column: i64) -> i64 {
    MARGIN + ROOT.0 + GAP.0 + (column - 1) * (BOX.0 + GAP.0)
}

/// Where things are, in pixels.
struct Canvas<'l> {
    layout: &'l Layout,
    top: i64,
}

impl Canvas<'_> {
    /// The top of what stands in a row; what no root holds stands lower, below a line.
    fn top_of(&self, half_row: u32) -> i64 {
        let loose = self.layout.loose.is_some_and(|row| half_row >= 2 * row);
        let lower = if loose { 2 * LINE } else { 0 };
        self.top + i64::from(half_row) * (BOX.1 + GAP.1) / 2 + lower
    }

    fn corner(&self, place: Place) -> (i64, i64) {
        (left(i64::from(place.column)), self.top_of(place.half_row))
    }

    fn separate(&self, out: &mut String, width: i64) {
        let Some(row) = self.layout.loose else { return };
        let y = self.top_of(2 * row) - LINE;
        let right = width - MARGIN;
        let _ = writeln!(
            out,
            "<line class=\"rule\" x1=\"{MARGIN}\" y1=\"{y}\" x2=\"{right}\" y2=\"{y}\"/>"
        );
        text(out, (MARGIN, y + LINE), "small", "held by no root");
    }

    fn references(&self, ink: &mut Ink, tree: &Tree<'_>) {
        for ((root, _), &place) in tree.roots().zip(&self.layout.roots) {
            let Some(&to) = self.layout.objects.get(&root.to) else { continue };
            let top = self.top_of(place.half_row) + (BOX.1 - ROOT.1) / 2;
            let begin = (MARGIN + ROOT.0, top + ROOT.1 / 2);
            let corner = self.corner(to);
            let line = Line { weak: root.kind != RootKind::Strong, path: root.on_path, skips: 0 };
            line.forward(ink, begin, (corner.0, corner.1 + BOX.1 / 2), &words::word(root.word));
            let class = if root.on_path { "box root on-path" } else { "box root" };
            let _ = writeln!(
                ink.over,
                "<rect class=\"{class}\" x=\"{MARGIN}\" y=\"{top}\" width=\"{}\" height=\"{}\" rx=\"13\"/>",
                ROOT.0, ROOT.1
            );
            let name = words::root(root);
            text(&mut ink.over, (MARGIN + 9, top + 17), "", &fit(&name, 14));
        }
    }

    fn slots(&self, ink: &mut Ink, tree: &Tree<'_>) {
        for (&number, &from) in &self.layout.objects {
            let edges: Vec<_> = tree.edges_of(number).collect();
            let count = edges.len() as i64;
            for (i, (edge, _)) in (1..).zip(edges) {
                let Some(&to) = self.layout.objects.get(&edge.to) else { continue };
                let (from_corner, to_corner) = (self.corner(from), self.corner(to));
                let begin = (from_corner.0 + BOX.0, from_corner.1 + BOX.1 * i / (count + 1));
                let line = Line { weak: false, path: edge.on_path, skips: edge.skips };
                let label = words::slots(edge) + &words::word(edge.word);
                let low = to_corner.1 + BOX.1 * 5 / 6;
                match to.column.cmp(&from.column) {
                    Ordering::Greater => {
                        line.forward(ink, begin, (to_corner.0, to_corner.1 + BOX.1 / 2), &label);
                    }
                    Ordering::Equal => line.aside(ink, begin, (to_corner.0 + BOX.0, low), &label),
                    Ordering::Less => {
                        let begin = (from_corner.0, from_corner.1 + BOX.1 * 5 / 6);
                        line.back(ink, begin, (to_corner.0 + BOX.0, low), &label);
                    }
                }
            }
        }
    }

    fn object(&self, out: &mut String, object: &Object, place: Place) {
        let (x, y) = self.corner(place);
        let state = match object.state() {
            State::Live => "live",
            State::Garbage => "garbage",
            State::Dead => "dead",
            State::LostAlive => "lost",
        };
        let guilty = match (object.guilty, object.on_path) {
            (true, _) => " guilty",
            (_, true) => " on-path",
            _ => "",
        };
        let notes = words::notes(object).join("; ");
        let number = object.number;
        let _ = writeln!(
            out,
            "<g><title>{}</title><rect class=\"box {state}{guilty}\" data-object=\"{number}\" x=\"{x}\" \
             y=\"{y}\" width=\"{}\" height=\"{}\" rx=\"5\"/>",
            escape(&format!("#{number}: {}, {notes}", words::state(object))),
            BOX.0,
            BOX.1
        );
        let head = format!("#{number}  {}", words::shape(object));
        text(out, (x + 8, y + 17), "head", &fit(&head, FIT));
        text(out, (x + 8, y + 33), "", &fit(words::state(object), FIT));
        let (first, second) = two_lines(&notes);
        text(out, (x + 8, y + 47), "small", first);
        text(out, (x + 8, y + 59), "small", &fit(second, FIT_SMALL));
        out.push_str("</g>\n");
    }
}

/// As many words as fit, and the rest.
fn two_lines(text: &str) -> (&str, &str) {
    if text.chars().count() <= FIT_SMALL {
        return (text, "");
    }
    let end = text.char_indices().nth(FIT_SMALL + 1).map_or(text.len(), |(at, _)| at);
    let cut = text[..end].rfind(' ').unwrap_or(end);
    (&text[..cut], text[cut..].trim_start())
}

/// A curve with an arrow.
struct Line {
    weak: bool,
    path: bool,
    skips: u64,
}

impl Line {
    /// From the right side of a box to the left side of one that is further to the right.
    fn forward(&self, ink: &mut Ink, (x, y): (i64, i64), (to_x, to_y): (i64, i64), label: &str) {
        let bend = (to_x - x) / 2;
        let curve = format!("M{x} {y}C{} {y} {} {to_y} {to_x} {to_y}", x + bend, to_x - bend);
        self.draw(ink, &curve, (x + 6, y - 4), label);
    }

    /// From the right side of a box to the right side of one in the same column, or of itself.
    fn aside(&self, ink: &mut Ink, (x, y): (i64, i64), (to_x, to_y): (i64, i64), label: &str) {
        let out_x = x + GAP.0 / 2;
        let curve = format!("M{x} {y}C{out_x} {y} {out_x} {to_y} {to_x} {to_y}");
        self.draw(ink, &curve, (x + 6, y - 4), label);
    }

    /// From the left side of a box to the right side of one that is further to the left.
    fn back(&self, ink: &mut Ink, (x, y): (i64, i64), (to_x, to_y): (i64, i64), label: &str) {
        let bend = (x - to_x) / 2;
        let curve = format!("M{x} {y}C{} {y} {} {to_y} {to_x} {to_y}", x - bend, to_x + bend);
        let wide = label.chars().count() as i64 * SMALL_CHAR;
        self.draw(ink, &curve, (x - 6 - wide, y - 4), label);
    }

    fn draw(&self, ink: &mut Ink, curve: &str, (x, y): (i64, i64), label: &str) {
        let weak = if self.weak { " weak" } else { "" };
        let (path, arrow) = if self.path { (" path", "red-arrow") } else { ("", "arrow") };
        let _ = writeln!(
            ink.under,
            "<path class=\"edge{weak}{path}\" d=\"{curve}\" marker-end=\"url(#{arrow})\"/>"
        );
        let skips = match self.skips {
            0 => String::new(),
            skips => format!(" +{skips} objects"),
        };
        let label = label.to_owned() + &skips;
        if !label.is_empty() {
            let (top, wide) = (y - 9, label.chars().count() as i64 * SMALL_CHAR);
            let _ = writeln!(
                ink.over,
                "<rect class=\"ground\" x=\"{x}\" y=\"{top}\" width=\"{wide}\" height=\"11\"/>"
            );
            text(&mut ink.over, (x, y), "small", &label);
        }
    }
}

/// Width of the legend.
const LEGEND: i64 = 720;

fn legend(out: &mut String, y: i64) {
    let entries = [
        ("live", "reachable"),
        ("garbage", "unreachable"),
        ("dead", "reported dead"),
        ("lost", "both"),
    ];
    let entries = entries.into_iter().zip((MARGIN..).step_by(130));
    for ((class, says), x) in entries {
        let _ = writeln!(
            out,
            "<rect class=\"box {class}\" x=\"{x}\" y=\"{y}\" width=\"18\" height=\"12\"/>"
        );
        let says = if class == "lost" { "reachable, but reported dead" } else { says };
        text(out, (x + 24, y + 10), "small", says);
    }
    let y = y + LINE;
    let _ = writeln!(
        out,
        "<rect class=\"box guilty\" fill=\"#fff\" x=\"{MARGIN}\" y=\"{y}\" width=\"18\" height=\"12\"/>"
    );
    let says = "guilty, with red lines that lead there; [n]: slot n; 2w all: two words, slots by the map `all`; dotted: keeps nothing";
    text(out, (MARGIN + 24, y + 10), "small", says);
}

fn text(out: &mut String, (x, y): (i64, i64), class: &str, says: &str) {
    if !says.is_empty() {
        let says = escape(says);
        let _ = writeln!(out, "<text class=\"{class}\" x=\"{x}\" y=\"{y}\">{says}</text>");
    }
}

/// Harmless text as XML.
fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            c => out.push(c),
        }
    }
    out
}
