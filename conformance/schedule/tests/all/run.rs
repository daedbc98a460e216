//! Jobs on a few threads, and a row for each.

use super::sources;
use conformance_schedule::explore::{self, Case, Outcome};
use conformance_schedule::record::{Held, Killed, Record};
use conformance_schedule::wrong::Wrong;
use std::sync::Mutex;
use std::thread;
use std::time::{Duration, Instant};

/// A part, and the scenes to run it in.
pub(crate) struct Job {
    part: &'static str,
    model: &'static str,
    cases: Vec<Case>,
    is_wrong: bool,
}

impl Job {
    /// A right part in one scene.
    pub(crate) fn right(part: &'static str, case: Case) -> Job {
        Job { part, model: case.model, cases: vec![case], is_wrong: false }
    }

    /// A wrong part, in the scenes of its model until one kills it.
    pub(crate) fn wrong(wrong: &Wrong) -> Job {
        let mut cases = (wrong.cases)();
        cases.retain(|case| case.model == wrong.model);
        Job { part: wrong.id, model: wrong.model, cases, is_wrong: true }
    }

    pub(crate) fn name(&self) -> String {
        format!("{} {}", self.model, self.part)
    }

    fn run(&self) -> Row {
        let started = Instant::now();
        let mut last = None;
        for case in &self.cases {
            let outcome = (case.run)();
            let is_broken = outcome.is_err();
            last = Some((case.scene, outcome));
            if is_broken {
                break;
            }
        }
        let (scene, outcome) = last.expect("a model has a scene");
        let time = started.elapsed();
        Row { part: self.part, model: self.model, is_wrong: self.is_wrong, scene, outcome, time }
    }
}

/// What became of a job.
pub(crate) struct Row {
    part: &'static str,
    model: &'static str,
    is_wrong: bool,
    /// The last scene that was run.
    scene: &'static str,
    outcome: Outcome,
    time: Duration,
}

impl Row {
    pub(crate) fn is_killed(&self) -> bool {
        self.is_wrong && self.outcome.is_err()
    }

    pub(crate) fn is_as_it_must_be(&self) -> bool {
        match &self.outcome {
            Ok(explored) => !self.is_wrong && explored.complete,
            Err(_) => self.is_wrong,
        }
    }

    fn print(&self) {
        let said = match (self.is_wrong, &self.outcome) {
            (false, Ok(_)) => "held",
            (true, Err(_)) => "killed",
            (true, Ok(_)) => "ALIVE",
            (false, Err(_)) => "BROKEN",
        };
        let (model, part, scene) = (self.model, self.part, self.scene);
        let (line, seconds) = (explore::line(&self.outcome), self.time.as_secs_f64());
        println!("{said:6} {model}: {part}: {scene}: {line} ({seconds:.1} s)");
    }
}

/// Runs all, `threads` at once; rows are in the order of the jobs.
pub(crate) fn all(jobs: Vec<Job>, threads: usize) -> Vec<Row> {
    let next = Mutex::new(jobs.into_iter().enumerate());
    let rows = Mutex::new(Vec::new());
    thread::scope(|scope| {
        for _ in 0..threads.max(1) {
            scope.spawn(|| {
                loop {
                    let Some((number, job)) = next.lock().unwrap().next() else { return };
                    let row = job.run();
                    row.print();
                    rows.lock().unwrap().push((number, row));
                }
            });
        }
    });
    let mut rows = rows.into_inner().unwrap();
    rows.sort_by_key(|(number, _)| *number);
    rows.into_iter().map(|(_, row)| row).collect()
}

/// What is kept of the rows: those that are as they must be.
pub(crate) fn record(rows: &[Row]) -> Record {
    let mut record = Record { sources: sources::fingerprints(), ..Record::default() };
    for row in rows.iter().filter(|row| row.is_as_it_must_be()) {
        let (model, scene) = (row.model.to_owned(), row.scene.to_owned());
        match &row.outcome {
            Ok(explored) => record.held.push(Held {
                model,
                part: row.part.to_owned(),
                scene,
                executions: explored.executions,
                preemptions: explored.preemptions,
                complete: explored.complete,
            }),
            Err(breach) => {
                let (execution, says) = (breach.executions, breach.says.clone());
                let killed = Killed { model, scene, execution, says };
                record.killed.insert(row.part.to_owned(), killed);
            }
        }
    }
    record
}
