#!/usr/bin/env bash
# Installs what the other jobs want beside Rust, and leaves alone what is there.
set -euo pipefail
cd "$(dirname "$0")/.."
for component in rustfmt clippy; do
    cargo "${component/rust/}" --version > /dev/null 2>&1 ||
        rustup component add "$component"
done
# For ci/miri.sh and ci/sanitize.sh, which say what they lack if this fails.
nightly=$(rustc +nightly --print sysroot 2> /dev/null || true)
if ! cargo +nightly miri --version > /dev/null 2>&1 || [ ! -d "$nightly/lib/rustlib/src/rust/library" ]; then
    rustup toolchain install nightly --profile minimal -c miri -c rust-src || true
fi
if ! command -v apt-get > /dev/null || [ "$(id -u)" != 0 ]; then
    echo "skipped: setup: packages, as there is no apt-get, or this is not root"
    exit 0
fi
packages=(gcc g++ git libc6-dev libgc-dev make python3 python3-venv redis-server sqlite3 valgrind libjemalloc2 libmimalloc2.0 libtcmalloc-minimal4)
# CPython's own tests may have come with it; Debian packs them apart, under its version.
if ! python3 -c 'import test.test_list' 2> /dev/null; then
    version=$(python3 -c 'import sys; print("%d.%d" % sys.version_info[:2])' || echo 3.11)
    packages+=("libpython$version-testsuite")
fi
missing=()
for package in "${packages[@]}"; do
    dpkg -s "$package" > /dev/null 2>&1 || missing+=("$package")
done
if [ "${#missing[@]}" -gt 0 ]; then
    apt-get update -qq
    apt-get install -y -qq "${missing[@]}"
fi
