#include "quant/residual_codes.h"

#include <algorithm>
#include <cstring>

#include "base/bytes.h"
#include "base/limits.h"
#include "kernels/fields.h"

namespace rv {
namespace {

// NaN is not.
bool is_within(float value, float low, float high) noexcept {
  return value >= low && value <= high;
}

template <typename T>
T* mutable_pointer(const T* pointer) noexcept {
  return const_cast<T*>(pointer);
}

}  // namespace

ResidualCodes::ResidualCodes(const Center& center, const Rotation* rotation, unsigned bits,
                             MemoryBudget& budget) noexcept
    : center_(center),
      rotation_(rotation),
      count_(padded(center.dim())),
      odd_(bits != 0),
      bits_(bits == 0 ? 8 : bits),
      narrow_(bits == 0 || bits == 7 ? 127
              : bits == 8            ? 63
                                     : 256),
      rows_((code_bits() == 8 ? count_ : field_bytes(count_, bits)) + sizeof(Tail), budget),
      kernel_(code_bits() == 8 ? dot_i8 : dot_fields),
      float_kernel_(rv::dot) {}

std::size_t ResidualCodes::tile_size(std::size_t begin) const noexcept {
  return std::min(kTile, count_ - begin);
}

const std::int8_t* ResidualCodes::codes(const std::byte* row, std::size_t begin,
                                        std::int8_t* tile) const noexcept {
  if (code_bits() == 8) return reinterpret_cast<const std::int8_t*>(row) + begin;
  unpack_fields(row, count_, code_bits(), begin, tile_size(begin), tile);
  return tile;
}

void ResidualCodes::set_tail(std::byte* row, float term, float mul, float back) const noexcept {
  store_le(row + code_bytes(), Tail{sum_of_codes(row), term, mul, back});
}

std::int32_t ResidualCodes::sum_of_codes(const std::byte* row) const noexcept {
  std::int32_t sum = 0;
  std::int8_t tile[kTile];
  for (std::size_t i = 0; i < count_; i += kTile)
    sum += add_codes(codes(row, i, tile), tile_size(i));
  return sum;
}

Status ResidualCodes::validate_row(std::uint32_t row) const noexcept {
  // A residual is at most twice as long as the longest vector, and factors no more than that.
  constexpr float kLongest = static_cast<float>(2.01 * kMaxNorm);
  const Tail tail = tail_of(rows_.row(row));
  const bool fits =
      is_within(tail.mul, 0, kLongest) && is_within(tail.back, 0, kLongest) &&
      is_within(tail.term, center_.is_dot() ? -kLongest * kLongest : 0, kLongest * kLongest) &&
      tail.sum == sum_of_codes(rows_.row(row));
  return fits ? Status::kOk : Status::kFormatChecksum;
}

void ResidualCodes::prepare(const std::byte* vector, float inverse_norm,
                            std::byte* query) const noexcept {
  const std::span<float> v(mutable_pointer(floats(query)), count_);
  const float term = center_.query(vector, inverse_norm, v);
  if (kHasRabitq && rotation_ != nullptr) rotation_->apply(v);
  prepare_turned(v, term, query);
}

void ResidualCodes::prepare_turned(std::span<const float> v, float query_term,
                                   std::byte* query) const noexcept {
  std::memmove(mutable_pointer(floats(query)), v.data(), count_ * sizeof(float));
  const float scale = quantize(v.first(count_), kQueryLimit, mutable_pointer(integers(query)));
  store_le(query, Query{query_term, center_.is_dot() ? 0.0f : 1.0f, center_.weight() * scale,
                        add_codes(integers(query), count_)});
}

void ResidualCodes::prepare_row(std::uint32_t row, std::byte* query) const noexcept {
  const std::byte* from = rows_.row(row);
  std::int8_t* v = mutable_pointer(integers(query));
  std::int8_t tile[kTile];
  for (std::size_t i = 0; i < count_; i += kTile)
    narrow(codes(from, i, tile), tile_size(i), narrowing() * (1 + odd()), narrowing() * odd() + 128,
           v + i);
  for (std::size_t i = center_.dim(); i < count_; ++i) v[i] = 0;
  const Tail tail = tail_of(from);
  // Under dot, v is r and not c + r: the terms of both rows stand for <c, c + r>.
  store_le(query, Query{center_.is_dot() ? tail.term + center_.minus_norm_squared() : tail.term, 1,
                        center_.weight() * tail.back * (256.0f / static_cast<float>(narrowing())),
                        odd() == 0 ? 0 : add_codes(v, count_)});
}

void ResidualCodes::stored_distances(const std::byte* query, std::span<const std::uint32_t> rows,
                                     std::span<float> out) const noexcept {
  const auto header = load_le<Query>(query);
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const std::byte* row = rows_.row(rows[i]);
    out[i] = distance(header, center_.weight(), row, dot(floats(query), row));
  }
}

float ResidualCodes::dot(const float* v, const std::byte* row) const noexcept {
  float sum = 0;
  for (std::size_t i = 0; i < count_; i += kTile) {
    float z[kTile], product;
    expand(row, i, 1, z);
    const auto* tile = reinterpret_cast<const std::byte*>(z);
    float_kernel_(std::as_bytes(std::span(v + i, tile_size(i))), tile, tile, product, product);
    sum += product;
  }
  return sum;
}

void ResidualCodes::expand(const std::byte* row, std::size_t begin, float scale,
                           float* z) const noexcept {
  std::int8_t tile[kTile];
  widen(codes(row, begin, tile), tile_size(begin), scale * static_cast<float>(1 + odd()),
        scale * static_cast<float>(odd()), z);
}

void ResidualCodes::decode(std::uint32_t row, float inverse_norm,
                           std::span<float> out) const noexcept {
  const std::byte* from = rows_.row(row);
  for (std::size_t i = 0; i < center_.dim(); i += kTile) {
    float z[kTile];
    expand(from, i, tail_of(from).back, z);
    std::memcpy(&out[i], z, sizeof(float) * std::min(kTile, center_.dim() - i));
  }
  if (kHasRabitq && rotation_ != nullptr) rotation_->invert(out);
  center_.restore(inverse_norm, out);
}

}  // namespace rv
