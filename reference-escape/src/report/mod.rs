//! What was found out about a package, as one value, and its printers.

mod excerpt;
mod json;
mod lines;
mod machine;
mod sarif;
mod sites;
mod svg;
mod tree;
mod why;

pub use excerpt::Excerpts;
pub use json::Json;
pub use lines::{explained, lines};
pub use machine::machine;
pub use sarif::sarif;
pub use sites::{Order, sites};
pub use svg::svg;
pub use tree::tree;
pub use why::{Answer, Query, lines_with_sites, why};

use crate::analyze::{Told, Verdicts};
use crate::source::{Place, Pos, Sources};

/// What all printers print.
#[derive(Clone, Copy, Debug)]
pub struct Report<'a> {
    /// The import path of the package.
    pub package: &'a str,
    /// What was found out.
    pub verdicts: &'a Verdicts,
    /// Where it was.
    pub sources: &'a Sources,
}

impl Report<'_> {
    /// The place of `pos`, if it is in the text.
    pub fn place(&self, pos: Pos) -> Option<Place> {
        self.sources.place(pos)
    }

    /// The place of `pos`, in the compiler's words.
    fn shown(&self, pos: Pos) -> String {
        self.place(pos).map_or_else(|| "<unknown line number>".to_owned(), |place| place.to_string())
    }

    /// The function that a line is about.
    fn func<'t>(&self, told: &'t Told) -> &'t str {
        told.detail.as_ref().map_or("", |detail| &detail.func)
    }
}
