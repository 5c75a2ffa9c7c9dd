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

  // Makes room for so many more edges. kOutOfMemory: as before.
  Status reserve(std::uint32_t more) noexcept;

  // Makes the weight of the edge between `u` and `v` `weight`; of 0 there is no edge, and of an
  // edge that was not there one. kOutOfMemory, possible for a new edge only, changes nothing. Pre:
  // two different nodes; the weight is finite and >= 0.
  Status set(std::uint32_t u, std::uint32_t v, double weight) noexcept;

  // 0 where there is no edge.
  double weight(std::uint32_t u, std::uint32_t v) const noexcept;

  std::uint32_t nodes() const noexcept { return static_cast<std::uint32_t>(first_.size()); }
  std::uint32_t edges() const noexcept { return edges_; }

  // Every edge is below this. Between them may be ones that are not there: their weight is 0.
  std::uint32_t edge_end() const noexcept { return static_cast<std::uint32_t>(weights_.size()); }
  double edge_weight(std::uint32_t edge) const noexcept { return weights_[edge]; }

  // The arcs of a node: the first one, then `next`, until kNone.
  std::uint32_t first(std::uint32_t node) const noexcept { return first_[node]; }
  const Arc& arc(std::uint32_t arc) const noexcept { return arcs_[arc]; }
  double arc_weight(std::uint32_t arc) const noexcept { return weights_[arc / 2]; }

  // The sum of the weights at a node.
  double degree(std::uint32_t node) const noexcept { return degrees_[node]; }

  // Whether all weights are integers below 2^53: sums of them that are too are exact.
  bool is_integral() const noexcept { return fractions_ == 0; }

  // Whether lists, degrees and counts agree.
  bool validate() const noexcept;

 private:
  std::uint32_t find(std::uint32_t u, std::uint32_t v) const noexcept;
  std::uint32_t insert(std::uint32_t u, std::uint32_t v) noexcept;
  void erase(std::uint32_t edge) noexcept;
  void link(std::uint32_t arc) noexcept;
  void unlink(std::uint32_t arc) noexcept;
  void change_degree(std::uint32_t node, double by) noexcept;

  Array<std::uint32_t> first_;  // arc of each node
  Array<double> degrees_;
  Array<Arc> arcs_;
  Array<double> weights_;  // of edges
  std::uint32_t edges_ = 0;
  std::uint32_t free_ = kNone;  // an edge that is not there; `next` of its first arc is another
  std::uint32_t fractions_ = 0;
};

}  // namespace rv
