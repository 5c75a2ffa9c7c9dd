// The vectors of a collection, row after row, as they were given.
//
// A row is live, deleted (its bytes stay until compact()), or staged: written beyond rows() by the
// caller, and invisible until commit() accepts the whole batch.
//
// After release_vectors() a row is only a number, a norm and whether it is live; its vector is kept
// elsewhere, as codes. Staged rows have vectors even then, until they are released.
#pragma once

#include <cstdint>
#include <span>

#include "base/bitset.h"
#include "base/build.h"
#include "base/memory.h"
#include "kernels/metric.h"
#include "store/row_blocks.h"

namespace rv {

class VectorStore {
 public:
  // Target of commit() that asks for a new row.
  static constexpr std::uint32_t kAppend = 0xFFFFFFFFu;

  // Pre: shape.validate() is kOk. Allocates nothing yet.
  VectorStore(Shape shape, MemoryBudget& budget) noexcept;

  Shape shape() const noexcept { return shape_; }
  std::uint32_t rows() const noexcept { return rows_; }
  std::uint32_t live_rows() const noexcept { return rows_ - deleted_count_; }
  bool is_live(std::uint32_t row) const noexcept { return row < rows_ && !deleted_.test(row); }
  bool has_deleted() const noexcept { return deleted_count_ != 0; }

  const Bitset& deleted() const noexcept { return deleted_; }

  // The bytes of `row`, live, deleted or staged, unless it is released; valid until the next
  // change.
  std::byte* row(std::uint32_t row) noexcept { return vectors_.row(row - released_rows()); }
  const std::byte* row(std::uint32_t row) const noexcept {
    return vectors_.row(row - released_rows());
  }

  // How many rows from `row` on lie one after another in memory.
  std::uint32_t contiguous_from(std::uint32_t row) const noexcept {
    return vectors_.contiguous_from(row - released_rows());
  }

  // The rows [0, released_rows()) have no vectors here.
  std::uint32_t released_rows() const noexcept { return kHasSingleCopies ? released_ : 0; }

  // 1 / |row| under cosine, else 1. Pre: row < rows().
  float inverse_norm(std::uint32_t row) const noexcept {
    return shape_.metric == Metric::kCosine ? inverse_norms_[row] : 1.0f;
  }

  // Makes room for `count` rows behind rows(), to be filled through row().
  // kOutOfMemory, kLimitExceeded: no row changed; unstage() gives back what was taken.
  Status stage(std::uint32_t count) noexcept;

  // Gives back all memory that rows() does not need.
  void unstage() noexcept;

  // Whether commit() can take the staged rows, and their norms. kInvalidVector (faulty_row() says
  // which i), looked for first; kNotFound: a target is not live.
  Status check(std::span<const std::uint32_t> targets) noexcept;
  std::uint32_t faulty_row() const noexcept { return faulty_row_; }

  // Takes the staged rows, in order: staged row i is appended where targets[i] is kAppend, else it
  // replaces the vector of row targets[i], which may be one appended earlier in this batch. `taken`
  // hears of each (staged row, row it goes to), while its vector is still where it was staged.
  // Pre: check(targets) was kOk.
  template <typename Taken>
  void commit(std::span<const std::uint32_t> targets, Taken taken) noexcept {
    const std::uint32_t first = rows_;
    for (std::uint32_t i = 0; i < targets.size(); ++i) {
      const std::uint32_t to = targets[i] == kAppend ? rows_++ : targets[i];
      take(first + i, to);
      taken(first + i, to);
    }
    staged_ = 0;
  }

  // Gives back the memory of all vectors. Pre: nothing is staged.
  void release_vectors() noexcept;

  // kNotFound: not a live row.
  Status remove(std::uint32_t row) noexcept;

  // Drops deleted rows and renumbers the rest in order; gives back the memory that becomes free.
  // `moved` hears of each (row it goes to, row it was), in order.
  template <typename Moved>
  void compact(Moved moved) noexcept {
    std::uint32_t to = 0;
    for (std::uint32_t from = 0; from < rows_; ++from) {
      if (deleted_.test(from)) continue;
      take(from, to);
      moved(to++, from);
    }
    end_compact(to);
  }

  void clear() noexcept;

  // For snapshots: the vectors, and where there are none the norms.
  RowBlocks& vectors() noexcept { return vectors_; }
  std::span<float> inverse_norms() noexcept { return inverse_norms_.span(); }
  // Takes `rows` rows without vectors, whose norms are then filled in. Pre: the store is empty.
  Status restore_released(std::uint32_t rows) noexcept;

  // kFormatChecksum where a norm of a row without a vector is that of no vector.
  Status validate_norms() const noexcept;

  // kFormatChecksum where a count, a norm or a block does not fit the others. For tests.
  Status validate() const noexcept;

 private:
  Status check_targets(std::span<const std::uint32_t> targets) const noexcept;
  void take(std::uint32_t from, std::uint32_t to) noexcept;
  void end_compact(std::uint32_t rows) noexcept;

  Shape shape_;
  RowBlocks vectors_;           // of the rows from released_ on
  Array<float> inverse_norms_;  // cosine only; covers staged rows during commit()
  Bitset deleted_;
  std::uint32_t rows_ = 0;
  std::uint32_t released_ = 0;
  std::uint32_t staged_ = 0;
  std::uint32_t deleted_count_ = 0;
  std::uint32_t faulty_row_ = 0;
};

}  // namespace rv
