#!/usr/bin/env bash
# The kill matrix: every mutant is killed, and by the invariant that it must break. What it proves
# must be what specs/proof.json says.
#   ci/mutants.sh                                   judge all until one judge has killed each, with fewer random
#                                                   scripts: they suffice
#   ci/mutants.sh --write                           and keep the proof and the mutants' witnesses
#   ci/mutants.sh --invariant 'alloc/zero/**'       judge some; other arguments go to the command, too
set -euo pipefail
cd "$(dirname "$0")/.."
cargo build --release --bin heaplaw
heaplaw="${CARGO_TARGET_DIR:-target}/release/heaplaw"

case "${1:-}" in
    --write)
        shift
        "$heaplaw" mutants --jobs 2 --write-proof specs/proof.json \
            --write-witnesses conformance/testdata/mutants "$@"
        ;;
    "")
        work="$(mktemp -d)"
        trap 'rm -rf "$work"' EXIT
        "$heaplaw" mutants --jobs 2 --cases 200 --first-kill --write-proof "$work/proof.json"
        diff -u specs/proof.json "$work/proof.json"
        ;;
    *) "$heaplaw" mutants --jobs 2 "$@" ;;
esac
