// The k nearest of a stream of (distance, row) pairs, ties to the smaller row.
//
// A pair is one u64 key: the distance as 32 bits that sort like the float, above the row. Keys are
// unique, so the result does not depend on the order of the offers. The keys form a max-heap in
// caller-owned memory; sort() turns that memory, in place, into Neighbors.
#pragma once

#include <bit>
#include <cassert>
#include <cstdint>
#include <cstring>
#include <span>

namespace rv {

// What a search writes, 8 bytes each; JavaScript reads this layout (types/raw.d.ts).
struct Neighbor {
  std::uint32_t row;
  float distance;
};
static_assert(sizeof(Neighbor) == sizeof(std::uint64_t));

// Distance and row as one number that sorts by distance, then row. Floats sort as unsigned integers
// once negatives are complemented and the sign bit of the rest is set. Pre: not NaN and not -0.
inline std::uint64_t to_key(float distance, std::uint32_t row) noexcept {
  const auto bits = std::bit_cast<std::uint32_t>(distance);
  const std::uint32_t ordered = (bits & 0x80000000u) != 0 ? ~bits : bits | 0x80000000u;
  return std::uint64_t{ordered} << 32 | row;
}

inline float to_distance(std::uint64_t key) noexcept {
  const auto ordered = static_cast<std::uint32_t>(key >> 32);
  return std::bit_cast<float>((ordered & 0x80000000u) != 0 ? ordered & 0x7FFFFFFFu : ~ordered);
}

// A heap of `size` keys with the largest in front takes one more.
inline void push_key(std::uint64_t* heap, std::size_t size, std::uint64_t key) noexcept {
  for (; size > 0 && heap[(size - 1) / 2] < key; size = (size - 1) / 2)
    heap[size] = heap[(size - 1) / 2];
  heap[size] = key;
}

// Puts `key` in place of the one in front.
inline void replace_front(std::uint64_t* heap, std::size_t size, std::uint64_t key) noexcept {
  std::size_t hole = 0;
  for (std::size_t child = 1; child < size; child = 2 * hole + 1) {
    if (child + 1 < size && heap[child + 1] > heap[child]) ++child;
    if (heap[child] <= key) break;
    heap[hole] = heap[child];
    hole = child;
  }
  heap[hole] = key;
}

class TopK {
 public:
  TopK() = default;
  // Pre: keys is not empty; keys.size() is k.
  explicit TopK(std::span<std::uint64_t> keys) noexcept : keys_(keys) { assert(!keys.empty()); }

  // Pre: distance is not NaN and not -0.
  void offer(float distance, std::uint32_t row) noexcept {
    const std::uint64_t key = to_key(distance, row);
    if (size_ < keys_.size()) {
      push_key(keys_.data(), size_++, key);
    } else if (key < keys_[0]) {
      replace_front(keys_.data(), size_, key);
    }
  }

  // Whether a row of this distance, later than all rows offered so far, can still enter.
  bool admits(float distance) const noexcept { return size_ < keys_.size() || distance < worst(); }

  std::uint32_t size() const noexcept { return size_; }
  bool is_full() const noexcept { return size_ == keys_.size(); }

  // The largest distance. Pre: size() > 0.
  float worst() const noexcept { return to_distance(keys_[0]); }

  void clear() noexcept { size_ = 0; }

  // Ends the collection: the neighbours, nearest first, in the memory the keys were in.
  std::span<Neighbor> sort() noexcept {
    for (std::uint32_t left = size_; left > 1;) {
      const std::uint64_t last = keys_[--left];
      keys_[left] = keys_[0];
      replace_front(keys_.data(), left, last);
    }
    Neighbor* neighbors = reinterpret_cast<Neighbor*>(keys_.data());
    for (std::uint32_t i = 0; i < size_; ++i) {
      const std::uint64_t key = keys_[i];
      const Neighbor neighbor{static_cast<std::uint32_t>(key), to_distance(key)};
      std::memcpy(&neighbors[i], &neighbor, sizeof neighbor);
    }
    return {neighbors, size_};
  }

 private:
  std::span<std::uint64_t> keys_;
  std::uint32_t size_ = 0;
};

}  // namespace rv
