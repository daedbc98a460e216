//! Labels and jumps.

use super::told;

#[test]
fn a_label_is_used_and_defined_once() {
    assert_eq!(
        told("package p\nfunc f() {\nL:\n\tfor {\n\t}\n}"),
        ["3:1: label L defined and not used"]
    );
    assert_eq!(
        told(
            "package p\nfunc f() {\n\tgoto M\n}\nfunc g() {\nL:\n\tgoto L\n\
         \tfunc() {\n\t\tgoto L\n\t}()\n}"
        ),
        ["3:7: label M not defined", "9:8: label L not defined"]
    );
}

#[test]
fn jumps_leave_only_what_encloses_them() {
    assert_eq!(
        told(
            "package p\nfunc f() {\n\tbreak\n\tcontinue\n\tswitch {\n\tcase x:\n\
         \t\tcontinue\n\t}\nL:\n\tif x {\n\t\tfor {\n\t\t\tbreak L\n\t\t}\n\
         \t}\nM:\n\tswitch {\n\tdefault:\n\t\tfor {\n\t\t\tbreak M\n\
         \t\t\tcontinue M\n\t\t\tbreak N\n\t\t}\n\t}\n}"
        ),
        [
            "3:2: break is not in a loop, switch, or select",
            "4:2: continue is not in a loop",
            "7:3: continue is not in a loop",
            "12:10: invalid break label L",
            "20:13: invalid continue label M",
            "21:10: break label not defined: N"
        ]
    );
}

#[test]
fn a_goto_leads_neither_into_a_block_nor_over_a_variable() {
    assert_eq!(
        told("package p\nfunc f() {\n\tgoto L\n\t{\n\tL:\n\t}\n}"),
        ["3:7: goto L jumps into block starting at p.go:4:2"]
    );
    assert!(
        told(
            "package p\nfunc f() {\n\tgoto L\n\tconst c = 1\n\ttype T int\nL:\n\
         \tx := 1\n\tgoto L\n}"
        )
        .is_empty()
    );
    assert_eq!(
        told(
            "package p\nfunc f() {\n\tgoto L\n\tvar z int\n\tx, y := 1, 2\nL:\n\
         \tprint(x, y, z)\n}"
        ),
        ["3:7: goto L jumps over declaration of x, y at p.go:5:7"]
    );
}

#[test]
fn a_fallthrough_ends_a_clause_that_is_not_the_last() {
    assert_eq!(
        told(
            "package p\nfunc f() {\n\tswitch {\n\tcase a:\n\t\tfallthrough;;\n\
         \tcase b:\n\t\tfallthrough\n\t\tx()\n\tcase c:\n\t\t{\n\
         \t\t\tfallthrough\n\t\t}\n\tdefault:\n\t\tfallthrough\n\t}\n\
         \tswitch x.(type) {\n\tcase a:\n\t\tfallthrough\n\tcase b:\n\t}\n\
         \tfallthrough\n}"
        ),
        [
            "7:3: fallthrough statement out of place",
            "11:4: fallthrough statement out of place",
            "14:3: cannot fallthrough final case in switch",
            "18:3: cannot fallthrough in type switch",
            "21:2: fallthrough statement out of place"
        ]
    );
}
