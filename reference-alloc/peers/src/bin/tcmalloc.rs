//! Measures Google's tcmalloc.

peers::program!(tcmalloc_better::TCMalloc);
