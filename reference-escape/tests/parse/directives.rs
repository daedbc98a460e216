//! Directives, and the declarations that they are for.

use super::{Parsed, decls, told};

#[test]
fn a_directive_is_for_the_declaration_behind_it() {
    assert_eq!(
        decls("//go:noescape\n//go:linkname x y.z\nfunc f(p *int)\n\nfunc g(p *int)"),
        [
            "(func@4:6 noescape _ f@4:6 [] (sig@4:7 (p@4:8:(*@4:10 int@4:11)) ()) _)",
            "(func@6:6 _ g@6:6 [] (sig@6:7 (p@6:8:(*@6:10 int@6:11)) ()) _)"
        ]
    );
    assert_eq!(
        decls("//go:nosplit\n// words\n\n//go:unknown\nfunc f() {}"),
        ["(func@6:6 nosplit nocheckptr _ f@6:6 [] (sig@6:7 () ()) {@6:10 }@6:11)"]
    );
    assert_eq!(
        decls("//go:uintptrescapes\nfunc f(p uintptr)"),
        ["(func@3:6 uintptrescapes uintptrkeepalive _ f@3:6 [] (sig@3:7 \
         (p@3:8:uintptr@3:10) ()) _)"]
    );
}

#[test]
fn an_embedding_is_for_a_variable() {
    assert_eq!(
        decls("var (\n\t//go:embed a.txt \"b c\"\n\tx string\n)"),
        ["(var@4:2 embed x@4:2 string@4:4 _)"]
    );
}

#[test]
fn a_misplaced_directive_is_told() {
    let text = "package p\n//go:noinline\nvar x int\n\nvar y int //go:noinline\n";
    assert_eq!(told(text), ["5:13: misplaced compiler directive"]);
    let text = "package p\n//go:noinline\nvar x int\n";
    assert_eq!(told(text), ["2:3: misplaced compiler directive"]);
    let text = "package p\nfunc f() {\n\t//go:noinline\n\tf()\n}\n//go:build linux\n";
    let twice = ["3:4: misplaced compiler directive", "6:3: misplaced compiler directive"];
    assert_eq!(told(text), twice);
}

#[test]
fn a_linkname_may_stand_anywhere_and_names_one_or_two() {
    let parsed = Parsed::of(b"package p\n\n//go:linkname a\n//go:linkname b c.d\n");
    let names: Vec<(&str, Option<&str>)> = parsed.ast.files[0]
        .linknames
        .iter()
        .map(|link| (parsed.names.text(link.local), link.target.map(|t| parsed.names.text(t))))
        .collect();
    assert_eq!(names, [("a", None), ("b", Some("c.d"))]);
    let wrong = told("package p\n//go:linkname a b c\n");
    assert_eq!(wrong, ["2:3: usage: //go:linkname localname [linkname]"]);
}

#[test]
fn patterns_of_embedded_files_may_be_quoted() {
    let wrong = told("package p\n//go:embed \"a\nvar x string\n//go:embed\nvar y string\n");
    let both =
        ["2:3: invalid quoted string in //go:embed: \"a", "4:3: usage: //go:embed pattern..."];
    assert_eq!(wrong, both);
}

#[test]
fn a_constraint_before_the_package_clause_tells_the_version() {
    let minor = |text: &str| Parsed::of(text.as_bytes()).ast.files[0].minor(25);
    assert_eq!(minor("package p\n"), 25, "the package's");
    assert_eq!(minor("//go:build go1.18\n\npackage p\n"), 21, "the oldest that may be asked for");
    assert_eq!(minor("//go:build go1.26\n\npackage p\n"), 26);
    let version = |text: &str| Parsed::of(text.as_bytes()).ast.files[0].version;
    assert_eq!(version("//go:build go1.21\n\npackage p\n"), Some(21));
    assert_eq!(version("//go:build linux && go1.21 || go1.18\n\npackage p\n"), Some(18));
    assert_eq!(version("//go:build linux\n\npackage p\n"), None);
    assert_eq!(version("package p\n//go:build go1.21\n"), None);
}

#[test]
fn a_line_directive_moves_what_is_told() {
    let text = "package p\n//line gen/x.y:70\nvar a b c\n/*line z.y:3:8*/ var d e f\n";
    let parsed = Parsed::of(text.as_bytes());
    let told: Vec<String> =
        parsed.faults.list().iter().map(|fault| fault.told(&parsed.sources)).collect();
    let expected = [
        "gen/x.y:70: syntax error: unexpected name c after top level declaration",
        "z.y:3:17: syntax error: unexpected name f after top level declaration",
    ];
    assert_eq!(told, expected);
}

#[test]
fn a_wrong_line_directive_is_told_and_changes_nothing() {
    let text =
        "//line x.y:0\n//line x.y:1:0\n//line x.y:z\n//line words\n  //line x.y:9\npackage p";
    let wrong = [
        "1:12: invalid line number: 0",
        "2:14: invalid column number: 0",
        "3:12: invalid line number: z",
    ];
    assert_eq!(told(text), wrong);
}
