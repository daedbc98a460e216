//! heaplaw's judge.

pub mod capability;
pub mod mutant;
pub mod observe;
pub mod op;
pub mod spec;
pub mod verdict;
pub mod target {
    //! Implementations under judgement.
    pub mod heap;
}
pub mod cli {
    //! What the commands print, as text.
    pub mod explain;
    pub mod list;
}
