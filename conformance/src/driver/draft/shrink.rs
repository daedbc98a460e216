//! Smaller drafts, and proptest's view of them.

use super::{Draft, Kind, Sampler, Shape};
use proptest::prelude::Rng;
use proptest::strategy::{NewTree, Strategy, ValueTree};
use proptest::test_runner::TestRunner;
use std::ops::RangeInclusive;
use std::vec::IntoIter;

impl Draft {
    /// Simpler drafts, boldest first: a plainer kind, then smaller numbers, one change each. None of
    /// them leads back to this draft, so going on with any of them comes to an end.
    pub fn simpler(&self) -> Vec<Draft> {
        let kind = Kind::of(self.kind);
        let plainer = kind.plainer().map(|kind| Draft { kind: kind as u8, ..*self });
        let canonical = (self.kind != kind as u8).then_some(Draft { kind: kind as u8, ..*self });
        let how = smaller(self.how.into()).map(|how| Draft { how: how as u8, ..*self });
        let size = smaller(self.size).map(|size| Draft { size, ..*self });
        let count = smaller(self.count.into()).map(|n| Draft { count: n as u32, ..*self });
        let pick = smaller(self.pick.into()).map(|pick| Draft { pick: pick as u16, ..*self });
        let first = plainer.into_iter().chain(canonical);
        first.chain(how).chain(size).chain(count).chain(pick).collect()
    }
}

/// Numbers below `from`, ascending: 0, a half, three quarters, ..., one less.
fn smaller(from: u64) -> impl Iterator<Item = u64> {
    let steps =
        std::iter::successors((from > 0).then_some(from), |step| (*step > 1).then_some(step / 2));
    steps.map(move |step| from - step)
}

/// Lists of `len` drafts for targets of this shape.
pub fn strategy(shape: &Shape, len: RangeInclusive<usize>) -> Drafts {
    Drafts { sampler: Sampler::new(shape), len }
}

/// The strategy that [`strategy`] makes.
///
/// One list is drawn and shrunk as a whole, which is ten times as fast as a strategy for each field
/// of each draft.
pub struct Drafts {
    sampler: Sampler,
    len: RangeInclusive<usize>,
}

impl std::fmt::Debug for Drafts {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Drafts({:?})", self.len)
    }
}

impl Strategy for Drafts {
    type Tree = DraftTree;
    type Value = Vec<Draft>;

    fn new_tree(&self, runner: &mut TestRunner) -> NewTree<Drafts> {
        let rng = runner.rng();
        let spread = self.len.end().saturating_sub(*self.len.start()) as u64;
        let more = rng.next_u64() % spread.saturating_add(1);
        let len = self.len.start() + more as usize;
        Ok(DraftTree::new(self.sampler.drafts(len, || rng.next_u64())))
    }
}

/// A list of drafts that proptest shrinks: first parts are deleted, half of the list down to single
/// drafts, then each draft is made simpler, and once more as long as that helps.
#[derive(Debug)]
pub struct DraftTree {
    /// The smallest list known to fail.
    kept: Vec<Draft>,
    /// The list on trial; proptest asks for it.
    tried: Vec<Draft>,
    phase: Phase,
    /// Something was made smaller since deletion last began.
    helped: bool,
}

#[derive(Debug)]
enum Phase {
    /// Parts of `len` drafts are deleted; the next one ends at `end`.
    Delete { len: usize, end: usize },
    /// The draft at `at` is replaced by simpler ones.
    Simplify { at: usize, by: IntoIter<Draft> },
    /// Nothing is left to try.
    Done,
}

impl DraftTree {
    /// A tree over a list that is known to fail; drivers without proptest use it as proptest does.
    pub fn new(drafts: Vec<Draft>) -> DraftTree {
        let phase = Phase::Delete { len: drafts.len(), end: drafts.len() };
        DraftTree { kept: drafts.clone(), tried: drafts, phase, helped: false }
    }

    /// Puts the next smaller list on trial; false, with the smallest failing one instead, if there
    /// is none.
    fn try_next(&mut self) -> bool {
        loop {
            match &mut self.phase {
                Phase::Delete { len: 0, .. } => self.phase = self.simplify_at(0),
                Phase::Delete { len, end: 0 } => {
                    let len = *len / 2;
                    self.phase = Phase::Delete { len, end: self.kept.len() };
                }
                Phase::Delete { len, end } => {
                    let start = end.saturating_sub(*len);
                    self.tried.clone_from(&self.kept);
                    self.tried.drain(start..*end);
                    *end = start;
                    return true;
                }
                Phase::Simplify { at, by } => {
                    let at = *at;
                    if let Some(draft) = by.next() {
                        self.tried.clone_from(&self.kept);
                        self.tried[at] = draft;
                        return true;
                    }
                    self.phase = self.after(at);
                }
                Phase::Done => {
                    self.tried.clone_from(&self.kept);
                    return false;
                }
            }
        }
    }

