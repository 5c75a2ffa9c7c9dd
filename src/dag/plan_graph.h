// A query plan as numbers: operators in an order in which each comes after all that it reads from.
//
// Both the nodes and the edges come in order, so whatever goes along the plan is one loop over its
// edges, forwards or backwards.
#pragma once

#include <cstdint>
#include <limits>
#include <span>

#include "base/memory.h"
#include "base/status.h"

namespace rv {

constexpr double kUnlimited = std::numeric_limits<double>::infinity();

// Costs, selectivities and prices are at most this, so that no sum of them is infinite.
constexpr double kLargest = 1e100;

struct PlanNode {
  double cost = 0;                 // >= 0, in any unit; the same one for all
  double candidates = kUnlimited;  // >= 0: rows that it can emit at most under its budget
  double selectivity = 1;          // >= 0: rows that go on of those that come in
};

struct PlanEdge {
  std::uint32_t from;
  std::uint32_t to;
};

class PlanGraph {
 public:
  explicit PlanGraph(MemoryBudget& budget) noexcept;

  // An empty plan with room for so much; takes memory only where it has not had as much before.
  // kOutOfMemory leaves all as it was.
  Status begin(std::uint32_t nodes, std::uint32_t edges) noexcept;

  // kInvalidArgument: a number is outside its range. Pre: there is room.
  Status add_node(const PlanNode& node) noexcept;

  // kInvalidArgument: `to` is not behind `from` or is no node (so there are no cycles), or `from`
  // is before that of the last edge. Pre: all nodes are there, and there is room.
  Status add_edge(std::uint32_t from, std::uint32_t to) noexcept;

  std::uint32_t size() const noexcept { return static_cast<std::uint32_t>(nodes_.size()); }
  const PlanNode& node(std::uint32_t node) const noexcept { return nodes_[node].numbers; }
  std::span<const PlanEdge> edges() const noexcept { return edges_.span(); }

  // Pre: 0 <= candidates.
  void set_candidates(std::uint32_t node, double candidates) noexcept {
    nodes_[node].numbers.candidates = candidates;
  }

  // How many edges come in and go out.
  std::uint32_t inputs(std::uint32_t node) const noexcept { return nodes_[node].inputs; }
  std::uint32_t outputs(std::uint32_t node) const noexcept { return nodes_[node].outputs; }

 private:
  struct Node {
    PlanNode numbers;
    std::uint32_t inputs;
    std::uint32_t outputs;
  };

  Array<Node> nodes_;
  Array<PlanEdge> edges_;
};

}  // namespace rv
