// The WebAssembly instructions that the core's kernels use, as the x86 instructions an engine makes
// of them: so the native build of the core runs the same kernels, compiled by clang instead of V8.
// For native_core only; put in the compiler's path in front of its own header of this name.
#pragma once

#include <immintrin.h>

#include <cstdint>
#include <cstring>

using v128_t [[gnu::vector_size(16)]] = std::int32_t;

#define RV_WASM inline v128_t __attribute__((always_inline))

RV_WASM rv_i(__m128i x) { return v128_t(x); }
inline __m128i rv_x(v128_t x) { return __m128i(x); }
inline __m128 rv_y(v128_t x) { return _mm_castsi128_ps(__m128i(x)); }

RV_WASM wasm_v128_load(const void* at) {
  return rv_i(_mm_loadu_si128(static_cast<const __m128i*>(at)));
}

inline std::uint32_t wasm_i32x4_bitmask(v128_t x) {
  return static_cast<std::uint32_t>(_mm_movemask_ps(rv_y(x)));
}

RV_WASM wasm_i8x16_const_splat(std::int8_t x) { return rv_i(_mm_set1_epi8(x)); }
RV_WASM wasm_i8x16_add(v128_t a, v128_t b) { return rv_i(_mm_add_epi8(rv_x(a), rv_x(b))); }
RV_WASM wasm_i16x8_load8x8(const void* at) { return rv_i(_mm_cvtepi8_epi16(_mm_loadu_si64(at))); }
RV_WASM wasm_i16x8_extend_low_i8x16(v128_t x) { return rv_i(_mm_cvtepi8_epi16(rv_x(x))); }
RV_WASM wasm_i16x8_extend_high_i8x16(v128_t x) {
  return rv_i(_mm_cvtepi8_epi16(_mm_srli_si128(rv_x(x), 8)));
}
RV_WASM wasm_u16x8_extend_low_u8x16(v128_t x) { return rv_i(_mm_cvtepu8_epi16(rv_x(x))); }
RV_WASM wasm_u16x8_extend_high_u8x16(v128_t x) {
  return rv_i(_mm_cvtepu8_epi16(_mm_srli_si128(rv_x(x), 8)));
}
RV_WASM wasm_i32x4_dot_i16x8(v128_t a, v128_t b) { return rv_i(_mm_madd_epi16(rv_x(a), rv_x(b))); }

// Indexes below 16 and second operands below 128 only, as the core has them.
RV_WASM wasm_i8x16_swizzle(v128_t table, v128_t index) {
  return rv_i(_mm_shuffle_epi8(rv_x(table), rv_x(index)));
}
RV_WASM wasm_i8x16_relaxed_swizzle(v128_t table, v128_t index) {
  return wasm_i8x16_swizzle(table, index);
}
RV_WASM wasm_i32x4_relaxed_dot_i8x16_i7x16_add(v128_t a, v128_t b, v128_t sum) {
#if defined(__AVX512VNNI__) && defined(__AVX512VL__)
  return rv_i(_mm_dpbusd_epi32(rv_x(sum), rv_x(b), rv_x(a)));
#elif defined(__AVXVNNI__)
  return rv_i(_mm_dpbusd_avx_epi32(rv_x(sum), rv_x(b), rv_x(a)));
#else
  const __m128i pairs = _mm_maddubs_epi16(rv_x(b), rv_x(a));
  return rv_i(_mm_madd_epi16(pairs, _mm_set1_epi16(1))) + sum;
#endif
}

#undef RV_WASM
