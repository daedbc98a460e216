//! What was found out about a package, as one value, and its printers.

mod excerpt;
mod folder;
mod json;
mod lines;
mod machine;
mod sarif;
mod sites;
mod svg;
mod tree;
mod why;

pub use excerpt::Excerpts;
pub use folder::Folder;
pub use json::Json;
pub use lines::{explained, lines};
pub use machine::machine;
pub use sarif::{Sarif, sarif};
pub use sites::{Order, sites};
pub use svg::svg;
pub use tree::tree;
pub use why::{Answer, Query, lines_with_sites, why};

use crate::analyze::{Told, Verdicts};
use crate::source::{Place, Pos, Sources};

/// The compiler tells of no columns beyond this one.
const MAX_COLUMN: u32 = 254;

/// What all printers print.
#[derive(Clone, Copy, Debug)]
pub struct Report<'a> {
    /// The import path of the package.
    pub package: &'a str,
    /// What was found out.
    pub verdicts: &'a Verdicts,
    /// Where it was.
    pub sources: &'a Sources,
    /// How its files are called.
    pub folder: &'a Folder,
}

impl Report<'_> {
    /// The place of `pos`, if it is in the text.
    pub fn place(&self, pos: Pos) -> Option<Place> {
        self.folder.place(self.sources, pos)
    }

    /// The place of `pos` as the compiler writes it, which keeps columns in eight bits and tells of none that does not fit.
    fn shown(&self, pos: Pos) -> String {
        match self.place(pos) {
            Some(mut place) => {
                if place.column > MAX_COLUMN {
                    place.column = 0;
                }
                place.to_string()
            }
            None => "<unknown line number>".to_owned(),
        }
    }

    /// The same; the file is left out if it is the one that `home` is in.
    fn near(&self, home: Pos, pos: Pos) -> String {
        let place = self.shown(pos);
        match (self.place(home), self.place(pos)) {
            (Some(home), Some(there)) if home.file == there.file => {
                place.strip_prefix(&format!("{}:", home.file)).unwrap_or(&place).to_owned()
            }
            _ => place,
        }
    }
}

/// The function that a line is about.
fn func(told: &Told) -> &str {
    told.detail.as_ref().map_or("", |detail| &detail.func)
}
