//! Faults of traces: what they say, where they point, and that no bytes can do harm.

use conformance::op::alloc::Op;
use conformance::trace::{Fault, FaultKind, LINE_MAX, Metadata, Reader, Trace, Traced};
use std::io::{self, BufReader, Read};

/// The fault of a line that must have one.
fn fault_of(line: &str) -> Fault {
    line.parse::<Traced>().expect_err(line)
}

/// The fault of a whole trace that must have one.
fn fault_in(text: impl AsRef<[u8]>) -> Fault {
    <Trace>::parse(text.as_ref(), 100).expect_err("a fault")
}

#[test]
fn a_fault_says_where_it_is_what_is_wrong_and_what_may_be_meant() {
    let cases = [
        ("s0 = mallco 24", "column 6: unknown op `mallco`; did you mean `malloc`?"),
        ("frobnicate", "column 1: unknown op `frobnicate`"),
        ("s0 =", "column 5: expected an op here"),
        ("@t1", "column 4: expected an op here"),
        ("s0 malloc 24", "column 1: unknown op `s0`"),
        ("s0 = malloc", "column 12: expected SIZE here, as in `SLOT = malloc SIZE`"),
        ("malloc 24", "column 1: expected a slot, s0 to s1023, found `malloc`"),
        ("s0 = malloc 24 25", "column 16: `25` is left over after `SLOT = malloc SIZE`"),
        ("s0 = malloc big", "column 13: expected a number, such as 24, 0x18 or 64K, found `big`"),
        ("s0 = malloc -1", "column 13: expected a number, such as 24, 0x18 or 64K, found `-1`"),
        ("s0 = malloc 0x", "column 13: expected a number, such as 24, 0x18 or 64K, found `0x`"),
        ("s0 = malloc K", "column 13: expected a number, such as 24, 0x18 or 64K, found `K`"),
        (
            "s0 = malloc 18446744073709551616",
            "column 13: `18446744073709551616` does not fit into 64 bits",
        ),
        ("s0 = malloc 17179869184G", "column 13: `17179869184G` does not fit into 64 bits"),
        ("s1024 = malloc 1", "column 1: no slot `s1024`: the last one is s1023"),
        (
            "free s99999999999999999999",
            "column 6: no slot `s99999999999999999999`: the last one is s1023",
        ),
        ("@t8 free s0", "column 2: no thread `t8`: the last one is t7"),
        ("@x free s0", "column 2: expected a thread, t0 to t7, found `x`"),
        ("start t0", "column 7: t0 is the main thread, which always runs"),
        ("end t0", "column 5: t0 is the main thread, which always runs"),
        ("end t8", "column 5: no thread `t8`: the last one is t7"),
        (
            "s0 = realloc s1 8",
            "column 14: expected s0 again, found `s1`, in `SLOT = realloc SLOT SIZE`",
        ),
        ("free_interior s0 0", "column 18: an offset of 0 is the block itself, not its inside"),
        (
            "free_foreign stac",
            "column 14: expected one of stack, static, mapping, found `stac`, \
             in `free_foreign WHAT`; did you mean `stack`?",
        ),
        (
            "s0 = malloc 8 -> blok",
            "column 18: expected one of block, refused, returns, aligned, errno-kept, \
             found `blok`; did you mean `block`?",
        ),
        (
            "s0 = malloc 8 ->",
            "column 17: expected one of block, refused, returns, aligned, errno-kept here",
        ),
        (
            "s0 = malloc 8 -> block,",
            "column 24: expected one of block, refused, returns, aligned, errno-kept here",
        ),
        ("s0 = malloc 8 -> block 1", "column 24: expected `,` or the end of the line, found `1`"),
        (
            "s0 = malloc 8 -> refused ENOMEM 1",
            "column 33: expected `,` or the end of the line, found `1`",
        ),
        (
            "s0 = malloc 8 -> refused EINVALL",
            "column 26: expected one of ENOMEM, EINVAL, found `EINVALL`; did you mean `EINVAL`?",
        ),
        ("s0 = malloc 8 -> aligned", "column 25: expected a number after `aligned`"),
        ("s0 = malloc 8 -> aligned 24", "column 26: an alignment is a power of two; `24` is not"),
        ("s0 = malloc 8 -> aligned 0", "column 26: an alignment is a power of two; `0` is not"),
        ("fork 1 -> returns 4294967296", "column 19: expected a 32-bit number, found `4294967296`"),
        ("s0 = malloc 8 -> returns 0", "column 18: `malloc` never shows `returns 0`"),
        ("free s0 -> block", "column 12: `free` never shows `block`"),
        ("-> block", "column 1: expected an op here"),
        ("", "column 1: expected an op here"),
        ("free s0\nfree s1", "column 8: a step is one line of text"),
        (
            "\u{e9}\u{e9} = malloc 8 9",
            "column 1: expected a slot, s0 to s1023, found `\u{e9}\u{e9}`",
        ),
    ];
    for (line, says) in cases {
        assert_eq!(fault_of(line).to_string(), format!("line 1, {says}"), "of the line {line:?}");
    }
}

