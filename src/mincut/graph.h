// An undirected graph with weighted edges that come, go and change.
//
// Each edge is two arcs, 2e and 2e + 1, in the doubly linked lists of the nodes that they leave.
// The edge between two nodes is looked for in both lists at once, until the shorter one ends.
#pragma once

#include <cstdint>

#include "base/memory.h"
#include "base/status.h"

namespace rv {

class WeightedGraph {
 public:
  static constexpr std::uint32_t kNone = 0xFFFFFFFFu;

  // `next` and `previous` are arcs that leave the same node.
  struct Arc {
    std::uint32_t to;
    std::uint32_t next;
    std::uint32_t previous;
  };

  explicit WeightedGraph(MemoryBudget& budget) noexcept;

  // `nodes` nodes without edges; once for a graph.
  Status begin(std::uint32_t nodes) noexcept;

  // Makes the weight of the edge between `u` and `v` `weight`; of 0 there is no edge, and of an
  // edge that was not there one. kOutOfMemory, possible for a new edge only, changes nothing. Pre:
  // two different nodes; the weight is finite and >= 0.
  Status set(std::uint32_t u, std::uint32_t v, double weight) noexcept;

  // 0 where there is no edge.
  double weight(std::uint32_t u, std::uint32_t v) const noexcept;

  std::uint32_t nodes() const noexcept { return static_cast<std::uint32_t>(nodes_.size()); }
  std::uint32_t edges() const noexcept { return count_; }

  // Every edge is below this. Between them may be ones that are not there: their weight is 0.
  std::uint32_t edge_end() const noexcept { return static_cast<std::uint32_t>(edges_.size()); }
  double edge_weight(std::uint32_t edge) const noexcept { return edges_[edge].weight; }

  // The arcs of a node: the first one, then `next`, until kNone.
  std::uint32_t first(std::uint32_t node) const noexcept { return nodes_[node].first; }
  const Arc& arc(std::uint32_t arc) const noexcept { return arcs_[arc]; }
  double arc_weight(std::uint32_t arc) const noexcept { return edges_[arc / 2].weight; }

  // The sum of the weights at a node.
  double degree(std::uint32_t node) const noexcept { return nodes_[node].degree; }

  // Whether all weights are integers below 2^53: sums of them that are too are exact.
  bool is_integral() const noexcept { return fractions_ == 0; }

  // Whether lists, table, degrees and counts agree.
  bool validate() const noexcept;

 private:
  struct Node {
    double degree;
    std::uint32_t first;  // arc
  };
  struct Edge {
    double weight;       // 0 of an edge that is not there
    std::uint32_t next;  // edge of the chain; of those that are not there
  };

  Status make_room() noexcept;
  std::uint32_t& chain(std::uint32_t u, std::uint32_t v) noexcept;
  std::uint32_t find(std::uint32_t u, std::uint32_t v) const noexcept;
  std::uint32_t insert(std::uint32_t u, std::uint32_t v) noexcept;
  void erase(std::uint32_t edge) noexcept;
  void link(std::uint32_t arc) noexcept;
  void unlink(std::uint32_t arc) noexcept;
  void change_degree(std::uint32_t node, double by) noexcept;

  Array<Node> nodes_;
  Array<Arc> arcs_;
  Array<Edge> edges_;
  Array<std::uint32_t> chains_;  // the first edge of each; a power of two of them
  std::uint32_t count_ = 0;      // of edges
  std::uint32_t free_ = kNone;   // an edge that is not there
  std::uint32_t fractions_ = 0;
};

}  // namespace rv
