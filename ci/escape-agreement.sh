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
if ! "${GO:-go}" version >/dev/null 2>&1; then
    echo "skipped: no Go on the PATH and none named by GO"
    exit 0
fi
cargo build --quiet --release -p reference-escape --bin goescape --example agreement
"$target/release/examples/agreement" "$target/release/goescape" "$target/escape-truth" "$@"
