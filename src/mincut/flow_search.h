// What searches for flows in a graph work with: a few arcs carry a flow, a few nodes are marked,
// and to forget both costs no more than it took to find them.
#pragma once

#include <algorithm>
#include <cstdint>

#include "base/memory.h"
#include "base/status.h"
#include "mincut/graph.h"

namespace rv {

class FlowSearch {
 public:
  explicit FlowSearch(MemoryBudget& budget) noexcept
      : queue(budget), mark(budget), from(budget), flow_(budget), next_(budget) {}

  // Makes room for what `graph` has; to be called once edges were added. kOutOfMemory: as before.
  Status prepare(const WeightedGraph& graph) noexcept {
    const std::size_t nodes = graph.nodes(), edges = graph.edge_end();
    if (queue.resize(nodes) != Status::kOk || from.resize(nodes) != Status::kOk ||
        next_.reserve(edges) != Status::kOk || flow_.reserve(edges) != Status::kOk)
      return Status::kOutOfMemory;
    if (mark.size() < nodes) {
      if (mark.resize(nodes) != Status::kOk) return Status::kOutOfMemory;
      last_mark_ = kLastMark;
    }
    while (flow_.size() < edges) {
      flow_.push(0);
      next_.push(kUntouched);
    }
    none_ = graph.is_integral() ? 0 : kResidue;
    return Status::kOk;
  }

  // A number that marks no node, and nor does the next one.
  std::uint32_t new_marks() noexcept {
    if (last_mark_ == kLastMark) {
      std::ranges::fill(mark.span(), 0u);
      last_mark_ = 0;
    }
    last_mark_ += 2;
    return last_mark_;
  }

  // Whether an amount is nothing beside `scale`: where weights are no integers rounding is.
  bool is_nothing(double amount, double scale) const noexcept { return amount <= none_ * scale; }

  // What more an arc can take.
  double residual(const WeightedGraph& graph, std::uint32_t arc) const noexcept {
    const double flow = flow_[arc / 2];
    return graph.arc_weight(arc) - (arc % 2 == 0 ? flow : -flow);
  }

  void push(std::uint32_t arc, double amount) noexcept {
    const std::uint32_t edge = arc / 2;
    flow_[edge] += arc % 2 == 0 ? amount : -amount;
    if (next_[edge] != kUntouched) return;
    next_[edge] = touched_;
    touched_ = edge;
  }

  // No flow.
  void clear() noexcept {
    while (touched_ != kEnd) {
      const std::uint32_t edge = touched_;
      touched_ = next_[edge];
      next_[edge] = kUntouched;
      flow_[edge] = 0;
    }
  }

  // Of nodes.
  Array<std::uint32_t> queue;
  Array<std::uint32_t> mark;
  Array<std::uint32_t> from;  // the arc that found it

  std::uint64_t arcs_scanned = 0;  // counted work

 private:
  static constexpr double kResidue = 1e-12;
  static constexpr std::uint32_t kLastMark = 0xFFFFFFFEu;
  static constexpr std::uint32_t kUntouched = 0xFFFFFFFFu;
  static constexpr std::uint32_t kEnd = kUntouched - 1;

  Array<double> flow_;         // of arc 2e, net
  Array<std::uint32_t> next_;  // touched edge, or kUntouched
  std::uint32_t touched_ = kEnd;
  std::uint32_t last_mark_ = kLastMark;
  double none_ = 0;
};

}  // namespace rv
