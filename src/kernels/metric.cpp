#include "kernels/metric.h"

#include <cmath>

#include "base/bytes.h"
#include "base/limits.h"

namespace rv {
namespace {

// Double precision: the square of any finite f32 is finite, so a sum that is not finite says that
// a component is not. Four sums in a fixed order, for speed and for the same bits everywhere.
[[gnu::noinline]] double norm_squared(std::span<const std::byte> row) noexcept {
  const std::size_t dim = row.size() / 4;
  double sums[4] = {0, 0, 0, 0};
  for (std::size_t i = 0; i < dim; ++i) {
    const double value = load_le<float>(row.data() + 4 * i);
    sums[i % 4] += value * value;
  }
  return (sums[0] + sums[1]) + (sums[2] + sums[3]);
}

}  // namespace

Status Shape::validate() const noexcept {
  if (static_cast<std::uint32_t>(metric) >= kMetricCount || dim == 0)
    return Status::kInvalidArgument;
  if (metric != Metric::kHamming)
    return dim <= kMaxDimensions ? Status::kOk : Status::kLimitExceeded;
  if (dim % 8 != 0) return Status::kInvalidArgument;
  return dim <= kMaxHammingBits ? Status::kOk : Status::kLimitExceeded;
}

Result<float> inverse_norm(Shape shape, std::span<const std::byte> row) noexcept {
  if (shape.metric == Metric::kHamming) return 1.0f;
  const double squared = norm_squared(row);
  if (!(squared <= kMaxNorm * kMaxNorm)) return Status::kInvalidVector;  // NaN fails too
  if (shape.metric != Metric::kCosine) return 1.0f;
  if (squared < kMinCosineNorm * kMinCosineNorm) return Status::kInvalidVector;
  return static_cast<float>(1.0 / std::sqrt(squared));
}

}  // namespace rv
