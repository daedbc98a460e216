//! Collectors in any language: programs that speak the protocol of `docs/protocol.md`.
//!
//! 1. The program is started, greeted, and says who it is and what it offers ([`mod@line`]).
//! 2. Batches go to it as lines; two may be on their way.
//! 3. A line that is no reply, an end, silence and endless work are all ends of the target, with what
//!    it wrote to its standard error ([`Process`]).
//!
//! [`serve`] is the other side: it speaks for a collector written in Rust.

pub mod line;
mod process;
mod serve;

pub use process::Process;
pub use serve::serve;

use super::child::{LaunchError, LaunchErrorKind};
use super::identity::Identity;
use super::patience::Patience;
use super::{Batch, Death, How, Target};
use crate::capability::{Capabilities, Capability};
use crate::observe::gc::{Answer, Reading};
use crate::op::gc::{Op, Step};
use line::Hello;
use std::collections::VecDeque;

/// How long a program may make no progress: a collection of a large heap is one op.
pub const PATIENCE: Patience = Patience { still_ms: 5000, busy_ms: 120_000, memory: 12 << 30 };

/// A running program that speaks for a collector.
pub struct Stdio {
    process: Process,
    hello: Hello,
    identity: Identity,
    offers: Capabilities,
    /// Words of the hello that are no capabilities.
    unknown: Vec<String>,
    next: u64,
    waiting: VecDeque<(u64, Vec<Step>)>,
    answers: Vec<Answer>,
    readings: Vec<(usize, Reading)>,
    death: Option<Death>,
}

impl Stdio {
    /// Starts `command` and greets it.
    ///
    /// # Errors
    /// [`LaunchError`] where it does not start, does not answer, or does not speak the protocol.
    pub fn start(command: &str, seed: u64, patience: Patience) -> Result<Stdio, LaunchError> {
        let mut process = Process::start(command, patience)?;
        process.send(line::greeting(seed));
        let greeted = process.line();
        let failed = |process: &Process, kind, what: String| {
            let said = process.stderr();
            let said = said.trim();
            let colon = if said.is_empty() { "" } else { ": " };
            LaunchError { kind, says: format!("`{command}` {what}{colon}{said}") }
        };
        let hello = match greeted {
            Ok(line) => Hello::read(&line),
            Err(how) => {
                let says = format!("{how} before its hello");
                return Err(failed(&process, LaunchErrorKind::Died, says));
            }
        };
        let hello = hello.map_err(|says| {
            failed(&process, LaunchErrorKind::Load, format!("is no target: {says}"))
        })?;
        let identity = Identity {
            path: command.split_whitespace().next().unwrap_or_default().to_owned(),
            version: hello.release.clone(),
            ..Identity::default()
        };
        let (mut offers, mut unknown) = (Capabilities::NONE, Vec::new());
        for word in &hello.offers {
            match Capability::from_word(word).filter(|c| c.is_of_collectors()) {
                Some(capability) => offers = offers.with(capability),
                None => unknown.push(word.clone()),
            }
        }
        Ok(Stdio {
            process,
            hello,
            identity,
            offers,
            unknown,
            next: 1,
            waiting: VecDeque::new(),
            answers: Vec::new(),
            readings: Vec::new(),
            death: None,
        })
    }

    /// What the target said first.
    pub fn hello(&self) -> &Hello {
        &self.hello
    }

    /// Words that it offers and nobody knows.
    pub fn unknown(&self) -> &[String] {
        &self.unknown
    }

    /// Closes the program's standard input, and waits for its end.
    pub fn end(mut self) -> How {
        self.process.close();
        self.process.end()
    }

    fn die(&mut self, how: How, says: &str) {
        let mut stderr = self.process.stderr();
        if !says.is_empty() {
            stderr = format!("{says}\n{stderr}");
        }
        self.death = Some(Death { how, at: 0, stderr });
    }
}

impl Target<Op> for Stdio {
    fn identity(&self) -> &Identity {
        &self.identity
    }

    fn offers(&self) -> Capabilities {
        self.offers
    }

    fn submit(&mut self, steps: &[Step]) {
        let number = self.next;
        self.next += 1;
        self.process.send(line::batch(number, steps));
        self.waiting.push_back((number, steps.to_vec()));
    }

    fn collect(&mut self) -> Batch<'_, Op> {
        self.readings.clear();
        self.answers.clear();
        if let Some((number, steps)) = self.waiting.pop_front() {
            if self.death.is_none() {
                match self.process.line().map(|text| line::reply(&text, number, &steps)) {
                    Ok(Ok((answers, readings))) => {
                        (self.answers, self.readings) = (answers, readings);
                    }
                    Ok(Err(says)) => self.die(How::Protocol, &says),
                    Err(how) => self.die(how, ""),
                }
            }
            self.answers.resize(steps.len(), Answer::default());
        }
        let death = self.death.clone();
        Batch { answers: &self.answers, readings: &self.readings, death }
    }
}
