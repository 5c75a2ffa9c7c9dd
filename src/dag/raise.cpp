#include "dag/raise.h"

#include <algorithm>

#include "dag/candidate_flow.h"

namespace rv {
namespace {

constexpr double kRounding = 1e-12;

}  // namespace

BudgetRaise::BudgetRaise(MemoryBudget& budget) noexcept
    : arcs_(budget), ways_(budget), raises_(budget) {}

void BudgetRaise::add(std::uint32_t from, std::uint32_t to, double capacity,
                      double price) noexcept {
  arcs_.push({from, to, capacity, price});
  arcs_.push({to, from, 0, -price});
}

// In and out of node i are 2i and 2i + 1, then the source and the sink. The arcs out of the source
// come first, then node by node: what it has, what it can have on top, and where that goes.
Status BudgetRaise::solve(const PlanGraph& plan, std::span<const RaiseOffer> offers,
                          double wanted) noexcept {
  const std::uint32_t size = plan.size(), source = 2 * size, sink = source + 1;
  if (offers.size() != size || !(wanted >= 0 && wanted < kUnlimited))
    return Status::kInvalidArgument;
  for (const RaiseOffer& offer : offers)
    if (!(offer.price >= 0 && offer.price <= kLargest && offer.most >= 0))
      return Status::kInvalidArgument;
  if (arcs_.reserve(2 * (4 * std::size_t{size} + plan.edges().size())) != Status::kOk ||
      ways_.resize(std::size_t{sink} + 1) != Status::kOk || raises_.resize(size) != Status::kOk)
    return Status::kOutOfMemory;
  arcs_.reset();
  scanned_ = 0;
  value_ = cost_ = 0;
  none_ = kRounding * wanted;
  double dearest = 0;
  for (std::uint32_t node = 0; node < size; ++node)
    if (plan.inputs(node) == 0) add(source, 2 * node, kUnlimited, 0);
  std::size_t at_node = arcs_.size();
  pass_rates(plan, raises_.span());
  const PlanEdge* edge = plan.edges().data();
  for (std::uint32_t node = 0; node < size; ++node) {
    const double rate = raises_[node], has = plan.node(node).candidates;
    const double more = offers[node].most > has ? offers[node].most - has : 0;
    const double price = rate == 0 ? 0 : std::min(offers[node].price / rate, kLargest);
    dearest = std::max(dearest, price);
    add(2 * node, 2 * node + 1, as_results(has, rate), 0);
    add(2 * node, 2 * node + 1, as_results(more, rate), price);
    if (plan.outputs(node) == 0) add(2 * node + 1, sink, kUnlimited, 0);
    for (std::uint32_t i = 0; i < plan.outputs(node); ++i, ++edge)
      add(2 * node + 1, 2 * edge->to, kUnlimited, 0);
  }
  same_ = kRounding * dearest;

  while (wanted - value_ > none_ && find_ways(source, sink)) {
    double more = wanted - value_;
    for (std::uint32_t at = sink; at != source; at = arcs_[ways_[at].last].from)
      more = std::min(more, arcs_[ways_[at].last].residual);
    for (std::uint32_t at = sink; at != source; at = arcs_[ways_[at].last].from) {
      arcs_[ways_[at].last].residual -= more;
      arcs_[ways_[at].last ^ 1].residual += more;
    }
    value_ += more;
  }
  for (std::uint32_t node = 0; node < size; ++node) {
    const double carried = arcs_[at_node + 3].residual;
    raises_[node] = carried > none_ ? carried / raises_[node] : 0;
    cost_ += raises_[node] * offers[node].price;
    at_node += 2 * (2 + std::max(plan.outputs(node), 1u));
  }
  return Status::kOk;
}

// Bellman-Ford over arcs that can take more, in the order of the plan, in which most is found at
// once. The fewest arcs of equal prices bound the number of paths whatever the numbers are
// (Edmonds, Karp 1972).
bool BudgetRaise::find_ways(std::uint32_t source, std::uint32_t sink) noexcept {
  std::ranges::fill(ways_.span(), Way{kUnlimited, 0, 0});
  ways_[source].price = 0;
  for (bool better = true; better;) {
    better = false;
    for (std::uint32_t at = 0; at < arcs_.size(); ++at) {
      ++scanned_;
      const Arc& arc = arcs_[at];
      const Way& way = ways_[arc.from];
      if (arc.residual <= none_ || way.price == kUnlimited) continue;
      const Way found{way.price + arc.price, way.length + 1, at};
      Way& known = ways_[arc.to];
      if (found.price >= known.price - same_ &&
          (found.price > known.price || found.length >= known.length))
        continue;
      known = found;
      better = true;
    }
  }
  return ways_[sink].price < kUnlimited;
}

}  // namespace rv
