// Removal, repaired in place: no search goes through a removed node, so what it connected is
// connected without it.
#include <algorithm>

#include "index/hnsw/hnsw.h"

namespace rv {

void Hnsw::remove(const Codec& codec, std::uint32_t row, HnswScratch& scratch) noexcept {
  if (!is_linked(row)) return;
  --linked_rows_;
  const std::uint32_t stands = is_node(row) ? row : owner(row);
  // It stays in the ring, whose rows are asked whether they are live, until renumber().
  node(row).head &= ~kTwinFlag;
  if (--node(stands).members == 0) unlink(codec, stands, scratch);
}

Status Hnsw::release(const Codec& codec, std::uint32_t row, Array<std::uint32_t>& orphans,
                     HnswScratch& scratch) noexcept {
  if (!is_linked(row)) return Status::kOk;
  if (const Status status =
          orphans.reserve(orphans.size() + node(is_node(row) ? row : owner(row)).members);
      status != Status::kOk)
    return status;
  if (!is_node(row)) {
    std::uint32_t before = row;
    while (node(before).next_twin != row) before = node(before).next_twin;
    remove(codec, row, scratch);
    node(before).next_twin = node(row).next_twin;
    node(row).next_twin = row;
    return Status::kOk;
  }
  for (std::uint32_t twin = node(row).next_twin, next; twin != row; twin = next) {
    next = node(twin).next_twin;
    node(twin).next_twin = twin;
    if ((node(twin).head & kTwinFlag) == 0) continue;
    node(twin).head &= ~kTwinFlag;
    --linked_rows_;
    orphans.push(twin);
  }
  node(row).next_twin = row;
  node(row).members = 1;
  remove(codec, row, scratch);
  return Status::kOk;
}

void Hnsw::unlink(const Codec& codec, std::uint32_t row, HnswScratch& scratch) noexcept {
  std::uint32_t tied[HnswScratch::kGroup];
  std::uint32_t ties = 0;
  for (const std::uint32_t link : links(row, 0))
    if ((link & kTether) != 0) tied[ties++] = link & kRowMask;
  node(row).head &= ~kNodeFlag;
  has_stale_links_ = true;
  if (entry_ == row) choose_entry();
  for (std::uint32_t level = level_of(row) + 1; level-- > 0;) {
    std::uint32_t neighbors[HnswScratch::kGroup];
    const std::uint32_t count = live_links(row, level, neighbors);
    write_list(row, level, {});
    // Who links to the row is mostly among its neighbours and theirs; the rest find a link to no
    // node, sooner or later.
    for (std::uint32_t i = 0; i < count; ++i) {
      std::uint32_t next[HnswScratch::kGroup];
      const std::uint32_t next_count = live_links(neighbors[i], level, next);
      reconnect(codec, neighbors[i], row, level, {neighbors, count}, scratch);
      for (std::uint32_t n = 0; n < next_count; ++n)
        reconnect(codec, next[n], row, level, {neighbors, count}, scratch);
    }
  }
  for (std::uint32_t i = 1; i < ties; ++i)
    tether_pair(with_room(tied[i - 1], 2 * options_.M), with_room(tied[i], 2 * options_.M));
}

// The nodes that the row links to; returns how many.
std::uint32_t Hnsw::live_links(std::uint32_t row, std::uint32_t level,
                               std::uint32_t* out) const noexcept {
  std::uint32_t count = 0;
  for (const std::uint32_t link : links(row, level)) {
    out[count] = link & kRowMask;
    count += is_node(out[count]) ? 1 : 0;
  }
  return count;
}

bool Hnsw::drop_link(std::uint32_t from, std::uint32_t to, std::uint32_t level) noexcept {
  if (level > level_of(from)) return false;
  const List list = this->list(from, level);
  for (std::uint32_t at = 0; at < list.size(); ++at) {
    if ((list.links[at] & kRowMask) != to) continue;
    std::copy(list.links + at + 1, list.links + list.size(), list.links + at);
    list.resize(list.size() - 1);
    if (level == 0) log(from, to, -1);
    return true;
  }
  return false;
}

// Where `row` links to the removed node: instead to the nearest of its neighbours that it has no
// link to.
void Hnsw::reconnect(const Codec& codec, std::uint32_t row, std::uint32_t removed,
                     std::uint32_t level, std::span<const std::uint32_t> neighbors,
                     HnswScratch& scratch) noexcept {
  if (!drop_link(row, removed, level)) return;
  const auto own = links(row, level);
  std::uint32_t count = 0;
  for (const std::uint32_t neighbor : neighbors) {
    const bool known = neighbor == row || std::ranges::any_of(own, [&](std::uint32_t link) {
                         return (link & kRowMask) == neighbor;
                       });
    scratch.rows[count] = neighbor;
    count += known ? 0 : 1;
  }
  if (count == 0) return;
  codec.prepare_row(row, scratch.query.data());
  codec.distances(scratch.query.data(), {scratch.rows, count}, {scratch.distances, count});
  scratch.cost.distance_evaluations += count;
  std::uint64_t nearest = UINT64_MAX;
  for (std::uint32_t i = 0; i < count; ++i)
    nearest = std::min(nearest, to_key(scratch.distances[i], scratch.rows[i]));
  add_link(codec, row, static_cast<std::uint32_t>(nearest), level, scratch);
  add_link(codec, static_cast<std::uint32_t>(nearest), row, level, scratch);
}

void Hnsw::choose_entry() noexcept {
  entry_ = kNone;
  for (std::uint32_t row = 0; row < rows_; ++row)
    if (is_node(row) && (entry_ == kNone || level_of(row) > level_of(entry_))) entry_ = row;
}

}  // namespace rv
