//! Go itself as a judge: its scanner, its parser, its letters, and its choice of files.
//!
//! The program `go` is taken from the variable `GO` or the `PATH`. Where there is none, nothing is judged. Of its
//! source files every fourth is compared; with the variable `GO_ORACLE` set to `all`, each.

use reference_escape::ast::{Ast, Expr, ExprKind, Stmt, StmtKind, UnaryOp};
use reference_escape::names::Names;
use reference_escape::package::{Goroot, Loader, Options, Resolved, SourceFile};
use reference_escape::parse::parse;
use reference_escape::scan::Scanner;
use reference_escape::source::{Pos, Sources};
use reference_escape::token::Token;
use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsString;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// Go, if there is one. Says so if there is none.
fn go() -> Option<Go> {
    let program = std::env::var_os("GO").unwrap_or_else(|| OsString::from("go"));
    let mut go = Go { program, root: PathBuf::new() };
    let Some(root) = go.run(&["env", "GOROOT"], "") else {
        say("skipped: no program `go` on the PATH or in the variable GO");
        return None;
    };
    go.root = PathBuf::from(root.trim());
    Some(go)
}

/// Says what a test that passes did, past the test harness, which would keep it.
fn say(text: &str) {
    let _ = writeln!(std::io::stderr(), "{text}");
}

struct Go {
    program: OsString,
    root: PathBuf,
}

impl Go {
    /// The output of `go` with `args`, `None` where it cannot be started or fails.
    fn run(&self, args: &[&str], input: &str) -> Option<String> {
        let mut child = Command::new(&self.program)
            .args(args)
            .env("GOTOOLCHAIN", "local")
            .env("CGO_ENABLED", "0")
            .env_remove("GOOS")
            .env_remove("GOARCH")
            .current_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/oracle"))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .ok()?;
        let mut stdin = child.stdin.take()?;
        let input = input.to_owned();
        let feeder = std::thread::spawn(move || stdin.write_all(input.as_bytes()));
        let output = child.wait_with_output().ok()?;
        feeder.join().ok()?.ok()?;
        output.status.success().then(|| String::from_utf8_lossy(&output.stdout).into_owned())
    }

    /// All Go files of the installation.
    fn files(&self) -> Vec<PathBuf> {
        let mut files = Vec::new();
        let mut waiting = vec![self.root.join("src")];
        while let Some(folder) = waiting.pop() {
            for entry in fs::read_dir(&folder).into_iter().flatten().flatten() {
                let path = entry.path();
                if path.is_dir() {
                    waiting.push(path);
                } else if path.extension().is_some_and(|extension| extension == "go") {
                    files.push(path);
                }
            }
        }
        files.sort();
        files
    }
}

#[test]
fn letters_and_digits_are_gos() {
    let Some(go) = go() else { return };
    let made = go.run(&["run", "letters.go"], "").expect("it runs");
    let table = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/letters/table.rs");
    let kept = fs::read_to_string(table).expect("it is there");
    let version = |text: &str| text.lines().next().unwrap_or_default().to_owned();
    if version(&made) == version(&kept) {
        assert_eq!(made, kept);
    } else {
        say(&format!("skipped: another version of Unicode: {}", version(&made)));
    }
}

#[test]
fn tokens_and_nodes_of_gos_own_sources_are_where_go_finds_them() {
    let Some(go) = go() else { return };
    let all = std::env::var("GO_ORACLE").is_ok_and(|which| which == "all");
    let files: Vec<PathBuf> = go.files().into_iter().step_by(if all { 1 } else { 4 }).collect();
    let list: Vec<String> = files.iter().map(|path| path.display().to_string()).collect();
    let told = go.run(&["run", "syntax.go"], &(list.join("\n") + "\n")).expect("it runs");
    let (mut same, mut wrong) = (0, 0);
    for (path, told) in files.iter().zip(told.lines()) {
        let (_, theirs) = told.rsplit_once(' ').expect("a name and a hash");
        let text = fs::read(path).expect("a readable file");
        // What Go's parser refuses, the compiler may take, and the other way round.
        let (true, Some(lines)) = (theirs != "wrong", lines(&text)) else {
            wrong += 1;
            continue;
        };
        let ours = format!("{:016x}", hash(&lines));
        let difference = || first_difference(&go, path, &lines);
        assert!(ours == theirs, "{}: {}", path.display(), difference());
        same += 1;
    }
    say(&format!("{same} files of Go's are the same, {wrong} are wrong"));
    assert!(same > 1000 && wrong * 20 < same, "{same} same, {wrong} wrong");
}

