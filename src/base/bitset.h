// A growable set of row numbers, one bit each.
#pragma once

#include <cstdint>

#include "base/memory.h"

namespace rv {

class Bitset {
 public:
  explicit Bitset(MemoryBudget& budget) noexcept : words_(budget) {}

  // Makes room for the bits [0, count); new bits are clear. kOutOfMemory changes nothing.
  Status grow(std::uint32_t count) noexcept {
    const std::size_t before = words_.size();
    const std::size_t after = (std::size_t{count} + 63) / 64;
    if (after <= before) return Status::kOk;
    if (const Status status = words_.resize(after); status != Status::kOk) return status;
    for (std::size_t word = before; word < after; ++word) words_[word] = 0;
    return Status::kOk;
  }

  bool test(std::uint32_t bit) const noexcept { return (words_[bit / 64] >> (bit % 64) & 1) != 0; }
  void set(std::uint32_t bit) noexcept { words_[bit / 64] |= std::uint64_t{1} << (bit % 64); }

  std::span<std::uint64_t> words() noexcept { return words_.span(); }
  std::span<const std::uint64_t> words() const noexcept { return words_.span(); }

  // Leaves the bits [0, count) and gives back the rest, which must be clear.
  void shrink(std::uint32_t count) noexcept { words_.shrink((std::size_t{count} + 63) / 64); }

  void reset() noexcept {
    for (std::uint64_t& word : words_.span()) word = 0;
  }

  void free() noexcept { words_.free(); }

 private:
  Array<std::uint64_t> words_;
};

}  // namespace rv
