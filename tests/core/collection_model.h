// A Collection and the plain vectors that it must answer from, whatever codes and graphs it has.
#pragma once

#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/brute_force.h"
#include "core/support.h"
#include "engine/collection.h"

namespace rv::test {

struct Quantizer {
  const char* name;
  Quantization quantization;
  std::uint32_t bits;
  bool keep;
};
constexpr Quantizer kQuantizers[] = {{"none", Quantization::kNone, 1, true},
                                     {"int8", Quantization::kInt8, 1, true},
                                     {"int8 alone", Quantization::kInt8, 1, false},
                                     {"rabitq", Quantization::kRabitq, 1, true},
                                     {"rabitq 4 alone", Quantization::kRabitq, 4, false}};
constexpr IndexType kIndexTypes[] = {IndexType::kFlat, IndexType::kHnsw, IndexType::kAuto};

inline Config config_of(Shape shape, const Quantizer& quantizer, IndexType index,
                        HnswOptions hnsw = {6, 24, 1}) {
  return {shape, index, hnsw, quantizer.quantization, quantizer.bits, quantizer.keep};
}

// Calls use(config) for all that there are of some small shapes.
template <typename Use>
void for_each_config(Use use) {
  for (const Shape shape :
       {Shape{Metric::kEuclidean, 20}, Shape{Metric::kCosine, 17}, Shape{Metric::kDot, 12},
        Shape{Metric::kManhattan, 6}, Shape{Metric::kHamming, 64}})
    for (const Quantizer& quantizer : kQuantizers)
      for (const IndexType index : kIndexTypes) {
        const Config config = config_of(shape, quantizer, index);
        if (config.validate() != Status::kOk) continue;
        CAPTURE(int(shape.metric));
        CAPTURE(doctest::String(quantizer.name));
        CAPTURE(int(index));
        use(config);
      }
}

struct Pair {
  explicit Pair(const Config& config, std::uint64_t max_bytes = UINT64_MAX) : config(config) {
    auto created = Collection::create(config, max_bytes);
    REQUIRE(created.ok());
    collection = std::move(*created);
  }

  const VectorStore& store() const { return collection->store(); }
  bool keeps() const { return store().released_rows() == 0; }

  Status write(std::span<const Bytes> batch, std::span<const std::uint32_t> targets) {
    const auto count = static_cast<std::uint32_t>(batch.size());
    if (const Status status = collection->stage(count); status != Status::kOk) return status;
    for (std::uint32_t i = 0; i < count; ++i) {
      std::memcpy(collection->staged_row(i), batch[i].data(), batch[i].size());
      collection->targets()[i] = targets[i];
    }
    if (const Status status = collection->commit(); status != Status::kOk) return status;
    for (std::uint32_t i = 0; i < count; ++i) {
      if (targets[i] == VectorStore::kAppend)
        vectors.push_back(batch[i]);
      else
        vectors[targets[i]] = batch[i];
    }
    return Status::kOk;
  }

  Status append(std::span<const Bytes> batch) {
    return write(batch, std::vector<std::uint32_t>(batch.size(), VectorStore::kAppend));
  }

  void remove(std::uint32_t row) {
    REQUIRE(collection->remove(row) == Status::kOk);
    vectors[row].clear();
  }

  void compact() {
    collection->compact();
    std::erase_if(vectors, [](const Bytes& vector) { return vector.empty(); });
  }

  void clear() {
    collection->clear();
    vectors.clear();
  }

  std::vector<std::uint32_t> live_rows() const {
    std::vector<std::uint32_t> rows;
    for (std::uint32_t row = 0; row < vectors.size(); ++row)
      if (!vectors[row].empty()) rows.push_back(row);
    return rows;
  }

  // One bit a row; the host's other bits may be anything.
  using Filter = std::optional<std::vector<bool>>;

  Filter random_filter(Random& random) const {
    if (random.one_in(3)) return std::nullopt;
    std::vector<bool> filter(vectors.size());
    const auto live = live_rows();
    if (random.one_in(4)) {
      if (!live.empty()) filter[live[random.below(static_cast<std::uint32_t>(live.size()))]] = true;
      return filter;
    }
    const std::uint32_t percents[] = {0, 1, 10, 50, 90, 100};
    const std::uint32_t percent = percents[random.below(6)];
    for (std::size_t row = 0; row < filter.size(); ++row) filter[row] = random.below(100) < percent;
    return filter;
  }

