//! Measures mimalloc, version 3 or 2 by feature.

peers::program!(mimalloc::MiMalloc);
