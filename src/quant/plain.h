// Rows compared as they are in the store: what a graph navigates by where no codes are kept.
#pragma once

#include "quant/codec.h"
#include "store/vector_store.h"

namespace rv {

class PlainCodec final : public Codec {
 public:
  explicit PlainCodec(const VectorStore& store) noexcept : store_(&store) {}

  std::size_t query_bytes() const noexcept override;
  void prepare(const std::byte* vector, float inverse_norm,
               std::byte* query) const noexcept override;
  void prepare_row(std::uint32_t row, std::byte* query) const noexcept override;
  std::span<const std::byte> code(std::uint32_t row) const noexcept override;
  void distances(const std::byte* query, std::span<const std::uint32_t> rows,
                 std::span<float> out) const noexcept override;

 private:
  const VectorStore* store_;
};

}  // namespace rv
