//! heaplaw's judge.

pub mod capability;
pub mod mutant;
pub mod observe;
pub mod op;
pub mod spec;
pub mod trace;
pub mod verdict;
pub mod target {
    //! Implementations under judgement.
    pub mod heap;
}
