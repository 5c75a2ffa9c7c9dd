// A graph with the store and the codes that it goes by, and what must hold of them after every
// operation. Reads the graph's records as src/index/hnsw/hnsw.h lays them out.
#pragma once

#include <algorithm>
#include <map>
#include <utility>
#include <vector>

#include "core/brute_force.h"
#include "core/store_model.h"
#include "core/support.h"
#include "index/hnsw/hnsw.h"
#include "quant/plain.h"
#include "quant/sq8.h"

namespace rv::test {

enum class Kind { kPlain, kSq8 };

struct World {
  World(Shape shape, HnswOptions options, Kind kind = Kind::kPlain)
      : store(shape, budget),
        center(shape, budget),
        sq8(center, budget),
        plain(store),
        graph(options, budget),
        scratch(budget),
        marks(budget),
        orphans(budget),
        changes(budget),
        kind(kind) {}

  const Codec& codec() const { return kind == Kind::kSq8 ? static_cast<const Codec&>(sq8) : plain; }

  void prepare(std::uint32_t rows) {
    REQUIRE(graph.reserve(rows) == Status::kOk);
    REQUIRE(scratch.prepare(rows, std::max(graph.options().ef_construction, 200u), codec()) ==
            Status::kOk);
  }

  // Writes and encodes; the rows that are new or changed are not linked yet.
  void write(std::span<const Bytes> batch, std::span<const std::uint32_t> targets) {
    const std::uint32_t first = store.rows();
    REQUIRE(stage(store, batch) == Status::kOk);
    REQUIRE(store.check(targets) == Status::kOk);
    const auto rows = static_cast<std::uint32_t>(store.rows() + batch.size());
    if (kind == Kind::kSq8) REQUIRE(sq8.reserve(rows) == Status::kOk);
    std::vector<float> residual(padded(store.shape().dim));
    store.commit(targets, [&](std::uint32_t staged, std::uint32_t to) {
      if (kind == Kind::kSq8) sq8.encode(to, store.row(staged), store.inverse_norm(to), residual);
      if (to >= vectors.size()) vectors.resize(to + 1);
      vectors[to] = batch[staged - first];
    });
  }

  void append(std::span<const Bytes> batch, std::uint32_t threads = 1) {
    const std::uint32_t first = store.rows();
    write(batch, std::vector<std::uint32_t>(batch.size(), kAppend));
    std::vector<std::uint32_t> rows(batch.size());
    for (std::uint32_t i = 0; i < rows.size(); ++i) rows[i] = first + i;
    prepare(store.rows());
    graph.insert(codec(), rows, threads, scratch);
  }

  void remove(std::uint32_t row) {
    REQUIRE(store.remove(row) == Status::kOk);
    vectors[row].clear();
    graph.remove(codec(), row, scratch);
  }

  // New vectors for live rows, as a commit does it: released, written, linked again.
  void update(std::span<const std::uint32_t> rows, std::span<const Bytes> batch) {
    orphans.reset();
    for (const std::uint32_t row : rows) {
      if (!graph.is_linked(row)) continue;
      REQUIRE(graph.release(codec(), row, orphans, scratch) == Status::kOk);
      REQUIRE(orphans.reserve(orphans.size() + 1) == Status::kOk);
      orphans.push(row);
    }
    write(batch, rows);
    prepare(store.rows());
    std::ranges::sort(orphans.span());
    graph.insert(codec(), orphans.span(), 1, scratch);
  }

  void renumber() {
    std::vector<std::uint32_t> to(store.rows());
    std::uint32_t live = 0;
    for (std::uint32_t row = 0; row < store.rows(); ++row)
      to[row] = store.is_live(row) ? live++ : Hnsw::kNone;
    REQUIRE(graph.renumber(to) == Status::kOk);
    store.compact([&](std::uint32_t row, std::uint32_t from) {
      if (kind == Kind::kSq8 && row != from) sq8.move(row, from);
    });
    std::erase_if(vectors, [](const Bytes& vector) { return vector.empty(); });
    if (log_on) links = bottom_layer();  // it starts anew
    changes.reset();
  }

  void start_log() {
    log_on = true;
    graph.set_log(&changes);
  }

  using Links = std::map<std::pair<std::uint32_t, std::uint32_t>, int>;

  Links bottom_layer() {
    Links found;
    for (std::uint32_t row = 0; row < graph.rows(); ++row)
      for (const std::uint32_t link : links_of(row)) ++found[{row, link}];
    return found;
  }

  std::vector<std::uint32_t> links_of(std::uint32_t row) {
    const auto* words = reinterpret_cast<const std::uint32_t*>(graph.nodes().row(row));
    std::vector<std::uint32_t> rows;
    for (std::uint32_t i = 0; i < (words[0] & 0xFFFF); ++i)
      rows.push_back(words[4 + i] & 0x7FFFFFFF);
    return rows;
  }

