/* Mutators: threads with their frames on their own stacks.
 *
 * A frame is a call of a C function that has the locals on its stack, where the collector finds them. A
 * push makes the next call, which asks for the next steps; a pop returns from it.
 */
#ifndef HEAPLAW_MUTATOR_H
#define HEAPLAW_MUTATOR_H

#include <stdbool.h>

#include "objects.h"

enum { MUTATORS = 8, LOCALS = 16, FRAMES = 10000, STEP_OPERANDS = 5 };

/* Bytes of stack of each: 10,000 frames take about 5 MiB, the rest is for `grow`. */
#define STACK_BYTES (UINT64_C(64) << 20)

enum answer_kind { DONE, NUMBER, PAIR, TRIPLE, TEXT, SKIP, REFUSED, UNSUPPORTED, FAULT };

struct answer {
    enum answer_kind kind;
    uint64_t first, second, third;
    const char *text;  /* of TEXT: JSON, up to the next answer; of FAULT: what went wrong */
};

struct mutator;

/* An op whose operands have been looked at. A turn has no `perform`: it changes the stack. */
enum turn { NO_TURN, PUSH, POP, UNWIND };

struct step {
    struct answer (*perform)(struct mutator *self, const uint64_t *operands);
    enum turn turn;
    uint64_t operands[STEP_OPERANDS];
};

/* Where a mutator gets its steps and leaves its answers: one for each step but UNWIND. */
struct script {
    const struct step *(*next)(struct mutator *self);  /* NULL: it ends */
    void (*answer)(struct mutator *self, struct answer answer);
};

struct mutator {
    ref *top;              /* locals of the topmost frame; others touch them while this one waits */
    const char *stack;     /* where its stack began, about */
    const struct script *script;
};

extern struct mutator mutators[MUTATORS];

bool mutator_runs(unsigned who);

/* Bytes of stack that are left to the calling mutator. */
uint64_t stack_left(const struct mutator *self);

/* Mutator 0: has it live by this script in a thread of its own, until that ends. */
void mutator_lead(const struct script *script);

/* The others, by mutator 0 only. A started one has got its argument when this returns. */
bool mutator_start(unsigned who, ref argument);
struct answer mutator_ask(unsigned who, const struct step *step);
void mutator_end(unsigned who);

#endif
