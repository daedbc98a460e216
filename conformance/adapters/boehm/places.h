/* Places of `stash` that a C program has: a waiting thread's argument, a busy thread's register, and
 * what the collector keeps with a finalizer. */
#ifndef HEAPLAW_PLACES_H
#define HEAPLAW_PLACES_H

#include "objects.h"

enum place { PLACE_ARGUMENT, PLACE_REGISTERS, PLACE_FINALIZER, PLACES };
extern const char *const place_names[PLACES];

bool place_is_used(enum place place);
/* Of a place that is empty; false if there is no thread or memory for it. */
bool place_put(enum place place, cell *held);
/* Of one that is used. */
cell *place_take(enum place place);

#endif
