//! The lines: what the analysis found, in the words and at the places of the compiler.

mod callee;
mod explain;
mod kind;
mod lines;
mod stmt;
mod text;

pub use explain::{Explained, Explanation, Flow, Reason, explain};
pub use kind::{Kind, Placement};
pub use lines::{Line, Subject, lines};
pub use text::Texts;
