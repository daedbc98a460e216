//! Texts that were made to hurt: none may panic, overflow a stack, or take long.

mod listed;
#[expect(dead_code, reason = "only what checks a text is wanted here")]
mod snippet;

use listed::{Loader, go, list};
use reference_escape::ast::Ast;
use reference_escape::check::{Parsed, Program};
use reference_escape::names::{Name, Names};
use reference_escape::parse::parse;
use reference_escape::types::Sizes;
use snippet::check;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

/// `open` and `close` around `core`, so many times.
fn nested(open: &str, core: &str, close: &str, depth: usize) -> String {
    format!("{}{core}{}", open.repeat(depth), close.repeat(depth))
}

#[test]
fn deep_nesting_is_refused_or_checked_but_overflows_no_stack() {
    for depth in [10, 300, 900, 5000] {
        check(&format!("var x = {}", nested("-", "1", "", depth)));
        check(&format!("func f(int) int; var x = {}", nested("f(", "1", ")", depth)));
        check(&format!("var x {}", nested("[]", "int", "", depth)));
        check(&format!("var x {}", nested("struct { x ", "int", " }", depth)));
        check(&format!("var x {}", nested("func(", "int", ")", depth)));
        check(&format!("var x = {}", nested("[]any{", "1", "}", depth)));
        check(&format!("var x = {}", nested("func() { _ = ", "1", " }", depth)));
        check(&format!("func f() {{ {} }}", nested("{", ";", "}", depth)));
        check(&format!("func f() {{ {} }}", nested("if true {", ";", "}", depth)));
        check(&format!("func f() {{ {} }}", nested("switch { case true: ", ";", "}", depth)));
        check(&format!("type T[P any] struct{{}}; var x {}", nested("T[", "int", "]", depth)));
        check(&format!("type T struct {{ t *T }}; func f(t T) {{ _ = t{} }}", ".t".repeat(depth)));
        check(&format!("func f(m [9]int) {{ _ = {} }}", nested("m[", "0", "]", depth)));
        check(&format!("var x = {}", nested("&struct{ p any }{", "nil", "}", depth)));
    }
}

#[test]
fn what_is_long_without_nesting_is_checked_in_full() {
    let sum = vec!["\"some text\""; 20_000].join(" + ");
    assert_eq!(check(&format!("const s = {sum}; const n = len(s)")).faults(), Vec::<String>::new());
}

#[test]
fn a_chain_of_calls_is_followed_to_its_end() {
    let build =
        "type B struct { f []*B; g *B }; func (b *B) Add(int) *B { return b }; var b = &B{}";
    for link in [".Add(1)", ".g", ".f[0]", ".f[0].Add(2).g", ".f[1:][0]"] {
        let text = format!("{build}; var x = b{}", link.repeat(5000));
        assert_eq!(check(&text).faults(), Vec::<String>::new(), "{link}");
    }
    let matrix = "type M []M; var m M";
    assert_eq!(
        check(&format!("{matrix}; var x = m{}", "[0]".repeat(5000))).faults(),
        Vec::<String>::new()
    );
}

#[test]
fn a_chain_of_else_is_followed_to_its_end() {
    let chain = vec!["else if x == 1 { x++ } "; 3000].concat();
    let text = format!("func f(x int) {{ if x == 0 {{ }} {chain} }}");
    assert_eq!(check(&text).faults(), Vec::<String>::new());
}

#[test]
fn declarations_that_need_each_other_in_a_row_are_found_from_its_other_end() {
    let mut up = String::from("const c5000 = 1; ");
    let mut down = String::from("var v0 = 1; ");
    for at in 0..5000 {
        let _ = write!(down, "var v{} = v{at} + 1; ", at + 1);
        up.insert_str(0, &format!("const c{at} = c{} + 1; ", at + 1));
    }
    for (text, value) in [(down, "v5000"), (up.clone(), "c0"), (reversed(&up), "c0")] {
        let faults = check(&format!("var first = {value}; {text}")).faults();
        assert_eq!(faults, Vec::<String>::new());
    }
}

