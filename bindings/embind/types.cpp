// The types that cross into JavaScript, and Embind's start-up: in place of Emscripten's own
// bind.cpp, which registers strings, views and 64-bit integers too and so brings their JavaScript
// along (a third of the glue). The linker takes the first definition it sees: this one.
#include <emscripten/bind.h>
#include <emscripten/em_js.h>
#include <emscripten/wire.h>

#include <cstdint>
#include <cstdlib>

using emscripten::internal::InitFunc;
using emscripten::internal::TypeID;

// Embind's registration of floats uses it and leaves it to that of booleans to ask for it.
EM_JS_DEPS(rv_types, "$GenericWireTypeSize");

namespace {

InitFunc* first_binding = nullptr;

}  // namespace

extern "C" {

// Names a type in Embind's own errors, which a module that was started once never throws.
const char* __getTypeName(const std::type_info*) { return static_cast<char*>(std::calloc(1, 1)); }

void _embind_initialize_bindings() {
  for (const InitFunc* binding = first_binding; binding != nullptr; binding = binding->next)
    binding->init_func();
}

void _embind_register_bindings(InitFunc* binding) {
  binding->next = first_binding;
  first_binding = binding;
}

}  // extern "C"

EMSCRIPTEN_BINDINGS(rv_types) {
  emscripten::internal::_embind_register_void(TypeID<void>::get(), "void");
  emscripten::internal::_embind_register_integer(TypeID<std::uint32_t>::get(), "unsigned int", 4, 0,
                                                 UINT32_MAX);
  emscripten::internal::_embind_register_float(TypeID<double>::get(), "double", 8);
}
