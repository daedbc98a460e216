/* Objects: memory of the collector's, and what a table outside of it says about their shapes.
 *
 * A slot holds an address as it is, 0 for nil. Which object it is of is read there, in the stamp. The
 * table of shapes is found by the number in the stamp; it holds no address, so it keeps nothing alive.
 */
#ifndef HEAPLAW_OBJECTS_H
#define HEAPLAW_OBJECTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef uint64_t cell;  /* a word of an object */

enum { WORD = sizeof(cell) };
#define WORDS_LIMIT (UINT64_C(1) << 27)
#define STAMP_TOP (UINT64_C(1) << 20)  /* words from here on have the stamp of this one */

enum map { MAP_NONE, MAP_ALL, MAP_FIRST, MAP_LAST, MAP_ODD, MAP_EVEN, MAPS };
extern const char *const map_names[MAPS];

struct shape {
    uint32_t words;
    uint32_t map;
};

/* What a local or a global holds. Nil has no address. */
typedef struct {
    cell *at;   /* the start of an object, one of its words, or its end */
    bool past;  /* an empty view at the end: what lies there is not read */
} ref;

struct object {
    cell *at;
    uint64_t number;
    struct shape shape;
};

enum view { VIEW_OBJECT, VIEW_SKIP, VIEW_BROKEN };

/* A new stamped object of the collector's; its `at` is NULL if there was no memory. */
struct object object_new(uint64_t words, enum map map, uint64_t *dirty_bytes);

/* The last ones made are nobody's: their numbers go to the next. */
void objects_forget(uint64_t count);

/* VIEW_SKIP: it is nil, or points elsewhere than to a start. VIEW_BROKEN: no object has this stamp. */
enum view object_at(ref at, struct object *out);

/* The object that the address is in or at; false if what is read there is of no object. */
bool object_around(cell *at, struct object *out);

/* How many words that are no slots do not hold their stamps. */
uint64_t object_wrong(const struct object *object);

bool is_slot(struct shape shape, uint64_t word);
uint64_t slot_count(struct shape shape);

/* The cell of a slot that is there: below slot_count. */
cell *slot_cell(const struct object *object, uint64_t slot);

/* The only way of references into slots and out of them, but for `copy` and `wipe`. */
cell *slot_load(const cell *slot);
void slot_store(cell *slot, cell *to);
cell *slot_swap(cell *slot, cell *to);
bool slot_cas(cell *slot, cell *from, cell *to);

/* From here on every 5th store hides the address from the collector: see README.md. */
void plant_hidden_store(void);

#endif
