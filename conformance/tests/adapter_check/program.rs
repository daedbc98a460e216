//! The part of an adapter: the small collector, served, with what is wrong with it between it and the judge.

use crate::faults::{Heard, Memory, Wrong};
use conformance::capability::{Capabilities, Capability};
use conformance::mutant::correct_collector;
use conformance::observe::gc::{Answer, Reading};
use conformance::op::Thread;
use conformance::op::gc::Op;
use conformance::target::collector::Collector;
use conformance::target::stdio::serve;
use serde_json::Value;
use std::io::{self, BufRead, BufReader, PipeReader, PipeWriter, Write};
use std::process::ExitCode;
use std::thread::{self, JoinHandle};

/// The collector behind a fault in what is performed.
struct Behind {
    collector: Box<dyn Collector>,
    wrong: Wrong,
    memory: Memory,
}

impl Collector for Behind {
    fn name(&self) -> &str {
        self.collector.name()
    }

    /// All that the collector does, and `rest`, after which nothing is different in one that collects in steps.
    fn offers(&self) -> Capabilities {
        self.collector.offers().with(Capability::Timed)
    }

    fn perform(&mut self, mutator: Thread, op: &Op) -> (Answer, Option<Reading>) {
        let done = match op {
            // It is skipped where this is, which does as little.
            Op::Rest => self.collector.perform(mutator, &Op::Grow { size: 0 }),
            _ => self.collector.perform(mutator, op),
        };
        (self.wrong.performed)(&mut self.memory, mutator, op, done)
    }
}

/// The served side, in a thread, with a pipe to it and one from it.
struct Served {
    asks: Option<PipeWriter>,
    replies: BufReader<PipeReader>,
    thread: JoinHandle<io::Result<()>>,
}

impl Served {
    fn start(wrong: &Wrong) -> io::Result<Served> {
        let ((theirs, asks), (replies, mine)) = (io::pipe()?, io::pipe()?);
        let wrong = wrong.clone();
        let thread = thread::spawn(move || {
            let collector = correct_collector();
            let mut behind = Behind { collector, wrong, memory: Memory::default() };
            serve(&mut behind, BufReader::new(theirs), mine)
        });
        Ok(Served { asks: Some(asks), replies: BufReader::new(replies), thread })
    }

    /// What a right adapter replies to `line`.
    fn reply(&mut self, line: &[u8]) -> io::Result<Vec<u8>> {
        if let Some(asks) = &mut self.asks {
            // It may refuse a line before it has read all of it.
            let _ = asks.write_all(line);
        }
        if !line.ends_with(b"\n") {
            self.asks = None;
        }
        let mut reply = Vec::new();
        self.replies.read_until(b'\n', &mut reply)?;
        Ok(reply)
    }
}

/// Speaks with the judge as `wrong` does.
pub(crate) fn run(wrong: &Wrong) -> ExitCode {
    match converse(wrong) {
        Ok(status) => ExitCode::from(status),
        Err(_) => ExitCode::from(1),
    }
}

fn converse(wrong: &Wrong) -> io::Result<u8> {
    let mut served = Served::start(wrong)?;
    let (mut input, mut output) = (BufReader::new(io::stdin()), io::stdout());
    let mut memory = Memory { about: wrong.about.clone(), ..Memory::default() };
    loop {
        let mut line = Vec::new();
        if input.read_until(b'\n', &mut line)? == 0 {
            served.asks = None;
            let right = served.thread.join().is_ok_and(|ended| ended.is_ok());
            if !right {
                return Ok(1);
            }
            output.write_all((wrong.last)(&mut memory).as_bytes())?;
            return Ok((wrong.status)(&memory));
        }
        memory.waiting = input.buffer().len();
        match (wrong.hears)(&mut memory, line.clone()) {
            Heard::Line(heard) => line = heard,
            Heard::Nothing => {
                let waiting = memory.waiting;
                input.consume(waiting);
                continue;
            }
        }
        let reply = served.reply(&line)?;
        let asked: Value = serde_json::from_slice(&line).unwrap_or_default();
        memory.started |= line.windows(7).any(|w| w == b"\"start\"");
        memory.batches += u64::from(asked["ops"].is_array());
        let Ok(mut value) = serde_json::from_slice::<Value>(&reply) else { return Ok(1) };
        let ended = value["error"].is_string();
        (wrong.replies)(&mut memory, &asked, &mut value);
        let text = format!("{value}\n");
        output.write_all((wrong.speaks)(&mut memory, text).as_bytes())?;
        output.flush()?;
        if ended && value["error"].is_string() {
            return Ok(1);
        }
    }
}
