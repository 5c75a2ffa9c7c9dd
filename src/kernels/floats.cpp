#include "kernels/floats.h"

#include <algorithm>

#include "kernels/lanes.h"

namespace rv {

Magnitudes measure(std::span<const float> values) noexcept {
  F32x4 largest = {}, sum = {}, squares = {};
  for (std::size_t i = 0; i < values.size(); i += 4) {
    const F32x4 x = magnitude(load_lanes<F32x4>(&values[i]));
    largest = x > largest ? x : largest;
    sum += x;
    squares += x * x;
  }
  return {std::max(std::max(largest[0], largest[1]), std::max(largest[2], largest[3])),
          add_lanes(sum), add_lanes(squares)};
}

}  // namespace rv
