//! Nodes as the compiler prints them.
//!
//! What is printed is the lowered form, not the text: with conversions that were made explicit left out, with parentheses where
//! operators need them, with the types of an instance for those of the generic text.

mod callee;
mod text;
mod words;

pub use text::Texts;
