// Distance kernels: one query against two rows at once. A leaf: no allocation, no failure, any
// alignment, any dim >= 1.
//
// One lane order for every build (ARCHITECTURE.md, "Determinism"): component i is added to
// accumulator i % 16; then s[j] = (acc[j] + acc[j+4]) + (acc[j+8] + acc[j+12]) for j < 4, and the
// sum is (s[0] + s[2]) + (s[1] + s[3]). Sixteen accumulators are four SIMD registers: one alone
// would wait for its own latency.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>

#include "kernels/metric.h"

namespace rv {

// The rows x and y, which may be the same, are as long as the query and share its loads.
using Kernel = void(std::span<const std::byte> query, const std::byte* x, const std::byte* y,
                    float& out_x, float& out_y) noexcept;

Kernel l2sq;       // of f32: sum (q - x)^2
Kernel dot;        // of f32: sum q * x
Kernel manhattan;  // of f32: sum |q - x|

// The reference in plain C++, equal to the three above to the last bit.
Kernel l2sq_scalar;
Kernel dot_scalar;
Kernel manhattan_scalar;

// Of bytes: differing bits. One version for every build: a 64-bit popcount is as fast as
// i8x16.popcnt, which engines emulate.
Kernel hamming;

// What `metric` ranks by, from what kernel_of(metric) gave; the inverse norms count under cosine
// only. In this order: snapshots' golden answers depend on it.
inline float ranked(Metric metric, float value, float query_norm, float row_norm) noexcept {
  if (metric == Metric::kCosine)
    return std::clamp(1.0f - value * query_norm * row_norm, 0.0f, 2.0f);
  return metric == Metric::kDot ? 0.0f - value : value;  // never -0, which would sort before +0
}

// The kernel that `metric` ranks by, up to a sign or a norm: dot for cosine and dot. Called through
// a pointer so that no optimiser inlines it (ARCHITECTURE.md, "Hot loops").
Kernel* kernel_of(Metric metric) noexcept;

}  // namespace rv
