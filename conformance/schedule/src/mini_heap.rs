//! The smallest heap around a span that anybody may free into: it does what the span says.
//!
//! For parts that are a protocol about spans and no whole heap: a span that fits [`SharedSpan`] makes a
//! [`MiniHeap`], which fits [`RemoteFree`].
//!
//! Judges what `remote_free` does. An empty span is given back, or, where `KEEPS`, stays the property
//! of the heap for the next thread that needs one: then its owner may meet it on the list still.

use super::explore::{Case, models};
use super::remote_free::{self, RemoteFree, SLOTS};
use loom::sync::Mutex;
use loom::sync::atomic::{AtomicUsize, Ordering};
use loom::thread::yield_now;

/// What a thread must do that has freed a block.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Duty {
    /// Nothing.
    None,
    /// Put the span onto the list of its class.
    Push,
    /// The span is empty and the thread's: give its pages back.
    Release,
}

/// What became of a span whose owner left it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Left {
    /// It is nobody's, and others see to it.
    Gone,
    /// It is nobody's; put it onto the list of its class.
    Push,
    /// It is empty and still owned: give its pages back.
    Release,
    /// It is still owned: blocks were freed meanwhile. Fold them first.
    FoldFirst,
}

/// What a span is that was taken from the list.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Popped {
    /// It has room, and is the caller's.
    Claimed,
    /// It is somebody else's.
    Gone,
    /// It was dead, and the struct is the caller's.
    Dead,
}

/// The socket: a span of [`SLOTS`] slots.
pub trait SharedSpan: Send + Sync + 'static {
    /// A struct that is no span yet.
    fn new() -> Self;

    /// Starts a life, with all slots free, owned by the caller.
    fn start(&self);

    /// A free slot. The owner's.
    fn take(&self) -> Option<usize>;

    /// Makes slots free that others have freed. The owner's.
    fn fold(&self);

    /// The owner leaves.
    fn leave(&self) -> Left;

    /// Frees a slot. Anybody's.
    fn free(&self, slot: usize) -> Duty;

    /// Takes the span back, if it is full, and frees `slot` in it, for a thread that took blocks from it
    /// last, as far as it knows: it owns the span then. False, and nothing is done, if it is not full,
    /// or if a part has no such way.
    fn free_at_home(&self, slot: usize) -> bool {
        let _ = slot;
        false
    }

    /// The caller has taken it from the list.
    fn popped(&self) -> Popped;

    /// Ends a life; the caller owns the span, and was told to release it. True if the struct is the
    /// caller's now.
    fn retire(&self) -> bool;
}

/// The models of this socket for one part.
pub fn models<S: SharedSpan>() -> Vec<Case> {
    [remote_free::models::<MiniHeap<S, false>>(), keeping::<S>()].concat()
}

models! { keeping of SharedSpan:
    "remote-free" "two threads free while the owner leaves; empty spans are kept"
        leaves_and_keeps Some(3);
    "remote-free" "a span is freed, kept and found, while another thread looks for one"
        searches_and_keeps Some(3);
    "remote-free" "two threads take turns with one span, which is kept"
        turns_and_keeps None;
}

fn leaves_and_keeps<S: SharedSpan>() {
    remote_free::while_the_owner_leaves::<MiniHeap<S, true>>();
}

fn searches_and_keeps<S: SharedSpan>() {
    remote_free::freed_against_search::<MiniHeap<S, true>>();
}

fn turns_and_keeps<S: SharedSpan>() {
    remote_free::turns::<MiniHeap<S, true>>();
}

/// The heap: as many structs as runs of pages, a list of spans with room, a map from pages to structs.
pub struct MiniHeap<S, const KEEPS: bool> {
    structs: Vec<S>,
    /// By struct: its pages.
    pages_of: Vec<AtomicUsize>,
    /// By run of pages: its struct.
    struct_of: Vec<AtomicUsize>,
    /// Structs with room.
    listed: Mutex<Vec<usize>>,
    free: Mutex<Free>,
}

struct Free {
    structs: Vec<usize>,
    pages: Vec<usize>,
    /// Empty spans that the heap owns.
    kept: Vec<usize>,
}

