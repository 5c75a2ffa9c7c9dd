#include "store/vector_store.h"

#include <algorithm>
#include <cstring>

#include "base/limits.h"

namespace rv {

VectorStore::VectorStore(Shape shape, MemoryBudget& budget) noexcept
    : shape_(shape),
      vectors_(shape.row_bytes(), budget),
      inverse_norms_(budget),
      deleted_(budget) {}

Status VectorStore::stage(std::uint32_t count) noexcept {
  staged_ = 0;
  if (count > kMaxRows - rows_) return Status::kLimitExceeded;
  const std::uint32_t rows = rows_ + count;
  if (const Status status = vectors_.reserve(rows - released_rows()); status != Status::kOk)
    return status;
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

Status VectorStore::check(std::span<const std::uint32_t> targets) noexcept {
  if (targets.size() > staged_) return Status::kInvalidArgument;
  for (std::uint32_t i = 0; i < targets.size(); ++i) {
    const auto norm = rv::inverse_norm(shape_, {row(rows_ + i), shape_.row_bytes()});
    if (!norm.ok()) {
      faulty_row_ = i;
      return norm.status();
    }
    if (shape_.metric == Metric::kCosine) inverse_norms_[rows_ + i] = *norm;
  }
  return check_targets(targets);
}

void VectorStore::take(std::uint32_t from, std::uint32_t to) noexcept {
  if (to == from) return;
  if (to >= released_rows()) vectors_.move(to - released_rows(), from - released_rows());
  if (shape_.metric == Metric::kCosine) inverse_norms_[to] = inverse_norms_[from];
}

void VectorStore::release_vectors() noexcept {
  vectors_.shrink(0);
  released_ = rows_;
}

Status VectorStore::restore_released(std::uint32_t rows) noexcept {
  if (const Status status = deleted_.grow(rows); status != Status::kOk) return status;
  if (shape_.metric == Metric::kCosine)
    if (const Status status = inverse_norms_.resize(rows); status != Status::kOk) return status;
  rows_ = released_ = rows;
  return Status::kOk;
}

Status VectorStore::remove(std::uint32_t row) noexcept {
  if (!is_live(row)) return Status::kNotFound;
  deleted_.set(row);
  ++deleted_count_;
  return Status::kOk;
}

void VectorStore::end_compact(std::uint32_t rows) noexcept {
  if (released_rows() == rows_) released_ = rows;
  rows_ = rows;
  deleted_count_ = 0;
  deleted_.reset();
  unstage();
}

void VectorStore::unstage() noexcept {
  staged_ = 0;
  deleted_.shrink(rows_);
  inverse_norms_.shrink(rows_);
  vectors_.shrink(rows_ - released_rows());
}

void VectorStore::clear() noexcept {
  rows_ = released_ = deleted_count_ = 0;
  deleted_.free();
  unstage();
}

Status VectorStore::validate_norms() const noexcept {
  if (shape_.metric != Metric::kCosine) return Status::kOk;
  // Any norm of a vector that inverse_norm() takes.
  for (const float norm : inverse_norms_.span().first(released_rows()))
    if (!(norm >= 0.5f / static_cast<float>(kMaxNorm) &&
          norm <= 2.0f / static_cast<float>(kMinCosineNorm)))
      return Status::kFormatChecksum;
  return Status::kOk;
}

Status VectorStore::validate() const noexcept {
  std::uint32_t deleted = 0;
  for (std::uint32_t r = 0; r < rows_; ++r) {
    if (deleted_.test(r)) {
      ++deleted;
      continue;
    }
    if (r < released_rows()) continue;
    const auto norm = rv::inverse_norm(shape_, {row(r), shape_.row_bytes()});
    if (!norm.ok()) return Status::kFormatChecksum;
    if (shape_.metric == Metric::kCosine && inverse_norms_[r] != *norm)
      return Status::kFormatChecksum;
  }
  const bool room = rows_ - released_rows() <= vectors_.capacity();
  return deleted == deleted_count_ && room ? validate_norms() : Status::kFormatChecksum;
}

}  // namespace rv
