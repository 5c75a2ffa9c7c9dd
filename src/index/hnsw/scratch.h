// What one search or insertion needs for itself; one a thread.
#pragma once

#include <cstdint>

#include "base/memory.h"
#include "index/hnsw/beam.h"
#include "quant/codec.h"

namespace rv {

// Counted work, by which plans are judged and measured.
struct HnswCost {
  std::uint64_t distance_evaluations = 0;
  std::uint64_t hops = 0;  // nodes whose links were followed
};

struct HnswScratch {
  // More than a bottom list has links.
  static constexpr std::uint32_t kGroup = 256;
  // Nodes whose links are followed at once.
  static constexpr std::uint32_t kNodesAHop = 3;

  explicit HnswScratch(MemoryBudget& budget) noexcept
      : visited(budget), keys(budget), frontier(budget), query(budget), pair(budget) {}

  // Room for searches over the rows [0, row_count) with beams up to `ef` wide. kOutOfMemory.
  Status prepare(std::uint32_t row_count, std::uint32_t ef, const Codec& codec) noexcept {
    const std::size_t before = visited.size();
    if (before < row_count) {
      if (const Status status = visited.resize(row_count); status != Status::kOk) return status;
      for (std::size_t row = before; row < row_count; ++row) visited[row] = 0;
    }
    if (keys.size() < ef)
      if (const Status status = keys.resize(ef); status != Status::kOk) return status;
    if (const Status status = query.resize(codec.query_bytes()); status != Status::kOk)
      return status;
    return pair.resize(codec.query_bytes());
  }

  // Starts a search.
  void begin(std::uint32_t ef, std::uint32_t k = 1, float reach = 0) noexcept {
    beam = Beam(keys.span().first(ef), k, reach);
    forget();
  }

  // No row is visited but the hidden one.
  void forget() noexcept {
    if (++epoch == 0) {
      for (std::uint16_t& mark : visited.span()) mark = 0;
      epoch = 1;
    }
    if (hidden < visited.size()) visited[hidden] = epoch;
  }

  // Whether it is the first visit of `row`.
  bool visit(std::uint32_t row) noexcept {
    const bool first = visited[row] != epoch;
    visited[row] = epoch;
    return first;
  }

  Array<std::uint16_t> visited;  // the epoch of the last visit
  std::uint16_t epoch = 0;
  std::uint32_t hidden = 0xFFFFFFFFu;  // a node that searches do not come upon; not the entry
  Array<std::uint64_t> keys;
  Beam beam;                      // in `keys`
  Array<std::uint64_t> frontier;  // of search_filtered()
  Array<std::byte> query;         // the row that is inserted, prepared
  Array<std::byte> pair;          // a row that others are compared with, prepared
  std::uint32_t rows[kNodesAHop * kGroup];
  float distances[kNodesAHop * kGroup];
  HnswCost cost;
};

}  // namespace rv
