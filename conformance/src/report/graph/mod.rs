//! Printers of object graphs: lines for a terminal, a drawing for a browser.
//!
//! Both hang every object once from what leads to it (`tree`), a way to a guilty object before any
//! other; what else leads to it is a reference in the text, and a curve in the drawing. Both say the
//! same of an object (`words`). A graph that was read from a file may say anything: what names an
//! object that there is not is left out, and every text is foreign.

mod layout;
pub mod svg;
pub mod text;
mod tree;
mod words;

use crate::picture::Picture;

/// A picture as text.
pub fn text_of(picture: &Picture) -> String {
    match picture {
        Picture::Nothing => String::new(),
        Picture::Text(text) => text.clone(),
        Picture::Graph(graph) => text::plain(graph),
    }
}
