// How much can flow through a network, at what price, and what it is that limits it.
//
// Dinic, "Algorithm for solution of a problem of maximum flow in networks with power estimation",
// 1970: blocking flows along shortest paths; here the shortest of the cheapest, so that the flow is
// the cheapest of its value too (Busacker, Gowen 1960). A maximum flow is not unique, so nothing
// but prices is read from one; the source side and the set of nodes that reach the sink are
// (Picard, Queyranne 1980).
#pragma once

#include <cstdint>

#include "base/memory.h"
#include "base/status.h"

namespace rv {

// From the first node, the source, to the last one, the sink. Capacities are numbers >= 0, or
// infinity. Of integers that sum to less than 2^53 all results are exact; of others a residue below
// 1e-12 of the largest finite capacity counts as none. Prices are finite and >= 0; what differs by
// less than 1e-12 of the largest counts as the same.
class FlowNetwork {
 public:
  explicit FlowNetwork(MemoryBudget& budget) noexcept
      : arcs_(budget), nodes_(budget), queue_(budget) {}

  // A network of `nodes` nodes, two or more, without edges, and room for `edges` of them.
  // kOutOfMemory: as before.
  Status begin(std::uint32_t nodes, std::size_t edges) noexcept;

  // Pre: there is room; both are nodes; numbers as above. It is quickest if most edges lead to a
  // node with a higher number.
  void add_edge(std::uint32_t from, std::uint32_t to, double capacity, double price = 0) noexcept;

  // Sends as much as can be; once for a network. Infinity where a path without limits joins source
  // and sink, and then nothing below is said.
  double solve() noexcept;

  // Whether more could come from the source to `node`: the smallest source side of all minimum
  // cuts. The edges that leave it are the witness: their capacities sum to the flow.
  bool on_source_side(std::uint32_t node) const noexcept { return is_reached(node, 0); }

  // Whether more could go from `node` to the sink. Where an edge leads from the source side to such
  // a node, more of its capacity, and of no other's, is more flow.
  bool reaches_sink(std::uint32_t node) const noexcept { return is_reached(node, 1); }

  // What goes along an edge; they count from 0 in the order in which they were added.
  std::size_t edges() const noexcept { return arcs_.size() / 2; }
  double flow(std::size_t edge) const noexcept {
    const double sent = arcs_[2 * edge + 1].residual;
    return sent > none_ ? sent : 0;
  }

  // Counted work of solve(): arcs looked at.
  std::uint64_t arcs_scanned() const noexcept { return scanned_; }

 private:
  static constexpr std::uint32_t kNone = 0xFFFFFFFFu;

  // Arcs 2e and 2e + 1 are edge e and its reverse.
  struct Arc {
    std::uint32_t to;
    std::uint32_t next;  // of the node that it leaves
    double residual;
    double price;
  };

  // The cheapest way, and of those the one of the fewest arcs.
  struct Way {
    double price;
    std::uint32_t length;  // kNone: there is none
  };

  struct Node {
    Way way[2];             // from the source, to the sink
    std::uint32_t first;    // arc
    std::uint32_t current;  // arc that block() goes on with
    bool is_waiting;        // in queue_
  };

  bool is_reached(std::uint32_t node, std::uint32_t backwards) const noexcept {
    return nodes_[node].way[backwards].length != kNone;
  }
  void find_ways(std::uint32_t backwards) noexcept;
  double block() noexcept;
  bool leads_on(const Node& node, std::uint32_t arc) noexcept;

  Array<Arc> arcs_;
  Array<Node> nodes_;
  Array<std::uint32_t> queue_;  // ring, and the path of block()
  double largest_ = 0;          // finite capacity
  double dearest_ = 0;
  bool integers_ = true;
  double none_ = 0;  // what counts as no residue
  std::uint64_t scanned_ = 0;
};

}  // namespace rv
