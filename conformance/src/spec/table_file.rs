//! Golden numbers: files of a folder `table` beside the suites.

use crate::spec::keyed::keyed;
use crate::spec::reader::{AtLeast, FromNode, Reader};
use crate::spec::shape::FactName;
use crate::spec::yaml::Node;

keyed! {
    /// Golden numbers.
    TableFile, "a table";
    /// The fact of each column.
    "columns" columns: Vec<FactName>,
    /// Rows of as many numbers.
    "rows" rows: Vec<Vec<AtLeast<0>>>,
}

/// Rows of numbers; a column is called by the fact that it is about.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Table {
    /// Names of facts.
    pub columns: Vec<String>,
    /// As many numbers each as there are columns; a number that is missing is 0.
    pub rows: Vec<Vec<u64>>,
}

impl Table {
    /// The place of the column about `fact`.
    pub fn column(&self, fact: &str) -> Option<usize> {
        self.columns.iter().position(|column| column == fact)
    }
}

/// Reads the table that `node` holds.
pub(crate) fn read(node: &Node, reader: &mut Reader<'_>) -> Option<Table> {
    let file = TableFile::from_node(node, reader)?;
    let columns: Vec<String> = file.columns.into_iter().map(|column| column.0).collect();
    let numbers = |row: Vec<AtLeast<0>>| {
        let mut numbers: Vec<u64> = row.into_iter().map(|number| number.0).collect();
        numbers.resize(columns.len(), 0);
        numbers
    };
    let rows = file.rows.into_iter().map(numbers).collect();
    Some(Table { columns, rows })
}
