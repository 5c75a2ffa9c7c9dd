// Distances from a query, or from a row, to rows, by whatever the rows are kept as: floats, bits or
// codes. What a graph navigates by; it knows no more of a vector than this.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace rv {

class Codec {
 public:
  // Bytes of a prepared query, a multiple of 16; its address is one too.
  virtual std::size_t query_bytes() const noexcept = 0;

  // Prepares a vector of shape().row_bytes() that passed rv::inverse_norm(), which is beside it.
  virtual void prepare(const std::byte* vector, float inverse_norm,
                       std::byte* query) const noexcept = 0;

  // Prepares row `row` itself, for distances between rows.
  virtual void prepare_row(std::uint32_t row, std::byte* query) const noexcept = 0;

  // The bytes of row `row` that distances depend on: rows of equal bytes are as far from
  // everything.
  virtual std::span<const std::byte> code(std::uint32_t row) const noexcept = 0;

  // out[i] is the distance to rows[i] as the metric ranks it, exact or as the codes tell it, never
  // NaN nor -0. It depends on the two only, not on what else is asked for, and is the same in every
  // build. Pre: rows.size() == out.size().
  virtual void distances(const std::byte* query, std::span<const std::uint32_t> rows,
                         std::span<float> out) const noexcept = 0;

 protected:
  ~Codec() = default;
};

}  // namespace rv
