/* A malloc that hands out an arena from its start to its end and takes nothing back. Each library
 * of this folder includes it and goes wrong in one way; BUMP_STEP and BUMP_CALL are its sockets. */
#include <errno.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>

#define ARENA ((size_t)8 << 30)

/* How far a block of `size` bytes moves the end. */
#ifndef BUMP_STEP
#define BUMP_STEP(size) (((size) + 31) & ~(size_t)15)
#endif

/* Done at every call. */
#ifndef BUMP_CALL
#define BUMP_CALL() ((void)0)
#endif

static char *arena;
static size_t used;

/* The size of a block is kept in the 16 bytes before it. */
void *malloc(size_t size) {
    BUMP_CALL();
    if (arena == NULL) {
        void *got = mmap(NULL, ARENA, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
        arena = got == MAP_FAILED ? NULL : got;
    }
    if (arena == NULL || size > ARENA / 2) {
        errno = ENOMEM;
        return NULL;
    }
    size_t at = __atomic_fetch_add(&used, BUMP_STEP(size), __ATOMIC_RELAXED);
    if (at > ARENA / 2) {
        errno = ENOMEM;
        return NULL;
    }
    memcpy(arena + at, &size, sizeof size);
    return arena + at + 16;
}

void free(void *block) { (void)block; }

size_t malloc_usable_size(void *block) {
    size_t size = 0;
    if (block != NULL) memcpy(&size, (char *)block - 16, sizeof size);
    return size;
}

void *calloc(size_t count, size_t size) {
    size_t product;
    if (__builtin_mul_overflow(count, size, &product)) {
        errno = ENOMEM;
        return NULL;
    }
    return malloc(product);
}

void *realloc(void *block, size_t size) {
    void *fresh = malloc(size);
    if (block != NULL && fresh != NULL) {
        size_t old = malloc_usable_size(block);
        memcpy(fresh, block, old < size ? old : size);
    }
    return fresh;
}
