//! Expressions: what belongs to what, and where each operator stands.

use super::expr;

#[test]
fn operators_stand_at_their_sign_and_bind_as_strongly_as_they_should() {
    assert_eq!(expr("a + b*c"), "(+@3 a@1 (*@6 b@5 c@7))");
    assert_eq!(expr("a - b - c"), "(-@7 (-@3 a@1 b@5) c@9)");
    assert_eq!(expr("a || b && c == d"), "(||@3 a@1 (&&@8 b@6 (==@13 c@11 d@16)))");
    assert_eq!(expr("-a &^ ^b"), "(&^@4 (-@1 a@2) (^@7 b@8))");
}

#[test]
fn parentheses_are_kept_only_where_an_operand_begins_an_expression() {
    assert_eq!(expr("(a) + b"), "(+@5 (paren@1 a@2) b@7)");
    assert_eq!(expr("a * (b + c)"), "(*@3 a@1 (paren@5 (+@8 b@6 c@10)))");
    assert_eq!(expr("f((a))"), "(call@2 f@1 (paren@3 a@4))");
    assert_eq!(expr("&(a)"), "(&@1 a@3)");
    assert_eq!(expr("(a)"), "(paren@1 a@2)");
}

#[test]
fn a_call_stands_at_its_parenthesis_and_a_selector_at_its_dot() {
    assert_eq!(expr("f(a, b...)"), "(call...@2 f@1 a@3 b@6)");
    assert_eq!(expr("a.b.c()"), "(call@6 (.@4 (.@2 a@1 b@3) c@5))");
    assert_eq!(expr("x.(T)"), "(assert@2 x@1 T@4)");
}

#[test]
fn an_index_and_a_slice_stand_at_their_bracket() {
    assert_eq!(expr("a[i]"), "(index@2 a@1 i@3)");
    assert_eq!(expr("F[int, string]"), "(index@2 F@1 (list@3 int@3 string@8))");
    assert_eq!(expr("F[int,]"), "(index@2 F@1 int@3)");
    assert_eq!(expr("a[:]"), "(slice@2 a@1 _ _ _)");
    assert_eq!(expr("a[i:j:k]"), "(slice3@2 a@1 i@3 j@5 k@7)");
}

#[test]
fn a_composite_literal_stands_at_its_brace_also_without_a_type() {
    assert_eq!(expr("T{}"), "(lit@2 T@1 0 }@3)");
    assert_eq!(
        expr("[]T{{1}, k: {}}"),
        "(lit@4 ([]@1 T@3) (lit@5 _ Int:1@6 0 }@7) (:@11 k@10 (lit@13 _ 0 }@14)) 1 \
         }@15)"
    );
    assert_eq!(expr("&p.T{}"), "(&@1 (lit@5 (.@3 p@2 T@4) 0 }@6))");
    assert_eq!(
        expr("[...]int{0: 1, 2,}"),
        "(lit@9 (array@1 _ int@6) (:@11 Int:0@10 Int:1@13) Int:2@16 1 }@18)"
    );
    assert_eq!(expr("M[int]{}"), "(lit@7 (index@2 M@1 int@3) 0 }@8)");
}

#[test]
fn a_function_literal_stands_at_its_keyword_and_its_type_at_the_parenthesis() {
    assert_eq!(expr("func(x int) {}"), "(func@1 (sig@5 (x@6:int@8) ()) {@13 }@14)");
    assert_eq!(
        expr("func() (int, error)(nil)"),
        "(call@20 (sig@5 () (@9:int@9 @14:error@14)) nil@21)"
    );
}

#[test]
fn an_arrow_is_a_receive_operation_or_a_part_of_the_channel_behind_it() {
    assert_eq!(expr("<-c"), "(<-@1 c@3)");
    assert_eq!(expr("<-chan int(nil)"), "(<-@1 (call@11 (chan@3 int@8) nil@12))");
    assert_eq!(expr("(<-chan int)(nil)"), "(call@13 (paren@1 (<-chan@4 int@9)) nil@14)");
    assert_eq!(expr("<-chan<- chan int"), "(<-chan@3 (<-chan@10 int@15))");
}

#[test]
fn types_are_operands() {
    assert_eq!(expr(r#"[]byte("a")"#), r#"(call@7 ([]@1 byte@3) String:"a"@8)"#);
    assert_eq!(expr("map[K]V(nil)"), "(call@8 (map@1 K@5 V@7) nil@9)");
    assert_eq!(expr("[2*n]T{}"), "(lit@7 (array@1 (*@3 Int:2@2 n@4) T@6) 0 }@8)");
    assert_eq!(expr("chan<- int(c)"), "(call@11 (chan<-@1 int@8) c@12)");
    assert_eq!(expr("interface{}(x)"), "(call@12 (interface@1) x@13)");
    assert_eq!(expr("struct{ a, b T }{}"), "(lit@17 (struct@1 a@9:T@14 b@12:T@14) 0 }@18)");
    assert_eq!(expr("(*T)(p)"), "(call@5 (paren@1 (*@2 T@3)) p@6)");
}

#[test]
fn literals_keep_their_text_and_know_their_sort() {
    assert_eq!(expr("0x_1F"), "Int:0x_1F@1");
    assert_eq!(expr("1_000.5e-3"), "Float:1_000.5e-3@1");
    assert_eq!(expr("0b1i"), "Imag:0b1i@1");
    assert_eq!(expr(r"'\''"), r"Rune:'\''@1");
    assert_eq!(expr(r#""a\n""#), r#"String:"a\n"@1"#);
    assert_eq!(expr("`a`"), "String:`a`@1");
}
