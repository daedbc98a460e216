//! Measures the system's malloc.

peers::program!(std::alloc::System);
