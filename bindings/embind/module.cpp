// The free functions of the module: memory for the host's own use, the checksum, and what the
// build is. js/core/heap.ts is the only reader and writer of addresses.
//
// Here and beside: shims translate and decide nothing. All is u32, addresses, flags and statuses
// too, or double where it may not fit. types/raw.d.ts declares the contract.
#include <emscripten/bind.h>

#include <cstdlib>

#include "base/crc32.h"
#include "kernels/int8.h"

namespace {

using Address = std::uint32_t;

// Changes with every incompatible change of the bindings; js/core/module.ts compares it.
std::uint32_t abi() { return 4; }

std::uint32_t simd128() {
#if defined(__wasm_simd128__)
  return 1;
#else
  return 0;
#endif
}

// Whether the integer dot of this build is right on this engine: the baseline compilers of some (V8
// 11.3) get relaxed SIMD wrong for operands that have one result only.
#if defined(__wasm_relaxed_simd__)
std::uint32_t dot_is_sound() {
  constexpr std::size_t kCount = 64;
  std::int8_t query[kCount];
  struct {
    std::int8_t codes[kCount];
    std::int32_t sum = 0;
  } row;
  std::int32_t wanted = 0;
  for (std::size_t i = 0; i < kCount; ++i) {
    query[i] = static_cast<std::int8_t>(i % 2 == 0 ? 63 : -63);
    row.codes[i] = static_cast<std::int8_t>(i % 3 == 0 ? -127 : 127);
    row.sum += row.codes[i];
    wanted += query[i] * row.codes[i];
  }
  const auto* rows = reinterpret_cast<const std::byte*>(&row);
  std::int32_t sum = 0;
  rv::dot_i8(query, kCount, 0, {&rows, 1}, &sum);
  return sum == wanted ? 1 : 0;
}
#else
std::uint32_t dot_is_sound() { return 1; }
#endif

// 0 where the memory is exhausted.
Address allocate(std::uint32_t bytes) { return reinterpret_cast<Address>(std::malloc(bytes)); }

void release(Address at) { std::free(reinterpret_cast<void*>(at)); }

std::uint32_t crc32(std::uint32_t crc, Address at, std::uint32_t bytes) {
  return rv::crc32(crc, {reinterpret_cast<const std::byte*>(at), bytes});
}

}  // namespace

// Embind's start-up: each of the EMSCRIPTEN_BINDINGS registers its functions (library.js) at once.
extern "C" void _embind_register_bindings(emscripten::internal::InitFunc* binding) {
  binding->init_func();
}

EMSCRIPTEN_BINDINGS(rv_module) {
  emscripten::function("abi", &abi);
  emscripten::function("simd128", &simd128);
  emscripten::function("dotIsSound", &dot_is_sound);
  emscripten::function("allocate", &allocate);
  emscripten::function("release", &release);
  emscripten::function("crc32", &crc32);
}
