//! Conversations: an adapter, and one talk with a fresh process of it.

use super::Fault;
use super::prompter::Prompter;
use crate::capability::{Capabilities, Capability};
use crate::model::gc::Setting;
use crate::observe::gc::{Answer, Reading};
use crate::op::gc::Step;
use crate::target::collector::implied;
use crate::target::patience::Patience;
use crate::target::stdio::{Process, line};
use crate::target::{BATCH, How};
use serde_json::Value;
use std::cell::{Cell, RefCell};
use std::fmt;

/// At most so many bytes of a line are shown.
const SHOWN: usize = 200;

/// Milliseconds that an adapter may stand still for that did so before.
const AGAIN: u64 = 1000;

/// A program that is said to speak the protocol.
pub struct Adapter {
    command: String,
    met: Met,
    /// Shorter, once it was silent: it will be again.
    patience: Cell<Patience>,
    /// What was said, if it is asked for.
    record: Option<RefCell<Vec<Said>>>,
}

/// Who the adapter said that it is when it was met.
#[derive(Clone, Debug, Default)]
pub struct Met {
    /// What is judged.
    pub name: String,
    /// Its version.
    pub release: String,
    /// The version of the protocol.
    pub version: u64,
    /// What it offers.
    pub offers: Capabilities,
    /// Words that it offers and nobody knows.
    pub unknown: Vec<String>,
}

/// A line of a conversation.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Said {
    /// By the judge, and right.
    Judge(String),
    /// By the judge on purpose, and wrong.
    Wrong(Vec<u8>),
    /// By the adapter.
    Adapter(Vec<u8>),
}

/// Why there is nothing to try.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum NoAdapter {
    /// There is no such program.
    NotFound(String),
    /// It does not greet.
    NoHello(Fault),
}

impl fmt::Display for NoAdapter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            NoAdapter::NotFound(says) => f.write_str(says),
            NoAdapter::NoHello(Fault { expected, seen }) => {
                write!(f, "expected {expected}; {seen}")
            }
        }
    }
}

impl std::error::Error for NoAdapter {}

impl Adapter {
    /// Starts the program, greets it, and lets it end.
    ///
    /// # Errors
    /// [`NoAdapter`] where there is none, or where nothing can be asked as there is no hello.
    pub fn meet(command: &str, patience: Patience, record: bool) -> Result<Adapter, NoAdapter> {
        let adapter = Adapter {
            command: command.to_owned(),
            met: Met::default(),
            patience: Cell::new(patience),
            record: record.then(RefCell::default),
        };
        let mut talk = match adapter.start() {
            Ok(talk) => talk,
            Err(fault) => return Err(NoAdapter::NotFound(fault.seen)),
        };
        talk.say(&line::greeting(0));
        let heard = talk.heard("a hello");
        // The shell's words for a command that is not there, and for one that cannot be executed.
        if heard.is_err() && matches!(talk.ended, Some(How::Exit(126 | 127))) {
            let says = format!("`{command}` does not start: {}", talk.process.stderr().trim());
            return Err(NoAdapter::NotFound(says));
        }
        let met = heard.and_then(|text| met(&text)).map_err(NoAdapter::NoHello)?;
        Ok(Adapter { met, ..adapter })
    }

    /// Who it is.
    pub fn met(&self) -> &Met {
        &self.met
    }

    /// What was said so far, if it was to be recorded.
    pub fn said(&self) -> Vec<Said> {
        self.record.as_ref().map(|said| said.borrow().clone()).unwrap_or_default()
    }

    /// Whether it offers what `step` needs.
    pub(super) fn offers(&self, step: &Step) -> bool {
        crate::target::collector::needs(&step.op).is_none_or(|need| self.met.offers.has(need))
    }

    /// What a model of it must know.
    pub(super) fn prompter(&self) -> Prompter {
        let has = |capability| self.met.offers.has(capability);
        let setting = Setting {
            ordered: has(Capability::Ordered),
            exact: has(Capability::Exact),
            steps: has(Capability::Step),
            tiny: 0,
        };
        Prompter::new(self.met.offers, setting)
    }

