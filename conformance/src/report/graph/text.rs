//! An object graph as lines: a tree from the roots, an object a line.
//!
//! ```text
//! #2 was stored while the collection went on, and was reported dead
//! 2 objects; at the end of a collection that began with 2
//! * l0, g3 -> #1  2w all   live
//! !   [0] -> #2   1w none  LIVE, BUT REPORTED DEAD; meanwhile stored
//! ```
//!
//! `!` is a guilty object, `*` what is on the way to it from a root. `[0]` is a slot, `2w all` two words
//! with slots as the map `all` says, `~>` a reference that keeps nothing.

use super::tree::Tree;
use super::words;
use crate::picture::graph::{Edge, Graph, Object, RootKind, State, Word};
use crate::report::text::line;
use std::collections::BTreeSet;

/// Columns that a line takes at most, if its parts are not longer: with the margin that accounts have,
/// 80.
pub const WIDTH: usize = 66;

/// Lines of a picture, at most.
pub const LINES: usize = 64;

/// Widest column of the tree; what is wider pushes the rest of its line.
const TREE: usize = 32;

/// Deepest indentation, in steps; a deeper tree than [`SHALLOW`] has narrow ones.
const DEPTH: usize = 20;
const SHALLOW: usize = 6;

/// One line of a picture, harmless.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Line {
    /// The text.
    pub text: String,
    /// What it is about.
    pub tone: Tone,
}

/// What a line is about.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Tone {
    /// Nothing in particular.
    #[default]
    Plain,
    /// A guilty object, or what is said of it.
    Guilty,
    /// The way to one.
    Path,
    /// What is unreachable, or reported dead.
    Faint,
}

/// The graph as text without colours.
pub fn plain(graph: &Graph) -> String {
    lines(graph).into_iter().fold(String::new(), |text, line| text + &line.text + "\n")
}

/// The graph as lines, at most [`LINES`].
pub fn lines(graph: &Graph) -> Vec<Line> {
    let mut rows = Rows { tree: Tree::of(graph), list: Vec::new(), shown: BTreeSet::new() };
    rows.fill();
    let mut lines: Vec<Line> = Vec::new();
    for says in &graph.says {
        lines.extend(wrap(&line(says)).map(|text| Line { text, tone: Tone::Guilty }));
    }
    lines.extend(wrap(&words::moment(graph)).map(|text| Line { text, tone: Tone::Plain }));
    let deepest = rows.list.iter().map(|row| row.depth).max().unwrap_or(0);
    let step = if deepest > SHALLOW { 1 } else { 2 };
    for row in &mut rows.list {
        row.tree.insert_str(0, &" ".repeat(step * row.depth.min(DEPTH)));
    }
    let objects = rows.list.iter().filter(|row| !row.shape.is_empty());
    let widest = objects.map(|row| row.tree.chars().count()).filter(|&wide| wide <= TREE).max();
    for row in rows.list {
        row.print(widest.unwrap_or(0), &mut lines);
    }
    if let Some(text) = words::left_out(graph.left_out) {
        lines.push(Line { text, tone: Tone::Plain });
    }
    if lines.len() > LINES {
        let more = lines.len() - LINES + 1;
        lines.truncate(LINES - 1);
        lines.push(Line { text: format!("({more} lines more)"), tone: Tone::Plain });
    }
    lines
}

/// A sentence as lines that are not too wide, if its words are not.
fn wrap(text: &str) -> impl Iterator<Item = String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split(' ') {
        match lines.last_mut() {
            Some(line) if line.chars().count() + 1 + word.chars().count() <= WIDTH => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines.into_iter()
}

/// One line in the making.
struct Row {
    mark: char,
    depth: usize,
    tree: String,
    /// Shape, and what is said of the object; empty where it is said elsewhere.
    shape: String,
    says: Vec<String>,
    tone: Tone,
}

impl Row {
    fn bare(depth: usize, tree: String) -> Row {
        Row { mark: ' ', depth, tree, shape: String::new(), says: Vec::new(), tone: Tone::Plain }
    }

    fn print(self, widest: usize, lines: &mut Vec<Line>) {
        let Row { mark, tree, shape, says, tone, .. } = self;
        let mut text = format!("{mark} {tree:widest$}  {shape:<8} ");
        let margin = text.chars().count().min(WIDTH / 2);
        let says = says.join("; ");
        for (i, word) in says.split(' ').enumerate() {
            if i > 0 && text.chars().count() + word.chars().count() + 1 > WIDTH {
                lines.push(Line { text: text.trim_end().to_owned(), tone });
                text = " ".repeat(margin);
            }
            text.push(' ');
            text.push_str(word);
        }
        lines.push(Line { text: text.trim_end().to_owned(), tone });
    }
}

/// What is still to be printed.
enum Task<'g> {
    Object(u64, usize),
    Edge(&'g Edge, usize),
}

struct Rows<'g> {
    tree: Tree<'g>,
    list: Vec<Row>,
    shown: BTreeSet<u64>,
}

