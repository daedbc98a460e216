#!/usr/bin/env bash
# How fast goescape is beside Go's compiler, and how much memory it takes: ratios and goals are printed, nothing is asserted.
#   ci/escape-speed.sh net/http crypto/tls     packages are arguments; without any, those that escape-agreement.sh looks at
set -euo pipefail
cd "$(dirname "$0")/.."
. ci/go.sh
[ -n "$go" ] || { echo "escape-speed: Go $go_version not found"; exit 1; }
if [ $# -eq 0 ]; then
    mapfile -t packages < <(grep -v '^#' ci/escape-quick.txt)
    set -- "${packages[@]}"
fi
cargo build --quiet --release -p reference-escape --bin goescape
python3 ci/escape-speed.py "${CARGO_TARGET_DIR:-target}/release/goescape" "$("$go" env GOROOT)" "$@"
