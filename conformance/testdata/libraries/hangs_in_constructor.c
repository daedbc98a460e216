/* Waits for ever before anyone has called it. */
#include "bump.h"
#include <unistd.h>
__attribute__((constructor)) static void wait_for_ever(void) { for (;;) pause(); }
