#include "store/row_blocks.h"

#include <algorithm>
#include <bit>
#include <cstring>

namespace rv {
namespace {

constexpr std::size_t kBlockBytes = std::size_t{1} << 20;
constexpr std::uint32_t kFirstRows = 16;

std::uint32_t block_shift(std::size_t row_bytes) noexcept {
  const std::size_t rows = std::max<std::size_t>(kBlockBytes / row_bytes, kFirstRows);
  return static_cast<std::uint32_t>(std::bit_width(rows) - 1);
}

}  // namespace

RowBlocks::RowBlocks(std::size_t row_bytes, MemoryBudget& budget) noexcept
    : row_bytes_(row_bytes), shift_(block_shift(row_bytes)), budget_(&budget), blocks_(budget) {}

std::uint32_t RowBlocks::capacity() const noexcept {
  return blocks_.size() <= 1 ? first_block_rows_
                             : static_cast<std::uint32_t>(blocks_.size()) << shift_;
}

std::uint32_t RowBlocks::first_block_capacity(std::uint32_t rows) const noexcept {
  return std::min(std::max(kFirstRows, std::bit_ceil(rows)), block_rows());
}

Status RowBlocks::resize_first_block(std::uint32_t rows) noexcept {
  std::byte* block = first_block_rows_ == 0 ? nullptr : blocks_[0];
  void* resized = budget_->resize(block, first_block_rows_ * row_bytes_, rows * row_bytes_);
  if (resized == nullptr) return Status::kOutOfMemory;
  if (blocks_.size() == 0) blocks_.push(nullptr);
  blocks_[0] = static_cast<std::byte*>(resized);
  first_block_rows_ = rows;
  return Status::kOk;
}

Status RowBlocks::reserve(std::uint32_t rows) noexcept {
  if (rows == 0) return Status::kOk;
  const std::size_t wanted = ((std::size_t{rows} - 1) >> shift_) + 1;
  if (const Status status = blocks_.reserve(wanted); status != Status::kOk) return status;
  if (const std::uint32_t first = first_block_capacity(std::min(rows, block_rows()));
      first > first_block_rows_)
    if (const Status status = resize_first_block(first); status != Status::kOk) return status;
  while (blocks_.size() < wanted) {
    void* block = budget_->resize(nullptr, 0, block_rows() * row_bytes_);
    if (block == nullptr) return Status::kOutOfMemory;
    blocks_.push(static_cast<std::byte*>(block));
  }
  return Status::kOk;
}

void RowBlocks::shrink(std::uint32_t rows) noexcept {
  const std::size_t left = rows == 0 ? 0 : ((std::size_t{rows} - 1) >> shift_) + 1;
  for (std::size_t i = left; i < blocks_.size(); ++i)
    budget_->release(blocks_[i], (i == 0 ? first_block_rows_ : block_rows()) * row_bytes_);
  if (left == 0) first_block_rows_ = 0;
  blocks_.shrink(left);
  if (left != 1) return;
  const std::uint32_t wanted = first_block_capacity(rows);
  // Where a smaller block is refused, the larger one stays.
  if (wanted < first_block_rows_) static_cast<void>(resize_first_block(wanted));
}

void RowBlocks::move(std::uint32_t to, std::uint32_t from) noexcept {
  std::memcpy(row(to), row(from), row_bytes_);
}

}  // namespace rv
