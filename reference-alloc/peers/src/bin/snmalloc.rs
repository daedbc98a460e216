//! Measures snmalloc.

peers::program!(snmalloc_rs::SnMalloc);
