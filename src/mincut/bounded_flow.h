// Whether at least so much can flow between two nodes; where not, the cut between them.
//
// Shortest augmenting paths (Edmonds, Karp 1972), looked for from both ends, level by level, where
// the level is the smaller one: near a small cut, and where there are many paths, little of the
// graph is looked at.
#pragma once

#include <cstdint>
#include <span>

#include "base/status.h"
#include "mincut/flow_search.h"
#include "mincut/graph.h"

namespace rv {

class BoundedFlow {
 public:
  // Both outlive it. `search` is prepared for the graph as it is at each run().
  BoundedFlow(const WeightedGraph& graph, FlowSearch& search) noexcept
      : graph_(graph), search_(search) {}

  static constexpr double kUndecided = -1;

  // The maximum flow between two different nodes, or `limit` if it is not less. kUndecided where
  // that would want a search after `most_arcs` were looked at.
  double run(std::uint32_t s, std::uint32_t t, double limit,
             std::uint64_t most_arcs = UINT64_MAX) noexcept;

  // Of a flow below its limit: the nodes on one side of a cut of that value, which has one of the
  // ends. Valid until the next search.
  std::span<const std::uint32_t> side() const noexcept { return side_; }

 private:
  bool find_path() noexcept;

  const WeightedGraph& graph_;
  FlowSearch& search_;  // whose queue is that of s from the front on, and of t from the back
  std::span<const std::uint32_t> side_;
  std::uint32_t ends_[2] = {};
  std::uint32_t bridge_ = 0;  // arc from what s found to what t found
  double limit_ = 0;
};

}  // namespace rv
