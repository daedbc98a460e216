//! A million nodes: what is done grows with what changes, not with the heap. Steps are counted, never
//! time.
//!
//! Seen to catch: orphans settled as they come, or tried but once; the children of a suspect not tried;
//! held children suspected with their parents; revival depth first, which makes a deep forest; a node
//! that falls but is still counted.

use super::*;
#[cfg(test)]
// Said again for the test of the map: outside tests, `model` does not know drivers.
use crate::driver::Dice;

const MANY: u32 = 1_000_000;

/// The steps that `calls` cost.
fn steps(graph: &mut Graph, calls: impl FnOnce(&mut Graph)) -> u64 {
    let before = graph.effort().steps;
    calls(graph);
    graph.effort().steps - before
}

/// What the held `root` holds in slot 0, without a call that settles.
fn next(graph: &Graph, root: Node) -> Node {
    graph.get(root, 0).expect("the chain goes on")
}

#[test]
fn a_chain_is_proven_once_and_falls_once() {
    let mut graph = Graph::default();
    let head = graph.add_chain(MANY);
    assert_eq!(steps(&mut graph, |graph| graph.hold(head)), u64::from(MANY));
    assert_eq!(graph.reachable_count(), u64::from(MANY));
    let fall = steps(&mut graph, |graph| {
        graph.release(head);
        assert_eq!(graph.take_unreachable().len(), MANY as usize);
    });
    assert!(fall <= 3 * u64::from(MANY), "{fall}");
    assert_eq!(graph.reachable_count(), 0);
}

#[test]
fn a_root_that_moves_along_a_chain_leaves_one_node_behind_at_each_move() {
    let mut graph = Graph::default();
    let mut root = graph.add_chain(MANY);
    graph.hold(root);
    let moves = steps(&mut graph, |graph| {
        for turn in 0..1000 {
            let to = next(graph, root);
            // Holding the next first or last makes no difference: nobody asks in between.
            if turn % 2 == 0 {
                graph.hold(to);
                graph.release(root);
            } else {
                graph.release(root);
                graph.hold(to);
            }
            assert_eq!(graph.take_unreachable(), [root]);
            root = to;
        }
    });
    assert!(moves <= 4 * 1000, "{moves}");
    let back = steps(&mut graph, |graph| {
        for _ in 0..1000 {
            let to = Node(root.0 + 1);
            graph.hold(to);
            graph.release(root);
            assert_eq!(graph.take_unreachable(), []);
            root = to;
        }
    });
    assert!(back <= 8 * 1000, "{back}");
    assert_eq!(graph.reachable_count(), u64::from(MANY));
}

#[test]
fn a_chain_cut_in_the_middle_loses_what_is_below_the_cut() {
    let mut graph = Graph::default();
    let head = graph.add_chain(MANY);
    graph.hold(head);
    let cut = steps(&mut graph, |graph| {
        graph.set(Node(MANY / 2), 0, None);
        assert_eq!(graph.take_unreachable().len(), MANY as usize / 2);
    });
    assert!(cut <= 3 * u64::from(MANY) / 2, "{cut}");
    let mend = steps(&mut graph, |graph| {
        graph.set(head, 0, Some(Node(MANY / 2 - 1)));
        assert_eq!(graph.take_unreachable().len(), MANY as usize / 2 - 1);
    });
    assert!(mend <= 2 * u64::from(MANY), "{mend}");
}

#[test]
fn a_link_near_the_head_of_a_long_list_comes_and_goes_at_little_cost() {
    let mut graph = Graph::default();
    let head = graph.add_chain(MANY);
    graph.hold(head);
    let (before, after) = (Node(MANY - 5), Node(MANY - 6));
    for last_step in 0..2 {
        let comes_and_goes = steps(&mut graph, |graph| {
            let link = graph.add(1);
            graph.hold(link);
            graph.set(link, 0, Some(after));
            // What hangs from the link may become an orphan before the link does, or after it.
            for step in [1 - last_step, last_step] {
                match step {
                    0 => graph.release(link),
                    _ => graph.set(before, 0, Some(link)),
                }
            }
            assert_eq!(graph.reachable_count(), u64::from(MANY) + 1);
            graph.set(before, 0, Some(after));
            assert_eq!(graph.take_unreachable(), [link]);
        });
        assert!(comes_and_goes <= 50, "{comes_and_goes}");
    }
}

/// A million nodes of three slots, each holding a random node; node 0 is held.
fn tangle(dice: &mut Dice) -> Graph {
    let mut graph = Graph::default();
    for _ in 0..MANY {
        graph.add(3);
    }
    for node in 0..MANY {
        for slot in 0..3 {
            graph.set(Node(node), slot, Some(any(dice)));
        }
    }
    graph.hold(Node(0));
    graph
}

fn any(dice: &mut Dice) -> Node {
    Node(dice.below(u64::from(MANY)) as u32)
}

/// How many nodes a plain search from `root` finds.
fn search(graph: &Graph, root: Node) -> u64 {
    let mut found = vec![false; MANY as usize];
    let mut path = vec![root];
    let mut count = 0;
    while let Some(node) = path.pop() {
        if !std::mem::replace(&mut found[node.0 as usize], true) {
            count += 1;
            path.extend((0..graph.slots(node)).filter_map(|slot| graph.get(node, slot)));
        }
    }
    count
}

/// Moves a thousand edges, and asks each time.
fn assert_cheap(graph: &mut Graph, dice: &mut Dice) {
    let cuts = steps(graph, |graph| {
        for _ in 0..1000 {
            graph.set(any(dice), dice.below(3) as u32, Some(any(dice)));
            graph.reachable_count();
        }
    });
    assert!(cuts <= 20 * 1000, "edges that move: {cuts}");
}

#[test]
fn in_a_large_tangle_an_act_costs_what_hangs_from_it() {
    let mut dice = Dice::new(1);
    let mut graph = tangle(&mut dice);
    assert_eq!(graph.reachable_count(), search(&graph, Node(0)));

    let roving = steps(&mut graph, |graph| {
        let mut root = Node(0);
        graph.hold(root);
        for _ in 0..1000 {
            let to = any(&mut dice);
            graph.hold(to);
            graph.release(root);
            graph.reachable_count();
            root = to;
        }
    });
    assert!(roving <= 5 * 1000, "a root that comes and goes: {roving}");

    assert_cheap(&mut graph, &mut dice);
    // The last root may reach a few that node 0 does not.
    assert!(graph.reachable_count() >= search(&graph, Node(0)));
}

#[test]
fn the_only_root_of_a_tangle_moves_at_the_cost_of_the_tangle() {
    let mut dice = Dice::new(2);
    let mut graph = tangle(&mut dice);
    let to = next(&graph, Node(0));
    let all = steps(&mut graph, |graph| {
        graph.hold(to);
        graph.release(Node(0));
        graph.reachable_count();
    });
    assert!(all <= 5 * u64::from(MANY), "{all}");
    assert_eq!(graph.reachable_count(), search(&graph, to));
    assert_cheap(&mut graph, &mut dice);
    assert_eq!(graph.reachable_count(), search(&graph, to));
}
