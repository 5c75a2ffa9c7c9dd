// Rows of equal size in blocks that never move once they are full.
//
// Blocks hold a power of two of rows, at most about 1 MiB: growing to any size never copies the
// rows nor needs twice their memory, and an unused tail is small. The first block alone starts at
// 16 rows and doubles, so a tiny index stays tiny.
#pragma once

#include <cstddef>
#include <cstdint>

#include "base/memory.h"

namespace rv {

class RowBlocks {
 public:
  // Pre: row_bytes > 0. Allocates nothing yet.
  RowBlocks(std::size_t row_bytes, MemoryBudget& budget) noexcept;
  ~RowBlocks() { shrink(0); }
  RowBlocks(const RowBlocks&) = delete;
  RowBlocks& operator=(const RowBlocks&) = delete;

  std::size_t row_bytes() const noexcept { return row_bytes_; }

  // Rows there is room for.
  std::uint32_t capacity() const noexcept;

  // The bytes of `row`, below capacity(); valid until the next reserve() or shrink(). New rows are
  // not initialised.
  std::byte* row(std::uint32_t row) noexcept { return blocks_[row >> shift_] + offset(row); }
  const std::byte* row(std::uint32_t row) const noexcept {
    return blocks_[row >> shift_] + offset(row);
  }

  // How many rows from `row` on lie one after another in memory.
  std::uint32_t contiguous_from(std::uint32_t row) const noexcept {
    return block_rows() - (row & (block_rows() - 1));
  }

  // Makes room for the rows [0, rows). kOutOfMemory: what was there is as it was; shrink() gives
  // back what was taken.
  Status reserve(std::uint32_t rows) noexcept;

  // Leaves room for the rows [0, rows), and gives back the rest.
  void shrink(std::uint32_t rows) noexcept;

  // Copies row `from` over row `to`.
  void move(std::uint32_t to, std::uint32_t from) noexcept;

 private:
  std::uint32_t block_rows() const noexcept { return 1u << shift_; }
  std::size_t offset(std::uint32_t row) const noexcept {
    return (row & (block_rows() - 1)) * row_bytes_;
  }
  std::uint32_t first_block_capacity(std::uint32_t rows) const noexcept;
  Status resize_first_block(std::uint32_t rows) noexcept;

  std::size_t row_bytes_;
  std::uint32_t shift_;  // log2 of the rows of a full block
  MemoryBudget* budget_;
  Array<std::byte*> blocks_;
  std::uint32_t first_block_rows_ = 0;  // capacity of block 0 while it is the only one
};

}  // namespace rv
