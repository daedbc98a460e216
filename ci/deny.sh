#!/usr/bin/env bash
# Licences, duplicates and sources of dependencies, by deny.toml; known vulnerabilities where the
# database can be reached. Where CI=true, cargo-deny is compiled if it is not there.
set -euo pipefail
cd "$(dirname "$0")/.."
if ! command -v cargo-deny > /dev/null; then
    if [ "${CI:-}" = true ]; then
        cargo install cargo-deny --locked --version 0.20.2
    else
        echo "skipped: deny: cargo-deny not found; cargo install cargo-deny --locked"
        exit 0
    fi
fi
# Also what no other job builds, as the allocators that are benchmarked: their manifests are read.
cargo fetch --locked
cargo deny --offline --locked check bans licenses sources
if cargo deny fetch db; then
    cargo deny --locked check advisories
else
    echo "skipped: deny: advisories, as their database cannot be reached"
fi
