// RaBitQ codes of 1 to 8 bits a component (Gao & Long 2024; Gao et al. 2025): the residual, rotated
// at random, on the grid point z of odd integers that is nearest in direction. <v, r> is estimated
// without bias as |r|^2 <v, z> / <r, z>, and the error has a known law: for |v| = 1, its standard
// deviation is at most |r| sqrt((1 - s^2) / s^2 / (dim - 1)), s being the cosine of r and z.
//
// Codes are fields of 4, 2 and 1 bits (kernels/fields.h): planes of single bits would take a
// popcount for each of 7 * bits pairs, several times as long.
#pragma once

#include "quant/residual_codes.h"

namespace rv {

class RabitqCodes final : public ResidualCodes {
 public:
  // Pre: 1 <= bits <= 8. Centre and rotation must outlive the codes and stay as they are.
  RabitqCodes(const Center& center, const Rotation& rotation, unsigned bits,
              MemoryBudget& budget) noexcept;

  // Writes row `row`, which there must be room for. Pre: the vector passed rv::inverse_norm(),
  // which is beside it; scratch.size() >= padded(dim).
  void encode(std::uint32_t row, const std::byte* vector, float inverse_norm,
              std::span<float> scratch) noexcept {
    encode_to(rows_.row(row), vector, inverse_norm, scratch);
  }
  // The same to other memory, of blocks().row_bytes().
  void encode_to(std::byte* to, const std::byte* vector, float inverse_norm,
                 std::span<float> scratch) const noexcept;

  // The same of a residual that has been rotated, and its term (Center::residual()).
  // Pre: rotated is padded.
  void encode_turned(std::byte* to, std::span<const float> rotated, float row_term) const noexcept;
};

}  // namespace rv
