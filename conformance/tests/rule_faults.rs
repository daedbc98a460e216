//! What a rule that does not load says: where, what, and what to write instead.

mod rule_words;

use conformance::rule::{Rule, RuleFault, RuleFaultKind as Kind};
use rule_words::vocabulary;

/// Loads the text between `«` and `»` removed, and expects a fault in just that range.
#[track_caller]
fn refuse(marked: &str, kind: Kind, message: &str, help: Option<&str>) {
    let (vocabulary, event) = vocabulary();
    let text = marked.replace(['«', '»'], "");
    let start = marked.find('«').expect("a mark where the fault begins");
    let end = marked.find('»').expect("a mark where the fault ends") - '«'.len_utf8();
    let fault = Rule::load(&text, &[event], &vocabulary).expect_err("a rule that does not load");
    let expected = RuleFault {
        range: start..end,
        kind,
        message: message.to_owned(),
        help: help.map(str::to_owned),
    };
    assert_eq!(fault, expected, "{text}");
}

#[test]
fn an_empty_rule_is_refused() {
    refuse("«»", Kind::Size, "the rule is empty", None);
    refuse("«» \n\t ", Kind::Size, "the rule is empty", None);
}

#[test]
fn a_rule_of_more_than_4_kib_is_refused() {
    let text = format!("«{}»{}", " ".repeat(4096), "op.ok");
    let help = "move the work into a native function";
    refuse(&text, Kind::Size, "a rule has at most 4096 bytes, this one has 4101", Some(help));
}

#[test]
fn a_rule_of_more_than_512_tokens_is_refused() {
    // Five tokens up to the bracket, then an element and a comma each: the 513th closes the list.
    let text = format!("op.errno in [1{}«]»", ",1".repeat(253));
    let message = "a rule has at most 512 names, numbers and operators";
    refuse(&text, Kind::Size, message, None);
}

#[test]
fn a_character_without_meaning_is_named() {
    let say = |shown: &str| format!("{shown} has no meaning in a rule");
    refuse("op.ok«;»", Kind::Character, &say("`;`"), None);
    refuse("op.errno «=» 0", Kind::Character, &say("`=`"), Some("write `==`"));
    let low_bits = "write `&&`; low bits are `x % 8`";
    refuse("op.errno «&» 7 == 0", Kind::Character, &say("`&`"), Some(low_bits));
    refuse("op.ok «|» op.ok", Kind::Character, &say("`|`"), Some("write `||`"));
    refuse("op.ok«\0»", Kind::Character, &say("the control character U+0000"), None);
    refuse("op.ok«\u{b}»", Kind::Character, &say("the control character U+000B"), None);
    let ascii = Some("a rule is plain ASCII text");
    refuse("«\u{feff}»op.ok", Kind::Character, &say("the byte order mark"), ascii);
    refuse("op.«é» == 1", Kind::Character, &say("`é` (U+00E9)"), ascii);
    refuse("op.errno «≤» 1", Kind::Character, &say("`≤` (U+2264)"), Some("write `<=`"));
    refuse("op.kind == «’»free’", Kind::Character, &say("`’` (U+2019)"), Some("write `'`"));
    refuse("op.kind == 'fr«é»e'", Kind::Character, &say("`é` (U+00E9)"), ascii);
    refuse("«.»op.ok", Kind::Character, &say("`.`"), Some("a name starts with a letter"));
}

