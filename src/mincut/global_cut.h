// The least cut of a whole graph, from nothing.
//
// Nagamochi, Ono, Ibaraki, "Implementing an efficient minimum capacity cut algorithm", 1994: a scan
// in order of attachment (CAPFOREST) finds edges whose ends no cut below the best one known parts;
// they become one node, until one is left. Attachments beyond the best cut are alike (Henzinger,
// Noe, Schulz, Strash, "Practical minimum cut algorithms", 2018, arXiv 1708.06127). Where all nodes
// are much the same (a torus) a scan finds few such edges: after one that found few as much work
// goes into flows between ends of edges, which settle one edge each. An edge with half the weight
// of one of its ends needs neither (Padberg, Rinaldi 1990).
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
  explicit GlobalCut(MemoryBudget& budget) noexcept;

  // Works with `search`, which counts the arcs of flows. Pre: two nodes or more. Of weights that
  // are not integers the cut is the least but for 1e-12 of the sum of all weights. kOutOfMemory:
  // there is no result.
  Status solve(const WeightedGraph& graph, FlowSearch& search) noexcept;

  // 0 where the graph is not connected.
  double value() const noexcept { return value_; }

  // A byte a node, 1 on one side; some nodes are, and some are not.
  std::span<const std::uint8_t> side() const noexcept { return side_.span(); }

  // Counted work: arcs looked at, without those of flows.
  std::uint64_t arcs_scanned() const noexcept { return scanned_; }

 private:
  struct Arc {
    double weight;
    std::uint32_t to;
  };

  // A graph whose nodes stand for one or more of the original's; the arcs of node i are from
  // first[i] on.
  struct Contracted {
    explicit Contracted(MemoryBudget& budget) noexcept : first(budget), arcs(budget) {}
    Array<std::uint32_t> first;
    Array<Arc> arcs;
  };

  struct Node {
    double degree;
    double attached;       // weight to what is scanned
    std::uint32_t place;   // in the heap, or kOut, or kScanned + when; then its new number
    std::uint32_t parent;  // towards the node that it is to be a part of
    std::uint32_t member;  // of a new node: the first of its parts
    std::uint32_t last;    // of a new node: the last arc to it
    bool is_alone;         // nothing is to be a part of it, nor it of another
  };

  Status begin(const WeightedGraph& graph) noexcept;
  std::uint32_t scan() noexcept;
  void push(std::uint32_t node, double attached) noexcept;
  std::uint32_t pop() noexcept;
  void place(std::uint32_t node, std::uint32_t at) noexcept;
  double key(std::uint32_t at) const noexcept;
  void unite(std::uint32_t node, std::uint32_t other) noexcept;
  std::uint32_t root(std::uint32_t node) noexcept;
  void settle_edges(const WeightedGraph& graph, FlowSearch& search, std::uint64_t work) noexcept;
  std::uint32_t contract() noexcept;

  Contracted graph_, next_;
  Array<Node> nodes_;
  Array<std::uint32_t> heap_;   // nodes to scan, by attachment; then: after a part, the next one
  Array<std::uint32_t> label_;  // of an original node: which one it is a part of
  Array<std::uint8_t> side_;
  std::uint32_t count_ = 0;    // of nodes that are left
  std::uint32_t settled_ = 0;  // edges: their ends are a part of the same node
  double bound_ = 0;           // attachments from here on are alike
  double value_ = 0;
  std::uint64_t scanned_ = 0;
};

}  // namespace rv
