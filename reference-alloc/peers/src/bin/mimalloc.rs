//! Measures mimalloc, version 3.

peers::program!(mimalloc::MiMalloc);
