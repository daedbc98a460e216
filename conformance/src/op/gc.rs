//! The alphabet of collectors.
//!
//! Mutators hold references in *locals*, sixteen to a frame, and reach objects through them and through
//! *globals*, as programs do: no op names an object. The n-th object made in a run is number n; judge and
//! target count alike. What each op asks of a target, and what it answers, is in `docs/protocol.md`.

use super::{Action, Section};
pub use super::{THREADS, Thread};

/// Locals of a frame.
pub const LOCALS: usize = 16;

/// Globals, and weak handles.
pub const PLACES: usize = 64;

/// Frames of a mutator, at most.
pub const FRAMES: usize = 10_000;

/// Words of an object, at most.
pub const WORDS: u64 = 1 << 27;

/// Objects that one `chain` makes, at most.
pub const CHAIN: u64 = 1 << 24;

/// The setting of [`Op::Percent`] that stands for off.
pub const OFF: u64 = 1 << 31;

/// The setting of [`Op::Percent`] that stands for what the target began with.
pub const INITIAL: u64 = 1 << 32;

/// A step of a script of collectors.
pub type Step = super::Step<Op>;

/// A script of collectors.
pub type Script = super::Script<Op>;

/// A variable of the topmost frame of the performing mutator: below [`LOCALS`].
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Local(pub u8);

/// A global variable: below [`PLACES`].
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Global(pub u8);

/// A weak handle: below [`PLACES`].
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Weak(pub u8);

/// Which words of an object hold references. Word 0 never does.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Map {
    /// None.
    None,
    /// All but word 0.
    All,
    /// Word 1.
    First,
    /// The last word.
    Last,
    /// Words 1, 3, 5, ...
    Odd,
    /// Words 2, 4, 6, ...
    Even,
}

/// A place that the runtime keeps alive.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Kind {
    /// Captured by a closure of a waiting mutator.
    Closure,
    /// Captured by a deferred call.
    Deferred,
    /// Argument of a call that a waiting mutator executes.
    Argument,
    /// The buffer of a channel.
    Channel,
    /// A key of a map.
    MapKey,
    /// A value of a map.
    MapValue,
    /// A dynamically typed variable.
    Interface,
    /// The argument of a cleanup of an object that stays alive.
    Cleanup,
    /// Captured by a finalizer of an object that stays alive.
    Finalizer,
    /// A busy loop that holds it nowhere else.
    Registers,
}

/// The shape of an object.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Shape {
    /// Words of 8 bytes: 1 to [`WORDS`].
    pub words: u64,
    /// Which of them are slots.
    pub map: Map,
}

/// One action of a mutator. `to` is written, `of` is the object or reference that is looked at, `from`
/// the reference that is stored.
#[expect(missing_docs, reason = "the fields are named in the sentence of their op")]
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Op {
    /// A new object of `words` words, those of `map` slots, into `to`.
    New { to: Local, words: u64, map: Map },
    /// `to` becomes what slot `slot` of `of` holds.
    Load { to: Local, of: Local, slot: u64 },
    /// Slot `slot` of `of` becomes what `from` holds.
    Store { of: Local, slot: u64, from: Local },
    /// Slot `slot` of `of` becomes nil.
    Clear { of: Local, slot: u64 },
    /// Exchanges slot `slot` of `of` with `with`, atomically.
    Swap { of: Local, slot: u64, with: Local },
    /// Slot `slot` of `of` becomes what `new` holds if it holds what `old` holds, atomically.
    Cas { of: Local, slot: u64, old: Local, new: Local },
    /// Copies `count` slots of `from` from slot `first` to those of `of` from slot `slot`.
    Copy { of: Local, slot: u64, from: Local, first: u64, count: u64 },
    /// `count` slots of `of` from slot `slot` become nil.
    Wipe { of: Local, slot: u64, count: u64 },
    /// `to` becomes what `of` holds.
    Move { to: Local, of: Local },
    /// `to` becomes nil.
    Drop { to: Local },
    /// `to` becomes a reference to word `word` of `of`.
    Inside { to: Local, of: Local, word: u64 },
    /// `to` becomes an empty view at the end of `of`.
    Past { to: Local, of: Local },
    /// Writes the address of what `from` holds into word `word` of `of`, as a number.
    Hide { of: Local, word: u64, from: Local },
    /// Looks at all words of `of` that are no slots.
    Check { of: Local },
    /// A list of `count` new objects of two words, the last made into `to`.
    Chain { to: Local, count: u64 },
    /// Follows the last slot from `of`, `count` objects in all.
    Walk { of: Local, count: u64 },
    /// `global` becomes what `from` holds.
    Set { global: Global, from: Local },
    /// `to` becomes what `global` holds.
    Get { to: Local, global: Global },
    /// `global` becomes nil.
    Unset { global: Global },
    /// A new frame.
    Push,
    /// The topmost frame ends.
    Pop,
    /// Uses `size` bytes of stack and comes back.
    Grow { size: u64 },
    /// `mutator` starts with what `from` holds in its first local.
    Start { mutator: Thread, from: Local },
    /// `mutator` ends.
    End { mutator: Thread },
    /// Local `to` of `mutator` becomes what `from` holds.
    Hand { mutator: Thread, to: Local, from: Local },
    /// The place `kind` becomes what `from` holds.
    Stash { kind: Kind, from: Local },
    /// `to` becomes what the place `kind` holds, which becomes empty.
    Unstash { to: Local, kind: Kind },
    /// Everything that holds a reference becomes empty, and all mutators but 0 end.
    Reset,
    /// A whole collection.
    Collect,
    /// Begins a collection.
    Begin,
    /// At most `units` units of marking or sweeping.
    Step { units: u64 },
    /// Waits until the collection that goes on has ended.
    Finish,
    /// Waits until what is due has run.
    Poll,
    /// `weak` becomes a weak handle to what `from` holds.
    Weaken { weak: Weak, from: Local },
    /// `to` becomes what `weak` leads to.
    Strengthen { to: Local, weak: Weak },
    /// Compares two weak handles.
    Same { weak: Weak, other: Weak },
    /// `weak` becomes empty.
    Forget { weak: Weak },
    /// Gives `of`'s object a finalizer that reports.
    Finalizer { of: Local },
    /// Gives it one that also stores it into `global`.
    Reviver { of: Local, global: Global },
    /// Takes its finalizer away.
    Unfinalizer { of: Local },
    /// Attaches a cleanup that reports.
    Cleanup { of: Local },
    /// Stops the cleanup that was attached `back` cleanups before the last one.
    Uncleanup { back: u64 },
    /// Tries to attach a cleanup whose argument is the object itself.
    SelfCleanup { of: Local },
    /// Sets GOGC to `percent`; [`OFF`] for off, [`INITIAL`] for what the target began with.
    Percent { percent: u64 },
    /// Sets the memory limit to `size` bytes; 0 takes it away.
    Limit { size: u64 },
    /// Reads the statistics.
    Stats,
    /// Does nothing for longer than any collection that is due by time alone may wait.
    Rest,
    /// The capacity of a slice of `count` full elements of this shape after `times` more were appended.
    Capacity { words: u64, map: Map, count: u64, times: u64 },
    /// `count` mutators of the target's own work at random, `times` steps each.
    Storm { count: u64, times: u64, seed: u64 },
    /// Begins a section that is performed `times` times over.
    Repeat { times: u64 },
    /// Ends the innermost open section.
    EndRepeat,
}

