//! The target's side of the protocol, for collectors written in Rust.

use super::line::{self, StepFault, VERSION};
use crate::capability::Capability;
use crate::observe::gc::{Answer, Outcome, Reading};
use crate::target::collector::Collector;
use serde::Deserialize;
use std::fmt::Write as _;
use std::io::{self, BufRead, Read as _, Write};

/// The longest line that a judge writes, in bytes.
const LINE_MAX: u64 = 1 << 20;

#[derive(Deserialize)]
struct Greeting {
    heaplaw: Vec<u64>,
}

#[derive(Deserialize)]
struct Request {
    batch: u64,
    ops: Vec<Vec<serde_json::Value>>,
}

/// Speaks for `collector` until the judge has no more to say.
///
/// # Errors
/// Those of the two streams, and [`io::ErrorKind::InvalidData`] for a line that is no line of the protocol.
pub fn serve(
    collector: &mut dyn Collector,
    mut input: impl BufRead,
    mut output: impl Write,
) -> io::Result<()> {
    let Some(first) = read_line(&mut input)? else { return Ok(()) };
    let greeting: Greeting = parse(&first, &mut output)?;
    if !greeting.heaplaw.contains(&VERSION) {
        return refuse(&mut output, &format!("this target speaks version {VERSION}"));
    }
    output.write_all(hello(collector).as_bytes())?;
    output.flush()?;
    while let Some(text) = read_line(&mut input)? {
        let request: Request = parse(&text, &mut output)?;
        let reply = perform(collector, &request);
        output.write_all(reply.as_bytes())?;
        output.flush()?;
    }
    Ok(())
}

fn read_line(input: &mut impl BufRead) -> io::Result<Option<Vec<u8>>> {
    let mut bytes = Vec::new();
    let read = input.take(LINE_MAX + 1).read_until(b'\n', &mut bytes)?;
    Ok((read > 0).then_some(bytes))
}

fn parse<'t, T: Deserialize<'t>>(text: &'t [u8], output: &mut impl Write) -> io::Result<T> {
    match serde_json::from_slice(text) {
        Ok(value) => Ok(value),
        Err(e) => {
            refuse(output, &format!("a line that is none of the protocol: {e}"))?;
            Err(io::Error::new(io::ErrorKind::InvalidData, e))
        }
    }
}

fn refuse(output: &mut impl Write, says: &str) -> io::Result<()> {
    writeln!(output, "{}", serde_json::json!({ "error": says }))?;
    output.flush()
}

fn hello(collector: &dyn Collector) -> String {
    let offers: Vec<&str> = collector.offers().iter().map(Capability::word).collect();
    let hello = serde_json::json!({
        "version": VERSION,
        "name": collector.name(),
        "release": collector.release(),
        "offers": offers,
        "choices": { "tiny": collector.tiny() },
    });
    format!("{hello}\n")
}

fn perform(collector: &mut dyn Collector, request: &Request) -> String {
    let mut reply = format!("{{\"batch\":{},\"answers\":[", request.batch);
    for (i, op) in request.ops.iter().enumerate() {
        let comma = if i == 0 { "" } else { "," };
        // Writing to a string cannot fail.
        let _ = write!(reply, "{comma}");
        let (answer, reading) = match line::step(op) {
            Ok(step) => collector.perform(step.thread, &step.op),
            Err(StepFault::Unknown) => (Answer::bare(Outcome::Unsupported), None),
            Err(StepFault::Bad(says)) => (Answer::bare(Outcome::Failed), Some(Reading::Said(says))),
        };
        line::push_answer(&mut reply, &answer, reading.as_ref());
    }
    reply.push_str("]}\n");
    reply
}
