#include <string.h>

#include "perform.h"
#include "world.h"

struct answer op_new(struct mutator *self, const uint64_t *op)
{
    uint64_t dirty;
    struct object object = object_new(op[1], (enum map)op[2], &dirty);
    if (!object.at)
        return refused();
    if (!watch(&object)) {
        objects_forget(1);
        return refused();
    }
    self->top[op[0]] = (ref){.at = object.at};
    return pair(dirty, (uint64_t)(uintptr_t)object.at);
}

struct answer op_load(struct mutator *self, const uint64_t *op)
{
    cell *slot;
    struct answer otherwise;
    if (!needed_slot(self, op[1], op[2], &slot, &otherwise))
        return otherwise;
    return receive(self, op[0], slot_load(slot));
}

struct answer op_store(struct mutator *self, const uint64_t *op)
{
    cell *slot;
    struct answer otherwise;
    if (!needed_slot(self, op[0], op[1], &slot, &otherwise))
        return otherwise;
    if (!refers(self, op[2]))
        return skip();
    slot_store(slot, self->top[op[2]].at);
    return done();
}

struct answer op_clear(struct mutator *self, const uint64_t *op)
{
    cell *slot;
    struct answer otherwise;
    if (!needed_slot(self, op[0], op[1], &slot, &otherwise))
        return otherwise;
    slot_store(slot, NULL);
    return done();
}

struct answer op_swap(struct mutator *self, const uint64_t *op)
{
    cell *slot;
    struct answer otherwise;
    if (!needed_slot(self, op[0], op[1], &slot, &otherwise))
        return otherwise;
    if (self->top[op[2]].past)
        return skip();
    return receive(self, op[2], slot_swap(slot, self->top[op[2]].at));
}

struct answer op_cas(struct mutator *self, const uint64_t *op)
{
    cell *slot;
    struct answer otherwise;
    ref from = self->top[op[2]], to = self->top[op[3]];
    if (!needed_slot(self, op[0], op[1], &slot, &otherwise))
        return otherwise;
    if (from.past || to.past)
        return skip();
    return number(slot_cas(slot, from.at, to.at));
}

struct answer op_copy(struct mutator *self, const uint64_t *op)
{
    cell *to, *from;
    struct answer otherwise;
    if (!needed_slots(self, op[0], op[1], op[4], &to, &otherwise) ||
        !needed_slots(self, op[2], op[3], op[4], &from, &otherwise))
        return otherwise;
    memmove(to, from, (size_t)op[4] * WORD);
    return done();
}

struct answer op_wipe(struct mutator *self, const uint64_t *op)
{
    cell *slots;
    struct answer otherwise;
    if (!needed_slots(self, op[0], op[1], op[2], &slots, &otherwise))
        return otherwise;
    memset(slots, 0, (size_t)op[2] * WORD);
    return done();
}

struct answer op_move(struct mutator *self, const uint64_t *op)
{
    if (!self->top[op[1]].at)
        return skip();
    self->top[op[0]] = self->top[op[1]];
    return done();
}

struct answer op_drop(struct mutator *self, const uint64_t *op)
{
    self->top[op[0]] = (ref){0};
    return done();
}

struct answer op_inside(struct mutator *self, const uint64_t *op)
{
    struct object object;
    struct answer otherwise;
    uint64_t word = op[2];
    if (!needed(self, op[1], &object, &otherwise))
        return otherwise;
    if (word == 0 || word >= STAMP_TOP || word >= object.shape.words || is_slot(object.shape, word))
        return skip();
    return receive(self, op[0], object.at + word);
}

struct answer op_past(struct mutator *self, const uint64_t *op)
{
    struct object object;
    struct answer otherwise;
    if (!needed(self, op[1], &object, &otherwise))
        return otherwise;
    self->top[op[0]] = (ref){.at = object.at + object.shape.words, .past = true};
    return done();
}

struct answer op_check(struct mutator *self, const uint64_t *op)
{
    struct object object;
    struct answer otherwise;
    if (refers(self, op[0]) && *self->top[op[0]].at >> 32)
        return pair(*self->top[op[0]].at, 0);
    if (!needed(self, op[0], &object, &otherwise))
        return otherwise;
    return triple(*object.at, object_wrong(&object), (uint64_t)(uintptr_t)object.at);
}

struct answer op_chain(struct mutator *self, const uint64_t *op)
{
    cell *first = NULL;
    if (op[1] == 0)
        return skip();
    for (uint64_t i = 0; i < op[1]; i++) {
        uint64_t dirty;
        struct object object = object_new(2, MAP_LAST, &dirty);
        if (!object.at) {
            objects_forget(i);
            return refused();
        }
        slot_store(slot_cell(&object, 0), first);
        first = object.at;
    }
    self->top[op[0]] = (ref){.at = first};
    return done();
}

struct answer op_walk(struct mutator *self, const uint64_t *op)
{
    struct object object;
    struct answer otherwise;
    uint64_t seen = 0, wrong = 0;
    if (!needed(self, op[0], &object, &otherwise))
        return otherwise;
    cell *at = object.at;
    for (uint64_t expected = *at; at && seen < op[1]; seen++) {
        wrong += *at != expected;
        expected = *at - 1;
        ref next = {.at = at};
        bool there = object_at(next, &object) == VIEW_OBJECT && slot_count(object.shape) > 0;
        at = there ? slot_load(slot_cell(&object, slot_count(object.shape) - 1)) : NULL;
    }
    return pair(seen, wrong);
}