    /// A fresh process, to which nothing was said.
    pub(super) fn start(&self) -> Result<Talk<'_>, Fault> {
        let process = Process::start(&self.command, self.patience.get());
        let process =
            process.map_err(|e| Fault::new("a process", format!("there is none: {e}")))?;
        Ok(Talk { adapter: self, process, batches: 0, ended: None })
    }

    /// A fresh process that was greeted, and greeted back.
    pub(super) fn greeted(&self) -> Result<Talk<'_>, Fault> {
        let mut talk = self.start()?;
        talk.say(&line::greeting(0));
        met(&talk.heard("a hello")?)?;
        Ok(talk)
    }

    /// Performs `steps` on a fresh process, and holds each answer to the shadow: the answers.
    pub(super) fn perform(&self, steps: &[Step]) -> Result<Vec<Answer>, Fault> {
        self.greeted()?.perform(steps, &mut self.prompter())
    }

    fn note(&self, said: impl FnOnce() -> Said) {
        if let Some(record) = &self.record {
            record.borrow_mut().push(said());
        }
    }
}

/// What can be made of a hello without being strict about it: the cases are.
fn met(text: &[u8]) -> Result<Met, Fault> {
    let wrong = || Fault::new("a hello with a version that was listed", shown(text));
    let hello: Value = serde_json::from_slice(text).map_err(|_| wrong())?;
    let version = hello["version"].as_u64().filter(|v| line::VERSIONS.contains(v));
    let text = |key: &str| hello[key].as_str().unwrap_or_default().to_owned();
    let mut met = Met {
        name: text("name"),
        release: text("release"),
        version: version.ok_or_else(wrong)?,
        ..Met::default()
    };
    for word in hello["offers"].as_array().into_iter().flatten().filter_map(Value::as_str) {
        match Capability::from_word(word).filter(|c| c.is_of_collectors()) {
            Some(capability) => met.offers = met.offers.with(capability),
            None => met.unknown.push(word.to_owned()),
        }
    }
    met.offers = implied(met.offers);
    Ok(met)
}

/// The answers to a batch, with readings by index.
type Replied = (Vec<Answer>, Vec<(usize, Reading)>);

/// One conversation. The process is killed with it.
pub(super) struct Talk<'a> {
    adapter: &'a Adapter,
    process: Process,
    /// Batches sent.
    batches: u64,
    ended: Option<How>,
}

