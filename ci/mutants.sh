#!/usr/bin/env bash
# The kill matrix: every mutant is killed, and by the invariant that it must break.
# Arguments go to `heaplaw mutants`: --invariant 'alloc/zero/**' for a part of it.
set -euo pipefail
cd "$(dirname "$0")/.."
cargo build --release --bin heaplaw
target/release/heaplaw mutants --jobs 2 "$@"
