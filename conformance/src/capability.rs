//! What a target says it offers.
//!
//! An invariant lists in `needs:` what it cannot be judged without. Where a target does not offer
//! all of it the verdict is *not-applicable*, never *holds*. The words below are the words of the
//! YAML; there is no second list.

use std::fmt;

/// Declares [`Capability`] once: variant, YAML word, meaning.
macro_rules! capabilities {
    ($($variant:ident = $word:literal, $says:literal;)*) => {
        /// One thing a target may offer.
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
        #[repr(u8)]
        pub enum Capability {
            $(#[doc = $says] $variant,)*
        }

        impl Capability {
            /// Every capability, in declaration order.
            pub const ALL: &'static [Capability] = &[$(Capability::$variant,)*];

            /// The word that the YAML, the reports and the command line use.
            pub fn word(self) -> &'static str {
                match self { $(Capability::$variant => $word,)* }
            }

            /// What offering it means, in one sentence.
            pub fn says(self) -> &'static str {
                match self { $(Capability::$variant => $says,)* }
            }
        }
    };
}

capabilities! {
    Calloc = "calloc", "Zeroed allocation of count times size.";
    Realloc = "realloc", "Resizing a block, NULL included.";
    Reallocarray = "reallocarray", "Resizing to count times size with an overflow check.";
    AlignedAlloc = "aligned-alloc", "C11 `aligned_alloc`.";
    PosixMemalign = "posix-memalign", "POSIX `posix_memalign`.";
    Memalign = "memalign", "The older `memalign`.";
    FreeSized = "free-sized", "C23 `free_sized`, or a deallocation told the size.";
    FreeAlignedSized = "free-aligned-sized", "C23 `free_aligned_sized`, or a deallocation told size and alignment.";
    Layout = "layout", "Rust's `Layout` calls: every request has an alignment, and resizing keeps it.";
    FreeWithin = "free-within", "A deallocation may name any size between requested and usable.";
    GrowZeroed = "grow-zeroed", "Growing a block so that the new part reads zero.";
    UsableSize = "usable-size", "Asking how many bytes of a block may be used.";
    Errno = "errno", "Failures set errno, as POSIX asks.";
    FreeNull = "free-null", "Freeing the null pointer is allowed.";
    ZeroSize = "zero-size", "A request for 0 bytes is allowed.";
    Oversize = "oversize", "A request may exceed `PTRDIFF_MAX`, or overflow (it must then be refused).";
    Threads = "threads", "Calls may come from any number of threads.";
    Fork = "fork", "The process may fork and the child may go on allocating.";
    Reuse = "reuse", "Freed memory is handed out again.";
    Footprint = "footprint", "Resident and mapped bytes of the process can be read.";
    Stats = "stats", "Running totals: allocations, frees, bytes in use.";
    DetectsMisuse = "detects-misuse", "The target claims to stop double and invalid frees.";
    Scan = "scan", "Objects with and without pointers can be asked for, as Go's `mallocgc` has them.";
    Tiny = "tiny", "Pointer-free objects below 16 bytes share blocks.";
    Reclaim = "reclaim", "Reclaim cycles can be started, and spans swept one by one.";
    Flush = "flush", "All caches can be emptied.";
    Stacks = "stacks", "Stacks can be taken and given back.";
    PageRuns = "page-runs", "Runs of pages can be taken from the page allocator, and given back.";
    Scavenge = "scavenge", "Free memory can be given back to the system on demand.";
    ScavengePace = "scavenge-pace", "A background scavenger works to a goal and to a memory limit.";
    NextGrowth = "next-growth", "The address at which the heap would grow next is known.";
    SpecialisedPaths = "specialised-paths", "Small sizes have allocation paths of their own.";
    Poisons = "poisons", "Freed objects are filled with a pattern.";
    DetectsOverrun = "detects-overrun", "A write past an object is stopped when it is freed.";
    DetectsWrongSize = "detects-wrong-size", "A free that is told a size of another class is stopped.";
    IntrospectClasses = "introspect-classes", "The table of size classes and its look-ups can be read.";
    IntrospectSpan = "introspect-span", "Spans and their slots can be read.";
    IntrospectCentral = "introspect-central", "Caches and central sets of spans can be read.";
    IntrospectPages = "introspect-pages", "Page bitmaps, summaries, page caches and arenas can be read.";
    IntrospectStacks = "introspect-stacks", "Stack pools and stack caches can be read.";
    IntrospectStats = "introspect-stats", "The statistics that Go's `MemStats` has can be read.";
    Exact = "exact", "Marking is precise, and an explicit collection reclaims all that is unreachable when it is called.";
    Addresses = "addresses", "New objects are answered with their addresses, which do not change.";
    Atomics = "atomics", "Slots can be exchanged and compared atomically.";
    Bulk = "bulk", "Slots can be copied and cleared many at once.";
    Interior = "interior", "References may point inside an object.";
    PastEnd = "past-end", "Locals may hold an empty view at the end of an object.";
    Hide = "hide", "Addresses can be written down as plain numbers.";
    Chain = "chain", "Long lists are made and walked by one op.";
    Globals = "globals", "There are global variables.";
    Frames = "frames", "Mutators have stacks of frames, which grow.";
    Mutators = "mutators", "There are several mutators, which hand objects to each other.";
    Stash = "stash", "The runtime has other places that keep objects alive.";
    Background = "background", "Collections run beside the mutators.";
    Step = "step", "Collections run in steps, and only in those.";
    Weak = "weak", "There are weak handles.";
    WeakEqual = "weak-equal", "Weak handles can be compared.";
    Finalizers = "finalizers", "Objects may have a finalizer.";
    Cleanups = "cleanups", "Objects may have cleanups.";
    Ordered = "ordered", "Finalizers run in the order of dependency, a link of a chain in each collection.";
    Percent = "percent", "GOGC can be set.";
    Limit = "limit", "A memory limit can be set.";
    Automatic = "automatic", "Collections begin by themselves, when the heap has reached its goal.";
    Timed = "timed", "Collections begin by themselves when there was none for long.";
    Append = "append", "Slices grow by append.";
    Storm = "storm", "Mutators of the target's own work at random.";
    MemStats = "memstats", "The statistics have all names of Go's `MemStats`.";
    Goal = "goal", "The statistics have all names of the pacer.";
}

