//! Schedule models: protocols between threads, explored in every order that the language allows.
//!
//! A model is a function over a *socket*, a small trait that says what a part does: a stack pushes and
//! pops, a span is freed by anybody. It plays a few threads on a fresh part, again and again, each
//! time in another order and with other values that a weak memory may show, until there is no order
//! left (`loom`). So whoever writes such a part in Rust on loom's atomics can hold it to the same
//! models as the reference's, by `schedule_tests!`.
//!
//! What loom cannot say:
//!
//! - Orders with more *preemptions* than a model's bound are not explored; a bounded pass is no proof.
//!   Each outcome names the bound.
//! - Sequentially consistent operations are treated as weaker ones, which may raise a false alarm, and
//!   at most four threads beside the first take part.
//! - Of each place loom remembers the last access only. A thread that reads a place just before it writes
//!   it hides that another has read it before, and the order in which that one comes after the write is
//!   not tried by itself. So who looks, looks twice in a scene where that matters (the model of the registry).
//! - A part that never lets go is told by the number of its steps, not by the clock.
//!
//! The models need the feature `models`. The list of their names does not: suites name them under
//! `model:`. What the last run found is in `specs/schedule.json` ([`record`]).

pub mod record;
#[cfg(feature = "models")]
pub mod explore;
#[cfg(feature = "models")]
mod piece;
#[cfg(feature = "models")]
pub mod stack;
#[cfg(feature = "models")]
pub mod span_set;
#[cfg(feature = "models")]
pub mod remote_free;
#[cfg(feature = "models")]
pub mod mini_heap;
#[cfg(feature = "models")]
pub mod sweep;
#[cfg(feature = "models")]
pub mod central;
#[cfg(feature = "models")]
pub mod registry;
#[cfg(feature = "models")]
pub mod flush;
#[cfg(feature = "models")]
pub mod watermark;
#[cfg(feature = "models")]
pub mod page_cache;
#[cfg(feature = "models")]
pub mod scavenge;
#[cfg(feature = "models")]
pub mod stats;
#[cfg(feature = "models")]
pub mod boot;
#[cfg(feature = "models")]
pub mod lock_order;
pub mod wrong;

/// The loom that the models run on. Parts must be built on the same one.
#[cfg(feature = "models")]
pub use loom;

/// The name of a model, and the question that it asks.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Model {
    /// As suites name it.
    pub name: &'static str,
    /// The question.
    pub asks: &'static str,
}

/// Every model.
pub const MODELS: &[Model] = &[
    Model { name: "stack", asks: "Does every node of a stack have one owner, and none get lost?" },
    Model { name: "span-set", asks: "Does what is put into a bag come out exactly once?" },
    Model {
        name: "remote-free",
        asks: "Is every block that any thread frees reused once, after the free, and is no span lost?",
    },
    Model { name: "sweep", asks: "Has a span one sweeper, and is it swept before it is used?" },
    Model { name: "central", asks: "Is every span in one cache, or in one list, or being swept?" },
    Model {
        name: "registry",
        asks: "Has every cache one owner or none, and does who looks at all see each whole?",
    },
    Model { name: "flush", asks: "Does nobody flush a cache that its owner is using?" },
    Model { name: "watermark", asks: "Does the mark of an arena cover all that was handed out?" },
    Model {
        name: "page-cache",
        asks: "Has every page one owner, with caches of pages in between?",
    },
    Model { name: "scavenge", asks: "Are only free pages given back, and all of them in the end?" },
    Model { name: "stats", asks: "Does a snapshot never show less of a whole than of its part?" },
    Model { name: "boot", asks: "Is the heap made once, and whole when it is first seen?" },
    Model { name: "lock-order", asks: "Do two pools that need each other never wait for ever?" },
];

/// The model called `name`.
pub fn find(name: &str) -> Option<&'static Model> {
    MODELS.iter().find(|model| model.name == name)
}

/// Holds parts to the models of their sockets: a test for each part, in the crate of their author.
///
/// Needs the feature `models` (`schedule` of the crate `conformance`, which exports all this), and a
/// build of the parts on loom's atomics: as a rule `RUSTFLAGS="--cfg loom" cargo test`, with a target
/// folder of its own.
///
/// Each line is the name of a test, a socket (a module of this crate that has `models`), and a type that
/// fits it. Attributes go to the test.
///
/// ```
/// use conformance_schedule::loom::sync::atomic::{AtomicUsize, Ordering};
/// use conformance_schedule::watermark::Watermark;
///
/// struct Mark(AtomicUsize);
///
/// impl Watermark for Mark {
///     fn new() -> Mark {
///         Mark(AtomicUsize::new(0))
///     }
///
///     fn raise(&self, start: usize, end: usize) -> bool {
///         start < self.0.fetch_max(end, Ordering::AcqRel)
///     }
/// }
///
/// conformance_schedule::schedule_tests! {
///     mark: watermark of Mark;
/// }
/// ```
#[cfg(feature = "models")]
#[macro_export]
macro_rules! schedule_tests {
    ($($(#[$meta:meta])* $name:ident: $socket:ident of $part:ty;)*) => {$(
        $(#[$meta])*
        #[test]
        fn $name() {
            $crate::explore::must_hold(&$crate::$socket::models::<$part>());
        }
    )*};
}
