#include "kernels/fast_scan.h"

#include "kernels/lanes.h"

#if defined(__wasm_simd128__)
#include <wasm_simd128.h>
#endif

namespace rv {
namespace {

// table[index[i]] for each i. Pre: indexes are below 16, where relaxed SIMD has one result only.
U8x16 look_up(U8x16 table, U8x16 index) noexcept {
#if defined(__wasm_relaxed_simd__)
  return U8x16(wasm_i8x16_relaxed_swizzle(v128_t(table), v128_t(index)));
#elif defined(__wasm_simd128__)
  return U8x16(wasm_i8x16_swizzle(v128_t(table), v128_t(index)));
#else
  U8x16 found;
  for (int i = 0; i < 16; ++i) found[i] = table[index[i]];
  return found;
#endif
}

// The sums of 16 rows. Sums of two groups fit a byte, and are added to 16 bits as pairs of bytes:
// `pairs` takes even + 256 * odd, modulo 2^16, and `odd` the odd alone.
struct Sums {
  void add(U8x16 of_two_groups) noexcept {
    pairs += U16x8(of_two_groups);
    odd += U16x8(of_two_groups) >> 8;
  }
  void store(std::uint16_t* sums) const noexcept {
    store_lanes(sums, pairs - (odd << 8));
    store_lanes(sums + 8, odd);
  }
  U16x8 pairs = {};
  U16x8 odd = {};
};

U8x16 high_nibbles(U8x16 x) noexcept { return U8x16(U16x8(x) >> 4) & 15; }

// A bit for each lane that is true.
std::uint32_t bits_of(I32x4 lanes) noexcept {
#if defined(__wasm_simd128__)
  return wasm_i32x4_bitmask(v128_t(lanes));
#else
  std::uint32_t bits = 0;
  for (int i = 0; i < 4; ++i) bits |= lanes[i] != 0 ? 1u << i : 0;
  return bits;
#endif
}

}  // namespace

std::uint32_t fast_scan(const std::byte* block, std::size_t groups, const ScanTable& query,
                        const std::uint8_t* table, float limit, float* estimates) noexcept {
  const ScanTable head = query;  // not to be read again after every store
  Sums low, high;
  for (std::size_t at = 0; at < 16 * groups; at += 32) {
    const auto x0 = load_lanes<U8x16>(block + at), x1 = load_lanes<U8x16>(block + at + 16);
    const auto t0 = load_lanes<U8x16>(table + at), t1 = load_lanes<U8x16>(table + at + 16);
    low.add(look_up(t0, x0 & 15) + look_up(t1, x1 & 15));
    high.add(look_up(t0, high_nibbles(x0)) + look_up(t1, high_nibbles(x1)));
  }
  std::uint16_t sums[kScanRows];
  low.store(sums);
  high.store(sums + 16);

  const std::byte* terms = block + 16 * groups;
  const std::byte* factors = terms + kScanRows * sizeof(float);
  const std::byte* errors = factors + kScanRows * sizeof(float);
  std::uint32_t within = 0;
  for (std::uint32_t r = 0; r < kScanRows; r += 4) {
    const auto sum = __builtin_convertvector(load_lanes<U16x4>(sums + r), I32x4);
    const F32x4 product = __builtin_convertvector(sum, F32x4) * head.scale + head.offset;
    const F32x4 estimate = (head.term + load_lanes<F32x4>(terms + 4 * r)) +
                           load_lanes<F32x4>(factors + 4 * r) * product -
                           load_lanes<F32x4>(errors + 4 * r) * head.slack;
    within |= bits_of(estimate <= limit) << r;
    store_lanes(estimates + r, estimate);
  }
  return within;
}

}  // namespace rv
