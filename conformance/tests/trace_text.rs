//! Traces: what is printed parses back, what people write is understood, what is wrong is named.

use conformance::op::alloc::{Foreign, Op, SLOTS, Script, Slot, Step, THREADS, Thread};
use conformance::trace::expected::{Clause, Errno};
use conformance::trace::form::Form;
use conformance::trace::form::alloc::FORMS;
use conformance::trace::{Expected, Metadata, Reader, Trace, Traced, Writer};
use std::collections::BTreeSet;

const EVERY_OP: &str = include_str!("../testdata/traces/every-op.trace");
const REFUSALS: &str = include_str!("../testdata/traces/refusals.trace");

fn parse(text: &str) -> Trace {
    <Trace>::parse(text.as_bytes(), 1000).unwrap_or_else(|fault| panic!("{fault}\n{text}"))
}

/// The op of a line, which must parse.
fn op(line: &str) -> Op {
    line.parse::<Traced>().unwrap_or_else(|fault| panic!("{line}: {fault}")).step.op
}

#[test]
fn a_committed_trace_is_printed_as_it_was_read() {
    for text in [EVERY_OP, REFUSALS] {
        assert_eq!(parse(text).to_string(), text);
    }
}

#[test]
fn the_committed_trace_of_every_op_has_every_op() {
    let used: BTreeSet<_> = parse(EVERY_OP).steps.iter().map(|t| t.step.op.word()).collect();
    let known: BTreeSet<_> = FORMS.iter().map(|form| form.word).collect();
    assert_eq!(used, known);
}

#[test]
fn a_step_prints_in_the_words_of_its_op() {
    let (s0, t1) = (Slot(0), Thread(1));
    let cases = [
        (Step::main(Op::Malloc { slot: s0, size: 24 }), "s0 = malloc 24"),
        (
            Step::main(Op::Realloc { slot: s0, size: u64::MAX }),
            "s0 = realloc s0 18446744073709551615",
        ),
        (Step::on(t1, Op::Calloc { slot: s0, count: 3, size: 8 }), "@t1 s0 = calloc 3 8"),
        (Step { late: true, ..Step::on(t1, Op::Free { slot: s0 }) }, "@t1 late free s0"),
        (Step { late: true, ..Step::main(Op::FreeNull) }, "late free null"),
        (Step::main(Op::FreeForeign { what: Foreign::Static }), "free_foreign static"),
        (Step::main(Op::EndThread { thread: t1 }), "end t1"),
        (Step::main(Op::End), "end"),
    ];
    for (step, text) in cases {
        assert_eq!(step.to_string(), text);
        assert_eq!(text.parse::<Traced>(), Ok(Traced::from(step)), "{text}");
    }
}

#[test]
fn the_first_and_the_last_slot_and_thread_are_in_range() {
    assert_eq!(op("free s0"), Op::Free { slot: Slot(0) });
    assert_eq!(op("free s1023"), Op::Free { slot: Slot(SLOTS as u16 - 1) });
    assert_eq!(op("start t7"), Op::StartThread { thread: Thread(THREADS as u8 - 1) });
    assert_eq!("@t0 free null".parse::<Traced>().map(|t| t.step), Ok(Step::main(Op::FreeNull)));
}

#[test]
fn sizes_may_be_written_in_hexadecimal_and_in_binary_units() {
    let size = |text: &str| op(&format!("s0 = malloc {text}")).requested();
    assert_eq!(size("0x18"), Some(24));
    assert_eq!(size("0xFFFFffffFFFFffff"), Some(u64::MAX));
    assert_eq!(size("64K"), Some(64 << 10));
    assert_eq!(size("1M"), Some(1 << 20));
    assert_eq!(size("2G"), Some(2 << 30));
    assert_eq!(size("007"), Some(7));
}

#[test]
fn blanks_comments_and_carriage_returns_do_not_matter() {
    let text = "heaplaw-trace\t1   alloc\r\n\r\n  # a note\r\n\ts0 =  malloc\t8#16 # three\r\n";
    assert!(<Trace>::parse(text.as_bytes(), 10).is_err(), "a # within a token is no comment");
    let text = text.replace("8#16", "8");
    assert_eq!(parse(&text).script().steps, [Step::main(Op::Malloc { slot: Slot(0), size: 8 })]);
    assert_eq!(parse("heaplaw-trace 1 alloc"), Trace::default(), "no line feed at the end");
}

#[test]
fn metadata_are_the_pairs_directly_after_the_header_in_order() {
    let text = "heaplaw-trace 1 alloc\n# zeta: 1\n# alpha:  so:libfoo.so \n# zeta:\n\n# later: 2\n";
    let trace = parse(text);
    let pairs: Vec<_> = trace.metadata.iter().collect();
    assert_eq!(pairs, [("zeta", "1"), ("alpha", "so:libfoo.so"), ("zeta", "")]);
    let canonical = "heaplaw-trace 1 alloc\n# zeta: 1\n# alpha: so:libfoo.so\n# zeta:\n";
    assert_eq!(trace.to_string(), canonical);
}

