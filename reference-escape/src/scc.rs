//! Functions in the order in which they can be analysed: those that are called first, those that call each other together.
//!
//! What counts is not the call but the name: whoever mentions a function may call it. A literal that uses variables of
//! the function around it always goes with that. Each component is found when the last of its functions has been left, as
//! Tarjan did it; the functions that are being looked at are kept on a list of our own, as they may nest as deep as calls do.

use crate::hash::Map;
use crate::tags::Unit;

/// Whoever knows the functions.
pub trait Calls {
    /// The functions that `unit` mentions, in the order of the text.
    fn mentioned(&mut self, unit: Unit) -> Vec<Unit>;
    /// Whether `unit` goes with the function around it.
    fn is_closure(&self, unit: Unit) -> bool;
    /// All functions of a component, none of which calls one that has not been analysed.
    fn component(&mut self, units: &[Unit]);
}

/// The functions that have been seen.
#[derive(Debug, Default)]
pub struct Components {
    /// The number of each function; the greatest for those whose component is done.
    numbers: Map<Unit, u32>,
    next: u32,
    stack: Vec<Unit>,
}

const DONE: u32 = u32::MAX;

/// A function that is being looked at.
struct Frame {
    unit: Unit,
    number: u32,
    lowest: u32,
    mentioned: std::vec::IntoIter<Unit>,
}

impl Components {
    /// Forgets functions, so that they are looked at again when somebody asks.
    pub fn forget(&mut self, units: impl Fn(Unit) -> bool) {
        self.numbers.retain(|unit, _| !units(*unit));
    }

    /// Looks at `unit` and all that it needs.
    pub fn visit(&mut self, calls: &mut dyn Calls, unit: Unit) {
        if self.numbers.contains_key(&unit) {
            return;
        }
        let mut frames = vec![self.open(calls, unit)];
        while let Some(frame) = frames.last_mut() {
            let Some(next) = frame.mentioned.next() else {
                let Some(done) = frames.pop() else { return };
                self.close(calls, &done);
                if let Some(outer) = frames.last_mut() {
                    outer.lowest = outer.lowest.min(done.lowest);
                }
                continue;
            };
            match self.numbers.get(&next) {
                Some(number) => frame.lowest = frame.lowest.min(*number),
                None => frames.push(self.open(calls, next)),
            }
        }
    }

    fn open(&mut self, calls: &mut dyn Calls, unit: Unit) -> Frame {
        // Two numbers each, so that a function that mentions itself differs from one that does not.
        let number = self.next + 1;
        self.next += 2;
        self.numbers.insert(unit, number);
        self.stack.push(unit);
        Frame { unit, number, lowest: number + 1, mentioned: calls.mentioned(unit).into_iter() }
    }

    fn close(&mut self, calls: &mut dyn Calls, frame: &Frame) {
        if frame.lowest < frame.number || calls.is_closure(frame.unit) {
            return;
        }
        let Some(start) = self.stack.iter().rposition(|unit| *unit == frame.unit) else { return };
        let component = self.stack.split_off(start);
        for unit in &component {
            self.numbers.insert(*unit, DONE);
        }
        calls.component(&component);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::functions::FuncId;

    /// Functions by their numbers, and whom each mentions.
    struct Listed {
        mentions: Vec<Vec<usize>>,
        found: Vec<Vec<usize>>,
    }

    fn unit(at: usize) -> Unit {
        Unit::declared(FuncId::from_index(at))
    }

    impl Calls for Listed {
        fn mentioned(&mut self, of: Unit) -> Vec<Unit> {
            self.mentions[of.id.index()].iter().map(|at| unit(*at)).collect()
        }

        fn is_closure(&self, _: Unit) -> bool {
            false
        }

        fn component(&mut self, units: &[Unit]) {
            self.found.push(units.iter().map(|unit| unit.id.index()).collect());
        }
    }

    #[test]
    fn callees_come_first_and_those_that_call_each_other_together() {
        let mentions = vec![vec![1, 2], vec![3], vec![2], vec![1, 4], vec![]];
        let mut listed = Listed { mentions, found: Vec::new() };
        let mut components = Components::default();
        for at in 0..5 {
            components.visit(&mut listed, unit(at));
        }
        assert_eq!(listed.found, [vec![4], vec![1, 3], vec![2], vec![0]]);
    }
}
