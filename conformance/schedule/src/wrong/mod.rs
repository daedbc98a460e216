//! Wrong parts for the schedule models, and a right one beside each: a file for each socket.
//!
//! A file has the right part in small, generic over the steps that may be wrong; a wrong part is a
//! type that does one step otherwise. The right ones are the models' controls: a judge that found
//! fault with them would find it anywhere. This file is the list, which needs no loom.

#[cfg(feature = "models")]
mod boot;
#[cfg(feature = "models")]
mod central;
#[cfg(feature = "models")]
mod flush;
#[cfg(feature = "models")]
mod lock_order;
#[cfg(feature = "models")]
mod page_cache;
#[cfg(feature = "models")]
mod mini_heap;
#[cfg(feature = "models")]
mod registry;
#[cfg(feature = "models")]
mod scavenge;
#[cfg(feature = "models")]
mod span_set;
#[cfg(feature = "models")]
mod stack;
#[cfg(feature = "models")]
mod stats;
#[cfg(feature = "models")]
mod sweep;
#[cfg(feature = "models")]
mod watermark;

#[cfg(feature = "models")]
use crate::explore::Case;

/// One wrong part of a protocol between threads, and what it must break.
#[derive(Clone, Copy, Debug)]
pub struct Wrong {
    /// Its id: `alloc/recycles-on-last-index`. The name of the fault, not of the invariant.
    pub id: &'static str,
    /// What is wrong with it, in one sentence.
    pub says: &'static str,
    /// Full id of the invariant that it must break.
    pub breaks: &'static str,
    /// The model that must kill it.
    pub model: &'static str,
    /// The scenes of that model, for this part.
    #[cfg(feature = "models")]
    pub cases: fn() -> Vec<Case>,
}

/// Lists parts: `file::Type<Part> "id" breaks "invariant" by "model" "what is wrong";`
macro_rules! wrong {
    ($($file:ident::$whole:ident<$part:ident> $id:literal breaks $breaks:literal by $model:literal
        $says:literal;)*) => {
        /// Every wrong part, model by model.
        pub const ALL: &[Wrong] = &[$(
            Wrong {
                id: $id,
                says: $says,
                breaks: $breaks,
                model: $model,
                #[cfg(feature = "models")]
                cases: crate::$file::models::<whole!($file $whole $part)>,
            },
        )*];
    };
}

/// The type of a part.
#[cfg(feature = "models")]
macro_rules! whole {
    ($file:ident $whole:ident $part:ident) => {
        $file::$whole<$file::$part>
    };
}

/// The part of each socket that is right, with the name of its file.
#[cfg(feature = "models")]
pub fn right() -> Vec<(&'static str, Vec<Case>)> {
    macro_rules! right {
        ($($file:ident::$whole:ident,)*) => {
            vec![$((stringify!($file), crate::$file::models::<whole!($file $whole Right)>()),)*]
        };
    }
    right![
        stack::Treiber,
        span_set::Bag,
        mini_heap::Small,
        sweep::Mark,
        central::Lists,
        registry::List,
        flush::Cache,
        watermark::Mark,
        page_cache::Heap,
        scavenge::Chunk,
        stats::Counters,
        boot::Once,
        lock_order::Pools,
    ]
}

/// The wrong part with this id.
pub fn find(id: &str) -> Option<&'static Wrong> {
    ALL.iter().find(|wrong| wrong.id == id)
}