#[test]
fn a_text_that_is_no_expression_shows_the_token_that_does_not_fit() {
    refuse("op.errno ==«»", Kind::Syntax, "the rule ends in the middle of an expression", None);
    refuse("op.ok «op»", Kind::Syntax, "`op` is not expected here", None);
    refuse("op.ok «and» op.ok", Kind::Syntax, "`and` is not expected here", Some("write `&&`"));
    refuse("\n op.ok\n «or» op.ok", Kind::Syntax, "`or` is not expected here", Some("write `||`"));
    refuse("op.errno == «)»", Kind::Syntax, "`)` closes nothing", None);
    refuse("op.errno == «(»1", Kind::Syntax, "`(` is never closed", None);
    refuse("op.errno in [1«)»", Kind::Syntax, "`)` closes nothing", None);
    refuse("op.kind == «'free»", Kind::Syntax, "`'` is never closed", None);
    let plain = "a word between quotes has no escapes and no line breaks";
    refuse("op.kind == 'fr«\\»ee'", Kind::Syntax, plain, None);
    refuse("!«!»op.ok", Kind::Syntax, "`!!` does nothing", Some("leave out both"));
    refuse("-«-»op.errno == 1", Kind::Syntax, "`--` does nothing", Some("leave out both"));
    let digits = "write digits, or `0x` and hexadecimal digits, and `u` after the largest";
    refuse("op.errno == «1_000»", Kind::Syntax, "`1_000` is no number", Some(digits));
    refuse("op.errno == «0xg»", Kind::Syntax, "`0xg` is no number", Some(digits));
    refuse("«package».ok", Kind::Syntax, "`package` is not expected here", None);
}

#[test]
fn a_number_that_does_not_fit_is_refused() {
    let message = "`9223372036854775808` does not fit in 64 bits";
    let help = "write `9223372036854775808u`";
    refuse("op.errno == «9223372036854775808»", Kind::Number, message, Some(help));
    let message = "`18446744073709551616u` does not fit in 64 bits";
    refuse("op.errno == «18446744073709551616u»", Kind::Number, message, None);
    let message = "`9223372036854775809` does not fit in 64 bits";
    refuse("op.errno == -«9223372036854775809»", Kind::Number, message, None);
    let long = "9".repeat(100);
    let message = format!("`{}...` does not fit in 64 bits", "9".repeat(24));
    refuse(&format!("op.errno == «{long}»"), Kind::Number, &message, None);
}

#[test]
fn nesting_is_bounded() {
    let deep = format!("{}«(»op.ok{}", "(".repeat(16), ")".repeat(17));
    refuse(&deep, Kind::Depth, "brackets are nested more than 16 deep", None);
    let deep = format!("{}op.ok{} «?»op.ok:op.ok", "op.ok?(".repeat(8), ":op.ok)".repeat(8));
    refuse(&deep, Kind::Depth, "a rule has at most 8 conditionals", None);
    let help = "let a native function or a fact do the inner one";
    refuse(
        "run.serials.all(x, «run.serials.exists(y, x == y)»)",
        Kind::Depth,
        "comprehensions are not nested",
        Some(help),
    );
    let sum = format!("op.errno{} == 0", " + 1".repeat(80));
    let (vocabulary, event) = vocabulary();
    let fault = Rule::load(&sum, &[event], &vocabulary).expect_err("a sum of 81 numbers");
    assert_eq!(fault.kind, Kind::Depth);
    assert_eq!(fault.message, "operators are nested more than 64 deep");
    assert_eq!(fault.help.as_deref(), Some("a sum of many facts is a fact of its own"));
    assert_eq!(&sum[fault.range], "+");
}

#[test]
fn what_cel_has_and_rules_have_not_is_said_by_name() {
    let decimal = "decimal numbers are no part of rules";
    let whole = Some("facts are whole numbers; multiply instead of comparing fractions");
    refuse("op.errno == «1.5»", Kind::Unsupported, decimal, whole);
    refuse("op.errno == «1e5»", Kind::Unsupported, decimal, whole);
    refuse("op.errno == «.5»", Kind::Unsupported, decimal, whole);
    let maps = Some("maps and messages are no part of rules");
    refuse("«{»} == 1", Kind::Unsupported, "`{` has no meaning in a rule", maps);
    let comments = Some("write `/` to divide, and reasons under `why:`");
    refuse("op.ok «//» why", Kind::Unsupported, "comments are no part of rules", comments);
    let strings = "raw, byte and triple-quoted strings are no part of rules";
    let word = Some("write a word of the glossary between single quotes");
    refuse("op.kind == r«'»free'", Kind::Unsupported, strings, word);
    refuse("op.kind == «'»''free'''", Kind::Unsupported, strings, word);
    refuse("op.errno == «null»", Kind::Unsupported, "`null` is no part of rules", None);
    let index = "picking one element of a list is no part of rules";
    refuse("«run.serials[0]» == 1", Kind::Unsupported, index, None);
    let has = Some("a fact that loads is always there");
    refuse("«has»(op.ok)", Kind::Unsupported, "CEL's `has` is no part of rules", has);
    let map = Some("put the expression into `all` or `exists`");
    refuse(
        "run.serials.«map»(x, x) == 1",
        Kind::Unsupported,
        "CEL's `map` is no part of rules",
        map,
    );
    let math = Some("rules have `math.least` and `math.greatest`");
    refuse("math.«abs»(op.errno) == 1", Kind::Unsupported, "`math.abs` is no part of rules", math);
    let whole_list = Some("write `list.all(x, ..)`, `x in list` or `size(list)`");
    let message = "lists are not compared as a whole";
    refuse("«run.serials == run.footprints»", Kind::Unsupported, message, whole_list);
    refuse("«run.serials == [1]»", Kind::Unsupported, message, whole_list);
}

