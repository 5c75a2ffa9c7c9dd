// The write path: stage, let the host fill in vectors and targets, commit all or nothing.
#include <algorithm>

#include "engine/collection.h"

namespace rv {

Status Collection::stage(std::uint32_t count) noexcept {
  targets_.free();  // of a batch that was never committed
  Status status = store_.stage(count);
  if (status == Status::kOk) status = targets_.resize(count);
  if (status == Status::kOk) status = reserve_derived(store_.rows() + count);
  if (status != Status::kOk) unstage();
  return status;
}

// Everything that commit() may need for so many rows, so that it cannot fail half-way.
Status Collection::reserve_derived(std::uint32_t rows) noexcept {
  if (rows < Codes::kFirstRows && !codes_.active() && !has_graph()) return Status::kOk;
  if (codes_.wanted())
    if (const Status status = codes_.reserve(rows); status != Status::kOk) return status;
  return config_.index == IndexType::kHnsw || has_graph() ? reserve_graph(rows) : Status::kOk;
}

void Collection::unstage() noexcept {
  store_.unstage();
  targets_.free();
  if (codes_.active())
    codes_.shrink(store_.rows());
  else
    codes_.clear();
  graph_.trim(has_graph() ? store_.rows() : 0);
}

Status Collection::commit() noexcept {
  const std::span<const std::uint32_t> targets = targets_.span();
  if (const Status status = store_.check(targets); status != Status::kOk) {
    faulty_ = store_.faulty_row();
    unstage();
    return status;
  }
  release_updated(targets);  // before their codes change
  const bool encodes = codes_.active();
  store_.commit(targets, [&](std::uint32_t staged, std::uint32_t to) noexcept {
    if (encodes) codes_.encode(to, store_.row(staged), store_.inverse_norm(to));
  });
  targets_.free();
  derive();
  graph_.trim(has_graph() ? store_.rows() : 0);  // the rows that were staged as updates
  return Status::kOk;
}

// Everything that follows from the vectors. Pre: reserve_derived().
void Collection::derive() noexcept {
  if (codes_.wanted() && !codes_.active() && store_.rows() >= Codes::kFirstRows &&
      store_.live_rows() > 0)
    codes_.activate();
  if (codes_.active() && config_.single_copy()) store_.release_vectors();
  relink();
  calibrate();
}

Status Collection::remove(std::uint32_t row) noexcept {
  if (const Status status = store_.remove(row); status != Status::kOk) return status;
  graph_.remove(codes_.navigator(), row, scratch_);
  return Status::kOk;
}

void Collection::compact() noexcept {
  if (!store_.has_deleted()) return;
  if (has_graph()) {
    Array<std::uint32_t> to(buffers_);
    if (to.resize(store_.rows()) != Status::kOk) {
      drop_graph();
    } else {
      std::uint32_t live = 0, linked = 0;
      for (std::uint32_t row = 0; row < store_.rows(); ++row) {
        to[row] = store_.is_live(row) ? live++ : Hnsw::kNone;
        if (row + 1 == graph_rows_) linked = live;
      }
      if (graph_.renumber(to.span()) == Status::kOk)
        graph_rows_ = linked;
      else
        drop_graph();
    }
  } else {
    drop_graph();
  }
  store_.compact([&](std::uint32_t to, std::uint32_t from) noexcept {
    if (codes_.active()) codes_.move(to, from);
  });
  if (store_.rows() == 0) return clear();
  codes_.shrink(store_.rows());
}

void Collection::clear() noexcept {
  store_.clear();
  codes_.clear();
  calibration_ = {};
  drop_graph();
}

}  // namespace rv
