#include "world.h"

#include <gc/gc.h>

ref globals[GLOBALS];

/* A hidden address of an object, which the collector clears. They come from malloc in slabs, and never
 * move, as the collector knows where each is; in there it looks for no references. */
struct death {
    void *link;
    uint64_t number;  /* 0 while the entry is unused */
    struct death *next_unused;
};

enum { SLAB = 1024 };

struct slab {
    struct slab *next;
    struct death deaths[SLAB];
};

static struct slab *slabs;
static struct death *unused;

static struct handle {
    void *link;
    bool set;  /* by the script: the link alone does not tell an empty handle from a cleared one */
} handles[HANDLES];

static struct {
    struct numbers dead, finalized, strong, broken;
} news;

/* Links of two kinds. A short link is cleared before finalizers run, as a weak handle must be. A long
 * link is cleared once nothing, not even a finalizer that is due, can lead to the object: that is a
 * death. Neither keeps the object for one more collection, as a finalizer that reports would. */

static void add_slab(void)
{
    struct slab *slab = room_for(NULL, 1, sizeof *slab);
    *slab = (struct slab){.next = slabs};
    slabs = slab;
    for (struct death *death = slab->deaths; death < slab->deaths + SLAB; death++) {
        death->next_unused = unused;
        unused = death;
    }
}

bool watch(const struct object *object)
{
    if (!unused)
        add_slab();
    struct death *death = unused;
    death->link = (void *)GC_HIDE_POINTER(object->at);
    if (GC_register_long_link(&death->link, object->at) != GC_SUCCESS)
        return false;
    death->number = object->number;
    unused = death->next_unused;
    return true;
}

static void gather_deaths(void)
{
    for (struct slab *slab = slabs; slab; slab = slab->next) {
        for (struct death *death = slab->deaths; death < slab->deaths + SLAB; death++) {
            if (death->number && !death->link) {
                numbers_add(&news.dead, death->number);
                death->number = 0;
                death->next_unused = unused;
                unused = death;
            }
        }
    }
    numbers_sort(&news.dead);
}

static void *reveal(void *link)
{
    void *hidden = *(void **)link;
    return hidden ? GC_REVEAL_POINTER(hidden) : NULL;
}

bool handle_is_set(unsigned handle)
{
    return handles[handle].set;
}

bool handle_set(unsigned handle, cell *to)
{
    struct handle *entry = &handles[handle];
    handle_forget(handle);
    entry->link = (void *)GC_HIDE_POINTER(to);
    entry->set = GC_general_register_disappearing_link(&entry->link, GC_base(to)) == GC_SUCCESS;
    return entry->set;
}

void handle_forget(unsigned handle)
{
    GC_unregister_disappearing_link(&handles[handle].link);
    handles[handle] = (struct handle){0};
}

cell *handle_follow(unsigned handle)
{
    /* Under the lock no collection can clear the link between its being read and its being held. */
    return GC_call_with_alloc_lock(reveal, &handles[handle].link);
}

static bool handle_leads_to(const struct object *object)
{
    for (unsigned handle = 0; handle < HANDLES; handle++) {
        cell *to = handle_follow(handle);
        if (to && GC_base(to) == object->at)
            return true;
    }
    return false;
}

static bool is_whole(const struct object *object)
{
    if (object_wrong(object))
        return false;
    for (uint64_t slot = 0; slot < slot_count(object->shape); slot++) {
        struct object held;
        cell *to = slot_load(slot_cell(object, slot));
        if (to && (!object_around(to, &held) || object_wrong(&held)))
            return false;
    }
    return true;
}

/* `data` is the global of a reviver and 1 more, so that no finalizer is without. */
static void GC_CALLBACK finalize(void *at, void *data)
{
    struct object object;
    int global = (int)(intptr_t)data - 1;
    if (!object_around(at, &object) || object.at != at) {
        numbers_add(&news.broken, *(cell *)at & UINT32_MAX);
        return;
    }
    numbers_add(&news.finalized, object.number);
    if (handle_leads_to(&object))
        numbers_add(&news.strong, object.number);
    if (!is_whole(&object))
        numbers_add(&news.broken, object.number);
    if (global != NO_REVIVAL)
        globals[global] = (ref){.at = at};
}

/* The collector is asked, not a table of ours: it gives back what was registered before. */

bool finalizer_give(const struct object *object, int global)
{
    GC_finalization_proc before = NULL;
    void *data = NULL, *mine = (void *)(intptr_t)(global + 1);
    GC_register_finalizer(object->at, finalize, mine, &before, &data);
    if (before)
        GC_register_finalizer(object->at, before, data, NULL, NULL);
    return !before;
}

bool finalizer_take(const struct object *object)
{
    GC_finalization_proc before = NULL;
    void *data = NULL;
    GC_register_finalizer(object->at, NULL, NULL, &before, &data);
    return before;
}

void world_start(void)
{
    /* Finalizers run where something is gathered, not inside of whatever op allocates. */
    GC_set_finalize_on_demand(1);
}

void world_reset(void)
{
    for (unsigned g = 0; g < GLOBALS; g++)
        globals[g] = (ref){0};
    for (unsigned handle = 0; handle < HANDLES; handle++)
        handle_forget(handle);
}

static void tell(struct text *out, const char *key, struct numbers *numbers)
{
    if (numbers->count == 0)
        return;
    text_add(out, "%s\"%s\":", out->bytes[out->length - 1] == '{' ? "" : ",", key);
    text_add_numbers(out, numbers);
    numbers->count = 0;
}

void gather(struct text *out)
{
    while (GC_invoke_finalizers() > 0)
        ;
    gather_deaths();
    text_add(out, "{");
    tell(out, "dead", &news.dead);
    tell(out, "finalized", &news.finalized);
    tell(out, "strong", &news.strong);
    tell(out, "broken", &news.broken);
    text_add(out, "}");
}
