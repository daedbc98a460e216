//! A summary by function: how much of what it makes is on the heap, and what it leaks.

use super::{Report, func};
use crate::kind::Placement;
use std::collections::BTreeMap;
use std::fmt::Write;

/// How the table is sorted.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Order {
    /// By the functions' names.
    Name,
    /// Those with most sites on the heap first, then by name.
    Heap,
}

#[derive(Clone, Copy, Default)]
struct Counts {
    heap: usize,
    stack: usize,
    leaking: usize,
}

/// One line for each function of which something is known, and the sum.
pub fn sites(report: &Report<'_>, order: Order) -> String {
    let mut rows: Vec<(&str, Counts)> = counts(report).into_iter().collect();
    if order == Order::Heap {
        // The sort is stable: equals stay in the order of their names.
        rows.sort_by_key(|(_, counts)| std::cmp::Reverse(counts.heap));
    }
    let sum = rows.iter().fold(Counts::default(), |sum, (_, counts)| Counts {
        heap: sum.heap + counts.heap,
        stack: sum.stack + counts.stack,
        leaking: sum.leaking + counts.leaking,
    });
    let mut text = format!("{:>6} {:>6} {:>8}  function\n", "heap", "stack", "leaking");
    for (func, Counts { heap, stack, leaking }) in rows.into_iter().chain([("(all)", sum)]) {
        let _ = writeln!(text, "{heap:>6} {stack:>6} {leaking:>8}  {func}");
    }
    text
}

fn counts<'a>(report: &'a Report<'_>) -> BTreeMap<&'a str, Counts> {
    let mut all: BTreeMap<&str, Counts> = BTreeMap::new();
    let verdicts = report.verdicts;
    for told in verdicts.lines.iter().filter(|told| told.detail.is_some()) {
        let counts = all.entry(func(told)).or_default();
        match told.kind.placement() {
            Some(Placement::Heap) => counts.heap += 1,
            Some(Placement::Stack) => counts.stack += 1,
            None => {}
        }
    }
    for variable in &verdicts.variables {
        all.entry(&variable.func).or_default().stack += 1;
    }
    for parameter in &verdicts.parameters {
        let leaks = parameter.leaks;
        let leaking = super::machine::goals(leaks)
            .iter()
            .any(|(goal, _)| goal != "mutator" && goal != "callee");
        all.entry(&parameter.func).or_default().leaking += usize::from(leaking);
    }
    all
}
