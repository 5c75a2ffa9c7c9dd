// Sixteen bytes at a time by the compilers' vector types: one source for every build. An operation
// on them is the same operation on each lane, so scalar code and SIMD give the same bits.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>

namespace rv {

using F64x2 [[gnu::vector_size(16)]] = double;
using F32x4 [[gnu::vector_size(16)]] = float;
using I32x4 [[gnu::vector_size(16)]] = std::int32_t;
using U32x4 [[gnu::vector_size(16)]] = std::uint32_t;
using I16x8 [[gnu::vector_size(16)]] = std::int16_t;
using U16x8 [[gnu::vector_size(16)]] = std::uint16_t;
using I8x16 [[gnu::vector_size(16)]] = std::int8_t;
using I8x4 [[gnu::vector_size(4)]] = std::int8_t;
using I8x8 [[gnu::vector_size(8)]] = std::int8_t;
using U16x4 [[gnu::vector_size(8)]] = std::uint16_t;
using U8x16 [[gnu::vector_size(16)]] = std::uint8_t;

// Any alignment.
template <typename Vector>
inline Vector load_lanes(const void* at) noexcept {
  Vector lanes;
  std::memcpy(&lanes, at, sizeof lanes);
  return lanes;
}

template <typename Vector>
inline void store_lanes(void* at, Vector lanes) noexcept {
  std::memcpy(at, &lanes, sizeof lanes);
}

inline F32x4 magnitude(F32x4 lanes) noexcept { return F32x4(U32x4(lanes) & 0x7FFFFFFFu); }

// The nearest integers, ties to even: the low bits of the float when it is so large that its last
// bit is 1. Unlike conversions, which engines must guard, it is one addition. Pre: |lanes| < 2^22.
inline I32x4 round_lanes(F32x4 lanes) noexcept {
  return I32x4(lanes + 0x1.8p23f) - std::bit_cast<std::int32_t>(0x1.8p23f);
}

// The low bytes of the lanes.
inline void store_bytes(void* at, I32x4 lanes) noexcept {
  const auto bytes = I8x16(lanes);
  store_lanes(at, __builtin_shufflevector(bytes, bytes, 0, 4, 8, 12));
}

// (lane 0 + lane 2) + (lane 1 + lane 3), as kernels/distance.h adds.
inline float add_lanes(F32x4 lanes) noexcept {
  return (lanes[0] + lanes[2]) + (lanes[1] + lanes[3]);
}
inline std::int32_t add_lanes(I32x4 lanes) noexcept {
  return (lanes[0] + lanes[2]) + (lanes[1] + lanes[3]);
}

}  // namespace rv
