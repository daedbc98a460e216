#include "text.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

_Noreturn void give_up(const char *why)
{
    fprintf(stderr, "heaplaw-boehm: %s\n", why);
    exit(1);
}

void *room_for(void *old, size_t count, size_t size)
{
    void *memory = count > SIZE_MAX / size ? NULL : realloc(old, count * size);
    if (!memory)
        give_up("no memory for the adapter's own tables");
    return memory;
}

void text_add(struct text *text, const char *format, ...)
{
    va_list arguments;
    for (;;) {
        size_t room = text->room - text->length;
        va_start(arguments, format);
        int length = vsnprintf(text->bytes ? text->bytes + text->length : NULL, room, format, arguments);
        va_end(arguments);
        if (length >= 0 && (size_t)length < room) {
            text->length += (size_t)length;
            return;
        }
        text->room = 2 * text->room + (size_t)length + 256;
        text->bytes = room_for(text->bytes, text->room, 1);
    }
}

void numbers_add(struct numbers *numbers, uint64_t number)
{
    if (numbers->count == numbers->room) {
        numbers->room = 2 * numbers->room + 64;
        numbers->at = room_for(numbers->at, numbers->room, sizeof *numbers->at);
    }
    numbers->at[numbers->count++] = number;
}

static int compare(const void *a, const void *b)
{
    uint64_t left = *(const uint64_t *)a, right = *(const uint64_t *)b;
    return (left > right) - (left < right);
}

void numbers_sort(struct numbers *numbers)
{
    if (numbers->count)
        qsort(numbers->at, numbers->count, sizeof *numbers->at, compare);
}

void text_add_numbers(struct text *text, const struct numbers *numbers)
{
    const char *comma = "";
    text_add(text, "[");
    for (size_t i = 0, next; i < numbers->count; i = next) {
        uint64_t first = numbers->at[i];
        for (next = i + 1; next < numbers->count && numbers->at[next] == first + (next - i); next++)
            ;
        if (next - i < 3)
            next = i + 1;
        if (next == i + 1)
            text_add(text, "%s%" PRIu64, comma, first);
        else
            text_add(text, "%s[%" PRIu64 ",%" PRIu64 "]", comma, first, first + (next - i - 1));
        comma = ",";
    }
    text_add(text, "]");
}