  std::vector<Neighbor> search(const Bytes& query, std::uint32_t k, bool exact,
                               const Filter& filter = {}, std::uint32_t ef = 0) {
    REQUIRE(collection->prepare(1, k) == Status::kOk);
    std::memcpy(collection->queries().data(), query.data(), query.size());
    if (filter) {
      const auto words = collection->filter();
      REQUIRE(words.size() * 64 >= filter->size());
      std::ranges::fill(words, 0xA5A5A5A5A5A5A5A5u);
      for (std::size_t row = 0; row < filter->size(); ++row) {
        const std::uint64_t bit = std::uint64_t{1} << (row % 64);
        words[row / 64] = (*filter)[row] ? words[row / 64] | bit : words[row / 64] & ~bit;
      }
    }
    REQUIRE(collection->search(exact, ef) == Status::kOk);
    const auto found = collection->neighbors(0);
    return {found.begin(), found.end()};
  }

  std::vector<Neighbor> wanted(const Bytes& query, std::uint32_t k, const Filter& filter) const {
    std::vector<Bytes> matching = vectors;
    for (std::size_t row = 0; filter && row < matching.size(); ++row)
      if (!(*filter)[row]) matching[row].clear();
    return brute_force(config.shape.metric, query, matching, k);
  }

  float distance(const Bytes& query, std::uint32_t row) const {
    return config.shape.metric == Metric::kHamming
               ? ranked_bits(query, vectors[row])
               : ranked(config.shape.metric, query, vectors[row]);
  }

  // Whether the rows are as many as wanted, each once, live, matching and in order, and where the
  // vectors are kept with their distances.
  bool is_answer(const Bytes& query, std::span<const Neighbor> found, std::size_t count,
                 const Filter& filter) const {
    std::vector<bool> seen(vectors.size());
    if (found.size() != count || !std::ranges::is_sorted(found, nearer)) return false;
    for (const Neighbor& neighbor : found) {
      if (neighbor.row >= vectors.size() || vectors[neighbor.row].empty()) return false;
      if (seen[neighbor.row] || (filter && !(*filter)[neighbor.row])) return false;
      seen[neighbor.row] = true;
      if (keeps() && !same_bits(neighbor.distance, distance(query, neighbor.row))) return false;
    }
    return true;
  }

  // The share of the k nearest that were found: by distance, so that ties do not count.
  double recall(const Bytes& query, std::span<const Neighbor> found,
                std::span<const Neighbor> nearest) const {
    if (nearest.empty()) return 1;
    std::uint32_t near = 0;
    for (const Neighbor& neighbor : found)
      near += distance(query, neighbor.row) <= nearest.back().distance ? 1 : 0;
    return static_cast<double>(near) / static_cast<double>(nearest.size());
  }

  bool is_sound() const {
    MemoryBudget budget(UINT64_MAX);
    Array<std::uint32_t> marks(budget);
    return store().validate() == Status::kOk && store().rows() == vectors.size() &&
           collection->graph().validate(marks) == Status::kOk;
  }

  Config config;
  std::unique_ptr<Collection> collection;
  std::vector<Bytes> vectors;  // by row; empty where deleted
};

// One random write on both. `most_rows` bounds the rows.
inline void random_write(Random& random, Pair& pair, std::uint32_t most_rows) {
  const Shape shape = pair.config.shape;
  const auto live = pair.live_rows();
  const auto any = [&] { return live[random.below(static_cast<std::uint32_t>(live.size()))]; };
  switch (random.below(12)) {
    case 0:
      return pair.compact();
    case 1:
      REQUIRE(pair.collection->maintain(1 + random.below(20)) == Status::kOk);
      return;
    case 2:
      if (!random.one_in(10)) break;
      if (random.one_in(2)) return pair.clear();
      for (const std::uint32_t row : live) pair.remove(row);
      return;
    case 3:
    case 4:
    case 5:
      for (std::uint32_t i = random.below(random.one_in(8) ? 300 : 30); i > 0 && !live.empty(); --i)
        if (const std::uint32_t row = any(); !pair.vectors[row].empty()) pair.remove(row);
      return;
    default:
      break;
  }
  const auto rows = static_cast<std::uint32_t>(pair.vectors.size());
  if (rows + 60 > most_rows) return pair.compact();
  const std::uint32_t count = live.size() < 900 ? 400 : random.below(random.one_in(2) ? 5 : 60);
  std::vector<Bytes> batch(count);
  std::vector<std::uint32_t> targets(count);
  std::uint32_t end = rows;
  const std::uint32_t updates = random.below(3);
  for (std::uint32_t i = 0; i < count; ++i) {
    batch[i] = random_vector(random, shape);
    const bool update = updates > 0 && !live.empty() && random.below(3) < updates;
    targets[i] = !update                          ? VectorStore::kAppend
                 : end > rows && random.one_in(5) ? rows + random.below(end - rows)
                                                  : any();
    end += targets[i] == VectorStore::kAppend ? 1 : 0;
    // Duplicates, some of them of rows.
    if (random.one_in(10) && !live.empty()) batch[i] = pair.vectors[any()];
  }
  REQUIRE(pair.write(batch, targets) == Status::kOk);
}

}  // namespace rv::test
