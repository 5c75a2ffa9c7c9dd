// The types that cross into JavaScript, and Embind's start-up: in place of Emscripten's own
// bind.cpp, which registers strings, views and 64-bit integers too and so brings their JavaScript
// along (a third of the glue). The linker takes the first definition it sees: this one.
#include <emscripten/bind.h>
#include <emscripten/wire.h>

#include <cstdlib>
#include <limits>

using emscripten::internal::InitFunc;
using emscripten::internal::TypeID;

namespace {

InitFunc* first_binding = nullptr;

template <typename T>
void register_integer(const char* name) {
  emscripten::internal::_embind_register_integer(TypeID<T>::get(), name, sizeof(T),
                                                 std::numeric_limits<T>::min(),
                                                 std::numeric_limits<T>::max());
}

template <typename T>
void register_float(const char* name) {
  emscripten::internal::_embind_register_float(TypeID<T>::get(), name, sizeof(T));
}

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
  emscripten::internal::_embind_register_bool(TypeID<bool>::get(), "bool", true, false);
  register_integer<int>("int");
  register_integer<unsigned int>("unsigned int");
  register_integer<unsigned long>("unsigned long");
  register_float<float>("float");
  register_float<double>("double");
}
