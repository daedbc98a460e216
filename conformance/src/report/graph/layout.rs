//! Where things are in a drawing: a column for each distance from the roots, a row for each leaf.
//!
//! Rows go to leaves in order of the tree; what others hang from stands in the middle of its own. So no
//! two boxes meet, and a way from a root to an object runs from left to right.

use super::tree::Tree;
use std::collections::{BTreeMap, BTreeSet};

/// A box, by its column and by twice its row.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Place {
    pub(super) column: u32,
    pub(super) half_row: u32,
}

/// Where everything is.
pub(super) struct Layout {
    /// Objects, by number.
    pub(super) objects: BTreeMap<u64, Place>,
    /// Roots of objects that there are, in their order.
    pub(super) roots: Vec<Place>,
    /// Columns, that of the roots included.
    pub(super) columns: u32,
    /// Rows.
    pub(super) rows: u32,
    /// The first row of what no root holds, if there is such a thing.
    pub(super) loose: Option<u32>,
}

impl Layout {
    /// Places everything in `tree`.
    pub(super) fn of(tree: &Tree<'_>) -> Layout {
        let mut layout = Layout {
            objects: BTreeMap::new(),
            roots: Vec::new(),
            columns: 1,
            rows: 0,
            loose: None,
        };
        let roots: Vec<_> = tree.roots().collect();
        let mut rows: Vec<Option<u32>> = Vec::new();
        for (root, owns) in &roots {
            rows.push(owns.then(|| layout.subtree(tree, root.to)));
        }
        if !tree.loose.is_empty() {
            layout.loose = Some(layout.rows);
        }
        for &number in &tree.loose {
            layout.subtree(tree, number);
        }
        // A root from which nothing hangs stands as near as can be to what it leads to.
        let mut taken: BTreeSet<u32> = rows.iter().copied().flatten().collect();
        for (row, (root, _)) in rows.iter_mut().zip(&roots) {
            let near = layout.objects.get(&root.to).map_or(0, |place| place.half_row);
            let row = *row.get_or_insert_with(|| nearest_free(near, &taken));
            taken.insert(row);
            layout.rows = layout.rows.max(row / 2 + 1);
            layout.roots.push(Place { column: 0, half_row: row });
        }
        layout
    }

    /// Places `top` in column 1 and what hangs from it to its right: twice the row of `top`.
    fn subtree(&mut self, tree: &Tree<'_>, top: u64) -> u32 {
        // Down first, then up: a list may be long, so nothing is recursive.
        let mut order: Vec<(u64, u32, Vec<u64>)> = Vec::new();
        let mut left = vec![(top, 1)];
        let mut seen = BTreeSet::new();
        while let Some((number, column)) = left.pop() {
            if !seen.insert(number) {
                continue;
            }
            let below = tree.edges_of(number).filter(|(_, owns)| *owns).map(|(edge, _)| edge.to);
            let below: Vec<u64> = below.collect();
            left.extend(below.iter().rev().map(|&number| (number, column + 1)));
            order.push((number, column, below));
        }
        let mut leaves: BTreeMap<u64, u32> = BTreeMap::new();
        for (number, _, _) in order.iter().filter(|(.., below)| below.is_empty()) {
            leaves.insert(*number, 2 * self.rows);
            self.rows += 1;
        }
        for (number, column, below) in order.into_iter().rev() {
            let rows: Vec<u32> =
                below.iter().filter_map(|b| Some(self.objects.get(b)?.half_row)).collect();
            let half_row = match (rows.first(), rows.last()) {
                (Some(first), Some(last)) => first.midpoint(*last),
                _ => leaves.get(&number).copied().unwrap_or(0),
            };
            self.columns = self.columns.max(column + 1);
            self.objects.insert(number, Place { column, half_row });
        }
        self.objects.get(&top).map_or(0, |place| place.half_row)
    }
}

/// The half row nearest to `near` that nothing has taken.
fn nearest_free(near: u32, taken: &BTreeSet<u32>) -> u32 {
    let around = (0..).flat_map(|far| [Some(near + far), near.checked_sub(far)]);
    let free = |row: &u32| !taken.contains(row);
    around.flatten().find(free).unwrap_or(near)
}
