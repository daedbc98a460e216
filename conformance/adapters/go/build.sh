#!/usr/bin/env bash
# Builds the adapter beside this script. The runtime that it links is the one that is judged:
#   GO=/path/to/go/bin/go ./build.sh
set -euo pipefail
cd "$(dirname "$0")"
GOTOOLCHAIN=local "${GO:-go}" build -trimpath -ldflags=-checklinkname=0 -o heaplaw-go .
