//! What the checker says of small texts.

mod snippet;

use reference_escape::types::ObjectId;
use snippet::{check, check_with, holds, refuses};

#[test]
fn untyped_constants_take_the_type_of_what_they_are_used_for() {
    holds(
        "var f float32 = 1; var i = 2 + 3; var a any = 'x'; var b = 1 << 3 == 8",
        &[
            ("1;", "float32 = 1"),
            ("2 + 3", "int = 5"),
            ("'x'", "rune = 120"),
            ("1 << 3 == 8", "bool = true"),
        ],
    );
}

#[test]
fn a_shifted_constant_takes_the_type_of_the_whole_shift() {
    holds(
        "func f(s uint) { var u uint8 = 1 << s; var i = 2 << s; _, _ = u, i; var w int64 = 3<<s + 4 }",
        &[("1 << s", "uint8"), ("2 << s", "int"), ("3<<s + 4", "int64"), ("4 }", "int64 = 4")],
    );
    refuses("func f(s uint) { var x float64 = 1 << s }", "must be integer");
}

#[test]
fn iota_counts_and_values_repeat() {
    holds(
        "const (a, b = iota, iota * 10; c, d; _, _; e, f); var x = [...]int{a, b, c, d, e, f}",
        &[("a, b, c", "int = 0"), ("d, e", "int = 10"), ("e, f}", "int = 3"), ("f}", "int = 30")],
    );
}

#[test]
fn constants_are_exact_until_they_are_rounded() {
    holds(
        "const third = 1.0 / 3; var one = third * 3 == 1; const big = 1 << 100; var small = big >> 98; \
         var f32 float32 = 0.1",
        &[("third * 3 == 1", "bool = true"), ("big >> 98", "int = 4"), ("0.1", "float32 = 0.1")],
    );
    refuses(
        "var x int8 = 128",
        "cannot use 128 (untyped int constant) as int8 value in variable declaration (overflows)",
    );
    refuses(
        "var x int = 1.5",
        "cannot use 1.5 (untyped float constant) as int value in variable declaration (truncated)",
    );
    refuses("const x = 1 / 0", "division by zero");
    refuses("const x = 1 << 600", "constant overflow");
    refuses("const x uint = -1", "(overflows)");
    refuses("var x = 1 << 64", "(overflows)");
}

#[test]
fn lengths_of_arrays_are_constant_unless_something_is_called() {
    holds(
        "var a [4]int; func f() *[3]int { return nil }; var p *[5]int; \
         var x, y, z = len(a), len(f()), cap(p)",
        &[("len(a)", "int = 4"), ("len(f())", "int"), ("cap(p)", "int = 5")],
    );
}

#[test]
fn fields_and_methods_are_found_through_embedding() {
    let text = "type A struct { x int }; func (*A) M() string { return \"\" }; type B struct { *A; y bool }; \
        type C struct { B }; func f(c C) { _, _, _ = c.x, c.y, c.M() }";
    holds(text, &[("c.x", "int"), ("c.y", "bool"), ("c.M()", "string")]);
    let checked = check(text);
    let info = checked.program.info(checked.package);
    let selection = info.selection(checked.find("c.x")).expect("a selection");
    assert_eq!((info.path(selection), selection.indirect), (&[0, 0, 0][..], true));
    let selection = info.selection(checked.find("c.y")).expect("a selection");
    assert_eq!((info.path(selection), selection.indirect), (&[0, 1][..], false));
    refuses(
        "type A struct { x int }; type B struct { x int }; type C struct { A; B }; func f(c C) { _ = c.x }",
        "ambiguous selector",
    );
    refuses(
        "type T int; func (*T) M() {}; func f() T { return 0 }; func g() { f().M() }",
        "pointer method",
    );
}

