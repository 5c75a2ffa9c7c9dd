// What more the arcs of a graph can take, while a few of them carry a flow: forgetting a flow costs
// no more than sending it did.
#pragma once

#include <cstdint>

#include "base/memory.h"
#include "base/status.h"
#include "mincut/graph.h"

namespace rv {

class Residual {
 public:
  explicit Residual(MemoryBudget& budget) noexcept : flow_(budget), next_(budget) {}

  // Makes room for the edges of `graph`, without flow. kOutOfMemory: as before.
  Status prepare(const WeightedGraph& graph) noexcept {
    const std::size_t before = flow_.size(), end = graph.edge_end();
    if (end <= before) return Status::kOk;
    if (next_.reserve(end) != Status::kOk || flow_.reserve(end) != Status::kOk)
      return Status::kOutOfMemory;
    for (std::size_t edge = before; edge < end; ++edge) {
      flow_.push(0);
      next_.push(kUntouched);
    }
    return Status::kOk;
  }

  double of(const WeightedGraph& graph, std::uint32_t arc) const noexcept {
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

  void clear() noexcept {
    while (touched_ != kEnd) {
      const std::uint32_t edge = touched_;
      touched_ = next_[edge];
      next_[edge] = kUntouched;
      flow_[edge] = 0;
    }
  }

 private:
  static constexpr std::uint32_t kUntouched = 0xFFFFFFFFu;
  static constexpr std::uint32_t kEnd = kUntouched - 1;

  Array<double> flow_;         // of arc 2e, net
  Array<std::uint32_t> next_;  // touched edge, or kUntouched
  std::uint32_t touched_ = kEnd;
};

}  // namespace rv
