#!/usr/bin/env bash
# Writes the tables of docs/escape-agreement.md, between their marks: each package of ci/escape-packages.txt, and sums of code
# that nobody looked at while the analyser was made. The compiler is asked for an hour, but only once: see escape-agreement.sh.
set -euo pipefail
cd "$(dirname "$0")/.."
target=$(realpath -m "${CARGO_TARGET_DIR:-target}")
. ci/go.sh
[ -n "$go" ] || { echo "escape-table: Go $go_version not found"; exit 1; }
export GO="$go" CGO_ENABLED=0
cargo build --quiet --release -p reference-escape --bin goescape --example agreement
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
agreement() { "$target/release/examples/agreement" "$target/release/goescape" "$target/escape-truth" "$@"; }

# A row of sums over those packages of a report that match $3, but not $4. `unsafe` has no code.
sum() {
    awk -v title="$1" -v want="${3:-.}" -v except="${4:-^unsafe$}" '$1 == "sum" { exit }
        $2 ~ /^[0-9]+$/ && $1 ~ want && $1 !~ except {
            n++; equal += $6 == "equal"; same += $2; missing += $3; extra += $4; unsound += $5 }
        END { printf "| %s | %d | %d | %d | %d | %d | %d |\n", title, n, equal, same, missing, extra, unsound }' "$2"
}
# Puts a file between two marks of the document.
place() { sed -i -e "/<!-- $1 -->/,/<!-- end of $1 -->/{//!d}" -e "/<!-- $1 -->/r $2" docs/escape-agreement.md; }

mapfile -t listed < <(grep -v '^#' ci/escape-packages.txt)
mapfile -t others < <("$go" list std cmd | grep -vxF -f ci/escape-packages.txt)
mapfile -t programs < <(cd "$("$go" env GOROOT)/src" &&
    find "$PWD/internal/types/testdata" "$PWD/cmd/compile" -path '*testdata*' -name '*.go' | sort)
agreement "${listed[@]}" > "$work/listed"
IMPORTS=plain agreement "${listed[@]}" > "$work/plain"
agreement "${others[@]}" > "$work/others"
TESTS=with agreement "${listed[@]}" "${others[@]}" > "$work/tests"
agreement "${programs[@]}" > "$work/programs"
{
    echo "| package | same | missing | extra | unsound |"
    echo "|---|---|---|---|---|"
    awk '$1 == "sum" { exit } $2 ~ /^[0-9]+$/ { printf "| %s | %d | %d | %d | %d |\n", $1, $2, $3, $4, $5 }' "$work/listed"
} > "$work/packages"
{
    echo "| code | packages | equal | same | missing | extra | unsound |"
    echo "|---|---|---|---|---|---|---|"
    sum "the list" "$work/listed"
    sum "the list, imports compiled without inlining" "$work/plain"
    sum "the rest of the standard library" "$work/others" . '^(cmd/|unsafe$)'
    sum "cmd/compile" "$work/others" '^cmd/compile(/|$)'
    sum "cmd/go" "$work/others" '^cmd/go(/|$)'
    sum "cmd/link" "$work/others" '^cmd/link(/|$)'
    sum "code of others in cmd/vendor" "$work/others" '^cmd/vendor/'
    sum "all other commands" "$work/others" '^cmd/' '^cmd/(compile|go|link|vendor)(/|$)'
    sum "packages together with their tests" "$work/tests"
    sum "test programs of the compiler" "$work/programs"
} > "$work/sums"
place packages "$work/packages"
place sums "$work/sums"
cat "$work/sums"
