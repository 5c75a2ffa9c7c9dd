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
RV_WASM rv_f(__m128 x) { return v128_t(_mm_castps_si128(x)); }
inline __m128i rv_x(v128_t x) { return __m128i(x); }
inline __m128 rv_y(v128_t x) { return _mm_castsi128_ps(__m128i(x)); }

RV_WASM wasm_v128_load(const void* at) {
  return rv_i(_mm_loadu_si128(static_cast<const __m128i*>(at)));
}
RV_WASM wasm_v128_load32_zero(const void* at) {
  std::int32_t x;
  std::memcpy(&x, at, sizeof x);
  return v128_t{x, 0, 0, 0};
}
RV_WASM wasm_v128_load64_zero(const void* at) { return rv_i(_mm_loadu_si64(at)); }
RV_WASM wasm_v128_load32_lane(const void* at, v128_t lanes, int lane) {
  std::memcpy(reinterpret_cast<std::int32_t*>(&lanes) + lane, at, 4);
  return lanes;
}

RV_WASM wasm_f32x4_const_splat(float x) { return rv_f(_mm_set1_ps(x)); }
RV_WASM wasm_f32x4_splat(float x) { return rv_f(_mm_set1_ps(x)); }
RV_WASM wasm_f32x4_add(v128_t a, v128_t b) { return rv_f(_mm_add_ps(rv_y(a), rv_y(b))); }
RV_WASM wasm_f32x4_sub(v128_t a, v128_t b) { return rv_f(_mm_sub_ps(rv_y(a), rv_y(b))); }
RV_WASM wasm_f32x4_mul(v128_t a, v128_t b) { return rv_f(_mm_mul_ps(rv_y(a), rv_y(b))); }
RV_WASM wasm_f32x4_abs(v128_t a) { return a & 0x7FFFFFFF; }
#define wasm_f32x4_extract_lane(x, lane) (rv_y(x)[lane])
#define wasm_i32x4_shuffle(a, b, ...) __builtin_shufflevector(a, b, __VA_ARGS__)

RV_WASM wasm_i8x16_const_splat(std::int8_t x) { return rv_i(_mm_set1_epi8(x)); }
RV_WASM wasm_i8x16_splat(std::int8_t x) { return rv_i(_mm_set1_epi8(x)); }
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
