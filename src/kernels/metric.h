// What each metric stores and ranks by.
//
//   metric     row bytes  distance (lower is nearer)
//   cosine     4 * dim    1 - cos, clamped to [0, 2]
//   dot        4 * dim    -dot
//   euclidean  4 * dim    sum (a - b)^2; hosts report its root
//   manhattan  4 * dim    sum |a - b|
//   hamming    dim / 8    differing bits
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "base/status.h"

namespace rv {

// Values are stored in snapshots and cross into JavaScript: append, never renumber.
enum class Metric : std::uint8_t {
  kCosine = 0,
  kDot = 1,
  kEuclidean = 2,
  kManhattan = 3,
  kHamming = 4,
};
constexpr std::uint32_t kMetricCount = 5;

// What every vector of a collection is: `dim` counts floats, or bits under hamming.
struct Shape {
  Metric metric = Metric::kCosine;
  std::uint32_t dim = 0;

  std::size_t row_bytes() const noexcept {
    return metric == Metric::kHamming ? dim / 8 : std::size_t{dim} * 4;
  }

  // kInvalidArgument: unknown metric, dim 0, or bits that are no multiple of 8.
  // kLimitExceeded: dim above kMaxDimensions (kMaxHammingBits under hamming).
  Status validate() const noexcept;
};

// The factor that scales a vector to unit length under cosine, 1 for the other metrics. The row
// may have any alignment. kInvalidVector: a component is NaN or infinite, the norm is above
// kMaxNorm, or, under cosine, zero or below kMinCosineNorm.
Result<float> inverse_norm(Shape shape, std::span<const std::byte> row) noexcept;

}  // namespace rv
