#!/usr/bin/env bash
# Our allocator beside its peers, the quick form: ratios and goals are printed, nothing is asserted.
# The peers are compiled once, tcmalloc for minutes. What they need and is not there is skipped, by name.
#   ci/bench.sh --allocators ours,system,jemalloc     arguments go to the benchmark
set -euo pipefail
cd "$(dirname "$0")/.."
cargo bench -p reference-alloc -- --quick "$@"
