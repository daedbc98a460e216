//! What stubs keep and leave out.

use reference_escape::ast::Ast;
use reference_escape::names::Names;
use reference_escape::parse::parse;
use reference_escape::source::Sources;
use reference_escape::stub::{Text, Unfit, stub};

/// The stub of a file, without what is at the ends of its lines.
fn stubbed(text: &str) -> Result<String, Unfit> {
    let (mut names, mut sources, mut ast) = (Names::default(), Sources::default(), Ast::default());
    let id = sources.add("a.go", text.len()).expect("it is small");
    parse(text.as_bytes(), id, &mut sources, &mut names, &mut ast);
    let files = [Text { name: "a.go", text: text.as_bytes() }];
    let stub = stub(&files, &ast, &names, &sources)?;
    let text = stub.files.into_iter().next().map(|(_, text)| text).unwrap_or_default();
    let text = String::from_utf8(text).expect("it was text");
    let lines: Vec<&str> = text.lines().map(str::trim_end).collect();
    Ok(lines.join("\n"))
}

#[track_caller]
fn check(text: &str, kept: &str) {
    assert_eq!(stubbed(text).as_deref(), Ok(kept), "of {text:?}");
}

#[test]
fn bodies_go_and_their_braces_stay_where_they_are() {
    check("package a\nfunc F(x int) int { return x }", "package a\nfunc F(x int) int {          }");
    check("package a\nfunc F() {\n\tg()\n}\nfunc G()", "package a\nfunc F() {\n\n}\nfunc G()");
}

#[test]
fn generic_functions_and_methods_of_generic_types_are_whole() {
    let generic = "package a\nfunc F[T any](x T) T { return x }";
    check(generic, generic);
    let methods = "package a\ntype T[P any] struct{ p P }\nfunc (t *T[_]) get() { t.p = t.p }";
    check(methods, methods);
}

#[test]
fn what_nothing_visible_leads_to_goes() {
    check("package a\ntype t int\ntype u int\nvar X t", "package a\ntype t int\n\nvar X t");
    check(
        "package a\nfunc f() {}\nfunc G[T any]() { f() }\nfunc h() {}",
        "package a\nfunc f() {}\nfunc G[T any]() { f() }",
    );
    check("package a\nfunc init() {}\nvar _ = 1\nfunc F()", "package a\n\n\nfunc F()");
}

#[test]
fn methods_that_are_hidden_stay_if_an_interface_may_ask_for_them() {
    check(
        "package a\ntype I interface{ m() }\ntype T int\nfunc (T) m() {}\nfunc (T) n() {}",
        "package a\ntype I interface{ m() }\ntype T int\nfunc (T) m() {}",
    );
}

#[test]
fn constants_of_a_group_count_each_other() {
    check(
        "package a\nconst (\n\ta = iota\n\tB\n)\nconst c = 1",
        "package a\nconst (\n\ta = iota\n\tB\n)",
    );
}

#[test]
fn values_go_unless_a_type_depends_on_them() {
    check("package a\nvar X int = 1; var Y = 2", "package a\nvar X int    ; var Y = 2");
    check("package a\nvar X = []int{1, 2}", "package a\nvar X = []int{    }");
    check("package a\nvar X = [...]int{1, 2}", "package a\nvar X = [...]int{1, 2}");
    check("package a\nvar F = func() { g() }", "package a\nvar F = func() {     }");
}

#[test]
fn comments_go_and_directives_that_callers_must_know_stay() {
    check(
        "package a // b\n//go:noinline\n//go:noescape\nfunc F(/* c */ p *int)",
        "package a\n\n//go:noescape\nfunc F(        p *int)",
    );
    check(
        "//go:build go1.21\n\n// Package a.\npackage a\nvar X int",
        "//go:build go1.21\n\n\npackage a\nvar X int",
    );
}

#[test]
fn imports_go_that_nothing_mentions() {
    check(
        "package a\nimport (\n\t\"fmt\"\n\t\"io\"\n)\nvar X io.Reader\nfunc F() { fmt.Println() }",
        "package a\nimport (\n\n\t\"io\"\n)\nvar X io.Reader\nfunc F() {               }",
    );
}

#[test]
fn mistakes_harm_nobody() {
    for text in ["package a\nfunc F() { )", "package", "", "package a\n))))", "package a\nvar ("] {
        let _ = stubbed(text);
    }
    let deep = "(".repeat(50_000);
    let _ = stubbed(&format!("package a\nvar X = {deep}"));
}
