//! ARCHITECTURE.md as data, and what in it disagrees with the sources.

use crate::source::Source;
use std::collections::{BTreeMap, BTreeSet};

/// Files by their path below `src/`.
pub(crate) type Sources = BTreeMap<String, Source>;

/// One or more modules that the map describes together.
#[derive(Debug, Default)]
struct Room {
    /// As the heading spells them: `op/`, `observe.rs`.
    spelled: Vec<String>,
    imports: BTreeSet<String>,
    invariants: usize,
}

/// What ARCHITECTURE.md says.
#[derive(Debug, Default)]
pub(crate) struct Map {
    rooms: Vec<Room>,
    unsafe_files: BTreeSet<String>,
    /// Crate, and the files or folders that may name it.
    doors: BTreeMap<String, Vec<String>>,
}

impl Map {
    /// Reads the text: headings `###` with an `Imports:` and an `Invariant:` line below each, and
    /// the two tables under `## Unsafe` and `## Doors`.
    pub(crate) fn read(text: &str) -> Map {
        let mut map = Map::default();
        let mut section = "";
        for line in text.lines() {
            if let Some(title) = line.strip_prefix("## ") {
                section = title;
            } else if let Some(heading) = line.strip_prefix("### ") {
                map.rooms.push(Room { spelled: quoted(heading), ..Room::default() });
            } else if let Some(room) = map.rooms.last_mut()
                && let Some(imports) = line.strip_prefix("Imports: ")
            {
                room.imports.extend(quoted(imports));
            } else if let Some(room) = map.rooms.last_mut()
                && line.starts_with("Invariant: ")
            {
                room.invariants += 1;
            } else if line.starts_with("| `") {
                map.row(section, line);
            }
        }
        map
    }

    fn row(&mut self, section: &str, line: &str) {
        let mut cells = line.trim_matches('|').split('|').map(quoted);
        let first = cells.next().and_then(|cell| cell.into_iter().next()).unwrap_or_default();
        let second = cells.next().unwrap_or_default();
        match section {
            "Unsafe" => self.unsafe_files.extend(second.iter().map(|f| format!("{first}{f}"))),
            "Doors" => drop(self.doors.insert(first, second)),
            _ => {}
        }
    }

    /// Every disagreement with `sources`, whose `lib.rs` has the text `lib`; a sentence each.
    pub(crate) fn disagreements(&self, sources: &Sources, lib: &str) -> Vec<String> {
        let mut found = self.rooms_and_modules(sources, lib);
        found.extend(self.imports(sources));
        found.extend(self.unsafe_code(sources));
        found.extend(self.closed_doors(sources));
        found
    }

    /// Headings stand in the order of `lib.rs`, and each is spelled as the file or folder is.
    fn rooms_and_modules(&self, sources: &Sources, lib: &str) -> Vec<String> {
        let mut found = Vec::new();
        let spelled: Vec<&String> = self.rooms.iter().flat_map(|room| &room.spelled).collect();
        let modules: Vec<&str> = lib.lines().filter_map(module_line).collect();
        let headings: Vec<&str> = spelled.iter().map(|name| bare_name(name)).collect();
        if headings != modules {
            found.push(format!("headings are in the order {headings:?}, lib.rs has {modules:?}"));
        }
        for name in spelled {
            let exists = match name.strip_suffix('/') {
                Some(_) => sources.keys().any(|path| path.starts_with(name)),
                None => sources.contains_key(name),
            };
            if !exists {
                found.push(format!("`{name}` is no file or folder of src"));
            }
        }
        for room in self.rooms.iter().filter(|room| room.invariants != 1) {
            found.push(format!(
                "{:?} has {} invariant lines, not one",
                room.spelled, room.invariants
            ));
        }
        found
    }

    /// Each room imports what the map says, and only rooms that stand above it.
    fn imports(&self, sources: &Sources) -> Vec<String> {
        let mut found = Vec::new();
        let mut above = BTreeSet::new();
        for room in &self.rooms {
            let names: BTreeSet<&str> = room.spelled.iter().map(|name| bare_name(name)).collect();
            let of_room = |source: &&Source| source.room().is_some_and(|r| names.contains(r));
            let mut imports: BTreeSet<String> =
                sources.values().filter(of_room).flat_map(Source::imports).collect();
            imports.retain(|name| !names.contains(name.as_str()));
            if imports != room.imports {
                let listed = imports.iter().map(|name| format!("`{name}`"));
                let listed = listed.collect::<Vec<_>>().join(", ");
                found.push(format!("{:?}: the code says `Imports: {listed}`", room.spelled));
            }
            for name in imports.iter().filter(|name| !above.contains(name.as_str())) {
                found.push(format!("{:?} imports `{name}`, which is not above it", room.spelled));
            }
            above.extend(names);
        }
        found
    }

