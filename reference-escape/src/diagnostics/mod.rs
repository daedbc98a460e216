//! The lines: what the analysis found, in the words and at the places of the compiler.

mod callee;
mod lines;
mod text;

pub use lines::{Line, Subject, lines};
pub use text::Texts;
