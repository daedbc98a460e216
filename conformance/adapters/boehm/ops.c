#include "ops.h"

#include <gc/gc.h>
#include <string.h>

#include "json.h"
#include "perform.h"
#include "text.h"
#include "world.h"

static const struct op_kind kinds[] = {
    {"new", "lsm", op_new, NO_TURN, BY_MUTATOR},
    {"load", "lln", op_load, NO_TURN, BY_MUTATOR},
    {"store", "lnl", op_store, NO_TURN, BY_MUTATOR},
    {"clear", "ln", op_clear, NO_TURN, BY_MUTATOR},
    {"swap", "lnl", op_swap, NO_TURN, BY_MUTATOR},
    {"cas", "lnll", op_cas, NO_TURN, BY_MUTATOR},
    {"copy", "lnlnn", op_copy, NO_TURN, BY_MUTATOR},
    {"wipe", "lnn", op_wipe, NO_TURN, BY_MUTATOR},
    {"move", "ll", op_move, NO_TURN, BY_MUTATOR},
    {"drop", "l", op_drop, NO_TURN, BY_MUTATOR},
    {"inside", "lln", op_inside, NO_TURN, BY_MUTATOR},
    {"past", "ll", op_past, NO_TURN, BY_MUTATOR},
    {"check", "l", op_check, NO_TURN, BY_MUTATOR},
    {"chain", "ln", op_chain, NO_TURN, BY_MUTATOR},
    {"walk", "ln", op_walk, NO_TURN, BY_MUTATOR},
    {"set", "gl", op_set, NO_TURN, BY_MUTATOR},
    {"get", "lg", op_get, NO_TURN, BY_MUTATOR},
    {"unset", "g", op_unset, NO_TURN, BY_MUTATOR},
    {"push", "", NULL, PUSH, BY_MUTATOR},
    {"pop", "", NULL, POP, BY_MUTATOR},
    {"grow", "n", op_grow, NO_TURN, BY_MUTATOR},
    {"start", "vl", NULL, NO_TURN, BY_START},
    {"end", "v", NULL, NO_TURN, BY_END},
    {"hand", "ull", NULL, NO_TURN, BY_HAND},
    {"stash", "kl", op_stash, NO_TURN, BY_MUTATOR},
    {"unstash", "lk", op_unstash, NO_TURN, BY_MUTATOR},
    {"reset", "", NULL, UNWIND, BY_RESET},
    {"collect", "", op_collect, NO_TURN, BY_MUTATOR},
    {"poll", "", op_poll, NO_TURN, BY_MUTATOR},
    {"weak", "gl", op_weak, NO_TURN, BY_MUTATOR},
    {"strong", "lg", op_strong, NO_TURN, BY_MUTATOR},
    {"forget", "g", op_forget, NO_TURN, BY_MUTATOR},
    {"finalizer", "l", op_finalizer, NO_TURN, BY_MUTATOR},
    {"reviver", "lg", op_reviver, NO_TURN, BY_MUTATOR},
    {"unfinalizer", "l", op_unfinalizer, NO_TURN, BY_MUTATOR},
    {"stats", "", op_stats, NO_TURN, BY_MUTATOR},
};

/* The place of a word in a list, or the length of the list. */
static uint64_t place_in(const char *const *list, size_t length, const char *word)
{
    size_t at = 0;
    while (at < length && strcmp(list[at], word) != 0)
        at++;
    return at;
}

static bool operand_fits(char letter, const struct operand *given, uint64_t *out)
{
    *out = given->whole;
    switch (letter) {
    case 'l': return *out < LOCALS;
    case 'g': return *out < GLOBALS; /* or a weak handle: there are as many */
    case 'u': return *out < MUTATORS;
    case 'v': return *out >= 1 && *out < MUTATORS; /* mutator 0 is never started or ended */
    case 's': return *out >= 1 && *out <= WORDS_LIMIT;
    case 'n': return *out <= JSON_WHOLE_MAX;
    case 'm': return (*out = place_in(map_names, MAPS, given->word)) < MAPS;
    case 'k': *out = place_in(place_names, PLACES, given->word); return given->is_word;
    default: return false;
    }
}

static const struct op_kind *kind_of(const char *word)
{
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (strcmp(kinds[i].word, word) == 0)
            return &kinds[i];
    return NULL;
}

const struct op_kind *op_resolve(const struct op *op, unsigned *who, struct step *step,
                                 struct answer *answer)
{
    uint64_t performer;
    *answer = fault("an op is a list of a word, a mutator and operands");
    if (!op->well_formed || op->count == 0)
        return NULL;
    const struct op_kind *kind = kind_of(op->word);
    *answer = (struct answer){.kind = UNSUPPORTED};
    if (!kind)
        return NULL;
    *answer = fault("it has another number of operands");
    if (op->count != 1 + strlen(kind->operands))
        return NULL;
    *answer = fault("an operand is out of range");
    if (!operand_fits('u', &op->operands[0], &performer))
        return NULL;
    *who = (unsigned)performer;
    *step = (struct step){.perform = kind->perform, .turn = kind->turn};
    for (size_t i = 0; kind->operands[i]; i++)
        if (!operand_fits(kind->operands[i], &op->operands[i + 1], &step->operands[i]))
            return NULL;
    return kind;
}

/* Whether the collector takes an address at the end of an object for one of that object. */
static bool ends_are_inside(void)
{
    for (size_t bytes = WORD; bytes <= 1 << 20; bytes *= 2) {
        char *small = GC_MALLOC(bytes), *plain = GC_MALLOC_ATOMIC(bytes);
        if (!small || !plain || GC_base(small + bytes) != small || GC_base(plain + bytes) != plain)
            return false;
    }
    return true;
}

const char *op_offers(void)
{
    static struct text offers;
    bool inside = GC_get_all_interior_pointers();
    text_add(&offers, "addresses atomics bulk chain finalizers frames globals mutators ordered stash "
                      "stats weak%s%s",
             inside ? " interior" : "", inside && ends_are_inside() ? " past-end" : "");
    return offers.bytes;
}
