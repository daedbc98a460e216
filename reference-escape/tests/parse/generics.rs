//! Type parameters, and what looks like them.

use super::decls;

#[test]
fn type_parameters_share_constraints() {
    assert_eq!(
        decls("func f[P, Q any, R comparable](x P) Q { return nil }"),
        ["(func@6 _ f@6 [P@8:any@13 Q@11:any@13 R@18:comparable@20] (sig@7 (x@32:P@34) \
         (@37:Q@37)) {@39 (return@41 nil@48) }@52)"]
    );
}

#[test]
fn constraints_are_sets_of_types() {
    assert_eq!(
        decls("type T[P ~int|~string, Q interface{ m(); ~[]E }, R *C|D,] int"),
        ["(type@6 T@6 [P@8:(|@14 (~@10 int@11) (~@15 string@16)) Q@24:(interface@26 \
         m@37:(sig@38 () ()) @42:(~@42 ([]@43 E@45))) R@50:(|@54 (*@52 C@53) D@55)] \
         int@59)"]
    );
}

#[test]
fn a_bracket_behind_a_types_name_may_begin_a_length() {
    assert_eq!(decls("type T [n]int"), ["(type@6 T@6 [] (array@8 n@9 int@11))"]);
    assert_eq!(decls("type T [n * m]int"), ["(type@6 T@6 [] (array@8 (*@11 n@9 m@13) int@15))"]);
    assert_eq!(decls("type T [f(x)]int"), ["(type@6 T@6 [] (array@8 (call@10 f@9 x@11) int@14))"]);
    assert_eq!(
        decls("type T [n + 1]int"),
        ["(type@6 T@6 [] (array@8 (+@11 n@9 Int:1@13) int@15))"]
    );
    assert_eq!(decls("type T []int"), ["(type@6 T@6 [] ([]@8 int@10))"]);
    assert_eq!(decls("type T [...]int"), ["(type@6 T@6 [] (array@8 _ int@13))"]);
}

#[test]
fn a_type_behind_the_first_name_makes_it_a_type_parameter() {
    assert_eq!(decls("type T[P *C,] int"), ["(type@6 T@6 [P@8:(*@10 C@11)] int@15)"]);
    assert_eq!(decls("type T[P *struct{}] int"), ["(type@6 T@6 [P@8:(*@10 (struct@11))] int@21)"]);
    assert_eq!(decls("type T[P (C),] int"), ["(type@6 T@6 [P@8:C@11] int@16)"]);
    assert_eq!(decls("type T[P []E] int"), ["(type@6 T@6 [P@8:([]@10 E@12)] int@15)"]);
    assert_eq!(decls("type T[P interface{}] int"), ["(type@6 T@6 [P@8:(interface@10)] int@23)"]);
    assert_eq!(decls("type T[P *C|D,] int"), ["(type@6 T@6 [P@8:(|@12 (*@10 C@11) D@13)] int@17)"]);
    assert_eq!(
        decls("type T[P *C|[]D] int"),
        ["(type@6 T@6 [P@8:(|@12 (*@10 C@11) ([]@13 D@15))] int@18)"]
    );
    assert_eq!(decls("type T[P, Q any] int"), ["(type@6 T@6 [P@8:any@13 Q@11:any@13] int@18)"]);
    assert_eq!(decls("type T[P C] int"), ["(type@6 T@6 [P@8:C@10] int@13)"]);
}

#[test]
fn aliases_may_have_type_parameters() {
    assert_eq!(decls("type A[P any] = []P"), ["(type=@6 A@6 [P@8:any@10] ([]@17 P@19))"]);
}

#[test]
fn methods_may_have_type_parameters() {
    assert_eq!(
        decls("func (r *T[P]) m[Q any](q Q) { r.n[Q, int](q) }"),
        ["(func@6 r@7:(*@9 (index@11 T@10 P@12)) m@16 [Q@18:any@20] (sig@17 \
         (q@25:Q@27) ()) {@30 (expr@43 (call@43 (index@35 (.@33 r@32 n@34) (list@36 \
         Q@36 int@39)) q@44)) }@47)"]
    );
}

#[test]
fn interfaces_embed_unions() {
    assert_eq!(
        decls("type I interface {\n\t~int | *T | []E\n\tA | B\n\tC[D] | E\n}"),
        ["(type@6 I@6 [] (interface@8 @3:2:(|@3:12 (|@3:7 (~@3:2 int@3:3) (*@3:9 \
         T@3:10)) ([]@3:14 E@3:16)) @4:2:(|@4:4 A@4:2 B@4:6) @5:2:(|@5:7 (index@5:3 \
         C@5:2 D@5:4) E@5:9)))"]
    );
}

#[test]
fn parameters_may_have_instantiated_types() {
    assert_eq!(
        decls("func f(x T[int], y G[int, A]) (p.T[A])"),
        ["(func@6 _ f@6 [] (sig@7 (x@8:(index@11 T@10 int@12) y@18:(index@21 G@20 \
         (list@22 int@22 A@27))) (@32:(index@35 (.@33 p@32 T@34) A@36))) _)"]
    );
    assert_eq!(
        decls("func f(T[int], []A)"),
        ["(func@6 _ f@6 [] (sig@7 (@8:(index@9 T@8 int@10) @16:([]@16 A@18)) ()) _)"]
    );
}