impl Action for Op {
    const SUBJECT: &'static str = "gc";

    fn word(&self) -> &'static str {
        Op::word(self)
    }

    fn section(&self) -> Section {
        match *self {
            Op::Repeat { times } => Section::Repeat(times),
            Op::EndRepeat => Section::End,
            _ => Section::Inner,
        }
    }

    fn of_section(section: Section) -> Option<Op> {
        match section {
            Section::Repeat(times) => Some(Op::Repeat { times }),
            Section::End => Some(Op::EndRepeat),
            Section::Together | Section::Inner => None,
        }
    }
}

impl Map {
    /// Every map.
    pub const ALL: [Map; 6] = [Map::None, Map::All, Map::First, Map::Last, Map::Odd, Map::Even];

    /// The word of traces and of the protocol.
    pub fn word(self) -> &'static str {
        ["none", "all", "first", "last", "odd", "even"][self as usize]
    }
}

impl Kind {
    /// Every kind.
    pub const ALL: [Kind; 10] = [
        Kind::Closure,
        Kind::Deferred,
        Kind::Argument,
        Kind::Channel,
        Kind::MapKey,
        Kind::MapValue,
        Kind::Interface,
        Kind::Cleanup,
        Kind::Finalizer,
        Kind::Registers,
    ];

    /// The word of traces and of the protocol.
    pub fn word(self) -> &'static str {
        [
            "closure",
            "deferred",
            "argument",
            "channel",
            "map-key",
            "map-value",
            "interface",
            "cleanup",
            "finalizer",
            "registers",
        ][self as usize]
    }
}

impl Shape {
    /// How many slots an object of this shape has.
    pub fn slots(self) -> u64 {
        let behind = self.words - 1;
        match self.map {
            Map::None => 0,
            Map::All => behind,
            Map::First | Map::Last => behind.min(1),
            Map::Odd => behind.div_ceil(2),
            Map::Even => behind / 2,
        }
    }

    /// The word that slot `slot` is.
    pub fn word_of_slot(self, slot: u64) -> u64 {
        match self.map {
            Map::None | Map::All | Map::First => slot + 1,
            Map::Last => self.words - 1,
            Map::Odd => 2 * slot + 1,
            Map::Even => 2 * slot + 2,
        }
    }

    /// Whether word `word` is a slot.
    pub fn is_slot(self, word: u64) -> bool {
        match self.map {
            _ if word == 0 || word >= self.words => false,
            Map::None => false,
            Map::All => true,
            Map::First => word == 1,
            Map::Last => word == self.words - 1,
            Map::Odd => word % 2 == 1,
            Map::Even => word.is_multiple_of(2),
        }
    }

    /// The size of an object of this shape, in bytes.
    pub fn bytes(self) -> u64 {
        self.words * 8
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slots_are_the_words_that_the_map_says() {
        for map in Map::ALL {
            for words in 1..9 {
                let shape = Shape { words, map };
                let by_word: Vec<u64> = (0..words).filter(|&word| shape.is_slot(word)).collect();
                let by_slot: Vec<u64> = (0..shape.slots()).map(|s| shape.word_of_slot(s)).collect();
                assert_eq!(by_word, by_slot, "{shape:?}");
            }
        }
    }
}
