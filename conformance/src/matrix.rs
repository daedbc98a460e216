//! The kill matrix: the proof that every check can fail, and that it fails for its own reason.
//!
//! 1. Every mutant is judged by each judge of the invariant that it must break, and by all
//!    invariants at once. It is *killed* when its own invariant breaks.
//! 2. What else breaks must follow from the same fault: it stands in the mutant's `also`, or its own
//!    invariant says that a breach proves nothing about what follows (`taints`), or the process did
//!    not live to the end of a scenario. Anything else counts as dying by the wrong invariant.
//! 3. The right allocators run the same way, as controls, and must break nothing: a matrix without
//!    them would be passed by a judge that cries wolf.

use crate::check::target_spec::TargetSpec;
use crate::check::{Bench, Kill, Options, kills};
use crate::expect::Expectations;
use crate::laws::Books;
use crate::mutant::Mutant;
use crate::proof::Proof;
use crate::spec::{Body, Invariant, InvariantId, Judge, Pattern, Profile, Specs};
use crate::verdict::Witness;
use serde::Serialize;
use std::collections::BTreeMap;
use std::path::PathBuf;

/// What every row is judged with.
pub struct Matrix<'m> {
    /// The invariants.
    pub specs: &'m Specs,
    /// Their rules.
    pub books: &'m Books,
    /// The executable that serves as a worker.
    pub worker: PathBuf,
    /// Random scripts for each row.
    pub cases: u64,
    /// Seed of all random scripts.
    pub seed: u64,
    /// A mutant that one judge killed is not shown to the others.
    pub first_kill: bool,
}

/// One mutant, and what became of it.
#[derive(Clone, Debug, Serialize)]
pub struct Row {
    /// The mutant's id.
    pub mutant: &'static str,
    /// Full id of the invariant that it must break.
    pub breaks: &'static str,
    /// Why it counts as alive; nothing if it was killed as it must be.
    pub alive: Option<String>,
    /// How soon each judge killed it.
    pub kills: BTreeMap<Judge, Cell>,
    /// What else broke, and may.
    pub also: Vec<InvariantId>,
    /// The shortest witness.
    pub witness: Option<Witness>,
}

/// How soon a judge killed a mutant.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Cell {
    /// Scripts run.
    pub cases: u64,
    /// Steps performed.
    pub ops: u64,
    /// Nanoseconds from the judge's start to the first bad step.
    pub nanos: u64,
}

/// One right allocator, and whatever broke.
#[derive(Clone, Debug, Serialize)]
pub struct ControlRow {
    /// The target's name.
    pub target: String,
    /// Messages by id of the invariants that broke; or why it could not be judged. Must be empty.
    pub broke: BTreeMap<String, String>,
}

/// The controls of a matrix, in order.
pub const CONTROLS: &[TargetSpec] = &[
    TargetSpec::Small,
    TargetSpec::SmallLayout,
    TargetSpec::SmallGo,
    TargetSpec::SmallGc,
    TargetSpec::SmallPaced,
    #[cfg(feature = "reference")]
    TargetSpec::Reference(crate::adapter::ANALYSER),
];

