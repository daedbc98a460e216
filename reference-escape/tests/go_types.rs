//! What the checker finds in the packages of Go's library is what go/types finds.
//!
//! `tests/oracle/types.go` tells for each expression its mode, its type as the compiler prints types, and its
//! value if it is constant; the same is told of our tables, and both are compared by position.
//! `ORACLE_PACKAGES` in the environment names other packages than those below; `std` is all of the library.
//! With `ORACLE_TESTS` the tests of these packages are checked with them; `ORACLE_GOARCH` names another machine
//! than amd64.

#![expect(clippy::print_stdout, reason = "a test that needs Go says so where there is none")]

mod listed;

use listed::{Loader, go, list};
use reference_escape::ast::{ExprId, ExprKind};
use reference_escape::check::{Mode, Program, SelectionKind};
use reference_escape::names::Names;
use reference_escape::source::{Pos, Sources};
use reference_escape::types::{Form, ObjectId, ObjectKind, PackageId, Printer, Sizes, TypeSets};
use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Instant;

const PACKAGES: &str = "errors sort strings bytes strconv unicode/utf8 container/list container/ring path \
    text/tabwriter encoding/hex encoding/base64 encoding/binary encoding/json hash/crc32 math/bits math/rand \
    slices sync/atomic regexp/syntax go/scanner go/token go/types text/template/parse archive/tar fmt";

#[test]
fn expressions_of_the_library_have_the_types_and_values_that_go_types_finds() {
    let Some(go) = go() else {
        println!("skipped: there is no Go here");
        return;
    };
    let packages = std::env::var("ORACLE_PACKAGES").unwrap_or_else(|_| PACKAGES.to_owned());
    let patterns: Vec<&str> = packages.split_whitespace().collect();
    let packages_of = list(&go, &patterns);
    // Of tests, each package is taken together with its own.
    let own_tests = |path: &&str| {
        path.split_once(" [").is_some_and(|(path, rest)| {
            rest.strip_suffix(".test]").is_some_and(|of| path.trim_end_matches("_test") == of)
        })
    };
    let paths: Vec<&str> = if std::env::var_os("ORACLE_TESTS").is_some() {
        packages_of.lines().filter_map(|line| line.split('\t').next()).filter(own_tests).collect()
    } else if patterns.iter().any(|pattern| *pattern == "std" || pattern.contains("...")) {
        packages_of
            .lines()
            .filter_map(|line| line.split('\t').next())
            .filter(|path| *path != "unsafe")
            .collect()
    } else {
        patterns
    };
    let theirs = oracle(&go, &packages_of, &paths);
    let loader = Loader::new(&packages_of);
    let (sources, lines) = (loader.sources.clone(), loader.lines.clone());
    let sizes = Sizes::of(&listed::arch()).expect("known");
    let mut program = Program::new(Names::default(), sizes, Box::new(loader));
    let began = Instant::now();
    for path in &paths {
        program.import(path).expect("a listed package is there");
    }
    let reading = began.elapsed();
    let began = Instant::now();
    let mut checked = Vec::new();
    let mut faulty = 0;
    for path in &paths {
        let package = program.import(path).expect("a listed package is there");
        let before = program.faults().list().len() + program.faults().omitted();
        program.check_package(package);
        faulty += usize::from(program.faults().list().len() + program.faults().omitted() > before);
        checked.push((*path, package));
    }
    println!(
        "{} packages, {} with faults; {} lines read in {:?}, checked in {:?}",
        checked.len(),
        faulty,
        lines.borrow(),
        reading,
        began.elapsed()
    );
    for fault in program.faults().list().iter().take(60) {
        println!("{}", fault.told(&sources.borrow()));
    }
    let mut compared = Compared::default();
    for (path, package) in checked {
        compared.package(&mut program, &sources.borrow(), path, package, &theirs);
    }
    println!(
        "{} facts compared, {} disagree, {} of go/types are not ours",
        compared.equal + compared.different,
        compared.different,
        compared.missing
    );
    assert!(compared.equal > 0);
    assert_eq!((faulty, compared.different, compared.missing), (0, 0, 0));
}

type Told = HashMap<String, HashMap<String, String>>;

