// The vectors of a collection, row after row, in blocks that never move once they are full.
//
// Blocks hold a power of two of rows, at most about 1 MiB: growing to any size never copies the
// vectors nor needs twice their memory, and an unused tail is small. The first block alone starts
// at 16 rows and doubles, so a tiny index stays tiny.
//
// A row is live, deleted (its bytes stay until compact()), or staged: written beyond rows() by the
// caller, and invisible until commit() accepts the whole batch.
#pragma once

#include <cstdint>
#include <span>

#include "base/bitset.h"
#include "base/memory.h"
#include "kernels/metric.h"

namespace rv {

class VectorStore {
 public:
  // Target of commit() that asks for a new row.
  static constexpr std::uint32_t kAppend = 0xFFFFFFFFu;

  // Pre: shape.validate() is kOk. Allocates nothing yet.
  VectorStore(Shape shape, MemoryBudget& budget) noexcept;
  ~VectorStore();
  VectorStore(const VectorStore&) = delete;
  VectorStore& operator=(const VectorStore&) = delete;

  Shape shape() const noexcept { return shape_; }
  std::uint32_t rows() const noexcept { return rows_; }
  std::uint32_t live_rows() const noexcept { return rows_ - deleted_count_; }
  bool is_live(std::uint32_t row) const noexcept { return row < rows_ && !deleted_.test(row); }
  bool has_deleted() const noexcept { return deleted_count_ != 0; }

  // The bytes of `row`, live, deleted or staged; valid until the next change.
  std::byte* row(std::uint32_t row) noexcept { return blocks_[row >> shift_] + offset(row); }
  const std::byte* row(std::uint32_t row) const noexcept {
    return blocks_[row >> shift_] + offset(row);
  }

  // How many rows from `row` on lie one after another in memory.
  std::uint32_t contiguous_from(std::uint32_t row) const noexcept {
    return block_rows() - (row & (block_rows() - 1));
  }

  // 1 / |row| under cosine, else 1. Pre: row < rows().
  float inverse_norm(std::uint32_t row) const noexcept {
    return shape_.metric == Metric::kCosine ? inverse_norms_[row] : 1.0f;
  }

  // Makes room for `count` rows behind rows(), to be filled through row().
  // kOutOfMemory, kLimitExceeded: no row changed; unstage() gives back what was taken.
  Status stage(std::uint32_t count) noexcept;

  // Gives back all memory that rows() does not need.
  void unstage() noexcept;

  // Takes the rows staged from `first` on, in order: staged row i is appended where targets[i] is
  // kAppend, else it replaces the vector of row targets[i], which may be one appended earlier in
  // this batch. All or nothing: kInvalidVector (faulty_row() says which i), looked for first, and
  // kNotFound (a target is not live) change nothing.
  Status commit(std::span<const std::uint32_t> targets) noexcept;
  std::uint32_t faulty_row() const noexcept { return faulty_row_; }

  // kNotFound: not a live row.
  Status remove(std::uint32_t row) noexcept;

  // Drops deleted rows and renumbers the rest in order; gives back the memory that becomes free.
  void compact() noexcept;

  void clear() noexcept;

  // kFormatChecksum where a count, a norm or a block does not fit the others. For tests.
  Status validate() const noexcept;

 private:
  std::uint32_t block_rows() const noexcept { return 1u << shift_; }
  std::size_t offset(std::uint32_t row) const noexcept {
    return (row & (block_rows() - 1)) * row_bytes_;
  }
  Status reserve(std::uint32_t rows) noexcept;
  std::uint32_t first_block_capacity(std::uint32_t rows) const noexcept;
  Status reserve_first_block(std::uint32_t rows) noexcept;
  Status check_targets(std::span<const std::uint32_t> targets) const noexcept;
  void free_blocks_from(std::size_t block) noexcept;

  Shape shape_;
  std::size_t row_bytes_;
  std::uint32_t shift_;  // log2 of the rows of a full block
  MemoryBudget* budget_;
  Array<std::byte*> blocks_;
  std::uint32_t first_block_rows_ = 0;  // capacity of block 0 while it is the only one
  Array<float> inverse_norms_;          // cosine only; covers staged rows during commit()
  Bitset deleted_;
  std::uint32_t rows_ = 0;
  std::uint32_t staged_ = 0;
  std::uint32_t deleted_count_ = 0;
  std::uint32_t faulty_row_ = 0;
};

}  // namespace rv
