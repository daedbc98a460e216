/* heaplaw-boehm: the Boehm-Demers-Weiser collector, as the protocol for collectors speaks of it.
 *
 * 1. Mutator 0 leads. Whenever its topmost frame asks for a step, `next_step` reads on.
 * 2. A line becomes a batch (batch.h, json.h), an op of it a step (ops.h).
 * 3. A step of mutator 0 is returned to its frame, which performs and answers it (mutator.h). One of
 *    another mutator is left at its post, and the answer waited for.
 * 4. With the last answer of a batch, the reply is written.
 */

#define GC_THREADS
#include <gc/gc.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "batch.h"
#include "mutator.h"
#include "ops.h"
#include "perform.h"
#include "text.h"
#include "world.h"

/* From malloc: as static data they would be two megabytes of roots, with the judge's numbers in them. */
static char *line;
static struct batch *batch;
static size_t at;           /* the op of the batch that is next */
static uint64_t batches;    /* so many were begun: the number of this one */
static struct text reply;
static int status;

static void write_reply(void)
{
    text_add(&reply, "\n");
    fwrite(reply.bytes, 1, reply.length, stdout);
    fflush(stdout);
    reply.length = 0;
}

static void give_up_on(const char *why)
{
    reply.length = 0;
    text_add(&reply, "{\"error\":\"%s\"}", why);
    write_reply();
    status = 1;
}

/* A line without its end. False at the end of input, and after a line that is too long. */
static bool read_line(size_t *length)
{
    int c;
    *length = 0;
    while ((c = getc_unlocked(stdin)) != EOF && c != '\n') {
        if (*length == LINE_LIMIT) {
            give_up_on("a line is longer than 1 MiB");
            return false;
        }
        line[(*length)++] = (char)c;
    }
    return c != EOF || *length > 0;
}

static void write_hello(void)
{
    unsigned version = GC_get_version();
    const char *comma = "";
    text_add(&reply, "{\"version\":1,\"name\":\"boehm\",\"release\":\"%u.%u.%u\",\"offers\":[",
             version >> 16, version >> 8 & 0xff, version & 0xff);
    for (const char *offer = op_offers(); *offer; comma = ",") {
        size_t length = strcspn(offer, " ");
        text_add(&reply, "%s\"%.*s\"", comma, (int)length, offer);
        offer += length + (offer[length] == ' ');
    }
    text_add(&reply, "]}");
    write_reply();
}

static bool greet(void)
{
    struct hello hello;
    size_t length;
    if (!read_line(&length))
        return false;
    const char *wrong = parse_hello(line, length, &hello);
    if (wrong)
        give_up_on(wrong);
    else
        write_hello();
    return !wrong;
}

static bool read_batch(void)
{
    size_t length;
    if (!read_line(&length))
        return false;
    const char *wrong = parse_batch(line, length, batch);
    batches++;
    if (!wrong && batch->number != batches)
        wrong = "this is not the batch that was due";
    if (wrong) {
        give_up_on(wrong);
        return false;
    }
    at = 0;
    text_add(&reply, "{\"batch\":%" PRIu64 ",\"answers\":[", batches);
    return true;
}

static void end_batch(void)
{
    text_add(&reply, "]}");
    write_reply();
}

static void add_answer(struct answer answer)
{
    if (reply.bytes[reply.length - 1] != '[')
        text_add(&reply, ",");
    switch (answer.kind) {
    case DONE: text_add(&reply, "null"); break;
    case NUMBER: text_add(&reply, "%" PRIu64, answer.first); break;
    case PAIR: text_add(&reply, "[%" PRIu64 ",%" PRIu64 "]", answer.first, answer.second); break;
    case TRIPLE:
        text_add(&reply, "[%" PRIu64 ",%" PRIu64 ",%" PRIu64 "]", answer.first, answer.second, answer.third);
        break;
    case TEXT: text_add(&reply, "%s", answer.text); break;
    case SKIP: text_add(&reply, "\"skip\""); break;
    case REFUSED: text_add(&reply, "\"refused\""); break;
    case UNSUPPORTED: text_add(&reply, "\"unsupported\""); break;
    case FAULT: text_add(&reply, "{\"error\":\"%s\"}", answer.text); break;
    }
}

static struct answer conduct(enum conduct conduct, unsigned who, const struct step *step)
{
    switch (conduct) {
    case BY_START: return op_start(who, step->operands);
    case BY_END: return op_end(who, step->operands);
    case BY_HAND: return op_hand(who, step->operands);
    case BY_RESET: return op_reset();
    case BY_MUTATOR: break;
    }
    return mutator_ask(who, step);
}

/* Performs ops up to the next one of mutator 0's frame. NULL at the end of the batch. */
static const struct step *next_of_batch(void)
{
    static struct step step;
    while (at < batch->count) {
        unsigned who;
        struct answer answer;
        const struct op_kind *kind = op_resolve(&batch->ops[at++], &who, &step, &answer);
        if (kind && !mutator_runs(who))
            answer = (struct answer){.kind = SKIP};
        else if (kind && who == 0 && kind->conduct == BY_MUTATOR)
            return &step;
        else if (kind)
            answer = conduct(kind->conduct, who, &step);
        add_answer(answer);
        if (step.turn == UNWIND && kind && answer.kind == DONE)
            return &step;
    }
    return NULL;
}

static const struct step *next_step(struct mutator *self)
{
    static bool greeted, in_batch;
    const struct step *step;
    (void)self;
    if (!greeted && !greet())
        return NULL;
    greeted = true;
    while (!in_batch || !(step = next_of_batch())) {
        if (in_batch)
            end_batch();
        in_batch = read_batch();
        if (!in_batch)
            return NULL;
    }
    return step;
}

static void answer_step(struct mutator *self, struct answer answer)
{
    (void)self;
    add_answer(answer);
}

int main(void)
{
    static const struct script conversation = {next_step, answer_step};
    const char *plant = getenv("HEAPLAW_PLANT");
    if (plant && *plant) {
        if (strcmp(plant, "hidden-store") != 0)
            give_up("there is no such fault to plant");
        plant_hidden_store();
    }
    line = room_for(NULL, LINE_LIMIT, 1);
    batch = room_for(NULL, 1, sizeof *batch);
    GC_INIT();
    world_start();
    mutator_lead(&conversation);
    op_reset();
    return status;
}
