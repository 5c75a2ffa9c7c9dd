// RaBitQ's one-bit codes in the form for scanning them all: 32 rows at a time, by table look-up
// ("fast scan"; the measured alternatives are slower and less precise).
//
// A block of 32 rows: 16 bytes for every 4 components, a nibble a row; then the rows' terms,
// factors and errors, 32 floats each. Candidates are ranked by what their distance is at least, so
// a row whose code says little of it comes as early as it must; exact distances decide.
#pragma once

#include <cstdint>
#include <span>

#include "base/top_k.h"
#include "kernels/fast_scan.h"
#include "quant/center.h"
#include "store/row_blocks.h"

namespace rv {

class BitScan {
 public:
  static constexpr std::uint32_t kBlockRows = kScanRows;

  // The centre must outlive the codes; of it only the shape is used.
  BitScan(const Center& center, MemoryBudget& budget) noexcept;

  // Bytes of a block of rows of `dim` components.
  static std::size_t block_bytes(std::uint32_t dim) noexcept;

  // Makes room for the rows [0, rows). kOutOfMemory: what was there is as it was.
  Status reserve(std::uint32_t rows) noexcept;

  // Writes row `row`, which there must be room for: a rotated residual and its term
  // (Center::residual()). Pre: rotated is padded.
  void encode(std::uint32_t row, std::span<const float> rotated, float row_term) noexcept;

  void move(std::uint32_t to, std::uint32_t from) noexcept;
  void shrink(std::uint32_t rows) noexcept;  // rows not among [0, rows) become zeros

  // Blocks as bytes, for snapshots: block b holds the rows [32 b, 32 b + 32); rows that were never
  // written are zeros. validate_block() follows a load.
  RowBlocks& blocks() noexcept { return blocks_; }
  const RowBlocks& blocks() const noexcept { return blocks_; }
  static std::uint32_t blocks_for(std::uint32_t rows) noexcept {
    return rows / kBlockRows + (rows % kBlockRows != 0);
  }

  // kFormatChecksum where a factor of the block is none that encode() writes.
  Status validate_block(std::uint32_t block) const noexcept;

  // Bytes of a prepared query, a multiple of 16; its address is one too.
  std::size_t query_bytes() const noexcept;

  // Prepares a query that Center::query() and the rotation have been applied to, and the term that
  // Center::query() returned. Pre: v is padded. `deviations`: how sure bounds are. A distance is
  // less in at most 2.9 % of cases with 1.9, 0.14 % with 3; with 0 bounds are the plain estimates.
  void prepare(std::span<const float> v, float query_term, float deviations,
               std::byte* query) const noexcept;

  // Offers the bounds of the rows [begin, end) to `candidates`, those only whose bit is set in
  // `live`: bit r % 32 of live[r / 32]; null for all. Bounds may be below 0; never NaN nor -0.
  // Returns how many rows were scanned. Pre: begin % 32 == 0.
  std::uint32_t scan(const std::byte* query, std::uint32_t begin, std::uint32_t end,
                     const std::uint32_t* live, TopK& candidates) const noexcept;

 private:
  struct Factors {
    float term;
    float mul;    // <v, r> is about mul * <v, signs>
    float error;  // its standard deviation, at most, for |v| = 1
  };

  const float* factor(std::uint32_t row, unsigned which) const noexcept;
  void set_factors(std::uint32_t row, Factors factors) noexcept;
  void clear_from(std::uint32_t block) noexcept;

  const Center& center_;
  std::size_t groups_;  // of 4 components; even
  ScanKernel* kernel_;
  RowBlocks blocks_;
};

}  // namespace rv
