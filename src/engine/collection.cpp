#include "engine/collection.h"

#include <new>

namespace rv {

Collection::Collection(const Config& config, std::uint64_t max_bytes) noexcept
    : budget_(max_bytes),
      config_(config.as_built()),
      store_(config.shape, budget_),
      codes_(config_, store_, budget_),
      graph_(config.hnsw, budget_),
      targets_(budget_),
      relink_(buffers_),
      scratch_(buffers_),
      queries_(buffers_),
      searches_(buffers_),
      keys_(buffers_),
      candidates_(buffers_),
      prepared_(buffers_),
      decoded_(buffers_),
      accepted_(buffers_) {}

Result<std::unique_ptr<Collection>> Collection::create(const Config& config,
                                                       std::uint64_t max_bytes) noexcept {
  if (const Status status = config.validate(); status != Status::kOk) return status;
  std::unique_ptr<Collection> collection(new (std::nothrow) Collection(config, max_bytes));
  if (collection == nullptr) return Status::kOutOfMemory;
  return collection;
}

float Collection::bytes_per_row() const noexcept {
  float bytes = 1.0f / 8;  // whether it is deleted
  if (config_.shape.metric == Metric::kCosine) bytes += sizeof(float);
  if (!(codes_.active() && config_.single_copy()))
    bytes += static_cast<float>(config_.shape.row_bytes());
  if (codes_.active()) bytes += codes_.bytes_per_row();
  // A slot of the table of nodes, and the upper lists, which one row in M has.
  if (has_graph()) bytes += static_cast<float>(graph_.node_bytes()) + 16.0f / 3 + 4.0f * 17 / 15;
  return bytes;
}

const std::byte* Collection::vector(std::uint32_t row) noexcept {
  if (row >= store_.released_rows()) return store_.row(row);
  if (decoded_.resize(padded(config_.shape.dim)) != Status::kOk) return nullptr;
  codes_.stored().decode(row, store_.inverse_norm(row), decoded_.span());
  return reinterpret_cast<const std::byte*>(decoded_.data());
}

}  // namespace rv
