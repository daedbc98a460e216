//! The graph of objects at one moment, as a value: places that hold references, objects, slots.
//!
//! It is what the *shadow* knows: what the program did, and what the target reported. No target tells
//! its marks, so no object here is white, grey or black. What the shadow does know of a collection that
//! goes on is drawn instead: which objects were there when it began, which were made since, and what
//! mutators did to them meanwhile ([`Age`], [`Object::touched`]).
//!
//! A graph may be a small part of a large heap: then it says how much it leaves out ([`LeftOut`]).

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Objects, what holds them, and what they hold.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Graph {
    /// What was found, as sentences about the objects that are guilty.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub says: Vec<String>,
    /// Whether a collection goes on that the program performs in steps.
    pub cycle: Cycle,
    /// How many objects there were when that collection began.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub began_with: Option<u64>,
    /// Places outside of objects that lead to objects. Those that lead to the same word are one.
    pub roots: Vec<Root>,
    /// Objects, by number.
    pub objects: Vec<Object>,
    /// Slots of these objects that lead to these objects. Those of one object that lead to the same
    /// word are one.
    pub edges: Vec<Edge>,
    /// What there is beside.
    pub left_out: LeftOut,
}

impl Graph {
    /// Every text in it.
    pub fn texts_mut(&mut self) -> impl Iterator<Item = &mut String> {
        let names = self.roots.iter_mut().flat_map(|root| &mut root.names);
        let objects = self.objects.iter_mut();
        let words = objects.flat_map(|object| object.touched.iter_mut().chain([&mut object.map]));
        self.says.iter_mut().chain(names).chain(words)
    }
}

/// What the target said last of a collection in steps.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Cycle {
    /// None goes on, and none has just ended.
    #[default]
    None,
    /// It may be marking.
    Marking,
    /// It sweeps.
    Sweeping,
    /// It has just ended.
    Ended,
}

/// Places that lead to one word of one object.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Root {
    /// Their names: `l3` is a local of the topmost frame of mutator 0, `t1 l3` of another mutator's,
    /// `f0 l3` of its lowest frame, `g5` a global, `w2` a weak handle.
    pub names: Vec<String>,
    /// How many more there are.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub more: u64,
    /// Whether what they lead to is kept alive.
    pub kind: RootKind,
    /// The object.
    pub to: u64,
    /// Where they lead in it.
    #[serde(default)]
    pub word: Word,
    /// It begins the way to a guilty object.
    #[serde(default)]
    pub on_path: bool,
}

/// What a place outside of objects does for the object that it leads to.
#[derive(
    Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum RootKind {
    /// It keeps it alive.
    Strong,
    /// It keeps alive what the object holds, because its finalizer has not run.
    Finalizer,
    /// A weak handle: it keeps nothing.
    Weak,
}

/// A place in an object that a reference leads to.
#[derive(
    Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Default, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Word {
    /// Its start.
    #[default]
    Start,
    /// This word of it.
    Inside(u64),
    /// Its end: an empty view, which need not keep it alive.
    Past,
}

/// One object.
#[expect(clippy::struct_excessive_bools, reason = "each is seen in a picture by itself")]
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Object {
    /// Its number, in order of making, from 1.
    pub number: u64,
    /// Its size in words.
    pub words: u64,
    /// Which of its words are slots, by the word of traces.
    pub map: String,
    /// The program, or a finalizer that waits, leads to it.
    pub reachable: bool,
    /// How often it was reported dead.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub deaths: u64,
    /// How often its finalizer ran.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub finalized: u64,
    /// It has a finalizer that has not run.
    #[serde(default)]
    pub awaits_finalizer: bool,
    /// Cleanups that are attached to it and have not run.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub awaits_cleanups: u64,
    /// Its life beside the collection that goes on, or has just ended.
    pub age: Age,
    /// What mutators did to it while that collection went on, as participles.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub touched: Vec<String>,
    /// The invariant was broken by what became of it.
    #[serde(default)]
    pub guilty: bool,
    /// It is on the way to a guilty object.
    #[serde(default)]
    pub on_path: bool,
}

/// When an object was made.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Age {
    /// There is no collection that it could be compared to.
    #[default]
    Unknown,
    /// It was there when the collection began.
    Before,
    /// It was made while the collection went on.
    During,
}

/// Slots of one object that lead to one word of another, or of itself.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Edge {
    /// Whose slots.
    pub from: u64,
    /// Which of them.
    pub slots: Vec<u64>,
    /// How many more there are.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub more: u64,
    /// The object that they lead to.
    pub to: u64,
    /// Where they lead in it.
    #[serde(default)]
    pub word: Word,
    /// So many objects on the way are left out.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub skips: u64,
    /// It is on the way to a guilty object.
    #[serde(default)]
    pub on_path: bool,
}

/// What is not in a graph.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LeftOut {
    /// Places that lead to objects.
    pub roots: u64,
    /// Objects that were not reported dead.
    pub objects: u64,
    /// Objects that were, and that nothing in the graph has to do with.
    pub dead: u64,
}

/// What has become of an object, in one word.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum State {
    /// Reachable.
    Live,
    /// Unreachable, and not reported dead.
    Garbage,
    /// Unreachable, and reported dead.
    Dead,
    /// Reported dead although it is reachable.
    LostAlive,
}

impl Object {
    /// What has become of it.
    pub fn state(&self) -> State {
        match (self.reachable, self.deaths > 0) {
            (true, false) => State::Live,
            (false, false) => State::Garbage,
            (false, true) => State::Dead,
            (true, true) => State::LostAlive,
        }
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands a reference")]
fn is_zero(number: &u64) -> bool {
    *number == 0
}
