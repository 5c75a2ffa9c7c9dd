// The f32 kernels in WebAssembly SIMD; distance.h has the lane order, distance_scalar.cpp the
// reference. Empty in builds without simd128.
#if defined(__wasm_simd128__)

#include <wasm_simd128.h>

#include "kernels/distance.h"

namespace rv {
namespace {

struct L2sq {
  static v128_t add_term(v128_t acc, v128_t q, v128_t x) noexcept {
    const v128_t diff = wasm_f32x4_sub(q, x);
    return wasm_f32x4_add(acc, wasm_f32x4_mul(diff, diff));
  }
};

struct Dot {
  static v128_t add_term(v128_t acc, v128_t q, v128_t x) noexcept {
    return wasm_f32x4_add(acc, wasm_f32x4_mul(q, x));
  }
};

struct Manhattan {
  static v128_t add_term(v128_t acc, v128_t q, v128_t x) noexcept {
    return wasm_f32x4_add(acc, wasm_f32x4_abs(wasm_f32x4_sub(q, x)));
  }
};

// Up to four of `count` floats and zeros behind them: a zero in both operands adds +0 in every
// kernel.
[[gnu::noinline]] v128_t load_tail(const float* at, std::ptrdiff_t count) noexcept {
  if (count <= 0) return wasm_f32x4_const_splat(0);
  if (count == 1) return wasm_v128_load32_zero(at);
  if (count >= 4) return wasm_v128_load(at);
  const v128_t two = wasm_v128_load64_zero(at);
  return count == 2 ? two : wasm_v128_load32_lane(at + 2, two, 2);
}

// A single row at a time: rows come from DRAM in sequence, and several streams at once confuse the
// prefetcher.
template <typename Op>
float one_row(const float* q, const float* x, std::size_t dim) noexcept {
  v128_t a0 = wasm_f32x4_const_splat(0), a1 = a0, a2 = a0, a3 = a0;
  std::size_t i = 0;
  for (; i + 16 <= dim; i += 16) {
    a0 = Op::add_term(a0, wasm_v128_load(q + i), wasm_v128_load(x + i));
    a1 = Op::add_term(a1, wasm_v128_load(q + i + 4), wasm_v128_load(x + i + 4));
    a2 = Op::add_term(a2, wasm_v128_load(q + i + 8), wasm_v128_load(x + i + 8));
    a3 = Op::add_term(a3, wasm_v128_load(q + i + 12), wasm_v128_load(x + i + 12));
  }
  // What is left takes four turns, so that every accumulator is in its place again.
  for (const std::size_t end = (dim + 15) / 16 * 16; i < end; i += 4) {
    const auto left = static_cast<std::ptrdiff_t>(dim) - static_cast<std::ptrdiff_t>(i);
    const v128_t sum = Op::add_term(a0, load_tail(q + i, left), load_tail(x + i, left));
    a0 = a1;
    a1 = a2;
    a2 = a3;
    a3 = sum;
  }
  v128_t s = wasm_f32x4_add(wasm_f32x4_add(a0, a1), wasm_f32x4_add(a2, a3));
  s = wasm_f32x4_add(s, wasm_i32x4_shuffle(s, s, 2, 3, 0, 1));
  return wasm_f32x4_extract_lane(s, 0) + wasm_f32x4_extract_lane(s, 1);
}

template <typename Op>
void rows_simd128(std::span<const std::byte> query, std::span<const std::byte> rows,
                  std::span<float> out) noexcept {
  // wasm loads take any alignment; the pointers are only ever given to them.
  const auto* q = reinterpret_cast<const float*>(query.data());
  const auto* x = reinterpret_cast<const float*>(rows.data());
  const std::size_t dim = query.size() / 4;
  for (float& result : out) {
    result = one_row<Op>(q, x, dim);
    x += dim;
  }
}

}  // namespace

void l2sq(std::span<const std::byte> query, std::span<const std::byte> rows,
          std::span<float> out) noexcept {
  rows_simd128<L2sq>(query, rows, out);
}

void dot(std::span<const std::byte> query, std::span<const std::byte> rows,
         std::span<float> out) noexcept {
  rows_simd128<Dot>(query, rows, out);
}

void manhattan(std::span<const std::byte> query, std::span<const std::byte> rows,
               std::span<float> out) noexcept {
  rows_simd128<Manhattan>(query, rows, out);
}

}  // namespace rv

#endif
