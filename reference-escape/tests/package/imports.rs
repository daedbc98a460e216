//! What imports mean.

use super::tree::Tree;
use reference_escape::package::PackageErrorKind;

#[test]
fn the_standard_library_comes_first_and_then_the_module_itself() {
    let tree = Tree::of(&[
        ("m/go.mod", "module example.com/m\n\ngo 1.22\n"),
        ("m/a.go", "package m\n\nimport (\n\t\"example.com/m/b\"\n\t\"fmt\"\n\t\"unsafe\"\n)\n"),
        ("m/b/b.go", "package b\n"),
        ("m/fmt/fmt.go", "package fmt\n"),
    ]);
    let meant = ["example.com/m/b 1.22 m/b", "fmt 1.27 go/src/fmt", "unsafe"];
    assert_eq!(tree.imports("m", "m"), meant);
}

#[test]
fn the_standard_library_has_its_own_copies_of_other_modules() {
    let tree = Tree::of(&[
        ("go/src/net/net.go", "package net\n\nimport \"golang.org/x/dns\"\n"),
        ("go/src/vendor/golang.org/x/dns/dns.go", "package dns\n"),
        ("go/src/cmd/go/main.go", "package main\n\nimport \"golang.org/x/mod\"\n"),
        ("go/src/cmd/vendor/golang.org/x/mod/mod.go", "package mod\n"),
    ]);
    assert_eq!(
        tree.imports("go/src", "go/src/net"),
        ["vendor/golang.org/x/dns 1.27 go/src/vendor/golang.org/x/dns"]
    );
    assert_eq!(
        tree.imports("go/src", "go/src/cmd/go"),
        ["cmd/vendor/golang.org/x/mod 1.27 go/src/cmd/vendor/golang.org/x/mod"]
    );
}

#[test]
fn an_unknown_import_says_where_it_stands_and_where_it_was_looked_for() {
    let tree = Tree::of(&[
        ("m/go.mod", "module a.b/m\n"),
        (
            "m/a.go",
            "package m\n\nimport (\n\t\"a.b/m/no\"\n\t\"nothing\"\n\t\"c.d/e\"\n\t\"../x\"\n)\n",
        ),
    ]);
    assert_eq!(
        tree.imports("m", "m"),
        [
            "m/a.go:4:2: no package \"a.b/m/no\" is known\n\tlooked in m/no",
            "m/a.go:5:2: no package \"nothing\" is known\n\tlooked in go/src/nothing",
            "m/a.go:6:2: no package \"c.d/e\" is known",
            "m/a.go:7:2: import \"../x\": no import path of a package",
        ]
    );
}

#[test]
fn what_is_internal_is_imported_from_beside_it_only() {
    let tree = Tree::of(&[
        ("m/go.mod", "module a.b/m\n\nrequire a.b/n v1.0.0\n\nreplace a.b/n => ../n\n"),
        ("m/x/internal/y/y.go", "package y\n"),
        ("m/x/z/z.go", "package z\n\nimport \"a.b/m/x/internal/y\"\n"),
        ("m/w/w.go", "package w\n\nimport \"a.b/m/x/internal/y\"\n"),
        ("m/v/v.go", "package v\n\nimport (\n\t\"internal/abi\"\n\t\"a.b/n/internal\"\n)\n"),
        ("n/internal/i.go", "package internal\n"),
    ]);
    assert_eq!(tree.imports("m", "m/x/z"), ["a.b/m/x/internal/y 1.16 m/x/internal/y"]);
    let refused = "m/w/w.go:3:8: use of internal package a.b/m/x/internal/y is not allowed";
    assert_eq!(tree.imports("m", "m/w"), [refused]);
    assert_eq!(
        tree.imports("m", "m/v"),
        [
            "m/v/v.go:4:2: use of internal package internal/abi is not allowed",
            "m/v/v.go:5:2: use of internal package a.b/n/internal is not allowed",
        ]
    );
    let standard = ["internal/abi 1.27 go/src/internal/abi"];
    assert_eq!(tree.imports("go/src", "go/src/fmt"), standard);
}

#[test]
fn an_installation_without_sources_is_none() {
    let tree = Tree::of(&[("m/go.mod", "module m\n"), ("empty/x", "")]);
    let mut options = tree.options();
    options.goroot = Some(tree.path("empty"));
    let error =
        reference_escape::package::Loader::new(&tree.path("m"), &options).expect_err("none");
    assert_eq!(error.kind, PackageErrorKind::NoGoroot);
    assert_eq!(tree.told(&error), "empty: no Go installation\n\tlooked in empty/src/runtime");
}
