//! What a look at the inside of a target showed: numbers by name.
//!
//! Only targets with an inside ([`crate::target::inside`]) are looked at, and only after ops that
//! say so, so a reading travels beside the [`super::Answer`] of its step and costs others nothing.
//! The names are those of the glossary; there is no second list of them.

/// Declares [`Fact`]: by record, each variant with the field that the glossary has for it.
macro_rules! facts {
    ($($record:ident { $($variant:ident = $field:literal,)* })*) => {
        /// One number of a [`Reading`]. What it means is in `specs/glossary.yaml`, under its name.
        #[derive(Clone, Copy, PartialEq, Eq, Debug)]
        #[expect(missing_docs, reason = "the glossary has a sentence for each")]
        #[repr(usize)]
        pub enum Fact { $($($variant,)*)* }

        impl Fact {
            /// The glossary's name of each, in order.
            pub const NAMES: &'static [&'static str] =
                &[$($(concat!(stringify!($record), ".", $field),)*)*];
        }
    };
}

facts! {
    class {
        ClassIndex = "index", ClassSize = "size", ClassPages = "pages", ClassMagic = "magic",
        ClassPrevious = "previous", ClassGreentea = "greentea",
        ClassNoscan = "nelems_noscan", ClassScan = "nelems_scan",
        ClassT8 = "t8", ClassT128 = "t128", ClassMagicWrong = "magic_wrong",
        ClassWaste = "waste", ClassMean = "mean",
    }
    lookup {
        LookupSize = "size", LookupScan = "scan", LookupNeed = "need", LookupClass = "class",
        LookupClassSize = "class_size", LookupPrevious = "previous", LookupRoundup = "roundup",
        LookupTwice = "twice", LookupBefore = "before", LookupSpecialised = "specialised",
    }
    object {
        ObjectAddress = "address", ObjectSize = "size", ObjectScan = "scan",
        ObjectOffset = "offset", ObjectSlot = "slot", ObjectKnown = "known",
        ObjectExpected = "expected", ObjectWasFree = "was_free", ObjectTaken = "taken",
        ObjectNeighbours = "neighbours", ObjectZero = "zero_prefix", ObjectSlotZero = "slot_zero",
        ObjectUsable = "usable", ObjectPoisoned = "poisoned", ObjectScavenged = "was_scavenged",
    }
    span {
        SpanBase = "base", SpanLimit = "limit", SpanPages = "pages", SpanElemsize = "elemsize",
        SpanNelems = "nelems", SpanClass = "class", SpanScan = "scan", SpanDivmul = "divmul",
        SpanNaturalAlign = "natural_align", SpanRegistered = "registered",
    }
    tiny {
        TinyFresh = "fresh", TinyRoomBefore = "room_before", TinyRoomAfter = "room_after",
        TinyHeld = "held",
    }
    cache {
        CacheReplaced = "replaced", CacheFreeBefore = "free_before", CacheFreeAfter = "free_after",
    }
    spans {
        SpansFirst = "first", SpansCount = "count", SpansUnbalanced = "unbalanced",
        SpansOverfull = "overfull", SpansUnmapped = "unmapped", SpansMisplaced = "misplaced",
        SpansMisfiled = "misfiled", SpansSweepgenOff = "sweepgen_off",
        SpansMisclassified = "misclassified", SpansDirty = "dirty",
        SpansUnallocated = "unallocated", SpansDead = "dead", SpansUnswept = "unswept",
        SpansLive = "live", SpansLiveBytes = "live_bytes", SpansBySizeOff = "by_size_off",
    }
    sweep {
        SweepSpans = "spans", SweepRaised = "raised", SweepLost = "lost",
        SweepStranded = "stranded", SweepEmpty = "empty",
    }
    pages {
        PagesMapped = "mapped", PagesFree = "free", PagesHeap = "heap", PagesStack = "stack",
        PagesCached = "cached", PagesRuns = "runs", PagesPadding = "padding", PagesLost = "lost",
        PagesBelowSearch = "below_search", PagesSearchOk = "search_ok", PagesLeafOff = "leaf_off",
        PagesUpperOff = "upper_off", PagesExposed = "exposed",
        PagesScavengedInUse = "scavenged_in_use", PagesScavenged = "scavenged",
        PagesNeededPeak = "needed_peak", PagesUnjoined = "unjoined",
    }
    extent {
        ExtentAddress = "address", ExtentPages = "pages", ExtentExpected = "expected",
        ExtentWasTaken = "was_taken", ExtentUnmarked = "unmarked", ExtentReach = "reach",
        ExtentLivePeak = "live_peak", ExtentLargest = "largest",
    }
    flush { FlushWrong = "wrong", }
    stack {
        StackAddress = "address", StackSize = "size", StackSpanPages = "span_pages",
    }
    stacks {
        StacksUnbalanced = "unbalanced", StacksCachedMost = "cached_most", StacksEmpty = "empty",
        StacksStale = "stale", StacksInSets = "in_sets",
    }
    scavenge {
        ScavengeReleased = "released", ScavengeTop = "top", ScavengeExpected = "expected",
        ScavengeAvailable = "available", ScavengeOdd = "odd", ScavengeLeft = "left",
        ScavengeSplit = "split", ScavengeRetained = "retained", ScavengeBefore = "before",
        ScavengeInUse = "in_use", ScavengeLimit = "limit",
    }
    mem {
        MemSys = "sys", MemHeapSys = "heap_sys", MemStackSys = "stack_sys",
        MemMspanSys = "mspan_sys", MemMcacheSys = "mcache_sys", MemBuckhashSys = "buckhash_sys",
        MemGcSys = "gc_sys", MemOtherSys = "other_sys", MemHeapAlloc = "heap_alloc",
        MemHeapObjects = "heap_objects", MemHeapInuse = "heap_inuse", MemHeapIdle = "heap_idle",
        MemHeapReleased = "heap_released", MemStackInuse = "stack_inuse", MemMallocs = "mallocs",
        MemFrees = "frees", MemMapped = "mapped", MemMappedReady = "mapped_ready",
    }
}

/// One value for each [`Fact`]; those that the op at hand has no value for are 0.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(C)]
pub struct Reading([u64; Fact::NAMES.len()]);

impl Default for Reading {
    fn default() -> Reading {
        Reading([0; Fact::NAMES.len()])
    }
}

impl Reading {
    /// Notes the value of one fact.
    pub fn set(&mut self, fact: Fact, value: u64) {
        self.0[fact as usize] = value;
    }

    /// The value of one fact.
    pub fn get(&self, fact: Fact) -> u64 {
        self.0[fact as usize]
    }

    /// All values, in the order of [`Fact::NAMES`].
    pub fn values(&self) -> &[u64] {
        &self.0
    }
}
