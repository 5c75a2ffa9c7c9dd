// Asks for memory that will be read soon. WebAssembly has no prefetch, but processors do not wait
// for a load until its value is used: many rows that are touched first arrive together, rows that
// are read one by one arrive one by one.
#pragma once

#include <cstddef>

namespace rv {

inline void touch(const void* at, std::size_t size = 1) noexcept {
  constexpr std::size_t kCacheLine = 64;
  const auto* bytes = static_cast<const volatile std::byte*>(at);
  for (std::size_t i = 0; i < size; i += kCacheLine) static_cast<void>(bytes[i]);
}

}  // namespace rv
