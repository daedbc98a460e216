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
        .arg("--no-cache")
        .arg("--goroot")
        .arg(&goroot)
        .arg(&package)
        .output()
        .expect("the command runs");
    (package, output)
}

/// The lines about a program, in order.
fn lines(name: &str, program: &str) -> Vec<String> {
    let (package, output) = run(name, program, &["-m", "-l"]);
    assert!(output.status.success(), "{}", text(&output.stderr));
    let file = package.join("a.go").display().to_string();
    let mut lines: Vec<String> =
        text(&output.stdout).lines().map(|line| line.replace(&file, "a.go")).collect();
    lines.sort_unstable();
    lines
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
fn a_folder_of_an_installation_belongs_to_it_though_nothing_names_it() {
    let root = Path::new(env!("CARGO_TARGET_TMPDIR")).join("goescape/of-go/go");
    let files = [
        ("VERSION", "go1.27.3\n"),
        ("src/go.mod", "module std\n\ngo 1.27\n"),
        ("src/runtime/a.go", "package runtime\n"),
        ("src/internal/mine/a.go", "package mine\n\nfunc Keep(p *int) *int { return p }\n"),
        ("src/p/a.go", "package p\n\nimport \"internal/mine\"\n\nvar kept = mine.Keep(new(int))\n"),
    ];
    for (path, text) in files {
        let path = root.join(path);
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        std::fs::write(path, text).expect("a file");
    }
    let folder = root.join("src/p");
    let output = Command::new(env!("CARGO_BIN_EXE_goescape"))
        .args(["-m", "-l", "--no-cache"])
        .arg(&folder)
        .env("PATH", "")
        .env_remove("GOROOT")
        .output()
        .expect("the command runs");
    let wanted = format!("{}:5:25: new(int) escapes to heap\n", folder.join("a.go").display());
    assert_eq!(text(&output.stdout), wanted, "{}", text(&output.stderr));
}

/// Linux has a device that is always full.
#[cfg(target_os = "linux")]
#[test]
fn what_cannot_be_printed_is_a_failure_and_a_reader_who_has_enough_is_none() {
    let full = || std::fs::File::options().write(true).open("/dev/full").expect("Linux has it");
    let output = Command::new(env!("CARGO_BIN_EXE_goescape"))
        .arg("--help")
        .stdout(full())
        .output()
        .expect("the command runs");
    assert_eq!(output.status.code(), Some(3));
    let said = text(&output.stderr);
    assert!(said.starts_with("goescape: standard output: "), "{said}");

    let (reader, writer) = std::io::pipe().expect("a pipe");
    drop(reader);
    let output = Command::new(env!("CARGO_BIN_EXE_goescape"))
        .arg("--help")
        .stdout(writer)
        .output()
        .expect("the command runs");
    assert_eq!((output.status.code(), text(&output.stderr)), (Some(0), String::new()));
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

#[test]
fn what_a_loop_of_a_benchmark_uses_is_no_copy() {
    let testing = Path::new(env!("CARGO_TARGET_TMPDIR")).join("goescape/bench/go/src/testing");
    std::fs::create_dir_all(&testing).expect("a folder");
    let b = "package testing\n\ntype B struct{}\n\nfunc (b *B) Loop() bool { return false }\n";
    std::fs::write(testing.join("benchmark.go"), b).expect("a file");
    let program = "package p

import \"testing\"

func bench(b *testing.B, run func(func()), values []int) {
	for _, v := range values {
		run(func() {
			for b.Loop() {
				show(v)
			}
		})
	}
}

func show(n int) {}
";
    // As the compiler says; without `b.Loop` the literal would have a copy of v.
    let wanted = [
        "a.go:5:12: leaking param: b",
        "a.go:5:26: run does not escape",
        "a.go:5:44: values does not escape",
        "a.go:6:9: moved to heap: v",
        "a.go:7:7: func literal escapes to heap",
    ];
    assert_eq!(lines("bench", program), wanted);
}

#[test]
fn what_a_value_without_a_name_points_to_is_in_the_heap_all_the_same() {
    let program = "package p

type part struct{ f func() }

func (c *part) M() {}

var _ = &part{f: (&part{}).M}
var _ = part{f: (&part{}).M}
";
    let wanted = [
        "a.go:5:7: c does not escape",
        "a.go:7:19: &part{} escapes to heap",
        "a.go:7:27: (&part{}).M escapes to heap",
        "a.go:8:18: &part{} does not escape",
        "a.go:8:26: (&part{}).M does not escape",
    ];
    assert_eq!(lines("blank", program), wanted);
}

#[test]
fn an_instance_without_an_end_is_refused() {
    for (name, body, column) in [
        ("itself", "func f[T any](x T) { f([]T{x}) }\nfunc g() { f(1) }", 22),
        ("each-other", "func f[T any](x T) { g([2]T{x}) }\nfunc g[T any](x T) { f(x) }", 22),
        ("type", "type list[T any] struct{ p *list[[]T] }", 29),
    ] {
        let (package, output) =
            run(&format!("endless-{name}"), &format!("package p\n{body}\n"), &[]);
        let place = format!("{}:2:{column}", package.join("a.go").display());
        assert_eq!(text(&output.stderr), format!("{place}: instantiation cycle\n"));
        assert_eq!(output.status.code(), Some(1));
    }
}

#[test]
fn an_instance_of_the_same_size_is_fine() {
    let program = "package p

type list[T any] struct{ next *list[T] }

func f[K, V any](k K, v V, n int) {
	if n > 0 {
		f(v, k, n-1)
	}
	h([]V{v})
}

func h[T any](x T) {}

func g() { f(1, \"\", 2) }
";
    assert_eq!(lines("as-large", program).len(), 2, "the slices of f's two instances");
}
