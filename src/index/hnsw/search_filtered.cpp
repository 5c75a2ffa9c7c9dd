// The two filtered walks, and how common matches are around their start.
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
  const std::uint64_t limit = scratch.cost.distance_evaluations + filter.max_evaluations;
  scratch.begin(1);
  std::uint32_t count = 0;
  for (const std::uint32_t start : {filter.start, filter.known})
    if (start != kNone && scratch.visit(start)) scratch.rows[count++] = start;
  // A heap of complements: the nearest is in front.
  Array<std::uint64_t>& frontier = scratch.frontier;
  frontier.reset();
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
      if (scratch.cost.distance_evaluations >= limit) return false;
      count = gather(static_cast<std::uint32_t>(key), *filter.accepted, filter.hops, scratch);
    } while (count == 0);
  }
}

double Hnsw::selectivity(std::uint32_t start, const Bitset& accepted,
                         HnswScratch& scratch) const noexcept {
  std::uint32_t seen = 0, matching = 0;
  scratch.begin(1);
  for (const std::uint32_t link : links(start, 0))
    for (const std::uint32_t next_link : links(link & kRowMask, 0)) {
      const std::uint32_t next = next_link & kRowMask;
      if (!scratch.visit(next) || !is_node(next)) continue;
      ++seen;
      matching += accepts(accepted, next) ? 1 : 0;
    }
  scratch.cost.hops += links(start, 0).size();
  return (matching + 0.5) / (seen + 1);
}

}  // namespace rv
