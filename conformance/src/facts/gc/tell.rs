//! What gathering ops tell: deaths, finalizations, cleanups, and what a collection owes.

use super::{Clerk, Hears};
use crate::model::gc::due::Owed;
use crate::model::gc::places::{Reference, Root};
use crate::model::gc::touch::Touch;
use crate::model::gc::{CleanupState, Phase};
use crate::model::reach::Node;
use crate::observe::gc::{Gathered, Numbers, Reading};
use crate::op::gc::{OFF, Op, Step};
use std::collections::BTreeSet;

/// At most so many objects are looked at to find out why a finalizer should not have run.
const LOOKED_AT: usize = 100_000;

/// Roots whose objects are told of at the end of one collection, at most.
const ROOTS: usize = 512;

impl Clerk {
    /// A gathering op came back.
    pub(super) fn gathered(
        &mut self,
        step: &Step,
        reading: Option<&Reading>,
        hears: &mut impl Hears,
    ) {
        let nothing = Gathered::default();
        let gathered = match reading {
            Some(Reading::Gathered(gathered)) => gathered,
            _ => &nothing,
        };
        let ends = match step.op {
            Op::Poll => self.shadow.phase() == Phase::Idle,
            _ => true,
        };
        let owed = if ends { self.shadow.end_collection() } else { None };
        self.frame.set(self.names.cycle_explicit, u64::from(step.op == Op::Collect));
        let joined = step.op == Op::Collect && self.shadow.phase() != Phase::Idle;
        self.frame.set(self.names.cycle_joined, u64::from(joined));
        let touched = if ends { self.touched() } else { Vec::new() };
        self.tell_reports(step, gathered, hears);
        if ends && step.op != Op::Poll {
            self.shadow.rest();
            self.collections += 1;
        }
        if ends {
            self.tell_touches(touched, hears);
            self.tell_roots(hears);
            self.tell_owed(&owed.unwrap_or_default(), hears);
        }
        // What the collection that still goes on will bring is told with that of the next.
        self.begun = u64::from(!ends);
        self.tell(self.names.gathered, hears);
    }

    fn tell_reports(&mut self, step: &Step, gathered: &Gathered, hears: &mut impl Hears) {
        // A finalizer runs after the collection that found its object unreachable: what died in that
        // died before. Only where another collection may have followed it is the order not known.
        let one_collection = self.is_one_collection();
        if one_collection {
            self.tell_dead(gathered, hears);
        }
        self.tell_finalized(step, gathered, hears);
        if !one_collection {
            self.tell_dead(gathered, hears);
        }
        // In one collection an object is finalized, and in a later one it is cleaned up after.
        let running = told(&gathered.finalized, self.shadow.made());
        let running: BTreeSet<u64> = running.into_iter().filter(|_| one_collection).collect();
        for number in told(&gathered.cleaned, self.shadow.cleanups()) {
            self.tell_cleaned(number, &running, hears);
        }
    }

    /// Whether nothing is collected but what ops ask for.
    fn is_alone(&self) -> bool {
        self.percent == OFF || self.shadow.setting().steps
    }

    /// Whether what is gathered came from one collection, and its finalizers ran after it.
    fn is_one_collection(&self) -> bool {
        self.is_alone() && self.shadow.setting().ordered && self.begun <= 1
    }

    fn tell_dead(&mut self, gathered: &Gathered, hears: &mut impl Hears) {
        for number in told(&gathered.dead, self.shadow.made()) {
            self.set_object(number);
            let before = self.shadow.object(number).map_or(0, |object| u64::from(object.deaths));
            self.frame.set(self.names.object_deaths, before + 1);
            self.tell(self.names.told_dead, hears);
            if let Some(node) = self.shadow.node(number) {
                self.shadow.died(node);
                self.addresses.died(node);
            }
        }
    }

    fn tell_finalized(&mut self, step: &Step, gathered: &Gathered, hears: &mut impl Hears) {
        let made = self.shadow.made();
        let strong: BTreeSet<u64> = told(&gathered.strong, made).into_iter().collect();
        let broken: BTreeSet<u64> = told(&gathered.broken, made).into_iter().collect();
        // All of one collection are queued together: none of them runs because another did. Where
        // collections may have come between, only their order tells.
        let alone = self.is_one_collection();
        let finalized = told(&gathered.finalized, self.shadow.made());
        for &number in &finalized {
            self.set_object(number);
            let node = self.shadow.node(number);
            let reachable = node.filter(|&node| self.shadow.is_reachable(node));
            // Only what should not have run is looked at more closely.
            let by_program =
                reachable.is_some_and(|node| self.shadow.is_held_by_program(node, LOOKED_AT));
            let by_itself =
                reachable.is_some_and(|node| self.shadow.leads_to_itself(node, LOOKED_AT));
            let by_finalizer = reachable.is_some() && !by_program && !by_itself;
            let spoilt = node.is_some_and(|node| {
                let mut held = self.shadow.slots(node).map(|(_, to)| to);
                self.shadow.hidden_words(node) > 0
                    || held.any(|to| self.shadow.hidden_words(to) > 0)
            });
            let names = &self.names;
            self.frame.set(names.object_by_program, u64::from(by_program));
            self.frame.set(names.object_by_itself, u64::from(by_itself));
            self.frame.set(names.object_by_finalizer, u64::from(by_finalizer));
            self.frame.set(names.object_found_strong, u64::from(strong.contains(&number)));
            self.frame.set(names.object_spoilt, u64::from(spoilt));
            let lost = node.is_some_and(|node| {
                self.shadow.slots(node).any(|(_, to)| to != node && self.shadow.told_dead(to))
            });
            let names = &self.names;
            self.frame.set(names.object_found_broken, u64::from(lost || broken.contains(&number)));
            self.tell(self.names.told_finalized, hears);
            if let Some(node) = node.filter(|_| !alone) {
                self.shadow.finalized(step, node);
            }
        }
        for number in finalized.into_iter().filter(|_| alone) {
            if let Some(node) = self.shadow.node(number) {
                self.shadow.finalized(step, node);
            }
        }
    }

