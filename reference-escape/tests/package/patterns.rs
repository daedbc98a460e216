//! Patterns with `...`.

use super::tree::Tree;

fn matching(tree: &Tree, start: &str, pattern: &str) -> Vec<String> {
    let found = tree.loader(start).expect("a loader").matching(pattern).expect("folders");
    found.into_iter().map(|found| found.path).collect()
}

#[test]
fn dots_match_packages_of_the_module_and_no_others() {
    let tree = Tree::of(&[
        ("m/go.mod", "module a.b/m\n"),
        ("m/m.go", "package m\n"),
        ("m/x/x.go", "package x\n"),
        ("m/x/y/y.go", "package y\n"),
        ("m/xz/z.go", "package z\n"),
        ("m/testdata/t.go", "package t\n"),
        ("m/_u/u.go", "package u\n"),
        ("m/vendor/v/v.go", "package v\n"),
        ("m/n/go.mod", "module n\n"),
        ("m/n/n.go", "package n\n"),
    ]);
    let all = ["a.b/m", "a.b/m/x", "a.b/m/x/y", "a.b/m/xz"];
    assert_eq!(matching(&tree, "m", "./..."), all);
    assert_eq!(matching(&tree, "m", "a.b/m/..."), all);
    assert_eq!(matching(&tree, "m", "./x/..."), ["a.b/m/x", "a.b/m/x/y"]);
    assert_eq!(matching(&tree, "m", "./x..."), ["a.b/m/x", "a.b/m/x/y", "a.b/m/xz"]);
    assert_eq!(matching(&tree, "m", ".../y"), ["a.b/m/x/y"]);
    assert_eq!(matching(&tree, "m", "."), ["a.b/m"]);
    assert_eq!(matching(&tree, "m/x", "./..."), ["a.b/m/x", "a.b/m/x/y"]);
    assert_eq!(matching(&tree, "m/x", "../xz/..."), ["a.b/m/xz"]);
    assert_eq!(matching(&tree, "m/x", ".."), ["a.b/m"]);
}

#[test]
fn std_is_all_of_the_standard_library() {
    let tree = Tree::of(&[
        ("go/src/cmd/go.mod", "module cmd\n"),
        ("go/src/cmd/go/main.go", "package main\n"),
    ]);
    assert_eq!(matching(&tree, "go/src", "std"), ["fmt", "internal/abi", "runtime"]);
    assert_eq!(matching(&tree, "go/src", "cmd"), ["cmd/go"]);
}
