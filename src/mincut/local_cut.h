// A small cut around a node, found without looking at the whole graph.
//
// Forster, Nanongkai, Saranurak, Yang, Yingchareonthawornchai, "Computing and testing small
// connectivity in near-linear time and queries via fast local cut algorithms", SODA 2020, arXiv
// 1910.14344: searches from the node send flow to where a random one of the first arcs begins; once
// a small side can give no more of it, a search ends there by itself.
#pragma once

#include <cstdint>
#include <span>

#include "base/status.h"
#include "mincut/flow_search.h"
#include "mincut/graph.h"

namespace rv {

class LocalCut {
 public:
  struct Query {
    std::uint32_t node;
    double k;       // > 0: the most that the cut may weigh
    double volume;  // > 0: of the side, the sum of its nodes' degrees
    double delta;   // in (0, 1): how likely it is that what there is is not found
    std::uint32_t seed;
  };

  // `search` outlives it and is prepared for `graph`.
  LocalCut(const WeightedGraph& graph, FlowSearch& search) noexcept
      : graph_(graph), search_(search) {}

  // Whether a cut of at most k around the node was found. If weights are integers and there is one
  // whose side has no more than the volume, and than half of the graph's, then one is found with
  // probability 1 - delta or more; its own side has 8 max(k, 1) times the volume at most. Looks at
  // O(k^2 volume log(1 / delta)) arcs, and at the degree of every node.
  bool find(const Query& query) noexcept;

  // Of the cut that was found. The side has the node; valid until the next search.
  double value() const noexcept { return value_; }
  double volume() const noexcept { return volume_; }
  std::span<const std::uint32_t> side() const noexcept { return side_; }

 private:
  bool attempt(const Query& query, double reach, bool is_whole) noexcept;
  std::uint32_t explore(std::uint32_t node, double reach, std::uint32_t sink,
                        double scale) noexcept;
  double random() noexcept;

  const WeightedGraph& graph_;
  FlowSearch& search_;
  std::span<const std::uint32_t> side_;
  double value_ = 0;
  double volume_ = 0;
  std::uint64_t state_ = 0;  // of random()
};

}  // namespace rv
