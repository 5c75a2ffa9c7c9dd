// Insertion: Algorithm 1 of the paper, in batches of two phases, with the heuristic of Algorithm 4.
#include <algorithm>

#include "index/hnsw/hnsw.h"

namespace rv {
namespace {

// A candidate as a key: its distance, its row, and in the last bit whether it must be kept.
constexpr std::uint64_t kForced = 1;

std::uint32_t row_of(std::uint64_t key) noexcept { return static_cast<std::uint32_t>(key) >> 1; }

// Few, and mostly in order.
void sort_keys(std::span<std::uint64_t> keys) noexcept {
  for (std::size_t i = 1; i < keys.size(); ++i) {
    const std::uint64_t key = keys[i];
    std::size_t at = i;
    for (; at > 0 && keys[at - 1] > key; --at) keys[at] = keys[at - 1];
    keys[at] = key;
  }
}

}  // namespace

std::uint32_t Hnsw::batch_rows() const noexcept {
  return std::clamp<std::uint32_t>(linked_rows_ / 50, 1, HnswScratch::kGroup);
}

void Hnsw::insert(const Codec& codec, std::span<const std::uint32_t> rows, std::uint32_t threads,
                  HnswScratch& scratch) noexcept {
  std::uint32_t batch[HnswScratch::kGroup];
  while (!rows.empty()) {
    const std::size_t taken = std::min<std::size_t>(rows.size(), batch_rows());
    std::uint32_t count = 0;
    for (const std::uint32_t row : rows.first(taken)) {
      ++linked_rows_;
      const std::uint32_t twin = twins_.find_or_add(*this, codec, row);
      Node& at = node(row);
      if (twin != row) {
        at.head |= kTwinFlag;
        list(row, 0).links[0] = twin;
        at.next_twin = node(twin).next_twin;
        node(twin).next_twin = row;
        ++node(twin).members;
        continue;
      }
      at.head |= kPendingFlag;
      at.members = 1;
      // Nodes of upper layers one by one: they are what the others find their way by.
      if (level_of(row) > 0 || entry_ == kNone)
        insert_batch(codec, {&row, 1}, threads, scratch);
      else
        batch[count++] = row;
    }
    insert_batch(codec, {batch, count}, threads, scratch);
    rows = rows.subspan(taken);
  }
}

void Hnsw::insert_batch(const Codec& codec, std::span<const std::uint32_t> rows,
                        std::uint32_t threads, HnswScratch& scratch) noexcept {
  // Phase 1 reads the graph and writes each new node's own lists; phase 2 writes each other list in
  // one thread, in the order of `rows`. Until then no search sees them: links that were left to a
  // row which is linked anew would lead to its empty lists.
  if (entry_ != kNone)
    for (std::size_t i = 0; i < rows.size(); ++i)
      choose_links(codec, rows[i], rows.first(i), scratch);
  for (const std::uint32_t row : rows) node(row).head ^= kPendingFlag | kNodeFlag;
  for (const std::uint32_t row : rows) tether(row);  // to what has a tether: not to later rows
  for (std::uint32_t thread = 0; thread < threads; ++thread)
    for (const std::uint32_t row : rows) link_back(codec, row, threads, thread, scratch);
  for (const std::uint32_t row : rows)
    if (entry_ == kNone || level_of(row) > level_of(entry_)) entry_ = row;
}

void Hnsw::choose_links(const Codec& codec, std::uint32_t row,
                        std::span<const std::uint32_t> before, HnswScratch& scratch) noexcept {
  const std::byte* query = scratch.query.data();
  codec.prepare_row(row, scratch.query.data());
  const std::uint32_t top = std::min(level_of(row), level_of(entry_));
  std::uint32_t start = descend(codec, query, top, scratch);
  for (std::uint32_t level = top + 1; level-- > 0;) {
    scratch.begin(options_.ef_construction);
    search_layer(codec, query, {&start, 1}, level, scratch);
    start = scratch.beam.row(0);
    if (level == 0) offer_rows(codec, query, before, scratch);
    std::uint32_t chosen[HnswScratch::kGroup];
    const std::uint32_t count =
        select(codec, scratch.beam.candidates(row), options_.M, chosen, scratch);
    write_list(row, level, {chosen, count});
  }
}

// What came before in the batch is in no list yet: without it, rows that are near each other and
// come together would find the way to none of them.
void Hnsw::offer_rows(const Codec& codec, const std::byte* query,
                      std::span<const std::uint32_t> rows, HnswScratch& scratch) const noexcept {
  codec.distances(query, rows, {scratch.distances, rows.size()});
  scratch.cost.distance_evaluations += rows.size();
  for (std::size_t i = 0; i < rows.size(); ++i)
    if (scratch.beam.admits(scratch.distances[i]))
      scratch.beam.offer(scratch.distances[i], rows[i]);
}

// Algorithm 4: of the candidates, nearest first, those that are nearer to the base than to any that
// was kept before; forced ones always.
std::uint32_t Hnsw::select(const Codec& codec, std::span<const std::uint64_t> candidates,
                           std::uint32_t capacity, std::span<std::uint32_t> out,
                           HnswScratch& scratch) const noexcept {
  std::uint32_t forced = 0;
  for (const std::uint64_t key : candidates) forced += key & kForced;
  std::uint32_t count = 0;
  std::uint32_t kept[HnswScratch::kGroup];
  for (const std::uint64_t key : candidates) {
    if (count + forced >= capacity && (key & kForced) == 0) continue;
    const std::uint32_t row = row_of(key);
    bool keep = true;
    if ((key & kForced) != 0) {
      --forced;
    } else if (count > 0) {
      codec.prepare_row(row, scratch.pair.data());
      for (std::uint32_t from = 0; keep && from < count; from += 4) {
        const std::uint32_t group = std::min(4u, count - from);
        codec.distances(scratch.pair.data(), {kept + from, group}, {scratch.distances, group});
        scratch.cost.distance_evaluations += group;
        for (std::uint32_t i = 0; i < group; ++i)
          keep = keep && !(scratch.distances[i] < to_distance(key));
      }
    }
    if (!keep) continue;
    kept[count] = row;
    out[count++] = row | ((key & kForced) != 0 ? kTether : 0);
  }
  return count;
}

void Hnsw::link_back(const Codec& codec, std::uint32_t row, std::uint32_t threads,
                     std::uint32_t thread, HnswScratch& scratch) noexcept {
  for (std::uint32_t level = 0; level <= level_of(row); ++level)
    for (const std::uint32_t link : links(row, level))
      if (const std::uint32_t neighbor = link & kRowMask; neighbor % threads == thread)
        add_link(codec, neighbor, row, level, scratch);
}

void Hnsw::add_link(const Codec& codec, std::uint32_t from, std::uint32_t to, std::uint32_t level,
                    HnswScratch& scratch) noexcept {
  const List list = this->list(from, level);
  for (const std::uint32_t link : list.span())
    if ((link & kRowMask) == to) return;
  if (list.size() == list.capacity) return prune(codec, from, to, level, scratch);
  list.links[list.size()] = to;
  list.resize(list.size() + 1);
  if (level == 0) log(from, to, +1);
}

// Chooses a full list anew, with one more candidate.
void Hnsw::prune(const Codec& codec, std::uint32_t row, std::uint32_t extra, std::uint32_t level,
                 HnswScratch& scratch) noexcept {
  std::uint32_t rows[HnswScratch::kGroup];
  std::uint64_t keys[HnswScratch::kGroup];
  std::uint32_t count = 0;
  for (const std::uint32_t link : links(row, level)) {
    keys[count] = (link & kTether) != 0 ? kForced : 0;
    rows[count] = link & kRowMask;
    count += is_node(rows[count]) ? 1 : 0;  // links to removed rows go first
  }
  keys[count] = 0;
  rows[count++] = extra;
  codec.prepare_row(row, scratch.query.data());
  codec.distances(scratch.query.data(), {rows, count}, {scratch.distances, count});
  scratch.cost.distance_evaluations += count;
  for (std::uint32_t i = 0; i < count; ++i) keys[i] |= to_key(scratch.distances[i], rows[i] << 1);
  sort_keys({keys, count});
  const std::uint32_t chosen =
      select(codec, {keys, count}, list(row, level).capacity, rows, scratch);
  write_list(row, level, {rows, chosen});
}

std::uint32_t Hnsw::tethers(std::uint32_t row) const noexcept {
  std::uint32_t count = 0;
  for (const std::uint32_t link : links(row, 0)) count += (link & kTether) != 0 ? 1 : 0;
  return count;
}

// Ties a new node to the nearest of its neighbours that has few tethers: many would crowd out the
// links by which a hub is searched.
void Hnsw::tether(std::uint32_t row) noexcept {
  const auto own = links(row, 0);
  if (own.empty()) return;
  // At least 3: with 2 the tree is one path, and with_room() would walk all of it.
  const std::uint32_t most = std::max(3u, options_.M / 4);
  for (const std::uint32_t link : own)
    if (tethers(link & kRowMask) < most) return tether_pair(row, link & kRowMask);
  tether_pair(row, with_room(own[0] & kRowMask, most));
}

// `row`, or where it has `most` tethers a node tied to it: they are a tree, whose leaves have one.
std::uint32_t Hnsw::with_room(std::uint32_t row, std::uint32_t most) const noexcept {
  std::uint32_t before = kNone;
  while (tethers(row) >= most) {
    std::uint32_t next = kNone;
    for (const std::uint32_t link : links(row, 0))
      if ((link & kTether) != 0 && (link & kRowMask) != before) next = link & kRowMask;
    if (next == kNone) break;
    before = row;
    row = next;
  }
  return row;
}

void Hnsw::tether_pair(std::uint32_t a, std::uint32_t b) noexcept {
  force_link(a, b);
  force_link(b, a);
}

// The link, as a tether; in a full list it takes the place of the last that is none.
void Hnsw::force_link(std::uint32_t from, std::uint32_t to) noexcept {
  const List list = this->list(from, 0);
  std::uint32_t at = 0;
  while (at < list.size() && (list.links[at] & kRowMask) != to) ++at;
  if (at == list.capacity) {
    do --at;
    while ((list.links[at] & kTether) != 0);
    log(from, list.links[at], -1);
    list.links[at] = to;
    log(from, to, +1);
  } else if (at == list.size()) {
    list.resize(at + 1);
    list.links[at] = to;
    log(from, to, +1);
  }
  list.links[at] = to | kTether;
}

}  // namespace rv
