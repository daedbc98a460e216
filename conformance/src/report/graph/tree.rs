//! Which root, slot or nothing each object hangs from.

use crate::picture::graph::{Edge, Graph, Object, Root, RootKind};
use std::collections::{BTreeMap, BTreeSet, VecDeque};

/// What an object hangs from.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Owner {
    /// A root, by its index.
    Root(usize),
    /// A slot, by the index of its edge.
    Edge(usize),
    /// Nothing that is kept leads to it.
    Nothing,
}

/// A graph, and a forest over all its objects.
pub(super) struct Tree<'g> {
    pub(super) graph: &'g Graph,
    /// By number.
    pub(super) objects: BTreeMap<u64, &'g Object>,
    /// Indexes of edges between objects that there are, by the number of the object whose slots they are.
    edges: BTreeMap<u64, Vec<usize>>,
    owners: BTreeMap<u64, Owner>,
    /// Objects that hang from nothing, in order.
    pub(super) loose: Vec<u64>,
}

impl<'g> Tree<'g> {
    /// Ways to guilty objects first, then what is nearest to a root. What no root leads to hangs from
    /// nothing, or from what does: from what nothing holds, if there is such an object, else from the
    /// first.
    pub(super) fn of(graph: &'g Graph) -> Tree<'g> {
        let objects: BTreeMap<u64, &Object> = graph.objects.iter().map(|o| (o.number, o)).collect();
        let mut edges: BTreeMap<u64, Vec<usize>> = BTreeMap::new();
        for (i, edge) in graph.edges.iter().enumerate() {
            if objects.contains_key(&edge.from) && objects.contains_key(&edge.to) {
                edges.entry(edge.from).or_default().push(i);
            }
        }
        let mut tree = Tree { graph, objects, edges, owners: BTreeMap::new(), loose: Vec::new() };
        tree.hang(|root| root.on_path, |edge| edge.on_path);
        tree.hang(|_| true, |_| true);
        tree.hang_loose();
        tree
    }

    /// Hangs what roots of `roots` lead to by edges of `edges`.
    fn hang(&mut self, roots: impl Fn(&Root) -> bool, edges: impl Fn(&Edge) -> bool) {
        let mut queue = VecDeque::new();
        for (i, root) in self.graph.roots.iter().enumerate() {
            let keeps = root.kind != RootKind::Weak && self.objects.contains_key(&root.to);
            if keeps && roots(root) {
                self.owners.entry(root.to).or_insert(Owner::Root(i));
                queue.push_back(root.to);
            }
        }
        self.spread(queue, edges);
    }

    fn spread(&mut self, mut queue: VecDeque<u64>, edges: impl Fn(&Edge) -> bool) {
        let mut seen: BTreeSet<u64> = queue.iter().copied().collect();
        while let Some(number) = queue.pop_front() {
            for &i in self.edges.get(&number).map_or(&[][..], Vec::as_slice) {
                let edge = &self.graph.edges[i];
                if edges(edge) && seen.insert(edge.to) {
                    self.owners.entry(edge.to).or_insert(Owner::Edge(i));
                    queue.push_back(edge.to);
                }
            }
        }
    }

    fn hang_loose(&mut self) {
        let free = |tree: &Tree<'_>, number: u64| !tree.owners.contains_key(&number);
        let held: BTreeSet<u64> = self
            .edges()
            .filter(|edge| edge.from != edge.to && free(self, edge.from))
            .map(|edge| edge.to)
            .collect();
        let numbers: Vec<u64> = self.objects.keys().copied().collect();
        let (below, tops): (Vec<u64>, Vec<u64>) =
            numbers.into_iter().partition(|number| held.contains(number));
        for number in tops.into_iter().chain(below) {
            if free(self, number) {
                self.owners.insert(number, Owner::Nothing);
                self.loose.push(number);
                self.spread(VecDeque::from([number]), |_| true);
            }
        }
    }

    /// What the object hangs from.
    pub(super) fn owner(&self, number: u64) -> Owner {
        self.owners.get(&number).copied().unwrap_or(Owner::Nothing)
    }

    /// Edges between objects that there are.
    pub(super) fn edges(&self) -> impl Iterator<Item = &'g Edge> + '_ {
        self.edges.values().flatten().map(|&i| &self.graph.edges[i])
    }

    /// Edges of the object's slots, each with whether what it leads to hangs from it.
    pub(super) fn edges_of(&self, number: u64) -> impl Iterator<Item = (&'g Edge, bool)> + '_ {
        let edges = self.edges.get(&number).map_or(&[][..], Vec::as_slice);
        edges.iter().map(|&i| {
            let edge = &self.graph.edges[i];
            (edge, self.owner(edge.to) == Owner::Edge(i))
        })
    }

    /// Roots of objects that there are, each with whether the object hangs from it.
    pub(super) fn roots(&self) -> impl Iterator<Item = (&'g Root, bool)> + '_ {
        let there = |(_, root): &(usize, &Root)| self.objects.contains_key(&root.to);
        let roots = self.graph.roots.iter().enumerate().filter(there);
        roots.map(|(i, root)| (root, self.owner(root.to) == Owner::Root(i)))
    }
}
