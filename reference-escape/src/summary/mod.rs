//! What importers need of packages, as bytes: stubs, and the tags of their functions.
//!
//! A [`PackageSummary`] holds a package's stub, which the parser and the checker read like any other
//! text, and a list of tags for the functions in it. So types, constants, methods and generic bodies have no second form
//! that would have to be kept in step with the first one. An [`Archive`] holds the summaries of many packages; each is
//! squeezed by itself, because a run asks for few of them.
//!
//! Bytes may come from anywhere: what cannot be understood is an error, and what would grow beyond all measure, too.

mod archive;
mod bytes;
mod package;
mod squeeze;

pub use archive::{Archive, Edition, STANDARD};
pub use bytes::Corrupt;
pub(crate) use bytes::{Reader, Writer};
pub use package::PackageSummary;
