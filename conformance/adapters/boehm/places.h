/* Places of `stash` that a C program has: a waiting thread's argument, a busy thread's register, and
 * what the collector keeps with a finalizer; and tables and a ring of collected memory, as C programs make
 * their maps and queues of. */
#ifndef HEAPLAW_PLACES_H
#define HEAPLAW_PLACES_H

#include "objects.h"

enum place { PLACE_ARGUMENT, PLACE_REGISTERS, PLACE_FINALIZER, PLACE_KEY, PLACE_VALUE, PLACE_CHANNEL, PLACES };
extern const char *const place_names[PLACES];

bool place_is_used(enum place place);
/* Of a place that is empty; false if there is no thread or memory for it. */
bool place_put(enum place place, cell *held);
/* Of one that is used. */
cell *place_take(enum place place);

#endif
