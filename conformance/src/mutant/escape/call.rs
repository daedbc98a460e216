//! Wrong analysers for `specs/escape/call.yaml`: what becomes of arguments.

use super::rules;
use reference_escape::graph::Hole;

mutants! {
    analyser:
    GoAtOnce(rules) "escape/runs-goroutine-at-once"
        breaks "escape/call/goroutine-outlives"
        also []
        "It treats a go statement as a call that is over when it returns.";
    DeferAtOnce(rules) "escape/runs-defer-at-once"
        breaks "escape/call/deferred-in-loop-escapes"
        also []
        "It treats a defer in a loop as a call that is over when it returns.";
    TrustsUnknown(rules) "escape/trusts-unknown-callee"
        breaks "escape/call/unknown-callee-keeps"
        also ["escape/call/known-type-is-called-directly"]
        "It takes a function that nobody knows for one that keeps nothing.";
    LastCallee(rules) "escape/counts-last-callee-only"
        breaks "escape/call/every-callee-counts"
        also []
        "It looks only at the last function that a variable may hold.";
    AloneOnly(rules) "escape/overlooks-numbers-of-many"
        breaks "escape/call/pointer-as-number-escapes"
        also []
        "It does not look for pointers among a variable number of arguments.";
    Promises(rules) "escape/trusts-body-elsewhere"
        breaks "escape/call/body-elsewhere-keeps"
        also []
        "It takes a body that is elsewhere for an empty one.";
    NoTypes(rules) "escape/knows-no-types"
        breaks "escape/call/known-type-is-called-directly"
        also []
        "It takes every method of an interface for one that nobody knows, as if that were a matter of inlining.";
}

answers! {
    AloneOnly: EachNumber => false;
    Promises: KeepsNothing => true;
    NoTypes: KnownTypes => false;
    LastCallee: EveryCallee => false;
}

loses! {
    GoAtOnce: Spawned => |_| Hole::DISCARD;
    DeferAtOnce: Deferred => |_| Hole::DISCARD;
    TrustsUnknown: Unknown => |_| Hole::DISCARD;
}
