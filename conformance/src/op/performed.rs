//! A script as it is performed: `repeat` sections unrolled, one step at a time.

use super::{Action, Script, Section, Step};

/// Sections may be nested so deep; what is deeper is not performed.
const DEPTH: usize = 8;

/// The steps of a script in the order of performance, each with its index in the script.
///
/// `together` and its `end` come through, because the crew needs them; `repeat` and its `end` do
/// not. Unmatched ends are left out, and a section that is never closed ends with the script.
#[derive(Clone, Debug)]
pub struct Performed<'s, O = super::alloc::Op> {
    steps: &'s [Step<O>],
    next: usize,
    open: Vec<Open>,
}

#[derive(Clone, Copy, Debug)]
enum Open {
    Together,
    Repeat { body: usize, left: u64 },
}

impl<'s, O: Action> Performed<'s, O> {
    /// Unrolls `script`.
    pub fn new(script: &'s Script<O>) -> Performed<'s, O> {
        Performed { steps: &script.steps, next: 0, open: Vec::new() }
    }

    /// The index after the `end` that closes the section whose body begins at `body`.
    fn after_section(&self, body: usize) -> usize {
        let mut depth = 1;
        for (i, step) in self.steps.iter().enumerate().skip(body) {
            match step.op.section() {
                Section::Together | Section::Repeat(_) => depth += 1,
                Section::End => depth -= 1,
                Section::Inner => {}
            }
            if depth == 0 {
                return i + 1;
            }
        }
        self.steps.len()
    }

    fn end_section(&mut self) -> bool {
        match self.open.last_mut() {
            Some(Open::Repeat { body, left }) if *left > 1 => {
                *left -= 1;
                self.next = *body;
                false
            }
            Some(Open::Repeat { .. }) => {
                self.open.pop();
                false
            }
            Some(Open::Together) => {
                self.open.pop();
                true
            }
            None => false,
        }
    }
}

/// Each of `steps` with how often it is performed, without performing anything; at most `u64::MAX`.
/// A repeat itself counts as often as it begins, its end as often as it turns.
pub fn counted<'s, O: Action>(
    steps: impl Iterator<Item = &'s Step<O>>,
) -> impl Iterator<Item = (&'s Step<O>, u64)> {
    let mut open = vec![1u64];
    steps.map(move |step| {
        let times = open.last().copied().unwrap_or(1);
        match step.op.section() {
            Section::Repeat(turns) => open.push(times.saturating_mul(turns)),
            Section::Together => open.push(times),
            Section::End if open.len() > 1 => drop(open.pop()),
            Section::End | Section::Inner => {}
        }
        (step, times)
    })
}

/// How many steps performing `steps` takes, each turn of a section counted as one of them; at most
/// `u64::MAX`.
pub fn turns<'s, O: Action>(steps: impl Iterator<Item = &'s Step<O>>) -> u64 {
    counted(steps).fold(0, |sum: u64, (step, times)| {
        let turns = match step.op.section() {
            Section::Repeat(turns) => times.saturating_mul(turns),
            _ => 0,
        };
        sum.saturating_add(times).saturating_add(turns)
    })
}

impl<O: Action> Iterator for Performed<'_, O> {
    type Item = (usize, Step<O>);

    fn next(&mut self) -> Option<(usize, Step<O>)> {
        loop {
            let Some(&step) = self.steps.get(self.next) else {
                // The script ended inside a section: close it.
                let at = self.steps.len().checked_sub(1)?;
                if self.open.is_empty() {
                    return None;
                }
                if self.end_section() {
                    return O::of_section(Section::End).map(|end| (at, Step::main(end)));
                }
                continue;
            };
            let at = self.next;
            self.next += 1;
            match step.op.section() {
                Section::Together | Section::Repeat(_) if self.open.len() == DEPTH => {
                    self.next = self.after_section(self.next);
                }
                Section::Together => {
                    self.open.push(Open::Together);
                    return Some((at, step));
                }
                Section::Repeat(0) => self.next = self.after_section(self.next),
                Section::Repeat(times) => {
                    self.open.push(Open::Repeat { body: self.next, left: times });
                }
                Section::End => {
                    if self.end_section() {
                        return Some((at, step));
                    }
                }
                Section::Inner => return Some((at, step)),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::op::alloc::{Op, Script, Slot, Step};

    const A: Op = Op::Verify { slot: Slot(0) };
    const B: Op = Op::Verify { slot: Slot(1) };

    /// Slots verified, in order; `[` and `]` for a section that runs together.
    fn performed(ops: &[Op]) -> String {
        let script = Script { steps: ops.iter().map(|&op| Step::main(op)).collect() };
        let word = |(_, step): (usize, Step)| match step.op {
            Op::Verify { slot: Slot(0) } => 'a',
            Op::Verify { .. } => 'b',
            Op::Together => '[',
            Op::End => ']',
            _ => '?',
        };
        Performed::new(&script).take(1000).map(word).collect()
    }

    #[test]
    fn a_body_is_performed_as_often_as_it_says() {
        assert_eq!(performed(&[A, Op::Repeat { times: 3 }, B, Op::End, A]), "abbba");
        assert_eq!(performed(&[Op::Repeat { times: 0 }, B, Op::End, A]), "a");
        assert_eq!(performed(&[Op::Repeat { times: 2 }, Op::End, A]), "a");
    }

    #[test]
    fn sections_nest() {
        let twice = Op::Repeat { times: 2 };
        assert_eq!(performed(&[twice, A, twice, B, Op::End, Op::End]), "abbabb");
        assert_eq!(performed(&[twice, Op::Together, A, Op::End, Op::End]), "[a][a]");
        assert_eq!(performed(&[Op::Together, twice, A, Op::End, Op::End, B]), "[aa]b");
    }

    #[test]
    fn what_is_not_closed_ends_with_the_script_and_what_was_not_opened_is_left_out() {
        assert_eq!(performed(&[Op::Repeat { times: 2 }, A]), "aa");
        assert_eq!(performed(&[Op::Together, A]), "[a]");
        assert_eq!(performed(&[Op::End, A, Op::End]), "a");
    }

    #[test]
    fn a_thousand_million_repeats_cost_nothing_until_they_are_performed() {
        assert_eq!(performed(&[Op::Repeat { times: u64::MAX }, A, Op::End]), "a".repeat(1000));
    }

    #[test]
    fn turns_are_counted_without_being_taken() {
        let count = |ops: &[Op]| {
            let steps: Vec<Step> = ops.iter().map(|&op| Step::main(op)).collect();
            turns(steps.iter())
        };
        assert_eq!(count(&[A, B]), 2);
        // The repeat, its three turns, three bodies and three ends.
        assert_eq!(count(&[Op::Repeat { times: 3 }, B, Op::End]), 1 + 3 + 3 + 3);
        let ever = Op::Repeat { times: u64::MAX };
        assert_eq!(count(&[ever, ever, Op::End, Op::End]), u64::MAX);
    }

    #[test]
    fn sections_deeper_than_the_limit_are_not_performed() {
        let mut ops = vec![Op::Repeat { times: 1 }; DEPTH + 1];
        ops.push(A);
        ops.extend([Op::End; DEPTH + 1]);
        ops.push(B);
        assert_eq!(performed(&ops), "b");
    }
}