impl Matrix<'_> {
    /// Judges `mutant` by every judge of its invariant, or until one has killed it.
    pub fn row(&self, mutant: &Mutant) -> Row {
        let mut row = Row {
            mutant: mutant.id,
            breaks: mutant.breaks,
            alive: None,
            kills: BTreeMap::new(),
            also: Vec::new(),
            witness: None,
        };
        let Some(invariant) = self.specs.invariant(mutant.breaks) else {
            row.alive = Some(format!("there is no invariant {}", mutant.breaks));
            return row;
        };
        let excuses = Excuses { also: mutant.also, any: invariant.taints };
        let spec = TargetSpec::Mutant(mutant.id.to_owned());
        for &judge in &invariant.judges {
            let options = Options {
                judges: vec![judge],
                until: Some(invariant.id.clone()),
                ..self.options()
            };
            match self.kills(&spec, &options) {
                Ok(killed) => row.enter(judge, killed, &excuses),
                Err(says) => row.alive = Some(format!("{judge} could not judge it: {says}")),
            }
            if self.first_kill && !row.kills.is_empty() {
                break;
            }
        }
        if row.kills.is_empty() && row.alive.is_none() {
            row.alive = Some("no judge killed it".into());
        }
        row
    }

    /// Judges a right allocator by every judge.
    pub fn control(&self, spec: &TargetSpec) -> ControlRow {
        let broke = match self.kills(spec, &self.options()) {
            Ok(killed) => {
                killed.into_iter().map(|(id, (_, w))| (id.to_string(), w.message)).collect()
            }
            Err(says) => BTreeMap::from([("could not be judged".to_owned(), says)]),
        };
        ControlRow { target: spec.to_string(), broke }
    }

    fn options(&self) -> Options {
        let profile = Profile::Go;
        Options { cases: self.cases, seed: self.seed, profile, ..Options::default() }
    }

    fn kills(&self, spec: &TargetSpec, options: &Options) -> Result<Killed, String> {
        let expectations = Expectations::default();
        let bench = Bench {
            specs: self.specs,
            books: self.books,
            expectations: &expectations,
            options,
            worker: self.worker.clone(),
            proven: None,
        };
        kills(spec, &bench).map_err(|e| e.to_string())
    }
}

type Killed = BTreeMap<InvariantId, (Kill, Witness)>;

/// What may break beside a mutant's own invariant.
struct Excuses {
    also: &'static [&'static str],
    /// Anything: a breach of its own invariant damages what follows.
    any: bool,
}

impl Excuses {
    fn cover(&self, id: &InvariantId, witness: &Witness) -> bool {
        let listed = || self.also.iter().any(|pattern| Pattern::new(pattern).matches(id));
        self.any || listed() || was_not_completed(witness)
    }
}

impl Row {
    /// Enters what one judge found.
    fn enter(&mut self, judge: Judge, killed: Killed, excuses: &Excuses) {
        for (id, (kill, witness)) in killed {
            if id.as_str() == self.breaks {
                let cell = Cell { cases: kill.cases, ops: kill.ops, nanos: kill.nanos };
                self.kills.insert(judge, cell);
                if self.witness.as_ref().is_none_or(|known| rank(&witness) < rank(known)) {
                    self.witness = Some(witness);
                }
            } else if excuses.cover(&id, &witness) {
                if !self.also.contains(&id) {
                    self.also.push(id);
                }
            } else {
                self.alive = Some(format!("{judge} broke {id} instead: {}", witness.message));
            }
        }
    }

    /// Nanoseconds of the judge that was first.
    pub fn soonest(&self) -> Option<u64> {
        self.kills.values().map(|cell| cell.nanos).min()
    }
}

/// A witness that needs no luck is better than a short one.
fn rank(witness: &Witness) -> (bool, usize) {
    (witness.replays.0 < witness.replays.1, witness.steps)
}

/// Whether the invariant broke only because the process did not live to the end of the scenario:
/// then what ended it is the finding.
fn was_not_completed(witness: &Witness) -> bool {
    witness.facts.iter().any(|(part, value)| part == "run.completed" && value == "false")
}

/// What the matrix proves: an invariant whose mutants were all killed by it. Schedule models are not
/// its business. Of invariants without
/// a row, `known` is right as far as they still have the words that it knows.
pub fn proof(specs: &Specs, rows: &[Row], known: &Proof) -> Proof {
    let dead = |id: &str| rows.iter().any(|row| row.mutant == id && row.alive.is_none());
    let mut proof = Proof::default();
    let of_a_heap = |invariant: &&Invariant| !matches!(invariant.body, Body::Model { .. });
    for invariant in specs.invariants().filter(of_a_heap) {
        let judged = rows.iter().any(|row| row.breaks == invariant.id.as_str());
        let all_dead = || invariant.broken_by.iter().all(|id| dead(id));
        if if judged { all_dead() } else { known.covers(invariant) } {
            proof.add(invariant);
        }
    }
    proof
}
