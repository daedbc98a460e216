//! Measures ours with misuse detected, as a Rust program has it.

peers::program!(reference_alloc::global::HardenedAlloc);
