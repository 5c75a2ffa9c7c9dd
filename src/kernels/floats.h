// Sizes of a vector of floats, four lanes at a time: the same bits in every build. `values` is
// padded with zeros to a multiple of 4.
#pragma once

#include <span>

namespace rv {

struct Magnitudes {
  float largest;  // max |x|
  float sum;      // sum |x|
  float squares;  // sum x^2
};

Magnitudes measure(std::span<const float> values) noexcept;

}  // namespace rv
