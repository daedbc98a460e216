//! The command: what it answers, and with which status.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// Runs `goescape` on a program without imports, beside an empty installation of Go.
fn run(name: &str, text: &str, arguments: &[&str]) -> (PathBuf, Output) {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("goescape").join(name);
    let goroot = folder.join("go");
    std::fs::create_dir_all(goroot.join("src/runtime")).expect("a folder");
    std::fs::write(goroot.join("VERSION"), "go1.27.3\n").expect("a file");
    let package = folder.join("package");
    std::fs::create_dir_all(&package).expect("a folder");
    std::fs::write(package.join("a.go"), text).expect("a file");
    std::fs::write(package.join("go.mod"), "module example.com/p\n\ngo 1.27\n").expect("a file");
    let output = Command::new(env!("CARGO_BIN_EXE_goescape"))
        .args(arguments)
        .arg("--goroot")
        .arg(&goroot)
        .arg(&package)
        .output()
        .expect("the command runs");
    (package, output)
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[test]
fn lines_have_the_path_that_was_given() {
    let (package, output) =
        run("lines", "package p\n\nfunc f() *int { return new(int) }\n", &["-m", "-l"]);
    let wanted = format!("{}:3:27: new(int) escapes to heap\n", package.join("a.go").display());
    assert_eq!(text(&output.stdout), wanted, "{}", text(&output.stderr));
    assert_eq!(output.status.code(), Some(0));
}

#[test]
fn what_does_not_compile_claims_nothing() {
    let (package, output) = run("broken", "package p\n\nfunc f() *int { return &x }\n", &[]);
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(text(&output.stdout), "");
    let wanted = format!("{}:3:25: undefined: x\n", package.join("a.go").display());
    assert_eq!(text(&output.stderr), wanted);
}

#[test]
fn an_import_that_is_missing_claims_nothing() {
    let source =
        "package p\n\nimport \"missing\"\n\nfunc f() *int { return missing.F(new(int)) }\n";
    let (_, output) = run("import", source, &[]);
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(text(&output.stdout), "");
    assert!(text(&output.stderr).contains("missing"), "{}", text(&output.stderr));
}

#[test]
fn inlining_is_refused_and_nonsense_too() {
    for arguments in [&["-m"][..], &["--frob"]] {
        let (_, output) = run("refused", "package p\n", arguments);
        assert_eq!(output.status.code(), Some(2));
        assert!(text(&output.stderr).contains("usage: goescape"), "{}", text(&output.stderr));
    }
}

#[test]
fn help_teaches_the_messages() {
    let output =
        Command::new(env!("CARGO_BIN_EXE_goescape")).arg("--help").output().expect("it runs");
    assert_eq!(output.status.code(), Some(0));
    assert!(text(&output.stdout).contains("leaking param content"));
}
