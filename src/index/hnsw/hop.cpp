// One step of a search, in which it spends its time.
#include "base/touch.h"
#include "index/hnsw/hnsw.h"

namespace rv {

// Of the rows that `links` lead to, those seen for the first time, behind `count` others in
// scratch.rows; returns how many there are then.
std::uint32_t Hnsw::visit(std::span<const std::uint32_t> links, std::uint32_t count,
                          HnswScratch& scratch) const noexcept {
  for (const std::uint32_t link : links) {
    const std::uint32_t neighbor = link & kRowMask;
    scratch.rows[count] = neighbor;
    count += scratch.visit(neighbor) ? 1 : 0;
  }
  return count;
}

// Compares the first `count` of scratch.rows; the near ones enter the beam.
[[gnu::noinline]] void Hnsw::offer(const Codec& codec, const std::byte* query, std::uint32_t count,
                                   HnswScratch& scratch) const noexcept {
  codec.distances(query, {scratch.rows, count}, {scratch.distances, count});
  scratch.cost.distance_evaluations += count;
  for (std::uint32_t i = 0; i < count; ++i)
    // is_node() is asked last because it reads the node.
    if (scratch.beam.admits(scratch.distances[i]) &&
        (!has_stale_links_ || is_node(scratch.rows[i])))
      scratch.beam.offer(scratch.distances[i], scratch.rows[i]);
}

// Follows the links of the nearest nodes whose links were not followed yet; false: there are none.
// Several at a time, because what a hop waits for is memory, and all can be waited for at once.
// Entered once a hop, so that engines compile it well (ARCHITECTURE.md, "Hot loops").
[[gnu::noinline]] bool Hnsw::hop(const Codec& codec, const std::byte* query, std::uint32_t level,
                                 HnswScratch& scratch) const noexcept {
  std::uint32_t near[HnswScratch::kNodesAHop], nodes = 0, count = 0;
  while (nodes < HnswScratch::kNodesAHop && scratch.beam.next(near[nodes]))
    touch(&node(near[nodes++]));
  for (std::uint32_t i = 0; i < nodes; ++i) count = visit(links(near[i], level), count, scratch);
  scratch.cost.hops += nodes;
  offer(codec, query, count, scratch);
  return nodes != 0;
}

}  // namespace rv
