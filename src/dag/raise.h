// The cheapest way to make a plan give as many results as are wanted: whose limits to raise, and by
// how much.
//
// Minimum-cost flow by successive shortest paths (Busacker, Gowen 1960): each node carries what it
// can already for nothing, and more at its price. What several nodes in a row hold back, none of
// them a bottleneck alone, is found as well.
#pragma once

#include <cstdint>
#include <span>

#include "base/memory.h"
#include "dag/plan_graph.h"

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
  explicit BudgetRaise(MemoryBudget& budget) noexcept;

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
  std::uint64_t arcs_scanned() const noexcept { return scanned_; }

 private:
  // Arcs 2e and 2e + 1 are edge e and its reverse.
  struct Arc {
    std::uint32_t from;
    std::uint32_t to;
    double residual;
    double price;
  };
  // The cheapest way from the source, and of those one of the fewest arcs.
  struct Way {
    double price;
    std::uint32_t length;
    std::uint32_t last;  // arc
  };

  void add(std::uint32_t from, std::uint32_t to, double capacity, double price) noexcept;
  bool find_ways(std::uint32_t source, std::uint32_t sink) noexcept;

  Array<Arc> arcs_;
  Array<Way> ways_;
  Array<double> raises_;  // and pass rates before
  double none_ = 0;       // what counts as no residue
  double same_ = 0;       // prices that differ by less
  double value_ = 0;
  double cost_ = 0;
  std::uint64_t scanned_ = 0;
};

}  // namespace rv
