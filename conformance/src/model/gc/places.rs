//! Places that hold references: locals of frames, globals, what the runtime keeps, weak handles.

use super::Node;
use crate::op::gc::{Global, Kind, LOCALS, Local, PLACES, Weak};
use crate::op::{THREADS, Thread};
use std::fmt;

/// What a place holds.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub enum Reference {
    /// Nothing.
    #[default]
    Nil,
    /// The start of an object.
    Start(Node),
    /// A word inside an object.
    Inside(Node, u64),
    /// An empty view at the end of an object.
    Past(Node),
}

impl Reference {
    /// The object that it keeps alive: an empty view need not.
    pub fn node(self) -> Option<Node> {
        match self {
            Reference::Start(node) | Reference::Inside(node, _) => Some(node),
            Reference::Nil | Reference::Past(_) => None,
        }
    }
}

/// A weak handle.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Handle {
    /// What it leads to.
    pub to: Reference,
    /// How often the object had been found unreachable when the handle was made.
    pub life: u32,
}

/// A kind of place that roots are.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Root {
    /// A local of the topmost frame of mutator 0.
    Local,
    /// A local of a frame below.
    Frame,
    /// A local of another mutator.
    Mutator,
    /// A global.
    Global,
    /// A place of the runtime.
    Stash(Kind),
}

type Frame = [Reference; LOCALS];

/// All places.
pub struct Places {
    /// Frames of each mutator, the topmost last; none where it does not run.
    frames: [Vec<Frame>; THREADS],
    globals: [Reference; PLACES],
    stash: [Reference; Kind::ALL.len()],
    handles: [Option<Handle>; PLACES],
}

impl Default for Places {
    fn default() -> Places {
        let mut frames: [Vec<Frame>; THREADS] = Default::default();
        frames[0].push(Frame::default());
        Places {
            frames,
            globals: [Reference::Nil; PLACES],
            stash: [Reference::Nil; Kind::ALL.len()],
            handles: [None; PLACES],
        }
    }
}

impl Places {
    /// Whether the mutator runs.
    pub fn runs(&self, thread: Thread) -> bool {
        !self.frames[usize::from(thread.0)].is_empty()
    }

    /// How many frames it has.
    pub fn depth(&self, thread: Thread) -> usize {
        self.frames[usize::from(thread.0)].len()
    }

    /// What a local of its topmost frame holds.
    pub fn local(&self, thread: Thread, local: Local) -> Reference {
        let top = self.frames[usize::from(thread.0)].last();
        top.map_or(Reference::Nil, |frame| frame[usize::from(local.0)])
    }

    /// What a global holds.
    pub fn global(&self, global: Global) -> Reference {
        self.globals[usize::from(global.0)]
    }

    /// What a place of the runtime holds.
    pub fn stash(&self, kind: Kind) -> Reference {
        self.stash[kind as usize]
    }

    /// A handle that is not empty.
    pub fn handle(&self, weak: Weak) -> Option<Handle> {
        self.handles[usize::from(weak.0)]
    }

    /// Exchanges what a local of the topmost frame holds.
    pub(super) fn set_local(&mut self, thread: Thread, local: Local, to: Reference) -> Reference {
        match self.frames[usize::from(thread.0)].last_mut() {
            Some(frame) => std::mem::replace(&mut frame[usize::from(local.0)], to),
            None => Reference::Nil,
        }
    }

    pub(super) fn set_global(&mut self, global: Global, to: Reference) -> Reference {
        std::mem::replace(&mut self.globals[usize::from(global.0)], to)
    }

    pub(super) fn set_stash(&mut self, kind: Kind, to: Reference) -> Reference {
        std::mem::replace(&mut self.stash[kind as usize], to)
    }

    pub(super) fn set_handle(&mut self, weak: Weak, to: Option<Handle>) {
        self.handles[usize::from(weak.0)] = to;
    }

    pub(super) fn push(&mut self, thread: Thread) {
        self.frames[usize::from(thread.0)].push(Frame::default());
    }

    /// Takes the topmost frame away: what it held.
    pub(super) fn pop(&mut self, thread: Thread) -> Frame {
        self.frames[usize::from(thread.0)].pop().unwrap_or_default()
    }

    /// Takes a mutator away: what all its frames held.
    pub(super) fn end(&mut self, thread: Thread) -> Vec<Frame> {
        std::mem::take(&mut self.frames[usize::from(thread.0)])
    }

    /// What is held, and by which kind of root; past ends too.
    pub fn roots(&self) -> impl Iterator<Item = (Root, Reference)> {
        self.strong().map(|(place, held)| (place.root(), held))
    }

    /// Places that hold something, weak handles left out.
    pub fn strong(&self) -> impl Iterator<Item = (Place, Reference)> {
        let of_mutator = |(mutator, frames): (usize, &Vec<Frame>)| {
            let top = frames.len();
            let place = move |frame: usize, local: u8| Place::Local {
                mutator: Thread(mutator as u8),
                below: (top - 1 - frame) as u32,
                local: Local(local),
            };
            let frames: Vec<(usize, Frame)> = frames.iter().copied().enumerate().collect();
            frames.into_iter().flat_map(move |(frame, locals)| {
                (0..).zip(locals).map(move |(local, held)| (place(frame, local), held))
            })
        };
        let locals = self.frames.iter().enumerate().flat_map(of_mutator);
        let globals = (0..).zip(self.globals).map(|(i, held)| (Place::Global(Global(i)), held));
        let stash = Kind::ALL.into_iter().map(|kind| (Place::Stash(kind), self.stash(kind)));
        locals.chain(globals).chain(stash).filter(|(_, held)| *held != Reference::Nil)
    }

    /// Weak handles that are not empty.
    pub fn weak(&self) -> impl Iterator<Item = (Weak, Reference)> {
        let handles = (0..).zip(self.handles);
        handles.filter_map(|(i, handle)| Some((Weak(i), handle?.to)))
    }
}

/// A place that keeps what it holds.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Place {
    /// A local of `mutator`, in the frame that is `below` frames below its topmost one.
    Local {
        /// Whose.
        mutator: Thread,
        /// How many frames are above.
        below: u32,
        /// Which.
        local: Local,
    },
    /// A global.
    Global(Global),
    /// A place of the runtime.
    Stash(Kind),
}

impl Place {
    fn root(self) -> Root {
        match self {
            Place::Local { mutator: Thread(0), below: 0, .. } => Root::Local,
            Place::Local { mutator: Thread(0), .. } => Root::Frame,
            Place::Local { .. } => Root::Mutator,
            Place::Global(_) => Root::Global,
            Place::Stash(kind) => Root::Stash(kind),
        }
    }
}

/// As traces write it; a local of a frame below says how far.
impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Place::Local { mutator, below, local } => {
                if mutator.0 > 0 {
                    write!(f, "t{} ", mutator.0)?;
                }
                write!(f, "l{}", local.0)?;
                if below > 0 {
                    write!(f, " {below} below")?;
                }
                Ok(())
            }
            Place::Global(global) => write!(f, "g{}", global.0),
            Place::Stash(kind) => f.write_str(kind.word()),
        }
    }
}
