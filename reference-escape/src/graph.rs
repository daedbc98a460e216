//! Who may hold whose address: locations and the assignments between them.
//!
//! A location is a variable, or an expression that makes something new. An edge says that a value flows: with a
//! weight of -1 the address of its source, with 0 its value, with n what is found after n loads from it. Four locations
//! stand for no variable: the heap, whatever is stored through, whatever is called, and nothing at all.

use crate::ir::{FuncIndex, NodeId, VarId};
use crate::leaks::Leaks;
use crate::note::{NoteId, Notes};

/// A location.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Loc(u32);

impl Loc {
    /// What outlives everything.
    pub const HEAP: Loc = Loc(0);
    /// Pointers that something is stored through.
    pub const MUTATOR: Loc = Loc(1);
    /// Functions that are called without anybody knowing which they are.
    pub const CALLEE: Loc = Loc(2);
    /// Where values go that nobody wants.
    pub const BLANK: Loc = Loc(3);

    /// Its index in lists that have one entry for each.
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

/// What is known of a location; each may only be gained.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct Attrs(u8);

impl Attrs {
    /// It must be in the heap.
    pub const ESCAPES: Attrs = Attrs(1);
    /// It is needed after the statement that makes it.
    pub const PERSISTS: Attrs = Attrs(2);
    /// Something may be stored in what it points to.
    pub const MUTATES: Attrs = Attrs(4);
    /// Functions in it may be called without anybody knowing.
    pub const CALLS: Attrs = Attrs(8);
    /// All four.
    pub const ALL: Attrs = Attrs(15);
    /// Those that flow on with a value.
    pub const FLOWING: Attrs = Attrs(12);

    /// Whether it has all of `other`.
    pub fn has(self, other: Attrs) -> bool {
        self.0 & other.0 == other.0
    }

    /// Those of either.
    #[must_use]
    pub fn with(self, other: Attrs) -> Attrs {
        Attrs(self.0 | other.0)
    }

    /// Those of both.
    #[must_use]
    pub fn both(self, other: Attrs) -> Attrs {
        Attrs(self.0 & other.0)
    }
}

/// A function of the batch: which of its bodies, and which function of that.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Place {
    /// The place of the body in the batch.
    pub body: usize,
    /// The function in it.
    pub func: FuncIndex,
}

/// What a location stands for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Site {
    /// Nothing in the text.
    None,
    /// A variable.
    Var(VarId),
    /// An expression that makes something new.
    Node(NodeId),
}

/// A flow to the location that holds the edge.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Edge {
    /// Where it comes from.
    pub src: Loc,
    /// Loads; -1 for the address.
    pub derefs: i32,
    /// Why, if somebody will ask.
    pub notes: Option<NoteId>,
}

/// An address that flows to where everything is in the heap: the verdict was clear before anything was solved.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Direct {
    /// Where it flows.
    pub dst: Loc,
    /// The flow.
    pub edge: Edge,
}

/// What is known of a location.
#[derive(Clone, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each is found out at another place")]
pub struct Location {
    /// What it stands for.
    pub site: Site,
    /// The function that it is in.
    pub place: Place,
    /// How many loops it is declared in, plus one.
    pub depth: u32,
    /// What is known of it.
    pub attrs: Attrs,
    /// What flows to it.
    pub edges: Vec<Edge>,
    /// Whether it is a parameter.
    pub is_param: bool,
    /// Its number if it is a result.
    pub result: Option<u32>,
    /// Whether a function literal uses it.
    pub captured: bool,
    /// Whether it is assigned to more than once, as far as captures are concerned.
    pub reassigned: bool,
    /// Whether its address is taken.
    pub addrtaken: bool,
    /// Of a parameter: where it gets to.
    pub leaks: Leaks,
}

/// Where the value of an expression goes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Hole {
    /// The location.
    pub dst: Loc,
    /// Loads before; -1 for the address.
    pub derefs: i32,
    /// Whether the address of the expression is taken here, whatever becomes of it.
    pub addrtaken: bool,
    /// Why it goes there, if somebody will ask.
    pub notes: Option<NoteId>,
}