    fn tell_cleaned(&mut self, number: u64, running: &BTreeSet<u64>, hears: &mut impl Hears) {
        let cleanup = self.shadow.cleaned(number);
        let state = match cleanup.map(|c| c.state) {
            None => "unknown",
            Some(CleanupState::Attached) => "attached",
            Some(CleanupState::Stopped) => "stopped",
            Some(CleanupState::StoppedLate) => "stopped-late",
            Some(CleanupState::Ran) => "ran",
        };
        self.set_word(self.names.cleanup_state, state);
        self.set_cleanup(cleanup.map(|c| c.of));
        if cleanup.is_some_and(|c| running.contains(&crate::model::gc::number(c.of))) {
            self.frame.set(self.names.cleanup_of_awaits_finalizer, 1);
        }
        self.frame.set(self.names.cleanup_due, 0);
        self.tell(self.names.told_cleaned, hears);
    }

    fn set_cleanup(&mut self, of: Option<Node>) {
        let (mut reachable, mut dead, mut awaits) = (false, false, false);
        if let Some(of) = of {
            reachable = self.shadow.is_reachable(of);
            dead = self.shadow.told_dead(of);
            awaits = self.shadow.awaits_finalizer(of);
        }
        // No rule of cleanups sees its number: it is for the picture.
        self.frame.set(self.names.object_number, of.map_or(0, crate::model::gc::number));
        self.frame.set(self.names.cleanup_of_reachable, u64::from(reachable));
        self.frame.set(self.names.cleanup_of_told_dead, u64::from(dead));
        self.frame.set(self.names.cleanup_of_awaits_finalizer, u64::from(awaits));
    }

    /// What was touched while the collection went on, and is reachable before its finalizers run.
    fn touched(&mut self) -> Vec<(Touch, Node)> {
        self.scene.last_touches = self.shadow.take_touches();
        let touches: BTreeSet<(Touch, Node)> = self.scene.last_touches.iter().copied().collect();
        touches.into_iter().filter(|&(_, node)| self.shadow.is_reachable(node)).collect()
    }

    /// What was touched, and was reachable, must have survived the collection, also if it is
    /// unreachable now because finalizers have run.
    fn tell_touches(&mut self, touched: Vec<(Touch, Node)>, hears: &mut impl Hears) {
        let one_collection = self.is_one_collection();
        for (touch, node) in touched {
            if one_collection || self.shadow.is_reachable(node) {
                self.set_word(self.names.touch_kind, touch.word());
                self.set_object(crate::model::gc::number(node));
                self.tell(self.names.touched, hears);
            }
        }
    }

    /// What roots hold, and what these objects hold, must have survived.
    fn tell_roots(&mut self, hears: &mut impl Hears) {
        let roots: BTreeSet<(Root, Node, bool)> = self
            .shadow
            .places()
            .roots()
            .filter_map(|(root, held)| {
                Some((root, held.node()?, matches!(held, Reference::Inside(..))))
            })
            .take(ROOTS)
            .collect();
        for (root, node, inside) in roots {
            self.set_word(self.names.root_kind, root_word(root));
            self.set_word(self.names.root_form, if inside { "inside" } else { "start" });
            self.set_object(crate::model::gc::number(node));
            self.tell(self.names.held, hears);
            if inside {
                let held: Vec<Node> = self.shadow.slots(node).map(|(_, to)| to).take(8).collect();
                for child in held {
                    self.set_word(self.names.root_form, "below-inside");
                    self.set_object(crate::model::gc::number(child));
                    self.tell(self.names.held, hears);
                }
            }
        }
    }

