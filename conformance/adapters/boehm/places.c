#include "places.h"

#define GC_THREADS
#include <gc/gc.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>

const char *const place_names[PLACES] = {"argument", "registers", "finalizer", "map-key", "map-value", "channel"};

static bool used[PLACES];

/* Handed over in static data, which is a root, and taken from there before `put` returns. */
static struct keeper {
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t changed;
    cell *handed;
    bool taken;
    atomic_bool asked;
} keepers[PLACES] = {
    [PLACE_ARGUMENT] = {.lock = PTHREAD_MUTEX_INITIALIZER, .changed = PTHREAD_COND_INITIALIZER},
    [PLACE_REGISTERS] = {.lock = PTHREAD_MUTEX_INITIALIZER, .changed = PTHREAD_COND_INITIALIZER},
};

static cell *receive(struct keeper *keeper)
{
    pthread_mutex_lock(&keeper->lock);
    cell *held = keeper->handed;
    keeper->handed = NULL;
    keeper->taken = true;
    pthread_cond_broadcast(&keeper->changed);
    pthread_mutex_unlock(&keeper->lock);
    return held;
}

/* Not inlined, so that there is a call that has the argument. */
__attribute__((noinline)) static void hold_argument(struct keeper *keeper, cell *held)
{
    pthread_mutex_lock(&keeper->lock);
    while (!atomic_load(&keeper->asked))
        pthread_cond_wait(&keeper->changed, &keeper->lock);
    keeper->handed = held;
    pthread_mutex_unlock(&keeper->lock);
}

static void *wait_with_argument(void *at)
{
    struct keeper *keeper = at;
    hold_argument(keeper, receive(keeper));
    return NULL;
}

static void *be_busy(void *at)
{
    struct keeper *keeper = at;
    cell *held = receive(keeper);
    /* In each round the value has to be in a register, and may have been changed there. */
    while (!atomic_load_explicit(&keeper->asked, memory_order_acquire))
        __asm__ volatile("" : "+r"(held));
    keeper->handed = held;
    return NULL;
}

static bool keep_by_thread(struct keeper *keeper, void *(*keep)(void *), cell *held)
{
    keeper->handed = held;
    keeper->taken = false;
    atomic_store(&keeper->asked, false);
    bool started = pthread_create(&keeper->thread, NULL, keep, keeper) == 0;
    pthread_mutex_lock(&keeper->lock);
    while (started && !keeper->taken)
        pthread_cond_wait(&keeper->changed, &keeper->lock);
    pthread_mutex_unlock(&keeper->lock);
    if (!started)
        keeper->handed = NULL;
    return started;
}

static cell *take_from_thread(struct keeper *keeper)
{
    pthread_mutex_lock(&keeper->lock);
    atomic_store_explicit(&keeper->asked, true, memory_order_release);
    pthread_cond_broadcast(&keeper->changed);
    pthread_mutex_unlock(&keeper->lock);
    pthread_join(keeper->thread, NULL);
    cell *held = keeper->handed;
    keeper->handed = NULL;
    return held;
}

/* An object that stays alive, as static data leads to it. It is none of the script's. */
static void *anchor;

static void GC_CALLBACK never_runs(void *at, void *held)
{
    (void)at;
    (void)held;
}

static bool keep_by_finalizer(cell *held)
{
    anchor = GC_MALLOC_ATOMIC(WORD);
    if (anchor)
        GC_register_finalizer(anchor, never_runs, held, NULL, NULL);
    return anchor;
}

static cell *take_from_finalizer(void)
{
    GC_finalization_proc before;
    void *held;
    GC_register_finalizer(anchor, NULL, NULL, &before, &held);
    anchor = NULL;
    return held;
}

/* A table or a ring in collected memory. It stays, and the next thing goes into its next slot. */
enum { SLOTS = 8 };
static struct container {
    cell **slots;
    unsigned next;
} containers[PLACES];

static bool keep_in_container(struct container *container, cell *held)
{
    if (!container->slots)
        container->slots = GC_MALLOC(SLOTS * sizeof *container->slots);
    if (container->slots)
        container->slots[container->next] = held;
    return container->slots;
}

static cell *take_from_container(struct container *container)
{
    cell *held = container->slots[container->next];
    container->slots[container->next] = NULL;
    container->next = (container->next + 1) % SLOTS;
    return held;
}

bool place_is_used(enum place place)
{
    return used[place];
}

bool place_put(enum place place, cell *held)
{
    switch (place) {
    case PLACE_ARGUMENT:
        used[place] = keep_by_thread(&keepers[place], wait_with_argument, held);
        break;
    case PLACE_REGISTERS:
        used[place] = keep_by_thread(&keepers[place], be_busy, held);
        break;
    case PLACE_FINALIZER:
    case PLACES:
        used[place] = keep_by_finalizer(held);
        break;
    case PLACE_KEY:
    case PLACE_VALUE:
    case PLACE_CHANNEL:
        used[place] = keep_in_container(&containers[place], held);
        break;
    }
    return used[place];
}

cell *place_take(enum place place)
{
    used[place] = false;
    if (place >= PLACE_KEY)
        return take_from_container(&containers[place]);
    return place == PLACE_FINALIZER ? take_from_finalizer() : take_from_thread(&keepers[place]);
}
