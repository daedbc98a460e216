//! What a collection may and must make known.

use super::model::{Held, Judge, Object};
use crate::observe::gc::{Gathered, Numbers};
use std::collections::BTreeSet;

impl Judge {
    /// All that is reached from `roots`.
    pub(super) fn reached(&self, roots: impl IntoIterator<Item = Held>) -> BTreeSet<u64> {
        let mut reached = BTreeSet::new();
        let mut left: Vec<Held> = roots.into_iter().collect();
        while let Some(held) = left.pop() {
            if let Held::At(number, _) | Held::Past(number) = held
                && reached.insert(number)
            {
                left.extend(&self.objects[number as usize - 1].slots);
            }
        }
        reached
    }

    /// What must stay: what roots reach, and what objects with finalizers reach.
    pub(super) fn kept(&self) -> BTreeSet<u64> {
        let locals = self.mutators.iter().flatten().flatten();
        let roots = locals.chain(&self.globals).chain(&self.places).copied();
        let numbered = (1..).zip(&self.objects);
        let finalized = numbered.filter(|(_, object)| object.finalizer.is_some());
        // That an object leads to itself at once does not keep it from its finalizer.
        let held = finalized.flat_map(|(own, object)| {
            let slots = object.slots.iter().copied();
            slots.filter(move |held| !matches!(held, Held::At(number, _) if *number == own))
        });
        self.reached(roots.chain(held))
    }

    /// Compares what became known with what is reached, and buries the dead.
    pub(super) fn gathered(&mut self, gathered: &Gathered, whole: bool) -> Result<(), String> {
        let kept = self.kept();
        let numbers = |list: &Numbers| list.iter().collect::<Vec<u64>>();
        let (dead, finalized) = (numbers(&gathered.dead), numbers(&gathered.finalized));
        let cleaned: BTreeSet<u64> = numbers(&gathered.cleaned).into_iter().collect();
        let (mut may_die, mut may_finalize) = (BTreeSet::new(), BTreeSet::new());
        for (number, object) in (1..).zip(&self.objects) {
            if !kept.contains(&number) && !object.dead {
                let set = if object.finalizer.is_some() { &mut may_finalize } else { &mut may_die };
                set.insert(number);
            }
        }
        self.check_set("dead", &dead, &may_die, |object| whole && object.watched)?;
        if let Some(reused) = self.reused.drain(..).find(|reused| !dead.contains(reused)) {
            return Err(format!("the memory of {reused} was used again before its death"));
        }
        self.check_set("finalized", &finalized, &may_finalize, |_| whole)?;
        if !gathered.strong.is_empty() {
            return Err(format!("{:?} have handles when their finalizers run", gathered.strong));
        }
        for number in gathered.broken.iter() {
            let reached = self.reached([Held::At(number, 0)]);
            if reached.iter().all(|&number| self.objects[number as usize - 1].hidden.is_empty()) {
                return Err(format!("{number} is broken"));
            }
        }
        self.bury(&dead, &may_die, &cleaned, whole, numbers(&gathered.cleaned).len())?;
        for number in finalized {
            let object = self.object(number);
            let revive = object.finalizer.take().and_then(|finalizer| finalizer.0);
            self.clear_cell(number);
            if let Some(global) = revive {
                self.globals[usize::from(global)] = Held::At(number, 0);
            }
        }
        Ok(())
    }

    fn check_set(
        &self,
        what: &str,
        got: &[u64],
        may: &BTreeSet<u64>,
        must: impl Fn(&Object) -> bool,
    ) -> Result<(), String> {
        let set: BTreeSet<u64> = got.iter().copied().collect();
        if set.len() != got.len() {
            return Err(format!("{what} {got:?} has one twice"));
        }
        if let Some(wrong) = set.difference(may).next() {
            return Err(format!("{what} {wrong} is reached, or was {what} before"));
        }
        let missing = may.difference(&set).find(|&&n| must(&self.objects[n as usize - 1]));
        missing.map_or(Ok(()), |missing| Err(format!("{what} {got:?} lacks {missing}")))
    }

    /// Buries the dead, and checks that their cleanups ran.
    fn bury(
        &mut self,
        dead: &[u64],
        may_die: &BTreeSet<u64>,
        cleaned: &BTreeSet<u64>,
        whole: bool,
        count: usize,
    ) -> Result<(), String> {
        let silent = may_die.iter().copied().filter(|&n| !self.objects[n as usize - 1].watched);
        let silent: Vec<u64> = silent.collect();
        let mut expected = BTreeSet::new();
        for &number in dead {
            expected.extend(self.object(number).cleanups.clone());
            self.object(number).dead = true;
            self.clear_cell(number);
        }
        for number in silent {
            let cleanups: BTreeSet<u64> = self.object(number).cleanups.iter().copied().collect();
            let died = !cleanups.is_empty() && cleanups.is_subset(cleaned);
            if whole || died {
                expected.extend(cleanups);
                self.object(number).dead = true;
                self.clear_cell(number);
            }
        }
        let sure = |set: &BTreeSet<u64>| set - &self.stopped_late;
        let right = sure(&expected) == sure(cleaned) && cleaned.len() == count;
        right.then_some(()).ok_or(format!("cleaned {cleaned:?} is not {expected:?}"))
    }

    pub(super) fn clear_cell(&mut self, number: u64) {
        if let Some(cell) = self.object(number).cell.take() {
            self.cells[cell as usize] = 0;
        }
    }
}
