// The least cut of a whole graph, from nothing.
//
// Nagamochi, Ono, Ibaraki, "Implementing an efficient minimum capacity cut algorithm", 1994: a scan
// in order of attachment (CAPFOREST) finds edges whose ends no cut below the best one known parts;
// they become one group, until one is left. Attachments beyond the best cut are alike (Henzinger,
// Noe, Schulz, Strash, "Practical minimum cut algorithms", 2018, arXiv 1708.06127). Where all nodes
// are much the same (a torus) a scan finds few such edges: as much work again as the scans goes
// into flows between ends of edges, which settle one edge each. An edge with half the weight of one
// of its ends needs neither (Padberg, Rinaldi 1990).
#pragma once

#include <cstdint>
#include <span>

#include "base/memory.h"
#include "base/status.h"
#include "mincut/flow_search.h"
#include "mincut/graph.h"

namespace rv {

class GlobalCut {
 public:
  explicit GlobalCut(MemoryBudget& budget) noexcept
      : nodes_(budget), heap_(budget), side_(budget) {}

  // Works with `search`, which counts the arcs that are looked at. Pre: two nodes or more. Of
  // weights that are not integers the cut is the least but for 1e-12 of the sum of all weights.
  // kOutOfMemory: there is no result.
  Status solve(const WeightedGraph& graph, FlowSearch& search) noexcept;

  // 0 where the graph is not connected.
  double value() const noexcept { return value_; }

  // A byte a node, 1 on one side; some nodes are, and some are not.
  std::span<const std::uint8_t> side() const noexcept { return side_.span(); }

 private:
  // A group goes by one of its nodes, its name.
  struct Node {
    double attached;       // of a group: weight to what is scanned
    std::uint32_t place;   // of a group: in the heap, or kOut, or kScanned + when
    std::uint32_t name;    // of the group
    std::uint32_t next;    // node of the group, or kOut
    std::uint32_t first;   // of a group: node
    std::uint32_t parent;  // towards the name of the group that it is to be in
    bool is_alone;         // of a group: it is to become part of no other, nor another of it
  };

  void regroup() noexcept;
  void scan(const WeightedGraph& graph, FlowSearch& search) noexcept;
  void settle_edges(const WeightedGraph& graph, FlowSearch& search, std::uint64_t work) noexcept;
  void push(std::uint32_t group, double attached) noexcept;
  std::uint32_t pop() noexcept;
  void place(std::uint32_t group, std::uint32_t at) noexcept;
  double key(std::uint32_t at) const noexcept;
  void unite(std::uint32_t node, std::uint32_t other) noexcept;
  std::uint32_t root(std::uint32_t node) noexcept;

  Array<Node> nodes_;
  Array<std::uint32_t> heap_;  // groups to scan, by attachment
  Array<std::uint8_t> side_;
  std::uint32_t groups_ = 0;
  std::uint32_t settled_ = 0;  // edges: their ends are to be in one group
  double value_ = 0;
};

}  // namespace rv
