// The doctest runner of the core. Options: --test-case=<name>, --list-test-cases, --duration=true.
#define DOCTEST_CONFIG_IMPLEMENT_WITH_MAIN
#include "core/support.h"

// AddressSanitizer reads this: a malloc that fails returns null, as it does without sanitizers.
extern "C" const char* __asan_default_options() { return "allocator_may_return_null=1"; }
