#include <gc/gc.h>

#include "perform.h"
#include "text.h"
#include "world.h"

static struct answer gathered(void)
{
    static struct text text;
    text.length = 0;
    gather(&text);
    return (struct answer){.kind = TEXT, .text = text.bytes};
}

struct answer op_collect(struct mutator *self, const uint64_t *op)
{
    (void)self, (void)op;
    /* One collection, not as many as find something: of a chain of finalizers, one link is due. */
    GC_gcollect();
    return gathered();
}

struct answer op_poll(struct mutator *self, const uint64_t *op)
{
    (void)self, (void)op;
    return gathered();
}

/* Weak handles and finalizers */

struct answer op_weak(struct mutator *self, const uint64_t *op)
{
    if (!refers(self, op[1]))
        return skip();
    return handle_set((unsigned)op[0], self->top[op[1]].at) ? done() : refused();
}

struct answer op_strong(struct mutator *self, const uint64_t *op)
{
    if (!handle_is_set((unsigned)op[1]))
        return skip();
    return receive(self, op[0], handle_follow((unsigned)op[1]));
}

struct answer op_forget(struct mutator *self, const uint64_t *op)
{
    (void)self;
    handle_forget((unsigned)op[0]);
    return done();
}

static struct answer give_finalizer(struct mutator *self, uint64_t local, int global)
{
    struct object object;
    struct answer otherwise;
    if (!needed(self, local, &object, &otherwise))
        return otherwise;
    return finalizer_give(&object, global) ? done() : skip();
}

struct answer op_finalizer(struct mutator *self, const uint64_t *op)
{
    return give_finalizer(self, op[0], NO_REVIVAL);
}

struct answer op_reviver(struct mutator *self, const uint64_t *op)
{
    return give_finalizer(self, op[0], (int)op[1]);
}

struct answer op_unfinalizer(struct mutator *self, const uint64_t *op)
{
    struct object object;
    struct answer otherwise;
    if (!needed(self, op[0], &object, &otherwise))
        return otherwise;
    return finalizer_take(&object) ? done() : skip();
}

struct answer op_stats(struct mutator *self, const uint64_t *op)
{
    static struct text text;
    (void)self, (void)op;
    text.length = 0;
    text_add(&text, "{\"heap-bytes\":%zu,\"free-bytes\":%zu,\"bytes-since-collection\":%zu,",
             GC_get_heap_size(), GC_get_free_bytes(), GC_get_bytes_since_gc());
    text_add(&text, "\"total-bytes\":%zu,\"collections\":%lu}", GC_get_total_bytes(),
             (unsigned long)GC_get_gc_no());
    return (struct answer){.kind = TEXT, .text = text.bytes};
}
