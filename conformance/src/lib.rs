//! heaplaw's judge.

pub mod capability;
pub mod check;
pub mod choice;
pub mod court;
pub mod driver;
pub mod expect;
pub mod facts;
pub mod gate;
pub mod hunt;
pub mod laws;
pub mod model;
pub mod mutant;
pub mod observe;
pub mod op;
pub mod picture;
pub mod proof;
pub mod report;
pub mod rule;
pub mod run;
pub mod shrink;
pub mod spec;
pub mod target;
pub mod trace;
pub mod verdict;

pub mod cli {
    //! The commands of the binary, as functions that make text.

    pub mod explain;
    pub mod list;
}
