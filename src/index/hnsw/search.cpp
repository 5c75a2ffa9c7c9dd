// Search: Algorithms 2 and 5 of the paper.
#include "index/hnsw/hnsw.h"

namespace rv {

// One node's links: those seen for the first time are compared, the near ones enter the beam.
// Entered once a hop, so that engines compile it well (ARCHITECTURE.md, "Hot loops").
[[gnu::noinline]] void Hnsw::offer(const Codec& codec, const std::byte* query,
                                   std::span<const std::uint32_t> links,
                                   HnswScratch& scratch) const noexcept {
  std::uint32_t count = 0;
  for (const std::uint32_t link : links) {
    const std::uint32_t neighbor = link & kRowMask;
    scratch.rows[count] = neighbor;
    count += scratch.visit(neighbor) ? 1 : 0;
  }
  if (count == 0) return;
  codec.distances(query, {scratch.rows, count}, {scratch.distances, count});
  scratch.cost.distance_evaluations += count;
  for (std::uint32_t i = 0; i < count; ++i)
    // Links to removed rows may be left; is_node() is asked last because it reads the node.
    if (scratch.beam.admits(scratch.distances[i]) && is_node(scratch.rows[i]))
      scratch.beam.offer(scratch.distances[i], scratch.rows[i]);
}

void Hnsw::search_layer(const Codec& codec, const std::byte* query,
                        std::span<const std::uint32_t> starts, std::uint32_t level,
                        std::uint32_t ef, HnswScratch& scratch) const noexcept {
  scratch.begin(ef);
  offer(codec, query, starts, scratch);
  for (std::uint32_t row; scratch.beam.next(row); ++scratch.cost.hops)
    offer(codec, query, links(row, level), scratch);
}

// From the entry down to just above `to_level`, nearest node by nearest node.
std::uint32_t Hnsw::descend(const Codec& codec, const std::byte* query, std::uint32_t to_level,
                            HnswScratch& scratch) const noexcept {
  std::uint32_t nearest = entry_;
  for (std::uint32_t level = level_of(entry_); level > to_level; --level) {
    search_layer(codec, query, {&nearest, 1}, level, 1, scratch);
    nearest = scratch.beam.row(0);
  }
  return nearest;
}

void Hnsw::search(const Codec& codec, const std::byte* query, std::uint32_t known, std::uint32_t ef,
                  HnswScratch& scratch) const noexcept {
  if (entry_ == kNone) return scratch.begin(ef);
  const std::uint32_t starts[] = {descend(codec, query, 0, scratch), known};
  search_layer(codec, query, {starts, known == kNone ? 1u : 2u}, 0, ef, scratch);
}

std::uint32_t Hnsw::approach(const Codec& codec, const std::byte* query,
                             HnswScratch& scratch) const noexcept {
  return descend(codec, query, 0, scratch);
}

}  // namespace rv
