//! What is said of roots, slots and objects, in text and drawing alike.

use crate::picture::graph::{Age, Cycle, Edge, Graph, LeftOut, Object, Root, State, Word};
use crate::report::text::line_of;

/// Longest name of a root, and longest word of another part.
const NAME: usize = 40;

/// The names of a root.
pub(super) fn root(root: &Root) -> String {
    let names: Vec<String> = root.names.iter().map(|name| line_of(name, NAME)).collect();
    names.join(", ") + &more(root.more)
}

/// The slots of an edge.
pub(super) fn slots(edge: &Edge) -> String {
    let slots: Vec<String> = edge.slots.iter().map(u64::to_string).collect();
    format!("[{}{}]", slots.join(","), more(edge.more))
}

fn more(count: u64) -> String {
    if count == 0 { String::new() } else { format!(" +{count}") }
}

/// What a reference leads to.
pub(super) fn target(to: u64, word: Word) -> String {
    match word {
        Word::Start => format!("#{to}"),
        Word::Inside(word) => format!("word {word} of #{to}"),
        Word::Past => format!("end of #{to}"),
    }
}

/// The same at an arrow that shows which object it is.
pub(super) fn word(word: Word) -> String {
    match word {
        Word::Start => String::new(),
        Word::Inside(word) => format!(" word {word}"),
        Word::Past => " end".to_owned(),
    }
}

/// Size and slots of an object.
pub(super) fn shape(object: &Object) -> String {
    format!("{}w {}", object.words, line_of(&object.map, NAME))
}

/// What has become of an object.
pub(super) fn state(object: &Object) -> &'static str {
    match object.state() {
        State::Live => "live",
        State::Garbage => "garbage",
        State::Dead => "dead",
        State::LostAlive => "LIVE, BUT REPORTED DEAD",
    }
}

/// What else is known of it, a few words each.
pub(super) fn notes(object: &Object) -> Vec<String> {
    let mut notes = Vec::new();
    if object.deaths > 1 {
        notes.push(format!("reported dead {} times", object.deaths));
    }
    match object.finalized {
        0 => {}
        1 => notes.push("finalized".to_owned()),
        times => notes.push(format!("finalized {times} times")),
    }
    if object.awaits_finalizer {
        notes.push("finalizer waits".to_owned());
    }
    match object.awaits_cleanups {
        0 => {}
        1 => notes.push("cleanup waits".to_owned()),
        waiting => notes.push(format!("{waiting} cleanups wait")),
    }
    let made = (object.age == Age::During).then(|| "made".to_owned());
    let touched = object.touched.iter().take(8).map(|touch| line_of(touch, NAME));
    let meanwhile: Vec<String> = made.into_iter().chain(touched).collect();
    match &meanwhile[..] {
        [] => {}
        [one] => notes.push(format!("meanwhile {one}")),
        [most @ .., last] => notes.push(format!("meanwhile {} and {last}", most.join(", "))),
    }
    notes
}

/// How much of the heap it is, and when.
pub(super) fn moment(graph: &Graph) -> String {
    let shown = graph.objects.len() as u64;
    let all = shown.saturating_add(graph.left_out.objects).saturating_add(graph.left_out.dead);
    let part = if all == shown { objects(shown) } else { format!("{shown} of {}", objects(all)) };
    let began = graph.began_with.map_or(String::new(), |n| format!(" that began with {n}"));
    match graph.cycle {
        Cycle::None => part,
        Cycle::Marking => format!("{part}; marking in a collection{began}"),
        Cycle::Sweeping => format!("{part}; sweeping in a collection{began}"),
        Cycle::Ended => format!("{part}; at the end of a collection{began}"),
    }
}

fn objects(count: u64) -> String {
    counted(count, "object")
}

fn counted(count: u64, what: &str) -> String {
    if count == 1 { format!("1 {what}") } else { format!("{count} {what}s") }
}

/// What there is beside the picture, if anything.
pub(super) fn left_out(left_out: LeftOut) -> Option<String> {
    let parts = [
        (left_out.objects, objects(left_out.objects)),
        (left_out.dead, objects(left_out.dead) + " reported dead"),
        (left_out.roots, counted(left_out.roots, "root")),
    ];
    let parts: Vec<String> =
        parts.into_iter().filter(|(count, _)| *count > 0).map(|(_, part)| part).collect();
    (!parts.is_empty()).then(|| format!("left out: {}", parts.join(", ")))
}