  // Whether the log, added to what there was, is the bottom layer.
  bool log_agrees() {
    for (const LinkChange& change : changes.span()) {
      int& count = links[{change.from, change.to}];
      count += change.change;
      if (count < 0 || count > 1) return false;
      if (count == 0) links.erase({change.from, change.to});
    }
    changes.reset();
    return links == bottom_layer();
  }

  bool is_sound() {
    if (graph.validate(marks) != Status::kOk) return false;
    std::uint32_t live = 0;
    for (std::uint32_t row = 0; row < store.rows(); ++row) {
      if (!store.is_live(row)) continue;
      ++live;
      if (!graph.is_linked(row)) return false;
    }
    if (graph.linked_rows() != live || (graph.entry() == Hnsw::kNone) != (live == 0)) return false;
    return !log_on || log_agrees();
  }

  // Live rows of the ef nearest nodes, nearest first.
  std::vector<Neighbor> search(const Bytes& query, std::uint32_t ef) {
    const auto norm = inverse_norm(store.shape(), query);
    REQUIRE(norm.ok());
    REQUIRE(scratch.prepare(graph.rows(), ef, codec()) == Status::kOk);
    prepared.resize(codec().query_bytes() / 16);
    auto* form = reinterpret_cast<std::byte*>(prepared.data());
    codec().prepare(query.data(), *norm, form);
    graph.search(codec(), form, Hnsw::kNone, {.ef = ef}, scratch);
    std::vector<Neighbor> found;
    for (std::uint32_t i = 0; i < scratch.beam.size(); ++i)
      graph.for_each_twin(scratch.beam.row(i), [&](std::uint32_t row) {
        if (store.is_live(row)) found.push_back({row, scratch.beam.distance(i)});
      });
    std::ranges::sort(found, nearer);
    return found;
  }

  const std::byte* query_form() const {
    return reinterpret_cast<const std::byte*>(prepared.data());
  }

  // Of the k nearest rows by brute force, how many the k nearest of a search are as near as.
  double recall(const Bytes& query, std::uint32_t k, std::uint32_t ef) {
    const auto found = search(query, ef);
    const auto wanted = brute_force(store.shape().metric, query, vectors, k);
    const float reach = wanted.empty() ? 0 : wanted.back().distance;
    std::uint32_t near = 0;
    for (std::size_t i = 0; i < std::min<std::size_t>(found.size(), k); ++i)
      near += distance(query, vectors[found[i].row]) <= reach ? 1 : 0;
    return wanted.empty() ? 1 : static_cast<double>(near) / static_cast<double>(wanted.size());
  }

  float distance(const Bytes& query, const Bytes& vector) const {
    return store.shape().metric == Metric::kHamming ? ranked_bits(query, vector)
                                                    : ranked(store.shape().metric, query, vector);
  }

  std::vector<std::uint32_t> live_rows() const {
    std::vector<std::uint32_t> rows;
    for (std::uint32_t row = 0; row < store.rows(); ++row)
      if (store.is_live(row)) rows.push_back(row);
    return rows;
  }

  Bytes bytes() {
    Bytes all;
    for (std::uint32_t row = 0; row < graph.rows(); ++row)
      all.insert(all.end(), graph.nodes().row(row), graph.nodes().row(row) + graph.node_bytes());
    const auto upper = std::as_bytes(graph.upper().span());
    all.insert(all.end(), upper.begin(), upper.end());
    return all;
  }

  struct alignas(16) Sixteen {
    std::byte bytes[16];
  };

  MemoryBudget budget{UINT64_MAX};
  VectorStore store;
  Center center;
  Sq8Codes sq8;
  PlainCodec plain;
  Hnsw graph;
  HnswScratch scratch;
  Array<std::uint32_t> marks, orphans;
  Array<LinkChange> changes;
  Kind kind;
  std::vector<Bytes> vectors;  // by row; empty where deleted
  Links links;
  bool log_on = false;
  std::vector<Sixteen> prepared;
};

// Vectors of which about `percent` are copies of earlier ones, all of which are in `pool`.
inline std::vector<Bytes> with_duplicates(Random& random, Shape shape, std::size_t count,
                                          std::uint32_t percent, std::vector<Bytes>& pool) {
  std::vector<Bytes> vectors(count);
  for (Bytes& vector : vectors) {
    if (!pool.empty() && random.below(100) < percent) {
      vector = pool[random.below(static_cast<std::uint32_t>(pool.size()))];
    } else {
      vector = random_vector(random, shape);
      pool.push_back(vector);
    }
  }
  return vectors;
}

}  // namespace rv::test
