#include "mincut/flow_search.h"

#include <algorithm>

namespace rv {

Status FlowSearch::prepare(const WeightedGraph& graph) noexcept {
  const std::uint32_t nodes = graph.nodes(), edges = graph.edge_end();
  if (queue.resize(nodes) != Status::kOk || nodes_.reserve(nodes) != Status::kOk ||
      edges_.reserve(edges) != Status::kOk)
    return Status::kOutOfMemory;
  while (nodes_.size() < nodes) nodes_.push({0, 0});
  while (edges_.size() < edges) edges_.push({0, kUntouched});
  none_ = graph.is_integral() ? 0 : kResidue;
  return Status::kOk;
}

std::uint32_t FlowSearch::new_marks() noexcept {
  if (last_mark_ == kLastMark) {
    for (Node& node : nodes_.span()) node.mark = 0;
    last_mark_ = 0;
  }
  return last_mark_ += 2;
}

double FlowSearch::send(const WeightedGraph& graph, std::uint32_t bridge, std::uint32_t s,
                        std::uint32_t t, double most) noexcept {
  for (const bool is_known : {false, true})
    for (const std::uint32_t back : {1u, 0u})  // to s, then to t
      for (std::uint32_t arc = bridge;;) {
        if (!is_known) {
          most = std::min(most, residual(graph, arc));
        } else if (arc != bridge || back == 1) {
          Edge& edge = edges_[arc / 2];
          edge.flow += arc % 2 == 0 ? most : -most;
          if (edge.next == kUntouched) {
            edge.next = touched_;
            touched_ = arc / 2;
          }
        }
        const std::uint32_t node = graph.arc(arc ^ back).to;
        if (node == (back == 1 ? s : t)) break;
        arc = nodes_[node].from;
      }
  return most;
}

void FlowSearch::clear() noexcept {
  while (touched_ != kEnd) {
    Edge& edge = edges_[touched_];
    touched_ = edge.next;
    edge = {0, kUntouched};
  }
}

std::uint32_t FlowSearch::weigh(const WeightedGraph& graph, std::span<const std::uint32_t> side,
                                double& value) noexcept {
  const std::uint32_t marks = new_marks();
  for (const std::uint32_t node : side) nodes_[node].mark = marks;
  value = 0;
  for (const std::uint32_t node : side)
    for (std::uint32_t arc = graph.first(node); arc != WeightedGraph::kNone;
         arc = graph.arc(arc).next) {
      ++arcs_scanned;
      if (mark(graph.arc(arc).to) != marks) value += graph.arc_weight(arc);
    }
  return marks;
}

}  // namespace rv
