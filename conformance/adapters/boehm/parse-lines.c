/* For tests: reads each line as a hello and as a batch, and says what it found. There is no collector
 * here, so sanitizers can watch the parser: build.sh parse-lines. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>

#include "batch.h"

static void try_line(const char *from, size_t length)
{
    static struct batch batch;
    struct hello hello;
    /* A copy that ends where the line does: a sanitizer sees one byte read too many. */
    char *line = malloc(length ? length : 1);
    if (!line)
        abort();
    memcpy(line, from, length);
    const char *no_hello = parse_hello(line, length, &hello);
    const char *no_batch = parse_batch(line, length, &batch);
    printf("%s %s %zu\n", no_hello ? "no" : "hello", no_batch ? "no" : "batch",
           no_batch ? 0 : batch.count);
    free(line);
}

int main(void)
{
    char *line = NULL;
    size_t room = 0;
    ssize_t length;
    while ((length = getline(&line, &room, stdin)) > 0)
        try_line(line, (size_t)length - (line[length - 1] == '\n'));
    free(line);
    return 0;
}
