#!/usr/bin/env bash
# Licences, duplicates and sources of dependencies, by deny.toml; known vulnerabilities where the
# database can be reached.
set -euo pipefail
cd "$(dirname "$0")/.."
if ! command -v cargo-deny > /dev/null; then
    # Compiling it takes longer than all other checks together.
    echo "skipped: deny: cargo-deny not found; cargo install cargo-deny --locked"
    exit 0
fi
cargo deny --offline --locked check bans licenses sources
if cargo deny fetch db; then
    cargo deny --locked check advisories
else
    echo "skipped: deny: advisories, as their database cannot be reached"
fi
