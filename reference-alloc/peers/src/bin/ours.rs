//! Measures ours, as a Rust program has it.

peers::program!(reference_alloc::global::ReferenceAlloc);