    /// `unsafe` stands in the files listed, and in no other.
    fn unsafe_code(&self, sources: &Sources) -> Vec<String> {
        let real: BTreeSet<&String> =
            sources.iter().filter(|(_, source)| source.is_unsafe()).map(|(path, _)| path).collect();
        let listed: BTreeSet<&String> = self.unsafe_files.iter().collect();
        let unlisted = real.difference(&listed).map(|f| format!("`{f}` is unsafe, and not listed"));
        let stale = listed.difference(&real).map(|f| format!("`{f}` is listed, and not unsafe"));
        unlisted.chain(stale).collect()
    }

    /// A crate with a door is named behind it, and nowhere else.
    fn closed_doors(&self, sources: &Sources) -> Vec<String> {
        let mut found = Vec::new();
        for (name, places) in &self.doors {
            let behind = |path: &str, place: &String| match place.strip_suffix('/') {
                Some(_) => path.starts_with(place),
                None => path == place,
            };
            let users: Vec<&String> =
                sources.iter().filter(|(_, s)| s.names_crate(name)).map(|(path, _)| path).collect();
            for path in users.iter().filter(|path| !places.iter().any(|place| behind(path, place)))
            {
                found.push(format!("`{path}` names the crate `{name}`, whose door is {places:?}"));
            }
            for place in places.iter().filter(|place| !users.iter().any(|path| behind(path, place)))
            {
                found.push(format!("`{place}` is a door of `{name}`, and does not name it"));
            }
        }
        found
    }
}

/// The texts between backquotes.
fn quoted(text: &str) -> Vec<String> {
    text.split('`').skip(1).step_by(2).map(str::to_owned).collect()
}

/// `op` for `op/` and for `op.rs`.
fn bare_name(spelled: &str) -> &str {
    spelled.trim_end_matches('/').trim_end_matches(".rs")
}

/// The module that a line of `lib.rs` declares.
fn module_line(line: &str) -> Option<&str> {
    let line = line.strip_prefix("pub ").unwrap_or(line);
    line.strip_prefix("mod ")?.strip_suffix(';')
}

#[cfg(test)]
mod tests {
    use super::*;

    const MAP: &str = "\
## Code map
### `op/`
Imports: nothing.
Invariant: It imports nothing.
### `run.rs`, `hunt.rs`
Imports: `op`.
Invariant: There is one loop.
## Unsafe
| folder | files |
|---|---|
| `op/` | `raw.rs` |
## Doors
| crate | only in |
|---|---|
| `quick-junit` | `run.rs` |
";
    const LIB: &str = "//! Text.\npub mod op;\nmod run;\npub mod hunt;\n";

    /// What `MAP` disagrees in with a small crate, one of whose files is exchanged.
    fn with(path: &str, text: &str) -> Vec<String> {
        let mut sources: Sources = [
            ("lib.rs", LIB),
            ("op/mod.rs", "mod raw;"),
            ("op/raw.rs", "unsafe fn f() {}"),
            ("run.rs", "use crate::op::Op; use crate::hunt::Hunt; use quick_junit::Report;"),
            ("hunt.rs", "use crate::run::Run;"),
        ]
        .map(|(path, text)| (path.to_owned(), Source::new(path, text)))
        .into();
        sources.insert(path.to_owned(), Source::new(path, text));
        Map::read(MAP).disagreements(&sources, LIB)
    }

    #[test]
    fn a_true_map_has_nothing_against_it() {
        assert_eq!(with("op/more.rs", "use super::raw;"), [""; 0]);
    }

    #[test]
    fn an_import_from_below_is_found_and_named() {
        assert_eq!(
            with("op/mod.rs", "use crate::run::Run;"),
            [
                r#"["op/"]: the code says `Imports: `run``"#,
                r#"["op/"] imports `run`, which is not above it"#,
            ]
        );
    }

    #[test]
    fn an_import_that_is_gone_is_found() {
        assert_eq!(
            with("run.rs", "use quick_junit::Report;"),
            [r#"["run.rs", "hunt.rs"]: the code says `Imports: `"#]
        );
    }

    #[test]
    fn unsafe_code_is_found_where_it_is_not_listed_and_missed_where_it_is() {
        assert_eq!(
            with("hunt.rs", "fn f() { unsafe {} }"),
            ["`hunt.rs` is unsafe, and not listed"]
        );
        assert_eq!(with("op/raw.rs", "fn f() {}"), ["`op/raw.rs` is listed, and not unsafe"]);
    }

    #[test]
    fn a_crate_has_its_door() {
        assert_eq!(
            with("op/mod.rs", "use quick_junit::Report;"),
            [r#"`op/mod.rs` names the crate `quick-junit`, whose door is ["run.rs"]"#]
        );
        assert_eq!(
            with("run.rs", "use crate::op::Op;"),
            ["`run.rs` is a door of `quick-junit`, and does not name it"]
        );
    }

    #[test]
    fn modules_and_headings_must_agree() {
        let sources = Sources::new();
        let found = Map::read("### `a.rs`\n").disagreements(&sources, "pub mod b;\n");
        assert_eq!(
            found,
            [
                r#"headings are in the order ["a"], lib.rs has ["b"]"#,
                "`a.rs` is no file or folder of src",
                r#"["a.rs"] has 0 invariant lines, not one"#,
            ]
        );
    }
}