/// What go/types says: for each package, by position and kind.
fn oracle(go: &Path, listed: &str, paths: &[&str]) -> Told {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/oracle/types.go");
    let program = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("oracle");
    let built = Command::new(go)
        .args(["build", "-o"])
        .arg(&program)
        .arg(source)
        .envs([("GOTOOLCHAIN", "local"), ("GO111MODULE", "off"), ("CGO_ENABLED", "0")])
        .status()
        .expect("go build runs");
    assert!(built.success());
    let mut child = Command::new(program)
        .args(paths)
        .env("ORACLE_GOARCH", listed::arch())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("the oracle runs");
    let mut stdin = child.stdin.take().expect("a pipe");
    let listed = listed.to_owned();
    let writer = std::thread::spawn(move || {
        use std::io::Write as _;
        stdin.write_all(listed.as_bytes())
    });
    let output = child.wait_with_output().expect("the oracle ends");
    writer.join().expect("no panic").expect("the oracle reads all");
    let mut told = Told::new();
    let mut package = String::new();
    for line in String::from_utf8_lossy(&output.stdout).lines() {
        if let Some(path) = line.strip_prefix("package ") {
            path.clone_into(&mut package);
        } else if let Some((key, rest)) = line.split_once(' ') {
            told.entry(package.clone()).or_default().insert(key.to_owned(), rest.to_owned());
        }
    }
    told
}

#[derive(Default)]
struct Compared {
    equal: usize,
    different: usize,
    missing: usize,
    shown: usize,
}

impl Compared {
    fn package(
        &mut self,
        program: &mut Program,
        sources: &Sources,
        path: &str,
        package: PackageId,
        theirs: &Told,
    ) {
        let empty = HashMap::new();
        let theirs = theirs.get(path).unwrap_or(&empty);
        let ast = program.ast(package);
        let mut seen = 0;
        for id in ast.expr_ids() {
            let ty = program.info(package).ty(id);
            program.prepare_to_print(ty);
            let Some(key) = place(program, sources, package, id) else { continue };
            let Some(wanted) = theirs.get(&key) else { continue };
            seen += 1;
            let told = tell(program, package, id);
            self.compare(path, &key, &told, wanted);
        }
        seen += self.objects(program, sources, path, package, theirs);
        let missing = theirs.len().saturating_sub(seen);
        if missing > 0 {
            println!("{path}: {missing} of {} expressions of go/types are not ours", theirs.len());
            let ours: std::collections::HashSet<String> =
                ast.expr_ids().filter_map(|id| place(program, sources, package, id)).collect();
            for (key, told) in theirs
                .iter()
                .filter(|(key, _)| {
                    !ours.contains(*key)
                        && !key.ends_with(['O', 'P', 'G'])
                        && !key.starts_with("init:")
                })
                .take(3)
            {
                println!("  {key} {told}");
            }
        }
        self.missing += missing;
    }
}

impl Compared {
    fn compare(&mut self, path: &str, key: &str, ours: &str, theirs: &str) {
        if ours == theirs {
            self.equal += 1;
            return;
        }
        self.different += 1;
        if self.shown < 100 {
            self.shown += 1;
            println!("{path} {key}\n  ours   {ours}\n  theirs {theirs}");
        }
    }

    /// Compares what identifiers denote, ways of selections, type arguments, and the order of initial values.
    fn objects(
        &mut self,
        program: &Program,
        sources: &Sources,
        path: &str,
        package: PackageId,
        theirs: &HashMap<String, String>,
    ) -> usize {
        let (ast, info) = (program.ast(package), program.info(package));
        let mut named: HashMap<Pos, ExprId> = HashMap::new();
        for id in ast.expr_ids() {
            match ast[id].kind {
                ExprKind::Name(_) => named.insert(ast[id].pos, id),
                ExprKind::Selector { sel, .. } => named.insert(sel.pos, id),
                _ => None,
            };
        }
        let mut files = HashMap::new();
        for file in &ast.files {
            let name = sources.path(file.id).rsplit('/').next().unwrap_or_default();
            files.insert(name.to_owned(), file.id);
        }
        let mut seen = 0;
        for (key, wanted) in theirs {
            let mut parts = key.split(':');
            let (Some(first), Some(second)) = (parts.next(), parts.next()) else { continue };
            let ours = if first == "init" {
                let at: usize = second.parse().expect("a number");
                initializer(program, package, at)
            } else {
                let offset: u32 = second.parse().expect("a number");
                let pos = sources.pos(files[first], offset);
                let id = named.get(&pos).copied();
                match parts.next() {
                    Some("O") => {
                        let used = id.and_then(|id| info.used(id));
                        let object = info.label(pos).or(used).or_else(|| info.defined(pos));
                        object.map_or("nothing".to_owned(), |object| {
                            denoted(program, sources, object)
                        })
                    }
                    Some("P") => {
                        id.map_or("nothing".to_owned(), |id| selection(program, package, id))
                    }
                    Some("G") => {
                        id.map_or("nothing".to_owned(), |id| arguments(program, package, id))
                    }
                    _ => continue,
                }
            };
            seen += 1;
            self.compare(path, key, &ours, wanted);
        }
        seen
    }
}

