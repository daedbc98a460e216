//! The texts of `specs/`, compiled in: the binary judges without a checkout beside it.

/// Pairs each path below `specs/` with its text.
macro_rules! texts {
    ($($path:literal,)*) => {
        &[$(($path, include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/../specs/", $path)))),*]
    };
}

/// Path below `specs/`, text. A test compares the paths with the files on disk.
pub(super) const TEXTS: &[(&str, &str)] = texts! {
    "glossary.yaml",
};
