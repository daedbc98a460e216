//! What a right collector answers: the shadow, asked before each op and told what came of it.
//!
//! It is no judge of collectors. Which objects a collection reclaims is left to the laws; that what is
//! answered is an answer to the op, and about the objects that the script speaks of, is not.

use super::Fault;
use crate::capability::Capabilities;
use crate::facts::gc::statistics_of;
use crate::model::gc::due::Owed;
use crate::model::gc::places::Reference;
use crate::model::gc::{Applies, Phase, Setting, Shadow, number};
use crate::observe::gc::{Answer, Gathered, Outcome, Reading};
use crate::op::gc::{Op, Step};
use std::collections::BTreeMap;

/// Knows what comes next.
pub(super) struct Prompter {
    offers: Capabilities,
    world: Shadow,
    /// What the last collection had to reclaim.
    owed: Owed,
    /// What it reported.
    gathered: Gathered,
}

impl Prompter {
    pub(super) fn new(offers: Capabilities, setting: Setting) -> Prompter {
        let world = Shadow::new(setting);
        Prompter { offers, world, owed: Owed::default(), gathered: Gathered::default() }
    }

    /// What the last collection had to reclaim, and what was reported.
    pub(super) fn last_collection(&self) -> (&Owed, &Gathered) {
        (&self.owed, &self.gathered)
    }

    /// Holds the answer to `step` to what is known, and performs the step.
    ///
    /// # Errors
    /// What it should have been.
    pub(super) fn hold(
        &mut self,
        step: &Step,
        answer: &Answer,
        reading: Option<&Reading>,
    ) -> Result<(), Fault> {
        let applies = self.world.applies(step);
        let seen = || Fault::new("", format!("`{step}` was answered {}", words(answer, reading)));
        let expected = |says: &str| Fault { expected: format!("`{step}`: {says}"), ..seen() };
        match (applies, answer.outcome) {
            (Applies::No | Applies::Perhaps, Outcome::Skipped) => return Ok(()),
            (Applies::No, _) => {
                return Err(expected("\"skip\", as it does not apply to the state that it meets"));
            }
            (_, Outcome::Done) => {}
            (_, Outcome::Failed) => {
                return Err(expected("an answer of its shape, as it applies"));
            }
            _ => return Err(expected("to be done, as it applies")),
        }
        if let Some(says) = self.objection(step, answer, reading) {
            return Err(expected(&says));
        }
        if step.op == Op::Collect {
            self.world.begin_collection();
        }
        self.world.perform(step, answer);
        if let (Op::Collect | Op::Finish | Op::Poll, Some(Reading::Gathered(gathered))) =
            (step.op, reading)
        {
            self.gather(step, gathered).map_err(|says| expected(&says))?;
        }
        Ok(())
    }

