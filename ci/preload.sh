#!/usr/bin/env bash
# Real programs on the reference allocator: each runs without it and with it preloaded, and must say
# the same and end alike. PRELOAD=path/to/other.so tries another library.
# At a desk a program that is not there is skipped; where CI=true that is a failure.
set -euo pipefail
cd "$(dirname "$0")/.."
cargo build --release -p reference-malloc
library=$(realpath "${PRELOAD:-${CARGO_TARGET_DIR:-target}/release/libreference_malloc.so}")
work=$(mktemp -d)
server=
trap '[ -z "$server" ] || kill "$server" 2> /dev/null || true; rm -rf "$work"' EXIT
skipped=0 failed=0

# have PACKAGE COMMAND...: whether the command works, after the package is installed if need be.
have() {
    local package=$1
    shift
    "$@" > /dev/null 2>&1 && return
    if command -v apt-get > /dev/null && [ "$(id -u)" = 0 ]; then
        { apt-get update -qq && apt-get install -y -qq "$package"; } > /dev/null 2>&1 || true
    fi
    "$@" > /dev/null 2>&1 && return
    echo "skipped: \`$*\` fails; apt-get install $package"
    skipped=1
    return 1
}

# compare NAME FUNCTION: runs it both ways, each in a folder of its own, and compares.
compare() {
    local name=$1 what=$2 way status
    for way in without with; do
        mkdir "$work/$name-$way"
        status=0
        ( cd "$work/$name-$way" && "$what" "$([ "$way" = without ] || echo "$library")" ) \
            > "$work/$name-$way.out" 2>&1 || status=$?
        echo "status $status" >> "$work/$name-$way.out"
    done
    if grep -q '^status 99$' "$work/$name-without.out"; then
        echo "preload: $name: cannot be judged here"
        cat "$work/$name-without.out"
        failed=1
    elif cmp -s "$work/$name-without.out" "$work/$name-with.out"; then
        echo "preload: $name: the same, $(tail -n 1 "$work/$name-with.out")"
    else
        echo "preload: $name: DIFFERENT"
        diff "$work/$name-without.out" "$work/$name-with.out" | head -n 40 || true
        failed=1
    fi
}

# Words that say how long something took, and where.
settle() { sed -E 's/[0-9.]+ ?(ms|sec|s|min)\b/TIME/g; s/0x[0-9a-f]+/ADDRESS/g'; }

python_tests() {
    LD_PRELOAD=$1 python3 -m test test_list test_dict test_json test_threading test_re > all.txt 2>&1 ||
        echo "python ends with $?"
    grep -q 'test_list' all.txt || { cat all.txt; exit 99; } # nothing was tested
    grep -E '^(Total tests|Result|[0-9]+ tests?)|^    test_' all.txt | settle
}

repository=$PWD
git_commands() {
    export LD_PRELOAD=$1
    git clone -q "$repository" clone && cd clone
    git log --stat --no-color | cksum
    git fsck --no-progress --no-dangling
    git gc -q && git status --short
    git blame Cargo.toml | cksum
}

compiler() {
    cat > sum.c <<'C'
#include <stdio.h>
#include <stdlib.h>
int main(void) {
    long sum = 0;
    for (long i = 0; i < 100000; i++) {
        long *p = malloc(sizeof *p * (1 + i % 50));
        *p = i;
        sum += *p;
        free(p);
    }
    printf("%ld\n", sum);
}
C
    LD_PRELOAD=$1 gcc -O2 -S -o sum.s sum.c && cksum < sum.s
    LD_PRELOAD=$1 gcc -O2 -o sum sum.c && LD_PRELOAD=$1 ./sum
}

# A process of one thread may fork wherever a signal comes, in the middle of a call as well.
handlers() {
    cat > fork.c <<'C'
#include <signal.h>
#include <stdlib.h>
#include <stdio.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>
static volatile sig_atomic_t forks;
static void handler(int signal) {
    (void)signal;
    pid_t child = fork();
    if (child == 0) _exit(0);
    int status;
    waitpid(child, &status, 0);
    forks++;
}
int main(void) {
    struct itimerval often = {{0, 300}, {0, 300}};
    signal(SIGALRM, handler);
    setitimer(ITIMER_REAL, &often, NULL);
    for (size_t i = 0; forks < 500; i++) {
        void *blocks[40];
        for (int k = 0; k < 40; k++) blocks[k] = malloc(1 + (i * 40 + k) * 7919 % 70000);
        for (int k = 0; k < 40; k++) free(blocks[k]);
    }
    puts("forked 500 times");
}
C
    gcc -O1 -o fork fork.c && LD_PRELOAD=$1 timeout 60 ./fork
}

database() {
    LD_PRELOAD=$1 sqlite3 t.db "
        create table t(a integer primary key, b text);
        with recursive c(i) as (select 1 union all select i + 1 from c where i < 200000)
            insert into t select i, printf('%08x', i * 2654435761) from c;
        create index by_b on t(b);
        select count(*), sum(length(b)), min(b), max(b) from t;
        delete from t where a % 3 = 0;
        vacuum;
        pragma integrity_check;
        select count(*) from t;"
}

redis() {
    LD_PRELOAD=$1 redis-server --port 17379 --save '' --dir . > server.log 2>&1 &
    server=$!
    for _ in $(seq 50); do
        redis-cli -p 17379 ping > /dev/null 2>&1 && break
        sleep 0.1
    done
    LD_PRELOAD=$1 redis-benchmark -p 17379 -q -n 50000 -t set,get,lpush,lpop,sadd,zadd,mset |
        tr '\r' '\n' | grep 'per second' | sed 's/:.*/: done/'
    redis-cli -p 17379 dbsize
    redis-cli -p 17379 flushall
    redis-cli -p 17379 shutdown nosave || true
    wait "$server" || true
    server=
}

have libpython3-testsuite python3 -c 'import test.test_list' && compare python python_tests
have git git --version && compare git git_commands
have gcc gcc --version && compare gcc compiler && compare handlers handlers
have sqlite3 sqlite3 --version && compare sqlite database
have redis-server redis-server --version && compare redis redis
if [ "$skipped" = 1 ] && [ "${CI:-}" = true ]; then
    echo "preload: something was skipped, and in CI nothing may be"
    failed=1
fi
exit "$failed"
