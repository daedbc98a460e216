//! No instance needs ever larger instances of itself: `func f[T any](x T) { f([]T{x}) }` has no end.
//!
//! Type parameters are the nodes of a graph: where one is (part of) the argument for another, there is an edge, which grows if
//! it is only a part. There is no end if an edge that grows is on a circle.

use super::Program;
use crate::hash::Map;
use crate::source::Pos;
use crate::types::TypeId;
use std::collections::BTreeSet;

/// An argument of an instance, as far as it has type parameters of what is around it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Flow {
    /// Where the instance is written.
    pos: Pos,
    /// The parameter that is in the argument.
    from: TypeId,
    /// The parameter that the argument is for.
    to: TypeId,
    /// Whether the argument is more than `from`.
    grows: bool,
}

impl Program {
    /// Notes an instance: `targs` for `tparams`.
    pub(super) fn note_flows(&mut self, pos: Pos, tparams: &[TypeId], targs: &[TypeId]) {
        for (to, targ) in tparams.iter().zip(targs) {
            let (mut left, mut seen) = (vec![*targ], BTreeSet::new());
            while let Some(ty) = left.pop() {
                if !seen.insert(ty) {
                    continue;
                }
                if self.types.is_param(ty) {
                    self.flows.push(Flow { pos, from: ty, to: *to, grows: ty != *targ });
                } else if self.types.is_parameterized(ty) {
                    self.types.each_part(&self.types[ty], &mut |part| left.push(part));
                }
            }
        }
    }

    /// Complains of the first instance without an end.
    pub(super) fn check_growth(&mut self) {
        let mut number: Map<TypeId, usize> = Map::default();
        let mut edges = Vec::with_capacity(self.flows.len());
        for flow in &self.flows {
            let mut of = |ty| {
                let next = number.len();
                *number.entry(ty).or_insert(next)
            };
            edges.push((of(flow.from), of(flow.to)));
        }
        let circles = circles(number.len(), &edges);
        let endless = self
            .flows
            .iter()
            .zip(&edges)
            .find(|(flow, (from, to))| flow.grows && circles[*from] == circles[*to]);
        if let Some((flow, _)) = endless {
            self.fault(flow.pos, "instantiation cycle");
        }
    }
}

/// A number for each node, equal for those from which there is a way to each other.
fn circles(nodes: usize, edges: &[(usize, usize)]) -> Vec<usize> {
    let mut there = vec![Vec::new(); nodes];
    let mut back = vec![Vec::new(); nodes];
    for (from, to) in edges {
        there[*from].push(*to);
        back[*to].push(*from);
    }
    // Nodes in the order in which all that they lead to is done; then, last first, all that leads to them.
    let mut done = Vec::with_capacity(nodes);
    let mut seen = vec![false; nodes];
    for start in 0..nodes {
        let mut way = vec![(start, 0)];
        while let Some((node, next)) = way.pop() {
            if next == 0 && std::mem::replace(&mut seen[node], true) {
                continue;
            }
            match there[node].get(next) {
                Some(to) => way.extend([(node, next + 1), (*to, 0)]),
                None => done.push(node),
            }
        }
    }
    let mut circle = vec![usize::MAX; nodes];
    for start in done.into_iter().rev() {
        let mut left = vec![start];
        while let Some(node) = left.pop() {
            if circle[node] == usize::MAX {
                circle[node] = start;
                left.extend(&back[node]);
            }
        }
    }
    circle
}
