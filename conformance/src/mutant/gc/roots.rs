//! Wrong about roots: one kind forgotten, or one kept for too long.

use super::parts;
use crate::mutant::tri::Tri;
use crate::mutant::tri::mutator::{Frame, Mutator};
use crate::mutant::tri::parts::{Parts, Right};
use crate::mutant::tri::reference::Ref;
use crate::op::gc::Kind;

mutants! { collector:
    ForgetsASixthLocal(parts) "gc/forgets-a-sixth-local"
        breaks "gc/roots/locals-are-roots"
        also ["gc/**"]
        "Takes frames to have no more than five locals.";
    SkipsTheLastBlock(parts) "gc/skips-the-last-block-of-globals"
        breaks "gc/roots/globals-are-roots"
        also ["gc/**"]
        "Does not scan the last block of globals.";
    ScansTheTopmostFrame(parts) "gc/scans-the-topmost-frame"
        breaks "gc/roots/frames-are-roots"
        also ["gc/**"]
        "Scans the topmost frame of a stack only.";
    ScansAHundredFrames(parts) "gc/scans-a-hundred-frames"
        breaks "gc/roots/frames-are-roots"
        also ["gc/**"]
        "Scans the topmost hundred frames of a stack.";
    ScansTheFirstStack(parts) "gc/scans-the-first-stack"
        breaks "gc/roots/other-mutators-are-roots"
        also ["gc/**"]
        "Scans the stack of mutator 0 only.";
    LosesTheArgument(parts) "gc/loses-the-argument"
        breaks "gc/roots/new-mutator-keeps-argument"
        also ["gc/**"]
        "Starts a mutator with a black stack, and does not shade its argument.";
    ShadesForTheTakerOnly(parts) "gc/shades-for-the-taker-only"
        breaks "gc/roots/handed-object-survives"
        also ["gc/**"]
        "Shades what is handed over only if the stack of the taker is grey.";
    SkipsInterfaces(parts) "gc/skips-interfaces"
        breaks "gc/roots/stash-keeps"
        also ["gc/**"]
        "Does not scan dynamically typed variables.";
    SkipsCleanupArguments(parts) "gc/skips-cleanup-arguments"
        breaks "gc/roots/stash-keeps"
        also ["gc/**"]
        "Does not scan the arguments of cleanups.";
    KeepsWhatAnInterfaceHeld(parts) "gc/keeps-what-an-interface-held"
        breaks "gc/roots/stash-releases"
        also ["gc/**"]
        "Clears the type of a dynamically typed variable that becomes nil, and not its value.";
    ScansOneFrameTooMany(parts) "gc/scans-one-frame-too-many"
        breaks "gc/roots/popped-frame-releases"
        also ["gc/**"]
        "Scans the frame that ended last, too.";
    ScansDeadLocals(parts) "gc/scans-dead-locals"
        breaks "gc/roots/dropped-local-releases"
        also ["gc/**"]
        "Scans all locals of a frame that ever held something, whether they are live or not.";
    ScansEndedStacks(parts) "gc/scans-ended-stacks"
        breaks "gc/roots/ended-mutator-releases"
        also ["gc/**"]
        "Scans the stacks of mutators that ended.";
    CopiesAllButOne(parts) "gc/copies-all-locals-but-one"
        breaks "gc/roots/grow-keeps-locals"
        also ["gc/**"]
        "Loses the last local of the topmost frame when a stack grows.";
}

impl Parts for SkipsTheLastBlock {
    fn global_blocks(&self) -> usize {
        Right.global_blocks() - 1
    }
}

impl Parts for ScansTheTopmostFrame {
    fn scan_frame(&self, tri: &mut Tri, mutator: usize, frame: usize) {
        if frame + 1 == tri.mutators[mutator].depth {
            Right.scan_frame(tri, mutator, frame);
        }
    }
}

impl Parts for ScansAHundredFrames {
    fn scan_frame(&self, tri: &mut Tri, mutator: usize, frame: usize) {
        if frame + 100 >= tri.mutators[mutator].depth {
            Right.scan_frame(tri, mutator, frame);
        }
    }
}

impl Parts for ScansTheFirstStack {
    fn scan_frame(&self, tri: &mut Tri, mutator: usize, frame: usize) {
        if mutator == 0 {
            Right.scan_frame(tri, mutator, frame);
        }
    }
}

impl Parts for LosesTheArgument {
    fn shade_argument(&self, _: &mut Tri, _: Ref) {}
}

impl Parts for ShadesForTheTakerOnly {
    fn shades_handed(&self, _: bool, taker_is_grey: bool) -> bool {
        taker_is_grey
    }
}

impl Parts for SkipsInterfaces {
    fn scan_place(&self, tri: &mut Tri, kind: usize) {
        if kind != Kind::Interface as usize {
            Right.scan_place(tri, kind);
        }
    }
}

impl Parts for SkipsCleanupArguments {
    fn scan_place(&self, tri: &mut Tri, kind: usize) {
        if kind != Kind::Cleanup as usize {
            Right.scan_place(tri, kind);
        }
    }
}

impl Parts for KeepsWhatAnInterfaceHeld {
    fn empty_place(&self, tri: &mut Tri, kind: usize) {
        if kind == Kind::Interface as usize {
            tri.places[kind].full = false;
        } else {
            Right.empty_place(tri, kind);
        }
    }
}

impl Parts for ScansOneFrameTooMany {
    fn frames_to_scan(&self, mutator: &Mutator) -> usize {
        mutator.frames.len().min(mutator.depth + 1)
    }
}

impl Parts for ScansDeadLocals {
    fn live_locals(&self, _: &Frame) -> u16 {
        u16::MAX
    }
}

impl Parts for ScansEndedStacks {
    fn is_root(&self, mutator: &Mutator) -> bool {
        mutator.depth > 0
    }
}

impl Parts for CopiesAllButOne {
    fn copy_stack(&self, mutator: &mut Mutator) {
        Right.copy_stack(mutator);
        if let Some(frame) = mutator.frames.last_mut() {
            frame.live &= u16::MAX >> 1;
        }
    }
}

impl Parts for ForgetsASixthLocal {
    fn live_locals(&self, frame: &Frame) -> u16 {
        Right.live_locals(frame) & 0b1_1111
    }
}
