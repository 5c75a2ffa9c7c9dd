// What the core tests share: doctest without exceptions, seeded random numbers, vectors as bytes,
// and an imitation of the kernels' lane order.
//
// Without exceptions a failed REQUIRE does not leave the test, so what follows it must be safe.
#pragma once

#define DOCTEST_CONFIG_NO_EXCEPTIONS_BUT_WITH_ALL_ASSERTS
#include <doctest/doctest.h>

#include <bit>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <span>
#include <vector>

#include "core/status_name.h"
#include "kernels/metric.h"

namespace rv {

inline doctest::String toString(Status status) { return test::status_name(status); }

namespace test {

using Bytes = std::vector<std::byte>;
using Floats = std::vector<float>;

// Sequences of random operations: RV_SOAK=1 in the environment makes them twenty times as many.
inline int soak(int count) {
  const char* value = std::getenv("RV_SOAK");
  return value != nullptr && std::strcmp(value, "1") == 0 ? 20 * count : count;
}

// SplitMix64 (Steele, Lea & Flood 2014): the same numbers on every host.
class Random {
 public:
  explicit Random(std::uint64_t seed) : state_(seed) {}

  std::uint64_t next() {
    std::uint64_t z = state_ += 0x9E3779B97F4A7C15u;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
    return z ^ (z >> 31);
  }

  // In [0, bound); the bias of the modulus does not matter here. Pre: bound > 0.
  std::uint32_t below(std::uint32_t bound) { return static_cast<std::uint32_t>(next() % bound); }
  bool one_in(std::uint32_t n) { return below(n) == 0; }

  float between(float low, float high) {
    return low + (high - low) * (static_cast<float>(next() >> 40) * 0x1p-24f);
  }

  Floats floats(std::size_t count, float low = -1, float high = 1) {
    Floats values(count);
    for (float& value : values) value = between(low, high);
    return values;
  }

  Bytes bytes(std::size_t count) {
    Bytes values(count);
    for (std::byte& value : values) value = static_cast<std::byte>(next());
    return values;
  }

 private:
  std::uint64_t state_;
};

inline Bytes to_bytes(std::span<const float> values) {
  const auto bytes = std::as_bytes(values);
  return {bytes.begin(), bytes.end()};
}

inline Floats to_floats(std::span<const std::byte> bytes) {
  Floats values(bytes.size() / 4);
  if (!values.empty()) std::memcpy(values.data(), bytes.data(), values.size() * 4);
  return values;
}

// A vector that every metric accepts (components of [-1, 1], all zero with negligible probability).
inline Bytes random_vector(Random& random, Shape shape) {
  if (shape.metric == Metric::kHamming) return random.bytes(shape.row_bytes());
  return to_bytes(random.floats(shape.dim));
}

inline bool same_bits(float a, float b) {
  return std::bit_cast<std::uint32_t>(a) == std::bit_cast<std::uint32_t>(b);
}

// The sum of `terms` in the lane order of kernels/distance.h, written out from its words.
inline float lane_sum(std::span<const float> terms) {
  float a0 = 0, a1 = 0, a2 = 0, a3 = 0, a4 = 0, a5 = 0, a6 = 0, a7 = 0;
  float a8 = 0, a9 = 0, a10 = 0, a11 = 0, a12 = 0, a13 = 0, a14 = 0, a15 = 0;
  float* const lanes[] = {&a0, &a1, &a2,  &a3,  &a4,  &a5,  &a6,  &a7,
                          &a8, &a9, &a10, &a11, &a12, &a13, &a14, &a15};
  std::size_t lane = 0;
  for (const float term : terms) {
    *lanes[lane] = *lanes[lane] + term;
    lane = lane == 15 ? 0 : lane + 1;
  }
  const float s0 = (a0 + a4) + (a8 + a12);
  const float s1 = (a1 + a5) + (a9 + a13);
  const float s2 = (a2 + a6) + (a10 + a14);
  const float s3 = (a3 + a7) + (a11 + a15);
  return (s0 + s2) + (s1 + s3);
}

}  // namespace test
}  // namespace rv
