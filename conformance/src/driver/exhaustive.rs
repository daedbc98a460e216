//! Every script up to a length over a small alphabet.
//!
//! Only scripts in which every op applies are made, and a fresh block always goes into the lowest
//! empty slot: scripts that differ in the names of slots are the same script. Each script of the
//! full length contains the shorter ones as its beginnings.

use super::clear_up;
use crate::capability::{Capabilities, Capability};
use crate::op::alloc::{Op, Script, Slot, Step};

/// Slots in use at a time.
const SLOTS: usize = 2;

/// Sizes of blocks: one class, another class, and one that most allocators map by itself.
const SMALL: u64 = 24;
const OTHER: u64 = 200;
const LARGE: u64 = 140_000;

/// Enumerates scripts, in the order of an odometer.
#[derive(Clone, Debug)]
pub struct Exhaustive {
    offers: Capabilities,
    /// Per position: the choice made, and how many there are.
    digits: Vec<(usize, usize)>,
    length: usize,
    done: bool,
}

impl Exhaustive {
    /// All scripts of `length` ops that a target with `offers` can perform.
    pub fn new(offers: Capabilities, length: usize) -> Exhaustive {
        Exhaustive { offers, digits: Vec::new(), length, done: length == 0 }
    }

    /// What may come next, when slot `i` is full if bit `i` of `full` is set.
    fn options(&self, full: u32) -> Vec<Op> {
        let mut options = Vec::with_capacity(24);
        if let Some(slot) = (0..SLOTS).find(|i| full & 1 << i == 0) {
            self.allocations(Slot(slot as u16), &mut options);
        }
        for slot in (0..SLOTS).filter(|i| full & 1 << i != 0) {
            self.uses(Slot(slot as u16), &mut options);
        }
        options
    }

    fn allocations(&self, slot: Slot, options: &mut Vec<Op>) {
        options.push(Op::Malloc { slot, size: SMALL });
        options.push(Op::Malloc { slot, size: LARGE });
        let mut optional = |capability, op| {
            if self.offers.has(capability) {
                options.push(op);
            }
        };
        optional(Capability::Calloc, Op::Calloc { slot, count: 3, size: 8 });
        optional(Capability::AlignedAlloc, Op::AlignedAlloc { slot, align: 64, size: OTHER });
    }

    fn uses(&self, slot: Slot, options: &mut Vec<Op>) {
        options.push(Op::Free { slot });
        if self.offers.has(Capability::Realloc) {
            let sizes = [SMALL / 3, OTHER, LARGE];
            options.extend(sizes.map(|size| Op::Realloc { slot, size }));
        }
        if self.offers.has(Capability::UsableSize) {
            options.push(Op::FillUsable { slot });
        }
        if self.offers.has(Capability::Oversize) && self.offers.has(Capability::Realloc) {
            options.push(Op::Realloc { slot, size: u64::MAX - 64 });
        }
    }

    /// The script that the digits stand for, completing them with first choices.
    fn spell(&mut self) -> Script {
        let mut script = Script::default();
        let mut full = 0u32;
        for position in 0..self.length {
            let options = self.options(full);
            if position == self.digits.len() {
                self.digits.push((0, options.len()));
            }
            let op = options[self.digits[position].0];
            if let Some(Slot(i)) = op.slot() {
                match op {
                    Op::Free { .. } => full &= !(1 << i),
                    _ => full |= 1 << i,
                }
            }
            script.steps.push(Step::main(op));
        }
        script
    }

    /// Turns the odometer; false when it has come round.
    fn turn(&mut self) -> bool {
        while let Some((choice, count)) = self.digits.pop() {
            if choice + 1 < count {
                self.digits.push((choice + 1, count));
                return true;
            }
        }
        false
    }
}

impl Iterator for Exhaustive {
    type Item = Script;

    fn next(&mut self) -> Option<Script> {
        if self.done {
            return None;
        }
        let mut script = self.spell();
        self.done = !self.turn();
        clear_up(&mut script);
        Some(script)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    fn all(offers: &[Capability], length: usize) -> Vec<Script> {
        Exhaustive::new(Capabilities::of(offers), length).collect()
    }

    #[test]
    fn without_capabilities_the_scripts_can_be_counted_by_hand() {
        // Length 1: two sizes. Length 2: after either, two sizes again or a free.
        assert_eq!(all(&[], 0).len(), 0);
        assert_eq!(all(&[], 1).len(), 2);
        assert_eq!(all(&[], 2).len(), 2 * 3);
        // Length 3: after a free 2; with two full slots 2 frees, each twice.
        assert_eq!(all(&[], 3).len(), 2 * (2 * 2 + 2));
    }

    #[test]
    fn no_script_comes_twice_and_none_has_an_op_that_does_not_apply() {
        let scripts = all(&[Capability::Realloc, Capability::Calloc], 4);
        let distinct: HashSet<String> = scripts.iter().map(|s| format!("{s:?}")).collect();
        assert_eq!(distinct.len(), scripts.len());
        for script in &scripts {
            let mut full = HashSet::new();
            for step in &script.steps[..4] {
                let slot = step.op.slot().expect("every op of the alphabet has a slot");
                match step.op {
                    Op::Malloc { .. } | Op::Calloc { .. } => assert!(full.insert(slot)),
                    Op::Free { .. } => assert!(full.remove(&slot)),
                    _ => assert!(full.contains(&slot)),
                }
            }
        }
    }
}
