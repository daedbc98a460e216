/* Crashes before anyone has called it. */
#include "bump.h"
__attribute__((constructor)) static void crash(void) { __builtin_trap(); }
