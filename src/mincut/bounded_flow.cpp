#include "mincut/bounded_flow.h"

#include <algorithm>

namespace rv {
namespace {

constexpr double kResidue = 1e-12;  // of the limit, where weights are no integers
constexpr std::uint32_t kLastSearch = 0x7FFFFFFF;

}  // namespace

BoundedFlow::BoundedFlow(MemoryBudget& budget) noexcept
    : residual_(budget), queue_(budget), mark_(budget), from_(budget) {}

Status BoundedFlow::prepare(const WeightedGraph& graph) noexcept {
  const std::size_t nodes = graph.nodes();
  if (mark_.size() < nodes) {
    if (queue_.resize(nodes) != Status::kOk || from_.resize(nodes) != Status::kOk ||
        mark_.resize(nodes) != Status::kOk)
      return Status::kOutOfMemory;
    search_ = kLastSearch;
  }
  return residual_.prepare(graph);
}

double BoundedFlow::run(const WeightedGraph& graph, std::uint32_t s, std::uint32_t t, double limit,
                        std::uint64_t most_arcs) noexcept {
  none_ = graph.is_integral() ? 0 : kResidue * limit;
  ends_[0] = s;
  ends_[1] = t;
  const std::uint64_t before = scanned_;
  double sent = 0, value = limit;
  while (limit - sent > none_) {
    const bool is_decided = scanned_ - before < most_arcs;
    if (!is_decided || !find_path(graph)) {
      value = is_decided ? sent : kUndecided;
      break;
    }
    sent += send(graph, limit - sent);
  }
  residual_.clear();
  return value;
}

bool BoundedFlow::find_path(const WeightedGraph& graph) noexcept {
  if (search_ == kLastSearch) {
    std::ranges::fill(mark_.span(), 0u);
    search_ = 0;
  }
  const std::uint32_t mark = 2 * ++search_, nodes = graph.nodes();
  // Of each end: where its level begins in its queue, and where the queue ends.
  std::uint32_t begin[2] = {0, 0}, end[2] = {1, 1};
  for (const std::uint32_t end_of : {0u, 1u}) {
    queue_[end_of == 0 ? 0 : nodes - 1] = ends_[end_of];
    mark_[ends_[end_of]] = mark + end_of;
  }
  for (;;) {
    const std::uint32_t of = end[0] - begin[0] <= end[1] - begin[1] ? 0 : 1;
    const std::uint32_t level_end = end[of];
    for (std::uint32_t at = begin[of]; at < level_end; ++at) {
      const std::uint32_t node = queue_[of == 0 ? at : nodes - 1 - at];
      for (std::uint32_t arc = graph.first(node); arc != WeightedGraph::kNone;
           arc = graph.arc(arc).next) {
        ++scanned_;
        const std::uint32_t to = graph.arc(arc).to;
        if (mark_[to] == mark + of || residual_.of(graph, arc ^ of) <= none_) continue;
        if (mark_[to] == mark + 1 - of) {
          bridge_ = arc ^ of;
          return true;
        }
        mark_[to] = mark + of;
        from_[to] = arc;
        queue_[of == 0 ? end[of] : nodes - 1 - end[of]] = to;
        ++end[of];
      }
    }
    begin[of] = level_end;
    if (begin[of] == end[of]) {
      side_ = queue_.span().subspan(of == 0 ? 0 : nodes - end[of], end[of]);
      return false;
    }
  }
}

// Along the path that was found, as much as goes, and at most `limit`.
double BoundedFlow::send(const WeightedGraph& graph, double limit) noexcept {
  double most = limit;
  for (const bool is_known : {false, true}) {
    const auto pass = [&](std::uint32_t arc) {
      if (is_known)
        residual_.push(arc, most);
      else
        most = std::min(most, residual_.of(graph, arc));
    };
    pass(bridge_);
    for (std::uint32_t node = graph.arc(bridge_ ^ 1).to; node != ends_[0];) {
      pass(from_[node]);
      node = graph.arc(from_[node] ^ 1).to;
    }
    for (std::uint32_t node = graph.arc(bridge_).to; node != ends_[1];) {
      pass(from_[node] ^ 1);
      node = graph.arc(from_[node] ^ 1).to;
    }
  }
  return most;
}

}  // namespace rv