impl Capability {
    /// The capability that `word` names.
    pub fn from_word(word: &str) -> Option<Capability> {
        Capability::ALL.iter().copied().find(|c| c.word() == word)
    }

    /// Whether only a target with an inside ([`crate::target::inside`]) can offer it.
    pub fn is_inside(self) -> bool {
        (Capability::Scan..=Capability::IntrospectStats).contains(&self)
    }

    /// Whether a collector may offer it.
    pub fn is_of_collectors(self) -> bool {
        self >= Capability::Exact || self == Capability::Stats
    }
}

impl fmt::Display for Capability {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

/// A set of [`Capability`], one bit each.
#[derive(Clone, Copy, PartialEq, Eq, Default)]
pub struct Capabilities(u128);

impl Capabilities {
    /// The set with nothing in it: a target that can only hand out and take back blocks.
    pub const NONE: Capabilities = Capabilities(0);

    /// The set of all of `list`.
    pub const fn of(list: &[Capability]) -> Capabilities {
        let mut bits = 0;
        let mut i = 0;
        while i < list.len() {
            bits |= 1 << list[i] as u32;
            i += 1;
        }
        Capabilities(bits)
    }

    /// This set and `one` more.
    #[must_use]
    pub const fn with(self, one: Capability) -> Capabilities {
        Capabilities(self.0 | 1 << one as u32)
    }

    /// This set without `one`.
    #[must_use]
    pub const fn without(self, one: Capability) -> Capabilities {
        Capabilities(self.0 & !(1 << one as u32))
    }

    /// Whether `one` is offered.
    pub const fn has(self, one: Capability) -> bool {
        self.0 & (1 << one as u32) != 0
    }

    /// Whether all of `others` are offered.
    pub const fn covers(self, others: Capabilities) -> bool {
        self.0 & others.0 == others.0
    }

    /// Those of `others` that are not offered, for the reason of a *not-applicable*.
    pub fn missing(self, others: Capabilities) -> Vec<Capability> {
        Capabilities(others.0 & !self.0).iter().collect()
    }

    /// The members, in declaration order.
    pub fn iter(self) -> impl Iterator<Item = Capability> {
        Capability::ALL.iter().copied().filter(move |&c| self.has(c))
    }

    /// The capabilities of allocators in the set as bits, to cross a process border.
    pub const fn bits(self) -> u64 {
        self.0 as u64
    }

    /// The set of `bits`; bits that name no capability of an allocator are dropped.
    pub fn from_bits(bits: u64) -> Capabilities {
        Capabilities(u128::from(bits) & ((1 << Capability::Exact as u32) - 1))
    }
}

impl fmt::Debug for Capabilities {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.iter().map(Capability::word)).finish()
    }
}

impl FromIterator<Capability> for Capabilities {
    fn from_iter<I: IntoIterator<Item = Capability>>(iter: I) -> Capabilities {
        iter.into_iter().fold(Capabilities::NONE, Capabilities::with)
    }
}
