//! The binary `heaplaw`.

/// The judge's own memory, and that of its workers: never the malloc under test.
#[global_allocator]
static PRIVATE: dlmalloc::GlobalDlmalloc = dlmalloc::GlobalDlmalloc;

fn main() {
    conformance::target::child::serve_if_asked(&|_| None);
}
