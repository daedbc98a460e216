#include "perform.h"
#include "world.h"

enum { PAGE = 4096 };

struct answer op_set(struct mutator *self, const uint64_t *op)
{
    if (!refers(self, op[1]))
        return skip();
    globals[op[0]] = self->top[op[1]];
    return done();
}

struct answer op_get(struct mutator *self, const uint64_t *op)
{
    return receive(self, op[0], globals[op[1]].at);
}

struct answer op_unset(struct mutator *self, const uint64_t *op)
{
    (void)self;
    globals[op[0]] = (ref){0};
    return done();
}

/* Comes back with something of each page, so that no page is left out. */
__attribute__((noinline)) static unsigned use_stack(uint64_t bytes)
{
    volatile unsigned char page[PAGE];
    for (size_t i = 0; i < PAGE; i++)
        page[i] = (unsigned char)(bytes + i);
    unsigned below = bytes > PAGE ? use_stack(bytes - PAGE) : 0;
    return below + page[bytes % PAGE];
}

struct answer op_grow(struct mutator *self, const uint64_t *op)
{
    /* A call takes more than its page, but not twice as much. */
    if (op[0] > stack_left(self) / 2)
        return refused();
    use_stack(op[0]);
    return done();
}

struct answer op_stash(struct mutator *self, const uint64_t *op)
{
    if (op[0] == NO_PLACE || place_is_used((enum place)op[0]) || !refers(self, op[1]))
        return skip();
    return place_put((enum place)op[0], self->top[op[1]].at) ? done() : refused();
}

struct answer op_unstash(struct mutator *self, const uint64_t *op)
{
    if (op[1] == NO_PLACE || !place_is_used((enum place)op[1]))
        return skip();
    return receive(self, op[0], place_take((enum place)op[1]));
}

/* Ops about mutators. M is running or not, but never who asks: nobody waits for itself. */

struct answer op_reset(void)
{
    for (unsigned who = 1; who < MUTATORS; who++)
        if (mutator_runs(who))
            mutator_end(who);
    for (int place = 0; place < PLACES; place++)
        if (place_is_used((enum place)place))
            place_take((enum place)place);
    world_reset();
    return done();
}

struct answer op_start(unsigned who, const uint64_t *op)
{
    ref argument = mutators[who].top[op[1]];
    if (mutator_runs((unsigned)op[0]) || argument.past)
        return skip();
    return mutator_start((unsigned)op[0], argument) ? done() : refused();
}

struct answer op_end(unsigned who, const uint64_t *op)
{
    if (op[0] == 0 || op[0] == who || !mutator_runs((unsigned)op[0]))
        return skip();
    mutator_end((unsigned)op[0]);
    return done();
}

struct answer op_hand(unsigned who, const uint64_t *op)
{
    if (op[0] == who || !mutator_runs((unsigned)op[0]) || !refers(&mutators[who], op[2]))
        return skip();
    /* As a send to a waiting receiver does: straight into its frame. */
    mutators[op[0]].top[op[1]] = mutators[who].top[op[2]];
    return done();
}
