//! What graphs answer: small cases here, random scripts against a slow twin in `random`, a million
//! nodes in `large`.

mod laws;
mod large;
mod random;
mod twin;

use super::*;

/// `count` nodes of `slots` slots.
fn nodes<const N: usize>(graph: &mut Graph, slots: u32) -> [Node; N] {
    [(); N].map(|()| graph.add(slots))
}

#[test]
fn a_node_that_was_never_reachable_is_not_told() {
    let mut graph = Graph::default();
    let [a, b] = nodes(&mut graph, 1);
    graph.set(a, 0, Some(b));
    graph.set(a, 0, None);
    assert_eq!(graph.take_unreachable(), []);
    assert!(!graph.is_reachable(a));
    assert_eq!(graph.reachable_count(), 0);
}

/// Seen to catch: a suspect that rescues a suspect; a walk that ends at an orphan and proves.
#[test]
fn a_cycle_falls_with_its_last_hold_and_is_told_once() {
    let mut graph = Graph::default();
    let [a, b] = nodes(&mut graph, 2);
    graph.set(a, 0, Some(b));
    graph.set(b, 0, Some(a));
    graph.set(b, 1, Some(b));
    graph.hold(a);
    graph.hold(a);
    graph.release(a);
    assert_eq!((graph.is_reachable(b), graph.reachable_count()), (true, 2));
    graph.release(a);
    assert_eq!(graph.take_unreachable(), [a, b]);
    assert_eq!(graph.take_unreachable(), []);
}

/// Seen to catch: a list of in-edges with one edge for each owner; a parent that outlives its
/// edge.
#[test]
fn a_second_slot_of_the_same_owner_is_proof_enough() {
    let mut graph = Graph::default();
    let [a, b] = nodes(&mut graph, 3);
    graph.hold(a);
    for slot in 0..3 {
        graph.set(a, slot, Some(b));
    }
    for slot in 0..3 {
        assert!(graph.is_reachable(b), "slots from {slot} on hold it");
        graph.set(a, slot, None);
    }
    assert!(!graph.is_reachable(b));
}

/// Seen to catch: a node made an orphan by any edge of its parent's that goes.
#[test]
fn an_edge_that_is_nobodys_proof_goes_at_no_cost() {
    let mut graph = Graph::default();
    let [a, b] = nodes(&mut graph, 2);
    graph.hold(a);
    for slot in 0..2 {
        graph.set(a, slot, Some(b));
    }
    let before = graph.effort();
    graph.set(a, 1, None);
    graph.hold(b);
    graph.release(b);
    assert!(graph.is_reachable(b));
    assert_eq!(graph.effort(), before);
}

/// Seen to catch: any owner that is no suspect taken for reachable.
#[test]
fn an_edge_from_an_unreachable_owner_is_no_proof() {
    let mut graph = Graph::default();
    let [a, b, c] = nodes(&mut graph, 1);
    graph.hold(a);
    graph.set(a, 0, Some(b));
    graph.set(c, 0, Some(b));
    graph.set(a, 0, None);
    assert_eq!(graph.take_unreachable(), [b]);
}

/// Seen to catch: a revival that does not spread; a node told once and for all.
#[test]
fn what_a_revived_node_reaches_is_revived_and_may_be_told_again() {
    let mut graph = Graph::default();
    let [a, b, c] = nodes(&mut graph, 1);
    graph.set(a, 0, Some(b));
    graph.set(b, 0, Some(c));
    graph.hold(a);
    graph.release(a);
    assert_eq!(graph.take_unreachable(), [a, b, c]);
    graph.hold(b);
    assert!(graph.is_reachable(c) && !graph.is_reachable(a));
    assert_eq!(graph.take_unreachable(), []);
    graph.release(b);
    assert_eq!(graph.take_unreachable(), [b, c]);
}

/// Seen to catch: a list of nodes to tell that is not looked through again.
#[test]
fn a_node_revived_before_it_was_told_is_not_told() {
    let mut graph = Graph::default();
    let [a, b] = nodes(&mut graph, 1);
    graph.hold(a);
    graph.hold(b);
    graph.release(b);
    assert!(!graph.is_reachable(b));
    graph.set(a, 0, Some(b));
    assert_eq!(graph.take_unreachable(), []);
    graph.set(a, 0, None);
    assert_eq!(graph.take_unreachable(), [b]);
}

