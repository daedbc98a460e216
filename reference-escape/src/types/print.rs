//! Types as the compiler writes them.

use super::{
    Basic, Field, Interface, Method, Package, PackageId, Predeclared, Signature, Symbol, Type,
    TypeId, Types,
};
use crate::ast::ChanDir;
use crate::constant::quote;
use crate::names::{Name, Names, is_exported};
use std::fmt::Write as _;

/// For whom a type is written.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Form {
    /// For a person: packages by their names, the current one left out.
    Message,
    /// As part of a name that is the same in every package: packages by their full paths.
    Link,
}

/// Writes types. Interfaces are written by their methods, those of embedded interfaces among them, as far as
/// these are known: [`super::TypeSets::prepare_to_print`] sees to that.
#[derive(Clone, Copy, Debug)]
pub struct Printer<'a> {
    /// The types.
    pub types: &'a Types,
    /// Their names.
    pub names: &'a Names,
    /// The package that messages are about.
    pub package: PackageId,
    /// Names that several packages among its imports have: these packages are told by their paths.
    pub ambiguous: &'a [Name],
}

/// Longer texts are cut: only types that double at each step come this far.
const MAX_LENGTH: usize = 1 << 16;

impl<'a> Printer<'a> {
    /// A printer for messages about `package` in which no package's name is ambiguous.
    pub fn new(types: &'a Types, names: &'a Names, package: PackageId) -> Printer<'a> {
        Printer { types, names, package, ambiguous: &[] }
    }

    /// The text of `ty`.
    pub fn print(&self, ty: TypeId, form: Form) -> String {
        let mut writer = Writer { printer: *self, form, text: String::new() };
        writer.ty(ty);
        writer.text
    }

    /// The text of a signature without `func`.
    pub fn signature(&self, sig: &Signature, form: Form) -> String {
        let mut writer = Writer { printer: *self, form, text: String::new() };
        writer.signature(sig);
        writer.text
    }

    /// How `package` is told before a name: with a dot behind it, or not at all.
    pub fn qualifier(&self, package: PackageId, form: Form) -> String {
        let Package { path, name } = self.types[package];
        match form {
            _ if package == PackageId::NONE => String::new(),
            // The compiler knows a program by no other path.
            Form::Link if self.names.text(name) == "main" => "main.".to_owned(),
            Form::Link => format!("{}.", link_path(self.names.text(path))),
            Form::Message if package == self.package => String::new(),
            Form::Message if self.ambiguous.contains(&name) => {
                format!("{}.", quote(self.names.text(path).as_bytes()))
            }
            Form::Message => format!("{}.", self.names.text(name)),
        }
    }
}

/// A name without the number that tells local types apart.
fn without_number(name: &str) -> &str {
    match name.rsplit_once('·') {
        Some((short, number)) if number.bytes().all(|byte| byte.is_ascii_digit()) => short,
        _ => name,
    }
}

/// An import path as it is in link names: dots of the last element and what is not printed are escaped.
fn link_path(path: &str) -> String {
    // What the compiler makes up has no path, and keeps its name.
    if path == "go.shape" {
        return path.to_owned();
    }
    let last = path.rfind('/').map_or(0, |slash| slash + 1);
    let mut text = String::with_capacity(path.len());
    for (at, byte) in path.bytes().enumerate() {
        let escaped = byte <= b' ' || byte == b'%' || byte == b'"' || byte >= 0x7f;
        if escaped || byte == b'.' && at >= last {
            let _ = write!(text, "%{byte:02x}");
        } else {
            text.push(char::from(byte));
        }
    }
    text
}

struct Writer<'a> {
    printer: Printer<'a>,
    form: Form,
    text: String,
}

