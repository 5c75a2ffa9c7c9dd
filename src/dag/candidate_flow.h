// Whether a plan can be expected to give as many rows as are wanted, before it runs, and which of
// its operators' limits is in the way.
//
// The plan is a network in which what flows is results: the limit of an operator is the rows that
// it can emit times the share of them that the operators behind it let through. So the most that
// can flow is the number of results to expect.
#pragma once

#include <cstdint>
#include <span>

#include "base/memory.h"
#include "dag/plan_graph.h"
#include "mincut/flow.h"

namespace rv {

// Where the flow is this many times the demand there is no tension.
constexpr double kHeadroom = 3;

// The share of each operator's rows that the operators strictly behind it let through: the product
// of their selectivities, along the way where it is the least. Pre: out.size() == plan.size().
void pass_rates(const PlanGraph& plan, std::span<double> out) noexcept;

// `candidates` rows as results: nothing where nothing passes, were they without limit.
inline double as_results(double candidates, double pass_rate) noexcept {
  return pass_rate == 0 ? 0 : candidates * pass_rate;
}

// In and out of node i of a plan in its network, between what is in front of all and the sink.
constexpr std::uint32_t in_of(std::uint32_t node) noexcept { return 2 * node + 2; }
constexpr std::uint32_t out_of(std::uint32_t node) noexcept { return 2 * node + 3; }

// Makes the network of a plan, of `wanted` results at most, with room for an edge a node more, and
// writes the pass rates. kOutOfMemory: then neither is of use. No memory is taken where plans are
// no bigger than before.
Status make_network(const PlanGraph& plan, double wanted, FlowNetwork& network,
                    Array<double>& pass_rates) noexcept;

class CandidateFlow {
 public:
  explicit CandidateFlow(MemoryBudget& budget) noexcept;

  // For `demand` results, >= 0. kOutOfMemory: then nothing below is said. No memory is taken where
  // plans are no bigger than before.
  Status analyze(const PlanGraph& plan, double demand) noexcept;

  // F*: results to expect; infinity where a way through the plan has no limit.
  double value() const noexcept { return value_; }

  // 0 where three times the demand can be expected, 1 where no more than the demand is, so that any
  // bad luck gives fewer; in between a line.
  double tension() const noexcept;

  double pass_rate(std::uint32_t node) const noexcept { return pass_rates_[node]; }

  // Whether more could come through the node: the smallest source side of all minimum cuts.
  bool on_source_side(std::uint32_t node) const noexcept { return is_behind(out_of(node)); }

  // The witness: the nodes whose limits are that cut. They sum to the flow; without these nodes
  // nothing comes through.
  bool limits(std::uint32_t node) const noexcept {
    return is_behind(in_of(node)) && !on_source_side(node);
  }

  // K1: whether more candidates of this node alone are more results.
  bool is_bottleneck(std::uint32_t node) const noexcept {
    return is_behind(in_of(node)) && network_.reaches_sink(out_of(node));
  }

  // Counted work of the last analyze(): arcs looked at.
  std::uint64_t arcs_scanned() const noexcept { return network_.arcs_scanned(); }

 private:
  bool is_behind(std::uint32_t end) const noexcept {
    return value_ < kUnlimited && network_.on_source_side(end);
  }

  FlowNetwork network_;
  Array<double> pass_rates_;
  double value_ = 0;
  double demand_ = 0;
};

}  // namespace rv