    /// What the values should have been, if they are not.
    fn objection(
        &mut self,
        step: &Step,
        answer: &Answer,
        reading: Option<&Reading>,
    ) -> Option<String> {
        let by = step.thread;
        let values = answer.values;
        let wanted = self.world.wanted(step);
        let stamp = wanted.map_or(0, Reference::stamp);
        let readable = wanted.is_none_or(|wanted| !self.world.is_overwritten(wanted));
        let said = |says: String, fine: bool| (!fine).then_some(says);
        match step.op {
            Op::Check { .. } => {
                let whole = matches!(wanted, Some(Reference::Start(_)));
                let node = wanted.and_then(Reference::node).filter(|_| whole);
                let hidden = node.map_or(0, |node| self.world.hidden_words(node));
                let fine = !readable || values[..2] == [stamp, hidden];
                said(format!("{stamp} and {hidden} in front"), fine)
            }
            Op::Strengthen { .. } => {
                let node = wanted.and_then(Reference::node);
                let gone = node.is_none_or(|node| !self.world.is_reachable(node));
                let or_nil = if gone { ", or 0" } else { "" };
                said(format!("{stamp}{or_nil}"), values[0] == stamp || (gone && values[0] == 0))
            }
            Op::Cas { of, slot, old, .. } => {
                let held = self.world.slot_at(by, of, slot);
                let due = u64::from(held == Some(self.world.places().local(by, old)));
                said(due.to_string(), values[0] == due)
            }
            Op::Same { weak, other } => {
                let places = self.world.places();
                let (a, b) = (places.handle(weak), places.handle(other));
                let due = u64::from(a.map(|a| a.to) == b.map(|b| b.to));
                let same_life = a.map(|a| a.life) == b.map(|b| b.life);
                said(due.to_string(), values[0] == due || !same_life)
            }
            Op::Walk { of, count } => {
                let (seen, wrong) = self.world.chain_from(by, of, count);
                said(format!("[{seen},{wrong}]"), values[..2] == [seen, wrong])
            }
            Op::SelfCleanup { .. } => said("1 or 0".into(), values[0] <= 1),
            Op::Step { .. } => said("a phase: 0, 1 or 2".into(), values[0] <= 2),
            Op::Capacity { count, times, .. } => {
                let least = count.saturating_add(times);
                said(format!("{least} or more"), values[0] >= least)
            }
            Op::Storm { .. } => said("no wrong stamp".into(), values[1] == 0),
            Op::Stats => self.missing(reading).map(|name| format!("a number called `{name}`")),
            _ if wanted.is_some() => said(stamp.to_string(), !readable || values[0] == stamp),
            _ => None,
        }
    }

    /// A name that the statistics lack.
    fn missing(&self, reading: Option<&Reading>) -> Option<&'static str> {
        let none = BTreeMap::new();
        let stats = match reading {
            Some(Reading::Stats(stats)) => stats,
            _ => &none,
        };
        let mut names = self.offers.iter().flat_map(statistics_of);
        names.find(|&name| !stats.contains_key(name))
    }

    /// What became known is about objects and cleanups that there are.
    fn gather(&mut self, step: &Step, gathered: &Gathered) -> Result<(), String> {
        let Gathered { dead, finalized, cleaned, strong, broken } = gathered;
        let (made, attached) = (self.world.made(), self.world.cleanups());
        let objects = [("dead", dead), ("finalized", finalized), ("strong", strong)];
        let lists = objects.into_iter().chain([("broken", broken), ("cleaned", cleaned)]);
        for (key, numbers) in lists {
            let most = if key == "cleaned" { attached } else { made };
            if numbers.runs().iter().any(|&(first, last)| first == 0 || last > most) {
                return Err(format!("`{key}` with numbers from 1 to {most}"));
            }
        }
        for finalized in finalized.iter() {
            if let Some(node) = self.world.node(finalized)
                && !self.world.finalized(step, node)
            {
                return Err(format!("`finalized` without {finalized}, which has no finalizer"));
            }
        }
        for dead in dead.iter() {
            if let Some(node) = self.world.node(dead) {
                if self.world.is_reachable(node) || self.world.told_dead(node) {
                    return Err(format!("`dead` without {dead}, which is held, or died before"));
                }
                self.world.died(node);
            }
        }
        for cleaned in cleaned.iter() {
            self.world.cleaned(cleaned);
        }
        if step.op != Op::Poll || self.world.phase() == Phase::Idle {
            self.owed = self.world.end_collection().unwrap_or_default();
            self.gathered = gathered.clone();
        }
        if step.op != Op::Poll {
            self.world.rest();
        }
        Ok(())
    }

    /// Numbers of objects that the last collection had to reclaim and did not report.
    pub(super) fn still_owed(&self) -> Vec<u64> {
        let dead = &self.gathered.dead;
        let told = |n: u64| dead.runs().iter().any(|&(first, last)| (first..=last).contains(&n));
        self.owed.dead.iter().map(|&node| number(node)).filter(|&n| !told(n)).collect()
    }
}

/// An answer in words.
fn words(answer: &Answer, reading: Option<&Reading>) -> String {
    let mut text = String::new();
    crate::target::stdio::line::push_answer(&mut text, answer, reading);
    text
}
