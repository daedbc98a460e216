//! Laws of the arena that several files have a part in.

use super::{
    Binding, Declare, Instantiate, Interface, Method, Object, ObjectKind, PackageId, Relations,
    Signature, Sizes, Substitute, Symbol, Term, Terms, Type, TypeId, TypeSets, Types,
};
use crate::names::Names;
use crate::source::Pos;
use std::rc::Rc;

struct Bench {
    names: Names,
    types: Types,
}

fn bench() -> Bench {
    let mut names = Names::default();
    let types = Types::new(&mut names, Sizes::of("amd64").expect("known"));
    Bench { names, types }
}

impl Bench {
    fn object(&mut self, name: &str) -> super::ObjectId {
        let name = self.names.intern(name);
        let kind = ObjectKind::Type { alias: false, tparams: Box::default() };
        let (package, pos, ty) = (PackageId::NONE, Pos::NONE, TypeId::INVALID);
        self.types.add_object(Object { name, package, pos, ty, kind })
    }

    fn param(&mut self, name: &str, at: u32) -> TypeId {
        let object = self.object(name);
        self.types.new_param(object, at)
    }

    fn named(&mut self, name: &str, underlying: TypeId) -> TypeId {
        let object = self.object(name);
        let named = self.types.new_named(object);
        self.types.set_underlying(named, underlying);
        named
    }

    fn method(&mut self, name: &str, ty: TypeId) -> Method {
        let symbol = Symbol { name: self.names.intern(name), package: PackageId::NONE };
        Method { symbol, ty }
    }

    fn interface(&mut self, methods: &[Method], embedded: &[TypeId]) -> TypeId {
        let (methods, embedded) = (methods.into(), embedded.into());
        let interface = Interface { methods, embedded, ..Interface::default() };
        self.types.intern(Type::Interface(Rc::new(interface)))
    }

    /// The terms of an interface that embeds unions of `(tilde, type)`.
    fn terms(&mut self, unions: &[&[(bool, TypeId)]]) -> Vec<(bool, TypeId)> {
        let embedded: Vec<TypeId> = unions
            .iter()
            .map(|union| {
                let terms = union.iter().map(|(tilde, ty)| Term { tilde: *tilde, ty: *ty });
                self.types.intern(Type::Union(terms.collect()))
            })
            .collect();
        let interface = self.interface(&[], &embedded);
        match &self.types.type_set(interface).terms {
            Terms::All => panic!("unions restrict"),
            Terms::Only(terms) => terms.iter().map(|term| (term.tilde, term.ty)).collect(),
        }
    }
}

#[test]
fn terms_of_a_type_set_share_no_type() {
    let mut bench = bench();
    let (int, string, float) = (TypeId::INT, TypeId::STRING, TypeId::FLOAT64);
    let mine = bench.named("Mine", int);
    assert_eq!(bench.terms(&[&[(false, int), (true, int), (false, mine)]]), [(true, int)]);
    let both: [&[(bool, TypeId)]; 2] =
        [&[(true, int), (false, string)], &[(false, mine), (false, float), (false, string)]];
    assert_eq!(bench.terms(&both), [(false, mine), (false, string)]);
    assert_eq!(bench.terms(&[&[(false, int)], &[(false, string)]]), []);
}

#[test]
fn interfaces_are_the_same_if_they_come_to_the_same() {
    let mut bench = bench();
    let sig = bench.types.signature(&[], &[], false);
    let other = bench.types.signature(&[TypeId::INT], &[], false);
    let (m, n) = (bench.method("M", sig), bench.method("N", sig));
    let part = bench.interface(&[m], &[]);
    let (whole, swapped) = (bench.interface(&[m, n], &[]), bench.interface(&[n, m], &[]));
    let embedding = bench.interface(&[n], &[part]);
    let wrong = Method { ty: other, ..m };
    let different = bench.interface(&[wrong, n], &[]);
    let types = &mut bench.types;
    assert!(types.identical(whole, swapped) && types.identical(whole, embedding));
    assert!(!types.identical(whole, part) && !types.identical(whole, different));
    assert!(types.identical(TypeId::ANY, TypeId::EMPTY_INTERFACE));
    let (a, b) = (types.slice(TypeId::ANY), types.slice(TypeId::EMPTY_INTERFACE));
    assert!(a != b && types.identical(a, b));
    assert!(!types.identical(TypeId::ANY, TypeId::COMPARABLE));
}

#[test]
fn generic_signatures_are_the_same_up_to_the_names_of_their_parameters() {
    let mut bench = bench();
    let mut generic = |name: &str, constraint: TypeId| {
        let param = bench.param(name, 0);
        bench.types.set_constraint(param, constraint);
        bench.types.intern(Type::Signature(Rc::new(Signature {
            tparams: [param].into(),
            params: [param].into(),
            results: [TypeId::INT].into(),
            variadic: false,
        })))
    };
    let (p, q, narrow) =
        (generic("P", TypeId::ANY), generic("Q", TypeId::ANY), generic("P", TypeId::COMPARABLE));
    let types = &mut bench.types;
    assert!(p != q && types.identical(p, q) && !types.identical(p, narrow));
    let instance = types.instantiate_signature(p, &[TypeId::STRING]);
    assert_eq!(instance, types.signature(&[TypeId::STRING], &[TypeId::INT], false));
}

#[test]
fn an_instance_is_made_once_and_underlain_when_asked() {
    let mut bench = bench();
    let param = bench.param("P", 0);
    let slice = bench.types.slice(param);
    let list = bench.named("List", slice);
    if let Some(named) = bench.types.as_named_mut(list) {
        named.tparams = Rc::from([param]);
    }
    let types = &mut bench.types;
    let of_param = types.instance(list, &[param]);
    let of_int = types.substitute(of_param, &Binding::new(&[param], &[TypeId::INT]));
    assert_eq!(of_int, types.instance(list, &[TypeId::INT]));
    assert!(types.is_parameterized(of_param) && !types.is_parameterized(of_int));
    assert_eq!(types.under(of_int), types.slice(TypeId::INT));
    assert_eq!(types.under(of_param), slice);
    let (bytes, uint8s) =
        (types.instance(list, &[TypeId::BYTE]), types.instance(list, &[TypeId::UINT8]));
    assert!(bytes != uint8s && types.identical(bytes, uint8s));
}

#[test]
fn types_nest_to_a_limit() {
    let mut bench = bench();
    let deepest = (0..10_000).fold(TypeId::INT, |ty, _| match bench.types.slice(ty) {
        TypeId::INVALID => ty,
        deeper => deeper,
    });
    assert!(bench.types.len() < 1000 && deepest != TypeId::INT);
    assert_eq!(bench.types.slice(deepest), TypeId::INVALID);
}