fn first_difference(go: &Go, path: &Path, ours: &[String]) -> String {
    let input = format!("{}\n", path.display());
    let theirs = go.run(&["run", "syntax.go", "-lines"], &input).unwrap_or_default();
    let pair = ours.iter().map(String::as_str).zip(theirs.lines()).find(|(a, b)| a != b);
    pair.map_or("one is longer".to_owned(), |(ours, theirs)| format!("{ours:?}, Go: {theirs:?}"))
}

/// FNV-1a of lines.
fn hash(lines: &[String]) -> u64 {
    let mut sum: u64 = 0xcbf2_9ce4_8422_2325;
    for byte in lines.iter().flat_map(|line| line.bytes().chain([b'\n'])) {
        sum = (sum ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
    }
    sum
}

/// What is found in `text`, in the lines of `oracle/syntax.go`; `None` where there is a mistake.
fn lines(text: &[u8]) -> Option<Vec<String>> {
    let (mut sources, mut names, mut ast) = (Sources::default(), Names::default(), Ast::default());
    let file = sources.add("", text.len()).ok()?;
    if !parse(text, file, &mut sources, &mut names, &mut ast).is_empty() {
        return None;
    }
    let finder = Finder { ast: &ast, base: sources.pos(file, 0), text };
    let mut nodes: Vec<String> = ast.exprs().filter_map(|expr| finder.expr(expr)).collect();
    nodes.extend(ast.stmts().filter_map(|stmt| finder.stmt(stmt)));
    nodes.sort();
    let mut lines = tokens(text);
    lines.append(&mut nodes);
    Some(lines)
}

fn tokens(text: &[u8]) -> Vec<String> {
    let mut scanner = Scanner::new(text);
    let mut lines = Vec::new();
    loop {
        let lexeme = scanner.next_token();
        let written = match lexeme.token {
            Token::Eof => return lines,
            Token::Semi if text.get(lexeme.start as usize) != Some(&b';') => {
                lines.push("end of line".to_owned());
                continue;
            }
            Token::Name => "IDENT",
            Token::Int => "INT",
            Token::Float => "FLOAT",
            Token::Imag => "IMAG",
            Token::Rune => "CHAR",
            Token::String => "STRING",
            other => other.text(),
        };
        lines.push(format!("{} {written}", lexeme.start));
    }
}

/// Makes a line of each node whose position both trees have.
struct Finder<'a> {
    ast: &'a Ast,
    base: Pos,
    text: &'a [u8],
}

impl Finder<'_> {
    fn at(&self, pos: Pos) -> u32 {
        pos.offset_from(self.base)
    }

    /// The sign that stands at `pos`.
    fn sign(&self, pos: Pos) -> &'static str {
        let mut scanner = Scanner::new(&self.text[self.at(pos) as usize..]);
        scanner.next_token().token.text()
    }

    fn expr(&self, expr: &Expr) -> Option<String> {
        let at = self.at(expr.pos);
        Some(match &expr.kind {
            ExprKind::Binary { x, .. } => {
                let (first, sign) = (self.first(*x)?, self.sign(expr.pos));
                format!("binary {at} {sign} from {}", self.at(first))
            }
            ExprKind::Unary { op: UnaryOp::Star, .. } => format!("unary {at} *"),
            ExprKind::Unary { .. } => format!("unary {at} {}", self.sign(expr.pos)),
            ExprKind::Call { args, has_dots, .. } => {
                format!("call {at} of {} dots {has_dots}", args.len())
            }
            ExprKind::Index { .. } => format!("index {at}"),
            ExprKind::Slice { full, .. } => format!("slice {at} full {full}"),
            ExprKind::Selector { sel, .. } => format!("selector {}", self.at(sel.pos)),
            ExprKind::CompositeLit { elems, rbrace, .. } => {
                format!("literal {at} to {} of {}", self.at(*rbrace), elems.len())
            }
            ExprKind::KeyValue { .. } => format!("pair {at}"),
            ExprKind::FuncLit { body, .. } => {
                format!("function {at} to {}", self.at(body.rbrace))
            }
            ExprKind::MapType { .. } => format!("map {at}"),
            ExprKind::StructType(_) => format!("struct {at}"),
            ExprKind::InterfaceType(_) => format!("interface {at}"),
            ExprKind::ArrayType { .. } | ExprKind::SliceType(_) => format!("array {at}"),
            _ => return None,
        })
    }

    /// Where an operand begins, parentheses aside; `None` where the trees do not agree on it.
    fn first(&self, operand: reference_escape::ast::ExprId) -> Option<Pos> {
        let mut start = operand;
        loop {
            start = match &self.ast[start].kind {
                ExprKind::Paren(x)
                | ExprKind::Binary { x, .. }
                | ExprKind::Call { fun: x, .. }
                | ExprKind::Selector { of: x, .. }
                | ExprKind::Index { of: x, .. }
                | ExprKind::Slice { of: x, .. }
                | ExprKind::Assert { of: x, .. }
                | ExprKind::CompositeLit { ty: Some(x), .. } => *x,
                ExprKind::ChanType { .. } | ExprKind::FuncType { .. } => return None,
                _ => return Some(self.ast[start].pos),
            }
        }
    }

    fn stmt(&self, stmt: &Stmt) -> Option<String> {
        let at = self.at(stmt.pos);
        Some(match &stmt.kind {
            StmtKind::Assign { .. }
            | StmtKind::Define { .. }
            | StmtKind::OpAssign { .. }
            | StmtKind::IncDec { .. } => format!("assignment {at} {}", self.sign(stmt.pos)),
            StmtKind::Send { .. } => format!("send {at}"),
            StmtKind::Labeled { .. } => format!("label {at}"),
            StmtKind::If { els, .. } => format!("if {at} else {}", els.is_some()),
            StmtKind::For { .. } => format!("for {at}"),
            StmtKind::Range(_) => format!("range {at}"),
            StmtKind::Switch { body, rbrace, .. } => {
                format!("switch {at} to {} of {}", self.at(*rbrace), body.len())
            }
            StmtKind::Select { body, rbrace } => {
                format!("select {at} to {} of {}", self.at(*rbrace), body.len())
            }
            StmtKind::Return(_) => format!("return {at}"),
            StmtKind::Branch { .. } => format!("branch {at}"),
            StmtKind::Spawn { .. } => format!("spawn {at}"),
            _ => return None,
        })
    }
}

