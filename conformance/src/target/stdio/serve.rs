//! The target's side of the protocol, for collectors written in Rust.

use super::line::{self, LINE_MAX, SUBJECT, StepFault, VERSIONS};
use crate::capability::Capability;
use crate::observe::gc::{Answer, Outcome, Reading};
use crate::target::collector::{Collector, implied, needs};
use serde::Deserialize;
use std::fmt::Write as _;
use std::io::{self, BufRead, Read as _, Write};

#[derive(Deserialize)]
struct Greeting {
    heaplaw: Vec<u64>,
    /// A judge that names none is taken at its word for the rest.
    #[serde(default)]
    subject: Option<String>,
}

#[derive(Deserialize)]
struct Request {
    batch: u64,
    ops: Vec<serde_json::Value>,
}

/// Speaks for `collector` until the judge has no more to say.
///
/// # Errors
/// Those of the two streams, and [`io::ErrorKind::InvalidData`] for a line that is no line of the protocol,
/// or asks for what is not spoken here. The program should end with a status other than 0 then: the judge
/// has been told why.
pub fn serve(
    collector: &mut dyn Collector,
    mut input: impl BufRead,
    mut output: impl Write,
) -> io::Result<()> {
    let Some(first) = read_line(&mut input)? else { return Ok(()) };
    let greeting: Greeting = parse(&first, &mut output)?;
    let Some(version) = line::common_version(VERSIONS, &greeting.heaplaw) else {
        return Err(refused(&mut output, &format!("this target speaks {VERSIONS:?}")));
    };
    if greeting.subject.is_some_and(|subject| subject != SUBJECT) {
        return Err(refused(&mut output, &format!("this target is one of {SUBJECT}")));
    }
    output.write_all(hello(collector, version).as_bytes())?;
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
    let read = input.take(LINE_MAX as u64 + 1).read_until(b'\n', &mut bytes)?;
    Ok((read > 0).then_some(bytes))
}

fn parse<'t, T: Deserialize<'t>>(text: &'t [u8], output: &mut impl Write) -> io::Result<T> {
    let read = if text.len() > LINE_MAX {
        Err(format!("a line of more than {LINE_MAX} bytes"))
    } else {
        // What is not looked at has to be text, too.
        let text = std::str::from_utf8(text).map_err(|e| e.to_string());
        text.and_then(|text| serde_json::from_str(text).map_err(|e| e.to_string()))
    };
    read.map_err(|says| refused(output, &format!("a line that is none of the protocol: {says}")))
}

/// Says why there is no conversation, and ends it.
fn refused(output: &mut impl Write, says: &str) -> io::Error {
    let said = writeln!(output, "{}", serde_json::json!({ "error": says }));
    match said.and_then(|()| output.flush()) {
        Ok(()) => io::Error::new(io::ErrorKind::InvalidData, says),
        Err(e) => e,
    }
}

fn hello(collector: &dyn Collector, version: u64) -> String {
    let offers: Vec<&str> = collector.offers().iter().map(Capability::word).collect();
    let hello = serde_json::json!({
        "version": version,
        "name": collector.name(),
        "release": collector.release(),
        "offers": offers,
        "choices": { "tiny": collector.tiny() },
    });
    format!("{hello}\n")
}

fn perform(collector: &mut dyn Collector, request: &Request) -> String {
    let offers = implied(collector.offers());
    let mut reply = format!("{{\"batch\":{},\"answers\":[", request.batch);
    for (i, op) in request.ops.iter().enumerate() {
        let comma = if i == 0 { "" } else { "," };
        // Writing to a string cannot fail.
        let _ = write!(reply, "{comma}");
        let (answer, reading) = match line::step(op) {
            Ok(step) if needs(&step.op).is_some_and(|need| !offers.has(need)) => {
                (Answer::bare(Outcome::Unsupported), None)
            }
            Ok(step) => collector.perform(step.thread, &step.op),
            Err(StepFault::Unknown) => (Answer::bare(Outcome::Unsupported), None),
            Err(StepFault::Lacks) => (Answer::SKIPPED, None),
            Err(StepFault::Bad(says)) => (Answer::bare(Outcome::Failed), Some(Reading::Said(says))),
        };
        line::push_answer(&mut reply, &answer, reading.as_ref());
    }
    reply.push_str("]}\n");
    reply
}
