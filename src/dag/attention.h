// How much each operator of a plan matters, in seven senses: shares >= 0 that sum to 1. A budget
// follows them (allocate.h), and so does what is shown of a plan.
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

// The weights, before they are divided by their sum. A plan whose weights are all 0 has equal
// shares. No memory is taken where plans are no bigger than before.
class Attention {
 public:
  explicit Attention(MemoryBudget& budget) noexcept;

  // kInvalidArgument: an option is outside its range. Pre: out.size() == plan.size().
  Status compute(const PlanGraph& plan, Mechanism mechanism, const AttentionOptions& options,
                 std::span<double> out) noexcept;

 private:
  Status causal_cone(const PlanGraph& plan, double decay, std::span<double> out) noexcept;
  Status critical_path(const PlanGraph& plan, double decay, std::span<double> out) noexcept;
  Status min_cut_gated(const PlanGraph& plan, double gate, std::span<double> out) noexcept;
  Status lorentz(const PlanGraph& plan, std::uint32_t focus, std::span<double> out) noexcept;

  Schedule schedule_;
  CandidateFlow flow_;
  Array<double> reach_;
  HyperbolicTree tree_;
};

}  // namespace rv