fn initializer(program: &Program, package: PackageId, at: usize) -> String {
    let name = |object: &ObjectId| program.names.text(program.types()[*object].name).to_owned();
    let list = &program.info(package).initializers;
    list.get(at)
        .map_or("nothing".to_owned(), |one| one.vars.iter().map(name).collect::<Vec<_>>().join(","))
}

fn denoted(program: &Program, sources: &Sources, object: ObjectId) -> String {
    let object = &program.types()[object];
    let kind = match object.kind {
        ObjectKind::Const(_) => "const",
        ObjectKind::Type { .. } => "type",
        ObjectKind::Var(_) => "var",
        ObjectKind::Func(_) => "func",
        ObjectKind::Label => "label",
        ObjectKind::Builtin(_) => "builtin",
        ObjectKind::Nil => "nil",
        ObjectKind::Import(_) => "import",
    };
    let place = sources.file(object.pos).map_or("-".to_owned(), |file| {
        let base = sources.path(file).rsplit('/').next().unwrap_or_default();
        format!("{base}:{}", object.pos.offset_from(sources.pos(file, 0)))
    });
    format!("{kind} {place}")
}

fn selection(program: &Program, package: PackageId, id: ExprId) -> String {
    let info = program.info(package);
    let Some(selection) = info.selection(id) else { return "nothing".to_owned() };
    let kind = match selection.kind {
        SelectionKind::Field => "field",
        SelectionKind::Method => "method",
        SelectionKind::MethodExpr => "expr",
    };
    let mut path: Vec<String> = info.path(selection).iter().map(u32::to_string).collect();
    if selection.kind != SelectionKind::Field {
        path.pop();
    }
    format!("{kind} [{}] {}", path.join(" "), selection.indirect)
}

fn arguments(program: &Program, package: PackageId, id: ExprId) -> String {
    let Some(targs) = program.info(package).type_arguments(id) else { return "nothing".to_owned() };
    let printer = Printer::new(program.types(), &program.names, PackageId::UNSAFE);
    let texts: Vec<String> = targs.iter().map(|ty| printer.print(*ty, Form::Message)).collect();
    without_numbers(&texts.join(", "))
}

/// The text of a type without the numbers of local types, which go/types does not give them.
fn without_numbers(text: &str) -> String {
    let mut parts = text.split('·');
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |text, part| text + part.trim_start_matches(|c: char| c.is_ascii_digit()))
}

/// File, offset and kind of an expression, as the oracle writes them.
fn place(program: &Program, sources: &Sources, package: PackageId, id: ExprId) -> Option<String> {
    let ast = program.ast(package);
    let expr = &ast[id];
    let mut pos = expr.pos;
    let kind = match &expr.kind {
        ExprKind::Name(_) => 'N',
        ExprKind::BasicLit { .. } => 'L',
        ExprKind::CompositeLit { .. } => 'K',
        ExprKind::FuncLit { .. } => 'F',
        ExprKind::Selector { sel, .. } => {
            pos = sel.pos;
            'S'
        }
        ExprKind::Index { .. } => 'I',
        ExprKind::Slice { .. } => 'X',
        ExprKind::Assert { .. } => 'A',
        ExprKind::Call { .. } => 'C',
        ExprKind::Unary { .. } => 'U',
        ExprKind::Binary { .. } => 'B',
        ExprKind::ArrayType { .. }
        | ExprKind::SliceType(_)
        | ExprKind::StructType(_)
        | ExprKind::MapType { .. }
        | ExprKind::ChanType { .. }
        | ExprKind::InterfaceType(_) => 'T',
        _ => return None,
    };
    let file = sources.file(pos)?;
    let offset = pos.offset_from(sources.pos(file, 0));
    let path = sources.path(file);
    let base = path.rsplit('/').next().unwrap_or(path);
    Some(format!("{base}:{offset}:{kind}"))
}

fn tell(program: &Program, package: PackageId, id: ExprId) -> String {
    let info = program.info(package);
    let expr = info.expr(id);
    let mode = match expr.mode {
        Mode::Invalid => return "invalid".to_owned(),
        Mode::NoValue => return "n ".to_owned(),
        Mode::Builtin => "b",
        Mode::Type => "t",
        Mode::Constant => "c",
        Mode::Variable => "a",
        Mode::MapIndex | Mode::Value | Mode::Nil | Mode::CommaOk => "v",
    };
    let printer = Printer::new(program.types(), &program.names, PackageId::UNSAFE);
    let ty = without_numbers(&printer.print(expr.ty, Form::Message));
    let value =
        info.value(id).map_or(String::new(), |value| format!(" = {} ~ {value}", value.exact()));
    format!("{mode} {ty}{value}")
}
