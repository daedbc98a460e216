#include "batch.h"

#include <string.h>

#include "json.h"

static const char not_json[] = "a line is no JSON object of the protocol";

static bool take_version(struct json *in, void *into)
{
    struct hello *hello = into;
    uint64_t version = JSON_NOT_WHOLE;
    char first = json_peek(in);
    if ((first < '0' || first > '9') && first != '-')
        return json_skip(in);
    if (!json_number(in, &version))
        return false;
    hello->speaks_1 |= version == 1;
    return true;
}

static bool take_hello(struct json *in, const char *key, void *into)
{
    struct hello *hello = into;
    char subject[WORD_LIMIT];
    if (strcmp(key, "heaplaw") == 0)
        return json_list(in, take_version, hello);
    if (strcmp(key, "subject") != 0)
        return json_skip(in);
    hello->is_gc = json_string(in, subject, sizeof subject) && strcmp(subject, "gc") == 0;
    return hello->is_gc;
}

const char *parse_hello(const char *line, size_t length, struct hello *hello)
{
    struct json in = {line, line + length};
    *hello = (struct hello){0};
    if (!json_is_text(&in) || !json_object(&in, take_hello, hello) || !json_at_end(&in))
        return not_json;
    if (!hello->speaks_1)
        return "version 1 is the only one here";
    return hello->is_gc ? NULL : "the subject here is gc";
}

static bool take_value(struct json *in, struct operand *value)
{
    char first = json_peek(in);
    *value = (struct operand){.whole = JSON_NOT_WHOLE};
    value->is_word = first == '"';
    if (value->is_word)
        return json_string(in, value->word, sizeof value->word);
    if (first == '-' || (first >= '0' && first <= '9'))
        return json_number(in, &value->whole);
    return json_skip(in);
}

/* The word comes first, so the count of operands is one behind. */
static bool take_part(struct json *in, void *into)
{
    struct op *op = into;
    struct operand value;
    if (!take_value(in, &value))
        return false;
    if (!op->well_formed) {
        /* The first part, or one after a first part that was no word. */
        op->well_formed = op->count == 0 && value.is_word;
        memcpy(op->word, value.word, sizeof op->word);
        op->count += !op->well_formed;
        return true;
    }
    if (op->count < OPERAND_LIMIT)
        op->operands[op->count] = value;
    op->count++;
    return true;
}

static bool take_op(struct json *in, void *into)
{
    struct batch *batch = into;
    if (batch->count == BATCH_LIMIT)
        return false;
    struct op *op = &batch->ops[batch->count++];
    op->well_formed = false;
    op->count = 0;
    return json_peek(in) == '[' ? json_list(in, take_part, op) : json_skip(in);
}

static bool take_batch(struct json *in, const char *key, void *into)
{
    struct batch *batch = into;
    if (strcmp(key, "batch") == 0)
        return json_number(in, &batch->number);
    if (strcmp(key, "ops") != 0)
        return json_skip(in);
    batch->has_ops = true;
    batch->count = 0;
    return json_list(in, take_op, batch);
}

const char *parse_batch(const char *line, size_t length, struct batch *batch)
{
    struct json in = {line, line + length};
    batch->number = JSON_NOT_WHOLE;
    batch->has_ops = false;
    if (!json_is_text(&in) || !json_object(&in, take_batch, batch) || !json_at_end(&in))
        return not_json;
    return batch->has_ops ? NULL : "a batch has a list of ops";
}
