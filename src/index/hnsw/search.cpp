// Search: Algorithms 2 and 5 of the paper.
#include "index/hnsw/hnsw.h"

namespace rv {

void Hnsw::search_layer(const Codec& codec, const std::byte* query,
                        std::span<const std::uint32_t> starts, std::uint32_t level,
                        HnswScratch& scratch) const noexcept {
  offer(codec, query, visit(starts, 0, scratch), scratch);
  while (hop(codec, query, level, scratch)) {
  }
}

// From the entry down to just above `to_level`, nearest node by nearest node.
std::uint32_t Hnsw::descend(const Codec& codec, const std::byte* query, std::uint32_t to_level,
                            HnswScratch& scratch) const noexcept {
  std::uint32_t nearest = entry_;
  for (std::uint32_t level = level_of(entry_); level > to_level; --level) {
    scratch.begin(1);
    search_layer(codec, query, {&nearest, 1}, level, scratch);
    nearest = scratch.beam.row(0);
  }
  return nearest;
}

void Hnsw::search(const Codec& codec, const std::byte* query, std::uint32_t known,
                  const HnswWidth& width, HnswScratch& scratch) const noexcept {
  const std::uint32_t starts[] = {entry_ == kNone ? kNone : descend(codec, query, 0, scratch),
                                  known};
  scratch.begin(width.ef, width.k, width.reach);
  if (entry_ == kNone) return;
  search_layer(codec, query, {starts, known == kNone ? 1u : 2u}, 0, scratch);
}

void Hnsw::approach(const Codec& codec, const std::byte* query,
                    HnswScratch& scratch) const noexcept {
  const std::uint32_t start = descend(codec, query, 0, scratch);
  const std::uint64_t enough = scratch.cost.distance_evaluations + kProbed;
  scratch.begin(kProbeWidth);
  offer(codec, query, visit({&start, 1}, 0, scratch), scratch);
  while (scratch.cost.distance_evaluations < enough && hop(codec, query, 0, scratch)) {
  }
}

}  // namespace rv
