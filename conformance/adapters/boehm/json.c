#include "json.h"

#include <string.h>

static bool skip_nested(struct json *in, int depth);

char json_peek(struct json *in)
{
    while (in->at < in->end && memchr(" \t\r\n", *in->at, 4))
        in->at++;
    return in->at < in->end ? *in->at : 0;
}

bool json_at_end(struct json *in)
{
    json_peek(in);
    return in->at == in->end;
}

/* The bytes that follow a first one, and the least code point that needs as many; 0 for no first one. */
static int bytes_behind(unsigned char first, uint32_t *least)
{
    *least = first < 0xe0 ? 0x80 : first < 0xf0 ? 0x800 : 0x10000;
    return first < 0x80 ? 0 : first < 0xc0 ? -1 : first < 0xe0 ? 1 : first < 0xf0 ? 2 : first < 0xf8 ? 3 : -1;
}

bool json_is_text(const struct json *in)
{
    for (const char *at = in->at; at < in->end;) {
        uint32_t least;
        unsigned char first = (unsigned char)*at++;
        int behind = bytes_behind(first, &least);
        if (behind < 0 || in->end - at < behind)
            return false;
        uint32_t point = first & (behind == 0 ? 0x7f : 0x3f >> behind);
        for (int i = 0; i < behind; i++, at++) {
            if (((unsigned char)*at & 0xc0) != 0x80)
                return false;
            point = point << 6 | ((unsigned char)*at & 0x3f);
        }
        if (behind > 0 && (point < least || point > 0x10ffff || (point >= 0xd800 && point < 0xe000)))
            return false;
    }
    return true;
}

static bool take(struct json *in, char c)
{
    /* A byte 0 in the line is looked for by nobody, so that 0 may stand for the end. */
    bool there = json_peek(in) == c;
    in->at += there;
    return there;
}

bool json_list(struct json *in, json_element *element, void *into)
{
    if (!take(in, '['))
        return false;
    if (take(in, ']'))
        return true;
    do {
        if (!element(in, into))
            return false;
    } while (take(in, ','));
    return take(in, ']');
}

bool json_object(struct json *in, json_member *member, void *into)
{
    char key[16];
    if (!take(in, '{'))
        return false;
    if (take(in, '}'))
        return true;
    do {
        if (!json_string(in, key, sizeof key) || !take(in, ':') || !member(in, key, into))
            return false;
    } while (take(in, ','));
    return take(in, '}');
}

static bool take_hex(struct json *in, unsigned *out)
{
    static const char digits[] = "0123456789abcdef";
    if (in->end - in->at < 4)
        return false;
    *out = 0;
    for (int i = 0; i < 4; i++) {
        char c = *in->at++;
        const char *found = memchr(digits, c >= 'A' && c <= 'F' ? c + 32 : c, 16);
        if (!found)
            return false;
        *out = *out * 16 + (unsigned)(found - digits);
    }
    return true;
}

/* What follows a backslash. */
static bool take_escape(struct json *in, char *out)
{
    static const char escapes[] = "\"\\/bfnrt", meant[] = "\"\\/\b\f\n\r\t";
    if (in->at == in->end)
        return false;
    char c = *in->at++;
    if (c == 'u') {
        unsigned unit;
        if (!take_hex(in, &unit))
            return false;
        *out = unit > 0 && unit < 0x80 ? (char)unit : '?';
        return true;
    }
    const char *found = memchr(escapes, c, sizeof escapes - 1);
    if (found)
        *out = meant[found - escapes];
    return found;
}

bool json_string(struct json *in, char *out, size_t size)
{
    size_t length = 0;
    if (!take(in, '"'))
        return false;
    while (in->at < in->end && *in->at != '"') {
        char c = *in->at++;
        if ((unsigned char)c < 0x20)
            return false;
        if (c == '\\' && !take_escape(in, &c))
            return false;
        if (length + 1 < size)
            out[length++] = (unsigned char)c < 0x80 ? c : '?';
    }
    if (size > 0)
        out[length] = 0;
    return take(in, '"');
}

static size_t take_digits(struct json *in)
{
    const char *from = in->at;
    while (in->at < in->end && *in->at >= '0' && *in->at <= '9')
        in->at++;
    return (size_t)(in->at - from);
}

static bool take_any(struct json *in, const char *set)
{
    bool there = in->at < in->end && memchr(set, *in->at, strlen(set));
    in->at += there;
    return there;
}

static uint64_t whole_of(const char *digits, size_t count)
{
    uint64_t whole = 0;
    for (size_t i = 0; i < count && whole <= JSON_WHOLE_MAX; i++)
        whole = whole * 10 + (uint64_t)(digits[i] - '0');
    return whole <= JSON_WHOLE_MAX ? whole : JSON_NOT_WHOLE;
}

bool json_number(struct json *in, uint64_t *out)
{
    json_peek(in);
    bool negative = take_any(in, "-"), fraction = false;
    const char *digits = in->at;
    size_t count = take_digits(in);
    if (count == 0 || (count > 1 && *digits == '0'))
        return false;
    *out = whole_of(digits, count);
    if (take_any(in, ".")) {
        fraction = true;
        if (take_digits(in) == 0)
            return false;
    }
    if (take_any(in, "eE")) {
        fraction = true;
        take_any(in, "+-");
        if (take_digits(in) == 0)
            return false;
    }
    if (negative || fraction)
        *out = JSON_NOT_WHOLE;
    return true;
}

static bool take_name(struct json *in, const char *name)
{
    size_t length = strlen(name);
    bool there = (size_t)(in->end - in->at) >= length && memcmp(in->at, name, length) == 0;
    in->at += there ? length : 0;
    return there;
}

static bool skip_element(struct json *in, void *depth)
{
    return skip_nested(in, *(int *)depth);
}

static bool skip_member(struct json *in, const char *key, void *depth)
{
    (void)key;
    return skip_nested(in, *(int *)depth);
}

static bool skip_nested(struct json *in, int depth)
{
    uint64_t number;
    int below = depth - 1;
    if (depth == 0)
        return false;
    switch (json_peek(in)) {
    case '[': return json_list(in, skip_element, &below);
    case '{': return json_object(in, skip_member, &below);
    case '"': return json_string(in, NULL, 0);
    case 't': return take_name(in, "true");
    case 'f': return take_name(in, "false");
    case 'n': return take_name(in, "null");
    default: return json_number(in, &number);
    }
}

bool json_skip(struct json *in)
{
    return skip_nested(in, JSON_DEPTH);
}
