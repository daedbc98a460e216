//! Declarations of a file.

use super::decls;

#[test]
fn imports_have_a_name_or_none() {
    assert_eq!(decls(r#"import "a""#), [r#"(import@8 _ "a"@8)"#]);
    assert_eq!(
        decls("import (\n\tb \"b/c\"\n\t. \"d\"\n\t_ `e`\n)"),
        [
            r#"(import@3:2 b@3:2 "b/c"@3:4)"#,
            r#"(import@4:2 .@4:2 "d"@4:4)"#,
            "(import@5:2 _@5:2 `e`@5:4)"
        ]
    );
}

#[test]
fn constants_of_a_group_know_their_place() {
    assert_eq!(decls("const a = 1"), ["(const@7 a@7 _ Int:1@11)"]);
    assert_eq!(
        decls("const (\n\tx T = iota\n\ty\n\tz, w\n)"),
        [
            "(const@3:2 #0x@3:2 T@3:4 iota@3:8)",
            "(const@4:2 #1y@4:2 _ _)",
            "(const@5:2 #2z@5:2,w@5:5 _ _)"
        ]
    );
}

#[test]
fn variables_have_a_type_or_values_or_both() {
    assert_eq!(decls("var x int"), ["(var@5 x@5 int@7 _)"]);
    assert_eq!(decls("var a, b = f()"), ["(var@5 a@5,b@8 _ (call@13 f@12))"]);
    assert_eq!(decls("var c T = 1"), ["(var@5 c@5 T@7 Int:1@11)"]);
    assert_eq!(
        decls("var (\n\td int\n\te = 2\n)"),
        ["(var@3:2 d@3:2 int@3:4 _)", "(var@4:2 e@4:2 _ Int:2@4:6)"]
    );
}

#[test]
fn functions_stand_at_their_name_and_methods_at_their_receiver() {
    assert_eq!(decls("func f()"), ["(func@6 _ f@6 [] (sig@7 () ()) _)"]);
    assert_eq!(
        decls("func (r *T) m(a, b int, c ...string) (n int, err error) { return }"),
        ["(func@6 r@7:(*@9 T@10) m@13 [] (sig@14 (a@15:int@20 b@18:int@20 c@25:(...@27 \
         string@30)) (n@39:int@41 err@46:error@50)) {@57 (return@59 _) }@66)"]
    );
    assert_eq!(decls("func (T) m() int"), ["(func@6 @7:T@7 m@10 [] (sig@11 () (@14:int@14)) _)"]);
}

#[test]
fn parameters_are_named_all_or_none() {
    assert_eq!(decls("func f(a, b)"), ["(func@6 _ f@6 [] (sig@7 (@8:a@8 @11:b@11) ()) _)"]);
    assert_eq!(
        decls("func f(a, b T, c U)"),
        ["(func@6 _ f@6 [] (sig@7 (a@8:T@13 b@11:T@13 c@16:U@18) ()) _)"]
    );
    assert_eq!(
        decls("func f(p.T, []U)"),
        ["(func@6 _ f@6 [] (sig@7 (@8:(.@9 p@8 T@10) @13:([]@13 U@15)) ()) _)"]
    );
    assert_eq!(
        decls("func f(func(x int), ...T)"),
        ["(func@6 _ f@6 [] (sig@7 (@8:(sig@12 (x@13:int@15) ()) @21:(...@21 T@24)) ()) \
         _)"]
    );
}

#[test]
fn an_unnamed_result_stands_where_its_text_begins() {
    assert_eq!(decls("func f() p.T"), ["(func@6 _ f@6 [] (sig@7 () (@10:(.@11 p@10 T@12))) _)"]);
    assert_eq!(decls("func f() func()"), ["(func@6 _ f@6 [] (sig@7 () (@10:(sig@14 () ()))) _)"]);
    assert_eq!(decls("func f() (*T)"), ["(func@6 _ f@6 [] (sig@7 () (@11:(*@11 T@12))) _)"]);
    assert_eq!(
        decls("func f() [n]T"),
        ["(func@6 _ f@6 [] (sig@7 () (@10:(array@10 n@11 T@13))) _)"]
    );
}

#[test]
fn fields_share_types_and_tags_and_may_be_embedded() {
    assert_eq!(
        decls(
            "type T struct {\n\ta, b int `t`\n\tE\n\t*p.F \"t\"\n\tG[int]\n\
         \tH [n]int\n\tI []int\n}"
        ),
        ["(type@6 T@6 [] (struct@8 a@3:2:int@3:7tag b@3:5:int@3:7tag @4:2:E@4:2 \
         @5:2:(*@5:2 (.@5:4 p@5:3 F@5:5))tag @6:2:(index@6:3 G@6:2 int@6:4) \
         H@7:2:(array@7:4 n@7:5 int@7:7) I@8:2:([]@8:4 int@8:6)))"]
    );
}

#[test]
fn interfaces_have_methods_and_what_they_embed() {
    assert_eq!(
        decls("type I interface {\n\tm(x int) error\n\tE\n\tp.F\n\tG[A, B]\n}"),
        ["(type@6 I@6 [] (interface@8 m@3:2:(sig@3:3 (x@3:4:int@3:6) \
         (@3:11:error@3:11)) @4:2:E@4:2 @5:2:(.@5:3 p@5:2 F@5:4) @6:2:(index@6:3 \
         G@6:2 (list@6:4 A@6:4 B@6:7))))"]
    );
}

#[test]
fn channels_and_maps_nest() {
    assert_eq!(
        decls("type T map[K]chan<- <-chan V"),
        ["(type@6 T@6 [] (map@8 K@12 (chan<-@14 (<-chan@21 V@28))))"]
    );
    assert_eq!(decls("type T chan (<-chan int)"), ["(type@6 T@6 [] (chan@8 (<-chan@14 int@21)))"]);
    assert_eq!(
        decls("type F func(func(), ...int) (a, b int)"),
        ["(type@6 F@6 [] (sig@12 (@13:(sig@17 () ()) @21:(...@21 int@24)) (a@30:int@35 \
         b@33:int@35)))"]
    );
}
