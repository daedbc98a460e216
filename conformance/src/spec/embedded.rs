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
    "alloc/block.yaml",
    "alloc/concurrency.yaml",
    "alloc/failure.yaml",
    "alloc/free.yaml",
    "alloc/golden/bad-alignment.trace",
    "alloc/hardening.yaml",
    "alloc/pages.yaml",
    "alloc/process.yaml",
    "alloc/realloc.yaml",
    "alloc/scavenge.yaml",
    "alloc/space.yaml",
    "alloc/span.yaml",
    "alloc/stats.yaml",
    "alloc/zero.yaml",
    "glossary.yaml",
};
