//! heaplaw's judge.

pub mod capability;
pub mod mutant;
pub mod observe;
pub mod op;
pub mod rule;
pub mod spec;
pub mod verdict;
pub mod target {
    //! Implementations under judgement.
    pub mod heap;
}