#[test]
fn an_unknown_name_gets_the_nearest_known_one() {
    let records = "known: `block`, `last`, `live`, `old`, `op`, `request`, `run`, `span`";
    refuse(
        "«blok».size == 1",
        Kind::UnknownName,
        "unknown record `blok`",
        Some("did you mean `block`?"),
    );
    refuse("«heap».size == 1", Kind::UnknownName, "unknown record `heap`", Some(records));
    let message = "record `block` has no fact `adress`";
    refuse("block.«adress» == 1", Kind::UnknownName, message, Some("did you mean `address`?"));
    let message = "record `block` has no fact `colour`";
    let fields = "`block` has `address`, `size`, `serial`";
    refuse("block.«colour» == 1", Kind::UnknownName, message, Some(fields));
    refuse("live.«size» == 1", Kind::UnknownName, "record `live` has no fact `size`", None);
    let help = "facts are spelled `record.field`";
    refuse("«size» == 1", Kind::UnknownName, "unknown name `size`", Some(help));
    let message = "unknown function `plato`";
    refuse("«plato»(run.serials, 1)", Kind::UnknownName, message, None);
    let message = "unknown function `platau`";
    refuse("«platau»(run.serials, 1)", Kind::UnknownName, message, Some("did you mean `plateau`?"));
    let message = "record `live` has no function `overlaping`";
    refuse(
        "live.«overlaping»(block) == 0",
        Kind::UnknownName,
        message,
        Some("did you mean `overlapping`?"),
    );
    let message = "a list has no method `exist`";
    refuse(
        "run.serials.«exist»(x, x > 1)",
        Kind::UnknownName,
        message,
        Some("did you mean `exists`?"),
    );
    let message = "a number has no method `abs`";
    refuse("block.size.«abs»() == 1", Kind::UnknownName, message, None);
}

#[test]
fn a_record_alone_is_no_value() {
    let message = "`block` is a record; a rule names one of its facts";
    let help = "`block` has `address`, `size`, `serial`";
    refuse("«block» == 1", Kind::Type, message, Some(help));
    let message = "`block.size` has no facts";
    refuse("«block.size».x == 1", Kind::Type, message, Some("facts are spelled `record.field`"));
    let message = "`x` is a number and has no facts";
    refuse("run.serials.all(x, «x».size == 1)", Kind::Type, message, None);
}

#[test]
fn a_fact_must_be_bound_at_every_event_of_the_rule() {
    let message = "`old.size` is not bound at `allocated`";
    let help = "events that bind it: `freed`, `resized`";
    refuse("«old.size» == block.size", Kind::NotBound, message, Some(help));
    let message = "`old` is not bound at `allocated`";
    refuse("live.overlapping(«old») == 0", Kind::NotBound, message, Some(help));

    let (vocabulary, _) = vocabulary();
    let events = ["resized", "freed"].map(|name| vocabulary.event(name).expect("declared"));
    assert!(Rule::load("old.size > 0", &events, &vocabulary).is_ok());
    let fault = Rule::load("old.size == block.size", &events, &vocabulary).expect_err("unbound");
    assert_eq!((fault.range, fault.kind), (12..22, Kind::NotBound));
    assert_eq!(fault.message, "`block.size` is not bound at `freed`");
    let fault = Rule::load("op.ok", &[], &vocabulary).expect_err("a rule that is never judged");
    assert_eq!(fault.message, "no event is named at which to judge this rule");
}

