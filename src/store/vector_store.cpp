#include "store/vector_store.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>

#include "base/limits.h"

namespace rv {
namespace {

constexpr std::size_t kBlockBytes = std::size_t{1} << 20;
constexpr std::uint32_t kFirstRows = 16;

std::uint32_t block_shift(std::size_t row_bytes) noexcept {
  const std::size_t rows = std::max<std::size_t>(kBlockBytes / row_bytes, kFirstRows);
  return static_cast<std::uint32_t>(std::bit_width(rows) - 1);
}

}  // namespace

VectorStore::VectorStore(Shape shape, MemoryBudget& budget) noexcept
    : shape_(shape),
      row_bytes_(shape.row_bytes()),
      shift_(block_shift(row_bytes_)),
      budget_(&budget),
      blocks_(budget),
      inverse_norms_(budget),
      deleted_(budget) {}

VectorStore::~VectorStore() { free_blocks_from(0); }

std::uint32_t VectorStore::first_block_capacity(std::uint32_t rows) const noexcept {
  return std::min(std::max(kFirstRows, std::bit_ceil(rows)), block_rows());
}

Status VectorStore::reserve_first_block(std::uint32_t rows) noexcept {
  if (rows <= first_block_rows_) return Status::kOk;
  const std::uint32_t wanted = first_block_capacity(rows);
  if (const Status status = blocks_.reserve(1); status != Status::kOk) return status;
  std::byte* block = first_block_rows_ == 0 ? nullptr : blocks_[0];
  void* grown = budget_->resize(block, first_block_rows_ * row_bytes_, wanted * row_bytes_);
  if (grown == nullptr) return Status::kOutOfMemory;
  if (blocks_.size() == 0) blocks_.push(nullptr);
  blocks_[0] = static_cast<std::byte*>(grown);
  first_block_rows_ = wanted;
  return Status::kOk;
}

Status VectorStore::reserve(std::uint32_t rows) noexcept {
  if (rows == 0) return Status::kOk;
  if (const Status status = reserve_first_block(std::min(rows, block_rows()));
      status != Status::kOk)
    return status;
  const std::size_t wanted = ((std::size_t{rows} - 1) >> shift_) + 1;
  if (const Status status = blocks_.reserve(wanted); status != Status::kOk) return status;
  while (blocks_.size() < wanted) {
    void* block = budget_->resize(nullptr, 0, block_rows() * row_bytes_);
    if (block == nullptr) return Status::kOutOfMemory;
    blocks_.push(static_cast<std::byte*>(block));
  }
  return Status::kOk;
}

Status VectorStore::stage(std::uint32_t count) noexcept {
  staged_ = 0;
  if (count > kMaxRows - rows_) return Status::kLimitExceeded;
  const std::uint32_t rows = rows_ + count;
  if (const Status status = reserve(rows); status != Status::kOk) return status;
  if (const Status status = deleted_.grow(rows); status != Status::kOk) return status;
  if (shape_.metric == Metric::kCosine)
    if (const Status status = inverse_norms_.resize(rows); status != Status::kOk) return status;
  staged_ = count;
  return Status::kOk;
}

Status VectorStore::check_targets(std::span<const std::uint32_t> targets) const noexcept {
  std::uint32_t end = rows_;
  for (const std::uint32_t target : targets) {
    if (target == kAppend)
      ++end;
    else if (target >= end || (target < rows_ && deleted_.test(target)))
      return Status::kNotFound;
  }
  return Status::kOk;
}

Status VectorStore::commit(std::span<const std::uint32_t> targets) noexcept {
  if (targets.size() > staged_) return Status::kInvalidArgument;

  const std::uint32_t first = rows_;
  for (std::uint32_t i = 0; i < targets.size(); ++i) {
    const auto norm = rv::inverse_norm(shape_, {row(first + i), row_bytes_});
    if (!norm.ok()) {
      faulty_row_ = i;
      return norm.status();
    }
    if (shape_.metric == Metric::kCosine) inverse_norms_[first + i] = *norm;
  }
  if (const Status status = check_targets(targets); status != Status::kOk) return status;

  staged_ = 0;
  for (std::uint32_t i = 0; i < targets.size(); ++i) {
    const std::uint32_t to = targets[i] == kAppend ? rows_++ : targets[i];
    if (to == first + i) continue;
    std::memcpy(row(to), row(first + i), row_bytes_);
    if (shape_.metric == Metric::kCosine) inverse_norms_[to] = inverse_norms_[first + i];
  }
  return Status::kOk;
}

Status VectorStore::remove(std::uint32_t row) noexcept {
  if (!is_live(row)) return Status::kNotFound;
  deleted_.set(row);
  ++deleted_count_;
  return Status::kOk;
}

void VectorStore::compact() noexcept {
  std::uint32_t to = 0;
  for (std::uint32_t from = 0; from < rows_; ++from) {
    if (deleted_.test(from)) continue;
    if (to != from) {
      std::memcpy(row(to), row(from), row_bytes_);
      if (shape_.metric == Metric::kCosine) inverse_norms_[to] = inverse_norms_[from];
    }
    ++to;
  }
  rows_ = to;
  deleted_count_ = 0;
  deleted_.reset();
  unstage();
}

void VectorStore::unstage() noexcept {
  staged_ = 0;
  if (rows_ == 0) return clear();
  deleted_.shrink(rows_);
  inverse_norms_.shrink(rows_);
  free_blocks_from(((std::size_t{rows_} - 1) >> shift_) + 1);
  const std::uint32_t wanted = first_block_capacity(rows_);
  if (blocks_.size() > 1 || wanted >= first_block_rows_) return;
  void* block = budget_->resize(blocks_[0], first_block_rows_ * row_bytes_, wanted * row_bytes_);
  if (block == nullptr) return;
  blocks_[0] = static_cast<std::byte*>(block);
  first_block_rows_ = wanted;
}

void VectorStore::clear() noexcept {
  free_blocks_from(0);
  inverse_norms_.free();
  deleted_.free();
  rows_ = staged_ = deleted_count_ = 0;
}

void VectorStore::free_blocks_from(std::size_t block) noexcept {
  for (std::size_t i = block; i < blocks_.size(); ++i) {
    const std::size_t rows = i == 0 ? first_block_rows_ : block_rows();
    budget_->release(blocks_[i], rows * row_bytes_);
  }
  if (block == 0) first_block_rows_ = 0;
  blocks_.shrink(block);
}

Status VectorStore::validate() const noexcept {
  std::uint32_t deleted = 0;
  for (std::uint32_t r = 0; r < rows_; ++r) {
    if (deleted_.test(r)) {
      ++deleted;
      continue;
    }
    const auto norm = rv::inverse_norm(shape_, {row(r), row_bytes_});
    if (!norm.ok()) return Status::kFormatChecksum;
    if (shape_.metric == Metric::kCosine && inverse_norms_[r] != *norm)
      return Status::kFormatChecksum;
  }
  const bool room = rows_ == 0 || ((std::size_t{rows_} - 1) >> shift_) < blocks_.size();
  return deleted == deleted_count_ && room ? Status::kOk : Status::kFormatChecksum;
}

}  // namespace rv
