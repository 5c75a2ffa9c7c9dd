#include <cstdlib>

#include "bindings/c/ruvector.h"

void* rv_alloc(std::size_t bytes) { return std::malloc(bytes); }
void rv_free(void* room) { std::free(room); }

#if defined(__wasm__)
// Emscripten would import this, to tell JavaScript that memory has grown.
extern "C" void emscripten_notify_memory_growth(std::size_t) {}
#endif
