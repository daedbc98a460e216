//! The binary `heaplaw`.

use conformance::check::target_spec::built_in;
use conformance::target::child::serve_if_asked;
use std::process::ExitCode;

/// The judge's own memory, and that of its workers: never the malloc under test.
#[global_allocator]
static PRIVATE: dlmalloc::GlobalDlmalloc = dlmalloc::GlobalDlmalloc;

fn main() -> ExitCode {
    serve_if_asked(&built_in);
    ExitCode::from(conformance::cli::main())
}
