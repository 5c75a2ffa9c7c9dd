// The two filtered walks, and how common matches are around their start.
#include <algorithm>

#include "index/hnsw/hnsw.h"

namespace rv {

bool Hnsw::accepts(const Bitset& accepted, std::uint32_t row) const noexcept {
  std::uint32_t twin = row;
  do {
    if (accepted.test(twin)) return true;
    twin = node(twin).next_twin;
  } while (twin != row);
  return false;
}

// The nodes that a filtered walk compares next, from the links of `row`.
std::uint32_t Hnsw::gather(std::uint32_t row, const Bitset& accepted, std::uint32_t hops,
                           HnswScratch& scratch) const noexcept {
  std::uint32_t count = 0;
  for (const std::uint32_t link : links(row, 0)) {
    const std::uint32_t neighbor = link & kRowMask;
    if (!scratch.visit(neighbor) || !is_node(neighbor)) continue;
    if (hops == 1 || accepts(accepted, neighbor)) {
      scratch.rows[count++] = neighbor;
      continue;
    }
    ++scratch.cost.hops;
    for (const std::uint32_t next_link : links(neighbor, 0)) {
      const std::uint32_t next = next_link & kRowMask;
      // Marked only where it is kept: a rejected one may still lead on as a neighbour.
      if (scratch.visited[next] == scratch.epoch || !is_node(next) || !accepts(accepted, next))
        continue;
      // What there is no room for is not visited: another node may lead there. The rest is kept for
      // neighbours.
      if (count + HnswScratch::kGroup >= std::size(scratch.rows)) break;
      scratch.visit(next);
      scratch.rows[count++] = next;
    }
  }
  ++scratch.cost.hops;
  return count;
}

bool Hnsw::search_filtered(const Codec& codec, const std::byte* query, const Filtered& filter,
                           TopK& nearest, HnswScratch& scratch) const noexcept {
  // A heap of complements: the nearest is in front.
  Array<std::uint64_t>& frontier = scratch.frontier;
  frontier.reset();
  const Beam& beam = scratch.beam;
  if (frontier.reserve(beam.size()) != Status::kOk) return false;
  scratch.forget();
  for (std::uint32_t i = 0; i < beam.size(); ++i) {
    const std::uint32_t row = beam.row(i);
    const bool accepted = accepts(*filter.accepted, row);
    if (filter.hops == 1 || accepted || i == 0) scratch.visit(row);
    if (accepted) nearest.offer(beam.distance(i), row);
    // Over two links others are come upon than approach() saw.
    if (filter.hops == 1 ? beam.is_expanded(i) : !accepted && i > 0) continue;
    frontier.push(0);
    push_key(frontier.data(), frontier.size() - 1, ~to_key(beam.distance(i), row));
  }
  std::uint32_t count = 0;
  if (filter.known != kNone && scratch.visit(filter.known)) scratch.rows[count++] = filter.known;
  for (;;) {
    codec.distances(query, {scratch.rows, count}, {scratch.distances, count});
    scratch.cost.distance_evaluations += count;
    if (frontier.reserve(frontier.size() + count) != Status::kOk) return false;
    for (std::uint32_t i = 0; i < count; ++i) {
      if (!nearest.admits(scratch.distances[i])) continue;
      frontier.push(0);
      push_key(frontier.data(), frontier.size() - 1,
               ~to_key(scratch.distances[i], scratch.rows[i]));
      if (accepts(*filter.accepted, scratch.rows[i]))
        nearest.offer(scratch.distances[i], scratch.rows[i]);
    }
    do {
      if (frontier.size() == 0) return true;
      const std::uint64_t key = ~frontier[0];
      frontier.pop();
      replace_front(frontier.data(), frontier.size(), frontier.data()[frontier.size()]);
      if (!nearest.admits(to_distance(key))) return true;
      if (scratch.cost.distance_evaluations >= filter.max_evaluations) return false;
      count = gather(static_cast<std::uint32_t>(key), *filter.accepted, filter.hops, scratch);
    } while (count == 0);
  }
}

double Hnsw::selectivity(const Bitset& accepted, double share,
                         HnswScratch& scratch) const noexcept {
  constexpr double kPrior = 2;  // nodes
  constexpr std::uint32_t kNearest = 48;
  const std::uint32_t seen = std::min(scratch.beam.size(), kNearest);
  std::uint32_t matching = 0;
  for (std::uint32_t i = 0; i < seen; ++i)
    matching += accepts(accepted, scratch.beam.row(i)) ? 1 : 0;
  return (matching + kPrior * share) / (seen + kPrior);
}

}  // namespace rv
