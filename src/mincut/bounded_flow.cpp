#include "mincut/bounded_flow.h"

namespace rv {

double BoundedFlow::run(std::uint32_t s, std::uint32_t t, double limit,
                        std::uint64_t most_arcs) noexcept {
  ends_[0] = s;
  ends_[1] = t;
  limit_ = limit;
  const std::uint64_t before = search_.arcs_scanned;
  double sent = 0, value = limit;
  while (!search_.is_nothing(limit - sent, limit)) {
    const bool is_decided = search_.arcs_scanned - before < most_arcs;
    if (!is_decided || !find_path()) {
      value = is_decided ? sent : kUndecided;
      break;
    }
    sent += search_.send(graph_, bridge_, s, t, limit - sent);
  }
  search_.clear();
  return value;
}

bool BoundedFlow::find_path() noexcept {
  const std::uint32_t mark = search_.new_marks(), nodes = graph_.nodes();
  // Of each end: where its level begins in its queue, and where the queue ends.
  std::uint32_t begin[2] = {0, 0}, end[2] = {0, 0};
  std::uint32_t of = 0;
  const auto place = [&](std::uint32_t at) { return of == 0 ? at : nodes - 1 - at; };
  const auto found = [&](std::uint32_t node, std::uint32_t arc) {
    search_.find(node, mark + of, arc);
    search_.queue[place(end[of]++)] = node;
  };
  for (; of < 2; ++of) found(ends_[of], 0);
  for (;;) {
    of = end[0] - begin[0] <= end[1] - begin[1] ? 0 : 1;
    const std::uint32_t level_end = end[of];
    for (std::uint32_t at = begin[of]; at < level_end; ++at)
      for (std::uint32_t arc = graph_.first(search_.queue[place(at)]); arc != WeightedGraph::kNone;
           arc = graph_.arc(arc).next) {
        ++search_.arcs_scanned;
        const std::uint32_t to = graph_.arc(arc).to;
        const std::uint32_t forth = arc ^ of;  // from s to t
        const std::uint32_t there = search_.mark(to);
        if (there == mark + of || search_.is_nothing(search_.residual(graph_, forth), limit_))
          continue;
        if (there == mark + 1 - of) {
          bridge_ = forth;
          return true;
        }
        found(to, forth);
      }
    begin[of] = level_end;
    if (begin[of] == end[of]) {
      side_ = search_.queue.span().subspan(of == 0 ? 0 : nodes - end[of], end[of]);
      return false;
    }
  }
}

}  // namespace rv
