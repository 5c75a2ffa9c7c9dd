// Products of bytes summed into four i32 lanes: exact, so the ways of the builds agree.
#pragma once

#include "kernels/lanes.h"

#if defined(__wasm_simd128__)
#include <wasm_simd128.h>
#endif

namespace rv {

// A query of -63..63, 16 of it, ready to be multiplied with rows.
#if defined(__wasm_relaxed_simd__)

// The second operand of the relaxed product must not have its top bit set, and then the result is
// the same on every machine. dot_i8 therefore adds 64 to the query and takes the sum of the row
// back.
constexpr std::int32_t kQueryBias = 64;

struct QueryLanes {
  explicit QueryLanes(const std::int8_t* query) noexcept : q(wasm_v128_load(query)) {}

  I32x4 add_row(I32x4 sum, const std::byte* row) const noexcept {
    const v128_t biased = wasm_i8x16_add(q, wasm_i8x16_const_splat(kQueryBias));
    return as_lanes(
        wasm_i32x4_relaxed_dot_i8x16_i7x16_add(wasm_v128_load(row), biased, v128_t(sum)));
  }
  // Pre: x is below 128.
  I32x4 add_unsigned(I32x4 sum, U8x16 x) const noexcept {
    return as_lanes(wasm_i32x4_relaxed_dot_i8x16_i7x16_add(q, v128_t(x), v128_t(sum)));
  }

  static I32x4 as_lanes(v128_t v) noexcept { return I32x4(v); }
  v128_t q;
};

#elif defined(__wasm_simd128__)

constexpr std::int32_t kQueryBias = 0;

struct QueryLanes {
  explicit QueryLanes(const std::int8_t* query) noexcept
      : low(wasm_i16x8_load8x8(query)), high(wasm_i16x8_load8x8(query + 8)) {}

  I32x4 add_row(I32x4 sum, const std::byte* row) const noexcept {
    const v128_t x = wasm_v128_load(row);
    return add(sum, wasm_i16x8_extend_low_i8x16(x), wasm_i16x8_extend_high_i8x16(x));
  }
  I32x4 add_unsigned(I32x4 sum, U8x16 x) const noexcept {
    return add(sum, wasm_u16x8_extend_low_u8x16(v128_t(x)),
               wasm_u16x8_extend_high_u8x16(v128_t(x)));
  }

  I32x4 add(I32x4 sum, v128_t x_low, v128_t x_high) const noexcept {
    return sum + I32x4(wasm_i32x4_dot_i16x8(x_low, low)) +
           I32x4(wasm_i32x4_dot_i16x8(x_high, high));
  }
  v128_t low, high;
};

#else

constexpr std::int32_t kQueryBias = 0;

struct QueryLanes {
  explicit QueryLanes(const std::int8_t* query) noexcept : q(load_lanes<I8x16>(query)) {}

  I32x4 add_row(I32x4 sum, const std::byte* row) const noexcept {
    const auto x = load_lanes<I8x16>(row);
    for (int i = 0; i < 16; ++i) sum[i / 4] += q[i] * x[i];
    return sum;
  }
  I32x4 add_unsigned(I32x4 sum, U8x16 x) const noexcept {
    for (int i = 0; i < 16; ++i) sum[i / 4] += q[i] * x[i];
    return sum;
  }
  I8x16 q;
};

#endif

}  // namespace rv
