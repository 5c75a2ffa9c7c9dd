// Which row an id is in: a table of rows, hashed by their ids, beside the ids themselves.
#pragma once

#include "bindings/c/strings.h"

namespace rv::c {

class Ids {
 public:
  static constexpr std::uint32_t kNone = 0xFFFFFFFFu;
  static constexpr std::size_t kMaxBytes = 512;

  explicit Ids(MemoryBudget& budget) noexcept
      : budget_(&budget), strings_(budget), slots_(budget) {}

  // Of every row, deleted or not.
  Strings& strings() noexcept { return strings_; }
  const Strings& strings() const noexcept { return strings_; }

  // kInvalidArgument: empty, or not UTF-8; kLimitExceeded: above kMaxBytes.
  static Status check(Text id) noexcept;

  // The row of an id, kNone where there is none.
  std::uint32_t find(Text id) const noexcept;

  // Makes room for an id. kOutOfMemory, kLimitExceeded: nothing changed.
  Status reserve(std::size_t bytes) noexcept;
  // Adds an id as that of the next row. Pre: reserve() did, and there is no such id.
  void push(Text id) noexcept;
  // Forgets the id of a row, which stays.
  void remove(std::uint32_t row) noexcept;

  template <typename Keep>
  void compact(Keep keep) noexcept {
    strings_.compact(keep);
    reset();
  }

  // Hashes the ids of a table that was filled. kFormatChecksum: one of them is none, or occurs
  // twice; kOutOfMemory.
  Status adopt() noexcept;

 private:
  static constexpr std::uint32_t kEmpty = 0xFFFFFFFFu, kGone = 0xFFFFFFFEu;

  std::size_t first_slot(Text id) const noexcept;
  Status grow(std::size_t slots) noexcept;
  void put(std::uint32_t row) noexcept;
  void reset() noexcept;

  MemoryBudget* budget_;
  Strings strings_;
  Array<std::uint32_t> slots_;  // a power of two of them, at most 3/4 used
  std::size_t used_ = 0;        // those of removed rows included
};

}  // namespace rv::c