impl Writer<'_> {
    fn put(&mut self, text: &str) {
        self.text.push_str(text);
    }

    fn ty(&mut self, ty: TypeId) {
        if self.text.len() > MAX_LENGTH {
            return;
        }
        let types = self.printer.types;
        match &types[ty] {
            Type::Basic(basic) => self.put(match self.form {
                Form::Message => basic.name(),
                Form::Link => basic.proper().name(),
            }),
            Type::Pointer(elem) => self.prefixed("*", *elem),
            Type::Slice(elem) => self.prefixed("[]", *elem),
            Type::Array { elem, len } => self.prefixed(&format!("[{len}]"), *elem),
            Type::Map { key, value } => {
                self.prefixed("map[", *key);
                self.prefixed("]", *value);
            }
            Type::Chan { dir, elem } => self.chan(*dir, *elem),
            Type::Struct(fields) => self.structure(fields),
            Type::Signature(sig) => {
                self.put("func");
                self.signature(sig);
            }
            Type::Interface(interface) => self.interface(interface),
            Type::Tuple(all) => self.list(all, false),
            Type::Union(terms) => {
                for (at, term) in terms.iter().enumerate() {
                    self.put(if at > 0 { " | " } else { "" });
                    self.prefixed(if term.tilde { "~" } else { "" }, term.ty);
                }
            }
            Type::Named(_) => self.named(ty),
            Type::Param(_) => {
                let name = types.as_param(ty).map(|param| types[param.object].name);
                self.put(name.map_or("", |name| self.printer.names.text(name)));
            }
        }
    }

    fn prefixed(&mut self, prefix: &str, ty: TypeId) {
        self.put(prefix);
        self.ty(ty);
    }

    fn named(&mut self, ty: TypeId) {
        let Some(named) = self.printer.types.as_named(ty) else { return };
        let object = &self.printer.types[named.object];
        let qualifier = self.printer.qualifier(object.package, self.form);
        self.put(&qualifier);
        let name = self.printer.names.text(object.name);
        // A shape is called like a type; if that is a local one, its number is the end of the name.
        let short = if self.form == Form::Message { without_number(name) } else { name };
        self.put(short);
        if !named.targs.is_empty() {
            self.put("[");
            // Arguments are part of a name, and names are the same in every package.
            let form = std::mem::replace(&mut self.form, Form::Link);
            for (at, arg) in named.targs.iter().enumerate() {
                self.prefixed(if at > 0 { "," } else { "" }, *arg);
            }
            self.form = form;
            self.put("]");
        }
        if self.form == Form::Link && named.local > 0 {
            self.put(&format!("·{}", named.local));
        }
    }

    fn chan(&mut self, dir: ChanDir, elem: TypeId) {
        match dir {
            ChanDir::Recv => self.prefixed("<-chan ", elem),
            ChanDir::Send => self.prefixed("chan<- ", elem),
            ChanDir::Both => {
                let receiver =
                    matches!(self.printer.types[elem], Type::Chan { dir: ChanDir::Recv, .. });
                self.prefixed(if receiver { "chan (" } else { "chan " }, elem);
                self.put(if receiver { ")" } else { "" });
            }
        }
    }

    fn list(&mut self, all: &[TypeId], variadic: bool) {
        self.put("(");
        for (at, ty) in all.iter().enumerate() {
            self.put(if at > 0 { ", " } else { "" });
            match self.printer.types[*ty] {
                Type::Slice(elem) if variadic && at + 1 == all.len() => self.prefixed("...", elem),
                _ => self.ty(*ty),
            }
        }
        self.put(")");
    }

    fn signature(&mut self, sig: &Signature) {
        self.list(&sig.params, sig.variadic);
        match &*sig.results {
            [] => {}
            [single] => self.prefixed(" ", *single),
            several => {
                self.put(" ");
                self.list(several, false);
            }
        }
    }

    fn structure(&mut self, fields: &[Field]) {
        self.put("struct {");
        for (at, field) in fields.iter().enumerate() {
            self.put(if at > 0 { "; " } else { " " });
            self.field(field);
        }
        self.put(if fields.is_empty() { "}" } else { " }" });
    }

    fn field(&mut self, field: &Field) {
        if !field.embedded {
            let name = self.qualified(field.symbol);
            self.put(&name);
            self.put(" ");
        } else if self.form == Form::Link && !self.names_itself(field) {
            let name = self.qualified(field.symbol);
            self.put(&name);
            self.put(" = ");
        }
        self.ty(field.ty);
        if field.tag != Name::EMPTY {
            let tag = quote(self.printer.names.text(field.tag).as_bytes());
            self.put(" ");
            self.put(&tag);
        }
    }

    /// Whether an embedded field is called what its type is called.
    fn names_itself(&self, field: &Field) -> bool {
        let types = self.printer.types;
        let (base, _) = types.deref(field.ty);
        types.as_named(base).is_some_and(|named| types[named.object].name == field.symbol.name)
    }

    /// A field's name; one that is not exported with its package.
    fn qualified(&self, symbol: Symbol) -> String {
        let name = self.printer.names.text(symbol.name);
        format!("{}{name}", self.printer.qualifier(symbol.package, self.form))
    }

    fn interface(&mut self, interface: &Interface) {
        match interface.predeclared {
            Some(Predeclared::Any) if self.form == Form::Message => return self.put("any"),
            Some(Predeclared::Comparable) => return self.put("interface { comparable }"),
            _ if interface.methods.is_empty() && interface.embedded.is_empty() => {
                return self.put("interface {}");
            }
            _ => {}
        }
        let (methods, embedded) = self.elements(interface);
        self.put("interface {");
        for (at, method) in methods.iter().enumerate() {
            self.put(if at > 0 { "; " } else { " " });
            self.method(method);
        }
        for (at, ty) in embedded.iter().enumerate() {
            self.put(if at + methods.len() > 0 { "; " } else { " " });
            self.ty(*ty);
        }
        self.put(" }");
    }

    /// Methods as the compiler orders them, those of embedded interfaces among them, and what else is embedded.
    fn elements(&self, interface: &Interface) -> (Vec<Method>, Vec<TypeId>) {
        let types = self.printer.types;
        let mut methods = interface.methods.to_vec();
        let mut embedded = Vec::new();
        for ty in &interface.embedded {
            let under = types.as_named(*ty).map_or(Some(*ty), |named| named.underlying);
            match under.and_then(|under| types.type_sets.get(&under)) {
                Some(set) if set.is_method_set() => methods.extend_from_slice(&set.methods),
                _ => embedded.push(*ty),
            }
        }
        let names = self.printer.names;
        methods.sort_by_key(|method| {
            let name = names.text(method.symbol.name);
            (!is_exported(name), name, names.text(types[method.symbol.package].path))
        });
        methods.dedup_by_key(|method| method.symbol);
        (methods, embedded)
    }

    fn method(&mut self, method: &Method) {
        let name = self.printer.names.text(method.symbol.name);
        // Names that are not exported are told with the path of their package, in messages too.
        let qualifier = self.printer.qualifier(method.symbol.package, Form::Link);
        self.put(&qualifier);
        self.put(name);
        if let Type::Signature(sig) = &self.printer.types[method.ty] {
            let sig = std::rc::Rc::clone(sig);
            self.signature(&sig);
        }
    }
}

