//! Lines, how they are read, and how ours and the compiler's are compared.

use std::collections::BTreeMap;

/// The lines of a package, each with how often it is printed.
pub(crate) type Lines = BTreeMap<Told, usize>;

/// A line: where, and what. Folders are left out.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) struct Told {
    file: String,
    line: u32,
    column: u32,
    text: String,
}

/// How many lines both print, how many one alone, and with how many ours claim too much.
#[derive(Clone, Copy, Default, Debug)]
pub(crate) struct Score {
    pub(crate) both: usize,
    pub(crate) missing: usize,
    pub(crate) extra: usize,
    pub(crate) unsound: usize,
}

impl Score {
    pub(crate) fn add(&mut self, other: Score) {
        self.both += other.both;
        self.missing += other.missing;
        self.extra += other.extra;
        self.unsound += other.unsound;
    }
}

/// The lines of what was printed; all else is left out.
pub(crate) fn lines(text: &str) -> Lines {
    let mut lines = Lines::new();
    for told in text.lines().filter_map(line) {
        *lines.entry(told).or_default() += 1;
    }
    lines
}

fn line(text: &str) -> Option<Told> {
    let (place, message) = text.split_once(": ")?;
    let mut parts = place.rsplitn(3, ':');
    let (column, line, file) = (parts.next()?, parts.next(), parts.next());
    let (file, line, column) = match (file, line) {
        (Some(file), Some(line)) => (file, line.parse().ok()?, column.parse().ok()?),
        _ => (place, 0, 0),
    };
    let file = file.rsplit('/').next().unwrap_or(file).to_owned();
    Some(Told { file, line, column, text: without_folder(message) })
}

/// A reason tells of its place at its end.
fn without_folder(message: &str) -> String {
    match message.rsplit_once(" at ") {
        Some((before, place)) if message.starts_with("    from ") => {
            format!("{before} at {}", place.rsplit('/').next().unwrap_or(place))
        }
        _ => message.to_owned(),
    }
}

pub(crate) fn compare(ours: &Lines, theirs: &Lines) -> Score {
    let mut score = Score::default();
    for (told, count) in theirs {
        let here = ours.get(told).copied().unwrap_or(0);
        score.both += here.min(*count);
        score.missing += count.saturating_sub(here);
        if here < *count && claims_less(told, ours) {
            score.unsound += 1;
        }
    }
    for (told, count) in ours {
        let there = theirs.get(told).copied().unwrap_or(0);
        score.extra += count.saturating_sub(there);
        if there < *count && told.text == "zero-copy string->[]byte conversion" {
            score.unsound += 1;
        }
    }
    score
}

/// Whether ours grant the stack what the compiler's `told`, which ours have not, puts on the heap.
fn claims_less(told: &Told, ours: &Lines) -> bool {
    let with = |text: String| ours.contains_key(&Told { text, ..told.clone() });
    if told.text.starts_with("moved to heap: ") {
        return true;
    }
    if let Some(what) = told.text.strip_suffix(" escapes to heap") {
        return with(format!("{what} does not escape"));
    }
    if let Some(leak) = told.text.strip_prefix("leaking param") {
        let name = leak.rsplit_once(": ").map_or(leak, |(_, rest)| rest);
        let name = name.split_once(" to result").map_or(name, |(name, _)| name);
        // What leaks entirely, or is in the heap itself, leaks in any other way as well.
        return !with(format!("leaking param: {name}")) && !with(format!("moved to heap: {name}"));
    }
    false
}

/// Prints at most `show` lines that differ: `+` ours, `-` theirs, `*` theirs where ours claim more.
pub(crate) fn differences(ours: &Lines, theirs: &Lines, show: usize) {
    let mut told: Vec<(&Told, char)> = Vec::new();
    for (line, count) in theirs {
        if ours.get(line).copied().unwrap_or(0) < *count {
            told.push((line, if claims_less(line, ours) { '*' } else { '-' }));
        }
    }
    for (line, count) in ours {
        if theirs.get(line).copied().unwrap_or(0) < *count {
            told.push((line, '+'));
        }
    }
    told.sort();
    for (Told { file, line, column, text }, sign) in told.into_iter().take(show) {
        println!("    {sign} {file}:{line}:{column}: {text}");
    }
}
