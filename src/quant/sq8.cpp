#include "quant/sq8.h"

namespace rv {

Sq8Codes::Sq8Codes(const Center& center, MemoryBudget& budget) noexcept
    : ResidualCodes(center, nullptr, 0, budget) {}

void Sq8Codes::encode_to(std::byte* to, const std::byte* vector, float inverse_norm,
                         std::span<float> scratch) const noexcept {
  center_.residual(vector, inverse_norm, scratch);
  auto* codes = reinterpret_cast<std::int8_t*>(to);
  const float scale = quantize(scratch.first(count_), kRowLimit, codes);
  // The term is that of the vector that the codes stand for, not of the one that was given.
  widen(codes, count_, scale, 0, scratch.data());
  set_tail(to, center_.row_term(scratch), scale, scale);
}

}  // namespace rv
