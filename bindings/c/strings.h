// A string a row: ids, or metadata. Lies in memory as a string table lies in a snapshot
// (snapshot/format.h), so saving and loading copy it as it is.
#pragma once

#include <span>

#include "base/memory.h"

namespace rv::c {

using Text = std::span<const std::byte>;

class Strings {
 public:
  explicit Strings(MemoryBudget& budget) noexcept : heads_(budget), text_(budget) {}

  std::uint32_t rows() const noexcept {
    return heads_.size() == 0 ? 0 : static_cast<std::uint32_t>(heads_.size() - 1);
  }
  // Pre: row < rows().
  Text at(std::uint32_t row) const noexcept {
    const std::uint32_t from = start(row);
    return text_.span().subspan(from, heads_[row + 1] - from);
  }

  // Makes room for a string of so many bytes behind the others. kOutOfMemory, kLimitExceeded.
  Status reserve(std::size_t bytes) noexcept;
  // Pre: reserve() did.
  void push(Text text) noexcept;

  // Keeps the rows that `keep` says, in order, and gives back the rest of the memory.
  template <typename Keep>
  void compact(Keep keep) noexcept {
    std::uint32_t live = 0, end = 0;
    for (std::uint32_t row = 0, from = 0; row < rows(); ++row) {
      const std::uint32_t to = heads_[row + 1];
      if (keep(row)) {
        for (std::uint32_t i = from; i < to; ++i) text_[end++] = text_[i];
        heads_[++live] = end;
      }
      from = to;
    }
    shrink(live, end);
  }

  // The table as a section: its numbers, then its text.
  std::span<std::byte> numbers() noexcept { return std::as_writable_bytes(heads_.span()); }
  std::span<std::byte> text() noexcept { return text_.span(); }
  std::uint32_t crc() const noexcept;

  // For loading: makes room to be filled, and then checks that it is a table of so many rows.
  Status make_room(std::uint32_t rows, std::size_t text_bytes) noexcept;
  bool is_table() const noexcept;

 private:
  // The first number is how many strings there are, and heads_[row + 1] where one ends.
  std::uint32_t start(std::uint32_t row) const noexcept { return row == 0 ? 0 : heads_[row]; }
  void shrink(std::uint32_t rows, std::uint32_t text_bytes) noexcept;

  Array<std::uint32_t> heads_;
  Array<std::byte> text_;
};

// Whether the bytes are UTF-8 as Unicode defines it: shortest forms, no surrogates.
bool is_utf8(Text text) noexcept;

}  // namespace rv::c
