//! JSON, SARIF, SVG and the table: their shape, and that nothing in a program can break it.

use crate::program::{Analysed, analysed};
use reference_escape::report::{Order, machine, sarif, sites, svg};

/// Names, texts and types that mean something to each format.
const HOSTILE: &str = "package p

var sink any

func ünï(s string) any {
	type t struct {
		a int `json:\"</script>&\\\\\\u0000\"`
	}
	sink = \"<x y='z'>&\\\"\\\\\" + s + `]]>
--><!--`
	return &t{1}
}
";

fn hostile() -> Analysed {
    analysed("a \"<&>'\\\n\u{7}é.go", HOSTILE)
}

#[test]
fn json_says_what_it_is_and_what_was_found() {
    let analysed = analysed("x.go", "package p\n\nfunc f(p *int) *int { return p }\n");
    let lines = [
        "{",
        "  \"schema\": \"goescape-report\",",
        "  \"version\": 1,",
        "  \"flags\": \"-m -l\",",
        "  \"package\": \"p\",",
        "  \"sites\": [",
        "    {",
        "      \"file\": \"x.go\",",
        "      \"line\": 3,",
        "      \"column\": 8,",
        "      \"function\": \"f\",",
        "      \"kind\": \"leaking-param-to-result\",",
        "      \"text\": \"leaking param: p to result ~r0 level=0\",",
        "      \"placement\": null,",
        "      \"reasons\": [",
    ];
    let told = machine(&analysed.report());
    assert!(told.starts_with(&lines.join("\n")), "{told}");
    assert!(
        told.contains(
            "\"leaks\": [\n        {\n          \"goal\": \"result 0\",\n          \"derefs\": 0\n"
        ),
        "{told}"
    );
    assert!(told.contains("\"reason\": \"return\""), "{told}");
}

#[test]
fn sarif_names_a_rule_and_a_place_for_each_line() {
    let analysed = analysed("x.go", "package p\n\nfunc f() *[]int { return &[]int{1} }\n");
    let told = sarif(&analysed.report());
    assert!(told.contains("\"version\": \"2.1.0\""), "{told}");
    assert!(
        told.contains("\"ruleId\": \"escapes-to-heap\",\n          \"level\": \"note\""),
        "{told}"
    );
    assert!(
        told.contains("\"text\": \"&[]int{{...}} escapes to heap\""),
        "braces stand for arguments: {told}"
    );
    assert!(told.contains("\"startLine\": 3,\n                  \"startColumn\": 26"), "{told}");
}

#[test]
fn hostile_names_stay_inside_of_json_strings() {
    let analysed = hostile();
    for told in [machine(&analysed.report()), sarif(&analysed.report())] {
        Reader { rest: &told }.document();
        assert!(!told.contains('\u{7}'));
    }
    let told = machine(&analysed.report());
    assert!(told.contains(r#""file": "a \"<&>'\\\n\u0007é.go""#), "{told}");
    assert!(
        sarif(&analysed.report()).contains("\"uri\": \"a%20%22%3C%26%3E%27%5C%0A%07%C3%A9.go\"")
    );
}

#[test]
fn hostile_names_stay_inside_of_svg_text() {
    let analysed = hostile();
    let picture: String = (1..=11).map(|line| analysed.asked(line, svg)).collect();
    assert!(picture.contains("&lt;x y=&apos;z&apos;&gt;&amp;"), "{picture}");
    for part in picture.split('<').skip(1) {
        let tag = part.split(['>', ' ']).next().expect("a tag");
        let known = ["?xml", "svg", "/svg", "rect", "text", "/text", "path"];
        assert!(known.contains(&tag), "{tag} in {picture}");
    }
    assert!(picture.chars().all(|c| !c.is_control() || c == '\n'));
}

#[test]
fn the_table_counts_by_function_and_sorts_both_ways() {
    let text = "package p

func a(p *int) *int { q := *p; return p }

func b() (*int, *int) { return new(int), new(int) }
";
    let text = text.replace("q := *p;", "q := *p; _ = &q;");
    let analysed = analysed("x.go", &text);
    let by_name = "  heap  stack  leaking  function
     0      1        1  a
     2      0        0  b
     2      1        1  (all)
";
    assert_eq!(sites(&analysed.report(), Order::Name), by_name);
    let by_heap = sites(&analysed.report(), Order::Heap);
    assert_eq!(by_heap.lines().nth(1), Some("     2      0        0  b"));
}

/// Reads JSON and panics where it is none.
struct Reader<'a> {
    rest: &'a str,
}

impl Reader<'_> {
    fn document(&mut self) {
        self.value();
        assert_eq!(self.rest.trim(), "");
    }

    fn next(&mut self) -> char {
        self.rest = self.rest.trim_start();
        self.rest.chars().next().expect("more")
    }

    fn take(&mut self, c: char) {
        assert_eq!(self.next(), c);
        self.rest = &self.rest[c.len_utf8()..];
    }

    fn value(&mut self) {
        match self.next() {
            '{' => self.list('{', '}', |reader| {
                reader.string();
                reader.take(':');
                reader.value();
            }),
            '[' => self.list('[', ']', Reader::value),
            '"' => self.string(),
            _ => {
                let end = self.rest.find([',', '\n']).expect("an end");
                let word = &self.rest[..end];
                assert!(
                    matches!(word, "null" | "true" | "false") || word.parse::<i64>().is_ok(),
                    "{word}"
                );
                self.rest = &self.rest[end..];
            }
        }
    }

    fn list(&mut self, open: char, close: char, item: fn(&mut Self)) {
        self.take(open);
        while self.next() != close {
            item(self);
            if self.next() != close {
                self.take(',');
                assert_ne!(self.next(), close, "nothing behind the comma");
            }
        }
        self.take(close);
    }

    fn string(&mut self) {
        self.take('"');
        let mut chars = self.rest.char_indices();
        while let Some((at, c)) = chars.next() {
            assert!(!c.is_control(), "a control character in a string");
            match c {
                '"' => {
                    self.rest = &self.rest[at + 1..];
                    return;
                }
                '\\' => {
                    let (_, escape) = chars.next().expect("an escape");
                    let digits = if escape == 'u' { 4 } else { 0 };
                    assert!("\"\\nrtu".contains(escape), "\\{escape}");
                    assert!(
                        (0..digits)
                            .all(|_| chars.next().is_some_and(|(_, c)| c.is_ascii_hexdigit()))
                    );
                }
                _ => {}
            }
        }
        panic!("a string without an end");
    }
}