#[test]
fn only_a_pointer_has_the_methods_of_pointers() {
    // The methods stand last, so that nobody has looked at them when they are asked about.
    let methods = "type I interface { M() }; type T int; func (*T) M() {}";
    holds(&format!("var i I = new(T); {methods}"), &[("new(T)", "*T")]);
    refuses(&format!("var i I = T(0); {methods}"), "cannot use value of type T as I value");
    refuses(
        &format!("type S struct {{ T }}; var i I = S{{}}; {methods}"),
        "cannot use value of type S",
    );
    holds(&format!("type S struct {{ *T }}; var i I = S{{}}; {methods}"), &[("S{}", "S")]);
}

#[test]
fn a_method_can_be_a_value_or_a_function_of_its_receiver() {
    holds(
        "type T int; func (t T) M(s string) bool { return false }; func f(t T, i interface{ N() }) { \
         _, _, _, _ = t.M, T.M, (*T).M, interface{ N() }.N }",
        &[
            ("t.M,", "func(string) bool"),
            ("T.M", "func(T, string) bool"),
            ("(*T).M", "func(*T, string) bool"),
            ("interface{ N() }.N", "func(interface { N() })"),
        ],
    );
}

#[test]
fn type_arguments_are_found_from_arguments_constraints_and_targets() {
    holds(
        "func id[T any](x T) T { return x }; func conv[S ~[]E, E any](s S) E { return s[0] }; \
         type L []string; func apply[A, B any](a A, f func(A) B) B { return f(a) }; \
         func num[T int | float64](x, y T) T { return x }; \
         func f(l L) { var g func(int8) int8 = id; _, _, _, _, _ = id(1), conv(l), apply(2, id), num(1, 2.5), g }",
        &[
            ("id(1)", "int"),
            ("conv(l)", "string"),
            ("apply(2, id)", "int"),
            ("num(1, 2.5)", "float64"),
        ],
    );
    refuses("func f[T any]() {}; func g() { f() }", "cannot infer T");
    refuses("func f[T int | string](T) {}; func g() { f(1.5) }", "does not satisfy");
}

#[test]
fn a_generic_type_and_its_methods_are_instantiated() {
    holds(
        "type List[T any] struct { next *List[T]; val T }; func (l *List[E]) Push(x E) *List[E] { return l }; \
         type Pair[K comparable, V any] struct { k K; v V }; type IntList = List[int]; type M[V any] = map[string]V; \
         var l List[string]; var i IntList; var m M[bool]; \
         var a, b, c, d = l.Push(\"\"), i.val, m[\"\"], Pair[string, byte]{}",
        &[
            ("l.Push(\"\")", "*List[string]"),
            ("i.val", "int"),
            ("m[\"\"]", "bool"),
            ("Pair[string, byte]{}", "Pair[string,uint8]"),
        ],
    );
}

#[test]
fn a_method_can_have_type_parameters_of_its_own() {
    holds(
        "type Box[T any] struct { v T }; func (b Box[T]) Map[U any](f func(T) U) Box[U] { return Box[U]{f(b.v)} }; \
         var b = Box[int]{1}; var c = b.Map(func(int) string { return \"\" }); var d = b.Map[bool]",
        &[
            ("b.Map(func(int) string { return \"\" })", "Box[string]"),
            ("b.Map[bool]", "func(func(int) bool) Box[bool]"),
        ],
    );
}

#[test]
fn loops_range_over_all_that_can_be_ranged_over() {
    holds(
        "func f(s []string, m map[rune]bool, c chan int8, it func(func(int, error) bool)) { \
         for i, x := range s { _, _ = i, x }; for k, v := range m { _, _ = k, v }; for y := range c { _ = y }; \
         for n, e := range it { _, _ = n, e }; for j := range 10 { _ = j }; for p, r := range \"é\" { _, _ = p, r } }",
        &[
            ("x }", "string"),
            ("v }", "bool"),
            ("y }", "int8"),
            ("e };", "error"),
            ("j }", "int"),
            ("r }", "rune"),
        ],
    );
}

