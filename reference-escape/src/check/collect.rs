//! The names that a package declares, before any of them is looked at.

use super::scope::{FileScope, Import};
use super::{Declaration, Info, Parsed, Program, Repeated, State, Unit};
use crate::ast::{
    Ast, ConstDecl, DeclId, DeclKind, ExprId, ExprKind, FuncDecl, Group, Ident, ImportDecl, UnaryOp,
};
use crate::constant::Value;
use crate::hash::Map;
use crate::names::Name;
use crate::types::{FuncObject, ObjectId, ObjectKind, PackageId, VarKind};
use std::rc::Rc;

/// What is gathered while files are walked.
struct Collector<'a> {
    program: &'a mut Program,
    package: PackageId,
    ast: &'a Ast,
    file: u32,
    scope: Map<Name, ObjectId>,
    objects: Vec<ObjectId>,
    methods: Map<Name, Vec<ObjectId>>,
    /// The latest constant of a group that has values.
    latest: (Option<Group>, Option<Repeated>),
}

impl Program {
    /// Takes the names of a parsed package.
    pub(super) fn collect(&mut self, package: PackageId, parsed: Parsed) {
        let ast = Rc::new(parsed.ast);
        let mut files = Vec::with_capacity(ast.files.len());
        let mut collector = Collector {
            program: self,
            package,
            ast: &ast,
            file: 0,
            scope: Map::default(),
            objects: Vec::new(),
            methods: Map::default(),
            latest: (None, None),
        };
        for (at, file) in ast.files.iter().enumerate() {
            collector.file = at as u32;
            let mut scope =
                FileScope { imports: Vec::new(), blank: Vec::new(), version: file.version };
            for node in &file.decls {
                match &ast[*node].kind {
                    DeclKind::Import(import) => collector.import(import, &mut scope),
                    _ => collector.declaration(*node),
                }
            }
            files.push(scope);
        }
        let receiver_aliases = collector.receiver_aliases();
        let Collector { scope, objects, methods, .. } = collector;
        let mut info = Info::new(ast.expr_count());
        for object in &objects {
            info.define(self.types[*object].pos, *object);
        }
        let version = parsed.version;
        let local_types = local_types(&ast);
        let unit = Unit {
            ast,
            info,
            scope,
            objects,
            methods,
            receiver_aliases,
            files,
            local_types,
            row_declared: false,
            version,
        };
        while self.units.len() <= package.index() {
            self.units.push(None);
        }
        self.units[package.index()] = Some(unit);
    }
}

