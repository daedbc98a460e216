//! The texts of `specs/`, compiled in: the binary judges without a checkout beside it.

/// Pairs each path below `specs/` with its text.
macro_rules! texts {
    ($($path:literal,)*) => {
        &[$(($path, include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/../specs/", $path)))),*]
    };
}

/// Path below `specs/`, text. A test compares the paths with the files on disk.
pub(super) const TEXTS: &[(&str, &str)] = texts! {
    "alloc/align.yaml",
    "alloc/arena.yaml",
    "alloc/bitmap.yaml",
    "alloc/block.yaml",
    "alloc/concurrency.yaml",
    "alloc/failure.yaml",
    "alloc/free.yaml",
    "alloc/golden/bad-alignment.trace",
    "alloc/hardening.yaml",
    "alloc/large.yaml",
    "alloc/mcache.yaml",
    "alloc/mcentral.yaml",
    "alloc/mheap.yaml",
    "alloc/pages.yaml",
    "alloc/process.yaml",
    "alloc/realloc.yaml",
    "alloc/scavenge.yaml",
    "alloc/size-class.yaml",
    "alloc/space.yaml",
    "alloc/span.yaml",
    "alloc/stack.yaml",
    "alloc/stats.yaml",
    "alloc/table/size-classes.yaml",
    "alloc/table/span-slots.yaml",
    "alloc/tiny.yaml",
    "alloc/zero.yaml",
    "gc/append.yaml",
    "gc/barrier.yaml",
    "gc/cleanup.yaml",
    "gc/cycle.yaml",
    "gc/finalizer.yaml",
    "gc/keep.yaml",
    "gc/object.yaml",
    "gc/pacer.yaml",
    "gc/reach.yaml",
    "gc/roots.yaml",
    "gc/stats.yaml",
    "gc/storm.yaml",
    "gc/table/append.yaml",
    "gc/weak.yaml",
    "glossary.yaml",
};
