//! Statements, and where each of them stands.

use super::stmt;

#[test]
fn simple_statements_stand_at_their_operator_and_expressions_where_theirs_is() {
    assert_eq!(stmt("f(x)"), "(expr@2 (call@2 f@1 x@3))");
    assert_eq!(stmt("x.y = 1"), "(=@5 (.@2 x@1 y@3) Int:1@7)");
    assert_eq!(stmt("a, b := 1, 2"), "(:=@6 (list@1 a@1 b@4) (list@9 Int:1@9 Int:2@12))");
    assert_eq!(stmt("x <<= 3"), "(<<=@3 x@1 Int:3@7)");
    assert_eq!(stmt("x++"), "(++@2 x@1)");
    assert_eq!(stmt("c <- v"), "(send@3 c@1 v@6)");
    assert_eq!(stmt("<-c"), "(expr@1 (<-@1 c@3))");
}

#[test]
fn a_label_stands_at_its_colon() {
    assert_eq!(stmt("L: x++; goto L"), "(label@2 L@1 (++@5 x@4)) (goto@9 L@14)");
    assert_eq!(
        stmt("L:\n\tfor {\n\t\tbreak L\n\t}"),
        "(label@2 L@1 (for@3:2 _ _ _ {@3:6 (break@4:3 L@4:9) }@5:2))"
    );
    assert_eq!(stmt("{ L: ; goto L }"), "{@1 (label@4 L@3 (empty@6)) (goto@8 L@13) }@15");
    assert_eq!(stmt("{ goto L; L: }"), "{@1 (goto@3 L@8) (label@12 L@11 (empty@14)) }@14");
}

#[test]
fn heads_have_an_initial_statement_a_condition_and_a_last_statement() {
    assert_eq!(
        stmt("if x := f(); x {} else if y {} else {}"),
        "(if@1 (:=@6 x@4 (call@10 f@9)) x@14 {@16 }@17 (if@24 _ y@27 {@29 }@30 {@37 \
         }@38))"
    );
    assert_eq!(
        stmt("for i := 0; i < n; i++ {}"),
        "(for@1 (:=@7 i@5 Int:0@10) (<@15 i@13 n@17) (++@21 i@20) {@24 }@25)"
    );
    assert_eq!(stmt("for x {}"), "(for@1 _ x@5 _ {@7 }@8)");
    assert_eq!(stmt("for ;; {}"), "(for@1 _ _ _ {@8 }@9)");
    assert_eq!(stmt("for {}"), "(for@1 _ _ _ {@5 }@6)");
    assert_eq!(stmt("switch x := y; {}"), "(switch@1 (:=@10 x@8 y@13) _ }@17)");
}

#[test]
fn a_range_loop_has_its_clause_as_initial_statement() {
    assert_eq!(stmt("for range n {}"), "(for@1 (range@5 _ n@11) _ _ {@13 }@14)");
    assert_eq!(stmt("for i := range 10 {}"), "(for@1 (range:=@10 i@5 Int:10@16) _ _ {@19 }@20)");
    assert_eq!(
        stmt("for k, v = range m {}"),
        "(for@1 (range@12 (list@5 k@5 v@8) m@18) _ _ {@20 }@21)"
    );
    assert_eq!(stmt("for range f {}"), "(for@1 (range@5 _ f@11) _ _ {@13 }@14)");
}

#[test]
fn a_brace_behind_a_name_in_a_head_begins_the_block() {
    assert_eq!(stmt("if x == y {}"), "(if@1 _ (==@6 x@4 y@9) {@11 }@12 _)");
    assert_eq!(
        stmt("if (x == T{}) {}"),
        "(if@1 _ (paren@4 (==@7 x@5 (lit@11 T@10 0 }@12))) {@15 }@16 _)"
    );
    assert_eq!(stmt("for range x {}"), "(for@1 (range@5 _ x@11) _ _ {@13 }@14)");
    assert_eq!(stmt("switch x {}"), "(switch@1 _ x@8 }@11)");
    assert_eq!(stmt("if f(T{}) {}"), "(if@1 _ (call@5 f@4 (lit@7 T@6 0 }@8)) {@11 }@12 _)");
    assert_eq!(stmt("if x[T{}] {}"), "(if@1 _ (index@5 x@4 (lit@7 T@6 0 }@8)) {@11 }@12 _)");
}

#[test]
fn switches_have_clauses_with_colons() {
    assert_eq!(
        stmt("switch x { case 1, 2: f(); fallthrough; default: }"),
        "(switch@1 _ x@8 (case@12 (list@17 Int:1@17 Int:2@20) :@21 (expr@24 (call@24 \
         f@23)) (fallthrough@28 _)) (case@41 _ :@48) }@50)"
    );
    assert_eq!(
        stmt("switch y := x.(type) { case int, nil: }"),
        "(switch@1 _ (guard@14 y@8 x@13) (case@24 (list@29 int@29 nil@34) :@37) }@39)"
    );
    assert_eq!(stmt("switch x.(type) {}"), "(switch@1 _ (guard@9 _ x@8) }@18)");
}

#[test]
fn selects_have_sends_and_receives() {
    assert_eq!(
        stmt("select { case c <- v: case x, ok := <-c: f(); case <-c: default: }"),
        "(select@1 (case@10 (send@17 c@15 v@20) :@21) (case@23 (:=@34 (list@28 x@28 \
         ok@31) (<-@37 c@39)) :@40 (expr@43 (call@43 f@42))) (case@47 (expr@52 (<-@52 \
         c@54)) :@55) (case@57 _ :@64) }@66)"
    );
}

#[test]
fn go_defer_and_return_stand_at_their_keyword() {
    assert_eq!(stmt("go f()"), "(go@1 (call@5 f@4))");
    assert_eq!(stmt("defer func() {}()"), "(defer@1 (call@16 (func@7 (sig@11 () ()) {@14 }@15)))");
    assert_eq!(stmt("return"), "(return@1 _)");
    assert_eq!(stmt("return a, b"), "(return@1 (list@8 a@8 b@11))");
}

#[test]
fn declarations_may_stand_in_blocks() {
    assert_eq!(stmt("var x int"), "(decl@1 (var@5 x@5 int@7 _))");
    assert_eq!(
        stmt("const a, b = 1, 2"),
        "(decl@1 (const@7 a@7,b@10 _ (list@14 Int:1@14 Int:2@17)))"
    );
    assert_eq!(stmt("type T = int"), "(decl@1 (type=@6 T@6 [] int@10))");
    assert_eq!(
        stmt("var ( x = 1; y int )"),
        "(decl@1 (var@7 x@7 _ Int:1@11) (var@14 y@14 int@16 _))"
    );
}

#[test]
fn blocks_and_empty_statements_are_statements() {
    assert_eq!(stmt("{}"), "{@1 }@2");
    assert_eq!(stmt(";;"), "(empty@1) (empty@2)");
    assert_eq!(stmt("{ ; }"), "{@1 (empty@3) }@5");
}
