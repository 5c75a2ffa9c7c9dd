#include "quant/plain.h"

#include <algorithm>
#include <cstring>

#include "base/bytes.h"
#include "base/touch.h"
#include "kernels/distance.h"

namespace rv {
namespace {

constexpr std::size_t kHead = 16;  // the inverse norm, and zeros

}  // namespace

std::size_t PlainCodec::query_bytes() const noexcept {
  return kHead + (store_->shape().row_bytes() + 15) / 16 * 16;
}

void PlainCodec::prepare(const std::byte* vector, float inverse_norm,
                         std::byte* query) const noexcept {
  store_le(query, inverse_norm);
  std::memcpy(query + kHead, vector, store_->shape().row_bytes());
}

void PlainCodec::prepare_row(std::uint32_t row, std::byte* query) const noexcept {
  prepare(store_->row(row), store_->inverse_norm(row), query);
}

std::span<const std::byte> PlainCodec::code(std::uint32_t row) const noexcept {
  return {store_->row(row), store_->shape().row_bytes()};
}

void PlainCodec::distances(const std::byte* query, std::span<const std::uint32_t> rows,
                           std::span<float> out) const noexcept {
  const Shape shape = store_->shape();
  const std::span<const std::byte> vector{query + kHead, shape.row_bytes()};
  Kernel* const kernel = kernel_of(shape.metric);
  const float inverse_norm = load_le<float>(query);
  for (const std::uint32_t row : rows) touch(store_->row(row), shape.row_bytes());
  for (std::size_t i = 0; i < rows.size(); i += 2) {
    const std::size_t j = std::min(i + 1, rows.size() - 1);
    kernel(vector, store_->row(rows[i]), store_->row(rows[j]), out[i], out[j]);
  }
  for (std::size_t i = 0; i < rows.size(); ++i)
    out[i] = ranked(shape.metric, out[i], inverse_norm, store_->inverse_norm(rows[i]));
}

}  // namespace rv
