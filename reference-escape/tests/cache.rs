//! The command where there is no Go, and with a cache.

#![expect(clippy::print_stdout, reason = "a test that needs Go says so where there is none")]

use reference_escape::package::Goroot;
use reference_escape::summary::{Archive, STANDARD};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

const SERVER: &str = r#"package server

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"os"
	"slices"
	"sync/atomic"

	"example.com/m/part"
)

type page struct {
	last atomic.Pointer[int]
	seen map[string]int
}

func (p *page) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	n := len(p.seen)
	p.last.Store(&n)
	keys := slices.Sorted(maps.Keys(p.seen))
	slices.SortFunc(keys, func(a, b string) int { return len(a) - len(b) })
	out, err := json.Marshal(keys)
	if err != nil {
		http.Error(w, err.Error(), 500)
		return
	}
	kept := 1
	part.Keep(&kept)
	fmt.Fprintf(w, "%s %d %s %d", r.URL.Path, n, out, part.Read(&n))
}

func Serve() error {
	p := &page{seen: map[string]int{os.Args[0]: 1}}
	server := http.Server{Handler: p}
	return server.ListenAndServe()
}
"#;

/// A package that imports little.
const SMALL: &str = "package server

import (
	\"errors\"
	\"sort\"
	\"strings\"
)

func Fields(text string) ([]string, error) {
	if strings.TrimSpace(text) == \"\" {
		return nil, errors.New(text)
	}
	fields := strings.Fields(text)
	sort.Strings(fields)
	return fields, nil
}
";

const PART: &str = "package part

var kept *int

func Keep(p *int) { kept = p }

func Read(p *int) int { return *p }
";

/// A folder with a module in it, and room for a cache.
struct Place(PathBuf);

impl Place {
    fn new(name: &str) -> Place {
        let folder = std::env::temp_dir().join(format!("goescape-{name}-{}", std::process::id()));
        let place = Place(folder);
        place.write("m/go.mod", "module example.com/m\n\ngo 1.27\n");
        place.write("m/server/server.go", SERVER);
        place.write("m/part/part.go", PART);
        place
    }

    fn write(&self, path: &str, text: &str) {
        let path = self.0.join(path);
        fs::create_dir_all(path.parent().expect("a folder")).expect("room");
        fs::write(path, text).expect("room");
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_goescape"));
        let own = ["GOROOT", "GOOS", "GOARCH", "GOEXPERIMENT", "GOPATH", "GOMODCACHE"];
        for name in own {
            command.env_remove(name);
        }
        command.env("HOME", &self.0).env("XDG_CACHE_HOME", self.0.join("home"));
        command.current_dir(self.0.join("m")).args(["-m", "-l"]).args(arguments).arg("server");
        command
    }

    fn run(&self, arguments: &[&str]) -> String {
        told(&self.command(arguments).output().expect("it runs"))
    }

    fn entries(&self, folder: &str) -> Vec<PathBuf> {
        let (mut found, mut left) = (Vec::new(), vec![self.0.join(folder)]);
        while let Some(folder) = left.pop() {
            for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
                let path = entry.path();
                if path.is_dir() { left.push(path) } else { found.push(path) }
            }
        }
        found.sort();
        found
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn told(output: &Output) -> String {
    let faults = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && faults.is_empty(), "{faults}");
    String::from_utf8(output.stdout.clone()).expect("text")
}

/// The Go installation that the embedded summary is of, if it is found.
fn goroot() -> Option<PathBuf> {
    let release = Archive::decode(STANDARD).expect("it is whole").edition.release;
    let found = Goroot::find(None).ok().filter(|goroot| goroot.release == release);
    if found.is_none() {
        println!("skipped: no {release} is found");
    }
    found.map(|goroot| goroot.folder)
}

fn text(path: &Path) -> &str {
    path.to_str().expect("text")
}

#[test]
fn without_go_the_lines_are_those_that_its_source_gives() {
    let place = Place::new("without");
    let without = told(&place.command(&["--no-cache"]).env("PATH", "").output().expect("it runs"));
    assert!(without.contains("server/server.go:21:2: moved to heap: n\n"), "{without}");
    assert!(without.contains("moved to heap: kept\n") && without.contains("$GOROOT/src/slices/"));
    assert!(place.entries("home").is_empty(), "nothing is kept");
    let Some(goroot) = goroot() else { return };
    let with = place.run(&["--no-cache", "--goroot", text(&goroot)]);
    assert_eq!(with.replace(text(&goroot), "$GOROOT"), without);
}

#[test]
fn a_platform_that_nothing_is_known_of_needs_go() {
    let place = Place::new("platform");
    let output = place.command(&["--no-cache"]).env("PATH", "").env("GOOS", "plan9").output();
    let output = output.expect("it runs");
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&output.stderr).contains("no Go installation"));
}

#[test]
fn what_is_kept_changes_no_line() {
    let place = Place::new("kept");
    let run = |arguments: &[&str]| {
        let output = place.command(arguments).env("PATH", "").output().expect("it runs");
        told(&output)
    };
    let fresh = run(&["--no-cache"]);
    assert_eq!(run(&[]), fresh);
    let kept = place.entries("home/goescape");
    assert_eq!(kept.len(), 1, "example.com/m/part is kept, the library need not be");
    assert_eq!(run(&[]), fresh);
    place.write("m/part/part.go", &PART.replace("{ kept = p }", "{}"));
    let changed = run(&[]);
    assert!(!changed.contains("moved to heap: kept\n"), "a text that changed is read again");
    assert_eq!(changed, run(&["--no-cache"]));
    assert_eq!(place.entries("home/goescape").len(), 2);
}

