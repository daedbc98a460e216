//! Scripts of one thread from any bytes: draft records of 16 bytes.

use crate::scripts::Scripts;
use conformance::capability::Capabilities;
use conformance::choice::Choices;
use conformance::driver::draft::{Draft, Shape, resolve};
use conformance::op::alloc::Script;
use conformance::spec::Judge;

/// The small correct allocator, which has every call of C's, and the reference, which has layouts.
pub const ALLOC_OPS: Scripts =
    Scripts { heaps: &["small", "reference-alloc"], judge: Judge::Fuzz, tries: 1, script };

/// Performs `data` as a script on heaps that are right.
///
/// # Panics
/// If a law breaks; the message ends with the script as a trace.
pub fn alloc_ops(data: &[u8]) {
    ALLOC_OPS.run(data);
}

fn script(data: &[u8], offers: Capabilities, choices: Choices) -> Script {
    let drafts: Vec<Draft> = Draft::decode(data).collect();
    // Small blocks, since fresh pages cost more than all the rest of a script.
    let shape = Shape {
        size_max: 4 << 10,
        bytes_max: 128 << 10,
        align_max: 4 << 10,
        ..Shape::of(offers, choices)
    };
    resolve(&drafts, &shape)
}
