// The records of a graph: room for them, their lists, and their renumbering.
#include <algorithm>
#include <cstring>

#include "index/hnsw/hnsw.h"

namespace rv {
namespace {

// SplitMix64's finaliser (Steele, Lea & Flood 2014).
std::uint64_t mix(std::uint64_t z) noexcept {
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
  return z ^ (z >> 31);
}

}  // namespace

Hnsw::Hnsw(HnswOptions options, MemoryBudget& budget) noexcept
    : options_(options),
      budget_(&budget),
      nodes_(sizeof(Node) + 2 * options.M * sizeof(std::uint32_t), budget),
      upper_(budget),
      twins_(budget) {}

// Level l with probability M^-l, as the paper's mL = 1 / ln M gives; the same for a row always.
std::uint32_t Hnsw::drawn_level(std::uint32_t row) const noexcept {
  std::uint64_t z = mix((std::uint64_t{options_.seed} << 32) + row + 1);
  std::uint32_t level = 0;
  for (; level < kMaxLevel && z % options_.M == 0; z /= options_.M) ++level;
  return level;
}

Status Hnsw::reserve(std::uint32_t rows) noexcept {
  if (const Status status = nodes_.reserve(rows); status != Status::kOk) return status;
  if (const Status status = twins_.reserve(rows); status != Status::kOk) return status;
  std::size_t upper = upper_.size();
  for (std::uint32_t row = rows_; row < rows; ++row)
    upper += std::size_t{drawn_level(row)} * (1 + options_.M);
  if (const Status status = upper_.reserve(upper); status != Status::kOk) return status;
  for (; rows_ < rows; ++rows_) {
    const std::uint32_t level = drawn_level(rows_);
    node(rows_) = {level << kLevelShift, static_cast<std::uint32_t>(upper_.size()), rows_, 0};
    for (std::uint32_t i = 0; i < level * (1 + options_.M); ++i) upper_.push(0);
    std::fill_n(list(rows_, 0).links, 2 * options_.M, 0u);  // what is unused is saved too
  }
  return Status::kOk;
}

void Hnsw::trim(std::uint32_t rows) noexcept {
  if (rows < rows_) {
    upper_.shrink(node(rows).upper);
    rows_ = rows;
  }
  nodes_.shrink(rows_);
}

Hnsw::List Hnsw::list(std::uint32_t row, std::uint32_t level) noexcept {
  Node& at = node(row);
  if (level == 0) return {&at.head, reinterpret_cast<std::uint32_t*>(&at + 1), 2 * options_.M};
  std::uint32_t* count = upper_.data() + at.upper + (level - 1) * (1 + options_.M);
  return {count, count + 1, options_.M};
}

void Hnsw::log(std::uint32_t from, std::uint32_t to, std::int32_t change) noexcept {
  if (!logs()) return;
  if (log_->reserve(log_->size() + 1) == Status::kOk) log_->push({from, to & kRowMask, change});
}

std::uint32_t Hnsw::mutual_links(std::uint32_t row, std::uint32_t* out) const noexcept {
  std::uint32_t count = 0;
  for (const std::uint32_t link : links(row, 0)) {
    const std::uint32_t to = link & kRowMask;
    const auto back = [row](std::uint32_t it) { return (it & kRowMask) == row; };
    if (is_node(to) && std::ranges::any_of(links(to, 0), back)) out[count++] = to;
  }
  return count;
}

// Writes a whole list.
void Hnsw::write_list(std::uint32_t row, std::uint32_t level,
                      std::span<const std::uint32_t> links) noexcept {
  const List list = this->list(row, level);
  if (level == 0 && logs()) {
    for (const std::uint32_t link : list.span()) log(row, link, -1);
    for (const std::uint32_t link : links) log(row, link, +1);
  }
  std::ranges::copy(links, list.links);
  list.resize(static_cast<std::uint32_t>(links.size()));
}

// Leaves in the ring of every node only rows that stay. A node that goes hands its place to the
// first of them, which renumbered() then finds.
void Hnsw::settle_twins(std::span<const std::uint32_t> to) noexcept {
  for (std::uint32_t row = 0; row < rows_; ++row) {
    if (!is_node(row)) continue;
    std::uint32_t heir = to[row] == kNone ? kNone : row;
    for_each_twin(row, [&](std::uint32_t twin) {
      if (to[twin] != kNone && heir != row) heir = std::min(heir, twin);
    });
    if (heir == kNone) {  // removed, but for its flag
      node(row).head &= ~kNodeFlag;
      continue;
    }
    const std::uint32_t after_heir = node(heir).next_twin;  // changes before the walk gets there
    std::uint32_t last = heir;
    for (std::uint32_t twin = node(row).next_twin, next; twin != row; twin = next) {
      next = twin == heir ? after_heir : node(twin).next_twin;
      if (to[twin] == kNone || twin == heir) continue;
      node(last).next_twin = twin;
      list(twin, 0).links[0] = heir;
      last = twin;
    }
    node(last).next_twin = heir;
    if (heir == row) continue;
    Node& gone = node(row);
    Node& stays = node(heir);
    const List links = list(row, 0);
    std::memcpy(list(heir, 0).links, links.links, links.size() * sizeof(std::uint32_t));
    stays.head = gone.head;
    stays.members = gone.members;
    std::swap(stays.upper, gone.upper);
    gone.head = kHeirFlag;
    gone.members = heir;
  }
}

// Links to rows that are no nodes, which removal and new codes leave behind.
void Hnsw::drop_stale_links(std::uint32_t row) noexcept {
  for (std::uint32_t level = 0; level <= level_of(row); ++level) {
    const List list = this->list(row, level);
    std::uint32_t size = 0;
    for (const std::uint32_t link : list.span())
      if (is_node(link & kRowMask)) list.links[size++] = link;
    list.resize(size);
  }
}

std::uint32_t Hnsw::renumbered(std::uint32_t row,
                               std::span<const std::uint32_t> to) const noexcept {
  return (node(row).head & kHeirFlag) != 0 ? to[node(row).members] : to[row];
}

void Hnsw::renumber_links(std::uint32_t row, std::span<const std::uint32_t> to) noexcept {
  for (std::uint32_t level = 0; level <= level_of(row); ++level) {
    const List list = this->list(row, level);
    std::uint32_t size = 0;
    for (const std::uint32_t link : list.span()) {
      const std::uint32_t target = renumbered(link & kRowMask, to);
      if (target != kNone) list.links[size++] = target | (link & kTether);
    }
    list.resize(size);
  }
}

Status Hnsw::renumber(std::span<const std::uint32_t> to) noexcept {
  Array<std::uint32_t> upper(*budget_);
  if (const Status status = upper.reserve(upper_.size()); status != Status::kOk) return status;
  for (std::uint32_t row = 0; row < rows_; ++row)
    if (is_node(row)) drop_stale_links(row);
  settle_twins(to);
  for (std::uint32_t row = 0; row < rows_; ++row)
    if (is_node(row)) renumber_links(row, to);
  if (entry_ != kNone) entry_ = renumbered(entry_, to);

  std::uint32_t rows = 0;
  for (std::uint32_t row = 0; row < rows_; ++row) {
    if (to[row] == kNone) continue;
    Node& from = node(row);
    from.next_twin = to[from.next_twin];
    if ((from.head & kTwinFlag) != 0) list(row, 0).links[0] = to[list(row, 0).links[0]];
    const std::uint32_t offset = from.upper;
    from.upper = static_cast<std::uint32_t>(upper.size());
    for (std::uint32_t i = 0; i < level_of(row) * (1 + options_.M); ++i)
      upper.push(upper_[offset + i]);
    if (rows != row) nodes_.move(rows, row);
    ++rows;
  }
  upper_.swap(upper);
  rows_ = rows;
  upper_.shrink(upper_.size());
  nodes_.shrink(rows_);
  twins_.clear();
  has_stale_links_ = false;
  return Status::kOk;
}

Status Hnsw::make_room(std::uint32_t rows, std::uint64_t upper_bytes) noexcept {
  if (upper_bytes % sizeof(std::uint32_t) != 0 || upper_bytes > SIZE_MAX / 2)
    return Status::kFormatChecksum;
  if (const Status status = nodes_.reserve(rows); status != Status::kOk) return status;
  rows_ = rows;
  return upper_.resize(static_cast<std::size_t>(upper_bytes / sizeof(std::uint32_t)));
}

Status Hnsw::adopt(std::uint32_t entry, std::uint32_t linked_rows,
                   Array<std::uint32_t>& marks) noexcept {
  entry_ = entry;
  linked_rows_ = linked_rows;
  if (const Status status = validate(marks); status != Status::kOk) return status;
  for (std::uint32_t row = 0; row < rows_; ++row) {
    if (!is_linked(row) && node(row).next_twin != row) return Status::kFormatChecksum;
    if (!is_node(row)) has_stale_links_ = true;
  }
  return twins_.reserve(rows_);
}

void Hnsw::clear() noexcept {
  upper_.free();
  nodes_.shrink(0);
  twins_.clear();
  rows_ = linked_rows_ = 0;
  entry_ = kNone;
  has_stale_links_ = false;
}

}  // namespace rv
