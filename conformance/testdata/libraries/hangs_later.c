/* Uses the processor for ever at its hundredth call. */
static int calls;
static void turn(void) { for (volatile int on = 1; on;) {} }
#define BUMP_CALL() (++calls == 100 ? turn() : (void)0)
#include "bump.h"
