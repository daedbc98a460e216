//! Small texts for tests: one package, which may import others of the same test.

use reference_escape::ast::{Ast, ExprId, ExprKind};
use reference_escape::check::{Importer, Parsed, Program};
use reference_escape::names::{Name, Names};
use reference_escape::parse::parse;
use reference_escape::source::Sources;
use reference_escape::types::{Form, PackageId, Printer, Sizes, TypeId};
use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

/// Packages that a test brings along, by their paths.
struct Brought {
    texts: HashMap<String, String>,
    sources: Rc<RefCell<Sources>>,
}

impl Importer for Brought {
    fn resolve(&mut self, _: &str, path: &str) -> Result<String, String> {
        Ok(path.to_owned())
    }

    fn load(&mut self, names: &mut Names, path: &str) -> Result<Parsed, String> {
        let text = self.texts.get(path).ok_or("no such package")?;
        Ok(parsed(names, &mut self.sources.borrow_mut(), text))
    }
}

fn parsed(names: &mut Names, sources: &mut Sources, text: &str) -> Parsed {
    let mut ast = Ast::default();
    let file = sources.add("x.go", text.len()).expect("small");
    parse(text.as_bytes(), file, sources, names, &mut ast);
    let name = ast.files.first().map_or(Name::EMPTY, |file| file.package.name);
    Parsed { name, ast, version: 27 }
}

/// A text that has been checked.
pub(crate) struct Checked {
    pub(crate) program: Program,
    pub(crate) package: PackageId,
    text: String,
    sources: Rc<RefCell<Sources>>,
}

/// Checks `text`, which is all of a package but its clause; `imports` are pairs of path and text.
pub(crate) fn check_with(text: &str, imports: &[(&str, &str)]) -> Checked {
    let text = format!("package p; {text}");
    let sources: Rc<RefCell<Sources>> = Rc::default();
    let texts =
        imports.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned())).collect();
    let importer = Brought { texts, sources: Rc::clone(&sources) };
    let sizes = Sizes::of("amd64").expect("known");
    let mut names = Names::default();
    let own = parsed(&mut names, &mut sources.borrow_mut(), &text);
    let mut program = Program::new(names, sizes, Box::new(importer));
    let package = program.add_package("example.com/p", own);
    program.check_package(package);
    Checked { program, package, text, sources }
}

/// Checks `text`, which imports nothing but `unsafe`.
pub(crate) fn check(text: &str) -> Checked {
    check_with(text, &[])
}

impl Checked {
    /// What is wrong, as `line:column: message`.
    pub(crate) fn faults(&self) -> Vec<String> {
        let sources = self.sources.borrow();
        let told = |fault: &reference_escape::fault::Fault| fault.told(&sources);
        let list = self.program.faults().list();
        list.iter().map(told).map(|told| told.trim_start_matches("x.go:").to_owned()).collect()
    }

    /// The expression whose text is `wanted`: the last one of those that begin there.
    pub(crate) fn find(&self, wanted: &str) -> ExprId {
        let at = self.text.rfind(wanted).unwrap_or_else(|| panic!("{wanted} is in the text"));
        let ast = self.program.ast(self.package);
        let sources = self.sources.borrow();
        let own = ast.files[0].id;
        let start = sources.pos(own, at as u32);
        let end = start.plus(wanted.len() as u32);
        // Its operator, or itself, lies in the text; of several the one that was made last is the outermost.
        let inside = |id: &ExprId| {
            let listed = matches!(ast[*id].kind, ExprKind::List(_));
            !listed && ast.start(*id) == start && ast[*id].pos < end
        };
        ast.expr_ids().filter(inside).last().unwrap_or_else(|| panic!("{wanted} is an expression"))
    }

    /// The text of a type in a message about the package.
    pub(crate) fn show(&self, ty: TypeId) -> String {
        Printer::new(self.program.types(), &self.program.names, self.package)
            .print(ty, Form::Message)
    }

    /// Type of the expression `wanted`, and its value if it is constant: `int = 3`.
    pub(crate) fn tell(&self, wanted: &str) -> String {
        let id = self.find(wanted);
        let info = self.program.info(self.package);
        let value = info.value(id).map_or(String::new(), |value| format!(" = {value}"));
        format!("{}{value}", self.show(info.ty(id)))
    }
}

/// Asserts that a text is right, and what its expressions are.
pub(crate) fn holds(text: &str, table: &[(&str, &str)]) {
    let checked = check(text);
    assert_eq!(checked.faults(), Vec::<String>::new(), "{text}");
    for (expr, told) in table {
        assert_eq!(checked.tell(expr), *told, "{expr} in {text}");
    }
}

/// Asserts that a text is wrong: `message` is in the first thing that is told of it.
pub(crate) fn refuses(text: &str, message: &str) {
    let faults = check(text).faults();
    let first = faults.first().map_or("nothing", String::as_str);
    assert!(first.contains(message), "{text}\n  wanted {message}\n  told   {first}");
}