/// Seen to catch: an owner believed to be reachable while there are orphans.
#[test]
fn a_slot_of_a_lost_owner_revives_nothing_although_nobody_asked_yet() {
    let mut graph = Graph::default();
    let [a, b] = nodes(&mut graph, 1);
    graph.hold(b);
    graph.release(b);
    assert_eq!(graph.take_unreachable(), [b]);
    graph.hold(a);
    graph.release(a);
    graph.set(a, 0, Some(b));
    assert_eq!(graph.take_unreachable(), [a], "b was unreachable all the time");
}

/// Seen to catch: a walk that ends at any held node; suspects that keep parents.
#[test]
fn a_parent_above_a_held_node_does_not_come_round() {
    let mut graph = Graph::default();
    let [top, a, b] = nodes(&mut graph, 1);
    graph.hold(top);
    graph.set(top, 0, Some(a));
    graph.set(a, 0, Some(b));
    graph.set(b, 0, Some(a));
    graph.hold(b);
    graph.set(top, 0, None);
    assert!(graph.is_reachable(a), "from b, which hangs from it and is held");
    graph.release(b);
    assert_eq!(graph.take_unreachable(), [b, a]);
}

/// A chain longer than any walk, held at its head, and a node that its last node holds.
fn deep(graph: &mut Graph) -> (Node, Node) {
    let end = graph.add(1);
    let below_end = graph.add_chain(200);
    graph.hold(below_end);
    let last = Node(end.0 + 1);
    graph.set(last, 0, Some(end));
    (last, end)
}

/// Seen to catch: a walk without end; one that proves when its steps run out; no walk at all.
#[test]
fn a_walk_that_is_too_long_proves_nothing_and_does_no_harm() {
    let mut graph = Graph::default();
    let (last, end) = deep(&mut graph);
    let other = graph.add(1);
    graph.hold(other);
    graph.set(other, 0, Some(end));
    graph.set(last, 0, None);
    assert!(graph.is_reachable(end));
    assert_eq!((graph.effort().by_walk, graph.effort().by_search), (1, 0));
    graph.set(last, 0, Some(end));
    graph.set(other, 0, None);
    assert!(graph.is_reachable(end));
    assert_eq!((graph.effort().by_walk, graph.effort().by_search), (1, 1));
}

/// Seen to catch: orphans given up when no walk proves.
#[test]
fn an_edge_behind_more_than_are_tried_still_rescues() {
    let mut graph = Graph::default();
    let [top, hub] = nodes(&mut graph, 2);
    graph.hold(top);
    graph.set(top, 0, Some(hub));
    graph.set(top, 1, Some(hub));
    for _ in 0..20 {
        let lost = graph.add(1);
        graph.set(lost, 0, Some(hub));
    }
    graph.set(top, 0, None);
    assert!(graph.is_reachable(hub));
    assert_eq!((graph.effort().by_walk, graph.effort().by_search), (0, 1));
}

/// Seen to catch: a buried node revived by a hold; one that keeps its slots.
#[test]
fn a_buried_node_is_not_reachable_whatever_holds_it() {
    let mut graph = Graph::default();
    let [a, b, c] = nodes(&mut graph, 1);
    graph.set(a, 0, Some(b));
    graph.set(b, 0, Some(c));
    graph.bury(b);
    graph.hold(a);
    graph.hold(b);
    assert_eq!(graph.reachable_count(), 1);
    assert_eq!((graph.get(a, 0), graph.get(b, 0)), (Some(b), None));
    assert!(graph.is_buried(b) && !graph.is_reachable(c));
    graph.release(b);
    graph.set(a, 0, None);
    assert_eq!(graph.take_unreachable(), []);
}

/// Seen to catch: buried nodes told.
#[test]
fn a_buried_node_is_not_told() {
    let mut graph = Graph::default();
    let [a, b] = nodes(&mut graph, 1);
    graph.hold(a);
    graph.set(a, 0, Some(b));
    graph.release(a);
    graph.bury(a);
    assert_eq!(graph.take_unreachable(), [b]);
}

#[test]
#[should_panic(expected = "what is reachable is not buried")]
fn what_is_reachable_is_not_buried() {
    let mut graph = Graph::default();
    let [a, b] = nodes(&mut graph, 1);
    graph.hold(a);
    graph.set(a, 0, Some(b));
    graph.bury(b);
}

#[test]
#[should_panic(expected = "a node has the slots that it was made with")]
fn the_slots_of_the_next_node_are_out_of_reach() {
    let mut graph = Graph::default();
    let [a, _b] = nodes(&mut graph, 2);
    graph.get(a, 2);
}

#[test]
#[should_panic(expected = "a root releases what it holds")]
fn a_hold_is_released_once() {
    let mut graph = Graph::default();
    let [a] = nodes(&mut graph, 0);
    graph.hold(a);
    graph.release(a);
    graph.release(a);
}
