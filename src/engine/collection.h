// A collection: vectors of one shape under one index. Numbers in, neighbours out; ids, metadata and
// filters are the host's. Read the write path in write.cpp, the query path in query.cpp, and how a
// collection becomes bytes and back in save.cpp and load.cpp.
#pragma once

#include <cstdint>
#include <memory>
#include <span>

#include "base/memory.h"
#include "base/top_k.h"
#include "index/flat/flat.h"
#include "store/vector_store.h"

namespace rv {

class SectionWriter;

class Collection {
 public:
  // `max_bytes` bounds the vectors and what goes with them. Query and result buffers are outside
  // it, so that a full collection still answers. kInvalidArgument, kLimitExceeded: see
  // Shape::validate(); kOutOfMemory.
  static Result<std::unique_ptr<Collection>> create(Shape shape, std::uint64_t max_bytes) noexcept;

  const VectorStore& store() const noexcept { return store_; }
  VectorStore& store() noexcept { return store_; }
  std::uint64_t used_bytes() const noexcept { return budget_.used_bytes() + buffers_.used_bytes(); }

  // ---- write.cpp ----

  // Room for `count` vectors, to be written through staged_row(i); then commit() takes them.
  // kOutOfMemory, kLimitExceeded: nothing changed.
  Status stage(std::uint32_t count) noexcept;
  std::byte* staged_row(std::uint32_t i) noexcept { return store_.row(store_.rows() + i); }

  // One target a staged vector, filled by the caller. Pre: stage(count) was kOk.
  std::span<std::uint32_t> targets() noexcept { return targets_.span(); }

  // See VectorStore::commit(). faulty() says which staged vector kInvalidVector is about.
  Status commit() noexcept;

  Status remove(std::uint32_t row) noexcept;
  void compact() noexcept;
  void clear() noexcept;

  // ---- query.cpp ----

  // Room for `count` queries (row_bytes() each, one after another, to be written at queries()) and
  // k neighbours for each. kLimitExceeded: k above kMaxTopK; kInvalidArgument: zero; kOutOfMemory.
  Status prepare(std::uint32_t count, std::uint32_t k) noexcept;
  std::span<std::byte> queries() noexcept { return queries_.span(); }

  // The min(k, live rows) nearest rows of each prepared query, nearest first, ties to the smaller
  // row. Distances are what the metric ranks by: squares under euclidean, whose f32 roots could tie
  // where they do not. kInvalidVector: faulty() says which query; no results then.
  Status search() noexcept;

  // Of query i, after search().
  std::span<const Neighbor> neighbors(std::uint32_t query) const noexcept;

  const FlatCost& last_cost() const noexcept { return cost_; }

  // ---- save.cpp ----

  // Adds the engine's sections. Pre: compacted, since deleted rows are not written; no change to
  // the collection until the writer's parts are copied.
  Status save(SectionWriter& writer) noexcept;

  std::uint32_t faulty() const noexcept { return faulty_; }

 private:
  Collection(Shape shape, std::uint64_t max_bytes) noexcept;

  MemoryBudget budget_;  // these two before everything that draws on them
  MemoryBudget buffers_{UINT64_MAX};
  VectorStore store_;
  Array<std::uint32_t> targets_;
  Array<std::byte> queries_;
  Array<FlatQuery> flat_queries_;
  Array<std::uint64_t> keys_;  // k per query; search() leaves Neighbors in it
  Array<TopK> nearest_;
  std::uint32_t query_count_ = 0;
  std::uint32_t k_ = 0;
  std::uint32_t found_ = 0;
  std::uint32_t faulty_ = 0;
  FlatCost cost_;
  std::byte conf_[64] = {};
};

}  // namespace rv