impl Collector<'_> {
    fn import(&mut self, import: &ImportDecl, scope: &mut FileScope) {
        let names = &mut self.program.names;
        let quoted = Value::string_literal(names.text(import.path));
        let text = quoted.as_text().and_then(|text| String::from_utf8(text.bytes()).ok());
        let Some(text) = text else { return };
        let given = import.name.map(|ident| ident.name);
        let dot = given.is_some_and(|name| names.text(name) == ".");
        let guess = names.find(guessed_name(&text));
        let path = names.intern(&text);
        let pos = import.name.map_or(import.path_pos, |ident| ident.pos);
        if given.is_some_and(Name::is_blank) {
            scope.blank.push((pos, path));
            return;
        }
        let name = given.filter(|_| !dot);
        scope.imports.push(Import { pos, path, name, guess, dot, object: None });
    }

    fn declaration(&mut self, node: DeclId) {
        let ast = self.ast;
        match &ast[node].kind {
            DeclKind::Import(_) => {}
            DeclKind::Const(decl) => self.constants(node, decl),
            DeclKind::Var(decl) => {
                for (at, name) in decl.names.iter().enumerate() {
                    self.declare(node, *name, at, ObjectKind::Var(VarKind::Package), None);
                }
            }
            DeclKind::Type(decl) => {
                let kind = ObjectKind::Type { alias: decl.alias, tparams: Box::default() };
                self.declare(node, decl.name, 0, kind, None);
            }
            DeclKind::Func(decl) => self.function(node, decl),
        }
    }

    fn constants(&mut self, node: DeclId, decl: &ConstDecl) {
        let repeated = repeated(decl, &mut self.latest);
        for (at, name) in decl.names.iter().enumerate() {
            self.declare(node, *name, at, ObjectKind::Const(Value::Unknown), repeated);
        }
    }

    fn function(&mut self, node: DeclId, decl: &FuncDecl) {
        let kind = ObjectKind::Func(FuncObject { receiver: None });
        let Some(receiver) = &decl.recv else {
            let hidden = decl.name.name == self.program.init_name;
            let object = self.object(node, decl.name, 0, kind, None);
            if !hidden {
                self.bind(decl.name, object);
            }
            return;
        };
        let object = self.object(node, decl.name, 0, kind, None);
        if let Some(base) = base_name(self.ast, receiver.ty) {
            self.methods.entry(base).or_default().push(object);
        }
    }

    /// Where receivers are written with an alias, the type that it leads to.
    fn receiver_aliases(&self) -> Vec<(Name, Name)> {
        let target = |name: Name| {
            let object = self.scope.get(&name)?;
            let at = self.program.declaration(*object)?;
            match &self.ast[self.program.declarations[at].node].kind {
                DeclKind::Type(decl) if decl.alias => base_name(self.ast, decl.ty),
                _ => None,
            }
        };
        let mut aliases = Vec::new();
        for object in &self.objects {
            let Some(at) = self.program.declaration(*object) else { continue };
            let DeclKind::Func(decl) = &self.ast[self.program.declarations[at].node].kind else {
                continue;
            };
            let Some(name) = decl.recv.and_then(|recv| base_name(self.ast, recv.ty)) else {
                continue;
            };
            let mut base = name;
            // A chain of aliases that is longer than this goes in circles.
            for _ in 0..100 {
                let Some(next) = target(base) else { break };
                base = next;
            }
            if base != name && !aliases.contains(&(name, base)) {
                aliases.push((name, base));
            }
        }
        aliases
    }

    fn declare(
        &mut self,
        node: DeclId,
        ident: Ident,
        at: usize,
        kind: ObjectKind,
        repeated: Option<Repeated>,
    ) {
        let object = self.object(node, ident, at, kind, repeated);
        self.bind(ident, object);
    }

    fn bind(&mut self, ident: Ident, object: ObjectId) {
        if ident.name.is_blank() {
            return;
        }
        if self.scope.insert(ident.name, object).is_some() {
            let name = self.program.text(ident.name).to_owned();
            self.program.fault(ident.pos, format!("{name} redeclared in this block"));
        }
    }

    fn object(
        &mut self,
        node: DeclId,
        ident: Ident,
        at: usize,
        kind: ObjectKind,
        repeated: Option<Repeated>,
    ) -> ObjectId {
        let program = &mut *self.program;
        let object = program.types.declare_object(ident.name, self.package, ident.pos, kind);
        program.declarations.push(Declaration {
            state: State::Unseen,
            object,
            package: self.package,
            file: self.file,
            node,
            at: at as u32,
            repeated,
            uses: Vec::new(),
            body_done: false,
        });
        let number = program.declarations.len() as u32;
        program.declaration_of.resize(object.index() + 1, 0);
        program.declaration_of[object.index()] = number;
        self.objects.push(object);
        object
    }
}

/// The declarations of types that are in functions, aliases left out.
fn local_types(ast: &Ast) -> Vec<DeclId> {
    let mut outer: Vec<DeclId> = ast.files.iter().flat_map(|file| &file.decls).copied().collect();
    outer.sort_unstable();
    let is_type = |id: &DeclId| matches!(&ast[*id].kind, DeclKind::Type(decl) if !decl.alias);
    ast.decl_ids().filter(|id| is_type(id) && outer.binary_search(id).is_err()).collect()
}

/// What a constant has or repeats; remembers it for those that follow in its group.
pub(super) fn repeated(
    decl: &ConstDecl,
    latest: &mut (Option<Group>, Option<Repeated>),
) -> Option<Repeated> {
    if decl.values.is_some() || decl.ty.is_some() {
        let own = Repeated { ty: decl.ty, values: decl.values, inherited: false };
        *latest = (decl.group, Some(own));
        return Some(own);
    }
    let same_group = decl.group.is_some() && latest.0 == decl.group;
    let above = latest.1.filter(|_| same_group)?;
    Some(Repeated { inherited: true, ..above })
}

/// The name of the type that a receiver is of, as written.
pub(super) fn base_name(ast: &Ast, mut ty: ExprId) -> Option<Name> {
    loop {
        ty = match &ast[ty].kind {
            ExprKind::Name(name) => return Some(*name),
            ExprKind::Paren(inner) | ExprKind::Unary { op: UnaryOp::Star, x: inner } => *inner,
            ExprKind::Index { of, .. } => *of,
            _ => return None,
        };
    }
}

/// The name that a package of this path most likely has: the last element, but for a version.
pub fn guessed_name(path: &str) -> &str {
    let mut elements = path.rsplit('/');
    let last = elements.next().unwrap_or(path);
    let is_version = last
        .strip_prefix('v')
        .is_some_and(|n| !n.is_empty() && n.bytes().all(|b| b.is_ascii_digit()));
    if is_version { elements.next().unwrap_or(last) } else { last }
}

#[cfg(test)]
mod tests {
    use super::guessed_name;

    #[test]
    fn a_path_is_guessed_to_be_called_by_its_last_element_that_is_no_version() {
        assert_eq!(guessed_name("fmt"), "fmt");
        assert_eq!(guessed_name("go/ast"), "ast");
        assert_eq!(guessed_name("math/rand/v2"), "rand");
        assert_eq!(guessed_name("example.com/vx"), "vx");
    }
}
