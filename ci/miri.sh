#!/usr/bin/env bash
# The allocator under Miri, on pretended memory: every access is to memory that is there, initialised
# and not raced for. Left out are the pages, which are safe code throughout and slow here, and whether
# references overlap: a region of pages has one array of all its words, and each look at it would count them.
#   ci/miri.sh                run all
#   ci/miri.sh large cycle    run tests whose name has one of these words
# Needs nightly with miri; at a desk it is skipped without, where CI=true that is a failure.
set -euo pipefail
cd "$(dirname "$0")/.."
toolchain=${MIRI_TOOLCHAIN:-nightly}
if ! cargo "+$toolchain" miri --version > /dev/null 2>&1 &&
    ! { rustup toolchain install "$toolchain" --profile minimal -c miri -c rust-src &&
        cargo "+$toolchain" miri --version > /dev/null; }; then
    echo "skipped: miri: not found; rustup toolchain install $toolchain -c miri -c rust-src"
    [ "${CI:-}" != true ] || exit 1
    exit 0
fi
# Spans are found by addresses, so pointers are made from integers, on purpose; and what a heap takes for
# its own structs it never gives back.
MIRIFLAGS="-Zmiri-permissive-provenance -Zmiri-disable-isolation -Zmiri-ignore-leaks ${MIRIFLAGS:-}"
export MIRIFLAGS="$MIRIFLAGS -Zmiri-disable-stacked-borrows"
export PROPTEST_CASES=${PROPTEST_CASES:-4} PROPTEST_DISABLE_FAILURE_PERSISTENCE=true
tests=(--lib)
for file in reference-alloc/tests/*.rs reference-alloc/tests/*/main.rs; do
    name=${file#reference-alloc/tests/}
    case $name in
        pages/* | scavenge.rs | size_class.rs) continue ;; # safe code and tables
        # Single tests of these take minutes: MIRI_ALL=1 runs them too.
        collected.rs | harden/* | mcache.rs | mcentral.rs) [ -n "${MIRI_ALL:-}" ] || continue ;;
    esac
    tests+=(--test "$(basename "${name%/main.rs}" .rs)")
done
cargo "+$toolchain" miri test -p reference-alloc --target-dir "${CARGO_TARGET_DIR:-target}/miri" \
    "${tests[@]}" -- --skip pages:: "$@"
