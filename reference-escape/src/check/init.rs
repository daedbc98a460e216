//! In which order package variables get their initial values.
//!
//! Again and again the first variable, in the order of the text, is taken whose value needs no variable that is
//! still without one. What a value needs is what it refers to, and what the functions and methods that it
//! refers to do, and so on.

use super::{Initializer, Program};
use crate::ast::{DeclKind, ExprId};
use crate::hash::Map;
use crate::types::{ObjectId, ObjectKind, PackageId, VarKind};
use std::cmp::Reverse;
use std::collections::{BTreeSet, BinaryHeap};

/// A declaration of variables that are initialised together.
struct Node {
    vars: Vec<ObjectId>,
    value: Option<ExprId>,
    /// Nodes that need this one.
    needed_by: Vec<usize>,
    /// How many nodes this one still waits for.
    waits: usize,
}

impl Program {
    pub(super) fn order_initializers(&mut self, package: PackageId) {
        let mut nodes = self.initializer_nodes(package);
        let mut of: Map<ObjectId, usize> = Map::default();
        for (at, node) in nodes.iter().enumerate() {
            for var in &node.vars {
                of.insert(*var, at);
            }
        }
        for at in 0..nodes.len() {
            let needs = self.needs(&nodes[at].vars, &of);
            for need in needs {
                if need != at {
                    nodes[need].needed_by.push(at);
                    nodes[at].waits += 1;
                }
            }
        }
        let order = run(&mut nodes);
        let initializers = order
            .into_iter()
            .filter_map(|at| {
                let node = &mut nodes[at];
                let vars = std::mem::take(&mut node.vars).into();
                node.value.map(|value| Initializer { vars, value })
            })
            .collect();
        if let Some(Some(unit)) = self.units.get_mut(package.index()) {
            unit.info.initializers = initializers;
        }
    }

    fn initializer_nodes(&self, package: PackageId) -> Vec<Node> {
        let ast = self.ast(package);
        let mut nodes: Vec<Node> = Vec::new();
        for object in self.members(package) {
            let ObjectKind::Var(VarKind::Package) = self.types[*object].kind else { continue };
            let Some(at) = self.declaration(*object) else { continue };
            let which = self.declarations[at].at as usize;
            let DeclKind::Var(decl) = &ast[self.declarations[at].node].kind else { continue };
            let values = decl.values.as_ref();
            let list = values.map_or(&[][..], |values| super::signature::list(&ast, values));
            if list.len() == 1 && decl.names.len() > 1 {
                if which == 0 {
                    let vars = self.siblings(*object, decl.names.len());
                    let value = Some(list[0]);
                    nodes.push(Node { vars, value, needed_by: Vec::new(), waits: 0 });
                }
                continue;
            }
            let value = list.get(which).copied();
            nodes.push(Node { vars: vec![*object], value, needed_by: Vec::new(), waits: 0 });
        }
        nodes
    }

    /// The nodes that the values of `vars` refer to, through functions and constants.
    fn needs(&self, vars: &[ObjectId], of: &Map<ObjectId, usize>) -> BTreeSet<usize> {
        let mut needs = BTreeSet::new();
        let mut seen: BTreeSet<ObjectId> = BTreeSet::new();
        let mut left: Vec<ObjectId> = vars.to_vec();
        while let Some(object) = left.pop() {
            let Some(at) = self.declaration(object) else { continue };
            for used in &self.declarations[at].uses {
                if let Some(node) = of.get(used) {
                    needs.insert(*node);
                } else if seen.insert(*used) {
                    left.push(*used);
                }
            }
        }
        needs
    }
}

/// Takes the first node that waits for nothing until none is left. Nodes that wait for each other are an error;
/// they are taken in the order of the text.
fn run(nodes: &mut [Node]) -> Vec<usize> {
    let mut ready: BinaryHeap<Reverse<usize>> =
        (0..nodes.len()).filter(|at| nodes[*at].waits == 0).map(Reverse).collect();
    let mut done = vec![false; nodes.len()];
    let mut order = Vec::with_capacity(nodes.len());
    let mut next_stuck = 0;
    loop {
        let at = match ready.pop() {
            Some(Reverse(at)) => at,
            None => match (next_stuck..nodes.len()).find(|at| !done[*at]) {
                Some(at) => {
                    next_stuck = at + 1;
                    at
                }
                None => return order,
            },
        };
        if std::mem::replace(&mut done[at], true) {
            continue;
        }
        order.push(at);
        for other in std::mem::take(&mut nodes[at].needed_by) {
            nodes[other].waits = nodes[other].waits.saturating_sub(1);
            if nodes[other].waits == 0 {
                ready.push(Reverse(other));
            }
        }
    }
}
