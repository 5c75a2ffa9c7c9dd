#include "engine/foresight.h"

#include <algorithm>

namespace rv {
namespace {

// Matches to aim at, as a multiple of those wanted. Half as many again (kAim) are enough of them,
// but not of the nearest: twice as many keep the recall of a walk without a filter on data without
// structure, where it is hardest.
constexpr double kWanted = 2;

enum Operator : std::uint32_t { kWalk, kFilter, kTail, kAnswer, kOperators };

}  // namespace

Foresight::Foresight(MemoryBudget& budget) noexcept
    : plan_(budget), flow_(budget), raise_(budget) {}

Status Foresight::look(const PlanInput& in, std::uint32_t k) noexcept {
  constexpr PlanEdge kEdges[] = {{kWalk, kFilter}, {kFilter, kAnswer}, {kTail, kAnswer}};
  const PlanNode nodes[kOperators] = {{.candidates = in.ef},
                                      {.selectivity = in.selectivity},
                                      {.candidates = in.tail * in.share},
                                      {}};
  if (plan_.begin(kOperators, std::size(kEdges)) != Status::kOk) return Status::kOutOfMemory;
  for (const PlanNode& node : nodes) (void)plan_.add_node(node);
  for (const PlanEdge& edge : kEdges) (void)plan_.add_edge(edge.from, edge.to);
  if (flow_.analyze(plan_, k) != Status::kOk) return Status::kOutOfMemory;
  width_ = in.ef;
  arcs_scanned_ += flow_.arcs_scanned();
  if (flow_.value() >= kWanted * k) return Status::kOk;
  // Only a walk can go on: a filter lets through what it lets through, and the tail is read whole.
  const RaiseOffer offers[kOperators] = {{.price = 1, .most = in.rows - in.tail}};
  if (raise_.solve(plan_, offers, kWanted * k) != Status::kOk) return Status::kOutOfMemory;
  width_ += raise_.raise(kWalk);
  arcs_scanned_ += raise_.arcs_scanned();
  return Status::kOk;
}

}  // namespace rv
