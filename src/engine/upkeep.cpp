// The graph's upkeep: which rows it has, and the work that writes leave for later.
#include <algorithm>

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
  if (relink_.size() > 0) graph_.insert(codes_.navigator(), relink_.span(), 1, scratch_);
  relink_.reset();
  if (config_.index == IndexType::kHnsw && has_codes && graph_wanted(store_.rows()))
    static_cast<void>(maintain(pending()));
}

std::uint32_t Collection::pending() const noexcept {
  if (!graph_wanted(store_.live_rows())) return 0;
  std::uint32_t count = 0;
  for (std::uint32_t row = graph_rows_; row < store_.rows(); ++row)
    count += store_.is_live(row) ? 1 : 0;
  return count;
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
    graph_.insert(codes_.navigator(), {batch, count}, 1, scratch_);
    rows -= count;
  }
  return Status::kOk;
}

void Collection::drop_graph() noexcept {
  graph_.clear();
  graph_rows_ = 0;
  relink_.reset();
  walked_ef_ = walked_evaluations_ = 0;
}

}  // namespace rv
