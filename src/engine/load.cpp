#include "engine/load.h"

#include <algorithm>

#include "base/bytes.h"
#include "base/crc32.h"
#include "base/limits.h"

namespace rv {

Status SnapshotLoader::open(std::span<const std::byte> prefix, std::uint64_t total_bytes) noexcept {
  if (const Status status = reader_.open(prefix, total_bytes); status != Status::kOk) return status;
  const bool sized = reader_.find(kSectionConf)->length == kConfBytes;
  return sized ? Status::kOk : Status::kFormatChecksum;
}

Status SnapshotLoader::next() noexcept {
  switch (step_) {
    case Step::kConf:
      wanted_ = {reader_.find(kSectionConf)->offset, conf_, kConfBytes};
      step_ = Step::kStart;
      return Status::kOk;
    case Step::kStart:
      return start_vectors();
    case Step::kVectors:
      crc_ = crc32(crc_, {wanted_.to, static_cast<std::size_t>(wanted_.length)});
      return next_vectors();
    case Step::kDone:
      break;
  }
  return Status::kInvalidArgument;
}

Status SnapshotLoader::start_vectors() noexcept {
  if (crc32(0, conf_) != reader_.find(kSectionConf)->crc) return Status::kFormatChecksum;
  const auto metric = load_le<std::uint32_t>(conf_ + 4);
  if (metric >= kMetricCount) return Status::kFormatVersion;
  if (load_le<std::uint32_t>(conf_ + 8) != 0) return Status::kFormatVersion;  // index: flat only
  shape_ = {static_cast<Metric>(metric), load_le<std::uint32_t>(conf_)};
  rows_ = load_le<std::uint32_t>(conf_ + 12);
  if (!is_zero(std::span(conf_).subspan(16))) return Status::kFormatVersion;
  if (shape_.validate() != Status::kOk || rows_ > kMaxRows) return Status::kFormatChecksum;
  // Before any memory is taken: a forged count must not be able to ask for it.
  if (reader_.find(kSectionVecs)->length != std::uint64_t{rows_} * shape_.row_bytes())
    return Status::kFormatChecksum;

  auto created = Collection::create(shape_, max_bytes_);
  if (!created.ok()) return created.status();
  collection_ = std::move(*created);
  if (const Status status = collection_->stage(rows_); status != Status::kOk) return status;
  step_ = Step::kVectors;
  return next_vectors();
}

Status SnapshotLoader::next_vectors() noexcept {
  if (copied_rows_ == rows_) return finish();
  VectorStore& store = collection_->store();
  const std::size_t row_bytes = store.shape().row_bytes();
  const std::uint32_t run = std::min(store.contiguous_from(copied_rows_), rows_ - copied_rows_);
  wanted_ = {reader_.find(kSectionVecs)->offset + std::uint64_t{copied_rows_} * row_bytes,
             store.row(copied_rows_), run * row_bytes};
  copied_rows_ += run;
  return Status::kOk;
}

Status SnapshotLoader::finish() noexcept {
  step_ = Step::kDone;
  wanted_ = {};
  if (crc_ != reader_.find(kSectionVecs)->crc) return Status::kFormatChecksum;
  std::ranges::fill(collection_->targets(), VectorStore::kAppend);
  // A vector that upsert would refuse was not written by save(): the bytes are not a snapshot's.
  return collection_->commit() == Status::kOk ? Status::kOk : Status::kFormatChecksum;
}

}  // namespace rv
