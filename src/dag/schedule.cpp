#include "dag/schedule.h"

#include <algorithm>

namespace rv {
namespace {

// Sums of the same costs in another order differ by less than this share.
constexpr double kRounding = 1e-12;

}  // namespace

Schedule::Schedule(MemoryBudget& budget) noexcept : stages_(budget) {}

Status Schedule::compute(const PlanGraph& plan) noexcept {
  const std::uint32_t size = plan.size();
  if (const Status status = stages_.resize(size); status != Status::kOk) return status;
  for (std::uint32_t node = 0; node < size; ++node)
    stages_[node] = {0, plan.node(node).cost, 0, false};
  const auto edges = plan.edges();
  for (const auto [from, to] : edges) {
    Stage& next = stages_[to];
    next.depth = std::max(next.depth, stages_[from].depth + 1);
    next.earliest = std::max(next.earliest, stages_[from].earliest + plan.node(from).cost);
  }
  const auto through = [&](PlanEdge edge) {
    return plan.node(edge.from).cost + stages_[edge.to].remaining;
  };
  for (std::size_t e = edges.size(); e-- > 0;) {
    double& remaining = stages_[edges[e].from].remaining;
    remaining = std::max(remaining, through(edges[e]));
  }
  length_ = 0;
  for (const Stage& stage : stages_.span()) length_ = std::max(length_, stage.remaining);

  // The first node from which all the cost remains has no inputs; and the edges of what follows a
  // node are behind its own.
  if (size == 0) return Status::kOk;
  std::uint32_t last = 0;
  while (stages_[last].remaining != length_) ++last;
  stages_[last].on_path = true;
  for (const PlanEdge edge : edges) {
    if (edge.from != last || through(edge) != stages_[last].remaining) continue;
    last = edge.to;
    stages_[last].on_path = true;
  }
  return Status::kOk;
}

double Schedule::slack(std::uint32_t node) const noexcept {
  const double slack = length_ - stages_[node].earliest - stages_[node].remaining;
  return slack > kRounding * length_ ? slack : 0;
}

}  // namespace rv
