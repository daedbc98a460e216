#!/usr/bin/env bash
# Judges this machine's malloc and writes the verdict table into README.md, between its two marks.
# Arguments go to `heaplaw check`. The table is the run's own: a bad one is written as well.
set -euo pipefail
cd "$(dirname "$0")/.."
cargo build --release --bin heaplaw
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
status=0
"${CARGO_TARGET_DIR:-target}/release/heaplaw" check --witnesses "$work" --report "json=$work/run.json" "$@" > "$work/log" ||
    status=$?
[ -s "$work/run.json" ] || { cat "$work/log"; exit "$status"; }
libc=$(getconf GNU_LIBC_VERSION)
system=$(. /etc/os-release && echo "$PRETTY_NAME")
{
    echo "\`heaplaw check${*:+ $*}\` on $system, $libc: exit status $status."
    echo
    echo "| target | suite | holds | known deviation | broken | inconclusive | not applicable |"
    echo "|---|---|---|---|---|---|---|"
    jq -r -f ci/readme-table.jq "$work/run.json"
} > "$work/table"
sed -i -e "/<!-- table -->/,/<!-- end of table -->/{//!d}" -e "/<!-- table -->/r $work/table" README.md
cat "$work/table"
