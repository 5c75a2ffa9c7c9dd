#include "mincut/cuts.h"

#include <algorithm>
#include <limits>

#include "mincut/bounded_flow.h"
#include "mincut/connectivity.h"

namespace rv {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr std::uint32_t kNoMark = 1;  // of any node

}  // namespace

Cuts::Cuts(std::uint64_t max_bytes) noexcept
    : budget_(max_bytes), cut_(budget_), numbers_(budget_) {}

Status Cuts::min_cut() noexcept {
  if (const Status status = cut_.solve(); status != Status::kOk) return status;
  const std::uint64_t before = told_;
  told_ = cut_.arcs_scanned();
  return answer(cut_.value(), 0, told_ - before, cut_.side(), kNoMark);
}

Status Cuts::max_flow(std::uint32_t source, std::uint32_t sink) noexcept {
  const WeightedGraph& graph = cut_.graph();
  FlowSearch& search = cut_.search();
  if (search.prepare(graph) != Status::kOk) return Status::kOutOfMemory;
  const std::uint64_t before = search.arcs_scanned;
  const double limit = std::min(graph.degree(source), graph.degree(sink));
  const double value = BoundedFlow(graph, search).run(source, sink, limit);
  // What reaches the sink keeps its mark: nothing of it is marked again.
  (void)search.explore(graph, sink, 1, source, kInfinity, limit);
  const std::uint32_t reaches_sink = search.mark(sink);
  (void)search.explore(graph, source, 0, sink, kInfinity, limit);
  return answer(value, 0, take_back(before), search.found(), reaches_sink);
}

Status Cuts::local_cut(const LocalCut::Query& query) noexcept {
  FlowSearch& search = cut_.search();
  if (search.prepare(cut_.graph()) != Status::kOk) return Status::kOutOfMemory;
  const std::uint64_t before = search.arcs_scanned;
  LocalCut cut(cut_.graph(), search);
  const bool is_found = cut.find(query);
  return answer(cut.value(), cut.volume(), take_back(before),
                is_found ? cut.side() : std::span<const std::uint32_t>(), kNoMark);
}

Status Cuts::connectivity(bool is_normalized) noexcept {
  AlgebraicConnectivity lambda(budget_);
  if (const Status status = lambda.solve(cut_.graph(), is_normalized); status != Status::kOk)
    return status;
  return answer(lambda.value(), lambda.error(), lambda.arcs_scanned(), {}, kNoMark);
}

// The count of arcs is that of keeping the least cut: what was looked at since is told, not kept.
std::uint64_t Cuts::take_back(std::uint64_t before) noexcept {
  std::uint64_t& count = cut_.search().arcs_scanned;
  const std::uint64_t arcs = count - before;
  count = before;
  return arcs;
}

Status Cuts::answer(double value, double own, std::uint64_t arcs,
                    std::span<const std::uint32_t> side, std::uint32_t bottlenecks) noexcept {
  const WeightedGraph& graph = cut_.graph();
  FlowSearch& search = cut_.search();
  const std::uint64_t before = search.arcs_scanned;
  if (search.prepare(graph) != Status::kOk || numbers_.resize(5 + side.size()) != Status::kOk)
    return Status::kOutOfMemory;
  double sum = 0, edges = 0;
  const std::uint32_t mark = search.weigh(graph, side, sum);
  (void)take_back(before);
  double* number = numbers_.data() + 5;
  for (const std::uint32_t node : side) *number++ = node;
  for (const std::uint32_t node : side)
    for (std::uint32_t arc = graph.first(node); arc != WeightedGraph::kNone;
         arc = graph.arc(arc).next) {
      const std::uint32_t to = graph.arc(arc).to;
      if (search.mark(to) == mark) continue;
      const std::size_t at = numbers_.size();
      if (numbers_.resize(at + 4) != Status::kOk) return Status::kOutOfMemory;
      number = &numbers_[at];
      number[0] = node;
      number[1] = to;
      number[2] = graph.arc_weight(arc);
      number[3] = search.mark(to) == bottlenecks ? 1 : 0;
      ++edges;
    }
  number = numbers_.data();
  // Of fractions the sum that the reader makes too.
  number[0] = side.empty() ? value : sum;
  number[1] = own;
  number[2] = static_cast<double>(arcs);
  number[3] = static_cast<double>(side.size());
  number[4] = edges;
  return Status::kOk;
}

}  // namespace rv
