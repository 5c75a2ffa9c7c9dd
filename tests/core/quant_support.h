// What the tests of src/quant share: normal random numbers, double precision, padded buffers.
#pragma once

#include <cmath>
#include <numbers>

#include "core/support.h"
#include "quant/center.h"

namespace rv::test {

inline constexpr Metric kCodedMetrics[] = {Metric::kEuclidean, Metric::kCosine, Metric::kDot};

// Box & Muller 1958.
inline double normal(Random& random) {
  const double u = (static_cast<double>(random.next() >> 11) + 0.5) * 0x1p-53;
  const double v = static_cast<double>(random.next() >> 11) * 0x1p-53;
  return std::sqrt(-2 * std::log(u)) * std::cos(2 * std::numbers::pi * v);
}

inline Floats normal_floats(Random& random, std::size_t count) {
  Floats values(count);
  for (float& value : values) value = static_cast<float>(normal(random));
  return values;
}

inline double dot_of(std::span<const float> a, std::span<const float> b) {
  double sum = 0;
  for (std::size_t i = 0; i < a.size(); ++i) sum += static_cast<double>(a[i]) * b[i];
  return sum;
}

inline double norm_of(std::span<const float> a) { return std::sqrt(dot_of(a, a)); }

inline void scale_by(Floats& values, double factor) {
  for (float& value : values) value = static_cast<float>(value * factor);
}

// A unit vector whose product with the unit vector `x` is `cosine`.
inline Floats correlated(Random& random, const Floats& x, double cosine) {
  Floats y = normal_floats(random, x.size());
  const double along = dot_of(x, y);
  for (std::size_t i = 0; i < x.size(); ++i) y[i] = static_cast<float>(y[i] - along * x[i]);
  scale_by(y, 1 / norm_of(y));
  for (std::size_t i = 0; i < x.size(); ++i)
    y[i] = static_cast<float>(cosine * x[i] + std::sqrt(1 - cosine * cosine) * y[i]);
  return y;
}

inline const std::byte* bytes_of(const Floats& values) {
  return std::as_bytes(std::span(values)).data();
}

inline float inverse_norm_of(Shape shape, const Floats& x) {
  return *inverse_norm(shape, std::as_bytes(std::span(x)));
}

inline Floats scratch_for(std::uint32_t dim) { return Floats(padded(dim)); }

// What the metric ranks by, in double precision.
inline double exact_distance(Metric metric, const Floats& q, const Floats& x) {
  if (metric == Metric::kDot) return -dot_of(q, x);
  if (metric == Metric::kCosine) return 1 - dot_of(q, x) / norm_of(q) / norm_of(x);
  double sum = 0;
  for (std::size_t i = 0; i < q.size(); ++i) sum += std::pow(static_cast<double>(q[i]) - x[i], 2);
  return sum;
}

// Trains the centre on the vectors.
inline void train(Center& center, const std::vector<Floats>& vectors) {
  CHECK(center.begin() == Status::kOk);
  for (const Floats& x : vectors) center.add(bytes_of(x), inverse_norm_of(center.shape(), x));
  center.end();
}

// Neither NaN nor -0.
inline bool is_rankable(float value) {
  return !std::isnan(value) && !(value == 0 && std::signbit(value));
}

}  // namespace rv::test
