//! The reference's parts in the sockets of the models: a file for each socket.
//!
//! What is explored is the code that runs: a file here only says what the socket's words are in the
//! reference, and lends a part what it lies on.

mod boot;
mod central;
mod chunk;
mod mini_heap;
mod page_cache;
mod registry;
mod scavenge;
mod span_set;
mod stack;
mod stats;
mod sweep;
mod watermark;

use conformance_schedule as models;
use conformance_schedule::explore::Case;

/// All models that have a part of the reference, with the part's name.
pub(crate) fn cases() -> Vec<(&'static str, Vec<Case>)> {
    let only = [
        models::stack::models::<stack::Nodes>(),
        models::span_set::models::<span_set::Spans>(),
        models::mini_heap::models::<mini_heap::Shared>(),
        models::sweep::models::<sweep::Mark>(),
        models::central::models::<central::Lists>(),
        models::registry::models::<registry::Things>(),
        models::watermark::models::<watermark::Arena>(),
        models::page_cache::models::<page_cache::Pages>(),
        models::scavenge::models::<scavenge::Pages>(),
        models::boot::models::<boot::FirstPages>(),
    ]
    .concat();
    vec![
        ("reference", only),
        ("reference, large blocks", models::stats::models::<stats::Large>()),
        ("reference, small blocks", models::stats::models::<stats::Small>()),
    ]
}
