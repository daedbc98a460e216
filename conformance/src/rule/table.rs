//! Golden numbers as a rule: the row that the facts of an event find, and what it says of others.

use super::explain::Shown;
use super::fault::EvalFault;
use super::frame::{Frame, Natives};
use super::vocabulary::{FactId, Vocabulary};
use super::{EventId, Rule};
use std::collections::HashMap;

/// A table, ready to be judged by.
#[derive(Debug)]
pub struct TableRule {
    text: String,
    key: Vec<FactId>,
    /// Each fact that a row speaks of, with its name, and whether it may be less.
    columns: Vec<(FactId, String, bool)>,
    rows: HashMap<Vec<u64>, Vec<u64>>,
}

/// What a table is made of.
#[derive(Clone, Copy, Debug)]
pub struct TableParts<'t> {
    /// How messages call it.
    pub name: &'t str,
    /// The fact of each column.
    pub columns: &'t [String],
    /// The numbers.
    pub rows: &'t [Vec<u64>],
    /// Facts that find a row.
    pub key: &'t [String],
    /// Facts that must be as the row has them.
    pub equal: &'t [String],
    /// Facts that must not exceed what the row has.
    pub at_most: &'t [String],
}

impl TableRule {
    /// Looks every name up.
    ///
    /// # Errors
    /// A fact that the glossary, an event of `events` or the table has not, in words.
    pub fn load(
        parts: TableParts<'_>,
        events: &[EventId],
        vocabulary: &Vocabulary,
    ) -> Result<TableRule, String> {
        let find = |name: &String| -> Result<(FactId, usize), String> {
            let fact = vocabulary.fact(name).ok_or_else(|| format!("there is no fact `{name}`"))?;
            if let Some(event) = events.iter().find(|event| !vocabulary.binds(**event, fact)) {
                return Err(format!(
                    "`{name}` has no value at `{}`",
                    vocabulary.event_name(*event)
                ));
            }
            let column = parts.columns.iter().position(|column| column == name);
            let column = column.ok_or_else(|| format!("{} has no column `{name}`", parts.name))?;
            Ok((fact, column))
        };
        let key: Vec<_> = parts.key.iter().map(find).collect::<Result<_, _>>()?;
        let equal = parts.equal.iter().map(|name| (name, false));
        let judged = equal.chain(parts.at_most.iter().map(|name| (name, true)));
        let judged: Vec<_> = judged
            .map(|(name, less)| find(name).map(|(fact, at)| (fact, at, name.clone(), less)))
            .collect::<Result<_, _>>()?;
        let row = |row: &Vec<u64>| {
            let key = key.iter().map(|&(_, at)| row[at]).collect();
            (key, judged.iter().map(|&(_, at, ..)| row[at]).collect())
        };
        Ok(TableRule {
            text: format!("as {} has it", parts.name),
            rows: parts.rows.iter().map(row).collect(),
            key: key.into_iter().map(|(fact, _)| fact).collect(),
            columns: judged.into_iter().map(|(fact, _, name, less)| (fact, name, less)).collect(),
        })
    }

    fn row(&self, frame: &Frame) -> Option<&Vec<u64>> {
        let key: Vec<u64> = self.key.iter().map(|&fact| frame.get(fact)).collect();
        self.rows.get(&key)
    }

    fn holds(&self, frame: &Frame) -> bool {
        self.row(frame).is_some_and(|row| {
            self.columns.iter().zip(row).all(|((fact, _, less), &golden)| {
                let value = frame.get(*fact);
                value == golden || *less && value < golden
            })
        })
    }

    fn explain(&self, frame: &Frame) -> Vec<Shown> {
        let shown = |text: String, value: String| Shown { text, value, volatile: false };
        let Some(row) = self.row(frame) else {
            return vec![shown("row".into(), "there is none".into())];
        };
        let wrong = self.columns.iter().zip(row).filter(|((fact, _, less), golden)| {
            let value = frame.get(*fact);
            value != **golden && !(*less && value < **golden)
        });
        wrong
            .map(|((fact, name, _), golden)| {
                shown(name.clone(), format!("{}, golden {golden}", frame.get(*fact)))
            })
            .collect()
    }
}

/// What a law says: a rule, or a table.
#[derive(Debug)]
pub enum Predicate {
    /// A CEL expression.
    Rule(Rule),
    /// Golden numbers.
    Table(TableRule),
}

impl Predicate {
    /// Whether it holds for the facts of `frame`.
    ///
    /// # Errors
    /// As [`Rule::holds`].
    #[inline]
    pub fn holds(&self, frame: &Frame, natives: &dyn Natives) -> Result<bool, EvalFault> {
        match self {
            Predicate::Rule(rule) => rule.holds(frame, natives),
            Predicate::Table(table) => Ok(table.holds(frame)),
        }
    }

    /// What its parts came to.
    pub fn explain(&self, frame: &Frame, natives: &dyn Natives) -> Vec<Shown> {
        match self {
            Predicate::Rule(rule) => rule.explain(frame, natives),
            Predicate::Table(table) => table.explain(frame),
        }
    }

    /// Its text.
    pub fn text(&self) -> &str {
        match self {
            Predicate::Rule(rule) => rule.text(),
            Predicate::Table(table) => &table.text,
        }
    }
}
