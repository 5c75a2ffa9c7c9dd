#include <algorithm>
#include <utility>

#include "index/hnsw/hnsw.h"

namespace rv {

// One row's record; `rows_` and the size of `upper_` bound everything in it. Rows that it links to
// are marked with it, so that none is linked to twice.
bool Hnsw::is_sound(std::uint32_t row, std::span<std::uint32_t> linked_from) const noexcept {
  const Node& at = node(row);
  const std::uint32_t level = level_of(row);
  constexpr std::uint32_t kKnown = kNodeFlag | kTwinFlag | kMaxLevel << kLevelShift | kCountMask;
  if ((at.head & ~kKnown) != 0 || at.next_twin >= rows_) return false;
  const std::uint64_t end = std::uint64_t{at.upper} + std::uint64_t{level} * (1 + options_.M);
  if (end > upper_.size()) return false;
  for (std::uint32_t l = 0; l <= level; ++l) {
    const List list = const_cast<Hnsw*>(this)->list(row, l);
    if (list.size() > (is_node(row) ? list.capacity : 0) || (l > 0 && *list.count != list.size()))
      return false;
    for (const std::uint32_t link : list.span()) {
      const std::uint32_t target = link & kRowMask;
      if (target >= rows_ || target == row || (l > 0 && level_of(target) < l)) return false;
      // A tether is on both sides.
      if ((link & kTether) != 0 && (l > 0 || !has_tether(target, row))) return false;
      if (l == 0 && std::exchange(linked_from[target], row) == row) return false;
    }
  }
  if ((at.head & kTwinFlag) == 0) return true;
  return (at.head & kNodeFlag) == 0 && owner(row) < rows_ && is_node(owner(row));
}

bool Hnsw::has_tether(std::uint32_t from, std::uint32_t to) const noexcept {
  const auto own = links(from, 0);  // of a record that may not have been looked at yet
  return own.size() <= 2 * options_.M &&
         std::ranges::any_of(own, [&](std::uint32_t link) { return link == (to | kTether); });
}

Status Hnsw::validate(Array<std::uint32_t>& marks) const noexcept {
  if (marks.resize(std::size_t{rows_} * 2) != Status::kOk) return Status::kOutOfMemory;
  const auto reached = marks.span().first(rows_);
  const auto queue = marks.span().subspan(rows_);
  std::ranges::fill(reached, 0);
  std::ranges::fill(queue, kNone);

  std::uint32_t node_count = 0, twins = 0, members = 0, top = 0;
  std::uint64_t upper = 0;
  for (std::uint32_t row = 0; row < rows_; ++row) {
    if (node(row).upper != upper || !is_sound(row, queue)) return Status::kFormatChecksum;
    upper += level_of(row) * (1 + options_.M);
    twins += (node(row).head & kTwinFlag) != 0 ? 1 : 0;
    if (!is_node(row)) continue;
    ++node_count;
    top = std::max(top, level_of(row));
    members += node(row).members;
  }
  if (upper != upper_.size() || (entry_ == kNone) != (node_count == 0))
    return Status::kFormatChecksum;
  if (entry_ == kNone) return linked_rows_ == 0 ? Status::kOk : Status::kFormatChecksum;
  if (entry_ >= rows_ || !is_node(entry_) || level_of(entry_) != top)
    return Status::kFormatChecksum;

  // Every ring is one node and its twins, and comes back to where it began.
  std::uint32_t ringed = 0;
  for (std::uint32_t row = 0; row < rows_; ++row) {
    if (!is_node(row)) continue;
    std::uint32_t twin = row;
    const std::uint32_t before = ringed;
    do {
      if (reached[twin] != 0 || (twin != row && is_node(twin))) return Status::kFormatChecksum;
      reached[twin] = 1;
      if ((node(twin).head & kTwinFlag) != 0) {
        ++ringed;
        if (owner(twin) != row) return Status::kFormatChecksum;
      }
      twin = node(twin).next_twin;
    } while (twin != row);
    // The twins, and the node unless it is removed.
    if (node(row).members == 0 || node(row).members - (ringed - before) > 1)
      return Status::kFormatChecksum;
  }
  if (ringed != twins || members != linked_rows_) return Status::kFormatChecksum;

  // By tethers alone every node is reached, and only in one way.
  std::ranges::fill(reached, 0);
  std::uint32_t head = 0, tail = 0, ties = 0;
  queue[tail++] = entry_;
  reached[entry_] = 1;
  while (head < tail)
    for (const std::uint32_t link : links(queue[head++], 0)) {
      const std::uint32_t target = link & kRowMask;
      ties += (link & kTether) != 0 ? 1 : 0;
      if ((link & kTether) == 0 || reached[target] != 0) continue;
      reached[target] = 1;
      queue[tail++] = target;
    }
  return tail == node_count && ties == 2 * (tail - 1) ? Status::kOk : Status::kFormatChecksum;
}

}  // namespace rv
