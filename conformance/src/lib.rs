//! heaplaw's judge: holds a memory manager to the invariants in `specs/`, and says which it breaks,
//! by the smallest script that breaks it.
//!
//! The life of one check, `heaplaw check so:libfoo.so`:
//!
//! 1. **Laws.** [`spec`] reads the suites, with every fault at its line and column. [`rule`] checks
//!    and compiles their rules; [`laws`] puts them into a book, by event.
//! 2. **Target.** [`target`] starts this executable again as a *worker*, which loads the library,
//!    says which file its functions come from, and what it offers ([`capability`]).
//! 3. **Plan.** [`check`] selects the invariants that apply, finds out what the target chooses
//!    where the standards leave a choice ([`choice`]), and runs three controls: a run that could
//!    not have seen a fault judges nothing.
//! 4. **Scripts.** [`driver`] makes scripts of one alphabet ([`op`]): random ones, small worlds,
//!    threads, scenarios. Golden traces come from `specs/` through [`trace`].
//! 5. **The loop.** [`run`] hands steps to the target in batches and takes its answers
//!    ([`observe`]): numbers, never verdicts. [`facts`] compares them with the shadow in [`model`]
//!    and turns them into events with facts; [`court`] judges each event by the laws for it.
//! 6. **The hunt.** A script that breaks a law is run again alone and made smaller ([`hunt`],
//!    [`shrink`]). What is left is the witness, with a heap map or an object graph ([`picture`]). The
//!    hunt goes on for other laws.
//! 7. **Verdicts.** Every invariant gets a [`verdict`]. One that was too rarely put to the test, or
//!    whose mutants ([`mutant`]) were not all killed in the last kill [`matrix`] ([`proof`]), is
//!    inconclusive, never holding.
//! 8. **Report and gate.** [`report`] is one value with many printers; [`expect`] compares it with
//!    the known deviations of the target; [`gate`] makes it an exit status. [`cli`] is the face of
//!    it all.
//!
//! ```text
//!  specs/*.yaml          the judge                             the worker (a child)
//!  +----------+   +-----------------------+   shared memory   +-------------------+
//!  | suites   |-->| laws   court <- facts |                   | hands -> target   |
//!  | glossary |   |          ^     ^  ^   |      steps        |   |      malloc   |
//!  +----------+   |          |     |  model -------------->   |   |      free ... |
//!                 | driver -> run -+------|                   |   v               |
//!                 |   ^       |           |   <-------------  | measure: address, |
//!                 |  hunt <---+ breaches  |      answers      | bytes, errno, ... |
//!                 +----|------------------+                   +-------------------+
//!                      v
//!                 verdicts -> report -> gate -> exit status
//! ```
//!
//! Escape analysers perform no scripts: [`check`] asks them about Go files, and holds what they tell of each
//! line against what the file says there ([`golden`]).
//!
//! Protocols between threads inside an allocator are judged apart from all this, in every order of
//! their threads, by [`schedule`].
//!
//! The modules below stand in reading order: each needs only those above it. `ARCHITECTURE.md` says
//! what each may import, and a test (`tests/layering`) holds both to the sources.

pub mod capability;
pub mod op;
pub mod observe;
pub mod hint;
pub mod spec;
pub mod rule;
pub mod model;
pub mod shrink;
pub mod picture;
pub mod verdict;
pub mod trace;
pub mod golden;
pub mod target;
pub mod choice;
pub mod facts;
pub mod court;
pub mod run;
pub mod driver;
pub mod hunt;
#[cfg(feature = "reference")]
pub mod adapter;
pub mod mutant;
pub mod rehearsal;
pub mod laws;
pub mod proof;
pub mod report;
pub mod expect;
pub mod gate;
pub mod check;
pub mod matrix;
#[cfg(feature = "harness")]
pub mod harness;
#[cfg(feature = "cli")]
pub mod cli;

pub use conformance_schedule as schedule;
#[cfg(feature = "schedule")]
pub use conformance_schedule::schedule_tests;