#[test]
fn columns_count_characters_and_lines_count_from_the_header() {
    let fault =
        fault_in("heaplaw-trace 1 alloc\n# note: x\n\nfree null # \u{e9}\nfree \u{e9} \u{e9}\n");
    assert_eq!(fault.kind, FaultKind::Operand);
    assert_eq!((fault.line, fault.column), (5, 6));
}

#[test]
fn a_text_that_is_no_trace_says_what_a_trace_begins_with() {
    let cases = [
        ("", "line 1, column 1: a trace begins with `heaplaw-trace 1 alloc`"),
        ("\n\n", "line 1, column 1: a trace begins with `heaplaw-trace 1 alloc`"),
        ("s0 = malloc 8\n", "line 1, column 1: a trace begins with `heaplaw-trace 1 alloc`"),
        (
            "heaplaw-trace 2 alloc",
            "line 1, column 15: version `2` of the format; this heaplaw reads 1",
        ),
        ("heaplaw-trace", "line 1, column 14: version `` of the format; this heaplaw reads 1"),
        ("heaplaw-trace 1 gc", "line 1, column 17: the subject is `gc`; `alloc` is read here"),
        ("heaplaw-trace 1 alloc !", "line 1, column 23: the header ends after the subject"),
    ];
    for (text, says) in cases {
        let fault = fault_in(text);
        assert_eq!((fault.kind, fault.to_string().as_str()), (FaultKind::Header, says));
    }
}

#[test]
fn bytes_that_are_no_text_are_named_by_their_place() {
    let fault = fault_in(b"heaplaw-trace 1 alloc\nfree \xFF s0\n");
    assert_eq!(fault.to_string(), "line 2, column 6: not UTF-8 text");
    let fault = fault_in(b"heaplaw-trace 1 alloc\nfree\0s0\n");
    assert_eq!(fault.to_string(), "line 2, column 5: a control character, `\\0`");
    assert_eq!(fault_in(b"\xFF\xFE\x00").kind, FaultKind::NotText);
}

#[test]
fn the_longest_line_is_read_and_one_byte_more_is_a_fault() {
    let padded = |len: usize| {
        let line = format!("free null #{}", "x".repeat(len - 11));
        format!("heaplaw-trace 1 alloc\r\n{line}\r\n")
    };
    let trace = <Trace>::parse(padded(LINE_MAX).as_bytes(), 1).expect("as long as allowed");
    assert_eq!(trace.steps.len(), 1);
    for len in [LINE_MAX + 1, LINE_MAX + 2, LINE_MAX + 3, 3 * LINE_MAX] {
        let fault = fault_in(padded(len));
        assert_eq!(fault.to_string(), "line 2, column 4097: a line longer than 4096 bytes");
        assert_eq!(fault.kind, FaultKind::LongLine);
    }
}

#[test]
fn a_step_beyond_the_limit_is_a_fault_and_the_last_allowed_one_is_not() {
    let text = "heaplaw-trace 1 alloc\nfree null\nfree null\n# no step\n\n";
    assert_eq!(<Trace>::parse(text.as_bytes(), 2).map(|t| t.steps.len()), Ok(2));
    let fault = <Trace>::parse(text.as_bytes(), 1).expect_err("one too many");
    assert_eq!(fault.to_string(), "line 3, column 1: a step beyond the limit of 1");
    assert_eq!(fault.kind, FaultKind::TooManySteps);
}

