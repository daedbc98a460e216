/* The table of ops: their words, their operands, and who performs them. */
#ifndef HEAPLAW_OPS_H
#define HEAPLAW_OPS_H

#include "batch.h"
#include "mutator.h"

/* Ops about mutators are performed by who leads, as all but the asking one wait. */
enum conduct { BY_MUTATOR, BY_RESET, BY_START, BY_END, BY_HAND };

struct op_kind {
    const char *word;
    const char *operands;  /* one letter each: see `operand_fits` */
    struct answer (*perform)(struct mutator *self, const uint64_t *operands);
    enum turn turn;
    enum conduct conduct;
};

/* Looks at word and operands. NULL, and the answer, if there is nothing to perform. */
const struct op_kind *op_resolve(const struct op *op, unsigned *who, struct step *step,
                                 struct answer *answer);

/* Capabilities, separated by spaces; asks the collector how it was built. */
const char *op_offers(void);

#endif
