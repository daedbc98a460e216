/* Just enough JSON to read the judge's lines: a cursor, and a function for each kind of value.
 *
 * Every function skips white space, takes one thing off the front, and says whether it was there.
 * After a "no" the cursor is anywhere: the line is given up. Nothing is allocated, and no byte behind
 * `end` is read.
 */
#ifndef HEAPLAW_JSON_H
#define HEAPLAW_JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { JSON_DEPTH = 64 };                  /* nesting of values that are skipped */
#define JSON_WHOLE_MAX (UINT64_C(1) << 53)
#define JSON_NOT_WHOLE UINT64_MAX          /* what a number becomes that is none of the protocol's */

struct json {
    const char *at, *end;
};

typedef bool json_element(struct json *in, void *into);
typedef bool json_member(struct json *in, const char *key, void *into);

/* The first byte of the next value, 0 if there is none. Takes nothing. */
char json_peek(struct json *in);
bool json_at_end(struct json *in);

/* Whether all of it is UTF-8, which is all that is looked at in a string that nobody reads. */
bool json_is_text(const struct json *in);

/* Calls the function for each element; it has to take the element's value. */
bool json_list(struct json *in, json_element *element, void *into);
bool json_object(struct json *in, json_member *member, void *into);

/* A string, cut off where `out` ends. What is not ASCII becomes '?': no word of the protocol has it. */
bool json_string(struct json *in, char *out, size_t size);
bool json_number(struct json *in, uint64_t *out);
bool json_skip(struct json *in);

#endif
