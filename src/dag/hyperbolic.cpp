#include "dag/hyperbolic.h"

#include <algorithm>
#include <cmath>

#include "base/exponential.h"

namespace rv {
namespace {

constexpr double kEdge = 2;
constexpr double kFarthest = 15;
constexpr std::uint32_t kNone = 0xFFFFFFFFu;

}  // namespace

HyperbolicTree::HyperbolicTree(MemoryBudget& budget) noexcept : places_(budget) {}

Status HyperbolicTree::embed(const PlanGraph& plan, std::uint32_t focus,
                             std::span<double> out) noexcept {
  const std::uint32_t size = plan.size();
  if (const Status status = places_.resize(std::size_t{size} + 1); status != Status::kOk)
    return status;
  std::ranges::fill(places_.span(), Place{kNone, 0, 0, 0, 0});
  std::uint32_t roots = 0;
  for (std::uint32_t node = 0; node < size; ++node)
    if (plan.inputs(node) == 0) {
      places_[node + 1].parent = 0;
      ++roots;
    }
  // Edges come in the order of where they begin, whose dominator is known by then (Cooper, Harvey,
  // Kennedy 2001, in the one pass that a plan needs).
  for (const auto [from, to] : plan.edges()) {
    std::uint32_t& parent = places_[to + 1].parent;
    parent = parent == kNone ? from + 1 : common_dominator(parent, from + 1);
  }
  // A single node without inputs is the root itself: what all go through, and the first.
  const std::uint32_t root = roots == 1 ? 1 : 0;
  std::uint32_t depth = 0;
  for (std::uint32_t at = root + 1; at <= size; ++at) {
    Place& place = places_[at];
    place.depth = places_[place.parent].depth + 1;
    depth = std::max(depth, place.depth);
    ++place.degree;
    ++places_[place.parent].degree;
  }
  edge_ = depth * kEdge > kFarthest ? kFarthest / depth : kEdge;

  const double grown = exponential(edge_);
  const double cosh = (grown + 1 / grown) / 2, sinh = (grown - 1 / grown) / 2;
  std::uint32_t at = focus < size ? focus + 1 : root;
  places_[at].cosh = 1;
  for (; at > root; at = places_[at].parent) step(at, places_[at].parent, cosh, sinh);
  for (at = root + 1; at <= size; ++at)
    if (places_[at].cosh == 0) step(places_[at].parent, at, cosh, sinh);
  for (std::uint32_t node = 0; node < size; ++node) {
    const double product = places_[node + 1].cosh;
    out[node] = product > 1 ? logarithm(product + std::sqrt(product * product - 1)) : 0;
  }
  return Status::kOk;
}

std::uint32_t HyperbolicTree::common_dominator(std::uint32_t a, std::uint32_t b) const noexcept {
  while (a != b) {
    std::uint32_t& later = a > b ? a : b;
    later = places_[later].parent;
  }
  return a;
}

// An edge further, at the angle between two edges of a regular simplex: its cosine is -1 over the
// number of the others.
void HyperbolicTree::step(std::uint32_t from, std::uint32_t to, double cosh, double sinh) noexcept {
  const Place& place = places_[from];
  const double onward = place.degree > 1 ? place.slope / (place.degree - 1) : 0;
  places_[to].cosh = cosh * place.cosh + sinh * onward;
  places_[to].slope = sinh * place.cosh + cosh * onward;
}

}  // namespace rv
