//! Tokens of tiny texts, and what is said of wrong ones.

use reference_escape::scan::Scanner;
use reference_escape::source::Sources;
use reference_escape::token::Token;

/// The tokens of `text`, each as it is written; a `;` that a line's end stands for is `↵`.
fn tokens(text: &str) -> String {
    let mut scanner = Scanner::new(text.as_bytes());
    let mut written = Vec::new();
    loop {
        let lexeme = scanner.next_token();
        let token = &text[lexeme.start as usize..lexeme.end as usize];
        match lexeme.token {
            Token::Eof => break,
            Token::Semi if token != ";" => written.push("↵"),
            _ => written.push(token),
        }
    }
    assert_eq!(scanner.take_mistakes(), None);
    written.join(" ")
}

/// The sort of the one token of `text`, and what is wrong with it, with its offset.
fn literal(text: &str) -> (Token, Vec<String>) {
    let mut scanner = Scanner::new(text.as_bytes());
    let lexeme = scanner.next_token();
    let mistakes = scanner.take_mistakes().unwrap_or_default();
    assert_eq!(lexeme.bad, !mistakes.is_empty(), "{text}");
    let told = mistakes.iter().map(|(offset, message)| format!("{offset}: {message}"));
    (lexeme.token, told.collect())
}

#[track_caller]
fn check_right(texts: &[&str], token: Token) {
    for text in texts {
        assert_eq!(literal(text), (token, Vec::new()), "{text}");
        let mut scanner = Scanner::new(text.as_bytes());
        assert_eq!(scanner.next_token().end as usize, text.len(), "all of {text}");
    }
}

#[track_caller]
fn check_wrong(texts: &[(&str, &str)]) {
    for (text, told) in texts {
        assert_eq!(literal(text).1, [*told], "{text}");
    }
}

#[test]
fn the_longest_operator_that_fits_is_read() {
    assert_eq!(tokens("a&^=b&^c&&d&e"), "a &^= b &^ c && d & e ↵");
    assert_eq!(tokens("a<<=b<-c<=d<<e"), "a <<= b <- c <= d << e ↵");
    assert_eq!(tokens("x...y..z.5"), "x ... y . . z .5 ↵");
    assert_eq!(tokens("a+++b"), "a ++ + b ↵");
    assert_eq!(tokens(":=:=="), ":= := =");
}

#[test]
fn a_lines_end_is_a_semicolon_behind_what_may_end_a_statement() {
    assert_eq!(tokens("a\n\nb;\n"), "a ↵ b ;");
    assert_eq!(tokens("f(\n1,\n)\n"), "f ( 1 , ) ↵");
    assert_eq!(tokens("return\nbreak\nif\n"), "return ↵ break ↵ if");
    assert_eq!(tokens("x++ // c\ny"), "x ++ ↵ y ↵");
    assert_eq!(tokens("1 'a' \"s\" `r`"), "1 'a' \"s\" `r` ↵");
}

#[test]
fn a_comment_over_several_lines_is_a_lines_end() {
    assert_eq!(tokens("a /* b\n*/ c"), "a ↵ c ↵");
    assert_eq!(tokens("a /* b */ c"), "a c ↵");
    assert_eq!(tokens("( /* b\n*/ c"), "( c ↵");
}

#[test]
fn words_are_letters_and_digits_of_any_script() {
    assert_eq!(tokens("été _世界 x٣ gofunc"), "été _世界 x٣ gofunc ↵");
    let mut scanner = Scanner::new("٣x €".as_bytes());
    assert_eq!(scanner.next_token().token, Token::Name);
    assert_eq!(scanner.next_token().token, Token::Name);
    let told = scanner.take_mistakes().expect("two");
    assert_eq!(told[0], (0, "identifier cannot begin with digit U+0663 '٣'".to_owned()));
    assert_eq!(told[1], (4, "invalid character U+20AC '€' in identifier".to_owned()));
}

#[test]
fn integers_have_four_bases_and_separators() {
    check_right(&["0", "12_345", "0x_fF", "0b1_0", "0o17", "017", "0_7", "0B0", "0O7"], Token::Int);
    check_wrong(&[
        ("08", "1: invalid digit '8' in octal literal"),
        ("0b102", "4: invalid digit '2' in binary literal"),
        ("0o8", "2: invalid digit '8' in octal literal"),
        ("0x", "2: hexadecimal literal has no digits"),
        ("0b_", "3: binary literal has no digits"),
        ("1__0", "2: '_' must separate successive digits"),
        ("1_", "1: '_' must separate successive digits"),
        ("0_x1", "1: '_' must separate successive digits"),
    ]);
}

