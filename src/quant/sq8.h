// Scalar quantisation: a byte a component, with one scale a row. Needs no training but the centre,
// and that only for precision: rows are encoded one by one and stay as they are.
#pragma once

#include "quant/residual_codes.h"

namespace rv {

class Sq8Codes final : public ResidualCodes {
 public:
  // The centre must outlive the codes and stay as it is while there are rows.
  Sq8Codes(const Center& center, MemoryBudget& budget) noexcept;

  // Writes row `row`, which there must be room for. Pre: the vector passed rv::inverse_norm(),
  // which is beside it; scratch.size() >= padded(dim).
  void encode(std::uint32_t row, const std::byte* vector, float inverse_norm,
              std::span<float> scratch) noexcept {
    encode_to(rows_.row(row), vector, inverse_norm, scratch);
  }
  // The same to other memory, of blocks().row_bytes().
  void encode_to(std::byte* to, const std::byte* vector, float inverse_norm,
                 std::span<float> scratch) const noexcept;
};

}  // namespace rv