impl std::fmt::Display for Basic {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::Pos;
    use crate::types::{Declare, ObjectKind, Sizes};
    use std::rc::Rc;

    struct Shop {
        names: Names,
        types: Types,
        here: PackageId,
        there: PackageId,
    }

    fn shop() -> Shop {
        let mut names = Names::default();
        let sizes = Sizes::of("amd64").expect("known");
        let mut types = Types::new(&mut names, sizes);
        let mut package = |path: &str, name: &str| {
            let (path, name) = (names.intern(path), names.intern(name));
            types.add_package(path, name)
        };
        let (here, there) = (package("example.com/x.y", "y"), package("text/template", "template"));
        Shop { names, types, here, there }
    }

    impl Shop {
        fn named(&mut self, package: PackageId, name: &str, underlying: TypeId) -> TypeId {
            let name = self.names.intern(name);
            let kind = ObjectKind::Type { alias: false, tparams: Box::default() };
            let object = self.types.declare_object(name, package, Pos::NONE, kind);
            let named = self.types.new_named(object);
            self.types.set_underlying(named, underlying);
            named
        }

        fn symbol(&mut self, name: &str, package: PackageId) -> Symbol {
            let package = if is_exported(name) { PackageId::NONE } else { package };
            Symbol { name: self.names.intern(name), package }
        }

