/* Text and lists of numbers that grow, outside of the collector's heap. They hold no reference. */
#ifndef HEAPLAW_TEXT_H
#define HEAPLAW_TEXT_H

#include <stddef.h>
#include <stdint.h>

struct text {
    char *bytes;
    size_t length, room;
};

struct numbers {
    uint64_t *at;
    size_t count, room;
};

/* Ends the process: without its own tables the adapter would answer wrong. */
_Noreturn void give_up(const char *why);

/* Memory of the C library's, or the end. */
void *room_for(void *old, size_t count, size_t size);

__attribute__((format(printf, 2, 3))) void text_add(struct text *text, const char *format, ...);

void numbers_add(struct numbers *numbers, uint64_t number);
void numbers_sort(struct numbers *numbers);

/* As a JSON list; three and more in a row become a pair of the first and the last. */
void text_add_numbers(struct text *text, const struct numbers *numbers);

#endif