#[test]
fn a_comprehension_variable_hides_nothing() {
    let help = Some("give the element a name of its own");
    for name in ["block", "is_sound", "math", "size"] {
        let message = format!("`{name}` already has a meaning");
        refuse(&format!("run.serials.all(«{name}», op.ok)"), Kind::Variable, &message, help);
    }
    let message = "the first argument names the element: `list.all(x, ..)`";
    refuse("run.serials.all(«1», op.ok)", Kind::Variable, message, None);
    let message = "unknown name `x`";
    let help = Some("facts are spelled `record.field`");
    refuse("run.serials.all(x, x > 0) && «x» > 0", Kind::UnknownName, message, help);
}

#[test]
fn a_comprehension_ranges_over_bounded_lists_only() {
    let message = "`block.size` is a number; a list is needed here";
    refuse("«block.size».all(x, x > 0)", Kind::Type, message, None);
    let message = "a comprehension ranges over a list of the glossary, \
                   or over literal numbers from 0 to 2^64-1";
    refuse("[1, «block.size»].all(x, x > 0)", Kind::Type, message, None);
    refuse("[«-1»].all(x, x > block.size)", Kind::Type, message, None);
    let message = "a comprehension over an empty list judges nothing";
    refuse("«[]».all(x, x > block.size)", Kind::Vacuous, message, None);
    let message = "a list of the glossary is needed here, not a literal one";
    refuse("size(«[1]») == block.size", Kind::Vacuous, message, None);
}

#[test]
fn types_do_not_mix() {
    let message = "a number is never equal to true or false";
    refuse("«block.size == op.ok»", Kind::Type, message, None);
    let message = "a word is never equal to a number";
    refuse("«op.kind == 1»", Kind::Type, message, None);
    let message = "a number is never equal to text";
    refuse("«op.errno == 'free'»", Kind::Type, message, None);
    let message = "only numbers have an order; this compares true or false";
    refuse("«op.ok < op.ok»", Kind::Type, message, None);
    let message = "only numbers have an order; this compares a word";
    refuse("«op.kind < 'free'»", Kind::Type, message, None);
    let message = "`op.ok` is true or false; a number is needed here";
    refuse("block.size + «op.ok» == 1", Kind::Type, message, None);
    let message = "`block.size` is a number; true or false is needed here";
    refuse("!«block.size»", Kind::Type, message, None);
    refuse("op.ok && «block.size»", Kind::Type, message, None);
    let message = "`'a'` is text; a number is needed here";
    let text = Some("text is only compared with a fact that is a word");
    refuse("op.errno + «'a'» == 1", Kind::Type, message, text);
    let message = "the branches of `? :` are a number and true or false; \
                   both must be numbers, or both true or false";
    refuse("(«op.ok ? 1 : op.ok») == 1", Kind::Type, message, None);
    let message = "`in` needs a list on its right, this is a number";
    refuse("«op.errno in block.size»", Kind::Type, message, None);
    let message = "the list beside `in` holds literal numbers here";
    refuse("op.errno in [1, «'free'»]", Kind::Type, message, None);
    let message = "the list beside `in` holds quoted words here";
    refuse("op.kind in ['free', «1»]", Kind::Type, message, None);
    let message = "`span` lacks the facts of `block`, needed here";
    refuse("live.overlapping(«span») == 0", Kind::Type, message, None);
    let message = "`block.size` is no record; `block` is needed here";
    refuse("live.overlapping(«block.size») == 0", Kind::Type, message, None);
    let message = "`op.errno` is a number; a fact with this function's words is needed here";
    refuse("mix(op.ok, block, «op.errno») == 0", Kind::Type, message, None);
}

#[test]
fn a_rule_is_true_or_false() {
    let help = Some("compare it with what it must be");
    let message = "a rule is true or false, this is a number";
    refuse("«block.address % request.align»", Kind::Type, message, help);
    refuse("«run.serials»", Kind::Type, "a rule is true or false, this is a list", help);
}

