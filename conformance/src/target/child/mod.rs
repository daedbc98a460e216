//! A target in a process of its own.
//!
//! 1. The judge starts this very executable again, with a word in the environment that makes it a
//!    *worker* ([`worker::serve_if_asked`]), and with a file of shared memory as standard input.
//! 2. The worker loads the target, says who it is, and waits for batches.
//! 3. Batches of steps go through two places in shared memory; while the worker performs one, the
//!    judge looks at the answers to the other. No system call is made for a single step.
//! 4. Each step is marked before it is performed, so that a worker that dies or hangs has said
//!    where. `guard` tells the ways of ending apart.
//! 5. A worker serves one run: the next gets a fresh process.

mod guard;
mod shared;
mod worker;

use super::identity::Identity;
use super::patience::Patience;
use super::plant::Plant;
use super::{BATCH, Batch, Death, How, Target};
use crate::capability::Capabilities;
use crate::observe::Answer;
use crate::observe::reading::Reading;
use crate::op::alloc::Step;
use guard::Process;
use rustix::thread::futex;
use shared::{IN_FLIGHT, Shared, state};
use std::collections::VecDeque;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::atomic::Ordering;
use std::{fmt, io};
pub use worker::{Named, serve_if_asked};

const ENV_WAY: &str = "HEAPLAW_WORKER";
const ENV_PLANT: &str = "HEAPLAW_WORKER_PLANT";
const ENV_SEED: &str = "HEAPLAW_WORKER_SEED";

/// How a worker reaches the heap that it serves.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub enum Way {
    /// The malloc family that every program of this machine calls.
    System,
    /// A library opened at run time.
    Dlopen(String),
    /// A library put before the C library.
    Preload(String),
    /// A heap built into the executable, by its name.
    Named(String),
}

impl Way {
    fn word(&self) -> String {
        match self {
            Way::System => "system:".into(),
            Way::Dlopen(file) => format!("dlopen:{file}"),
            Way::Preload(file) => format!("preload:{file}"),
            Way::Named(name) => format!("named:{name}"),
        }
    }

    fn from_word(word: &str) -> Option<Way> {
        let (kind, rest) = word.split_once(':')?;
        Some(match kind {
            "system" => Way::System,
            "dlopen" => Way::Dlopen(rest.to_owned()),
            "preload" => Way::Preload(rest.to_owned()),
            "named" => Way::Named(rest.to_owned()),
            _ => return None,
        })
    }
}

/// How to start children.
#[derive(Clone, Debug)]
pub struct Launch {
    /// The executable that serves as a worker: one whose `main` begins with [`serve_if_asked`].
    pub worker: PathBuf,
    /// The way to the target.
    pub way: Way,
    /// Seed of the schedule points in sections.
    pub seed: u64,
    /// A fault to plant.
    pub plant: Option<Plant>,
    /// How long a worker may make no progress.
    pub patience: Patience,
}

/// Why a target could not be started.
#[derive(Debug)]
pub struct LaunchError {
    /// What sort of error.
    pub kind: LaunchErrorKind,
    /// In words, the target's last output included.
    pub says: String,
}

/// What sort of [`LaunchError`].
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum LaunchErrorKind {
    /// This machine refused a process or memory.
    System,
    /// The target could not be loaded.
    Load,
    /// The process ended while the target was being loaded.
    Died,
}

impl fmt::Display for LaunchError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.says)
    }
}

impl std::error::Error for LaunchError {}

impl From<io::Error> for LaunchError {
    fn from(e: io::Error) -> LaunchError {
        LaunchError {
            kind: LaunchErrorKind::System,
            says: format!("cannot start a worker process: {e}"),
        }
    }
}

/// A running worker.
pub struct Child {
    shared: Shared,
    process: Process,
    identity: Identity,
    offers: Capabilities,
    submitted: u32,
    collected: u32,
    lengths: VecDeque<usize>,
    answers: Vec<Answer>,
    readings: Vec<(usize, Reading)>,
    death: Option<Death>,
}

impl Launch {
    /// Launches children of the executable `worker` for the target behind `way`.
    pub fn new(worker: PathBuf, way: Way) -> Launch {
        Launch { worker, way, seed: 0, plant: None, patience: Patience::default() }
    }

