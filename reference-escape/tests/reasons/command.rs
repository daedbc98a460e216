//! The command: what it says of itself, and of questions that are none.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

fn goescape(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_goescape")).args(arguments).output().expect("it runs")
}

/// What a refused question is answered with; the status must be that of such questions.
fn refused(arguments: &[&str]) -> String {
    let output = goescape(arguments);
    assert_eq!(output.status.code(), Some(2), "{arguments:?}");
    assert!(output.stdout.is_empty(), "{arguments:?}");
    String::from_utf8(output.stderr).expect("text")
}

/// A folder with one program, `ways.go`, and beside it an empty installation of Go.
fn folder(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("reasons-command").join(name);
    std::fs::create_dir_all(folder.join("go/src/runtime")).expect("a folder");
    std::fs::write(folder.join("go/VERSION"), "go1.27.3\n").expect("a file");
    let program = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/reasons/programs/ways.go");
    std::fs::copy(program, folder.join("ways.go")).expect("a file");
    folder
}

#[test]
fn the_help_shows_each_way_to_ask() {
    let output = goescape(&["--help"]);
    assert_eq!(output.status.code(), Some(0));
    let help = String::from_utf8(output.stdout).expect("text");
    let asking = ["why", "-m=2", "--format", "--sites", "--sort", "--svg", "--goroot", "Examples:"];
    let keeping = ["goescape summary", "--cache DIR", "--no-cache", "--assume-escapes"];
    for word in asking.into_iter().chain(keeping) {
        assert!(help.contains(word), "{word}");
    }
    assert!(help.lines().all(|line| line.chars().count() <= 110));
}

#[test]
fn a_question_that_is_none_is_answered_with_what_was_expected() {
    assert!(refused(&[]).starts_with("goescape: expected a folder or Go files"));
    assert!(refused(&["why"]).starts_with("goescape: why: expected a place"));
    assert!(refused(&["--stes", "."]).contains("did you mean --sites?"));
    assert!(refused(&["-m", "."]).contains("-m without -l"));
    assert!(refused(&["--format", "sarf", "."]).contains("did you mean sarif?"));
    assert!(refused(&["--svg", "x.svg", "."]).contains("expected a question"));
}

#[test]
fn a_path_that_leads_nowhere_is_answered_with_one_that_does() {
    let folder = folder("nowhere");
    let file = folder.join("way.go");
    let message = refused(&[file.to_str().expect("text")]);
    assert!(message.contains("there is none; did you mean ways.go?"), "{message}");
}

#[test]
fn a_file_alone_can_be_asked_about_and_drawn() {
    let folder = folder("alone");
    let goroot = folder.join("go");
    let goroot = goroot.to_str().expect("text");
    let file = folder.join("ways.go");
    let place = format!("{}:13", file.display());
    let output = goescape(&["why", &place, "--goroot", goroot]);
    let text = String::from_utf8(output.stdout).expect("text");
    assert!(text.contains("ways.go:13:2: moved to heap: x"), "{text}");
    assert!(text.contains("13 | \tx := 1"), "{text}");

    let picture = folder.join("why.svg");
    let picture_name = picture.to_str().expect("text");
    let output = goescape(&["why", &place, "--svg", picture_name, "--goroot", goroot]);
    assert_eq!((output.status.code(), output.stdout.len()), (Some(0), 0));
    let drawn = std::fs::read_to_string(picture).expect("a picture");
    assert!(drawn.contains("moved to heap: x") && drawn.ends_with("</svg>\n"), "{drawn}");

    let nothing = format!("{}:1", file.display());
    let output = goescape(&["why", &nothing, "--goroot", goroot]);
    let text = String::from_utf8(output.stdout).expect("text");
    assert!(text.contains("nothing is declared or allocated here"), "{text}");
    assert!(text.contains("the nearest is on line"), "{text}");
}
