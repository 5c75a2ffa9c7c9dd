// The graph's upkeep: which rows it has, and the work that writes leave for later.
#include <algorithm>
#include <cstring>

#include "base/build.h"
#include "engine/collection.h"

namespace rv {

bool Collection::graph_wanted(std::uint32_t rows) const noexcept {
  if (config_.index == IndexType::kHnsw) return rows >= Codes::kFirstRows;
  return config_.index == IndexType::kAuto && (rows >= kAutoGraphRows || has_graph());
}

Status Collection::reserve_graph(std::uint32_t rows) noexcept {
  if (const Status status = codes_.add_navigation(rows); status != Status::kOk) return status;
  if (const Status status = graph_.reserve(rows); status != Status::kOk) return status;
  return scratch_.prepare(rows, config_.hnsw.ef_construction, codes_.navigator());
}

// Takes rows that are about to change out of the graph; relink() puts them back. Where there is no
// memory for that, the graph goes: what links the rows is not worth refusing them.
void Collection::release_updated(std::span<const std::uint32_t> targets) noexcept {
  relink_.reset();
  if (!has_graph()) return;
  for (const std::uint32_t target : targets) {
    if (target >= graph_rows_ || !graph_.is_linked(target)) continue;
    const Status status = graph_.release(codes_.navigator(), target, relink_, scratch_);
    if (status != Status::kOk || relink_.reserve(relink_.size() + 1) != Status::kOk)
      return drop_graph();
    relink_.push(target);
  }
}

// Ends a commit: links what release_updated() took out and, in an index of type hnsw, what is new.
void Collection::relink() noexcept {
  const bool has_codes = codes_.active() || !codes_.wanted();
  if (relink_.size() > 0) link(relink_.span());
  relink_.reset();
  if (config_.index == IndexType::kHnsw && has_codes && graph_wanted(store_.rows()))
    static_cast<void>(maintain(pending()));
}

void Collection::link(std::span<const std::uint32_t> rows) noexcept {
  codes_.encode_navigation(rows);
  scratch_.cost = {};
  graph_.insert(codes_.navigator(), rows, 1, scratch_);
  if (kCountsLinking) link_evaluations_ += scratch_.cost.distance_evaluations;
}

std::uint32_t Collection::pending() const noexcept {
  const std::uint32_t rows = store_.live_rows();
  return graph_wanted(rows) ? rows - graph_.linked_rows() : 0;
}

Status Collection::maintain(std::uint32_t rows) noexcept {
  if (rows == 0 || !graph_wanted(store_.live_rows())) return Status::kOk;
  if (const Status status = reserve_graph(store_.rows()); status != Status::kOk) {
    drop_graph();
    return status;
  }
  std::uint32_t batch[HnswScratch::kGroup];
  while (rows > 0 && graph_rows_ < store_.rows()) {
    std::uint32_t count = 0;
    const std::uint32_t wanted = std::min(rows, graph_.batch_rows());
    for (; count < wanted && graph_rows_ < store_.rows(); ++graph_rows_)
      if (store_.is_live(graph_rows_)) batch[count++] = graph_rows_;
    link({batch, count});
    rows -= count;
  }
  calibrate();
  return Status::kOk;
}

// Measures what scans and walks take, whenever there are twice as many rows as the last time. Where
// there is no memory for searches the figures stay as they are.
void Collection::calibrate() noexcept {
  constexpr std::uint32_t kEf = 64;
  if (codes_.has_bits() && codes_.active() &&
      store_.live_rows() >= std::max(1u, 2 * calibration_.scanned_rows)) {
    calibration_.reranked_per_k = measure(Plan::kCodes, kEf, calibration_.reranked_per_k);
    calibration_.scanned_rows = store_.live_rows();
  }
  if (graph_.linked_rows() >= std::max(Codes::kFirstRows, 2 * calibration_.walked_rows)) {
    calibration_.walked_rows = graph_.linked_rows();
    calibration_.evaluations_per_ef = measure(Plan::kGraph, kEf, calibration_.evaluations_per_ef);
  }
}

// The work of searching for some rows: reranked vectors per k of a scan, or evaluations per ef of a
// walk; `otherwise` where no search has the memory.
float Collection::measure(Plan plan, std::uint32_t ef, float otherwise) noexcept {
  constexpr std::uint32_t kSamples = 8, kTopK = 10;
  std::uint64_t work = 0, width = 0;
  force_plan(static_cast<std::uint32_t>(plan));
  for (std::uint32_t i = 0; i < kSamples; ++i) {
    std::uint32_t row = static_cast<std::uint32_t>(std::uint64_t{store_.rows()} * i / kSamples);
    while (!store_.is_live(row)) row = (row + 1) % store_.rows();
    const std::byte* vector = this->vector(row);
    if (vector == nullptr || prepare(1, kTopK) != Status::kOk) break;
    std::memcpy(queries_.data(), vector, store_.shape().row_bytes());
    if (search(false, ef) != Status::kOk) break;
    work += plan == Plan::kCodes ? cost_.reranked : cost_.distance_evaluations - cost_.reranked;
    width += plan == Plan::kCodes ? kTopK : ef;
  }
  force_plan(kAny);
  query_count_ = 0;
  return width == 0 ? otherwise : static_cast<float>(work) / static_cast<float>(width);
}

void Collection::drop_graph() noexcept {
  graph_.clear();
  codes_.drop_navigation();
  graph_rows_ = 0;
  relink_.reset();
  calibration_.walked_rows = 0;
}

}  // namespace rv