#[test]
fn a_type_switch_declares_a_variable_for_each_clause() {
    holds(
        "func f(x any) { switch y := x.(type) { case int: g(y); case string, bool: h(y); case nil: k(y); \
         default: l(y) } }; func g(int); func h(any); func k(any); func l(any)",
        &[
            ("y); case string", "int"),
            ("y); case nil", "any"),
            ("y); default", "any"),
            ("y) }", "any"),
        ],
    );
    refuses(
        "type I interface { M() }; type T int; func f(x I) { switch x.(type) { case T: } }",
        "impossible type switch case",
    );
}

#[test]
fn a_value_with_its_ok_has_the_type_of_both() {
    holds(
        "func f(m map[string]int, x any, c chan bool) { a, b := m[\"k\"]; d, e := x.(error); g, h := <-c; \
         _, _, _, _, _, _ = a, b, d, e, g, h }",
        &[("m[\"k\"]", "(int, bool)"), ("x.(error)", "(error, bool)"), ("<-c", "(bool, bool)")],
    );
}

#[test]
fn predeclared_functions_give_what_they_should() {
    holds(
        "type S []byte; func f(s S, p *int, c complex64) { _ = append(s, \"x\"...); _ = copy(s, \"y\"); \
         _ = min(1, 2.5); _ = max(len(s), 3); _ = new(int8); _ = new(7); _ = real(c); _ = complex(1, 2); \
         _ = make(S, 3) }",
        &[
            ("append(s, \"x\"...)", "S"),
            ("copy(s, \"y\")", "int"),
            ("min(1, 2.5)", "float64 = 1"),
            ("max(len(s), 3)", "int"),
            ("new(int8)", "*int8"),
            ("new(7)", "*int"),
            ("real(c)", "float32"),
            ("complex(1, 2)", "complex128 = (1 + 2i)"),
            ("make(S, 3)", "S"),
        ],
    );
}

#[test]
fn sizes_and_offsets_are_constants_of_type_uintptr() {
    holds(
        "import \"unsafe\"; type T struct { a bool; b int64; c string }; var t T; \
         var x, y, z = unsafe.Sizeof(t), unsafe.Offsetof(t.c), unsafe.Alignof(t.a); \
         func f[P any](p P) uintptr { return unsafe.Sizeof(p) }",
        &[
            ("unsafe.Sizeof(t)", "uintptr = 32"),
            ("unsafe.Offsetof(t.c)", "uintptr = 16"),
            ("unsafe.Alignof(t.a)", "uintptr = 1"),
            ("unsafe.Sizeof(p)", "uintptr"),
        ],
    );
}

#[test]
fn elements_of_literals_may_leave_out_their_type() {
    holds(
        "type P struct { x, y int }; var a = []P{{1, 2}}; var b = map[P]*P{{3, 4}: {x: 5}}; var c = [...]int{5: 1, 2}",
        &[("{1, 2}", "P"), ("{3, 4}", "P"), ("{x: 5}", "*P"), ("[...]int{5: 1, 2}", "[7]int")],
    );
    refuses("type P struct { x int }; var p = P{z: 1}", "unknown field z");
    refuses("type P struct { x, y int }; var p = P{1}", "too few values");
}

#[test]
fn variables_get_their_values_when_what_they_need_has_one() {
    let checked = check(
        "var a = c + b; var b = f(); var c = 1; var d, e = g(); func f() int { return h }; var h = d; \
         func g() (int, int) { return 0, c }",
    );
    assert_eq!(checked.faults(), Vec::<String>::new());
    let info = checked.program.info(checked.package);
    let name = |object: &ObjectId| {
        checked.program.names.text(checked.program.types()[*object].name).to_owned()
    };
    let order: Vec<String> = info
        .initializers
        .iter()
        .map(|one| one.vars.iter().map(name).collect::<Vec<_>>().join(","))
        .collect();
    assert_eq!(order, ["c", "d,e", "h", "b", "a"]);
}

