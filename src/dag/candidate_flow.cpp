#include "dag/candidate_flow.h"

#include <algorithm>

namespace rv {

void pass_rates(const PlanGraph& plan, std::span<double> out) noexcept {
  std::ranges::fill(out, kUnlimited);
  const auto edges = plan.edges();
  // Whatever is infinite still is the last on its way.
  const auto rate = [&](std::uint32_t node) { return out[node] == kUnlimited ? 1 : out[node]; };
  for (std::size_t e = edges.size(); e-- > 0;) {
    const auto [from, to] = edges[e];
    out[from] = std::min({out[from], plan.node(to).selectivity * rate(to), kLargest});
  }
  for (std::uint32_t node = 0; node < plan.size(); ++node) out[node] = rate(node);
}

CandidateFlow::CandidateFlow(MemoryBudget& budget) noexcept
    : network_(budget), pass_rates_(budget) {}

Status CandidateFlow::analyze(const PlanGraph& plan, double demand) noexcept {
  const std::uint32_t size = plan.size(), source = 2 * size, sink = source + 1;
  const auto edges = plan.edges();
  if (const Status status = pass_rates_.resize(size); status != Status::kOk) return status;
  // Each node, its edges, and at most one more at each end of the plan.
  const auto arcs = static_cast<std::uint32_t>(3 * std::size_t{size} + edges.size());
  if (const Status status = network_.begin(sink + 1, arcs); status != Status::kOk) return status;
  pass_rates(plan, pass_rates_.span());
  for (std::uint32_t node = 0; node < size; ++node) {
    if (plan.inputs(node) == 0) network_.add_edge(source, 2 * node, kUnlimited);
    if (plan.outputs(node) == 0) network_.add_edge(2 * node + 1, sink, kUnlimited);
    network_.add_edge(2 * node, 2 * node + 1,
                      as_results(plan.node(node).candidates, pass_rates_[node]));
  }
  for (const auto [from, to] : edges) network_.add_edge(2 * from + 1, 2 * to, kUnlimited);
  value_ = network_.solve(source, sink);
  demand_ = demand;
  return Status::kOk;
}

double CandidateFlow::tension() const noexcept {
  if (value_ >= kHeadroom * demand_) return 0;
  if (value_ <= demand_) return 1;
  return (kHeadroom - value_ / demand_) / (kHeadroom - 1);
}

}  // namespace rv
