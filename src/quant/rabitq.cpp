#include "quant/rabitq.h"

#include <cmath>
#include <cstring>

#include "base/limits.h"
#include "kernels/fields.h"
#include "kernels/floats.h"
#include "kernels/lanes.h"

namespace rv {
namespace {

constexpr int kGrids = 12;  // tried for a row

// Steps of a grid over magnitudes: |z| is twice that and 1.
struct Grid {
  I32x4 steps(F32x4 x) const noexcept {
    const F32x4 wanted = magnitude(x) * scale - 0.5f;  // rounds down
    return round_lanes(wanted < largest ? wanted : F32x4{} + largest);
  }
  float scale;
  float largest;
};

// How well a grid fits x: the cosine of x and z is product / sqrt(squares) / |x|.
struct Fit {
  float product = 0;  // <x, z>
  float squares = 1;  // <z, z>

  bool is_better_than(Fit other) const noexcept {
    return product * (product / squares) > other.product * (other.product / other.squares);
  }
};

// Also writes the codes.
Fit fit(std::span<const float> x, std::size_t dim, Grid grid, std::int8_t* codes) noexcept {
  F32x4 product = {};
  I32x4 squares = {};
  for (std::size_t i = 0; i < x.size(); i += 4) {
    const auto lanes = load_lanes<F32x4>(&x[i]);
    const I32x4 steps = grid.steps(lanes), z = steps * 2 + 1;
    product += magnitude(lanes) * __builtin_convertvector(z, F32x4);
    squares += z * z;
    // -(2 steps + 1) is of code -steps - 1.
    store_bytes(codes + i, steps ^ (I32x4(lanes) >> 31));
  }
  const std::size_t padding = x.size() - dim;  // z is 1 there
  return {add_lanes(product), static_cast<float>(add_lanes(squares) - static_cast<int>(padding))};
}

}  // namespace

RabitqCodes::RabitqCodes(const Center& center, const Rotation& rotation, unsigned bits,
                         MemoryBudget& budget) noexcept
    : ResidualCodes(center, &rotation, bits, budget) {}

void RabitqCodes::encode_to(std::byte* to, const std::byte* vector, float inverse_norm,
                            std::span<float> scratch) const noexcept {
  const float term = center_.residual(vector, inverse_norm, scratch);
  rotation_->apply(scratch);
  encode_turned(to, scratch, term);
}

void RabitqCodes::encode_turned(std::byte* to, std::span<const float> rotated,
                                float row_term) const noexcept {
  const std::span<const float> x = rotated.first(count_);
  const Magnitudes size = measure(x);
  const auto steps = static_cast<float>(1u << (bits_ - 1));
  std::int8_t codes[padded(kMaxDimensions)];
  Grid best_grid = {0, steps - 1};
  Fit best;
  // From the grid that covers the largest magnitude to one that cuts off above 1.6 deviations: the
  // best ones for normal components cut off at 2 (2 bits) to 4 (8 bits). At last the best again.
  const int grids = bits_ == 1 || size.squares < 1e-36f ? 0 : kGrids;
  const float dim = static_cast<float>(center_.dim());
  const float coarse = steps / size.largest, fine = steps / (1.6f * std::sqrt(size.squares / dim));
  for (int i = 0; i <= grids; ++i) {
    Grid grid = best_grid;
    if (i < grids) grid.scale = coarse + (fine - coarse) * (static_cast<float>(i) / (kGrids - 1));
    const Fit found = fit(x, center_.dim(), grid, codes);
    if (!found.is_better_than(best)) continue;
    best_grid = grid;
    best = found;
  }

  if (bits_ == 8) {
    std::memcpy(to, codes, count_);
  } else {
    pack_fields(codes, count_, bits_, to);
  }
  set_tail(to, row_term, best.product > 0 ? size.squares / best.product : 0,
           best.product / best.squares);
}

}  // namespace rv
