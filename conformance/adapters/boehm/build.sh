#!/bin/sh
# Builds heaplaw-boehm, or with `build.sh parse-lines` the parser alone, watched by sanitizers.
set -eu
cd "$(dirname "$0")"
cc=${CC:-cc}
strict="-std=c11 -D_DEFAULT_SOURCE -Wall -Wextra -Wpedantic -Wconversion -Wshadow"

if [ "${1:-}" = parse-lines ]; then
    # shellcheck disable=SC2086
    exec "$cc" $strict -g -O1 -fsanitize=address,undefined -fno-sanitize-recover=all \
        parse-lines.c batch.c json.c -o parse-lines
fi

cflags="" libs="-lgc -lpthread"
if command -v pkg-config >/dev/null && pkg-config --exists bdw-gc; then
    cflags=$(pkg-config --cflags bdw-gc)
    libs="$(pkg-config --libs bdw-gc) -lpthread"
elif ! printf '#include <gc/gc.h>\n' | "$cc" -E - >/dev/null 2>&1; then
    echo "build.sh: the collector's headers are missing: apt-get install libgc-dev" >&2
    exit 1
fi
# shellcheck disable=SC2086
exec "$cc" $strict -O2 $cflags \
    heaplaw-boehm.c ops.c perform.c perform_objects.c perform_roots.c perform_collecting.c \
    mutator.c places.c world.c objects.c text.c batch.c json.c \
    $libs -o heaplaw-boehm
