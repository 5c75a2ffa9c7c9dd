#include "kernels/metric.h"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "base/limits.h"
#include "kernels/lanes.h"

namespace rv {
namespace {

// Double precision: the square of any finite f32 is finite, so a sum that is not finite says that
// a component is not. Four sums in a fixed order, for speed and for the same bits everywhere.
[[gnu::noinline]] double norm_squared(std::span<const std::byte> row) noexcept {
  F64x2 a = {}, b = {};
  F32x4 rest = {};
  const std::byte* at = row.data();
  for (std::size_t left = row.size(); left > 0; left -= std::min<std::size_t>(left, 16), at += 16) {
    if (left < 16) at = static_cast<std::byte*>(std::memcpy(&rest, at, left));
    const auto x = load_lanes<F32x4>(at);
    const F64x2 low = {x[0], x[1]}, high = {x[2], x[3]};
    a += low * low;
    b += high * high;
  }
  return (a[0] + a[1]) + (b[0] + b[1]);
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