#[test]
fn an_import_is_read_when_it_is_used_and_known_by_its_own_name() {
    let other =
        "package blue; type T struct { X int; y bool }; func New() *T { return nil }; const C = 3";
    let checked = check_with(
        "import \"example.com/red/v2\"; import . \"example.com/dot\"; var a, b, c = blue.New(), blue.C, D",
        &[
            ("example.com/red/v2", other),
            ("example.com/dot", "package dot; import _ \"example.com/missing\"; var D = \"d\""),
        ],
    );
    assert_eq!(checked.faults(), Vec::<String>::new());
    assert_eq!(checked.tell("blue.New()"), "*blue.T");
    assert_eq!(checked.tell("blue.C"), "int = 3");
    let checked =
        check_with("import \"b\"; var x = b.New().y", &[("b", &other.replace("blue", "b"))]);
    assert!(checked.faults()[0].contains("y undefined"), "{:?}", checked.faults());
}

#[test]
fn types_may_go_in_circles_through_pointers_but_not_through_themselves() {
    holds(
        "type A = *B; type B struct { a A; c C }; type C []C; type D interface { m(D) E }; type E = func(D); \
         var b B; var x = b.a.a.c[0][0]",
        &[("b.a.a.c[0][0]", "C")],
    );
    refuses("type A B; type B A; var a A", "invalid recursive type");
    refuses("type T struct { a [2]U }; type U struct { t T }", "invalid recursive type T");
    refuses("type T[P any] struct { t *P; u T[[]P] }", "invalid recursive type T");
    holds("type A[P any] struct { p P }; type B struct { a A[A[int]]; b *B }; var b B", &[]);
    check("type T [len(x)]int; var x T");
    check("type T struct { t T }; var s T; var u = struct{ T }{}; func f() { _ = s == s }");
    check("type T interface { T }; type G[P G[P]] struct{}; type U[P any] U[U[P]]; var u U[int]");
    check("const a = b; const b = a; type A = A; func f(x [f]int) {}");
}

#[test]
fn names_that_nothing_declares_are_refused() {
    refuses("var x = y", "1:20: undefined: y");
    refuses("import \"unsafe\"; var x = unsafe.Nothing", "undefined: Nothing");
    refuses("var x int; var x string", "x redeclared");
    refuses("func f() { x := 1; x := 2; _ = x }", "no new variables");
    refuses("func f() int { for { break } }", "missing return");
    refuses("func f() (int, string) { return 1 }", "");
    refuses("var x string = 1", "cannot use 1 (untyped int constant) as string value");
    refuses(
        "type I interface { M() }; type T int; var i I = T(0)",
        "cannot use value of type T as I value",
    );
    refuses("func f() { g(1, 2) }; func g(int) {}", "too many arguments");
}

#[test]
fn a_type_declared_in_a_generic_function_has_the_function_s_parameters() {
    holds(
        "type S[K any] struct{}; func f[P any](p P) { type T struct { p P; next *T }; var t T; _ = t.next.p; _ = t }; \
         func (S[K]) m() { type T []K; var u T; _ = u[0]; _ = u }; func g() { type T int; var v T; _ = v }",
        &[("t.next.p", "P"), ("t }", "T[P]"), ("u[0]", "K"), ("u }", "T[K]"), ("v }", "T")],
    );
    holds(
        "func f() { type T[P any] struct { p P }; var t T[int]; _ = t.p; _ = t }",
        &[("t.p", "int"), ("t }", "T[int]")],
    );
    let checked =
        check("func f() { type T int; var t T; _ = t }; func g() { type T int; var u T; _ = u }");
    let (t, u) = (checked.find("t }; func g"), checked.find("u }"));
    let info = checked.program.info(checked.package);
    let number = |id| checked.program.types().as_named(info.ty(id)).map(|named| named.local);
    assert_eq!((number(t), number(u)), (Some(1), Some(2)), "in the order of the text");
}