        fn print(&self, ty: TypeId, form: Form) -> String {
            Printer::new(&self.types, &self.names, self.here).print(ty, form)
        }
    }

    #[test]
    fn bytes_and_any_are_printed_as_they_were_written_but_not_in_links() {
        let mut shop = shop();
        for (elem, message, link) in [
            (TypeId::BYTE, "[]byte", "[]uint8"),
            (TypeId::UINT8, "[]uint8", "[]uint8"),
            (TypeId::ANY, "[]any", "[]interface {}"),
            (TypeId::EMPTY_INTERFACE, "[]interface {}", "[]interface {}"),
            (TypeId::ERROR, "[]error", "[]error"),
        ] {
            let slice = shop.types.slice(elem);
            assert_eq!(shop.print(slice, Form::Message), message);
            assert_eq!(shop.print(slice, Form::Link), link);
        }
    }

    #[test]
    fn a_package_is_told_by_name_by_path_or_not_at_all() {
        let mut shop = shop();
        let local = shop.named(shop.here, "T", TypeId::INT);
        let far = shop.named(shop.there, "T", TypeId::INT);
        assert_eq!(shop.print(local, Form::Message), "T");
        assert_eq!(shop.print(local, Form::Link), "example.com/x%2ey.T");
        assert_eq!(shop.print(far, Form::Message), "template.T");
        let (path, main) = (shop.names.intern("cmd/tool"), shop.names.intern("main"));
        let program = shop.types.add_package(path, main);
        let own = shop.named(program, "T", TypeId::INT);
        assert_eq!(shop.print(own, Form::Link), "main.T", "as the compiler knows it");
        let ambiguous = [shop.names.intern("template")];
        let printer = Printer::new(&shop.types, &shop.names, shop.here);
        let printer = Printer { ambiguous: &ambiguous, ..printer };
        assert_eq!(printer.print(far, Form::Message), "\"text/template\".T");
    }

    #[test]
    fn arguments_of_an_instance_have_full_paths() {
        let mut shop = shop();
        let arg = shop.named(shop.here, "A", TypeId::INT);
        let generic = shop.named(shop.there, "G", TypeId::INT);
        let instance = shop.types.instance(generic, &[arg, TypeId::BYTE]);
        let pointer = shop.types.pointer(instance);
        assert_eq!(shop.print(pointer, Form::Message), "*template.G[example.com/x%2ey.A,uint8]");
    }

    #[test]
    fn literals_of_types_have_the_spaces_of_the_compiler() {
        let mut shop = shop();
        let symbols = [shop.symbol("a", shop.here), shop.symbol("B", shop.here)];
        let tag = shop.names.intern("json:\"x\"");
        let field = |symbol, ty, embedded, tag| Field { symbol, ty, embedded, tag };
        let fields = [
            field(symbols[0], TypeId::INT, false, Name::EMPTY),
            field(symbols[1], TypeId::ERROR, true, tag),
        ];
        let structure = shop.types.intern(Type::Struct(fields.into()));
        assert_eq!(shop.print(structure, Form::Message), r#"struct { a int; error "json:\"x\"" }"#);
        let slice = shop.types.slice(TypeId::INT);
        let sig =
            shop.types.signature(&[TypeId::STRING, slice], &[TypeId::INT, TypeId::ERROR], true);
        assert_eq!(shop.print(sig, Form::Message), "func(string, ...int) (int, error)");
        let methods =
            [Method { symbol: symbols[0], ty: sig }, Method { symbol: symbols[1], ty: sig }];
        let interface = Interface { methods: methods.into(), ..Interface::default() };
        let interface = shop.types.intern(Type::Interface(Rc::new(interface)));
        assert_eq!(
            shop.print(interface, Form::Message),
            "interface { B(string, ...int) (int, error); example.com/x%2ey.a(string, ...int) (int, error) }"
        );
        let recv = shop.types.intern(Type::Chan { dir: ChanDir::Recv, elem: TypeId::INT });
        let chan = shop.types.intern(Type::Chan { dir: ChanDir::Both, elem: recv });
        assert_eq!(shop.print(chan, Form::Message), "chan (<-chan int)");
        assert_eq!(shop.types.under(chan), chan);
    }
}
