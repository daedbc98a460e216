//! The alphabets: one `Op` per subject, which every driver, fuzzer, trace and witness speaks.

pub mod alloc;
pub mod performed;