fn reversed(decls: &str) -> String {
    let mut all: Vec<&str> = decls.split_inclusive("; ").collect();
    all.reverse();
    all.concat()
}

#[test]
fn types_in_types_are_measured_at_any_depth() {
    let mut types = String::from("type T0 struct{}; ");
    for at in 0..50_000 {
        let _ = write!(types, "type T{} struct {{ a, b T{at} }}; ", at + 1);
    }
    check(&format!(
        "import \"unsafe\"; {types} func f(t T50000) bool {{ return t == t }}; var n = unsafe.Sizeof(T50000{{}})"
    ));
}

#[test]
fn sizes_that_no_machine_has_are_no_sizes() {
    check(
        "import \"unsafe\"; type T struct { a [1 << 62]int; b [1 << 62]string; c struct{} }; var t T; \
         var x, y = unsafe.Sizeof(t), unsafe.Offsetof(t.c); var z = [1 << 62]int{1 << 61: 1}; const n = len(z) * 4",
    );
}

#[test]
fn what_doubles_at_each_step_takes_no_more_than_its_text() {
    let mut text = String::from("type A0[P any] = struct { a, b P }; ");
    for at in 0..60 {
        let _ = write!(text, "type A{}[P any] = A{at}[A{at}[P]]; ", at + 1);
    }
    check(&format!("{text} var x A60[int]; var y A60[int8]; func f() {{ x = y }}"));
    let mut text = String::from("const s0 = \"0123456789\"; ");
    for at in 0..200 {
        let _ = write!(text, "const s{} = s{at} + s{at}; ", at + 1);
    }
    check(&format!("{text} const b = s200 == s199"));
    let mut text = String::from("const n0 = 3; const f0 = 1e300; ");
    for at in 0..100 {
        let _ = write!(text, "const n{0} = n{at} * n{at}; const f{0} = f{at} * f{at}; ", at + 1);
    }
    check(&text);
    let mut text = String::from("type T0 struct { x int }; ");
    for at in 0..40 {
        let _ = write!(
            text,
            "type L{0} struct {{ T{at} }}; type R{0} struct {{ T{at} }}; type T{0} struct {{ L{0}; R{0} }}; ",
            at + 1
        );
    }
    check(&format!("{text} func f(t T40) {{ _ = t.x }}"));
    check("type T[P any] struct { f *T[T[P]] }; var t T[int]; var u = t.f.f.f.f.f");
    check("func f[P any](p P) { f[*P](nil) }; func g() { f(1) }");
    check("func f[P interface{ []P | [2]P }](p, q P) bool { return p == q }");
    check("type I[P any] interface { m() I[I[P]] }; func f[P I[P]](p P) { p.m().m().m() }");
}