#[test]
fn floats_have_a_point_or_an_exponent() {
    check_right(
        &["1.", ".5", "1.5e-3", "1E+1_0", "08.5", "09e0", "0x1p-2", "0x.8p1"],
        Token::Float,
    );
    check_wrong(&[
        ("1e", "2: exponent has no digits"),
        ("0x1.8", "5: hexadecimal mantissa requires a 'p' exponent"),
        ("1p3", "1: 'p' exponent requires hexadecimal mantissa"),
        ("0b1e3", "3: 'e' exponent requires decimal mantissa"),
        ("0b1.0", "3: invalid radix point in binary literal"),
        ("1_.5", "1: '_' must separate successive digits"),
        ("1._5", "2: '_' must separate successive digits"),
    ]);
}

#[test]
fn any_number_may_be_imaginary() {
    check_right(&["0i", "1.5i", "08i", "0x1p2i", "0b1i"], Token::Imag);
}

#[test]
fn runes_are_one_character_or_escape() {
    check_right(
        &["'a'", "'世'", "'\\''", "'\\x41'", "'\\377'", "'\\u12ab'", "'\\U0010ffff'"],
        Token::Rune,
    );
    check_wrong(&[
        ("''", "1: empty rune literal or unescaped '"),
        ("'ab'", "0: more than one character in rune literal"),
        ("'a\n'", "2: newline in rune literal"),
        ("'a", "0: rune literal not terminated"),
        ("'\\\"'", "2: unknown escape"),
        ("'\\400'", "5: octal escape value 256 > 255"),
        ("'\\xg0'", "3: invalid character 'g' in hexadecimal escape"),
        ("'\\ud800'", "7: escape is invalid Unicode code point U+D800"),
        ("'\\U00110000'", "11: escape is invalid Unicode code point U+110000"),
    ]);
}

#[test]
fn strings_end_in_their_line_and_raw_ones_anywhere() {
    check_right(&["\"a\\\"b\"", "`a\nb\\`", "\"\\u00e9\""], Token::String);
    check_wrong(&[
        ("\"a\nb\"", "2: newline in string"),
        ("\"a", "0: string not terminated"),
        ("`a", "0: string not terminated"),
        ("\"\\'\"", "2: unknown escape"),
        ("\"\\", "0: string not terminated"),
    ]);
}

#[test]
fn what_begins_nothing_is_told_and_passed() {
    let mut scanner = Scanner::new(b"a # b");
    let read: Vec<Token> = (0..4).map(|_| scanner.next_token().token).collect();
    assert_eq!(read, [Token::Name, Token::Name, Token::Semi, Token::Eof]);
    assert_eq!(scanner.take_mistakes(), Some(vec![(2, "invalid character U+0023 '#'".to_owned())]));
}

#[test]
fn a_comment_that_does_not_end_is_told_where_it_begins() {
    let mut scanner = Scanner::new(b"a /* b");
    while scanner.next_token().token != Token::Eof {}
    assert_eq!(scanner.take_mistakes(), Some(vec![(2, "comment not terminated".to_owned())]));
}

#[test]
fn a_byte_order_mark_may_stand_first() {
    let mut scanner = Scanner::new("\u{feff}a".as_bytes());
    let first = scanner.next_token();
    assert_eq!((first.token, first.start), (Token::Name, 3));
    assert_eq!(scanner.take_mistakes(), None);
}

#[test]
fn lines_begin_behind_every_newline_also_in_comments_and_raw_strings() {
    let text = "a\n/*\n*/ b `\n` c // d\ne";
    let mut sources = Sources::default();
    let file = sources.add("a.go", text.len()).expect("small");
    let mut scanner = Scanner::new(text.as_bytes());
    let mut places = Vec::new();
    loop {
        let lexeme = scanner.next_token();
        match lexeme.token {
            Token::Eof => break,
            Token::Name => places.push(lexeme.start),
            _ => {}
        }
    }
    scanner.finish(file, &mut sources);
    let told: Vec<_> =
        places.iter().filter_map(|at| sources.line_and_column(sources.pos(file, *at))).collect();
    assert_eq!(told, [(1, 1), (3, 4), (4, 3), (5, 1)]);
}

#[test]
fn a_directive_knows_whether_it_is_alone_in_its_line() {
    let text = b"//go:a\n  //go:b\r\nx //go:c\n/* y */ //go:d\n// go:e\n";
    let mut scanner = Scanner::new(text);
    while scanner.next_token().token != Token::Eof {}
    let found = scanner.take_directives().expect("four");
    let read: Vec<(&[u8], bool)> =
        found.iter().map(|d| (&text[d.start as usize..d.end as usize], d.alone)).collect();
    let expected: [(&[u8], bool); 4] =
        [(b"//go:a", true), (b"//go:b", true), (b"//go:c", false), (b"//go:d", false)];
    assert_eq!(read, expected);
}
