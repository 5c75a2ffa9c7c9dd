// The cheapest way to make a plan give as many results as are wanted: whose limits to raise, and by
// how much.
//
// The cheapest flow of the plan's network (candidate_flow.h) in which each node carries what it can
// already for nothing, and more at its price. What several nodes in a row hold back, none of them a
// bottleneck alone, is found as well.
#pragma once

#include <cstdint>
#include <span>

#include "base/memory.h"
#include "dag/plan_graph.h"
#include "mincut/flow.h"

namespace rv {

// As many times the demand are aimed at: where exactly the demand is expected half of all queries
// get fewer.
constexpr double kAim = 1.5;

// What more candidates of a node take, and how many it can have at most. A node that can have no
// more than it has cannot be raised.
struct RaiseOffer {
  double price = 0;  // >= 0: of one candidate
  double most = 0;   // may be infinite
};

class BudgetRaise {
 public:
  explicit BudgetRaise(MemoryBudget& budget) noexcept : network_(budget), raises_(budget) {}

  // Until `wanted` results can be expected or nothing more can be raised. One offer a node.
  // kInvalidArgument: a number is outside its range. kOutOfMemory: then nothing below is said.
  Status solve(const PlanGraph& plan, std::span<const RaiseOffer> offers, double wanted) noexcept;

  // Results to expect then; `wanted`, where there were more.
  double value() const noexcept { return value_; }

  // Candidates that the node is to have on top of those that it has.
  double raise(std::uint32_t node) const noexcept { return raises_[node]; }

  // Sum of raises times prices.
  double cost() const noexcept { return cost_; }

  // Counted work of the last solve(): arcs looked at.
  std::uint64_t arcs_scanned() const noexcept { return network_.arcs_scanned(); }

 private:
  FlowNetwork network_;
  Array<double> raises_;  // and pass rates before
  double value_ = 0;
  double cost_ = 0;
};

}  // namespace rv
