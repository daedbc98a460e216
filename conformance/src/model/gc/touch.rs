//! What mutators did to objects while a collection went on.
//!
//! A collector that runs beside the program has a duty for each of these. The list is as long as the
//! program's part in the collection was; it is judged when the collection ends, and begun anew.

use super::Node;

/// What was done to an object.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Touch {
    /// It was made.
    Made,
    /// A slot that held it was overwritten by a store.
    Overwritten,
    /// A slot that held it became nil.
    Cleared,
    /// A slot that held it became nil with others.
    Wiped,
    /// A slot that held it was copied over.
    CopiedOver,
    /// A slot that held it was exchanged.
    Swapped,
    /// A slot that held it was compared and exchanged.
    Exchanged,
    /// A global that held it became another, or nil.
    Unset,
    /// It was stored into a slot.
    Stored,
    /// It was copied into a slot with others.
    Copied,
    /// It was stored into a global.
    Set,
    /// It was given to a mutator that started.
    Started,
    /// It was handed to a mutator.
    Handed,
    /// A place of the runtime gave it back.
    Unstashed,
    /// A weak handle led to it while the collection was marking.
    Strengthened,
    /// A weak handle led to it after that.
    StrengthenedLate,
    /// A finalizer was given to it.
    Finalizer,
    /// An object that holds it was given a finalizer.
    BelowFinalizer,
    /// A cleanup was attached to it.
    Cleanup,
    /// A mutator that held it ended.
    Left,
}

impl Touch {
    /// The word of the glossary.
    pub fn word(self) -> &'static str {
        match self {
            Touch::Made => "made",
            Touch::Overwritten => "overwritten",
            Touch::Cleared => "cleared",
            Touch::Wiped => "wiped",
            Touch::CopiedOver => "copied-over",
            Touch::Swapped => "swapped",
            Touch::Exchanged => "exchanged",
            Touch::Unset => "unset",
            Touch::Stored => "stored",
            Touch::Copied => "copied",
            Touch::Set => "set",
            Touch::Started => "started",
            Touch::Handed => "handed",
            Touch::Unstashed => "unstashed",
            Touch::Strengthened => "strengthened",
            Touch::StrengthenedLate => "strengthened-late",
            Touch::Finalizer => "finalizer",
            Touch::BelowFinalizer => "below-finalizer",
            Touch::Cleanup => "cleanup",
            Touch::Left => "left",
        }
    }
}

/// At most so many touches are kept of one collection.
const KEPT: usize = 4096;

/// The touches of the collection that goes on.
#[derive(Default)]
pub struct Touches {
    list: Vec<(Touch, Node)>,
}

impl Touches {
    pub(super) fn note(&mut self, touch: Touch, node: Option<Node>) {
        if let Some(node) = node
            && self.list.len() < KEPT
        {
            self.list.push((touch, node));
        }
    }

    pub(super) fn list(&self) -> &[(Touch, Node)] {
        &self.list
    }

    pub(super) fn take(&mut self) -> Vec<(Touch, Node)> {
        std::mem::take(&mut self.list)
    }
}
