/* What ops do: a function each, named as the op is, and what they have in common.
 *
 * A function gets the performing mutator, which is the calling thread, and the operands.
 */
#ifndef HEAPLAW_PERFORM_H
#define HEAPLAW_PERFORM_H

#include "mutator.h"
#include "objects.h"
#include "places.h"

enum { NO_PLACE = PLACES };  /* of `stash`: a kind that is not here */

typedef struct answer op_function(struct mutator *self, const uint64_t *op);

/* perform_objects.c */
op_function op_new, op_load, op_store, op_clear, op_swap, op_cas, op_copy, op_wipe, op_move, op_drop,
    op_inside, op_past, op_check, op_chain, op_walk;

/* perform_roots.c */
op_function op_set, op_get, op_unset, op_grow, op_stash, op_unstash;

/* Ops about mutators, which mutator 0 performs for whoever asks. */
struct answer op_reset(void);
struct answer op_start(unsigned who, const uint64_t *op);
struct answer op_end(unsigned who, const uint64_t *op);
struct answer op_hand(unsigned who, const uint64_t *op);

/* perform_collecting.c */
op_function op_collect, op_poll, op_weak, op_strong, op_forget, op_finalizer, op_reviver, op_unfinalizer,
    op_stats;

struct answer done(void);
struct answer skip(void);
struct answer refused(void);
struct answer number(uint64_t value);
struct answer pair(uint64_t first, uint64_t second);
struct answer triple(uint64_t first, uint64_t second, uint64_t third);
struct answer fault(const char *what);

/* Each of these three is false where there is no such thing, and the answer says why. */

/* The object at whose start the local points. */
bool needed(const struct mutator *self, uint64_t local, struct object *object, struct answer *otherwise);
bool needed_slot(const struct mutator *self, uint64_t local, uint64_t slot, cell **out,
                 struct answer *otherwise);
/* Slots in a row, of an object that has nothing else behind word 0. */
bool needed_slots(const struct mutator *self, uint64_t local, uint64_t slot, uint64_t count, cell **out,
                  struct answer *otherwise);

/* Nil and views past the end cannot be stored, shared or looked at. */
bool refers(const struct mutator *self, uint64_t local);

/* The local gets the reference, the answer is the stamp that is read there. */
struct answer receive(struct mutator *self, uint64_t local, cell *at);

#endif