impl Rows<'_> {
    fn fill(&mut self) {
        let keeping: Vec<_> =
            self.tree.roots().filter(|(root, _)| root.kind != RootKind::Weak).collect();
        for (root, owns) in keeping {
            let arrow = if root.kind == RootKind::Strong { "->" } else { "~>" };
            let lead = format!("{} {arrow} ", words::root(root));
            let mark = if root.on_path { '*' } else { ' ' };
            self.reference((lead, mark, 0), (root.to, root.word), owns);
            if owns {
                self.below(root.to, 1);
            }
        }
        if !self.tree.loose.is_empty() {
            self.list.push(Row::bare(0, "held by no root:".into()));
        }
        for number in self.tree.loose.clone() {
            self.reference((String::new(), ' ', 0), (number, Word::Start), true);
            self.below(number, 1);
        }
        let weak: Vec<_> = self.tree.roots().map(|(root, _)| root).collect();
        for root in weak.into_iter().filter(|root| root.kind == RootKind::Weak) {
            let lead = format!("{} ~> ", words::root(root));
            self.reference((lead, ' ', 0), (root.to, root.word), false);
        }
    }

    /// What hangs from the object. No recursion: a list may be long.
    fn below(&mut self, number: u64, depth: usize) {
        let mut tasks = vec![Task::Object(number, depth)];
        while let Some(task) = tasks.pop() {
            match task {
                Task::Object(number, depth) => {
                    let edges: Vec<&Edge> =
                        self.tree.edges_of(number).map(|(edge, _)| edge).collect();
                    tasks.extend(edges.into_iter().rev().map(|edge| Task::Edge(edge, depth)));
                }
                Task::Edge(edge, depth) => {
                    let owns = self.tree.edges_of(edge.from).any(|(e, owns)| owns && e == edge);
                    let owns = owns && !self.shown.contains(&edge.to);
                    let skips = match edge.skips {
                        0 => String::new(),
                        skips => format!("({skips} objects) -> "),
                    };
                    let lead = format!("{} -> {skips}", words::slots(edge));
                    let mark = if edge.on_path { '*' } else { ' ' };
                    self.reference((lead, mark, depth), (edge.to, edge.word), owns);
                    if owns {
                        tasks.push(Task::Object(edge.to, depth + 1));
                    }
                }
            }
        }
    }

    /// A reference, with what there is to say of the object if it hangs from here.
    fn reference(
        &mut self,
        (lead, mark, depth): (String, char, usize),
        (to, word): (u64, Word),
        owns: bool,
    ) {
        let tree = lead + &words::target(to, word);
        let object: Option<&Object> = self.tree.objects.get(&to).copied().filter(|_| owns);
        let Some(object) = object else {
            let tone = if mark == '*' { Tone::Path } else { Tone::Plain };
            let place = if self.shown.contains(&to) { ", above" } else { ", below" };
            self.list.push(Row { mark, tone, ..Row::bare(depth, tree + place) });
            return;
        };
        self.shown.insert(to);
        let (mark, tone) = match (object.guilty, mark == '*' || object.on_path, object.state()) {
            (true, ..) => ('!', Tone::Guilty),
            (_, true, _) => ('*', Tone::Path),
            (.., State::Live) => (' ', Tone::Plain),
            _ => (' ', Tone::Faint),
        };
        let mut says = vec![words::state(object).to_owned()];
        says.extend(words::notes(object));
        self.list.push(Row { mark, depth, tree, shape: words::shape(object), says, tone });
    }
}