    /// Starts a fresh worker and waits until it is ready.
    ///
    /// # Errors
    /// [`LaunchError`] where there is nothing to judge.
    pub fn start(&self) -> Result<Child, LaunchError> {
        let (shared, file) = Shared::create()?;
        let (stderr, errors) = guard::error_pipe()?;
        let mut command = Command::new(&self.worker);
        command
            .env(ENV_WAY, self.way.word())
            .env(ENV_SEED, self.seed.to_string())
            .stdin(Stdio::from(file))
            .stdout(Stdio::null())
            .stderr(Stdio::from(errors));
        if let Some(plant) = self.plant {
            command.env(ENV_PLANT, plant.word());
        }
        match &self.way {
            // Room for libraries that want static thread-local storage though opened late.
            Way::Dlopen(_) => {
                command.env("GLIBC_TUNABLES", "glibc.rtld.optional_static_tls=8192");
            }
            Way::Preload(file) => {
                command.env("LD_PRELOAD", file);
            }
            Way::System | Way::Named(_) => {}
        }
        let process = Process::new(command.spawn()?, stderr);
        // The write end of the pipe and the file belong to the worker alone from here on.
        drop(command);
        Child::when_ready(shared, process, self.patience)
    }
}

impl Child {
    fn when_ready(
        shared: Shared,
        mut process: Process,
        patience: Patience,
    ) -> Result<Child, LaunchError> {
        process.set_patience(patience);
        let header = shared.header();
        let ended = process.watch(&header.state, state::STARTING, || 0);
        let now = header.state.load(Ordering::Acquire);
        let failed = |kind, says| Err(LaunchError { kind, says });
        match (now, ended) {
            (state::READY, _) => {}
            (state::FAILED | state::WANTS_PRELOAD, _) => {
                let says = shared.said();
                return failed(LaunchErrorKind::Load, says);
            }
            (_, how) => {
                let how = how.unwrap_or(How::Blocked);
                let how = Process::with_fault(how, header);
                let said = process.stderr();
                let said = said.trim();
                let colon = if said.is_empty() { "" } else { ": " };
                let says =
                    format!("the process {how} while the target was being loaded{colon}{said}");
                return failed(LaunchErrorKind::Died, says);
            }
        }
        Ok(Child {
            identity: Identity::from_lines(&shared.said()),
            offers: Capabilities::from_bits(header.offers.load(Ordering::Acquire)),
            shared,
            process,
            submitted: 0,
            collected: 0,
            lengths: VecDeque::new(),
            answers: Vec::new(),
            readings: Vec::new(),
            death: None,
        })
    }

    /// Whether this failure to open a library may be mended by preloading it.
    pub fn wants_preload(error: &LaunchError) -> bool {
        error.kind == LaunchErrorKind::Load && error.says.contains("static TLS")
    }
}

impl Target for Child {
    fn identity(&self) -> &Identity {
        &self.identity
    }

    fn offers(&self) -> Capabilities {
        self.offers
    }

    fn submit(&mut self, steps: &[Step]) {
        assert!(steps.len() <= BATCH, "a batch has at most {BATCH} steps");
        assert!(self.lengths.len() < IN_FLIGHT as usize, "two batches are on their way");
        self.lengths.push_back(steps.len());
        self.shared.put(self.submitted, steps);
        self.submitted = self.submitted.wrapping_add(1);
        let header = self.shared.header();
        header.submitted.store(self.submitted, Ordering::Release);
        let _ = futex::wake(&header.submitted, futex::Flags::empty(), 1);
    }

    fn collect(&mut self) -> Batch<'_> {
        let Some(len) = self.lengths.pop_front() else {
            self.answers.clear();
            self.readings.clear();
            let death = self.death.clone();
            return Batch { answers: &self.answers, readings: &self.readings, death };
        };
        let header = self.shared.header();
        if self.death.is_none() && header.done.load(Ordering::Acquire) == self.collected {
            let at = || header.at.load(Ordering::Relaxed);
            if let Some(how) = self.process.watch(&header.done, self.collected, at) {
                let at = header.at.load(Ordering::Acquire) as usize;
                let how = Process::with_fault(how, header);
                let stderr = self.process.stderr();
                self.death = Some(Death { how, at: at.min(len.saturating_sub(1)), stderr });
            }
        }
        self.shared.take(self.collected, len, &mut self.answers);
        self.shared.take_readings(self.collected, &self.answers, &mut self.readings);
        self.collected = self.collected.wrapping_add(1);
        let death = self.death.clone();
        Batch { answers: &self.answers, readings: &self.readings, death }
    }
}
