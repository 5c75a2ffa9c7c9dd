// The point that codes are relative to, and what it makes of vectors and distances.
//
// u is the vector x as given, x / |x| under cosine; r = u - c is its residual from the centre c.
//
//   metric     distance                               query vector v  query term   row term  weight
//   euclidean  |q - c|^2 + |r|^2 - 2 <q - c, r>       q - c           |q - c|^2    |r|^2     -2
//   cosine     half of that, of unit vectors: 1 - cos q - c           half of it   half      -1
//   dot        -<q, c> - <q, r>                       q               -<q, c>      -<c, r>   -1
//
// distance = query term + row term * row weight + weight * <v, r>. The row weight is 1, but 0 for a
// query under dot: the row term is for distances between rows, where v is r alone.
#pragma once

#include <cstddef>
#include <span>

#include "base/memory.h"
#include "kernels/metric.h"

namespace rv {

// Floats in a buffer for a vector of `dim`: zeros follow the components.
constexpr std::size_t padded(std::size_t dim) noexcept { return (dim + 15) & ~std::size_t{15}; }

class Center {
 public:
  // Pre: metric euclidean, cosine or dot. The centre is 0 until it is trained.
  Center(Shape shape, MemoryBudget& budget) noexcept
      : shape_(shape), values_(budget), sums_(budget) {}

  Shape shape() const noexcept { return shape_; }
  std::uint32_t dim() const noexcept { return shape_.dim; }
  bool is_dot() const noexcept { return shape_.metric == Metric::kDot; }
  float weight() const noexcept { return shape_.metric == Metric::kEuclidean ? -2.0f : -1.0f; }

  // Makes the centre the mean of the vectors given to add() between begin() and end(), which voids
  // codes of the old centre. Their order counts, in the last bits. kOutOfMemory changes nothing.
  Status begin() noexcept;
  void add(const std::byte* vector, float inverse_norm) noexcept;
  void end() noexcept;

  // The components, for a snapshot; empty while the centre is 0.
  std::span<const float> values() const noexcept {
    return values_.span().first(values_.size() == 0 ? 0 : dim());
  }

  // Takes what values() gave, as bytes. kFormatChecksum: they are none that it gives. Then, and on
  // kOutOfMemory, nothing changes.
  Status load(std::span<const std::byte> values) noexcept;

  // -|c|^2, or 0.
  float minus_norm_squared() const noexcept { return minus_norm_squared_; }

  // Writes r, padded, and returns the row term. Pre: out.size() >= padded(dim); the vector passed
  // rv::inverse_norm(), which is beside it.
  float residual(const std::byte* vector, float inverse_norm, std::span<float> out) const noexcept;

  // Writes v, padded, and returns the query term; never -0. Pre: as above.
  float query(const std::byte* vector, float inverse_norm, std::span<float> out) const noexcept;

  // The row term of a padded residual; never -0.
  float row_term(std::span<const float> residual) const noexcept;

  // r -> the vector as it was given, in place. Pre: residual.size() >= dim.
  void restore(float inverse_norm, std::span<float> residual) const noexcept;

  // A distance as TopK and graphs take it: not -0, and not below 0 where the metric is not.
  float rank(float distance) const noexcept {
    return is_dot() ? distance + 0.0f : distance > 0.0f ? distance : 0.0f;
  }

 private:
  float minus_dot(const float* v) const noexcept;

  Shape shape_;
  Array<float> values_;  // padded; empty for 0
  Array<double> sums_;   // during training
  double count_ = 0;
  float minus_norm_squared_ = 0;
};

}  // namespace rv
