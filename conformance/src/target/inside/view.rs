//! What is seen of an inside: plain data in Go's words, right or wrong.

/// Bytes of a page of the heap. Source: Go `internal/runtime/gc/malloc.go PageSize`.
pub const PAGE: usize = 8192;
/// Pages of a chunk of the page allocator. Source: Go `runtime/mpagealloc.go pallocChunkPages`.
pub const CHUNK_PAGES: usize = 512;
/// Bytes of a chunk.
pub const CHUNK: usize = PAGE * CHUNK_PAGES;

/// One row of the table of size classes ([`introspect-classes`](crate::capability)).
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct ClassView {
    /// Bytes of a slot.
    pub size: usize,
    /// Pages of a span.
    pub pages: usize,
    /// What an offset is multiplied by, and then shifted by 32, instead of being divided by `size`.
    pub magic: u32,
    /// Objects of a span without pointers.
    pub nelems_noscan: usize,
    /// Objects of a span with pointers.
    pub nelems_scan: usize,
}

/// The table as a whole.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct TableView {
    /// By class; class 0 is no size.
    pub classes: Vec<ClassView>,
    /// By `ceil(size / 8)`: the class of sizes up to 1016.
    pub t8: Vec<u8>,
    /// By `ceil((size - 1024) / 128)`: the class of larger ones.
    pub t128: Vec<u8>,
    /// Spans hold their mark bits themselves, as since Go 1.26 (`GreenTeaGC`).
    pub greentea: bool,
}

/// How a request is rounded.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct LookupView {
    /// The class; 0 for what gets a span of its own.
    pub class: usize,
    /// The class by the path that is made for the size alone, where there is one; else `class`.
    pub specialised: usize,
    /// Usable bytes (Go `roundupsize`).
    pub roundup: usize,
}

/// What a span is used for.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum SpanState {
    /// Objects.
    #[default]
    InUse,
    /// Stacks, or other memory that the allocator manages itself.
    Manual,
}

/// A run of pages cut into slots (`introspect-span`). Source: Go `runtime/mheap.go mspan`.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct SpanView {
    /// Its first byte.
    pub base: usize,
    /// The end of its slots.
    pub limit: usize,
    /// Its pages.
    pub pages: usize,
    /// Bytes of a slot.
    pub elemsize: usize,
    /// Slots.
    pub nelems: usize,
    /// Slots in use, as the span counts them.
    pub alloc_count: usize,
    /// Slots below it are in use; the search for a free one begins there.
    pub freeindex: usize,
    /// Its size class; 0 for one large object.
    pub class: usize,
    /// Its objects may hold pointers.
    pub scan: bool,
    /// Objects or not.
    pub state: SpanState,
    /// See [`CentralView::sweepgen`].
    pub sweepgen: u64,
    /// Free slots may hold old bytes.
    pub needzero: bool,
    /// The number that replaces division by `elemsize`; 0 for a large object.
    pub divmul: u32,
    /// One bit a slot: in use when the span was last swept. Those from `freeindex` on count.
    pub alloc_bits: Vec<u64>,
    /// One bit a slot: it holds an object that was not freed.
    pub live: Vec<u64>,
}

impl SpanView {
    /// Slot `i` will not be handed out before the span is swept again.
    pub fn is_taken(&self, i: usize) -> bool {
        i < self.freeindex || bit(&self.alloc_bits, i)
    }

    /// How many slots are taken.
    pub fn taken(&self) -> usize {
        (0..self.nelems).filter(|&i| self.is_taken(i)).count()
    }
}

/// Whether bit `i` of `bits` is set; a bit that is not there is not.
pub fn bit(bits: &[u64], i: usize) -> bool {
    bits.get(i / 64).is_some_and(|word| word >> (i % 64) & 1 == 1)
}

/// The span in one cache for one class (`introspect-central`).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct CachedView {
    /// Whose cache: the number of a P.
    pub p: usize,
    /// The class that it is held for.
    pub class: usize,
    /// The scan-ness that it is held for.
    pub scan: bool,
    /// Base of the span.
    pub base: usize,
}

/// One central set of spans. Source: Go `runtime/mcentral.go`.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SetView {
    /// The class that it is for.
    pub class: usize,
    /// The scan-ness that it is for.
    pub scan: bool,
    /// Its spans are full, as far as is known.
    pub full: bool,
    /// Its spans are swept in this cycle.
    pub swept: bool,
    /// Bases. Unswept sets may hold spans that were swept or cached since: their `sweepgen` says so.
    pub spans: Vec<usize>,
}

