// Whether a filtered walk can be expected to find enough, before it runs, and how wide it must be
// if not: the walk and the filter behind it as a plan, whose bottleneck is raised
// (dag/candidate_flow.h, dag/raise.h).
#pragma once

#include <cstdint>

#include "base/memory.h"
#include "base/status.h"
#include "dag/candidate_flow.h"
#include "dag/plan_graph.h"
#include "dag/raise.h"
#include "engine/plan.h"

namespace rv {

class Foresight {
 public:
  explicit Foresight(MemoryBudget& budget) noexcept;

  // Before a search: nothing is foreseen.
  void forget() noexcept { width_ = 0, arcs_scanned_ = 0; }

  // For the `k` nearest, by a walk of width in.ef where in.selectivity of the nodes match.
  // kOutOfMemory: then nothing below is said.
  Status look(const PlanInput& in, std::uint32_t k) noexcept;

  // How wide the walk begins in the end, in nodes as matching as around the query.
  void begin(double width) noexcept { width_ = width; }

  // F* and tension of the walk as it was asked for.
  double expected() const noexcept { return flow_.value(); }
  double tension() const noexcept { return flow_.tension(); }

  // Width of a walk that can be expected to find enough; in.ef, where that is. 0: none was looked
  // at.
  double width() const noexcept { return width_; }

  // Counted work of every look() since forget(): arcs of networks looked at.
  std::uint64_t arcs_scanned() const noexcept { return arcs_scanned_; }

 private:
  PlanGraph plan_;
  CandidateFlow flow_;
  BudgetRaise raise_;
  double width_ = 0;
  std::uint64_t arcs_scanned_ = 0;
};

}  // namespace rv
