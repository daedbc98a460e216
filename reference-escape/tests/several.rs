//! The command, asked about many packages at once.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

const FINE: &str = "func f() *int { return new(int) }\n";

/// A module with these files.
fn module(name: &str, files: &[(&str, &str)]) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("several").join(name);
    let _ = fs::remove_dir_all(&folder);
    let own = [
        ("go/VERSION", "go1.27.3\n"),
        ("go/src/runtime/r.go", "package runtime\n"),
        ("m/go.mod", "module example.com/m\n\ngo 1.27\n"),
    ];
    for (path, text) in own.iter().chain(files) {
        let path = folder.join(path);
        fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        fs::write(path, text).expect("a file");
    }
    folder
}

/// Asks in the module's folder.
fn asked(folder: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_goescape"))
        .args(arguments)
        .args(["--no-cache", "--goroot"])
        .arg(folder.join("go"))
        .current_dir(folder.join("m"))
        .output()
        .expect("the command runs")
}

fn out(output: &Output) -> Vec<String> {
    String::from_utf8_lossy(&output.stdout).lines().map(str::to_owned).collect()
}

fn err(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// Three packages that compile, and folders that are none.
fn three(name: &str) -> PathBuf {
    let p = |name: &str| format!("package {name}\n\n{FINE}");
    module(
        name,
        &[
            ("m/m.go", &p("m")),
            ("m/a/a.go", &p("a")),
            ("m/a/b/b.go", &p("b")),
            ("m/tests/t_test.go", "package t\n"),
            ("m/testdata/x.go", "this is no Go"),
        ],
    )
}

#[test]
fn dots_mean_all_packages_below_with_paths_as_they_were_given() {
    let folder = three("dots");
    let line = |file: &str| format!("{file}:3:27: new(int) escapes to heap");
    let all = asked(&folder, &["-m", "-l", "./..."]);
    assert_eq!(out(&all), [line("./m.go"), line("a/a.go"), line("a/b/b.go")], "{}", err(&all));
    assert_eq!(all.status.code(), Some(0));
    let below = [line("a/a.go"), line("a/b/b.go")];
    for pattern in ["a/...", "./a/...", "example.com/m/a/..."] {
        assert_eq!(out(&asked(&folder, &[pattern])).len(), 2, "{pattern}");
    }
    assert_eq!(out(&asked(&folder, &["a/..."])), below);
    assert_eq!(out(&asked(&folder, &["a", "a/b", "a/..."])), below, "each is told once");
}

#[test]
fn a_package_that_does_not_compile_hides_no_other() {
    let folder = three("broken");
    fs::write(folder.join("m/a/a.go"), "package a\n\nvar x int = \"\"\n").expect("a file");
    let all = asked(&folder, &["./..."]);
    assert_eq!(out(&all).len(), 2);
    assert_eq!(all.status.code(), Some(1));
    let said = err(&all);
    assert!(said.starts_with("a/a.go:3:"), "{said}");
    assert!(said.ends_with("goescape: 1 of 3 packages do not compile\n"), "{said}");
}

#[test]
fn what_means_no_package_is_an_error() {
    let folder = three("none");
    let none = asked(&folder, &["./a/c..."]);
    assert_eq!(none.status.code(), Some(2));
    assert!(err(&none).contains("./a/c...: there is no such package"), "{}", err(&none));
}

#[test]
fn what_is_about_one_package_is_not_asked_of_several() {
    let folder = three("one");
    for wish in [&["--pkgpath", "p"][..], &["why", "m.go:3"]] {
        let refused = asked(&folder, &[wish, &["./..."]].concat());
        assert_eq!(refused.status.code(), Some(2), "{wish:?}");
        let said = format!("{}: expected one package, found several", wish[0]);
        assert!(err(&refused).contains(&said), "{}", err(&refused));
        assert!(out(&refused).is_empty());
    }
}

#[test]
fn what_is_told_of_several_packages_for_services_is_one_log() {
    let folder = three("log");
    let all = asked(&folder, &["--format", "sarif", "./..."]);
    assert_eq!(all.status.code(), Some(0), "{}", err(&all));
    let count =
        |output: &Output, part: &str| out(output).iter().filter(|line| line.contains(part)).count();
    assert_eq!((count(&all, "\"$schema\""), count(&all, "\"ruleId\"")), (1, 3));
    for file in ["./m.go", "a/a.go", "a/b/b.go"] {
        assert_eq!(count(&all, &format!("\"uri\": \"{file}\"")), 1, "{file}");
    }

    fs::write(folder.join("m/a/a.go"), "package a\n\nvar x int = \"\"\n").expect("a file");
    let some = asked(&folder, &["--format", "sarif", "./..."]);
    assert_eq!((count(&some, "\"$schema\""), count(&some, "\"ruleId\"")), (1, 2));
    assert_eq!(some.status.code(), Some(1));
    let none = asked(&folder, &["--format", "sarif", "a", "a/c"]);
    assert!(out(&none).is_empty(), "what does not compile claims nothing");
}
