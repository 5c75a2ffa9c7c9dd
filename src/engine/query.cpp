// The query path: prepare buffers, let the host fill in the queries, search.
#include <algorithm>

#include "base/limits.h"
#include "engine/collection.h"

namespace rv {

Status Collection::prepare(std::uint32_t count, std::uint32_t k) noexcept {
  query_count_ = k_ = found_ = 0;
  if (count == 0 || k == 0) return Status::kInvalidArgument;
  if (k > kMaxTopK) return Status::kLimitExceeded;
  const std::uint64_t query_bytes = std::uint64_t{count} * store_.shape().row_bytes();
  const std::uint64_t keys = std::uint64_t{count} * k;
  if (query_bytes > SIZE_MAX / 2 || keys > SIZE_MAX / 16) return Status::kOutOfMemory;

  if (queries_.resize(static_cast<std::size_t>(query_bytes)) != Status::kOk ||
      flat_queries_.resize(count) != Status::kOk || nearest_.resize(count) != Status::kOk ||
      keys_.resize(static_cast<std::size_t>(keys)) != Status::kOk)
    return Status::kOutOfMemory;
  query_count_ = count;
  k_ = k;
  return Status::kOk;
}

Status Collection::search() noexcept {
  const std::size_t row_bytes = store_.shape().row_bytes();
  cost_ = {};
  found_ = 0;
  for (std::uint32_t i = 0; i < query_count_; ++i) {
    const auto vector = queries_.span().subspan(i * row_bytes, row_bytes);
    const auto norm = inverse_norm(store_.shape(), vector);
    if (!norm.ok()) {
      faulty_ = i;
      return norm.status();
    }
    flat_queries_[i] = {vector.data(), *norm};
    nearest_[i] = TopK(keys_.span().subspan(std::size_t{i} * k_, k_));
  }

  // Not the whole buffers: a prepare() that failed half-way leaves them longer, and no queries.
  const auto nearest = nearest_.span().first(query_count_);
  flat_search(store_, flat_queries_.span().first(query_count_), nearest, cost_);

  for (TopK& top : nearest) top.sort();
  found_ = std::min(k_, store_.live_rows());
  return Status::kOk;
}

std::span<const Neighbor> Collection::neighbors(std::uint32_t query) const noexcept {
  const auto* first = reinterpret_cast<const Neighbor*>(keys_.data() + std::size_t{query} * k_);
  return {first, found_};
}

}  // namespace rv
