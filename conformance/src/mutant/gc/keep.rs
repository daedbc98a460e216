//! Wrong about what maps and channels keep, and what they give up.

use super::parts;
use crate::mutant::tri::Tri;
use crate::mutant::tri::parts::{Parts, Right};
use crate::op::gc::Kind;

mutants! { collector:
    SkipsValuesOfMaps(parts) "gc/skips-values-of-maps"
        breaks "gc/keep/map-keeps"
        also ["gc/**"]
        "Scans the keys of maps, and not their values.";
    SkipsBuffers(parts) "gc/skips-buffers-of-channels"
        breaks "gc/keep/channel-keeps"
        also ["gc/**"]
        "Does not scan the buffers of channels.";
    KeepsDeletedValues(parts) "gc/keeps-deleted-values"
        breaks "gc/keep/map-delete-releases"
        also ["gc/**"]
        "Clears the key of an entry that is deleted from a map, and not the value.";
    KeepsWhatWasReceived(parts) "gc/keeps-what-was-received"
        breaks "gc/keep/channel-receive-releases"
        also ["gc/**"]
        "Leaves what was received in the buffer until something else is sent.";
}

/// Scans all places but those of `kind`.
fn scan_all_but(skipped: Kind, tri: &mut Tri, kind: usize) {
    if kind != skipped as usize {
        Right.scan_place(tri, kind);
    }
}

/// Empties a place; one of `kept` only as far as a program sees.
fn empty_all_but(kept: Kind, tri: &mut Tri, kind: usize) {
    if kind == kept as usize {
        tri.places[kind].full = false;
    } else {
        Right.empty_place(tri, kind);
    }
}

impl Parts for SkipsValuesOfMaps {
    fn scan_place(&self, tri: &mut Tri, kind: usize) {
        scan_all_but(Kind::MapValue, tri, kind);
    }
}

impl Parts for SkipsBuffers {
    fn scan_place(&self, tri: &mut Tri, kind: usize) {
        scan_all_but(Kind::Channel, tri, kind);
    }
}

impl Parts for KeepsDeletedValues {
    fn empty_place(&self, tri: &mut Tri, kind: usize) {
        empty_all_but(Kind::MapValue, tri, kind);
    }
}

impl Parts for KeepsWhatWasReceived {
    fn empty_place(&self, tri: &mut Tri, kind: usize) {
        empty_all_but(Kind::Channel, tri, kind);
    }
}
