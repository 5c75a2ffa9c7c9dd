#include "base/memory.h"

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <utility>

namespace rv {

void* MemoryBudget::resize(void* block, std::size_t old_bytes, std::size_t new_bytes) noexcept {
  const std::uint64_t used = used_bytes_ - old_bytes + new_bytes;
  if (new_bytes > old_bytes && used > max_bytes_) return nullptr;
  void* resized = std::malloc(new_bytes);
  if (resized == nullptr) return nullptr;
  if (block != nullptr) std::memcpy(resized, block, std::min(old_bytes, new_bytes));
  std::free(block);
  used_bytes_ = used;
  return resized;
}

void MemoryBudget::release(void* block, std::size_t bytes) noexcept {
  std::free(block);
  used_bytes_ -= bytes;
}

RawArray::RawArray(MemoryBudget& budget) noexcept : budget_(&budget) {}

Status RawArray::reserve(std::size_t count, std::size_t element_bytes) noexcept {
  if (count <= capacity_) return Status::kOk;
  if (count > SIZE_MAX / 2 / element_bytes) return Status::kOutOfMemory;
  std::size_t wanted = std::max(capacity_ * 2, count);
  const std::size_t old_bytes = capacity_ * element_bytes;
  void* block = budget_->resize(data_, old_bytes, wanted * element_bytes);
  if (block == nullptr && wanted > count) {  // doubling does not fit: take what is needed
    wanted = count;
    block = budget_->resize(data_, old_bytes, wanted * element_bytes);
  }
  if (block == nullptr) return Status::kOutOfMemory;
  data_ = block;
  capacity_ = wanted;
  return Status::kOk;
}

Status RawArray::resize(std::size_t count, std::size_t element_bytes) noexcept {
  const Status status = reserve(count, element_bytes);
  if (status == Status::kOk) size_ = count;
  return status;
}

void RawArray::shrink(std::size_t count, std::size_t element_bytes) noexcept {
  size_ = std::min(size_, count);
  if (size_ == 0) return free(element_bytes);
  if (size_ == capacity_) return;
  void* block = budget_->resize(data_, capacity_ * element_bytes, size_ * element_bytes);
  if (block == nullptr) return;
  data_ = block;
  capacity_ = size_;
}

void RawArray::free(std::size_t element_bytes) noexcept {
  if (data_ != nullptr) budget_->release(data_, capacity_ * element_bytes);
  data_ = nullptr;
  size_ = capacity_ = 0;
}

void RawArray::swap(RawArray& other) noexcept {
  assert(budget_ == other.budget_);
  std::swap(data_, other.data_);
  std::swap(size_, other.size_);
  std::swap(capacity_, other.capacity_);
}

}  // namespace rv
