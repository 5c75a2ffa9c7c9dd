#include "engine/foresight.h"

#include <algorithm>

namespace rv {
namespace {

// Matches to aim at: half as many again (kAim) are enough of them, but not of the nearest. The
// harder the data are, the wider a walk without a filter is for its recall, and so must be one
// with.
double wanted(double ef, std::uint32_t k) noexcept { return std::max(2.0 * k, 0.5 * ef); }

enum Operator : std::uint32_t { kWalk, kFilter, kAnswer, kOperators };

}  // namespace

Foresight::Foresight(MemoryBudget& budget) noexcept
    : plan_(budget), flow_(budget), raise_(budget) {}

Status Foresight::look(const PlanInput& in, std::uint32_t k) noexcept {
  // What the graph does not have yet is no help: the nearest are spread over all rows alike.
  constexpr PlanEdge kEdges[] = {{kWalk, kFilter}, {kFilter, kAnswer}};
  const PlanNode nodes[kOperators] = {{.candidates = in.ef}, {.selectivity = in.selectivity}, {}};
  if (plan_.begin(kOperators, std::size(kEdges)) != Status::kOk) return Status::kOutOfMemory;
  for (const PlanNode& node : nodes) (void)plan_.add_node(node);
  for (const PlanEdge& edge : kEdges) (void)plan_.add_edge(edge.from, edge.to);
  if (flow_.analyze(plan_, k) != Status::kOk) return Status::kOutOfMemory;
  width_ = in.ef;
  arcs_scanned_ += flow_.arcs_scanned();
  const double enough = wanted(in.ef, k);
  if (flow_.value() >= enough) return Status::kOk;
  // Only a walk can go on: a filter lets through what it lets through.
  const RaiseOffer offers[kOperators] = {{.price = 1, .most = in.rows - in.tail}};
  if (raise_.solve(plan_, offers, enough) != Status::kOk) return Status::kOutOfMemory;
  width_ += raise_.raise(kWalk);
  arcs_scanned_ += raise_.arcs_scanned();
  return Status::kOk;
}

}  // namespace rv
