//! Wrong analysers for `specs/escape/flow.yaml`: each loses what flows at one kind of place.

use super::{Teller, rules, told};
use crate::observe::escape::Told;
use reference_escape::graph::Hole;

mutants! {
    analyser:
    ElementStore(rules) "escape/keeps-element-store"
        breaks "escape/flow/element-store-escapes"
        also []
        "It takes what is stored in an element of a slice for lost.";
    PointerStore(rules) "escape/keeps-pointer-store"
        breaks "escape/flow/pointer-store-escapes"
        also ["escape/flow/stores-elsewhere-count"]
        "It takes what is stored through a pointer for lost.";
    MapKey(rules) "escape/takes-map-store-for-lookup"
        breaks "escape/flow/map-key-escapes"
        also []
        "It treats the key of a map element that is stored to as that of a lookup.";
    MapLiteral(rules) "escape/keeps-map-literal"
        breaks "escape/flow/map-literal-escapes"
        also []
        "It forgets that the keys and values of a map literal are in the map.";
    Sent(rules) "escape/keeps-sent-value"
        breaks "escape/flow/sent-value-escapes"
        also []
        "It takes a value that is sent on a channel for lost.";
    Panicked(rules) "escape/keeps-panic-value"
        breaks "escape/flow/panic-value-escapes"
        also []
        "It takes the argument of panic for lost.";
    Appended(rules) "escape/keeps-appended-value"
        breaks "escape/flow/appended-value-escapes"
        also []
        "It takes what is appended to a slice for lost.";
    Regrown(rules) "escape/forgets-old-elements"
        breaks "escape/flow/old-elements-escape"
        also ["escape/flow/appended-value-escapes"]
        "It forgets that append may move the old elements to another array.";
    Sliced(rules) "escape/copies-sliced-array"
        breaks "escape/flow/slice-points-into-array"
        also ["escape/flow/stores-elsewhere-count"]
        "It takes a slice of an array for a copy of it.";
    Receiver(rules) "escape/forgets-receiver"
        breaks "escape/flow/method-value-holds-receiver"
        also []
        "It forgets that a method value holds its receiver.";
    Boxed(rules) "escape/forgets-boxed-value"
        breaks "escape/flow/box-follows-interface"
        also []
        "It forgets what a value in an interface points to.";
    Computed(rules) "escape/cuts-unsafe-flow"
        breaks "escape/flow/computed-pointer-is-followed"
        also []
        "It loses a pointer that goes through a uintptr.";
    EveryStore(rules) "escape/ignores-every-store"
        breaks "escape/flow/stores-elsewhere-count"
        also ["escape/**"]
        "It takes every assignment for one within an object.";
    NoStore(rules) "escape/ignores-no-store"
        breaks "escape/flow/store-within-is-ignored"
        also []
        "It takes no assignment for one within an object.";
    LocalResult(rules) "escape/takes-result-for-local"
        breaks "escape/flow/returned-address-escapes"
        also ["escape/**"]
        "It takes a result for a variable that is gone when the function is.";
    ZeroCopy(told) "escape/shares-written-bytes"
        breaks "escape/flow/written-bytes-are-copied"
        also []
        "It says of every conversion to bytes that stays on the stack that the bytes may be shared.";
}

answers! {
    EveryStore: MovesWithin => true;
    NoStore: MovesWithin => false;
    LocalResult: ResultOutlives => false;
}

loses! {
    ElementStore: Element => |_| Hole::DISCARD;
    PointerStore: Through => |_| Hole::DISCARD;
    MapKey: MapKey => |_| Hole::DISCARD;
    MapLiteral: MapLiteral => |_| Hole::DISCARD;
    Sent: Sent => |_| Hole::DISCARD;
    Panicked: Panicked => |_| Hole::DISCARD;
    Appended: Appended => |_| Hole::DISCARD;
    Regrown: Regrown => |_| Hole::DISCARD;
    Sliced: Sliced => Hole::deref;
    Receiver: Receiver => |_| Hole::DISCARD;
    Boxed: Boxed => |_| Hole::DISCARD;
    Computed: Computed => |_| Hole::DISCARD;
}

impl Teller for ZeroCopy {
    fn tell(&self, _: &str, mut told: Vec<Told>) -> Vec<Told> {
        let shared = "zero-copy string->[]byte conversion";
        told.retain(|told| told.text != shared);
        let stays = |told: &&Told| {
            told.text.starts_with("([]byte)(") && told.text.ends_with("does not escape")
        };
        let more: Vec<Told> = told
            .iter()
            .filter(stays)
            .map(|told| Told { text: shared.into(), ..told.clone() })
            .collect();
        told.extend(more);
        told
    }
}
