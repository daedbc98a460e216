/* The judge's lines as data. Which ops there are is not known here: see ops.h. */
#ifndef HEAPLAW_BATCH_H
#define HEAPLAW_BATCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    LINE_LIMIT = 1 << 20,  /* bytes, without the line feed */
    BATCH_LIMIT = 4096,    /* ops */
    OPERAND_LIMIT = 6,     /* of an op, the mutator among them: `copy` has as many */
    WORD_LIMIT = 16,       /* bytes of a word and its end; a longer one is cut off, and so unknown */
};

struct operand {
    uint64_t whole;         /* JSON_NOT_WHOLE if it is no number, or none of the protocol's */
    bool is_word;           /* it is a string */
    char word[WORD_LIMIT];  /* empty if it is none */
};

/* An op as it came. `well_formed`: it is a list that begins with a word. */
struct op {
    bool well_formed;
    unsigned count;         /* of operands, also of those beyond the limit, which are dropped */
    char word[WORD_LIMIT];
    struct operand operands[OPERAND_LIMIT];
};

struct batch {
    uint64_t number;
    bool has_ops;
    size_t count;
    struct op ops[BATCH_LIMIT];
};

struct hello {
    bool speaks_1, is_gc;
};

/* Each returns NULL, or what is wrong with the line. */
const char *parse_hello(const char *line, size_t length, struct hello *hello);
const char *parse_batch(const char *line, size_t length, struct batch *batch);

#endif
