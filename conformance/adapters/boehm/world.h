/* What belongs to no mutator: globals, weak handles, and what became known of objects.
 *
 * The collector takes all static data for roots, so globals are roots as they are, and everything that
 * must not keep an object alive is kept as a hidden address: the complement of it.
 */
#ifndef HEAPLAW_WORLD_H
#define HEAPLAW_WORLD_H

#include <stdbool.h>

#include "objects.h"
#include "text.h"

enum { GLOBALS = 64, HANDLES = 64 };

extern ref globals[GLOBALS];

void world_start(void);
void world_reset(void);

/* Has the object's death told of; false if there was no memory for that. */
bool watch(const struct object *object);

enum { NO_REVIVAL = -1 };

/* False if it has one already. The global is where its finalizer stores the object. */
bool finalizer_give(const struct object *object, int global);
/* False if there is none. */
bool finalizer_take(const struct object *object);

bool handle_is_set(unsigned handle);
bool handle_set(unsigned handle, cell *to);
void handle_forget(unsigned handle);
/* NULL if the object is gone. */
cell *handle_follow(unsigned handle);

/* Runs the finalizers that are due, and adds what became known to the text, as JSON. */
void gather(struct text *out);

#endif
