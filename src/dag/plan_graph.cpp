#include "dag/plan_graph.h"

namespace rv {

PlanGraph::PlanGraph(MemoryBudget& budget) noexcept : nodes_(budget), edges_(budget) {}

Status PlanGraph::begin(std::uint32_t nodes, std::uint32_t edges) noexcept {
  if (nodes_.reserve(nodes) != Status::kOk || edges_.reserve(edges) != Status::kOk)
    return Status::kOutOfMemory;
  nodes_.reset();
  edges_.reset();
  return Status::kOk;
}

Status PlanGraph::add_node(const PlanNode& node) noexcept {
  // Written so that NaN fails.
  if (!(node.cost >= 0 && node.cost <= kLargest && node.candidates >= 0 && node.selectivity >= 0 &&
        node.selectivity <= kLargest))
    return Status::kInvalidArgument;
  nodes_.push({node, 0, 0});
  return Status::kOk;
}

Status PlanGraph::add_edge(std::uint32_t from, std::uint32_t to) noexcept {
  const std::uint32_t last = edges_.size() == 0 ? 0 : edges_[edges_.size() - 1].from;
  if (from < last || to <= from || to >= size()) return Status::kInvalidArgument;
  edges_.push({from, to});
  ++nodes_[from].outputs;
  ++nodes_[to].inputs;
  return Status::kOk;
}

}  // namespace rv
