// Heap memory that can run out without ending the program.
//
// MemoryBudget is the core's one door to malloc: it refuses what would pass the caller's limit,
// which is what `maxMemoryBytes` becomes. Array<T> is the one growable container.
#pragma once

#include <cassert>
#include <cstddef>
#include <cstdint>
#include <span>
#include <type_traits>

#include "base/status.h"

namespace rv {

class MemoryBudget {
 public:
  explicit MemoryBudget(std::uint64_t max_bytes) noexcept : max_bytes_(max_bytes) {}
  MemoryBudget(const MemoryBudget&) = delete;
  MemoryBudget& operator=(const MemoryBudget&) = delete;

  // Resizes a block of `old_bytes` at `block` (nullptr, 0 for a new one) and keeps its contents.
  // Returns nullptr, with the old block intact, where the limit or the heap is exhausted.
  void* resize(void* block, std::size_t old_bytes, std::size_t new_bytes) noexcept;

  void release(void* block, std::size_t bytes) noexcept;

  std::uint64_t used_bytes() const noexcept { return used_bytes_; }

 private:
  std::uint64_t max_bytes_;
  std::uint64_t used_bytes_ = 0;
};

// The part of Array<T> that does not depend on T: one copy of the code serves all.
class RawArray {
 public:
  std::size_t size() const noexcept { return size_; }

  // Forgets the elements and keeps their room.
  void reset() noexcept { size_ = 0; }

  // Pre: size() > 0.
  void pop() noexcept {
    assert(size_ > 0);
    --size_;
  }

 protected:
  explicit RawArray(MemoryBudget& budget) noexcept;
  RawArray(const RawArray&) = delete;
  RawArray& operator=(const RawArray&) = delete;

  Status reserve(std::size_t count, std::size_t element_bytes) noexcept;
  Status resize(std::size_t count, std::size_t element_bytes) noexcept;
  void shrink(std::size_t count, std::size_t element_bytes) noexcept;
  void free(std::size_t element_bytes) noexcept;
  void swap(RawArray& other) noexcept;

  MemoryBudget* budget_;
  void* data_ = nullptr;
  std::size_t size_ = 0;
  std::size_t capacity_ = 0;
};

// A contiguous array of plain data. Growth keeps the elements, moves the memory, and doubles.
template <typename T>
class Array : public RawArray {
  static_assert(std::is_trivially_copyable_v<T>);

 public:
  explicit Array(MemoryBudget& budget) noexcept : RawArray(budget) {}
  ~Array() { free(); }

  T* data() noexcept { return static_cast<T*>(data_); }
  const T* data() const noexcept { return static_cast<const T*>(data_); }
  std::span<T> span() noexcept { return {data(), size_}; }
  std::span<const T> span() const noexcept { return {data(), size_}; }

  T& operator[](std::size_t at) noexcept {
    assert(at < size_);
    return data()[at];
  }
  const T& operator[](std::size_t at) const noexcept {
    assert(at < size_);
    return data()[at];
  }

  // Makes room for `count` elements without changing size(). kOutOfMemory leaves all as it was.
  Status reserve(std::size_t count) noexcept { return RawArray::reserve(count, sizeof(T)); }

  // Changes size(); new elements are not initialised. kOutOfMemory leaves all as it was.
  Status resize(std::size_t count) noexcept { return RawArray::resize(count, sizeof(T)); }

  // Pre: size() < the count last reserved.
  void push(T value) noexcept {
    assert(size_ < capacity_);
    data()[size_++] = value;
  }

  // Leaves the first `count` elements, if there are more, and gives back all other room.
  void shrink(std::size_t count) noexcept { RawArray::shrink(count, sizeof(T)); }

  // Pre: both draw on the same budget.
  void swap(Array& other) noexcept { RawArray::swap(other); }

  void free() noexcept { RawArray::free(sizeof(T)); }
};

}  // namespace rv
