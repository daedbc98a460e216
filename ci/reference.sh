#!/usr/bin/env bash
# Judges the reference allocator as Rust has it, from inside below a collector, and as a C library; as it
# is and with misuse detected. Nothing is known to be broken, so nothing may be.
set -euo pipefail
cd "$(dirname "$0")/.."
cargo build --release --bin heaplaw
cargo build --release --package reference-malloc
folder="${CARGO_TARGET_DIR:-target}/release"
library="so:$(realpath "$folder")/libreference_malloc.so"
"$folder/heaplaw" check --no-baseline --profile go reference-alloc reference-alloc-collected "$library"
"$folder/heaplaw" check --no-baseline --profile go --profile harden=detect reference-alloc-hardened
REFERENCE_MALLOC=harden:detect "$folder/heaplaw" check --no-baseline --profile harden=detect "$library"
