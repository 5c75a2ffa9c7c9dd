// Little-endian fields in byte buffers, and size arithmetic that cannot wrap.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>

namespace rv {

static_assert(std::endian::native == std::endian::little,
              "snapshots are little-endian and copied as they lie in memory");

template <typename T>
T load_le(const std::byte* at) noexcept {
  T value;
  std::memcpy(&value, at, sizeof value);
  return value;
}

template <typename T>
void store_le(std::byte* at, T value) noexcept {
  std::memcpy(at, &value, sizeof value);
}

inline bool is_zero(std::span<const std::byte> bytes) noexcept {
  for (const std::byte byte : bytes)
    if (byte != std::byte{0}) return false;
  return true;
}

// The next multiple of `alignment`, a power of two. Pre: value <= UINT64_MAX - alignment.
constexpr std::uint64_t align_up(std::uint64_t value, std::uint64_t alignment) noexcept {
  return (value + alignment - 1) & ~(alignment - 1);
}

}  // namespace rv
