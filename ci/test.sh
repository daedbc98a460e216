#!/usr/bin/env bash
# All tests, the replay of committed fuzz inputs among them.
set -euo pipefail
cd "$(dirname "$0")/.."
cargo test --workspace
