// A random rotation, drawn once from a seed: what makes one bit a component enough (RaBitQ).
//
// FHT-Kac, after the RaBitQ library: four rounds of random signs, a fast Walsh-Hadamard transform
// of the first or the last 2^k components in turn, and a butterfly of the halves. Where dim is a
// power of two: three rounds without the butterfly, which would undo a stage of the transform.
// Nothing is padded or cut off, so lengths and angles stay. Below 4 components, signs are all.
// O(dim log dim); the same bits in every build.
#pragma once

#include <cstdint>
#include <span>

namespace rv {

class Rotation {
 public:
  // Pre: dim > 0.
  Rotation(std::uint32_t dim, std::uint64_t seed) noexcept : dim_(dim), seed_(seed) {}

  std::uint32_t dim() const noexcept { return dim_; }
  std::uint64_t seed() const noexcept { return seed_; }

  // Turns the first dim() floats, in place. Pre: there are as many.
  void apply(std::span<float> vector) const noexcept { turn(vector, false); }
  void invert(std::span<float> vector) const noexcept { turn(vector, true); }

 private:
  void turn(std::span<float> vector, bool inverse) const noexcept;

  std::uint32_t dim_;
  std::uint64_t seed_;
};

}  // namespace rv
