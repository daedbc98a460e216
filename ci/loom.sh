#!/usr/bin/env bash
# Every schedule model: the reference's parts and small right ones hold, wrong ones are killed. What
# is found, orders counted, must be what specs/schedule.json says, so that a run that explored less,
# or nothing, fails.
#   ci/loom.sh                run all
#   ci/loom.sh --write        and keep what was found
#   ci/loom.sh stack small    run some: parts and models whose name has all these words
set -euo pipefail
cd "$(dirname "$0")/.."
# A folder of its own: with these flags everything is built again.
target="${CARGO_TARGET_DIR:-target}/loom"

run() {
    RUSTFLAGS="--cfg loom" CARGO_TARGET_DIR="$target" \
        cargo test -p conformance-schedule --features models --test all -- "$@"
}

case "${1:-}" in
    --write) run --write "$PWD/specs/schedule.json" ;;
    "")
        work="$(mktemp -d)"
        trap 'rm -rf "$work"' EXIT
        run --write "$work/schedule.json"
        diff -u specs/schedule.json "$work/schedule.json"
        ;;
    *) run "$@" ;;
esac
