#include "mutator.h"

#define GC_THREADS
#include <gc/gc.h>
#include <pthread.h>

#include "text.h"

struct mutator mutators[MUTATORS];

/* The handoff: mutator 0 leaves a step and waits for the answer. One lock is enough, as only one mutator
 * works at a time; everybody else's memory is seen through it. */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

static struct post {
    pthread_t thread;
    pthread_cond_t changed;
    enum { ABSENT, STARTING, IDLE, ASKED, ENDING } state;
    ref argument;  /* while it is STARTING: static data, so a root */
    const struct step *step;
    struct answer answer;
} posts[MUTATORS];

/* Comes back with what ended the frame: NO_TURN if there are no more steps. */
static enum turn frame(struct mutator *self, int depth, ref argument)
{
    ref locals[LOCALS] = {argument};
    const struct step *step;
    self->top = locals;
    while ((step = self->script->next(self))) {
        if (step->turn == UNWIND) {
            return UNWIND;
        } else if (step->turn == POP && depth > 1) {
            self->script->answer(self, (struct answer){.kind = DONE});
            return POP;
        } else if (step->turn == PUSH && depth < FRAMES) {
            self->script->answer(self, (struct answer){.kind = DONE});
            if (frame(self, depth + 1, (ref){0}) == UNWIND)
                return UNWIND;
            self->top = locals;
        } else if (step->turn != NO_TURN) {
            self->script->answer(self, (struct answer){.kind = SKIP});
        } else {
            self->script->answer(self, step->perform(self, step->operands));
        }
    }
    return NO_TURN;
}

static void live(struct mutator *self, ref argument)
{
    char here;
    self->stack = &here;
    while (frame(self, 1, argument) == UNWIND)
        argument = (ref){0};
    self->top = NULL;
}

uint64_t stack_left(const struct mutator *self)
{
    char here;
    uint64_t used = (uint64_t)((uintptr_t)self->stack - (uintptr_t)&here), spare = 64 << 10;
    return used + spare < STACK_BYTES ? STACK_BYTES - used - spare : 0;
}

static bool start_thread(pthread_t *thread, void *(*run)(void *), void *argument)
{
    pthread_attr_t attributes;
    if (pthread_attr_init(&attributes) != 0)
        return false;
    bool started = pthread_attr_setstacksize(&attributes, STACK_BYTES) == 0 &&
                   pthread_create(thread, &attributes, run, argument) == 0;
    pthread_attr_destroy(&attributes);
    return started;
}

static void *lead(void *script)
{
    mutators[0].script = script;
    live(&mutators[0], (ref){0});
    return NULL;
}

void mutator_lead(const struct script *script)
{
    pthread_t thread;
    if (!start_thread(&thread, lead, (void *)script))
        give_up("mutator 0 does not start");
    pthread_join(thread, NULL);
}

bool mutator_runs(unsigned who)
{
    return who == 0 || posts[who].state != ABSENT;
}

static void become(struct post *post, int state)
{
    post->state = state;
    pthread_cond_broadcast(&post->changed);
}

static const struct step *next_of_post(struct mutator *self)
{
    struct post *post = &posts[self - mutators];
    pthread_mutex_lock(&lock);
    if (post->state == STARTING)
        become(post, IDLE);
    while (post->state == IDLE)
        pthread_cond_wait(&post->changed, &lock);
    const struct step *step = post->state == ENDING ? NULL : post->step;
    pthread_mutex_unlock(&lock);
    return step;
}

static void answer_of_post(struct mutator *self, struct answer answer)
{
    struct post *post = &posts[self - mutators];
    pthread_mutex_lock(&lock);
    post->answer = answer;
    become(post, IDLE);
    pthread_mutex_unlock(&lock);
}

static void *run_post(void *at)
{
    static const struct script by_post = {next_of_post, answer_of_post};
    struct post *post = at;
    struct mutator *self = &mutators[post - posts];
    ref argument = post->argument;
    post->argument = (ref){0};
    self->script = &by_post;
    live(self, argument);
    return NULL;
}

/* Until it has left the state: with the lock held. */
static void wait_while(struct post *post, int state)
{
    while ((int)post->state == state)
        pthread_cond_wait(&post->changed, &lock);
}

bool mutator_start(unsigned who, ref argument)
{
    struct post *post = &posts[who];
    pthread_mutex_lock(&lock);
    pthread_cond_init(&post->changed, NULL);
    post->argument = argument;
    bool started = start_thread(&post->thread, run_post, post);
    if (started) {
        post->state = STARTING;
        wait_while(post, STARTING);
    } else {
        post->argument = (ref){0};
    }
    pthread_mutex_unlock(&lock);
    return started;
}

struct answer mutator_ask(unsigned who, const struct step *step)
{
    struct post *post = &posts[who];
    pthread_mutex_lock(&lock);
    post->step = step;
    become(post, ASKED);
    wait_while(post, ASKED);
    struct answer answer = post->answer;
    pthread_mutex_unlock(&lock);
    return answer;
}

void mutator_end(unsigned who)
{
    struct post *post = &posts[who];
    pthread_mutex_lock(&lock);
    become(post, ENDING);
    pthread_mutex_unlock(&lock);
    pthread_join(post->thread, NULL);
    pthread_cond_destroy(&post->changed);
    post->state = ABSENT;
}
