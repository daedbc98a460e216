//! From answers to facts: what happened, in the words of the glossary.

pub mod alloc;
