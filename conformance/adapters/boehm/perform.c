#include "perform.h"

struct answer done(void) { return (struct answer){.kind = DONE}; }
struct answer skip(void) { return (struct answer){.kind = SKIP}; }
struct answer refused(void) { return (struct answer){.kind = REFUSED}; }

struct answer number(uint64_t value)
{
    return (struct answer){.kind = NUMBER, .first = value};
}

struct answer pair(uint64_t first, uint64_t second)
{
    return (struct answer){.kind = PAIR, .first = first, .second = second};
}

struct answer triple(uint64_t first, uint64_t second, uint64_t third)
{
    return (struct answer){.kind = TRIPLE, .first = first, .second = second, .third = third};
}

struct answer fault(const char *what)
{
    return (struct answer){.kind = FAULT, .text = what};
}

bool needed(const struct mutator *self, uint64_t local, struct object *object,
                   struct answer *otherwise)
{
    switch (object_at(self->top[local], object)) {
    case VIEW_OBJECT: return true;
    case VIEW_SKIP: *otherwise = skip(); break;
    case VIEW_BROKEN: *otherwise = fault("the stamp at the start is of no object"); break;
    }
    return false;
}

bool needed_slot(const struct mutator *self, uint64_t local, uint64_t slot, cell **out,
                        struct answer *otherwise)
{
    struct object object;
    if (!needed(self, local, &object, otherwise))
        return false;
    *otherwise = skip();
    if (slot >= slot_count(object.shape))
        return false;
    *out = slot_cell(&object, slot);
    return true;
}

bool needed_slots(const struct mutator *self, uint64_t local, uint64_t slot, uint64_t count,
                         cell **out, struct answer *otherwise)
{
    struct object object;
    if (!needed(self, local, &object, otherwise))
        return false;
    *otherwise = skip();
    uint64_t slots = slot_count(object.shape);
    if (object.shape.map != MAP_ALL || slot > slots || count > slots - slot)
        return false;
    *out = object.at + 1 + slot;
    return true;
}

bool refers(const struct mutator *self, uint64_t local)
{
    ref held = self->top[local];
    return held.at && !held.past;
}

struct answer receive(struct mutator *self, uint64_t local, cell *at)
{
    self->top[local] = (ref){.at = at};
    return number(at ? *at : 0);
}
