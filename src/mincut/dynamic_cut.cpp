#include "mincut/dynamic_cut.h"

#include <algorithm>

#include "mincut/bounded_flow.h"
#include "mincut/global_cut.h"

namespace rv {

DynamicCut::DynamicCut(MemoryBudget& budget) noexcept
    : budget_(budget),
      graph_(budget),
      search_(budget),
      lightest_(budget),
      side_(budget),
      is_on_side_(budget) {}

Status DynamicCut::set(std::uint32_t u, std::uint32_t v, double weight, bool is_more) noexcept {
  const double before = graph_.weight(u, v);
  if (const Status status = graph_.set(u, v, weight); status != Status::kOk) return status;
  if (!is_followed_ || weight == before) return Status::kOk;
  ++updates_;
  if (is_known_) follow(u, v, before, weight);
  if (!is_more && solve() != Status::kOk) ++deferrals_;
  return Status::kOk;
}

void DynamicCut::follow(std::uint32_t u, std::uint32_t v, double before, double after) noexcept {
  for (const std::uint32_t node : {u, v})
    for (std::uint32_t entry = (graph_.nodes() + node) / 2; entry > 0; entry /= 2) pick(entry);
  const bool is_across = is_on_side(u) != is_on_side(v);
  if (after > before) {
    if (!is_across) return;
    const std::uint32_t lightest = lightest_[1];
    is_known_ = graph_.degree(lightest) <= value_;
    if (is_known_) take({&lightest, 1});
    return;
  }
  is_known_ = search_.prepare(graph_) == Status::kOk;
  if (!is_known_) return;
  if (is_across) {
    value_ -= before - after;
    if (!graph_.is_integral()) search_.weigh(graph_, side_.span(), value_);
  } else {
    BoundedFlow flow(graph_, search_);
    const std::uint32_t lighter = graph_.degree(u) < graph_.degree(v) ? u : v;
    const double limit = std::min(value_, graph_.degree(lighter));
    const double least = flow.run(u, v, limit);
    if (least >= value_) return;
    value_ = least;
    take(least < limit ? flow.side() : std::span(&lighter, 1));
  }
}

Status DynamicCut::solve() noexcept {
  if (is_known_) return Status::kOk;
  is_followed_ = true;
  GlobalCut cut(budget_);
  if (begin_following() != Status::kOk || cut.solve(graph_, search_) != Status::kOk)
    return Status::kOutOfMemory;
  ++recomputes_;
  scanned_ += cut.arcs_scanned();
  std::ranges::copy(cut.side(), is_on_side_.data());
  const auto on_side = static_cast<std::size_t>(std::ranges::count(cut.side(), 1));
  gather(on_side > graph_.nodes() / 2);
  value_ = cut.value();
  is_known_ = true;
  return Status::kOk;
}

Status DynamicCut::begin_following() noexcept {
  const std::uint32_t nodes = graph_.nodes();
  if (lightest_.resize(2 * std::size_t{nodes}) != Status::kOk ||
      side_.reserve(nodes) != Status::kOk || is_on_side_.resize(nodes) != Status::kOk)
    return Status::kOutOfMemory;
  for (std::uint32_t node = 0; node < nodes; ++node) lightest_[nodes + node] = node;
  for (std::uint32_t entry = nodes; --entry > 0;) pick(entry);
  return Status::kOk;
}

// Whom the entry stands for.
void DynamicCut::pick(std::uint32_t entry) noexcept {
  const std::uint32_t a = lightest_[2 * entry], b = lightest_[2 * entry + 1];
  lightest_[entry] = graph_.degree(b) < graph_.degree(a) ? b : a;
}

// Makes `nodes`, or all others where these are fewer, the side.
void DynamicCut::take(std::span<const std::uint32_t> nodes) noexcept {
  for (const std::uint32_t node : side_.span()) is_on_side_[node] = 0;
  for (const std::uint32_t node : nodes) is_on_side_[node] = 1;
  if (nodes.size() > graph_.nodes() / 2) return gather(true);
  side_.reset();
  for (const std::uint32_t node : nodes) side_.push(node);
}

// Lists the nodes of the side, or makes the others it.
void DynamicCut::gather(bool other_side) noexcept {
  side_.reset();
  for (std::uint32_t node = 0; node < graph_.nodes(); ++node) {
    is_on_side_[node] ^= other_side ? 1 : 0;
    if (is_on_side(node)) side_.push(node);
  }
}

}  // namespace rv
