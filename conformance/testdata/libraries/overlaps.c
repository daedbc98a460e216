/* Blocks from 1000 bytes on share their last bytes with the next. */
#define BUMP_STEP(size) ((size) < 1000 ? (((size) + 31) & ~(size_t)15) : ((size) & ~(size_t)15))
#include "bump.h"
