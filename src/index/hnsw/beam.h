// The nearest nodes that a search has found, nearest first, each to be expanded once.
//
// A search for k nodes may end before all of them are: where the next one is farther than `reach`
// times the k-th (distance-adaptive beam search, Al-Jazzazi et al. 2025, arXiv 2505.15636).
#pragma once

#include <bit>
#include <cassert>
#include <cstdint>
#include <span>

#include "base/build.h"
#include "base/top_k.h"

namespace rv {

class Beam {
 public:
  Beam() = default;
  // Holds at most keys.size() nodes, in this memory. Pre: it is not empty; k >= 1. reach = 0: ends
  // with the last node only.
  explicit Beam(std::span<std::uint64_t> keys, std::uint32_t k = 1, float reach = 0) noexcept
      : keys_(keys), k_(reach == 0 ? kNever : k), reach_(reach) {
    assert(!keys.empty());
  }

  std::uint32_t size() const noexcept { return size_; }
  std::uint32_t row(std::uint32_t at) const noexcept { return row_of(keys_[at]); }
  float distance(std::uint32_t at) const noexcept { return to_distance(keys_[at]); }
  bool is_expanded(std::uint32_t at) const noexcept { return (keys_[at] & kExpanded) != 0; }

  // The keys of all nodes but `row`, without their marks. Ends the search.
  std::span<const std::uint64_t> candidates(std::uint32_t row) noexcept {
    std::uint32_t count = 0;
    for (std::uint32_t at = 0; at < size_; ++at) {
      keys_[count] = keys_[at] & ~kExpanded;
      count += row_of(keys_[at]) != row ? 1 : 0;
    }
    return keys_.first(count);
  }

  // All nodes, nearest first, in the memory the keys were in. Ends the search.
  std::span<const Neighbor> sorted() noexcept {
    for (std::uint64_t& key : keys_.first(size_))
      key = std::bit_cast<std::uint64_t>(Neighbor{row_of(key), to_distance(key)});
    return {reinterpret_cast<const Neighbor*>(keys_.data()), size_};
  }

  bool admits(float distance) const noexcept {
    return size_ < keys_.size() || distance < to_distance(keys_[size_ - 1]);
  }

  // Pre: admits(distance); the row is below 2^31 and was not offered before.
  void offer(float distance, std::uint32_t row) noexcept {
    const std::uint64_t key = to_key(distance, row << 1);
    std::uint32_t at = size_ < keys_.size() ? size_++ : size_ - 1;
    // From the tail: most of what still enters enters there.
    for (; at > 0 && keys_[at - 1] > key; --at) keys_[at] = keys_[at - 1];
    keys_[at] = key;
    if (at < cursor_) cursor_ = at;
  }

  // The nearest node not expanded yet, marked as expanded; false where there is none in reach.
  bool next(std::uint32_t& row) noexcept {
    while (cursor_ < size_ && (keys_[cursor_] & kExpanded) != 0) ++cursor_;
    if (cursor_ == size_) return false;
    if (kHasEarlyEnds && cursor_ >= k_ && distance(cursor_) > reach_ * distance(k_ - 1))
      return false;
    row = row_of(keys_[cursor_]);
    keys_[cursor_++] |= kExpanded;
    return true;
  }

 private:
  static constexpr std::uint64_t kExpanded = 1;
  static constexpr std::uint32_t kNever = 0xFFFFFFFFu;

  static std::uint32_t row_of(std::uint64_t key) noexcept {
    return static_cast<std::uint32_t>(key) >> 1;
  }

  std::span<std::uint64_t> keys_;
  std::uint32_t size_ = 0;
  std::uint32_t cursor_ = 0;  // everything before it is expanded
  std::uint32_t k_ = kNever;
  float reach_ = 0;
};

}  // namespace rv