impl Hole {
    /// Whatever flows here flows to `dst`.
    pub const fn to(dst: Loc) -> Hole {
        Hole { dst, derefs: 0, addrtaken: false, notes: None }
    }

    /// Nobody wants what flows here.
    pub const DISCARD: Hole = Hole::to(Loc::BLANK);
    /// It flows to the heap.
    pub const HEAP: Hole = Hole::to(Loc::HEAP);
    /// Something is stored through it.
    pub const MUTATOR: Hole = Hole::to(Loc::MUTATOR);
    /// It is called.
    pub const CALLEE: Hole = Hole::to(Loc::CALLEE);

    /// What is found after one load more.
    #[must_use]
    pub fn deref(self) -> Hole {
        self.shift(1)
    }

    /// The address.
    #[must_use]
    pub fn addr(self) -> Hole {
        self.shift(-1)
    }

    /// Some loads more.
    #[must_use]
    pub fn shift(self, by: i32) -> Hole {
        Hole { derefs: (self.derefs + by).max(-1), addrtaken: by < 0, ..self }
    }
}

/// The locations of a batch.
#[derive(Debug)]
pub struct Graph {
    locations: Vec<Location>,
    /// Why values flow.
    pub notes: Notes,
    /// What escapes by a single flow, in the order in which that was found; empty unless notes are kept.
    pub direct: Vec<Direct>,
}

impl std::ops::Index<Loc> for Graph {
    type Output = Location;

    fn index(&self, loc: Loc) -> &Location {
        &self.locations[loc.index()]
    }
}

impl std::ops::IndexMut<Loc> for Graph {
    fn index_mut(&mut self, loc: Loc) -> &mut Location {
        &mut self.locations[loc.index()]
    }
}

/// How many locations stand for no variable.
const PSEUDO: usize = 4;

impl Default for Graph {
    fn default() -> Graph {
        Graph::new(Notes::default())
    }
}

impl Graph {
    /// A graph without anything in it but the locations that stand for no variable.
    pub fn new(notes: Notes) -> Graph {
        let place = Place { body: usize::MAX, func: FuncIndex::ROOT };
        let mut graph = Graph { locations: Vec::new(), notes, direct: Vec::new() };
        for attrs in [Attrs::ALL, Attrs::MUTATES, Attrs::CALLS, Attrs::default()] {
            graph.add(Site::None, place, 0, attrs);
        }
        graph
    }

    /// Adds a location.
    pub fn add(&mut self, site: Site, place: Place, depth: u32, attrs: Attrs) -> Loc {
        let loc = Loc(self.locations.len() as u32);
        self.locations.push(Location {
            site,
            place,
            depth,
            attrs,
            edges: Vec::new(),
            is_param: false,
            result: None,
            captured: false,
            reassigned: false,
            addrtaken: false,
            leaks: Leaks::default(),
        });
        loc
    }

    /// How many locations there are, those that stand for no variable among them.
    pub fn len(&self) -> usize {
        self.locations.len()
    }

    /// Whether nothing but the locations that stand for no variable is there.
    pub fn is_empty(&self) -> bool {
        self.locations.len() == PSEUDO
    }

    /// The locations that stand for something, in the order in which they were added.
    pub fn all(&self) -> impl DoubleEndedIterator<Item = Loc> + use<> {
        (PSEUDO as u32..self.locations.len() as u32).map(Loc)
    }

    /// `src` flows to `hole`.
    pub fn flow(&mut self, hole: Hole, src: Loc) {
        if hole.addrtaken {
            self[src].addrtaken = true;
        }
        if hole.dst == Loc::BLANK || hole.dst == src && hole.derefs >= 0 {
            return;
        }
        let edge = Edge { src, derefs: hole.derefs, notes: hole.notes };
        if hole.derefs < 0 && self[hole.dst].attrs.has(Attrs::ESCAPES) {
            if self.notes.are_kept() {
                self.direct.push(Direct { dst: hole.dst, edge });
            }
            self[src].attrs = Attrs::ALL;
            return;
        }
        self[hole.dst].edges.push(edge);
    }
}
