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

Status make_network(const PlanGraph& plan, double wanted, FlowNetwork& network,
                    Array<double>& pass_rates) noexcept {
  const std::uint32_t size = plan.size(), sink = in_of(size);
  // Each node twice, its edges, and at most one more at each end of the plan.
  if (network.begin(sink + 1, 4 * std::size_t{size} + plan.edges().size() + 1) != Status::kOk ||
      pass_rates.resize(size) != Status::kOk)
    return Status::kOutOfMemory;
  rv::pass_rates(plan, pass_rates.span());
  network.add_edge(0, 1, wanted);
  for (std::uint32_t node = 0; node < size; ++node) {
    if (plan.inputs(node) == 0) network.add_edge(1, in_of(node), wanted);
    if (plan.outputs(node) == 0) network.add_edge(out_of(node), sink, wanted);
    const double limit = as_results(plan.node(node).candidates, pass_rates[node]);
    network.add_edge(in_of(node), out_of(node), std::min(limit, wanted));
  }
  for (const auto [from, to] : plan.edges()) network.add_edge(out_of(from), in_of(to), wanted);
  return Status::kOk;
}

CandidateFlow::CandidateFlow(MemoryBudget& budget) noexcept
    : network_(budget), pass_rates_(budget) {}

Status CandidateFlow::analyze(const PlanGraph& plan, double demand) noexcept {
  if (const Status status = make_network(plan, kUnlimited, network_, pass_rates_);
      status != Status::kOk)
    return status;
  value_ = network_.solve();
  demand_ = demand;
  return Status::kOk;
}

double CandidateFlow::tension() const noexcept {
  if (value_ >= kHeadroom * demand_) return 0;
  if (value_ <= demand_) return 1;
  return (kHeadroom - value_ / demand_) / (kHeadroom - 1);
}

}  // namespace rv