    /// Making drafts simpler, from the one at `at`.
    fn simplify_at(&self, at: usize) -> Phase {
        let by = self.kept.get(at).map(Draft::simpler).unwrap_or_default();
        Phase::Simplify { at, by: by.into_iter() }
    }

    /// What comes after the draft at `at` cannot be made simpler.
    fn after(&mut self, at: usize) -> Phase {
        if at + 1 < self.kept.len() {
            self.simplify_at(at + 1)
        } else if std::mem::take(&mut self.helped) {
            Phase::Delete { len: self.kept.len() / 2, end: self.kept.len() }
        } else {
            Phase::Done
        }
    }
}

impl ValueTree for DraftTree {
    type Value = Vec<Draft>;

    fn current(&self) -> Vec<Draft> {
        self.tried.clone()
    }

    /// The list on trial fails: keeps it, and tries a smaller one.
    fn simplify(&mut self) -> bool {
        self.helped |= self.tried != self.kept;
        self.kept.clone_from(&self.tried);
        if let Phase::Simplify { at, .. } = self.phase {
            self.phase = self.simplify_at(at);
        }
        self.try_next()
    }

    /// The list on trial passes: tries another one that is smaller than what is kept.
    fn complicate(&mut self) -> bool {
        self.try_next()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Shrinks `drafts` as proptest does, with a test that fails where `fails` says so.
    fn shrunk(drafts: Vec<Draft>, fails: impl Fn(&[Draft]) -> bool) -> Vec<Draft> {
        assert!(fails(&drafts));
        let mut tree = DraftTree::new(drafts);
        let mut more = tree.simplify();
        while more {
            more = if fails(&tree.current()) { tree.simplify() } else { tree.complicate() };
        }
        tree.current()
    }

    fn many(len: usize) -> Vec<Draft> {
        let draft = |i| Draft { kind: 7, how: 255, pick: 60_000, count: 1 << 30, size: i };
        (0..len as u64).map(draft).collect()
    }

    #[test]
    fn what_fails_always_shrinks_to_nothing() {
        assert_eq!(shrunk(many(100), |_| true), []);
    }

    #[test]
    fn drafts_that_do_not_matter_are_deleted_and_numbers_that_do_are_minimal() {
        let fails = |drafts: &[Draft]| {
            let first =
                drafts.iter().position(|d| d.size >= 30 && Kind::of(d.kind) != Kind::Malloc);
            first.is_some_and(|first| drafts[first..].iter().any(|d| d.count > 1000))
        };
        let plain = Draft { size: 30, count: 1001, kind: Kind::Realloc as u8, ..Draft::default() };
        assert_eq!(shrunk(many(500), fails), [plain]);
    }

    #[test]
    fn what_only_fails_as_it_is_stays_as_it_is() {
        let drafts = many(9);
        assert_eq!(shrunk(drafts.clone(), |now| now == drafts), drafts);
    }

    #[test]
    fn giving_up_in_the_middle_leaves_a_list_that_fails() {
        let fails = |drafts: &[Draft]| drafts.len() >= 3;
        let mut tree = DraftTree::new(many(50));
        tree.simplify();
        for _ in 0..5 {
            if fails(&tree.current()) {
                tree.simplify();
            } else {
                tree.complicate();
            }
        }
        while tree.complicate() {}
        assert!(fails(&tree.current()));
    }

    #[test]
    fn a_simpler_draft_is_smaller_in_one_number_and_larger_in_none() {
        let drafts =
            (0..=255).map(|kind| Draft { kind, how: 9, pick: 9, count: 9, size: u64::MAX });
        for draft in drafts {
            let numbers =
                |d: &Draft| [d.kind.into(), d.how.into(), d.pick.into(), d.count.into(), d.size];
            for simpler in draft.simpler() {
                let pairs = numbers(&simpler).into_iter().zip(numbers(&draft));
                assert_eq!(pairs.clone().filter(|(new, old)| new < old).count(), 1, "{simpler:?}");
                assert_eq!(pairs.filter(|(new, old)| new == old).count(), 4, "{simpler:?}");
            }
        }
        assert_eq!(Draft::default().simpler(), []);
    }

    #[test]
    fn smaller_numbers_come_closer_by_halves() {
        assert_eq!(smaller(100).collect::<Vec<_>>(), [0, 50, 75, 88, 94, 97, 99]);
        assert_eq!(smaller(1).collect::<Vec<_>>(), [0]);
        assert_eq!(smaller(0).count(), 0);
    }
}
