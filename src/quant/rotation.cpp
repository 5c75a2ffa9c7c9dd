#include "quant/rotation.h"

#include <bit>
#include <cmath>

#include "base/limits.h"
#include "kernels/lanes.h"

namespace rv {
namespace {

constexpr float kRoot = 0.707106781f;  // of 1/2

// Number `n` of SplitMix64 (Steele, Lea & Flood 2014).
std::uint64_t random_bits(std::uint64_t seed, std::uint64_t n) noexcept {
  std::uint64_t z = seed + (n + 1) * 0x9E3779B97F4A7C15u;
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
  return z ^ (z >> 31);
}

void flip_signs(float* x, std::size_t count, std::uint64_t seed, std::uint64_t word) noexcept {
  std::uint64_t bits = 0;
  std::size_t i = 0;
  for (; i < count; i += 4, bits >>= 4) {
    if (i % 64 == 0) bits = random_bits(seed, word++);
    if (i + 4 > count) break;
    // Lane j gets bit j as its highest.
    const U32x4 spread =
        static_cast<std::uint32_t>(bits) * U32x4{1u << 31, 1u << 30, 1u << 29, 1u << 28};
    store_lanes(x + i, load_lanes<U32x4>(x + i) ^ (spread & 0x80000000u));
  }
  for (; i < count; ++i, bits >>= 1)
    if (bits % 2 != 0) x[i] = -x[i];
}

// The Walsh-Hadamard transform of length 1. Pre: count is a power of two and at least 4.
void transform(float* x, std::size_t count) noexcept {
  const float scale = 1 / std::sqrt(static_cast<float>(count));
  for (std::size_t i = 0; i < count; i += 4) {  // the first two stages, within four lanes
    F32x4 v = load_lanes<F32x4>(x + i) * scale;
    v = v * F32x4{1, -1, 1, -1} + __builtin_shufflevector(v, v, 1, 0, 3, 2);
    v = v * F32x4{1, 1, -1, -1} + __builtin_shufflevector(v, v, 2, 3, 0, 1);
    store_lanes(x + i, v);
  }
  for (std::size_t half = 4; half < count; half *= 2)
    for (std::size_t i = 0; i < count; i += 4) {
      if ((i & half) != 0) continue;
      const auto a = load_lanes<F32x4>(x + i), b = load_lanes<F32x4>(x + i + half);
      store_lanes(x + i, a + b);
      store_lanes(x + i + half, a - b);
    }
}

// Turns each of the first `half` components and one of the last `half` by 45 degrees.
void mix_halves(float* x, std::size_t count, std::size_t half) noexcept {
  for (std::size_t i = 0; i < half; i += 4) {
    float* y = x + count - half;
    const F32x4 a = load_lanes<F32x4>(x + i) * kRoot, b = load_lanes<F32x4>(y + i) * kRoot;
    store_lanes(x + i, a + b);
    store_lanes(y + i, a - b);
  }
}

}  // namespace

void Rotation::turn(std::span<float> vector, bool inverse) const noexcept {
  float* x = vector.data();
  const std::size_t window = std::bit_floor(dim_), last = dim_ - window;
  const unsigned steps = last == 0 ? 9 : 12;
  for (unsigned i = 0; i < steps; ++i) {
    // Every step is its own inverse: the way back takes them in reverse.
    const unsigned step = inverse ? steps - 1 - i : i, round = step / 3;
    if (step % 3 == 0) {
      flip_signs(x, dim_, seed_, round * (kMaxDimensions / 64));
    } else if (step % 3 == 2) {
      if (last != 0) mix_halves(x, dim_, dim_ / 8 * 4);
    } else if (window >= 4) {
      transform(round % 2 == 0 ? x : x + last, window);
    }
  }
}

}  // namespace rv
