#include "dag/attention.h"

#include <algorithm>

#include "dag/exponential.h"

namespace rv {
namespace {

// Of each mechanism; that of the topological one is the base of two others.
constexpr double kDecays[kMechanisms] = {0.9, 0.8, 0.1, 0.05, 1, 1, 0.9};

// decay^depth without powers: of all ways to a node the longest has the least weight.
void topological(const PlanGraph& plan, double decay, std::span<double> out) noexcept {
  std::ranges::fill(out, 1.0);
  for (const auto [from, to] : plan.edges()) out[to] = std::min(out[to], out[from] * decay);
}

// The mass of a branch is its share of the work, and a node's its share of its branch; outside of
// branches, of the work at once. So whatever the branches are it is the node's share of the work.
void parallel_branch(const PlanGraph& plan, std::span<double> out) noexcept {
  for (std::uint32_t node = 0; node < plan.size(); ++node) out[node] = plan.nodes()[node].cost;
}

void btsp(const PlanGraph& plan, double decay, std::span<const double> synapses,
          std::span<double> out) noexcept {
  topological(plan, decay, out);
  for (std::uint32_t node = 0; node < synapses.size(); ++node) out[node] *= 0.5 + synapses[node];
}

// By the largest first, so that no sum is infinite.
void normalise(std::span<double> weights) noexcept {
  if (weights.empty()) return;
  const double largest = *std::ranges::max_element(weights);
  double sum = 0;
  for (double& weight : weights) sum += weight = largest > 0 ? weight / largest : 1;
  for (double& weight : weights) weight /= sum;
}

}  // namespace

Attention::Attention(MemoryBudget& budget) noexcept
    : schedule_(budget), flow_(budget), reach_(budget), tree_(budget) {}

Status Attention::compute(const PlanGraph& plan, Mechanism mechanism,
                          const AttentionOptions& options, std::span<double> out) noexcept {
  const auto which = static_cast<std::uint32_t>(mechanism);
  const double decay = options.decay != 0 || which >= kMechanisms ? options.decay : kDecays[which];
  if (which >= kMechanisms || !(decay > 0 && decay <= 1) ||
      (options.focus != kNoFocus && options.focus >= plan.size()) ||
      (!options.synapses.empty() && options.synapses.size() != plan.size()))
    return Status::kInvalidArgument;
  for (const double synapse : options.synapses)
    if (!(synapse >= 0 && synapse <= 1)) return Status::kInvalidArgument;
  Status status = Status::kOk;
  switch (mechanism) {
    case Mechanism::kTopological:
      topological(plan, decay, out);
      break;
    case Mechanism::kCausalCone:
      status = causal_cone(plan, decay, out);
      break;
    case Mechanism::kCriticalPath:
      status = critical_path(plan, decay, out);
      break;
    case Mechanism::kMinCutGated:
      status = min_cut_gated(plan, decay, out);
      break;
    case Mechanism::kLorentz:
      status = lorentz(plan, options.focus, out);
      break;
    case Mechanism::kParallelBranch:
      parallel_branch(plan, out);
      break;
    case Mechanism::kBtsp:
      btsp(plan, decay, options.synapses, out);
      break;
  }
  if (status == Status::kOk) normalise(out);
  return status;
}

// A walk of the edges for each node: the fewest hops to each dependant have the greatest weight.
Status Attention::causal_cone(const PlanGraph& plan, double decay, std::span<double> out) noexcept {
  const std::uint32_t size = plan.size();
  if (const Status status = reach_.resize(size); status != Status::kOk) return status;
  const auto edges = plan.edges();
  std::size_t first = 0;
  for (std::uint32_t node = 0; node < size; ++node) {
    std::ranges::fill(reach_.span().subspan(node), 0.0);
    reach_[node] = 1;
    for (std::size_t e = first; e < edges.size(); ++e) {
      const auto [from, to] = edges[e];
      reach_[to] = std::max(reach_[to], reach_[from] * decay);
    }
    double sum = 0;
    for (std::uint32_t other = node; other < size; ++other)
      sum += reach_[other] * plan.nodes()[other].cost;
    out[node] = sum;
    first += plan.outputs(node);
  }
  return Status::kOk;
}

Status Attention::critical_path(const PlanGraph& plan, double decay,
                                std::span<double> out) noexcept {
  if (const Status status = schedule_.compute(plan); status != Status::kOk) return status;
  const double scale = decay * schedule_.length();
  for (std::uint32_t node = 0; node < plan.size(); ++node)
    out[node] = plan.nodes()[node].cost == 0
                    ? 0
                    : plan.nodes()[node].cost * exponential(-schedule_.slack(node) / scale);
  return Status::kOk;
}

// Where no node alone is a bottleneck all of the witness are kept open; where nothing is limited,
// nothing stands out.
Status Attention::min_cut_gated(const PlanGraph& plan, double gate,
                                std::span<double> out) noexcept {
  if (const Status status = flow_.analyze(plan, 1); status != Status::kOk) return status;
  topological(plan, kDecays[0], out);
  bool alone = false;
  for (std::uint32_t node = 0; node < plan.size(); ++node)
    alone = alone || flow_.is_bottleneck(node);
  for (std::uint32_t node = 0; node < plan.size(); ++node)
    if (!(alone ? flow_.is_bottleneck(node) : flow_.limits(node))) out[node] *= gate;
  return Status::kOk;
}

Status Attention::lorentz(const PlanGraph& plan, std::uint32_t focus,
                          std::span<double> out) noexcept {
  if (const Status status = tree_.embed(plan, focus, out); status != Status::kOk) return status;
  for (double& distance : out) distance = exponential(-distance / tree_.edge_length());
  return Status::kOk;
}

}  // namespace rv