#[test]
fn a_comment_that_is_no_pair_ends_the_metadata() {
    let trace = parse("heaplaw-trace 1 alloc\n# Two words: 1\n# target: system\nfree null\n");
    assert!(trace.metadata.is_empty());
    assert_eq!(trace.steps.len(), 1);
}

#[test]
fn an_expected_answer_follows_an_arrow() {
    let line =
        "s0 = posix_memalign 64 8 -> returns -1,aligned 0x40 , refused ENOMEM,errno-kept # !";
    let expected = Expected::of(Clause::Returns(-1))
        .and(Clause::Aligned(64))
        .and(Clause::Refused(Some(Errno::Enomem)))
        .and(Clause::ErrnoKept);
    let traced: Traced = line.parse().expect("a step");
    assert_eq!(traced.expected, Some(expected));
    assert_eq!(
        traced.to_string(),
        "s0 = posix_memalign 64 8 -> returns -1, aligned 64, refused ENOMEM, errno-kept"
    );
}

#[test]
fn sections_indent_and_an_end_without_a_beginning_does_not() {
    let text = "heaplaw-trace 1 alloc\nend\ntogether\n  repeat 2\n    free null\n  end\nend\nend\n";
    assert_eq!(parse(text).to_string(), text);
}

#[test]
fn a_thousand_open_sections_stay_within_the_line_length() {
    let script = Script { steps: vec![Step::main(Op::Together); 1000] };
    let text = Trace::from(&script).to_string();
    assert!(text.lines().all(|line| line.len() < 64), "the indent has an end");
    assert_eq!(parse(&text).script(), script);
}

#[test]
fn the_writer_writes_what_the_trace_prints() {
    let trace = parse(EVERY_OP);
    let mut writer = Writer::<_, Op>::new(Vec::new(), &trace.metadata).expect("memory");
    for traced in &trace.steps {
        writer.step(traced).expect("memory");
    }
    assert_eq!(writer.finish().expect("memory"), EVERY_OP.as_bytes());
}

#[test]
fn the_reader_yields_steps_one_by_one_and_knows_the_line() {
    let mut reader = Reader::<_, Op>::new(EVERY_OP.as_bytes(), 1000).expect("a header");
    assert_eq!(reader.metadata().get("invariant"), Some("alloc/block/block-disjoint-from-live"));
    let first = reader.next().expect("a step").expect("no fault");
    assert_eq!((first.to_string().as_str(), reader.line()), ("s0 = malloc 24", 4));
    assert_eq!(reader.by_ref().filter(Result::is_err).count(), 0);
    assert_eq!(reader.line(), EVERY_OP.lines().count() as u64);
    assert!(reader.next().is_none());
}

#[test]
fn the_documentation_has_a_row_for_every_op_and_no_other() {
    let docs = include_str!("../../docs/trace-format.md");
    let (_, ops) = docs.split_once("## Ops").expect("a section on ops");
    let (ops, _) = ops.split_once("\n## ").expect("a section after it");
    let cell = |row: &str, i: usize| row.split('|').nth(i).map(|c| c.trim().replace('`', ""));
    let rows: Vec<_> = ops.lines().filter(|line| line.starts_with("| `")).collect();
    let documented: Vec<_> = rows.iter().filter_map(|r| Some((cell(r, 1)?, cell(r, 2)?))).collect();
    let known: Vec<_> = FORMS.iter().map(|form| (form.word.to_owned(), form.to_string())).collect();
    let sorted = |mut rows: Vec<_>| {
        rows.sort();
        rows
    };
    assert_eq!(sorted(documented), sorted(known));
}

#[test]
fn the_documentation_names_every_clause_and_operand() {
    let docs = include_str!("../../docs/trace-format.md");
    for word in Clause::WORDS {
        assert!(docs.contains(&format!("| `{word}")), "no row for the clause {word}");
    }
    let parts = FORMS.iter().map(Form::to_string).collect::<Vec<_>>().join(" ");
    for operand in parts.split(' ').filter(|w| w.chars().all(|c| c.is_ascii_uppercase())) {
        assert!(docs.contains(&format!("`{operand}`")), "no row for the operand {operand}");
    }
}

#[test]
fn the_example_of_the_documentation_is_a_trace() {
    let docs = include_str!("../../docs/trace-format.md");
    let example = docs.split("```text\n").nth(1).and_then(|rest| rest.split("```").next());
    assert_eq!(parse(example.expect("an example")).steps.len(), 9);
}

#[test]
fn metadata_survives_a_round_trip_whatever_the_value_is() {
    let mut metadata = Metadata::default();
    metadata.push("message", "live.overlapping(block) == 0\nis false # not a comment");
    metadata.push("note", &"\u{1F600}".repeat(5000));
    let trace = Trace { metadata, steps: vec![] };
    assert_eq!(parse(&trace.to_string()), trace);
}