impl Talk<'_> {
    /// Says a line of the protocol, its line feed included.
    pub(super) fn say(&mut self, line: &str) {
        self.adapter.note(|| Said::Judge(line.to_owned()));
        self.process.send(line);
    }

    /// Says what is none.
    pub(super) fn say_wrong(&mut self, bytes: &[u8]) {
        self.adapter.note(|| Said::Wrong(bytes.to_owned()));
        self.process.send(bytes);
    }

    /// Says that there is no more.
    pub(super) fn close(&mut self) {
        self.process.close();
    }

    /// The next line, or how the program ended.
    pub(super) fn hear(&mut self) -> Result<Vec<u8>, How> {
        if let Some(how) = self.ended {
            return Err(how);
        }
        let heard = self.process.line();
        match &heard {
            Ok(line) => self.adapter.note(|| Said::Adapter(line.clone())),
            Err(how) => self.end_as(*how),
        }
        heard
    }

    /// The next line, which is to be `expected`.
    pub(super) fn heard(&mut self, expected: &str) -> Result<Vec<u8>, Fault> {
        self.hear().map_err(|how| Fault::new(expected, self.departure(how)))
    }

    /// Waits for the end of a program that can say no more.
    pub(super) fn end(&mut self) -> How {
        if let Some(how) = self.ended {
            return how;
        }
        let how = self.process.end();
        self.end_as(how);
        how
    }

    fn end_as(&mut self, how: How) {
        self.ended = Some(how);
        if how.is_hang() {
            let patience = self.adapter.patience.get();
            self.adapter
                .patience
                .set(Patience { still_ms: patience.still_ms.min(AGAIN), ..patience });
        }
    }

    /// That the program ended, in words.
    pub(super) fn departure(&self, how: How) -> String {
        let said = self.process.stderr();
        let last = said.trim().lines().next_back().unwrap_or_default();
        let none = if how.is_hang() { "no line came: it " } else { "it " };
        let colon = if last.is_empty() { "" } else { ", and wrote: " };
        format!("{none}{how}{colon}{last}")
    }

    /// The number of the next batch.
    pub(super) fn next_batch(&mut self) -> u64 {
        self.batches += 1;
        self.batches
    }

    /// Sends `steps` as the next batch: its number.
    pub(super) fn send(&mut self, steps: &[Step]) -> u64 {
        let number = self.next_batch();
        self.say(&line::batch(number, steps));
        number
    }

    /// Reads the reply to batch `number` of `steps`.
    pub(super) fn reply(&mut self, number: u64, steps: &[Step]) -> Result<Replied, Fault> {
        let expected = format!("a reply to batch {number} with {} answers", steps.len());
        let text = self.heard(&expected)?;
        line::reply(&text, number, steps)
            .map_err(|says| Fault::new(expected, format!("{says}: {}", shown(&text))))
    }

    /// Reads the reply to batch `number` of `steps`, and holds each answer to what `prompter` knows.
    pub(super) fn replied(
        &mut self,
        number: u64,
        steps: &[Step],
        prompter: &mut Prompter,
    ) -> Result<Vec<Answer>, Fault> {
        let (answers, readings) = self.reply(number, steps)?;
        for (at, (step, answer)) in steps.iter().zip(&answers).enumerate() {
            let reading = readings.binary_search_by_key(&at, |(index, _)| *index);
            prompter.hold(step, answer, reading.ok().map(|found| &readings[found].1))?;
        }
        Ok(answers)
    }

    /// Has `steps` performed, a batch at a time.
    pub(super) fn perform(
        &mut self,
        steps: &[Step],
        prompter: &mut Prompter,
    ) -> Result<Vec<Answer>, Fault> {
        let mut all = Vec::new();
        for steps in steps.chunks(BATCH) {
            let number = self.send(steps);
            all.extend(self.replied(number, steps, prompter)?);
        }
        Ok(all)
    }

    /// Sends a line that asks for the ops `ops`, as JSON, in a batch: the answers, as JSON.
    pub(super) fn ask(&mut self, ops: &[Value], wrong: bool) -> Result<Vec<Value>, Fault> {
        let number = self.next_batch();
        let line = format!("{}\n", serde_json::json!({ "batch": number, "ops": ops }));
        if wrong {
            self.say_wrong(line.as_bytes());
        } else {
            self.say(&line);
        }
        self.answers(number, ops.len())
    }

    /// The answers of the reply to batch `number` of `due` ops, as JSON.
    pub(super) fn answers(&mut self, number: u64, due: usize) -> Result<Vec<Value>, Fault> {
        let expected = format!("a reply to batch {number} with {due} answers");
        let text = self.heard(&expected)?;
        let reply: Value = serde_json::from_slice(&text).unwrap_or_default();
        match reply["answers"].as_array() {
            Some(answers) if reply["batch"] == number && answers.len() == due => {
                Ok(answers.clone())
            }
            _ => Err(Fault::new(expected, shown(&text))),
        }
    }
}

/// A line as it is shown.
pub(super) fn shown(line: &[u8]) -> String {
    let text = String::from_utf8_lossy(&line[..line.len().min(SHOWN)]);
    let more = if line.len() > SHOWN { "..." } else { "" };
    format!("{}{more}", text.trim_end())
}
