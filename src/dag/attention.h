// How much each operator of a plan matters, in seven senses: shares >= 0 that sum to 1. A budget
// follows them (js/dag/allocate.ts), and so does what is shown of a plan.
#pragma once

#include <cstdint>
#include <span>

#include "base/memory.h"
#include "dag/candidate_flow.h"
#include "dag/hyperbolic.h"
#include "dag/plan_graph.h"
#include "dag/schedule.h"

namespace rv {

// Values cross into JavaScript: append, never renumber.
enum class Mechanism : std::uint8_t {
  kTopological = 0,     // decay^depth: what is early decides about what is late
  kCausalCone = 1,      // cost of what depends on the node, by decay^hops, each dependant once
  kCriticalPath = 2,    // cost * e^(-slack / (decay * length of the plan))
  kMinCutGated = 3,     // topological, times `decay` where more candidates are no more results
  kLorentz = 4,         // e^(-d / l): d to the root or a focus in hyperbolic space (hyperbolic.h)
  kParallelBranch = 5,  // share of the work, so that branches end at the same time
  kBtsp = 6,            // topological, times 1/2 + synaptic weight (btsp.h)
};
constexpr std::uint32_t kMechanisms = 7;

constexpr std::uint32_t kNoFocus = 0xFFFFFFFFu;

struct AttentionOptions {
  // 0 < decay <= 1, or 0 for the mechanism's own: 0.9, 0.8, 0.1, 0.05, -, -, 0.9.
  double decay = 0;
  std::uint32_t focus = kNoFocus;      // kLorentz: the node to be near to
  std::span<const double> synapses{};  // kBtsp: of [0, 1], one a node, or none
};

// What attentions are read from; attend() fills what it needs.
struct PlanReadings {
  explicit PlanReadings(MemoryBudget& budget) noexcept
      : schedule(budget), flow(budget), tree(budget) {}
  Schedule schedule;
  CandidateFlow flow;
  HyperbolicTree tree;
};

// Writes the share of each node: the weights above, divided by their sum; equal shares where all
// weights are 0. No memory is taken where plans are no bigger than before.
// kInvalidArgument: an option is outside its range. Pre: out.size() == plan.size().
Status attend(const PlanGraph& plan, Mechanism mechanism, const AttentionOptions& options,
              PlanReadings& readings, std::span<double> out) noexcept;

}  // namespace rv