/// All Go files below a folder.
fn files_below(folder: &Path, found: &mut Vec<PathBuf>) {
    let Ok(entries) = std::fs::read_dir(folder) else { return };
    for entry in entries.flatten() {
        let path = entry.path();
        if path.is_dir() {
            files_below(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "go") {
            found.push(path);
        }
    }
}

/// The texts with which Go's own type checker is tested, most of them wrong: what is right is found right, and
/// nothing panics.
#[test]
fn texts_that_test_another_checker_are_checked_to_the_end() {
    let Some(go) = go() else {
        eprintln!("skipped: there is no Go here");
        return;
    };
    let listed = list(&go, &["std"]);
    let root = std::process::Command::new(&go).args(["env", "GOROOT"]).output().expect("go runs");
    let root = PathBuf::from(String::from_utf8_lossy(&root.stdout).trim());
    let mut files = Vec::new();
    files_below(&root.join("src/internal/types/testdata"), &mut files);
    files.sort();
    assert!(files.len() > 300, "{}", files.len());
    let (mut right, mut wrong, mut missed) = (0, 0, 0);
    for file in files {
        let text = std::fs::read_to_string(&file).expect("readable");
        // Of a package of two files one is not enough.
        if file.ends_with("issue25008b.go") {
            continue;
        }
        let expects = text.contains("ERROR")
            || text.contains("assert(")
            || text.contains("-lang=")
            || text.contains("-goexperiment");
        let faults = faults_of(&file, &text, &listed);
        match (expects, faults.is_empty()) {
            (false, true) => right += 1,
            (false, false) => {
                wrong += 1;
                eprintln!("{}: {}", file.display(), faults.join("\n  "));
            }
            (true, true) => missed += 1,
            (true, false) => {}
        }
    }
    eprintln!(
        "{right} right files are right, {wrong} are not; in {missed} files nothing wrong is found"
    );
    assert_eq!(wrong, 0);
}

/// Numbers that look random and are the same in each run.
struct Dice(u64);

impl Dice {
    fn below(&mut self, bound: usize) -> usize {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((self.0 >> 33) as usize) % bound
    }
}

/// A text with a few of its words deleted, doubled, or put in the place of others.
fn mutated(text: &str, dice: &mut Dice) -> String {
    let word = |c: char| c.is_alphanumeric() || c == '_';
    let mut words: Vec<&str> = Vec::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let end = if word(first) {
            rest.find(|c| !word(c)).unwrap_or(rest.len())
        } else {
            first.len_utf8()
        };
        words.push(&rest[..end]);
        rest = &rest[end..];
    }
    for _ in 0..=dice.below(4) {
        let (at, other) = (dice.below(words.len()), dice.below(words.len()));
        match dice.below(4) {
            0 => words[at] = "",
            1 => words.insert(at, words[other]),
            2 => words[at] = words[other],
            _ => words.swap(at, other),
        }
    }
    words.concat()
}

/// `MUTATIONS` in the environment says how many each text gets.
#[test]
fn texts_with_a_few_words_changed_are_checked_to_the_end() {
    let Some(go) = go() else {
        eprintln!("skipped: there is no Go here");
        return;
    };
    let root = std::process::Command::new(&go).args(["env", "GOROOT"]).output().expect("go runs");
    let root = PathBuf::from(String::from_utf8_lossy(&root.stdout).trim());
    let mut files = Vec::new();
    for folder in ["internal/types/testdata", "sort", "slices", "container", "unicode/utf8"] {
        files_below(&root.join("src").join(folder), &mut files);
    }
    files.sort();
    let count = std::env::var("MUTATIONS").ok().and_then(|n| n.parse().ok()).unwrap_or(3);
    let mut dice = Dice(1);
    for file in files {
        let Ok(text) = std::fs::read_to_string(&file) else { continue };
        for _ in 0..count {
            let text = mutated(&text, &mut dice);
            if std::env::var_os("MUTATIONS").is_some() {
                let _ = std::fs::write(std::env::temp_dir().join("mutated.go"), &text);
            }
            faults_of(&file, &text, "");
        }
    }
}

fn faults_of(file: &Path, text: &str, listed: &str) -> Vec<String> {
    let loader = Loader::new(listed);
    let sources = loader.sources.clone();
    let mut names = Names::default();
    let mut ast = Ast::default();
    let id = sources.borrow_mut().add(&file.to_string_lossy(), text.len()).expect("small");
    let parsed = parse(text.as_bytes(), id, &mut sources.borrow_mut(), &mut names, &mut ast);
    if !parsed.is_empty() && !listed.is_empty() {
        return parsed.list().iter().take(3).map(|fault| fault.told(&sources.borrow())).collect();
    }
    let name = ast.files.first().map_or(Name::EMPTY, |file| file.package.name);
    let sizes = Sizes::of("amd64").expect("known");
    let mut program = Program::new(names, sizes, Box::new(loader));
    let package = program.add_package("p", Parsed { name, ast, version: 27 });
    program.check_package(package);
    let list = program.faults().list();
    list.iter().take(3).map(|fault| fault.told(&sources.borrow())).collect()
}