/// Caches and central sets (`introspect-central`).
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct CentralView {
    /// `h`: a span with `h - 2` waits to be swept, with `h - 1` is being swept, with `h` is swept,
    /// with `h + 1` was cached before the cycle began and is cached still, with `h + 3` was swept
    /// and then cached.
    pub sweepgen: u64,
    /// Spans in caches.
    pub cached: Vec<CachedView>,
    /// All sets.
    pub sets: Vec<SetView>,
    /// The tiny allocator of each P that holds a block: P, base, offset of the first free byte.
    pub tiny: Vec<(usize, usize, usize)>,
}

/// Leading, longest and trailing free run of a stretch of pages.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Summary {
    /// Free pages at its start.
    pub start: usize,
    /// Pages of its longest free run.
    pub max: usize,
    /// Free pages at its end.
    pub end: usize,
}

/// A chunk of [`CHUNK_PAGES`] pages. Source: Go `runtime/mpallocbits.go pallocData`.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct ChunkView {
    /// Address / [`CHUNK`].
    pub index: usize,
    /// One bit a page: not free.
    pub alloc: [u64; 8],
    /// One bit a page: given back to the system.
    pub scavenged: [u64; 8],
    /// Its summary, as it is kept.
    pub summary: Summary,
}

/// A summary above the chunks.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct UpperView {
    /// Level 1 is above the chunks, and so on upwards.
    pub level: usize,
    /// First chunk, divided by the chunks of an entry of the level.
    pub index: usize,
    /// What is kept.
    pub summary: Summary,
}

/// The page cache of one P: a window of 64 pages. Source: Go `runtime/mpagecache.go`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct PageCacheView {
    /// First page of the window, as an address.
    pub base: usize,
    /// One bit a page: free, and the cache's.
    pub free: u64,
    /// One bit a page: given back to the system.
    pub scavenged: u64,
}

/// The page allocator (`introspect-pages`). Source: Go `runtime/mpagealloc.go`.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct PagesView {
    /// Every chunk that was handed to it, by index.
    pub chunks: Vec<ChunkView>,
    /// Summaries above them that have a chunk below.
    pub uppers: Vec<UpperView>,
    /// How many entries of the level below an entry of each level has; the first is level 1.
    pub fanout: Vec<usize>,
    /// No free page lies below; `usize::MAX`: none at all.
    pub search: usize,
    /// Page caches that hold any page.
    pub caches: Vec<PageCacheView>,
    /// Reserved address space, as start and end.
    pub arenas: Vec<(usize, usize)>,
    /// The part of the newest arena that the page allocator has not got yet, as start and end.
    pub reserve: (usize, usize),
    /// Pages at the start of the heap that are marked and never used, as start and end.
    pub padding: (usize, usize),
    /// Bytes of a page of the system, or of what is given back at a time.
    pub granule: usize,
    /// Bytes of a huge page; 0 where there are none.
    pub huge: usize,
}

/// A span that stacks are cut from.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct StackSpanView {
    /// Its first byte.
    pub base: usize,
    /// Bytes of a stack.
    pub size: usize,
    /// Stacks in use or in caches.
    pub alloc_count: usize,
    /// Free ones.
    pub free: Vec<usize>,
}

/// Stack pools and caches (`introspect-stacks`). Source: Go `runtime/stack.go`.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct StacksView {
    /// Spans on the lists of the pool: those with a free stack.
    pub pool: Vec<StackSpanView>,
    /// Bytes in each cache: P, size of a stack, bytes.
    pub caches: Vec<(usize, usize, usize)>,
}

/// Go's `runtime.MemStats`, as far as invariants speak of it, and what the runtime checks itself by
/// (`introspect-stats`). Caches are flushed into it.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
#[expect(missing_docs, reason = "the fields have the names and meanings that MemStats gives them")]
pub struct MemView {
    pub sys: u64,
    pub heap_sys: u64,
    pub stack_sys: u64,
    pub mspan_sys: u64,
    pub mcache_sys: u64,
    pub buckhash_sys: u64,
    pub gc_sys: u64,
    pub other_sys: u64,
    pub heap_alloc: u64,
    pub heap_objects: u64,
    pub heap_inuse: u64,
    pub heap_idle: u64,
    pub heap_released: u64,
    pub stack_inuse: u64,
    pub mallocs: u64,
    pub frees: u64,
    /// All bytes mapped.
    pub mapped: u64,
    /// Those that are not given back.
    pub mapped_ready: u64,
    /// By class: mallocs and frees; nothing of classes that are not counted apart.
    pub by_size: Vec<(u64, u64)>,
}
