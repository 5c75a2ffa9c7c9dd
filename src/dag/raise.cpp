#include "dag/raise.h"

#include <algorithm>

#include "dag/candidate_flow.h"

namespace rv {

Status BudgetRaise::solve(const PlanGraph& plan, std::span<const RaiseOffer> offers,
                          double wanted) noexcept {
  const std::uint32_t size = plan.size();
  if (offers.size() != size || !(wanted >= 0 && wanted < kUnlimited))
    return Status::kInvalidArgument;
  for (const RaiseOffer& offer : offers)
    if (!(offer.price >= 0 && offer.price <= kLargest && offer.most >= 0))
      return Status::kInvalidArgument;
  if (const Status status = make_network(plan, wanted, network_, raises_); status != Status::kOk)
    return status;
  const std::size_t paid = network_.edges();
  for (std::uint32_t node = 0; node < size; ++node) {
    const double rate = raises_[node], has = plan.node(node).candidates;
    const double more = offers[node].most > has ? as_results(offers[node].most - has, rate) : 0;
    const double price = rate == 0 ? 0 : std::min(offers[node].price / rate, kLargest);
    network_.add_edge(in_of(node), out_of(node), std::min(more, wanted), price);
  }
  value_ = network_.solve();
  cost_ = 0;
  for (std::uint32_t node = 0; node < size; ++node) {
    const double carried = network_.flow(paid + node);
    raises_[node] = carried > 0 ? carried / raises_[node] : 0;
    cost_ += raises_[node] * offers[node].price;
  }
  return Status::kOk;
}

}  // namespace rv
