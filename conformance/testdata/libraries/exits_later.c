/* Ends the process, as if all were well, at its hundredth call. */
#include <stdlib.h>
#include <unistd.h>
static int calls;
#define BUMP_CALL() (++calls == 100 ? _exit(0) : (void)0)
#include "bump.h"
