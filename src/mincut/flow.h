// How much can flow from one node of a network to another, and what it is that limits it.
//
// Dinic, "Algorithm for solution of a problem of maximum flow in networks with power estimation",
// 1970: blocking flows along shortest paths. A maximum flow is not unique, so nothing here is read
// from one; the source side and the set of nodes that reach the sink are (Picard, Queyranne 1980).
#pragma once

#include <cstdint>

#include "base/memory.h"
#include "base/status.h"

namespace rv {

// Capacities are numbers >= 0, or infinity. Of integers that sum to less than 2^53 all results are
// exact; of others a residue below 1e-12 of the largest finite capacity counts as none.
class FlowNetwork {
 public:
  explicit FlowNetwork(MemoryBudget& budget) noexcept;

  // A network of `nodes` nodes without edges, and room for `edges` of them. kOutOfMemory: as
  // before.
  Status begin(std::uint32_t nodes, std::uint32_t edges) noexcept;

  // Pre: there is room; both are nodes; capacities as above. With `reverse` as much an undirected
  // edge.
  void add_edge(std::uint32_t from, std::uint32_t to, double capacity, double reverse = 0) noexcept;

  // Sends as much as can be from `source` to `sink`; once for a network. Infinity where a path
  // without limits joins them, and then nothing below is said. Pre: two different nodes.
  double solve(std::uint32_t source, std::uint32_t sink) noexcept;

  // Whether more could come from the source to `node`: the smallest source side of all minimum
  // cuts. The edges that leave it are the witness: their capacities sum to the flow.
  bool on_source_side(std::uint32_t node) const noexcept { return nodes_[node].level[0] != kNone; }

  // Whether more could go from `node` to the sink. Where an edge leads from the source side to such
  // a node, more of its capacity, and of no other's, is more flow.
  bool reaches_sink(std::uint32_t node) const noexcept { return nodes_[node].level[1] != kNone; }

  // Counted work of solve(): arcs looked at.
  std::uint64_t arcs_scanned() const noexcept { return scanned_; }

 private:
  static constexpr std::uint32_t kNone = 0xFFFFFFFFu;

  // Arcs 2e and 2e + 1 are edge e and its reverse.
  struct Arc {
    std::uint32_t to;
    std::uint32_t next;  // of the node that it leaves
    double residual;
  };

  struct Node {
    std::uint32_t first;     // arc
    std::uint32_t current;   // arc that block() goes on with
    std::uint32_t level[2];  // from the source, to the sink
  };

  void find_levels(std::uint32_t from, std::uint32_t backwards) noexcept;
  double block(std::uint32_t source, std::uint32_t sink) noexcept;

  Array<Arc> arcs_;
  Array<Node> nodes_;
  Array<std::uint32_t> queue_;  // and the path of block()
  double largest_ = 0;          // finite capacity
  bool integers_ = true;
  double none_ = 0;  // what counts as no residue
  std::uint64_t scanned_ = 0;
};

}  // namespace rv