/// The format of `go list` that [`Listed`] reads.
const FORMAT: &str = "{{.ImportPath}}\t{{.Dir}}\t{{join .GoFiles \" \"}}\t\
                      {{join .TestGoFiles \" \"}}\t{{join .XTestGoFiles \" \"}}\t{{join .Imports \" \"}}";

#[test]
fn packages_have_the_files_and_imports_that_go_lists() {
    let Some(go) = go() else { return };
    let listed = go.run(&["list", "-e", "-f", FORMAT, "std", "cmd/..."], "").expect("it lists");
    let options = Options { goroot: Some(go.root.clone()), ..Options::default() };
    let loader = Loader::new(&go.root.join("src"), &options).expect("a loader");
    assert_eq!(Goroot::at(&go.root).map(|root| root.minor), Ok(Some(loader.platform.minor)));
    let mut count = 0;
    for line in listed.lines() {
        let [path, folder, rest @ ..] = &line.split('\t').collect::<Vec<_>>()[..] else {
            panic!("{line}")
        };
        let selection = loader.select(Path::new(folder)).expect("a selection");
        let found = [&selection.go, &selection.test, &selection.external_test]
            .map(|files| file_names(files));
        assert_eq!(found, [rest[0], rest[1], rest[2]], "{path}");
        count += 1;
        if selection.go.is_empty() {
            continue;
        }
        let (own, imports) = imports(&loader, Path::new(folder));
        assert_eq!(own, *path);
        // A package that is built again for one command has the command's name behind it.
        let theirs: BTreeSet<_> =
            rest[3].split(' ').filter(|word| !word.is_empty() && !word.starts_with('[')).collect();
        assert_eq!(imports.keys().map(String::as_str).collect::<BTreeSet<_>>(), theirs, "{path}");
    }
    say(&format!("{count} packages of Go's are the same"));
    assert!(count > 300);
}

fn file_names(files: &[SourceFile]) -> String {
    files.iter().map(|file| file.name.as_str()).collect::<Vec<_>>().join(" ")
}

/// The path of the package in `folder`, and what it imports.
fn imports(loader: &Loader, folder: &Path) -> (String, BTreeMap<String, Resolved>) {
    let package = loader.folder(folder).expect("a package");
    let mut imports = BTreeMap::new();
    for file in &package.files {
        for import in &file.header.imports {
            let resolved = loader.resolve(&package, file, import).expect("a known package");
            let path = match &resolved {
                Resolved::Unsafe => "unsafe".to_owned(),
                Resolved::Package(found) => found.path.clone(),
            };
            imports.insert(path, resolved);
        }
    }
    (package.path, imports)
}
