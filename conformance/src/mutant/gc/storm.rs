//! Wrong in a way that shows when much happens at once.

use super::parts;
use crate::mutant::tri::Tri;
use crate::mutant::tri::parts::Parts;

mutants! { collector:
    OverwritesFullBuffers(parts) "gc/overwrites-full-buffers"
        breaks "gc/storm/stamps-right"
        also ["gc/**"]
        "Drops what was shaded first when a buffer is full, instead of emptying it.";
}

impl Parts for OverwritesFullBuffers {
    fn buffer_is_full(&self, tri: &mut Tri, mutator: usize) {
        tri.mutators[mutator].buffer.remove(0);
    }
}
