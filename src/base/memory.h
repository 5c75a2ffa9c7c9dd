// Heap memory that can run out without ending the program.
//
// MemoryBudget is the core's one door to malloc: it refuses what would pass the caller's limit,
// which is what `maxMemoryBytes` becomes. Array<T> is the one growable container.
#pragma once

#include <cassert>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
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
  void* resize(void* block, std::size_t old_bytes, std::size_t new_bytes) noexcept {
    const std::uint64_t used = used_bytes_ - old_bytes + new_bytes;
    if (new_bytes > old_bytes && used > max_bytes_) return nullptr;
    void* resized = std::realloc(block, new_bytes);
    if (resized != nullptr) used_bytes_ = used;
    return resized;
  }

  void release(void* block, std::size_t bytes) noexcept {
    std::free(block);
    used_bytes_ -= bytes;
  }

  std::uint64_t used_bytes() const noexcept { return used_bytes_; }

 private:
  std::uint64_t max_bytes_;
  std::uint64_t used_bytes_ = 0;
};

// A contiguous array of plain data. Growth keeps the elements, moves the memory, and doubles.
template <typename T>
class Array {
  static_assert(std::is_trivially_copyable_v<T>);

 public:
  explicit Array(MemoryBudget& budget) noexcept : budget_(&budget) {}
  ~Array() { free(); }
  Array(const Array&) = delete;
  Array& operator=(const Array&) = delete;

  std::size_t size() const noexcept { return size_; }
  T* data() noexcept { return data_; }
  const T* data() const noexcept { return data_; }
  std::span<T> span() noexcept { return {data_, size_}; }
  std::span<const T> span() const noexcept { return {data_, size_}; }

  T& operator[](std::size_t at) noexcept {
    assert(at < size_);
    return data_[at];
  }
  const T& operator[](std::size_t at) const noexcept {
    assert(at < size_);
    return data_[at];
  }

  // Makes room for `count` elements without changing size(). kOutOfMemory leaves all as it was.
  Status reserve(std::size_t count) noexcept {
    if (count <= capacity_) return Status::kOk;
    if (count > SIZE_MAX / 2 / sizeof(T)) return Status::kOutOfMemory;
    std::size_t wanted = capacity_ * 2 > count ? capacity_ * 2 : count;
    void* block = budget_->resize(data_, capacity_ * sizeof(T), wanted * sizeof(T));
    if (block == nullptr && wanted > count) {  // doubling does not fit: take what is needed
      wanted = count;
      block = budget_->resize(data_, capacity_ * sizeof(T), wanted * sizeof(T));
    }
    if (block == nullptr) return Status::kOutOfMemory;
    data_ = static_cast<T*>(block);
    capacity_ = wanted;
    return Status::kOk;
  }

  // Changes size(); new elements are not initialised. kOutOfMemory leaves all as it was.
  Status resize(std::size_t count) noexcept {
    if (const Status status = reserve(count); status != Status::kOk) return status;
    size_ = count;
    return Status::kOk;
  }

  // Pre: size() < the count last reserved.
  void push(T value) noexcept {
    assert(size_ < capacity_);
    data_[size_++] = value;
  }

  // Leaves the first `count` elements, if there are more, and gives back all other room.
  void shrink(std::size_t count) noexcept {
    if (count < size_) size_ = count;
    if (size_ == 0) return free();
    if (size_ == capacity_) return;
    void* block = budget_->resize(data_, capacity_ * sizeof(T), size_ * sizeof(T));
    if (block == nullptr) return;
    data_ = static_cast<T*>(block);
    capacity_ = size_;
  }

  void free() noexcept {
    if (data_ != nullptr) budget_->release(data_, capacity_ * sizeof(T));
    data_ = nullptr;
    size_ = capacity_ = 0;
  }

 private:
  MemoryBudget* budget_;
  T* data_ = nullptr;
  std::size_t size_ = 0;
  std::size_t capacity_ = 0;
};

}  // namespace rv
