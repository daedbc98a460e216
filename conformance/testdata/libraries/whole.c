/* Goes wrong in nothing that a single block shows. */
#include "bump.h"