    /// What was due must be dead, or given to its finalizer.
    fn tell_owed(&mut self, owed: &Owed, hears: &mut impl Hears) {
        if owed.unsure {
            return;
        }
        for &node in &owed.dead {
            if self.shadow.is_reachable(node) {
                continue;
            }
            let cyclic = owed.cyclic.contains(&node);
            self.set_object(crate::model::gc::number(node));
            self.frame.set(self.names.object_cyclic, u64::from(cyclic));
            self.frame.set(self.names.object_hidden, u64::from(owed.hidden.contains(&node)));
            self.tell(self.names.due, hears);
        }
        self.frame.set(self.names.object_cyclic, 0);
        self.frame.set(self.names.object_hidden, 0);
        self.shadow.forget_overdue(&owed.dead);
        for &node in &owed.finalized {
            // Another finalizer may have given it back.
            if self.shadow.is_reachable(node) {
                continue;
            }
            self.set_object(crate::model::gc::number(node));
            self.tell(self.names.due_finalizer, hears);
        }
        for &number in &owed.cleaned {
            let cleanup = self.shadow.cleanup(number);
            if cleanup.is_some_and(|c| self.shadow.is_reachable(c.of)) {
                continue;
            }
            let ran = cleanup.is_some_and(|c| c.state == CleanupState::Ran);
            self.set_word(self.names.cleanup_state, if ran { "ran" } else { "attached" });
            self.set_cleanup(cleanup.map(|c| c.of));
            self.frame.set(self.names.cleanup_due, 1);
            self.tell(self.names.due_cleanup, hears);
        }
    }
}

/// The numbers of a list, of which there are `known` from 1. Those that nobody has are told once in each
/// run, and a list that says everything twice is cut off: what is wrong with it is seen by then.
fn told(numbers: &Numbers, known: u64) -> Vec<u64> {
    let most = usize::try_from(known).unwrap_or(usize::MAX).saturating_mul(2).saturating_add(1000);
    let run = |&(first, last): &(u64, u64)| {
        let unknown = (first == 0 || last > known).then_some(if first == 0 { 0 } else { last });
        (first.max(1)..=last.min(known)).chain(unknown)
    };
    numbers.runs().iter().flat_map(run).take(most).collect()
}

/// The word of the glossary.
fn root_word(root: Root) -> &'static str {
    match root {
        Root::Local => "local",
        Root::Frame => "frame",
        Root::Mutator => "mutator",
        Root::Global => "global",
        Root::Stash(kind) => kind.word(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::Clerk as _;
    use crate::laws::{Book, SUBJECTS};
    use crate::model::gc::Setting;
    use crate::observe::gc::Answer;
    use crate::op::gc::{Local, Map, Script};
    use crate::rule::{EventId, Frame, Natives};
    use crate::spec::Specs;

    /// Events, with whether the object of each waits for a finalizer.
    struct Heard(Vec<(EventId, bool)>, crate::rule::FactId);

    impl Hears for Heard {
        fn hear(&mut self, event: EventId, frame: &Frame, _: &dyn Natives) -> usize {
            self.0.push((event, frame.get(self.1) != 0));
            0
        }
    }

    /// What is told when the steps of `script` are answered; the last one gathers that object 1 was
    /// finalized and is dead.
    fn heard(script: &Script) -> (Clerk, Heard) {
        let specs = Specs::embedded().expect("the real specs load");
        let book = Book::compile(&specs, SUBJECTS[1]).expect("the real rules compile");
        let setting = Setting { ordered: true, exact: true, ..Setting::default() };
        let mut clerk = Clerk::new(&book.vocabulary, setting).expect("the glossary has all words");
        let mut heard = Heard(Vec::new(), clerk.names.object_awaits_finalizer);
        let one: Numbers = [1].into_iter().collect();
        let both = Gathered { dead: one.clone(), finalized: one, ..Gathered::default() };
        for (at, step) in script.steps.iter().enumerate() {
            let answer = Answer::with(if matches!(step.op, Op::New { .. }) { &[0] } else { &[] });
            let last = (at + 1 == script.steps.len()).then(|| Reading::Gathered(both.clone()));
            let expected = clerk.begin(step, &answer);
            clerk.end(at, step, &answer, last.as_ref(), expected, &mut heard);
        }
        (clerk, heard)
    }

    #[test]
    fn a_finalizer_and_a_death_that_come_together_after_a_poll_are_of_two_collections() {
        let l0 = Local(0);
        let ops = [
            Op::Percent { percent: OFF },
            Op::New { to: l0, words: 2, map: Map::None },
            Op::Finalizer { of: l0 },
            Op::Drop { to: l0 },
            Op::Begin,
            Op::Poll,
            Op::Collect,
        ];
        let (clerk, heard) = heard(&Script { steps: ops.map(Step::main).to_vec() });
        let told = [clerk.names.told_finalized, clerk.names.told_dead];
        let of_reports = heard.0.iter().filter(|(event, _)| told.contains(event));
        let expected = [(told[0], true), (told[1], false)];
        assert!(of_reports.eq(&expected), "it ran while it was due, and then it died");
    }

    #[test]
    fn a_list_of_everything_is_as_long_as_what_there_is() {
        let mut numbers = Numbers::default();
        numbers.push_run(0, u64::MAX);
        assert_eq!(told(&numbers, 3), [1, 2, 3, 0]);
        numbers.push_run(2, 9);
        assert_eq!(told(&numbers, 3), [1, 2, 3, 0, 2, 3, 9]);
        (0..10_000).for_each(|_| numbers.push_run(1, 3));
        assert_eq!(told(&numbers, 3).len(), 1006);
    }
}
