#!/bin/sh
# Builds the adapter and the parser, and has conversations with both.
set -eu
cd "$(dirname "$0")"
./build.sh
./build.sh parse-lines
exec python3 test_adapter.py "$@"
