#!/usr/bin/env bash
# No warning from the compiler or from clippy, in tests and benchmarks too.
set -euo pipefail
cd "$(dirname "$0")/.."
cargo clippy --workspace --all-targets -- -D warnings