/// What may become of an entry.
type Damage = fn(&[u8]) -> Vec<u8>;

#[test]
fn damaged_entries_are_made_again() {
    let Some(goroot) = goroot() else { return };
    let place = Place::new("damaged");
    place.write("m/server/server.go", SMALL);
    let arguments = ["--cache", "../cache", "--goroot", text(&goroot)];
    let first = place.run(&arguments);
    let entries = place.entries("cache");
    let whole: Vec<Vec<u8>> =
        entries.iter().map(|path| fs::read(path).expect("it is there")).collect();
    let damages: [Damage; 4] = [
        |bytes| bytes[..bytes.len() / 2].to_vec(),
        |_| Vec::new(),
        |bytes| bytes.iter().map(|byte| byte ^ 1).collect(),
        |bytes| {
            let mut bytes = bytes.to_vec();
            let last = bytes.len() - 1;
            bytes[last] ^= 0x80;
            bytes
        },
    ];
    for damage in damages {
        for (path, bytes) in entries.iter().zip(&whole) {
            fs::write(path, damage(bytes)).expect("room");
        }
        assert_eq!(place.run(&arguments), first);
        let healed = entries.iter().map(|path| fs::read(path).expect("it is there"));
        assert!(healed.eq(whole.iter().cloned()), "they are as they were");
    }
    // An entry under another's name is none.
    fs::rename(&entries[0], &entries[1]).expect("room");
    assert_eq!(place.run(&arguments), first);
}

#[test]
fn runs_at_the_same_time_do_not_disturb_each_other() {
    let Some(goroot) = goroot() else { return };
    let place = Place::new("concurrent");
    place.write("m/server/server.go", SMALL);
    let arguments = ["--cache", "../cache", "--goroot", text(&goroot)];
    let alone = place.run(&["--no-cache", "--goroot", text(&goroot)]);
    let running: Vec<_> = (0..4)
        .map(|_| place.command(&arguments).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn())
        .collect();
    for child in running {
        let output = child.expect("it runs").wait_with_output().expect("it ends");
        assert_eq!(told(&output), alone);
    }
    let left = place.entries("cache");
    assert!(left.iter().all(|path| !text(path).contains("writing-")), "nothing is left aside");
    assert_eq!(place.run(&arguments), alone);
}

#[test]
fn a_cache_that_cannot_be_written_is_done_without() {
    let place = Place::new("readonly");
    place.write("cache", "a file, not a folder");
    let run = |arguments: &[&str]| {
        told(&place.command(arguments).env("PATH", "").output().expect("it runs"))
    };
    assert_eq!(run(&["--cache", "../cache"]), run(&["--no-cache"]));
}

const UNKNOWN: &str = "package server

import \"example.org/unknown\"

func F(p *int, _ int) (r unknown.T) {
	x, y := 1, 2
	x, z := unknown.New(&x), 3
	if y := y; y > z {
		_ = func(q int) {}
	}
	return x
}
";

#[test]
fn an_import_that_is_not_found_is_an_error_or_the_worst_is_told() {
    let place = Place::new("unknown");
    place.write("m/server/server.go", UNKNOWN);
    let run = |arguments: &[&str]| {
        let output = place.command(arguments).env("PATH", "").output().expect("it runs");
        let text = |bytes| String::from_utf8(bytes).expect("text");
        (output.status.code(), text(output.stdout), text(output.stderr))
    };
    let (status, lines, faults) = run(&["--no-cache"]);
    assert_eq!((status, lines.as_str()), (Some(1), ""));
    let could_not = "server/server.go:3:8: could not import example.org/unknown (";
    assert!(faults.starts_with(could_not), "{faults}");
    let (status, lines, note) = run(&["--no-cache", "--assume-escapes"]);
    assert_eq!(status, Some(0));
    assert!(note.contains("note: could not import example.org/unknown"), "{note}");
    let wanted = "server/server.go:5:8: leaking param: p
server/server.go:5:24: moved to heap: r
server/server.go:6:2: moved to heap: x
server/server.go:6:5: moved to heap: y
server/server.go:7:5: moved to heap: z
server/server.go:8:5: moved to heap: y
server/server.go:9:7: func literal escapes to heap
server/server.go:9:12: leaking param: q
";
    assert_eq!(lines, wanted);
    let (status, table, _) = run(&["--no-cache", "--assume-escapes", "--sites"]);
    let wanted = "  heap  stack  leaking  function\n     6      0        2  F\n";
    assert!(status == Some(0) && table.starts_with(wanted), "{table}");
}

#[test]
fn reasons_do_not_depend_on_where_tags_come_from() {
    let Some(goroot) = goroot() else { return };
    let place = Place::new("reasons");
    let compare = |format: &[&str], seen: &str| {
        let run = |kept: &[&str]| place.run(&[format, kept, &["--goroot", text(&goroot)]].concat());
        let alone = run(&["--no-cache"]);
        assert!(alone.contains(seen), "{alone}");
        assert_eq!(run(&["--cache", "../cache"]), alone, "while entries are made");
        assert_eq!(run(&["--cache", "../cache"]), alone, "with entries");
        alone
    };
    compare(&["--format", "json"], "ServeHTTP");
    compare(&["--sites"], "ServeHTTP");
    place.write("m/server/server.go", SMALL);
    let alone = compare(&["-m=2"], "flow: {heap}");
    let embedded = place.command(&["--no-cache", "-m=2"]).env("PATH", "").output();
    assert_eq!(told(&embedded.expect("it runs")), alone, "with the embedded summary");
}
