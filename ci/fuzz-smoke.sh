#!/usr/bin/env bash
# Every fuzz target for twenty seconds, from its committed seeds. FUZZ_SECONDS=600 for more.
# On stable, without a sanitizer: campaigns that need one run on nightly (fuzz/README.md).
set -euo pipefail
cd "$(dirname "$0")/.."
seconds=${FUZZ_SECONDS:-20}
if ! command -v c++ > /dev/null; then
    echo "skipped: fuzz-smoke: libFuzzer needs a C++ compiler; apt-get install g++"
    [ "${CI:-}" != true ] || exit 1
    exit 0
fi
if ! command -v cargo-fuzz > /dev/null &&
    ! cargo install cargo-fuzz --locked --version 0.13.2; then
    echo "skipped: fuzz-smoke: cargo-fuzz not found, and cannot be installed"
    [ "${CI:-}" != true ] || exit 1
    exit 0
fi
targets=$(sed -n '/^\[\[bin\]\]/,/^$/s/^name = "\(.*\)"/\1/p' fuzz/Cargo.toml)
[ -n "$targets" ] || { echo "fuzz-smoke: fuzz/Cargo.toml names no target"; exit 1; }
failed=
for target in $targets; do
    echo "fuzz-smoke: $target for $seconds s"
    # The corpus goes first: libFuzzer writes what it finds into the first folder.
    mkdir -p "fuzz/corpus/$target"
    folders=("fuzz/corpus/$target" "fuzz/seeds/$target")
    [ -d "fuzz/regressions/$target" ] && folders+=("fuzz/regressions/$target")
    cargo fuzz run -s none "$target" "${folders[@]}" -- \
        "-max_total_time=$seconds" -timeout=10 -rss_limit_mb=2048 || failed="$failed $target"
done
if [ -n "$failed" ]; then
    echo "fuzz-smoke: something was found by:$failed"
    exit 1
fi
