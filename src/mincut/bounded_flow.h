// Whether at least so much can flow between two nodes; where not, the cut between them.
//
// Shortest augmenting paths (Edmonds, Karp 1972), looked for from both ends, level by level, where
// the level is the smaller one: near a small cut, and where there are many paths, little of the
// graph is looked at.
#pragma once

#include <cstdint>
#include <span>

#include "base/memory.h"
#include "base/status.h"
#include "mincut/graph.h"
#include "mincut/residual.h"

namespace rv {

class BoundedFlow {
 public:
  explicit BoundedFlow(MemoryBudget& budget) noexcept;

  // To be called once edges were added, before run(). kOutOfMemory: as before.
  Status prepare(const WeightedGraph& graph) noexcept;

  static constexpr double kUndecided = -1;

  // The maximum flow between two different nodes, or `limit` if it is not less. kUndecided where
  // that would want a search after `most_arcs` were looked at.
  double run(const WeightedGraph& graph, std::uint32_t s, std::uint32_t t, double limit,
             std::uint64_t most_arcs = UINT64_MAX) noexcept;

  // Of a flow below its limit: the nodes on one side of a cut of that value, which has one of the
  // ends. Valid until the next run().
  std::span<const std::uint32_t> side() const noexcept { return side_; }

  // Counted work of all runs: arcs looked at.
  std::uint64_t arcs_scanned() const noexcept { return scanned_; }

 private:
  bool find_path(const WeightedGraph& graph) noexcept;
  double send(const WeightedGraph& graph, double limit) noexcept;

  Residual residual_;
  Array<std::uint32_t> queue_;  // of s from the front on, of t from the back
  Array<std::uint32_t> mark_;   // 2 * search_ of what s found in this search, one more of t
  Array<std::uint32_t> from_;   // arc that found a node
  std::span<const std::uint32_t> side_;
  std::uint32_t ends_[2] = {};
  std::uint32_t bridge_ = 0;  // arc from what s found to what t found
  std::uint32_t search_ = 0;
  double none_ = 0;  // what counts as no residue
  std::uint64_t scanned_ = 0;
};

}  // namespace rv