impl<S: SharedSpan, const KEEPS: bool> MiniHeap<S, KEEPS> {
    /// A span from the list.
    fn claim(&self) -> Option<usize> {
        loop {
            let span = self.listed.lock().unwrap().pop()?;
            match self.structs[span].popped() {
                Popped::Claimed => return Some(span),
                Popped::Gone => {}
                Popped::Dead => self.free.lock().unwrap().structs.push(span),
            }
        }
    }

    /// A span that was kept, or one from pages.
    fn make(&self) -> Option<usize> {
        let (span, pages) = {
            let mut free = self.free.lock().unwrap();
            if let Some(span) = free.kept.pop() {
                return Some(span);
            }
            if free.structs.is_empty() || free.pages.is_empty() {
                return None;
            }
            (free.structs.pop()?, free.pages.pop()?)
        };
        self.pages_of[span].store(pages, Ordering::Relaxed);
        self.structs[span].start();
        self.struct_of[pages].store(span, Ordering::Release);
        Some(span)
    }

    fn push(&self, span: usize) {
        let mut listed = self.listed.lock().unwrap();
        // A list whose links are in the spans would be torn.
        assert!(!listed.contains(&span), "a span is on the list twice");
        listed.push(span);
    }

    /// Gives the pages of an empty span back. What the span is may be read only now: before it was
    /// the caller's, it could have died and come back as another one.
    fn release(&self, span: usize) {
        if KEEPS {
            return self.free.lock().unwrap().kept.push(span);
        }
        let pages = self.pages_of[span].load(Ordering::Relaxed);
        let is_ours = self.structs[span].retire();
        let mut free = self.free.lock().unwrap();
        free.pages.push(pages);
        if is_ours {
            free.structs.push(span);
        }
    }

    /// The owner leaves `span`.
    fn let_go(&self, span: usize) {
        loop {
            match self.structs[span].leave() {
                Left::Gone => return,
                Left::Push => return self.push(span),
                Left::Release => return self.release(span),
                Left::FoldFirst => {
                    self.structs[span].fold();
                    yield_now();
                }
            }
        }
    }
}

impl<S: SharedSpan, const KEEPS: bool> RemoteFree for MiniHeap<S, KEEPS> {
    /// A span that the thread owns.
    type Cache = Option<usize>;

    fn new(spans: usize) -> MiniHeap<S, KEEPS> {
        let cells = || (0..spans).map(|_| AtomicUsize::new(0)).collect();
        MiniHeap {
            structs: (0..spans).map(|_| S::new()).collect(),
            pages_of: cells(),
            struct_of: cells(),
            listed: Mutex::new(Vec::new()),
            free: Mutex::new(Free {
                structs: (0..spans).collect(),
                pages: (0..spans).collect(),
                kept: Vec::new(),
            }),
        }
    }

    fn alloc(&self, cache: &mut Option<usize>) -> Option<usize> {
        loop {
            if let Some(span) = *cache {
                let own = &self.structs[span];
                let slot = own.take().or_else(|| {
                    own.fold();
                    own.take()
                });
                if let Some(slot) = slot {
                    return Some(self.pages_of[span].load(Ordering::Relaxed) * SLOTS + slot);
                }
                match own.leave() {
                    Left::FoldFirst => {
                        yield_now();
                        continue;
                    }
                    Left::Gone => {}
                    left => panic!("a span without a free slot was left as {left:?}"),
                }
            }
            let listed = self.claim();
            *cache = listed.or_else(|| self.make());
            let span = (*cache)?;
            self.structs[span].fold();
            if listed.is_some() {
                // What is on the list without room keeps a thread from what has some.
                let slot = self.structs[span].take().expect("a listed span has a free slot");
                return Some(self.pages_of[span].load(Ordering::Relaxed) * SLOTS + slot);
            }
        }
    }

    fn free(&self, block: usize) {
        let span = self.struct_of[block / SLOTS].load(Ordering::Acquire);
        match self.structs[span].free(block % SLOTS) {
            Duty::None => {}
            Duty::Push => self.push(span),
            Duty::Release => self.release(span),
        }
    }

    fn free_at_home(&self, block: usize, cache: &mut Option<usize>) {
        let span = self.struct_of[block / SLOTS].load(Ordering::Acquire);
        if cache.is_none() && self.structs[span].free_at_home(block % SLOTS) {
            *cache = Some(span);
        } else {
            self.free(block);
        }
    }

    fn leave(&self, cache: Option<usize>) {
        if let Some(span) = cache {
            self.let_go(span);
        }
    }
}