#[test]
fn metadata_without_end_is_a_fault() {
    let text = format!("heaplaw-trace 1 alloc\n{}", "# k: v\n".repeat(Metadata::MAX));
    assert_eq!(<Trace>::parse(text.as_bytes(), 1).map(|t| t.metadata.len()), Ok(Metadata::MAX));
    let fault = fault_in(text + "# k: v\n");
    assert_eq!(fault.to_string(), "line 66, column 1: more than 64 lines of metadata");
    assert_eq!(fault.kind, FaultKind::TooMuchMetadata);
}

#[test]
fn nothing_follows_a_fault() {
    let text = "heaplaw-trace 1 alloc\nfree null\noops\nfree null\n";
    let mut reader = Reader::<_, Op>::new(text.as_bytes(), 10).expect("a header");
    assert!(matches!(reader.next(), Some(Ok(_))));
    assert!(matches!(reader.next(), Some(Err(_))));
    assert!(reader.next().is_none());
    assert!(reader.next().is_none());
}

/// Gives a header and a step, then fails.
struct Torn(&'static [u8]);

impl Read for Torn {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self.0.read(buffer)? {
            0 => Err(io::Error::new(io::ErrorKind::TimedOut, "the wire was cut")),
            read => Ok(read),
        }
    }
}

#[test]
fn a_source_that_fails_is_a_fault_with_the_reason() {
    let source = BufReader::new(Torn(b"heaplaw-trace 1 alloc\nfree null\n"));
    let mut reader = Reader::<_, Op>::new(source, 10).expect("a header");
    assert!(matches!(reader.next(), Some(Ok(_))));
    let fault = reader.next().expect("an item").expect_err("a fault");
    assert_eq!(fault.kind, FaultKind::Io(io::ErrorKind::TimedOut));
    assert_eq!(fault.to_string(), "line 2, column 1: could not be read: the wire was cut");
}

/// Bytes without end, and without a line feed.
struct Endless(u8);

impl Read for Endless {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        buffer.fill(self.0);
        Ok(buffer.len())
    }
}

/// The fault of a source that has one in its first lines.
fn fault_of_source(source: impl Read) -> Fault {
    match Reader::<_, Op>::new(BufReader::new(source), 10) {
        Err(fault) => fault,
        Ok(reader) => reader.last().expect("an item").expect_err("a fault"),
    }
}

#[test]
fn a_line_without_end_is_given_up_after_four_kibibytes() {
    let begun: [&[u8]; 3] =
        [b"", b"heaplaw-trace 1 alloc\n", b"heaplaw-trace 1 alloc\nfree null ->"];
    for begun in begun {
        for byte in [b'#', b'-', b',', 0xFF] {
            let fault = fault_of_source(begun.chain(Endless(byte)));
            assert_eq!(fault.kind, FaultKind::LongLine);
        }
    }
}

#[test]
fn a_billion_repeats_and_deep_nesting_cost_the_parser_nothing() {
    let nested = "repeat 1000000000\n".repeat(100_000);
    let text = format!("heaplaw-trace 1 alloc\n{nested}");
    let trace = <Trace>::parse(text.as_bytes(), 100_000).expect("a trace");
    assert_eq!(<Trace>::parse(trace.to_string().as_bytes(), 100_000), Ok(trace));
    // Performing them, or indenting them in full (10 GB of blanks), would never get here.
}

#[test]
fn the_worst_lines_within_the_limit_are_read_in_no_time() {
    let lines = [",".repeat(4000), "= ".repeat(2000), "a".repeat(4000), "-> ".repeat(1300)];
    for line in lines {
        let text = format!("heaplaw-trace 1 alloc\n{line}\n");
        assert!(<Trace>::parse(text.as_bytes(), 10).is_err(), "{line}");
        let text = format!("heaplaw-trace 1 alloc\ns0 = malloc 8 -> block{line}\n");
        assert!(<Trace>::parse(text.as_bytes(), 10).is_err(), "{line}");
    }
}
