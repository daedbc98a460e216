//! Which files of a folder are a package.

use super::tree::Tree;
use reference_escape::package::{LeftOut, PackageErrorKind, SourceFile};

fn names(files: &[SourceFile]) -> Vec<&str> {
    files.iter().map(|file| file.name.as_str()).collect()
}

#[test]
fn names_and_constraints_select_files_and_tests_stand_apart() {
    let tree = Tree::of(&[
        ("m/go.mod", "module m\n"),
        ("m/b.go", "package p\n"),
        ("m/a.go", "//go:build linux\n\npackage p\n"),
        ("m/a_windows.go", "package p\n"),
        ("m/c.go", "//go:build ignore\n\npackage main\n"),
        ("m/d.go", "package p\n\nimport \"C\"\n"),
        ("m/e.go", "package documentation\n"),
        ("m/f_amd64.s", ""),
        ("m/a_test.go", "package p\n"),
        ("m/x_test.go", "package p_test\n"),
        ("m/_g.go", "package q\n"),
        ("m/.h.go", "package q\n"),
        ("m/i.go/j.txt", ""),
    ]);
    let loader = tree.loader("m").expect("a loader");
    let selection = loader.select(&tree.path("m")).expect("a selection");
    assert_eq!(names(&selection.go), ["a.go", "b.go"]);
    assert_eq!(names(&selection.test), ["a_test.go"]);
    assert_eq!(names(&selection.external_test), ["x_test.go"]);
    assert!(selection.has_assembly);
    let left_out = [
        ("a_windows.go", LeftOut::Constraint),
        ("c.go", LeftOut::Constraint),
        ("d.go", LeftOut::Cgo),
        ("e.go", LeftOut::Documentation),
    ];
    let left_out = left_out.map(|(name, why)| (name.to_owned(), why));
    assert_eq!(selection.left_out, left_out);
}

#[test]
fn a_package_has_a_path_a_name_a_version_and_texts() {
    let tree = Tree::of(&[
        ("m/go.mod", "module example.com/m\n\ngo 1.21.3\n"),
        ("m/d/a.go", "package p\n"),
    ]);
    let package = tree.package("m/d").expect("a package");
    assert_eq!((package.path.as_str(), package.name.as_str()), ("example.com/m/d", "p"));
    assert_eq!((package.minor, package.has_assembly), (21, false));
    assert_eq!(package.files[0].text, b"package p\n");
}

#[test]
fn a_folder_without_what_is_built_says_why() {
    let tree = Tree::of(&[
        ("m/go.mod", "module m\n"),
        ("m/none/a.txt", ""),
        ("m/other/a_windows.go", "package p\n"),
        ("m/tests/a_test.go", "package p\n"),
        ("m/cgo/a.go", "package p\n\nimport \"C\"\n"),
        ("m/two/a.go", "package a\n"),
        ("m/two/b.go", "package b\n"),
        ("m/bad/a.go", "//go:build linux &&\n\npackage a\n"),
    ]);
    let told = |folder: &str| tree.told(&tree.package(folder).expect_err("no package"));
    assert_eq!(told("m/none"), "m/none: no Go files");
    assert_eq!(told("m/other"), "m/other: build constraints exclude all Go files");
    assert_eq!(told("m/tests"), "m/tests: no Go files but tests");
    assert_eq!(told("m/cgo"), "m/cgo: all that is built imports \"C\", and cgo is not supported");
    assert_eq!(told("m/two"), "found packages a (a.go) and b (b.go) in m/two");
    assert_eq!(told("m/bad"), "m/bad/a.go: //go:build: unexpected end of expression");
}

#[test]
fn files_that_are_named_are_taken_whatever_they_are_for() {
    let tree = Tree::of(&[
        ("d/a_windows.go", "package p\n"),
        ("d/b.go", "//go:build ignore\n\npackage p\n\nimport \"fmt\"\n"),
        ("d/c.go", "package p\n\nimport \"C\"\n"),
    ]);
    let loader = tree.loader("d").expect("a loader");
    let files = |names: &[&str]| {
        let paths: Vec<_> = names.iter().map(|name| tree.path(&format!("d/{name}"))).collect();
        loader.files(&paths)
    };
    let package = files(&["a_windows.go", "b.go"]).expect("a package");
    assert_eq!(package.path, "command-line-arguments");
    assert_eq!((package.minor, names(&package.files)), (27, vec!["a_windows.go", "b.go"]));
    let error = files(&["c.go"]).expect_err("cgo");
    assert_eq!(error.kind, PackageErrorKind::Cgo);
    let told = "d/c.go:3:8: import \"C\": cgo is not supported, \
                what C code does with pointers is unknown";
    assert_eq!(tree.told(&error), told);
}
