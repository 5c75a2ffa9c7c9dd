#include "dag/attention.h"

#include <algorithm>

#include "base/exponential.h"

namespace rv {
namespace {

// Of each mechanism; that of the topological one is the base of two others.
constexpr double kDecays[kMechanisms] = {0.9, 0.8, 0.1, 0.05, 1, 1, 0.9};

// decay^depth without powers: of all ways to a node the longest has the least weight.
void topological(const PlanGraph& plan, double decay, std::span<double> out) noexcept {
  std::ranges::fill(out, 1.0);
  for (const auto [from, to] : plan.edges()) out[to] = std::min(out[to], out[from] * decay);
}

// A walk of the edges for each node: the fewest hops to each dependant have the greatest weight.
// The weights are where the results of the nodes behind will be.
void causal_cone(const PlanGraph& plan, double decay, std::span<double> out) noexcept {
  auto edges = plan.edges();
  for (std::uint32_t node = 0; node < plan.size(); ++node) {
    std::ranges::fill(out.subspan(node), 0.0);
    out[node] = 1;
    for (const auto [from, to] : edges) out[to] = std::max(out[to], out[from] * decay);
    double sum = 0;
    for (std::uint32_t other = node; other < plan.size(); ++other)
      sum += out[other] * plan.node(other).cost;
    out[node] = sum;
    edges = edges.subspan(plan.outputs(node));
  }
}

void critical_path(const PlanGraph& plan, double decay, const Schedule& schedule,
                   std::span<double> out) noexcept {
  const double scale = decay * schedule.length();
  for (std::uint32_t node = 0; node < plan.size(); ++node)
    if (const double cost = plan.node(node).cost; cost > 0)
      out[node] = cost * exponential(-schedule.slack(node) / scale);
}

// Where no node alone is a bottleneck all of the witness are kept open; where nothing is limited,
// nothing stands out.
void min_cut_gated(const PlanGraph& plan, double gate, const CandidateFlow& flow,
                   std::span<double> out) noexcept {
  topological(plan, kDecays[0], out);
  bool alone = false;
  for (std::uint32_t node = 0; node < plan.size(); ++node)
    alone = alone || flow.is_bottleneck(node);
  for (std::uint32_t node = 0; node < plan.size(); ++node)
    if (!(alone ? flow.is_bottleneck(node) : flow.limits(node))) out[node] *= gate;
}

// By the largest first, so that no sum is infinite.
void normalise(std::span<double> weights) noexcept {
  double largest = 0;
  for (const double weight : weights) largest = std::max(largest, weight);
  double sum = 0;
  for (double& weight : weights) sum += weight = largest > 0 ? weight / largest : 1;
  for (double& weight : weights) weight /= sum;
}

}  // namespace

Status attend(const PlanGraph& plan, Mechanism mechanism, const AttentionOptions& options,
              PlanReadings& readings, std::span<double> out) noexcept {
  const auto which = static_cast<std::uint32_t>(mechanism);
  if (which >= kMechanisms || (options.focus != kNoFocus && options.focus >= plan.size()))
    return Status::kInvalidArgument;
  const double decay = options.decay != 0 ? options.decay : kDecays[which];
  if (!(decay > 0 && decay <= 1)) return Status::kInvalidArgument;
  std::ranges::fill(out, 0.0);
  Status status = Status::kOk;
  switch (mechanism) {
    case Mechanism::kTopological:
    case Mechanism::kBtsp:
      topological(plan, decay, out);
      break;
    case Mechanism::kCausalCone:
      causal_cone(plan, decay, out);
      break;
    case Mechanism::kCriticalPath:
      status = readings.schedule.compute(plan);
      if (status == Status::kOk) critical_path(plan, decay, readings.schedule, out);
      break;
    case Mechanism::kMinCutGated:
      // The cut is the same for any demand.
      status = readings.flow.analyze(plan, 0);
      if (status == Status::kOk) min_cut_gated(plan, decay, readings.flow, out);
      break;
    case Mechanism::kLorentz:
      status = readings.tree.embed(plan, options.focus, out);
      for (double& distance : out) distance = exponential(-distance / readings.tree.edge_length());
      break;
    case Mechanism::kParallelBranch:
      // The mass of a branch is its share of the work, and a node's its share of its branch;
      // outside of branches, of the work at once. So whatever the branches are it is the node's of
      // the work.
      for (std::uint32_t node = 0; node < plan.size(); ++node) out[node] = plan.node(node).cost;
      break;
  }
  if (mechanism == Mechanism::kBtsp)
    for (std::uint32_t node = 0; node < options.synapses.size(); ++node) {
      const double synapse = options.synapses[node];
      if (!(synapse >= 0 && synapse <= 1)) return Status::kInvalidArgument;
      out[node] *= 0.5 + synapse;
    }
  if (status == Status::kOk) normalise(out);
  return status;
}

}  // namespace rv
