//! The invariants of a run, by event: which are judged when, how often they were, and which broke.

use crate::facts::Hears;
use crate::rule::{EvalFault, EventId, Frame, Natives, Predicate, Rule, Shown, Vocabulary};
use crate::spec::InvariantId;

/// An invariant whose body is a rule, compiled.
pub struct Law {
    /// Which.
    pub id: InvariantId,
    /// Events at which it is judged.
    pub on: Vec<EventId>,
    /// Guard.
    pub when: Option<Rule>,
    /// Must be true.
    pub rule: Predicate,
    /// A breach leaves a heap that proves nothing more.
    pub taints: bool,
    /// A breach is plain to see in the answers of one step; it is no number measured over a run.
    pub is_firm: bool,
    /// Scripted runs in which alone it is judged; empty: in all.
    pub scenario: Vec<String>,
}

/// How often a law came up.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Tally {
    /// Its event happened.
    pub evaluated: u64,
    /// Its guard let it be judged.
    pub fired: u64,
    /// It was false.
    pub broken: u64,
}

/// A law that was false.
#[derive(Clone, Debug)]
pub struct Breach {
    /// Index of the law.
    pub law: usize,
    /// Index of the step in the script.
    pub at: usize,
    /// The rule's parts with their values.
    pub shown: Vec<Shown>,
}

/// A rule that could not be evaluated: a fault of the judge, never of the target.
#[derive(Clone, Debug)]
pub struct CourtFault {
    /// The invariant.
    pub id: InvariantId,
    /// What went wrong.
    pub fault: EvalFault,
}

/// The laws of one subject, and which event calls which.
pub struct Code {
    /// All laws.
    pub laws: Vec<Law>,
    /// By event number: indexes of laws.
    by_event: Vec<(EventId, Vec<usize>)>,
}

impl Code {
    /// Orders `laws` by event.
    pub fn new(laws: Vec<Law>, vocabulary: &Vocabulary) -> Code {
        let of = |event| (0..laws.len()).filter(|&i| laws[i].on.contains(&event)).collect();
        let by_event = vocabulary.events().map(|(event, _)| (event, of(event))).collect();
        Code { laws, by_event }
    }

    /// The index of the law with this id.
    pub fn find(&self, id: &InvariantId) -> Option<usize> {
        self.laws.iter().position(|law| law.id == *id)
    }

    fn at(&self, event: EventId) -> &[usize] {
        self.by_event.iter().find(|(e, _)| *e == event).map_or(&[], |(_, laws)| laws)
    }
}

/// What a court does about one law.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Standing {
    /// It is not judged.
    Out,
    /// It is judged, and its first breach is reported.
    In,
    /// It is judged, but known to be broken: a breach is counted, and ends the case only if it
    /// taints.
    Known,
}

/// Judges events by the laws of a [`Code`].
pub struct Court<'c> {
    code: &'c Code,
    standing: Vec<Standing>,
    tallies: Vec<Tally>,
    breaches: Vec<Breach>,
    tainted: bool,
    /// Something broke that is known to be broken, in this case or in one before.
    broke_known: bool,
    fault: Option<CourtFault>,
    at: usize,
}

impl<'c> Court<'c> {
    /// A court in which every law has the standing that `standing` gives it, by its index.
    ///
    /// # Panics
    /// Where there are not as many standings as laws.
    pub fn new(code: &'c Code, standing: Vec<Standing>) -> Court<'c> {
        assert_eq!(standing.len(), code.laws.len(), "a standing for every law");
        Court {
            code,
            standing,
            tallies: vec![Tally::default(); code.laws.len()],
            breaches: Vec::new(),
            tainted: false,
            broke_known: false,
            fault: None,
            at: 0,
        }
    }

    /// The laws.
    pub fn code(&self) -> &'c Code {
        self.code
    }

    /// What is told from now on belongs to step `at` of the script.
    pub fn step(&mut self, at: usize) {
        self.at = at;
    }

    /// The step that is being judged, or was last.
    pub fn at(&self) -> usize {
        self.at
    }

    /// Whether the case is over: something broke, or the heap proves nothing more.
    pub fn is_over(&self) -> bool {
        self.tainted || !self.breaches.is_empty() || self.fault.is_some()
    }

    /// The breaches of the first bad step, the first of each law, and readiness for the next case.
    ///
    /// # Errors
    /// [`CourtFault`] where a rule could not be evaluated.
    pub fn close_case(&mut self) -> Result<Vec<Breach>, CourtFault> {
        self.tainted = false;
        let breaches = std::mem::take(&mut self.breaches);
        self.fault.take().map_or(Ok(breaches), Err)
    }

    /// Whether a law that is known to be broken broke again.
    pub fn broke_known(&self) -> bool {
        self.broke_known
    }

    /// How often each law came up, by its index.
    pub fn tallies(&self) -> &[Tally] {
        &self.tallies
    }

    fn try_law(&mut self, i: usize, frame: &Frame, natives: &dyn Natives) -> Result<(), EvalFault> {
        let law = &self.code.laws[i];
        let tally = &mut self.tallies[i];
        tally.evaluated += 1;
        if let Some(when) = &law.when
            && !when.holds(frame, natives)?
        {
            return Ok(());
        }
        tally.fired += 1;
        if law.rule.holds(frame, natives)? {
            return Ok(());
        }
        tally.broken += 1;
        self.tainted |= law.taints;
        self.broke_known |= self.standing[i] == Standing::Known;
        // A collection that gives nothing back breaks one law for each of a million objects.
        let is_news = self.breaches.iter().all(|breach| breach.law != i);
        if self.standing[i] == Standing::In && is_news {
            let shown = law.rule.explain(frame, natives);
            self.breaches.push(Breach { law: i, at: self.at, shown });
        }
        Ok(())
    }
}

impl Hears for Court<'_> {
    fn hear(&mut self, event: EventId, frame: &Frame, natives: &dyn Natives) -> usize {
        let before = self.breaches.len();
        for &i in self.code.at(event) {
            // Events of one step are judged together; later steps are not judged at all.
            let earlier = self.breaches.first().is_some_and(|b| b.at != self.at);
            if self.standing[i] == Standing::Out || earlier || self.fault.is_some() {
                continue;
            }
            if let Err(fault) = self.try_law(i, frame, natives) {
                self.fault = Some(CourtFault { id: self.code.laws[i].id.clone(), fault });
            }
        }
        self.breaches.len() - before
    }
}
