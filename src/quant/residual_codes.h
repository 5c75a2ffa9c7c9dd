// What the codecs of this room share: a row is integers z, one a component, and factors by which
// they stand for the row's residual r (quant/center.h).
//
//   <v, r> is about mul * <v, z>, and r about back * z
//
// A row in memory: the codes, then 16 bytes: their sum, the row term, mul, back.
// A prepared query: a header of 16 bytes, v as 7-bit integers, v as floats.
#pragma once

#include <cstdint>
#include <span>

#include "base/build.h"
#include "base/bytes.h"
#include "kernels/distance.h"
#include "kernels/int8.h"
#include "quant/center.h"
#include "quant/codec.h"
#include "quant/rotation.h"
#include "store/row_blocks.h"

namespace rv {

class ResidualCodes : public Codec {
 public:
  // Makes room for the rows [0, rows). kOutOfMemory: what was there is as it was.
  Status reserve(std::uint32_t rows) noexcept { return rows_.reserve(rows); }
  void move(std::uint32_t to, std::uint32_t from) noexcept { rows_.move(to, from); }
  void shrink(std::uint32_t rows) noexcept { rows_.shrink(rows); }

  // The rows as bytes, for snapshots; validate_row() follows a load.
  RowBlocks& blocks() noexcept { return rows_; }
  const RowBlocks& blocks() const noexcept { return rows_; }

  // kFormatChecksum where the bytes of the row are none that an encoder writes: for rows from
  // outside. Distances to a row that passes, and from it, are defined.
  Status validate_row(std::uint32_t row) const noexcept;

  std::size_t query_bytes() const noexcept override { return sizeof(Query) + 5 * count_; }
  void prepare(const std::byte* vector, float inverse_norm,
               std::byte* query) const noexcept override;
  void prepare_row(std::uint32_t row, std::byte* query) const noexcept override;
  std::span<const std::byte> code(std::uint32_t row) const noexcept override {
    return {rows_.row(row), rows_.row_bytes()};
  }
  void distances(const std::byte* query, std::span<const std::uint32_t> rows,
                 std::span<float> out) const noexcept override;

  // As prepare(), of what Center::query() made of the vector, rotated if the codec rotates, and the
  // term it returned. Pre: v is padded.
  void prepare_turned(std::span<const float> v, float query_term, std::byte* query) const noexcept;

  // As distances(), with v in f32 instead of 7 bits: what ranks where the vectors themselves are
  // not kept. Slower. Pre: query is of prepare() or prepare_turned(), not of prepare_row().
  void stored_distances(const std::byte* query, std::span<const std::uint32_t> rows,
                        std::span<float> out) const noexcept;

  // The vector as it was given, as far as the codes tell. Pre: out.size() >= dim.
  void decode(std::uint32_t row, float inverse_norm, std::span<float> out) const noexcept;

 protected:
  struct Tail {
    std::int32_t sum;
    float term;
    float mul;
    float back;
  };
  static_assert(sizeof(Tail) == 16);

  static constexpr std::size_t kTile = 256;  // codes expanded at once, on the stack

  // `bits` is 0 for any z of i8, and 1 to 8 for odd z between -2^bits and 2^bits: as (z - 1) / 2,
  // as fields where they are fewer than 8. `rotation` is null where the codec needs none.
  ResidualCodes(const Center& center, const Rotation* rotation, unsigned bits,
                MemoryBudget& budget) noexcept;
  ~ResidualCodes() = default;

  // Of a code; z = code * (1 + odd) + odd; z * narrow / 256 has 7 bits.
  unsigned code_bits() const noexcept { return kHasRabitq ? bits_ : 8; }
  int odd() const noexcept { return kHasRabitq ? odd_ : 0; }
  int narrowing() const noexcept { return kHasRabitq ? narrow_ : kRowLimit; }

  std::size_t code_bytes() const noexcept { return rows_.row_bytes() - sizeof(Tail); }
  Tail tail_of(const std::byte* row) const noexcept { return load_le<Tail>(row + code_bytes()); }
  void set_tail(std::byte* row, float term, float mul, float back) const noexcept;

  // <v, z>, of padded floats.
  float dot(const float* v, const std::byte* row) const noexcept;

  const Center& center_;
  const Rotation* rotation_;
  const std::size_t count_;  // padded(dim)
  const int odd_;
  const unsigned bits_;
  const int narrow_;
  RowBlocks rows_;

 private:
  struct Query {
    float term;
    float row_weight;
    float mul;         // weight * what makes v of its integers
    std::int32_t sum;  // of the integers
  };
  static_assert(sizeof(Query) == 16);

  static const std::int8_t* integers(const std::byte* query) noexcept {
    return reinterpret_cast<const std::int8_t*>(query + sizeof(Query));
  }
  const float* floats(const std::byte* query) const noexcept {
    return reinterpret_cast<const float*>(query + sizeof(Query) + count_);
  }
  std::size_t tile_size(std::size_t begin) const noexcept;
  // The codes of the tile that begins at `begin`: in `tile` or where they are.
  const std::int8_t* codes(const std::byte* row, std::size_t begin,
                           std::int8_t* tile) const noexcept;
  // The same tile as scale * z.
  void expand(const std::byte* row, std::size_t begin, float scale, float* z) const noexcept;
  std::int32_t sum_of_codes(const std::byte* row) const noexcept;
  float distance(const Query& query, float mul, const std::byte* row, float product) const noexcept;

  CodeKernel* const kernel_;
  Kernel* const float_kernel_;
};

}  // namespace rv
