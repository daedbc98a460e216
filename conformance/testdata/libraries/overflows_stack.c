/* Calls itself for ever at its hundredth call. */
static int calls;
static int deeper(volatile int *above) {
    volatile int here = *above + 1;
    return deeper(&here) + here;
}
static void descend(void) { volatile int start = 0; deeper(&start); }
#define BUMP_CALL() (++calls == 100 ? descend() : (void)0)
#include "bump.h"