#[test]
fn a_word_is_one_of_the_words_of_its_fact() {
    let message = "`op.kind` is never 'maloc'";
    refuse("op.kind == «'maloc'»", Kind::UnknownWord, message, Some("did you mean `malloc`?"));
    refuse("«'maloc'» != op.kind", Kind::UnknownWord, message, Some("did you mean `malloc`?"));
    let message = "`op.kind` is never 'munmap'";
    let words = "its words: `malloc`, `calloc`, `realloc`, `free`";
    refuse("op.kind in ['free', «'munmap'»]", Kind::UnknownWord, message, Some(words));
}

#[test]
fn arguments_are_counted() {
    refuse(
        "live.«overlapping»() == 0",
        Kind::Arguments,
        "`overlapping` takes 1 argument, not 0",
        None,
    );
    refuse("«plateau»(run.serials)", Kind::Arguments, "`plateau` takes 2 arguments, not 1", None);
    refuse("math.«least»(1, 2, 3) == 0", Kind::Arguments, "`least` takes 2 arguments, not 3", None);
    refuse("run.serials.«size»(1) == 0", Kind::Arguments, "`size` takes 0 arguments, not 1", None);
    refuse("run.serials.«all»(x)", Kind::Arguments, "`all` takes 2 arguments, not 1", None);
}

#[test]
fn a_guard_inside_a_rule_is_sent_to_when() {
    let help = Some("put the guard in `when:`");
    let message = "`||` between different facts is a guard";
    refuse("op.ok && («!request.zeroed || block.size == 0»)", Kind::Guard, message, help);
    refuse("run.serials.all(x, «x == 0 || block.size > x»)", Kind::Guard, message, help);
    let message = "`!(a && b)` is `!a || !b`: between different facts it is a guard";
    refuse("«!(request.zeroed && block.size > 0)»", Kind::Guard, message, help);
    let message = "a conditional with a literal branch is a guard";
    refuse("request.zeroed ? block.size == 0 : «true»", Kind::Guard, message, help);

    let (vocabulary, event) = vocabulary();
    let guard = "!request.zeroed || block.size == 0";
    assert!(Rule::load_guard(guard, &[event], &vocabulary).is_ok());
    let alternatives = "block.size == 1 || block.size == 2 || block.size > 9";
    assert!(Rule::load(alternatives, &[event], &vocabulary).is_ok());
    let same_list = "size(run.serials) == 9 || run.serials.all(x, x == 0)";
    assert!(Rule::load(same_list, &[event], &vocabulary).is_ok(), "the variable is no fact");
}

#[test]
fn a_rule_that_nothing_can_break_is_refused() {
    let message = "the rule mentions no fact, so nothing can break it";
    refuse("«1 < 2»", Kind::Vacuous, message, None);
    refuse("«[1, 2].all(x, x > 0)»", Kind::Vacuous, message, None);
    let message = "this compares literals, which no fact can change";
    refuse("op.ok && «1 + 1 == 2»", Kind::Vacuous, message, None);
    let message = "this compares a thing with itself";
    refuse("op.ok && «block.size  == block.size»", Kind::Vacuous, message, None);
    refuse("«op.ok != op.ok»", Kind::Vacuous, message, None);
    let message = "this is decided at load: facts are numbers from 0 to 2^64-1";
    refuse("«block.size >= 0» && op.ok", Kind::Vacuous, message, None);
    refuse("«0 > block.size»", Kind::Vacuous, message, None);
    refuse("«block.size <= 18446744073709551615u»", Kind::Vacuous, message, None);
    refuse("«block.size == -1»", Kind::Vacuous, message, None);
    refuse("op.errno in «[]»", Kind::Vacuous, "nothing is ever `in []`", None);
    let (vocabulary, event) = vocabulary();
    for sound in
        ["block.size > 0", "block.size == 0", "block.size < 18446744073709551615u", "is_sound()"]
    {
        assert!(Rule::load(sound, &[event], &vocabulary).is_ok(), "{sound}");
    }
}

#[test]
fn a_fault_prints_its_place_and_its_help() {
    let (vocabulary, event) = vocabulary();
    let fault = Rule::load("block.adress == 1", &[event], &vocabulary).expect_err("misspelt");
    assert_eq!(
        fault.to_string(),
        "byte 6: record `block` has no fact `adress`; did you mean `address`?"
    );
}
