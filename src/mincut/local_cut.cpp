#include "mincut/local_cut.h"

#include <algorithm>
#include <cmath>

namespace rv {
namespace {

constexpr std::uint32_t kNone = WeightedGraph::kNone;
constexpr double kSpareSearches = 64;  // that sent nothing, or fractions

}  // namespace

bool LocalCut::find(const Query& query) noexcept {
  double total = 0;
  for (std::uint32_t node = 0; node < graph_.nodes(); ++node) total += graph_.degree(node);
  const double wanted = 8 * std::max(query.k, 1.0) * query.volume;
  // Where that is all of the graph, there is nothing to begin with that is likely to lie outside,
  // and flows go to one node, which does at least every other time.
  const bool is_whole = wanted >= total;
  state_ = query.seed;
  bool is_found = false;
  for (double missed = 1; !is_found && missed > query.delta; missed *= is_whole ? 0.5 : 0.25)
    is_found = attempt(query, std::min(wanted, total), is_whole);
  volume_ = 0;
  for (const std::uint32_t node : side_) volume_ += graph_.degree(node);
  return is_found;
}

bool LocalCut::attempt(const Query& query, double reach, bool is_whole) noexcept {
  double left = query.k;
  std::uint32_t sink = kNone;
  bool is_found = false;
  for (double searches = std::ceil(query.k) + kSpareSearches; searches > 0; --searches) {
    const std::uint32_t end = explore(query.node, random() * reach, sink, query.k);
    if (end == kNone) {
      search_.weigh(graph_, side_, value_);
      is_found = side_.size() < graph_.nodes() && value_ <= query.k;
      break;
    }
    if (is_whole) sink = end;
    if (search_.is_nothing(left, query.k) || sink == query.node) break;
    if (end != query.node) left -= search_.send(graph_, search_.from(end), query.node, end, left);
  }
  search_.clear();
  return is_found;
}

// Searches from `node` until it comes to `sink` or, where that is kNone, until it has seen arcs
// that can take `reach`; returns where it is then, or kNone where there is no more to see.
std::uint32_t LocalCut::explore(std::uint32_t node, double reach, std::uint32_t sink,
                                double scale) noexcept {
  const std::uint32_t mark = search_.new_marks();
  std::uint32_t end = 0;
  double seen = 0;
  search_.find(node, mark, 0);
  search_.queue[end++] = node;
  for (std::uint32_t at = 0; at < end; ++at) {
    const std::uint32_t from = search_.queue[at];
    if (from == sink) return sink;
    for (std::uint32_t arc = graph_.first(from); arc != kNone; arc = graph_.arc(arc).next) {
      ++search_.arcs_scanned;
      const double residual = search_.residual(graph_, arc);
      if (search_.is_nothing(residual, scale)) continue;
      seen += residual;
      if (sink == kNone && seen > reach) return from;
      const std::uint32_t to = graph_.arc(arc).to;
      if (search_.mark(to) == mark) continue;
      search_.find(to, mark, arc);
      search_.queue[end++] = to;
    }
  }
  side_ = search_.queue.span().first(end);
  return kNone;
}

// In [0, 1): SplitMix64 (Steele, Lea, Flood 2014).
double LocalCut::random() noexcept {
  std::uint64_t z = state_ += 0x9E3779B97F4A7C15u;
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
  return static_cast<double>((z ^ (z >> 31)) >> 11) * 0x1p-53;
}

}  // namespace rv
