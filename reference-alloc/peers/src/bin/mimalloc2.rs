//! Measures mimalloc, version 2: the same crate, with another feature.

peers::program!(mimalloc::MiMalloc);
