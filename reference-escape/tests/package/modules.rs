//! Modules: where they are found, at which versions.

use super::tree::Tree;
use reference_escape::package::PackageErrorKind;

#[test]
fn a_module_is_found_above_and_one_inside_it_is_another() {
    let tree = Tree::of(&[
        ("m/go.mod", "module a.b/m\n"),
        ("m/d/e/e.go", "package e\n"),
        ("m/n/go.mod", "module c.d/n\n"),
        ("m/n/f/f.go", "package f\n"),
        ("out/g.go", "package g\n"),
    ]);
    assert_eq!(tree.package("m/d/e").expect("a package").path, "a.b/m/d/e");
    assert_eq!(tree.package("m/n/f").expect("a package").path, "c.d/n/f");
    let error = tree.package("out").expect_err("no module");
    assert_eq!(error.kind, PackageErrorKind::NoModule);
}

#[test]
fn required_modules_are_in_the_cache_under_escaped_names() {
    let tree = Tree::of(&[
        ("m/go.mod", "module m\n\ngo 1.20\n\nrequire a.b/Cde/v2 v2.1.0\n"),
        ("m/m.go", "package m\n\nimport \"a.b/Cde/v2/f\"\n"),
        ("cache/a.b/!cde/v2@v2.1.0/go.mod", "module a.b/Cde/v2\n\ngo 1.18\n"),
        ("cache/a.b/!cde/v2@v2.1.0/f/f.go", "package f\n"),
    ]);
    let meant = ["a.b/Cde/v2/f 1.18 cache/a.b/!cde/v2@v2.1.0/f"];
    assert_eq!(tree.imports("m", "m"), meant);
}

#[test]
fn the_module_with_the_longest_path_that_has_the_package_is_meant() {
    let tree = Tree::of(&[
        ("m/go.mod", "module m\n\ngo 1.20\n\nrequire (\n\ta.b/c v1.0.0\n\ta.b/c/d v1.0.0\n)\n"),
        ("m/m.go", "package m\n\nimport (\n\t\"a.b/c/d/e\"\n\t\"a.b/c/d/f\"\n)\n"),
        ("cache/a.b/c@v1.0.0/d/f/f.go", "package f\n"),
        ("cache/a.b/c/d@v1.0.0/e/e.go", "package e\n"),
    ]);
    assert_eq!(
        tree.imports("m", "m"),
        ["a.b/c/d/e 1.16 cache/a.b/c/d@v1.0.0/e", "a.b/c/d/f 1.16 cache/a.b/c@v1.0.0/d/f"]
    );
}

#[test]
fn a_replacement_stands_in_for_one_version_or_for_all() {
    let replaces =
        "replace (\n\ta.b/c => ./c\n\ta.b/c v1.0.0 => ./old\n\td.e/f => g.h/i v0.2.0\n)\n";
    let tree = Tree::of(&[
        (
            "m/go.mod",
            &format!(
                "module m\n\ngo 1.20\n\nrequire (\n\ta.b/c v1.1.0\n\td.e/f v0.1.0\n)\n\n{replaces}"
            ),
        ),
        ("m/m.go", "package m\n\nimport (\n\t\"a.b/c\"\n\t\"d.e/f\"\n)\n"),
        ("m/c/go.mod", "module a.b/c\n\ngo 1.19\n"),
        ("m/c/c.go", "package c\n"),
        ("m/old/c.go", "package c\n"),
        ("cache/g.h/i@v0.2.0/i.go", "package i\n"),
    ]);
    let meant = ["a.b/c 1.19 m/c", "d.e/f 1.16 cache/g.h/i@v0.2.0"];
    assert_eq!(tree.imports("m", "m"), meant);
}

#[test]
fn an_old_module_asks_the_others_and_the_highest_version_is_meant() {
    let tree = Tree::of(&[
        ("m/go.mod", "module m\n\ngo 1.16\n\nrequire (\n\ta.b/c v1.0.0\n\ta.b/d v1.0.0\n)\n"),
        ("m/m.go", "package m\n\nimport (\n\t\"a.b/c\"\n\t\"a.b/e\"\n)\n"),
        ("cache/cache/download/a.b/d/@v/v1.0.0.mod", "module a.b/d\n\nrequire a.b/c v1.10.0\n"),
        ("cache/cache/download/a.b/c/@v/v1.0.0.mod", "module a.b/c\n"),
        ("cache/cache/download/a.b/c/@v/v1.10.0.mod", "module a.b/c\n\nrequire a.b/e v0.1.0\n"),
        ("cache/a.b/c@v1.10.0/c.go", "package c\n"),
        ("cache/a.b/e@v0.1.0/e.go", "package e\n"),
    ]);
    assert_eq!(
        tree.imports("m", "m"),
        ["a.b/c 1.16 cache/a.b/c@v1.10.0", "a.b/e 1.16 cache/a.b/e@v0.1.0"]
    );
}

#[test]
fn a_module_with_copies_uses_them() {
    let tree = Tree::of(&[
        ("m/go.mod", "module m\n\ngo 1.20\n\nrequire a.b/c v1.0.0\n"),
        ("m/m.go", "package m\n\nimport (\n\t\"a.b/c\"\n\t\"d.e/f\"\n)\n"),
        ("m/vendor/modules.txt", "# a.b/c v1.0.0\n## explicit; go 1.18\na.b/c\n"),
        ("m/vendor/a.b/c/c.go", "package c\n"),
        ("cache/a.b/c@v1.0.0/c.go", "package c\n"),
    ]);
    assert_eq!(
        tree.imports("m", "m"),
        [
            "a.b/c 1.18 m/vendor/a.b/c",
            "m/m.go:5:2: no package \"d.e/f\" is known\n\tlooked in m/vendor/d.e/f",
        ]
    );
}

#[test]
fn a_malformed_go_mod_is_told_with_its_place() {
    let tree = Tree::of(&[("m/go.mod", "module m\ngo x\n"), ("m/m.go", "package m\n")]);
    let error = tree.package("m").expect_err("malformed");
    assert_eq!(error.kind, PackageErrorKind::BadModule);
    let told = "m/go.mod:2:4: invalid go version 'x': must match format 1.23";
    assert_eq!(tree.told(&error), told);
}

#[test]
fn a_module_for_a_newer_release_is_refused() {
    let tree = Tree::of(&[("m/go.mod", "module m\ngo 1.28\n"), ("m/m.go", "package m\n")]);
    let error = tree.package("m").expect_err("too new");
    assert_eq!(error.kind, PackageErrorKind::TooNew);
    assert_eq!(tree.told(&error), "m/go.mod: asks for Go 1.28, and this is 1.27");
}
