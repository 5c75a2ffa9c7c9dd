#include "dag/schedule.h"

#include <algorithm>

namespace rv {
namespace {

// Sums of the same costs in another order differ by less than this share.
constexpr double kRounding = 1e-12;

}  // namespace

Schedule::Schedule(MemoryBudget& budget) noexcept
    : depths_(budget), earliest_(budget), remaining_(budget), path_(budget) {}

Status Schedule::compute(const PlanGraph& plan) noexcept {
  const std::uint32_t size = plan.size();
  if (depths_.reserve(size) != Status::kOk || earliest_.reserve(size) != Status::kOk ||
      remaining_.reserve(size) != Status::kOk || path_.reserve(size) != Status::kOk)
    return Status::kOutOfMemory;
  (void)depths_.resize(size);
  (void)earliest_.resize(size);
  (void)remaining_.resize(size);
  path_.reset();
  const auto nodes = plan.nodes();
  const auto edges = plan.edges();
  std::ranges::fill(earliest_.span(), 0.0);
  std::ranges::fill(depths_.span(), 0u);
  for (const auto [from, to] : edges) {
    depths_[to] = std::max(depths_[to], depths_[from] + 1);
    earliest_[to] = std::max(earliest_[to], earliest_[from] + nodes[from].cost);
  }
  // From behind, a node's own cost comes last: its edges are before those of all that follow it.
  for (std::uint32_t node = 0; node < size; ++node) remaining_[node] = nodes[node].cost;
  for (std::size_t e = edges.size(); e-- > 0;) {
    const auto [from, to] = edges[e];
    remaining_[from] = std::max(remaining_[from], nodes[from].cost + remaining_[to]);
  }
  length_ = size == 0 ? 0 : *std::ranges::max_element(remaining_.span());

  // The first node from which all the cost remains has no inputs; nor can its edges, and those of
  // what follows it, be behind in the order.
  if (size == 0) return Status::kOk;
  std::uint32_t last = 0;
  while (remaining_[last] != length_) ++last;
  path_.push(last);
  for (const auto [from, to] : edges) {
    if (from != last || nodes[from].cost + remaining_[to] != remaining_[from]) continue;
    path_.push(to);
    last = to;
  }
  return Status::kOk;
}

double Schedule::slack(std::uint32_t node) const noexcept {
  const double slack = length_ - earliest_[node] - remaining_[node];
  return slack > kRounding * length_ ? slack : 0;
}

}  // namespace rv
