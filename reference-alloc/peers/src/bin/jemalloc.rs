//! Measures jemalloc.

peers::program!(tikv_jemallocator::Jemalloc);
