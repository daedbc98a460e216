//! Why values flow: what in the text makes a value go from one place to another, in the compiler's words.
//!
//! A value that is stored may go through several expressions before it is there: `x.y = &z.w[:]` is a dot, an address, a
//! slice and an assignment. Each leaves a note. Notes form chains with shared ends, the innermost expression first.
//! Nobody needs them to find out what escapes; they are kept only where somebody will ask for the reasons.

use crate::ir::{FuncIndex, NodeId, VarId};
use std::num::NonZeroU32;

macro_rules! reasons {
    ($($(#[$doc:meta])* $Why:ident = $text:literal;)*) => {
        /// The word for a flow.
        #[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
        pub enum Why {
            $($(#[$doc])* $Why,)*
        }

        impl Why {
            /// The compiler's word.
            pub fn text(self) -> &'static str {
                match self {
                    $(Why::$Why => $text,)*
                }
            }
        }
    };
}

reasons! {
    /// `&x`
    AddressOf = "address-of";
    /// `*x`
    Indirection = "indirection";
    /// `x.f` of a struct, and type assertions.
    Dot = "dot";
    /// `x.f` of a pointer. The compiler says so of `x[i]` of slices, too.
    DotOfPointer = "dot of pointer";
    /// `x[i]` of an array.
    ArrayIndex = "fixed-array-index-of";
    /// `x[i:j]`
    Slice = "slice";
    /// A value becomes an interface.
    Interface = "interface-converted";
    /// `[4]T(x)`
    SliceToArray = "slice-to-array";
    /// An element of `[n]T{}`.
    ArrayElement = "array literal element";
    /// An element of `[]T{}`.
    SliceElement = "slice-literal-element";
    /// A field of `T{}`.
    StructElement = "struct literal element";
    /// A key of `map[K]V{}`.
    MapKey = "map literal key";
    /// A value of `map[K]V{}`.
    MapValue = "map literal value";
    /// The data word of a `reflect` header.
    HeaderData = "reflect.Header.Data";
    /// What an expression makes.
    Spill = "spill";
    /// `x = y`
    Assign = "assign";
    /// `a, b = x, y`
    AssignPair = "assign-pair";
    /// `v, ok = x.(T)`
    AssignAssert = "assign-pair-dot-type";
    /// `v, ok = m[k]`
    AssignMap = "assign-pair-mapr";
    /// `v, ok = <-c`
    AssignReceive = "assign-pair-receive";
    /// `return x`
    Return = "return";
    /// `c <- x`
    Send = "send";
    /// `m[k] = x`: of `k`.
    KeyOfPut = "key of map put";
    /// Elements of an array that is ranged over.
    Range = "range";
    /// Elements of anything else.
    RangeDeref = "range-deref";
    /// The variable of a clause of a type switch.
    SwitchCase = "switch case";
    /// An argument of a call.
    CallParameter = "call parameter";
    /// A function that is called, without anybody knowing which it is.
    CalleeOperand = "callee operand";
    /// The elements of a slice that `append` makes longer.
    Appendee = "appendee slice";
    /// The elements of a slice that is appended.
    Appended = "appended slice...";
    /// The elements of a slice that is copied.
    Copied = "copied slice";
    /// A pointer that is passed as a number.
    UintptrEscapes = "//go:uintptrescapes";
    /// The address of a variable is in the record of a literal.
    Reference = "reference";
    /// A variable, or its address, is in the record of a literal.
    Captured = "captured by a closure";
    /// It has more bytes than a stack may hold.
    TooLarge = "too large for stack";
    /// A stack does not give its alignment.
    TooAligned = "too aligned for stack";
    /// A slice of elements without size.
    ZeroSized = "zero-sized element";
}

/// What in a body a note is about.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Where {
    /// An expression or a statement.
    Node(NodeId),
    /// A variable.
    Var(VarId),
    /// A variable, where a literal that holds it first uses it.
    Capture(FuncIndex, VarId),
    /// A clause of a type switch.
    Clause(NodeId, u32),
}

/// One step of the way of a value.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Note {
    /// The body, by its place in the batch.
    pub body: usize,
    /// The place in that.
    pub at: Where,
    /// Why the value flows there.
    pub why: Why,
}

/// The first note of a chain. It counts from 1, so that "no note" takes no room.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct NoteId(NonZeroU32);

/// The notes of a graph.
#[derive(Default, Debug)]
pub struct Notes {
    kept: bool,
    list: Vec<(Note, Option<NoteId>)>,
}

impl Notes {
    /// Notes that are kept if somebody is to be `asked` for reasons, else forgotten.
    pub fn new(kept: bool) -> Notes {
        Notes { kept, list: Vec::new() }
    }

    /// Whether notes are kept.
    pub fn are_kept(&self) -> bool {
        self.kept
    }

    /// The chain that begins with `note` and goes on with `next`.
    pub fn add(&mut self, note: Note, next: Option<NoteId>) -> Option<NoteId> {
        if !self.kept {
            return None;
        }
        self.list.push((note, next));
        u32::try_from(self.list.len()).ok().and_then(NonZeroU32::new).map(NoteId)
    }

    /// The notes of a chain.
    pub fn chain(&self, mut first: Option<NoteId>) -> impl Iterator<Item = Note> {
        std::iter::from_fn(move || {
            let (note, next) = *self.list.get(first?.0.get() as usize - 1)?;
            first = next;
            Some(note)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn note(why: Why) -> Note {
        Note { body: 0, at: Where::Var(VarId::new(0)), why }
    }

    #[test]
    fn chains_share_their_ends() {
        let mut notes = Notes::new(true);
        let end = notes.add(note(Why::Return), None);
        let (one, other) = (notes.add(note(Why::Dot), end), notes.add(note(Why::Slice), end));
        let whys = |first| notes.chain(first).map(|note| note.why).collect::<Vec<_>>();
        assert_eq!(whys(one), [Why::Dot, Why::Return]);
        assert_eq!(whys(other), [Why::Slice, Why::Return]);
        assert_eq!(whys(None), []);
    }

    #[test]
    fn nothing_is_kept_unless_somebody_will_ask() {
        let mut notes = Notes::default();
        assert_eq!(notes.add(note(Why::Return), None), None);
        assert_eq!(size_of::<Option<NoteId>>(), 4);
    }
}
