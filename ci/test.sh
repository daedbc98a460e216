#!/usr/bin/env bash
# All tests, the replay of committed fuzz inputs among them.
set -euo pipefail
cd "$(dirname "$0")/.."
# Go's own parser, checker and compiler are the oracles of some tests, which say that they skip without it.
. ci/go.sh
[ -z "$go" ] || export GO="$go"
# All of them, whatever fails: who reads of one failure wants to know of the others.
cargo test --workspace --no-fail-fast
# The schedule models as the author of a part has them; the feature brings loom along.
cargo test -p conformance --features schedule --test schedule_part
