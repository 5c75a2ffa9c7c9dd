// What searches for flows in a graph work with: a few arcs carry a flow, a few nodes are marked,
// and to forget both costs no more than it took to find them.
#pragma once

#include <cstdint>
#include <span>

#include "base/memory.h"
#include "base/status.h"
#include "mincut/graph.h"

namespace rv {

class FlowSearch {
 public:
  explicit FlowSearch(MemoryBudget& budget) noexcept
      : queue(budget), nodes_(budget), edges_(budget) {}

  // Makes room for what `graph` has; to be called once edges were added. kOutOfMemory: as before.
  Status prepare(const WeightedGraph& graph) noexcept;

  // A number that marks no node, and nor does the next one.
  std::uint32_t new_marks() noexcept;
  std::uint32_t mark(std::uint32_t node) const noexcept { return nodes_[node].mark; }

  // The arc that found a node.
  std::uint32_t from(std::uint32_t node) const noexcept { return nodes_[node].from; }

  // Marks a node that `arc` leads to.
  void find(std::uint32_t node, std::uint32_t mark, std::uint32_t arc) noexcept {
    nodes_[node] = {mark, arc};
  }

  // Whether an amount is nothing beside `scale`: where weights are no integers rounding is.
  bool is_nothing(double amount, double scale) const noexcept { return amount <= none_ * scale; }

  // What more an arc can take.
  double residual(const WeightedGraph& graph, std::uint32_t arc) const noexcept {
    const double flow = edges_[arc / 2].flow;
    return graph.arc_weight(arc) - (arc % 2 == 0 ? flow : -flow);
  }

  // Sends as much as goes, and at most `most`, from `s` to `t`: along `bridge`, to whose ends the
  // arcs lead that found nodes, those of t's side backwards. Returns how much.
  double send(const WeightedGraph& graph, std::uint32_t bridge, std::uint32_t s, std::uint32_t t,
              double most) noexcept;

  // No flow.
  void clear() noexcept;

  // Marks `side` with a new mark, which it returns, and leaves in `value` what leads out of it.
  std::uint32_t weigh(const WeightedGraph& graph, std::span<const std::uint32_t> side,
                      double& value) noexcept;

  Array<std::uint32_t> queue;      // of nodes
  std::uint64_t arcs_scanned = 0;  // counted work

 private:
  static constexpr double kResidue = 1e-12;
  static constexpr std::uint32_t kLastMark = 0xFFFFFFFEu;
  static constexpr std::uint32_t kUntouched = 0xFFFFFFFFu;
  static constexpr std::uint32_t kEnd = kUntouched - 1;

  struct Node {
    std::uint32_t mark;
    std::uint32_t from;  // the arc that found it
  };
  struct Edge {
    double flow;         // of arc 2e, net
    std::uint32_t next;  // touched edge, or kUntouched
  };

  Array<Node> nodes_;
  Array<Edge> edges_;
  std::uint32_t touched_ = kEnd;
  std::uint32_t last_mark_ = 0;
  double none_ = 0;
};

}  // namespace rv
