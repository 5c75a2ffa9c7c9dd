/* tests.c as C++. */
#include "tests.c"
