// The part of ResidualCodes that a graph spends its time in.
#include <algorithm>

#include "base/touch.h"
#include "quant/residual_codes.h"

namespace rv {
namespace {

constexpr std::size_t kBatch = 96;

}  // namespace

void ResidualCodes::distances(const std::byte* query, std::span<const std::uint32_t> rows,
                              std::span<float> out) const noexcept {
  const auto header = load_le<Query>(query);
  // Where z is odd, it is 2 * integer - (2^bits - 1) of fields and 2 * code + 1 of i8.
  const std::int32_t offset = odd() * (code_bits() == 8 ? -1 : (1 << code_bits()) - 1) * header.sum;
  for (std::size_t done = 0; done < rows.size(); done += kBatch) {
    const std::size_t batch = std::min(kBatch, rows.size() - done);
    const std::byte* from[kBatch];
    std::int32_t sums[kBatch];
    for (std::size_t i = 0; i < batch; ++i) {
      from[i] = rows_.row(rows[done + i]);
      touch(from[i], rows_.row_bytes());
    }
    kernel_(integers(query), count_, code_bits(), {from, batch}, sums);
    for (std::size_t i = 0; i < batch; ++i)
      out[done + i] =
          distance(header, header.mul, from[i], static_cast<float>((1 + odd()) * sums[i] - offset));
  }
}

float ResidualCodes::distance(const Query& query, float mul, const std::byte* row,
                              float product) const noexcept {
  const Tail tail = tail_of(row);
  return center_.rank((query.term + query.row_weight * tail.term) + mul * tail.mul * product);
}

}  // namespace rv
