//! Traces from any bytes.

use conformance::op::alloc::Op;
use conformance::trace::{Reader, Trace, Traced, Writer};

/// More steps than fit into libFuzzer's inputs.
const STEPS: usize = 1 << 20;

/// Reads `data` as a trace, once as it is and once behind a header, so that no input is lost on a
/// misspelt first line.
///
/// # Panics
/// If a trace does not parse back from its text, or a fault lies outside of the text.
pub fn trace_text(data: &[u8]) {
    whole(data);
    whole(&[b"heaplaw-trace 1 alloc\n", data].concat());
}

fn whole(text: &[u8]) {
    match <Trace>::parse(text, STEPS) {
        Ok(trace) => {
            let printed = trace.to_string();
            let again = <Trace>::parse(printed.as_bytes(), STEPS);
            assert_eq!(again.as_ref(), Ok(&trace), "of the text\n{printed}");
            assert_eq!(written(&trace), printed.as_bytes(), "writer and printer agree");
            for traced in &trace.steps {
                assert_eq!(traced.to_string().parse::<Traced>().as_ref(), Ok(traced));
            }
        }
        Err(fault) => {
            let line = usize::try_from(fault.line).unwrap_or(usize::MAX) - 1;
            let line = text.split(|&byte| byte == b'\n').nth(line);
            let line = line.unwrap_or_else(|| panic!("no such line: {fault}"));
            assert!((1..=line.len() + 1).contains(&fault.column), "no such column: {fault}");
            assert!(!fault.to_string().contains(char::is_control), "{fault:?}");
            streamed(text, &fault.to_string());
        }
    }
}

/// A reader of a text with a fault yields steps, then that fault, then nothing.
fn streamed(text: &[u8], fault: &str) {
    let Ok(mut reader) = Reader::<_, Op>::new(text, STEPS) else { return };
    let found = reader.by_ref().find_map(Result::err);
    assert_eq!(found.map(|found| found.to_string()).as_deref(), Some(fault));
    assert!(reader.next().is_none(), "nothing follows a fault");
}

fn written(trace: &Trace) -> Vec<u8> {
    let mut writer =
        Writer::<_, Op>::new(Vec::new(), &trace.metadata).expect("memory takes all bytes");
    for traced in &trace.steps {
        writer.step(traced).expect("memory takes all bytes");
    }
    writer.finish().expect("memory takes all bytes")
}