wrong! {
    stack::Treiber<Untagged> "alloc/stack-without-tag"
        breaks "alloc/concurrency/lfstack-aba-free" by "stack"
        "Leaves the tag as it is: a head that came back looks like one that never went.";
    stack::Treiber<LoadThenStore> "alloc/stack-without-swap"
        breaks "alloc/concurrency/lfstack-aba-free" by "stack"
        "Compares the head and then stores the new one, in two steps.";
    stack::Treiber<PushesRelaxed> "alloc/stack-pushes-relaxed"
        breaks "alloc/concurrency/lfstack-aba-free" by "stack"
        "Pushes without release: who pops does not see what was done to the node.";
    stack::Treiber<PopsRelaxed> "alloc/stack-pops-relaxed"
        breaks "alloc/concurrency/lfstack-aba-free" by "stack"
        "Pops without acquire: the link read may be an old one.";

    span_set::Bag<TakesEmptySlot> "alloc/span-set-takes-empty-slot"
        breaks "alloc/concurrency/spanset-linearizable" by "span-set"
        "Takes a slot that is claimed and not filled yet for nothing.";
    span_set::Bag<RacesForHead> "alloc/span-set-races-for-head"
        breaks "alloc/concurrency/spanset-linearizable" by "span-set"
        "Looks at the head and raises it in two steps.";
    span_set::Bag<ClaimsBeforeBlock> "alloc/span-set-claims-before-block"
        breaks "alloc/concurrency/spanset-block-safe" by "span-set"
        "Claims a number before the block for it is there.";
    span_set::Bag<ClaimsRelaxed> "alloc/span-set-claims-relaxed"
        breaks "alloc/concurrency/spanset-block-safe" by "span-set"
        "Claims a number without release: who takes it may not see its block.";
    span_set::Bag<RecyclesOnLastIndex> "alloc/span-set-recycles-on-last-index"
        breaks "alloc/concurrency/spanset-block-safe" by "span-set"
        "Recycles a block when its last slot is taken, though others are not done with theirs.";
    span_set::Bag<GrowsTwice> "alloc/span-set-grows-twice"
        breaks "alloc/concurrency/spanset-block-safe" by "span-set"
        "Makes a block without looking again, under the lock, whether it is there.";

    mini_heap::Small<FreesRelaxed> "alloc/sets-freed-bit-relaxed"
        breaks "alloc/concurrency/remote-free-ordered" by "remote-free"
        "Sets the freed bit without release: an owner that folds it before it is counted sees a block in use.";
    mini_heap::Small<FoldsRelaxed> "alloc/folds-relaxed"
        breaks "alloc/concurrency/remote-free-ordered" by "remote-free"
        "Folds freed bits without acquire.";
    mini_heap::Small<CountsRelaxed> "alloc/counts-free-relaxed"
        breaks "alloc/concurrency/remote-free-ordered" by "remote-free"
        "Counts a free without order: who releases an empty span does not see the other frees.";
    mini_heap::Small<MovesRelaxed> "alloc/moves-span-relaxed"
        breaks "alloc/concurrency/remote-free-ordered" by "remote-free"
        "Moves a span from owner to owner without order.";
    mini_heap::Small<CountsBeforeBit> "alloc/counts-before-bit"
        breaks "alloc/concurrency/remote-free-counted-once" by "remote-free"
        "Counts a free before its bit is set: the span is given away under the thread.";
    mini_heap::Small<SetsBitWithoutSwap> "alloc/sets-freed-bit-without-swap"
        breaks "alloc/concurrency/remote-free-counted-once" by "remote-free"
        "Reads the freed bits and stores them with one more: two frees at once leave one bit.";
    mini_heap::Small<FoldsWithoutSwap> "alloc/folds-without-swap"
        breaks "alloc/concurrency/remote-free-counted-once" by "remote-free"
        "Reads the freed bits and clears them in two steps: a free in between is forgotten.";
    mini_heap::Small<LeavesUnseen> "alloc/leaves-span-without-second-look"
        breaks "alloc/concurrency/remote-free-counted-once" by "remote-free"
        "Leaves a span as full without looking for frees that were counted meanwhile: nobody lists it.";
    mini_heap::Small<TakesEmptyUnasked> "alloc/takes-empty-span-unasked"
        breaks "alloc/concurrency/remote-free-counted-once" by "remote-free"
        "Stores itself as the owner of a span that it found listed and empty: another may have claimed it.";
    mini_heap::Small<ReusesLinked> "alloc/reuses-linked-struct"
        breaks "alloc/concurrency/remote-free-counted-once" by "remote-free"
        "Uses the struct of a dead span again while it is still on the list of its class.";
    mini_heap::Small<PushesLinked> "alloc/pushes-linked-span"
        breaks "alloc/concurrency/remote-free-counted-once" by "remote-free"
        "Puts a span onto the list on which it is.";
    mini_heap::Small<MovesUnseen> "alloc/lists-span-under-its-owner"
        breaks "alloc/concurrency/remote-free-counted-once" by "remote-free"
        "Lists a full span that changed meanwhile, without looking whose it is now.";
    mini_heap::Small<MovesAnyFull> "alloc/lists-span-that-is-full-again"
        breaks "alloc/concurrency/remote-free-counted-once" by "remote-free"
        "Lists a full span that was taken back, filled and left meanwhile: it has no room.";
    mini_heap::Small<ReclaimsWithoutSwap> "alloc/reclaims-without-swap"
        breaks "alloc/concurrency/remote-free-counted-once" by "remote-free"
        "Takes a full span back in two steps: a free in between counts for nothing.";

    sweep::Mark<AcquiresWithoutSwap> "alloc/acquires-sweep-without-swap"
        breaks "alloc/span/sweep-owner-unique" by "sweep"
        "Acquires a span for sweeping by a load and a store.";
    sweep::Mark<EndsRelaxed> "alloc/ends-sweep-relaxed"
        breaks "alloc/span/sweep-owner-unique" by "sweep"
        "Ends a sweep without release: who sees the span swept does not see the sweep.";
    sweep::Mark<UncachesForAll> "alloc/uncaches-for-all-sweepers"
        breaks "alloc/span/sweep-owner-unique" by "sweep"
        "Takes a stale span out of its cache as one that anybody may sweep, and sweeps it itself.";

    central::Lists<PeeksHead> "alloc/central-peeks-head"
        breaks "alloc/concurrency/mcache-span-exclusive" by "central"
        "Looks at the first swept span, and takes it off the list in a second step.";
    central::Lists<TakesUnacquired> "alloc/central-takes-unacquired"
        breaks "alloc/concurrency/mcache-span-exclusive" by "central"
        "Takes a span off the unswept list without acquiring it, though somebody may be sweeping it.";
    central::Lists<ListsCached> "alloc/central-lists-cached-span"
        breaks "alloc/span/span-placed-once" by "central"
        "Puts a span onto a list when it goes into a cache.";
    central::Lists<ForgetsReclaimed> "alloc/central-forgets-reclaimed-span"
        breaks "alloc/span/span-placed-once" by "central"
        "Leaves a span that was swept where it is on the unswept list, where it is skipped.";

    registry::List<PeeksIdle> "alloc/registry-peeks-idle"
        breaks "alloc/concurrency/cache-handed-over" by "registry"
        "Looks at a cache that waits, and takes it off the list in a second step.";
    registry::List<OverwritesIdle> "alloc/registry-overwrites-idle"
        breaks "alloc/concurrency/cache-handed-over" by "registry"
        "Reads the list of those that wait, and writes it back longer: what others did meanwhile is undone.";
    registry::List<PublishesRelaxed> "alloc/registry-publishes-relaxed"
        breaks "alloc/concurrency/caches-seen-whole" by "registry"
        "Publishes a new cache without release: who looks at all sees it half made.";
    registry::List<PublishesUnlinked> "alloc/registry-publishes-unlinked"
        breaks "alloc/concurrency/caches-seen-whole" by "registry"
        "Publishes a new cache before it leads to the older ones: who looks misses those.";
    registry::List<AddsUnlocked> "alloc/registry-adds-unlocked"
        breaks "alloc/concurrency/caches-seen-whole" by "registry"
        "Adds a new cache by a load and a store without the lock: of two, one is forgotten.";

    flush::Cache<LooksIdle> "alloc/flushes-idle-looking-cache"
        breaks "alloc/concurrency/flush-vs-alloc" by "flush"
        "Flushes a cache whose owner looks idle, without taking it.";
    flush::Cache<LetsGoRelaxed> "alloc/lets-cache-go-relaxed"
        breaks "alloc/concurrency/flush-vs-alloc" by "flush"
        "Lets a cache go without release.";
    flush::Cache<FlushesAgain> "alloc/flushes-without-second-look"
        breaks "alloc/concurrency/flush-vs-alloc" by "flush"
        "Flushes a cache without looking whether somebody else has, now that it has it.";

    watermark::Mark<GivesUp> "alloc/watermark-gives-up"
        breaks "alloc/arena/zeroed-watermark-monotone" by "watermark"
        "Gives up raising the mark after one lost race.";
    watermark::Mark<StoresMaximum> "alloc/watermark-stores-maximum"
        breaks "alloc/arena/zeroed-watermark-monotone" by "watermark"
        "Reads the mark and stores the greater of both: it falls if another was higher.";

    page_cache::Heap<LeavesMarksFree> "alloc/page-cache-leaves-pages-free"
        breaks "alloc/pages/page-cached-once" by "page-cache"
        "Fills a cache without marking its pages as taken.";
    page_cache::Heap<MarksLater> "alloc/page-cache-marks-later"
        breaks "alloc/pages/page-cached-once" by "page-cache"
        "Looks for pages under the lock, and marks them after taking it again.";
    page_cache::Heap<FlushesOverOthers> "alloc/page-cache-flushes-over-others"
        breaks "alloc/pages/page-cached-once" by "page-cache"
        "Reads the bitmap, lets the lock go, and writes it back with the flushed pages.";

    scavenge::Chunk<LeavesRunFree> "alloc/scavenges-run-left-free"
        breaks "alloc/scavenge/scavenge-only-free" by "scavenge"
        "Does not mark pages as taken while the system takes their contents.";
    scavenge::Chunk<HoldsLock> "alloc/scavenges-under-lock"
        breaks "alloc/scavenge/scavenge-unlocked" by "scavenge"
        "Holds the heap's lock during the call to the system.";
    scavenge::Chunk<ForgetsRacingFree> "alloc/scavenge-index-forgets-free"
        breaks "alloc/scavenge/scavenge-candidates-kept" by "scavenge"
        "Strikes a chunk from the index after the lock is gone, and with it a page freed since.";

    stats::Counters<CountsRelaxed> "alloc/stats-count-relaxed"
        breaks "alloc/stats/stats-snapshot-consistent" by "stats"
        "Counts without release: a free is seen and its allocation is not.";
    stats::Counters<CountsFreeAfterSpan> "alloc/stats-count-free-after-span"
        breaks "alloc/stats/stats-snapshot-consistent" by "stats"
        "Takes the span of a large block out of use before the block is counted as freed.";
    stats::Counters<ReadsAllocationsFirst> "alloc/stats-read-allocations-first"
        breaks "alloc/stats/stats-snapshot-consistent" by "stats"
        "Reads what was allocated before what was freed.";

    boot::Once<PublishesRelaxed> "alloc/boot-publishes-relaxed"
        breaks "alloc/concurrency/bootstrap-published-whole" by "boot"
        "Publishes the heap without release.";
    boot::Once<LooksRelaxed> "alloc/boot-looks-relaxed"
        breaks "alloc/concurrency/bootstrap-published-whole" by "boot"
        "Looks for the heap without acquire.";
    boot::Once<PublishesFirst> "alloc/boot-publishes-first"
        breaks "alloc/concurrency/bootstrap-published-whole" by "boot"
        "Publishes the heap before it is made.";
    boot::Once<MakesWithoutSwap> "alloc/boot-makes-twice"
        breaks "alloc/concurrency/bootstrap-published-whole" by "boot"
        "Sees that there is no heap and begins to make one, in two steps.";
    boot::Once<UsesHalfMade> "alloc/boot-uses-half-made"
        breaks "alloc/concurrency/bootstrap-published-whole" by "boot"
        "Does not wait for a heap that another thread is making.";

    lock_order::Pools<HeapFirst> "alloc/locks-heap-before-pool"
        breaks "alloc/concurrency/lock-order-acyclic" by "lock-order"
        "Takes the heap's lock before the pool's, where all others take the pool's first.";
}
