#include "mincut/cuts.h"

#include "mincut/connectivity.h"
#include "mincut/flow.h"

namespace rv {

Cuts::Cuts(std::uint64_t max_bytes) noexcept
    : budget_(max_bytes), cut_(budget_), numbers_(budget_) {}

std::span<double> Cuts::numbers(std::uint32_t count) noexcept {
  if (count > numbers_.size() && numbers_.resize(count) != Status::kOk) return {};
  return numbers_.span();
}

void Cuts::add(std::uint32_t count, bool is_more) noexcept {
  for (std::uint32_t i = 0; i < count; ++i) {
    const double* const edge = &numbers_[3 * std::size_t{i}];
    const auto u = static_cast<std::uint32_t>(edge[0]), v = static_cast<std::uint32_t>(edge[1]);
    (void)cut_.set(u, v, cut_.graph().weight(u, v) + edge[2], is_more || i + 1 < count);
  }
}

Status Cuts::min_cut() noexcept {
  if (const Status status = cut_.solve(); status != Status::kOk) return status;
  const std::uint64_t before = told_;
  told_ = arcs_scanned();
  return answer(cut_.value(), 0, told_ - before, cut_.side(), nullptr);
}

Status Cuts::max_flow(std::uint32_t source, std::uint32_t sink) noexcept {
  const WeightedGraph& graph = cut_.graph();
  FlowNetwork network(budget_);
  Array<std::uint32_t> side(budget_);
  if (network.begin(graph.nodes(), graph.edges()) != Status::kOk ||
      side.reserve(graph.nodes()) != Status::kOk)
    return Status::kOutOfMemory;
  for (std::uint32_t edge = 0; edge < graph.edge_end(); ++edge)
    if (const double weight = graph.edge_weight(edge); weight != 0)
      network.add_edge(graph.arc(2 * edge + 1).to, graph.arc(2 * edge).to, weight, weight);
  const double value = network.solve(source, sink);
  for (std::uint32_t node = 0; node < graph.nodes(); ++node)
    if (network.on_source_side(node)) side.push(node);
  return answer(value, 0, network.arcs_scanned(), side.span(), &network);
}

Status Cuts::local_cut(const LocalCut::Query& query) noexcept {
  FlowSearch& search = cut_.search();
  if (search.prepare(cut_.graph()) != Status::kOk) return Status::kOutOfMemory;
  const std::uint64_t before = search.arcs_scanned;
  LocalCut cut(cut_.graph(), search);
  const bool is_found = cut.find(query);
  const std::uint64_t arcs = search.arcs_scanned - before;
  elsewhere_ += arcs;
  if (!is_found) return answer(0, 0, arcs, {}, nullptr);
  return answer(cut.value(), cut.volume(), arcs, cut.side(), nullptr);
}

Status Cuts::connectivity(bool is_normalized) noexcept {
  AlgebraicConnectivity lambda(budget_);
  if (const Status status = lambda.solve(cut_.graph(), is_normalized); status != Status::kOk)
    return status;
  return answer(lambda.value(), lambda.error(), lambda.arcs_scanned(), {}, nullptr);
}

Status Cuts::answer(double value, double own, std::uint64_t arcs,
                    std::span<const std::uint32_t> side, const FlowNetwork* network) noexcept {
  const WeightedGraph& graph = cut_.graph();
  FlowSearch& search = cut_.search();
  const std::uint64_t before = search.arcs_scanned;
  if (search.prepare(graph) != Status::kOk || numbers_.resize(5 + side.size()) != Status::kOk)
    return Status::kOutOfMemory;
  double sum = 0, edges = 0;
  const std::uint32_t mark = search.weigh(graph, side, sum);
  double* number = numbers_.data() + 5;
  for (const std::uint32_t node : side) *number++ = node;
  for (const std::uint32_t node : side)
    for (std::uint32_t arc = graph.first(node); arc != WeightedGraph::kNone;
         arc = graph.arc(arc).next) {
      const std::uint32_t to = graph.arc(arc).to;
      if (search.mark(to) == mark) continue;
      const std::size_t at = numbers_.size();
      if (numbers_.resize(at + 4) != Status::kOk) return Status::kOutOfMemory;
      number = &numbers_[at];
      number[0] = node;
      number[1] = to;
      number[2] = graph.arc_weight(arc);
      number[3] = network != nullptr && network->reaches_sink(to) ? 1 : 0;
      ++edges;
    }
  number = numbers_.data();
  // Of fractions the sum that the reader makes too.
  number[0] = side.empty() ? value : sum;
  number[1] = own;
  number[2] = static_cast<double>(arcs);
  number[3] = static_cast<double>(side.size());
  number[4] = edges;
  elsewhere_ += search.arcs_scanned - before;
  return Status::kOk;
}

}  // namespace rv
