#!/usr/bin/env bash
# The workspace compiles with the oldest Rust that Cargo.toml promises.
set -euo pipefail
cd "$(dirname "$0")/.."
version=$(sed -n 's/^rust-version = "\([0-9.]*\)".*/\1/p' Cargo.toml)
[ -n "$version" ] || { echo "msrv: Cargo.toml names no rust-version"; exit 1; }
if ! command -v rustup > /dev/null; then
    echo "skipped: msrv: rustup not found, and without it no Rust $version"
    exit 0
fi
# `minimal` leaves out clippy, rustfmt and the documentation: a tenth of the download.
rustup toolchain install "$version" --profile minimal --no-self-update ||
    { echo "skipped: msrv: Rust $version cannot be had"; exit 0; }
# A target folder of its own: another compiler would throw away what is built.
CARGO_TARGET_DIR=target/msrv cargo "+$version" check --workspace --locked
