//! heaplaw's judge.

pub mod capability;
pub mod expect;
pub mod gate;
pub mod mutant;
pub mod observe;
pub mod op;
pub mod report;
pub mod spec;
pub mod verdict;
pub mod target {
    //! Implementations under judgement.
    pub mod heap;
}
