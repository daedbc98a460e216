#include "objects.h"

#include <gc/gc.h>
#include <stdatomic.h>

#include "text.h"

const char *const map_names[MAPS] = {"none", "all", "first", "last", "odd", "even"};

/* Number n is at n - 1. Objects are made by one mutator at a time. */
static struct {
    struct shape *shapes;
    size_t count, room;
} made;

static uint64_t stamp_of(uint64_t number, uint64_t word)
{
    return number + ((word < STAMP_TOP ? word : STAMP_TOP) << 32);
}

static uint64_t number_in(uint64_t stamp)
{
    return stamp & UINT32_MAX;
}

static uint64_t count_object(struct shape shape)
{
    if (made.count == made.room) {
        made.room = 2 * made.room + 1024;
        made.shapes = room_for(made.shapes, made.room, sizeof *made.shapes);
    }
    made.shapes[made.count] = shape;
    return ++made.count;
}

static bool shape_by(uint64_t stamp, struct object *out)
{
    out->number = number_in(stamp);
    if (out->number == 0 || out->number > made.count)
        return false;
    out->shape = made.shapes[out->number - 1];
    return true;
}

static uint64_t dirty_in(const unsigned char *bytes, size_t count)
{
    uint64_t dirty = 0;
    for (size_t i = 0; i < count; i++)
        dirty += bytes[i] != 0;
    return dirty;
}

struct object object_new(uint64_t words, enum map map, uint64_t *dirty_bytes)
{
    struct shape shape = {(uint32_t)words, map};
    size_t bytes = (size_t)words * WORD;
    cell *at = map == MAP_NONE ? GC_MALLOC_ATOMIC(bytes) : GC_MALLOC(bytes);
    if (!at)
        return (struct object){0};
    *dirty_bytes = dirty_in((const unsigned char *)at, bytes);
    uint64_t number = count_object(shape);
    for (uint64_t word = 0; word < words; word++)
        /* Memory without a map is not cleared by the collector, but has no slots either. */
        if (!is_slot(shape, word))
            at[word] = stamp_of(number, word);
    return (struct object){at, number, shape};
}

void objects_forget(uint64_t count)
{
    made.count -= count;
}

enum view object_at(ref at, struct object *out)
{
    if (!at.at || at.past || *at.at >> 32)
        return VIEW_SKIP;
    out->at = at.at;
    return shape_by(*at.at, out) ? VIEW_OBJECT : VIEW_BROKEN;
}

bool object_around(cell *at, struct object *out)
{
    uint64_t word = *at >> 32;
    cell *start = GC_base(at);
    /* Where the collector knows of no object, or of one that starts elsewhere, the stamp is wrong. */
    if (!start || word >= STAMP_TOP || at - start != (ptrdiff_t)word)
        return false;
    out->at = start;
    return shape_by(*at, out) && word < out->shape.words;
}

uint64_t object_wrong(const struct object *object)
{
    uint64_t wrong = 0;
    for (uint64_t word = 0; word < object->shape.words; word++)
        if (!is_slot(object->shape, word))
            wrong += object->at[word] != stamp_of(object->number, word);
    return wrong;
}

bool is_slot(struct shape shape, uint64_t word)
{
    if (word == 0)
        return false;
    switch ((enum map)shape.map) {
    case MAP_ALL: return true;
    case MAP_FIRST: return word == 1;
    case MAP_LAST: return word + 1 == shape.words;
    case MAP_ODD: return word % 2 == 1;
    case MAP_EVEN: return word % 2 == 0;
    case MAP_NONE:
    case MAPS: break;
    }
    return false;
}

uint64_t slot_count(struct shape shape)
{
    switch ((enum map)shape.map) {
    case MAP_ALL: return shape.words - 1;
    case MAP_FIRST:
    case MAP_LAST: return shape.words > 1;
    case MAP_ODD: return shape.words / 2;
    case MAP_EVEN: return (shape.words - 1) / 2;
    case MAP_NONE:
    case MAPS: break;
    }
    return 0;
}

cell *slot_cell(const struct object *object, uint64_t slot)
{
    switch ((enum map)object->shape.map) {
    case MAP_LAST: return object->at + object->shape.words - 1;
    case MAP_ODD: return object->at + 1 + 2 * slot;
    case MAP_EVEN: return object->at + 2 + 2 * slot;
    default: return object->at + 1 + slot;
    }
}

/* A store of the right kind, and the wrong one that fits its place. */

static cell plain(cell address)
{
    return address;
}

static cell every_5th_hidden(cell address)
{
    static atomic_uint stores;
    return atomic_fetch_add(&stores, 1) % 5 == 4 ? ~address : address;
}

static cell unhide(cell address)
{
    return address >> 63 ? ~address : address;
}

static cell (*written)(cell) = plain, (*read_back)(cell) = plain;

void plant_hidden_store(void)
{
    written = every_5th_hidden;
    read_back = unhide;
}

static cell *reference(cell address)
{
    return (cell *)(uintptr_t)read_back(address);
}

static cell address_of(const cell *to)
{
    return (cell)(uintptr_t)to;
}

cell *slot_load(const cell *slot)
{
    return reference(*slot);
}

void slot_store(cell *slot, cell *to)
{
    *slot = to ? written(address_of(to)) : 0;
}

/* The collector stops all threads while it marks, so an exchange needs no barrier of its own. */

cell *slot_swap(cell *slot, cell *to)
{
    return reference(atomic_exchange((_Atomic(cell) *)slot, address_of(to)));
}

bool slot_cas(cell *slot, cell *from, cell *to)
{
    cell expected = address_of(from);
    while (!atomic_compare_exchange_strong((_Atomic(cell) *)slot, &expected, address_of(to)))
        if (reference(expected) != from)
            return false;
    return true;
}
