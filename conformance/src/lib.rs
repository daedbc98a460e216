//! heaplaw's judge.

pub mod capability;
pub mod mutant;
pub mod observe;
pub mod op;
pub mod rule;
pub mod spec;
pub mod target;
pub mod verdict;
