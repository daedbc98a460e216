//! What is said of wrong programs, and where.

use super::told;

#[test]
fn without_a_package_clause_nothing_else_is_told() {
    assert_eq!(told("x := 1"), ["1:1: syntax error: package statement must be first"]);
    assert_eq!(
        told("package 1\nfunc {"),
        ["1:9: syntax error: unexpected literal 1, expected name"]
    );
    assert_eq!(told(""), ["1:1: syntax error: package statement must be first"]);
}

#[test]
fn the_first_syntax_error_of_a_line_is_told() {
    assert_eq!(
        told("package p; var x = = = 1; var y ) 2\nvar = 3"),
        [
            "1:20: syntax error: unexpected =, expected expression",
            "2:5: syntax error: unexpected =, expected name"
        ]
    );
}

#[test]
fn after_an_error_the_next_declaration_is_understood() {
    assert_eq!(
        told(
            "package p\nfunc f() { x y }\nvar a int int\nfunc g( { }\nfunc h() {}\n\
         var 1"
        ),
        [
            "2:14: syntax error: unexpected name y at end of statement",
            "3:11: syntax error: unexpected name int after top level declaration",
            "4:9: syntax error: unexpected {, expected )",
            "6:5: syntax error: unexpected literal 1, expected name"
        ]
    );
}

#[test]
fn statements_are_told_apart_from_declarations() {
    assert_eq!(
        told("package p\nx = 1\nfunc f()\n{\n}\nvar x int; import \"a\""),
        [
            "2:1: syntax error: non-declaration statement outside function body",
            "4:1: syntax error: unexpected semicolon or newline before {",
            "6:12: syntax error: imports must appear before other declarations"
        ]
    );
}

#[test]
fn lists_say_what_may_be_missing() {
    assert_eq!(
        told("package p\nvar x = []int{1\n2}\nvar y = f(1\n2)"),
        [
            "2:16: syntax error: unexpected newline in composite literal; possibly \
         missing comma or }",
            "4:12: syntax error: unexpected newline in argument list; possibly missing \
         comma or )"
        ]
    );
    assert_eq!(
        told("package p\nvar x = T{a b}"),
        ["2:13: syntax error: unexpected name b in composite literal; possibly missing \
         comma or }"]
    );
}

#[test]
fn heads_need_conditions_and_braces() {
    assert_eq!(
        told(
            "package p\nfunc f() {\n\tif {}\n\tif x;\n\t{}\n\tif x := 1 {}\n\
         \tfor x := 1 {}\n}"
        ),
        [
            "3:5: syntax error: missing condition in if statement",
            "4:6: syntax error: missing condition in if statement",
            "6:7: syntax error: cannot use x := 1 as value",
            "7:8: syntax error: cannot use x := 1 as value"
        ]
    );
    assert_eq!(
        told(
            "package p\nfunc f() {\n\tif a = 1 {}\n\tfor ;; x := 1 {}\n\
         \tfor i := 0; i < 3 {}\n}"
        ),
        [
            "3:7: syntax error: cannot use assignment a = 1 as value",
            "4:11: syntax error: cannot declare in post statement of for loop",
            "5:20: syntax error: unexpected {, expected semicolon or newline"
        ]
    );
    assert_eq!(
        told("package p\nfunc f() {\n\tif var x = 1; x {}\n\telse {}\n}"),
        [
            "3:9: syntax error: var declaration not allowed in if initializer",
            "4:2: syntax error: unexpected keyword else, expected }"
        ]
    );
}

#[test]
fn names_and_types_are_called_for() {
    assert_eq!(
        told(
            "package p\nvar x\nfunc f(x int, y) {}\nfunc g(int x, y)\ntype T\n\
         type U struct { 1 }"
        ),
        [
            "2:6: syntax error: unexpected newline, expected type",
            "3:16: syntax error: missing parameter type",
            "4:16: syntax error: missing parameter type",
            "5:7: syntax error: unexpected newline in type declaration",
            "6:17: syntax error: unexpected literal 1, expected field name or embedded \
         type"
        ]
    );
}

#[test]
fn dots_stand_only_before_the_type_of_a_last_parameter() {
    assert_eq!(
        told(
            "package p\nfunc f(a ...int, b int)\nfunc g() ...int\n\
         func (r ...T) m()\nfunc h(...)"
        ),
        [
            "2:10: can only use ... with final parameter",
            "3:10: syntax error: unexpected ... after top level declaration",
            "4:9: invalid use of ...",
            "5:11: syntax error: ... is missing type"
        ]
    );
}

#[test]
fn receivers_are_exactly_one() {
    assert_eq!(
        told("package p\nfunc () f()\nfunc (a A, b B) f()\nfunc (a A) () {}"),
        [
            "2:9: method has no receiver",
            "3:17: method has multiple receivers",
            "4:12: syntax error: unexpected (, expected name"
        ]
    );
}

#[test]
fn type_parameters_have_names_and_constraints() {
    assert_eq!(
        told(
            "package p\nfunc f[](x int)\nfunc g[P](x P)\nfunc h[P any, []Q]()\n\
         type T[P any, ] int\nvar x = func[P any]() {}\n\
         type I interface { m[P any](); n[](); E[] }"
        ),
        [
            "2:8: syntax error: empty type parameter list",
            "3:9: syntax error: missing type constraint",
            "4:15: syntax error: missing type parameter name",
            "6:13: syntax error: function type must have no type parameters",
            "7:21: interface method must have no type parameters",
            "7:34: empty type parameter list",
            "7:41: empty type argument list"
        ]
    );
}

#[test]
fn full_slices_need_their_bounds() {
    assert_eq!(
        told("package p\nvar x = a[::]\nvar y = a[1::2]\nvar z = a[]"),
        [
            "2:12: middle index required in 3-index slice",
            "2:13: final index required in 3-index slice",
            "3:13: middle index required in 3-index slice",
            "4:11: syntax error: unexpected ], expected operand"
        ]
    );
}

#[test]
fn calls_of_go_and_defer_have_no_parentheses() {
    assert_eq!(
        told("package p\nfunc f() {\n\tgo (f())\n\tdefer (f)()\n}"),
        ["3:5: expression in go must not be parenthesized"]
    );
}

#[test]
fn literals_have_types_without_parentheses() {
    assert_eq!(
        told("package p\nvar x = (T){}"),
        ["2:12: syntax error: cannot parenthesize type in composite literal"]
    );
}

#[test]
fn channels_need_elements_and_arrows_channels() {
    assert_eq!(
        told("package p\nvar c chan\nvar d = <-chan<- int\ntype T <-<-chan int"),
        [
            "3:1: syntax error: missing channel element type",
            "4:10: syntax error: unexpected <-, expected keyword chan"
        ]
    );
}

#[test]
fn tokens_are_told_as_they_are_written() {
    assert_eq!(
        told(
            "package p\nvar x = a b\nvar y = 1 2\nvar z = a ++\nvar w = a += 1\n\
         var v = a := 1\nvar u = a else"
        ),
        [
            "2:11: syntax error: unexpected name b after top level declaration",
            "3:11: syntax error: unexpected literal 2 after top level declaration",
            "4:11: syntax error: unexpected ++ after top level declaration",
            "5:11: syntax error: unexpected += after top level declaration",
            "6:11: syntax error: unexpected := after top level declaration",
            "7:11: syntax error: unexpected keyword else after top level declaration"
        ]
    );
    assert_eq!(told("package p\nfunc f() { \"a"), ["2:12: string not terminated"]);
}
