//! How files are called in answers: as in the question, not by their full paths.

use crate::source::{Place, Pos, Sources};
use std::path::PathBuf;

/// The folder of a package.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Folder {
    /// Where it is.
    pub real: PathBuf,
    /// The same, as it was given.
    pub given: PathBuf,
}

impl Folder {
    /// The place of `pos`, its file called as it was given.
    pub fn place(&self, sources: &Sources, pos: Pos) -> Option<Place> {
        let mut place = sources.place(pos)?;
        let real = self.real.display().to_string();
        let inside = place.file.strip_prefix(&real).and_then(|rest| rest.strip_prefix('/'));
        if let Some(name) = inside.filter(|_| !real.is_empty()) {
            place.file = self.given.join(name).display().to_string();
        }
        Some(place)
    }
}
