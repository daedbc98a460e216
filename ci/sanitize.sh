#!/usr/bin/env bash
# The reference allocator's tests that have threads, and the judge's threads on it, under ThreadSanitizer;
# all its tests under AddressSanitizer.
#
# ThreadSanitizer sees two threads at one place without an order between them: in the heap's own structs
# and in blocks that go from thread to thread. With the push of lf_stack.rs made relaxed it reports sixteen
# races in tests/threads.rs. It does not see what another order of threads would show (ci/loom.sh does),
# nor an ordering without which another one still keeps threads in order.
# AddressSanitizer sees accesses outside of what the pretended system has handed out (os/sim.rs), and of
# what was given back to it. Memory within a heap is the heap's: an overrun from slot to slot is for
# REFERENCE_MALLOC=harden:detect and the judge.
#
#   ci/sanitize.sh                      run all
#   ci/sanitize.sh threads all judge    run some of them: tests with threads, all tests, the judge
#
# Needs nightly with rust-src; at a desk it is skipped without, where CI=true that is a failure.
set -euo pipefail
cd "$(dirname "$0")/.."
toolchain=${SANITIZE_TOOLCHAIN:-nightly} host=x86_64-unknown-linux-gnu
source=$(rustc "+$toolchain" --print sysroot 2> /dev/null || true)/lib/rustlib/src/rust/library
if [ "$(uname -sm)" != "Linux x86_64" ]; then
    echo "skipped: sanitize: built for $host only"
    exit 0
fi
if [ ! -d "$source" ] && ! rustup toolchain install "$toolchain" --profile minimal -c rust-src; then
    echo "skipped: sanitize: rust-src not found; rustup toolchain install $toolchain -c rust-src"
    [ "${CI:-}" != true ] || exit 1
    exit 0
fi
# Its own folder, since std is built as well; without debug information but what names a line.
folder="${CARGO_TARGET_DIR:-target}/sanitize"
export CARGO_INCREMENTAL=0 PROPTEST_CASES=${PROPTEST_CASES:-4} PROPTEST_DISABLE_FAILURE_PERSISTENCE=true

# under SANITIZER COMMAND ARGUMENTS...: cargo, with everything of ours and std instrumented.
under() {
    local sanitizer=$1 command=$2
    shift 2
    RUSTFLAGS="-Zsanitizer=$sanitizer -Awarnings" cargo "+$toolchain" "$command" -Zbuild-std \
        --target "$host" --target-dir "$folder/$sanitizer" "$@"
}

# Heaps are made on the stack, and frames are larger here.
export RUST_MIN_STACK=$((64 << 20))
# Requests that nothing can hold are tests, and end in null here as they do in the world.
export TSAN_OPTIONS="halt_on_error=1 allocator_may_return_null=1 ${TSAN_OPTIONS:-}"
# What a heap takes for its own structs it never gives back.
export ASAN_OPTIONS="detect_leaks=0 allocator_may_return_null=1 ${ASAN_OPTIONS:-}"

threads() {
    local tests=() test
    for test in $(grep -lrE 'thread::(scope|spawn)' reference-alloc/tests | cut -d/ -f3 | sort -u); do
        tests+=(--test "${test%.rs}")
    done
    # Left out is a misuse: two threads free one block, and what one of them reads the other overwrites.
    under thread test -p reference-alloc "${tests[@]}" -- \
        --skip of_threads_that_free_one_block_at_once_one_succeeds
}

all() { under address test -p reference-alloc --lib --tests; }

# A worker that races ends at once: something that must hold breaks, and the report shows the race.
judge() {
    under thread build -p conformance --bin heaplaw
    "$folder/thread/$host/debug/heaplaw" check --judge stress --cases 100 --no-baseline reference-alloc
}

[ $# -gt 0 ] || set -- threads all judge
for part in "$@"; do
    echo "sanitize: $part"
    case $part in
        threads | all | judge) "$part" ;;
        *)
            echo "sanitize: no such part: $part"
            exit 2
            ;;
    esac
done
