//! What the shadow remembers of one object.

use crate::op::gc::{Kind, Map, Op, Shape};

/// One object: as small as it can be, because there may be ten million.
#[expect(clippy::struct_excessive_bools, reason = "a byte each, of ten million")]
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Object {
    words: u32,
    map: Map,
    /// Deaths reported, at most 255.
    pub deaths: u8,
    /// Finalizations reported, at most 255.
    pub finalized: u8,
    /// Finalizers given to it, at most 255.
    pub finalizers: u8,
    /// How often it was found unreachable and lived on, at most 255.
    pub lives: u8,
    /// What last took a reference to it away.
    pub released: Released,
    /// Its death is reported.
    pub watched: bool,
    /// A reference to it was handed out by a finalizer, or by a weak handle.
    pub revived: bool,
    /// A weak handle was made of it.
    pub weakly: bool,
    /// The place of the runtime that it was in last.
    pub place: Option<Kind>,
    /// It was made while a collection went on.
    pub made_marking: bool,
}

impl Object {
    /// A new object.
    pub fn new(shape: Shape, watched: bool) -> Object {
        Object {
            words: shape.words as u32,
            map: shape.map,
            deaths: 0,
            finalized: 0,
            finalizers: 0,
            lives: 0,
            released: Released::Other,
            watched,
            revived: false,
            weakly: false,
            place: None,
            made_marking: false,
        }
    }

    /// Its shape.
    pub fn shape(&self) -> Shape {
        Shape { words: u64::from(self.words), map: self.map }
    }

    /// A reference to it was taken away by `op`.
    pub(super) fn release_by(&mut self, op: &Op) {
        self.released = match op {
            Op::Drop { .. } => Released::Drop,
            Op::Move { .. } => Released::Move,
            Op::Pop => Released::Pop,
            Op::End { .. } => Released::End,
            Op::Clear { .. } | Op::Wipe { .. } => Released::Clear,
            Op::Unset { .. } => Released::Unset,
            Op::Reset => Released::Reset,
            _ => Released::Other,
        };
    }
}

/// What took a reference away.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Released {
    /// A local that became nil.
    Drop,
    /// A local that became another.
    Move,
    /// A frame that ended.
    Pop,
    /// A mutator that ended.
    End,
    /// A slot that became nil.
    Clear,
    /// A global that became nil.
    Unset,
    /// All at once.
    Reset,
    /// Anything else, or nothing yet.
    Other,
}

impl Released {
    /// The word of the glossary.
    pub fn word(self) -> &'static str {
        match self {
            Released::Drop => "drop",
            Released::Move => "move",
            Released::Pop => "pop",
            Released::End => "end",
            Released::Clear => "clear",
            Released::Unset => "unset",
            Released::Reset => "reset",
            Released::Other => "other",
        }
    }
}
