// engine/spread: what a query that spreads finds, against a dense solve over the same links with
// weights worked out from the vectors.
#include <cmath>

#include "core/collection_model.h"

namespace rv::test {
namespace {

constexpr Spreading kDefaults{0, 10, {0.6, 2e-4}};

// Rows in clusters, some of them equal, some gone; their vectors, since a row that is gone can
// still be the node of its twins.
std::vector<Bytes> fill(Random& random, Pair& pair, std::uint32_t rows) {
  const Shape shape = pair.config.shape;
  std::vector<Bytes> batch(rows);
  for (std::uint32_t row = 0; row < rows; ++row) {
    batch[row] = random_vector(random, shape);
    if (row >= 40 && shape.metric != Metric::kHamming) {
      Floats near = to_floats(batch[row % 40]);
      for (float& x : near) x += random.between(-0.2f, 0.2f);
      batch[row] = to_bytes(near);
    }
    if (row > 0 && random.one_in(12)) batch[row] = batch[random.below(row)];
  }
  REQUIRE(pair.append(batch) == Status::kOk);
  for (std::uint32_t row = 0; row < rows; row += 7) pair.remove(row);
  return batch;
}

TEST_CASE("spreading gives as many rows, each once, that match, with their distances") {
  for_each_config([](const Config& config) {
    if (config.shape.metric == Metric::kDot) return;
    Random random(3);
    Pair pair(config);
    fill(random, pair, 1200);
    bool complete = true, ordered = true, sound = true, moved = false;
    for (int search = 0; search < 12; ++search) {
      const Bytes query = random_vector(random, config.shape);
      const auto filter = pair.random_filter(random);
      const std::uint32_t k = search % 3 == 0 ? 300 : 15;
      const auto before = pair.search(query, k, false, filter, 50);
      REQUIRE(pair.collection->spread(kDefaults) == Status::kOk);
      const auto found = pair.collection->neighbors(0);
      const auto activations = pair.collection->activations();
      moved = moved || !same(before, found);
      ordered = ordered && std::ranges::is_sorted(activations, std::greater{});
      // In order of distance they are an answer, but for being the nearest.
      std::vector<Neighbor> sorted(found.begin(), found.end());
      std::ranges::sort(sorted, nearer);
      complete = complete && pair.is_answer(query, sorted, before.size(), filter);
      // Behind those with activation come the nearest of the others.
      const auto rest = found.subspan(std::min(found.size(), activations.size()));
      ordered = ordered && std::ranges::is_sorted(rest, nearer);
      sound = sound && pair.is_sound();
    }
    CHECK(complete);
    CHECK(ordered);
    CHECK(sound);
    CHECK(moved == (pair.collection->graph().entry() != Hnsw::kNone));
    if (!moved) CHECK(pair.collection->last_spread().spikes() == 0);
  });
}

// PageRank by iteration to its fixed point, over links that go both ways.
std::vector<double> solved(const Pair& pair, std::span<const Bytes> vectors,
                           std::span<const Neighbor> seeds, double alpha) {
  const Hnsw& graph = pair.collection->graph();
  const auto rows = static_cast<std::uint32_t>(pair.vectors.size());
  double mean = 0;
  for (const Neighbor& seed : seeds)
    mean += double{seed.distance} / static_cast<double>(seeds.size());
  std::vector<double> start(rows);
  double sum = 0;
  for (const Neighbor& seed : seeds) {
    const double mass = std::exp(-4 * double{seed.distance} / double{seeds.back().distance});
    start[graph.node_of(seed.row)] += mass;
    sum += mass;
  }
  std::vector<std::vector<std::pair<std::uint32_t, double>>> arcs(rows);
  std::vector<std::uint32_t> links(64);
  for (std::uint32_t row = 0; row < rows; ++row) {
    start[row] /= sum;
    double out = 0;
    for (std::uint32_t i = graph.degree(row) > 0 ? graph.mutual_links(row, links.data()) : 0; i > 0;
         --i) {
      const std::uint32_t to = links[i - 1];
      const double distance =
          pair.config.shape.metric == Metric::kHamming
              ? double{ranked_bits(vectors[row], vectors[to])}
              : double{ranked(pair.config.shape.metric, vectors[row], vectors[to])};
      const double weight = std::exp(-8 * distance / mean);
      arcs[row].push_back({to, weight});
      out += weight;
    }
    for (auto& [to, weight] : arcs[row]) weight /= out;
  }
  std::vector<double> at = start, next(rows);
  for (int round = 0; round < 400; ++round) {
    for (std::uint32_t row = 0; row < rows; ++row) next[row] = (1 - alpha) * start[row];
    for (std::uint32_t row = 0; row < rows; ++row) {
      if (arcs[row].empty()) next[row] += alpha * at[row];
      for (const auto& [to, weight] : arcs[row]) next[to] += alpha * at[row] * weight;
    }
    std::swap(at, next);
  }
  return at;
}

TEST_CASE("activation in a query is PageRank over mutual links, from below, within its residual") {
  for (const Metric metric : {Metric::kManhattan, Metric::kHamming}) {  // whose links are exact
    CAPTURE(int(metric));
    Random random(11);
    const Shape shape{metric, metric == Metric::kHamming ? 128u : 8u};
    Pair pair(config_of(shape, kQuantizers[0], IndexType::kHnsw));
    const std::vector<Bytes> vectors = fill(random, pair, 1300);
    bool bounded = true, near = true;
    for (int search = 0; search < 4; ++search) {
      const Bytes query = random_vector(random, shape);
      for (const double epsilon : {1e-2, 1e-3, 1e-6}) {
        const auto seeds = pair.search(query, 10, false, {}, 60);
        REQUIRE(pair.collection->spread({0, 10, {0.7, epsilon}}) == Status::kOk);
        const Push& push = pair.collection->last_spread();
        const std::vector<double> truth = solved(pair, vectors, seeds, 0.7);
        double lacking = 0;
        for (std::uint32_t row = 0; row < truth.size(); ++row) {
          const std::uint32_t at = push.find(row);
          const double activation = at == Push::kNone ? 0 : push.neurons()[at].activation;
          // The weights are f32.
          bounded = bounded && activation <= truth[row] + 1e-5;
          lacking += truth[row] - activation;
        }
        near = near && std::abs(lacking - push.residual()) <= 1e-4;
        if (epsilon < 1e-5) near = near && push.residual() < 0.02;
      }
    }
    CHECK(bounded);
    CHECK(near);
  }
}

TEST_CASE("spreading tells twins apart where all rows are one node") {
  Random random(13);
  Pair pair(config_of({Metric::kEuclidean, 20}, kQuantizers[0], IndexType::kHnsw));
  const Bytes same = random_vector(random, pair.config.shape);
  REQUIRE(pair.append(std::vector<Bytes>(1100, same)) == Status::kOk);
  for (const std::uint32_t k : {1u, 10u, 1000u, 1100u}) {
    CAPTURE(k);
    pair.search(same, k, false, {}, 50);
    REQUIRE(pair.collection->spread(kDefaults) == Status::kOk);
    const auto found = pair.collection->neighbors(0);
    std::vector<bool> seen(1100);
    for (const Neighbor& it : found) seen[it.row] = true;
    CHECK(std::ranges::count(seen, true) == k);
  }
}

TEST_CASE("rows that are not linked yet do not fire") {
  Random random(17);
  Pair pair(config_of({Metric::kEuclidean, 20}, kQuantizers[0], IndexType::kAuto));
  std::vector<Bytes> batch(Collection::kAutoGraphRows);
  for (Bytes& vector : batch) vector = random_vector(random, pair.config.shape);
  REQUIRE(pair.append(batch) == Status::kOk);
  REQUIRE(pair.collection->maintain(1000) == Status::kOk);
  for (int search = 0; search < 20; ++search) {
    pair.search(random_vector(random, pair.config.shape), 30, false, {}, 50);
    REQUIRE(pair.collection->spread({0, 30, {0, 1}}) == Status::kOk);
    CHECK(pair.collection->last_spread().spikes() <= 1);
  }
}

TEST_CASE("spreading allocates nothing once it has spread") {
  Random random(9);
  Pair pair(config_of({Metric::kEuclidean, 20}, kQuantizers[0], IndexType::kHnsw));
  fill(random, pair, 1500);
  std::vector<Bytes> queries(20);
  for (Bytes& query : queries) query = random_vector(random, pair.config.shape);
  std::uint64_t used[2];
  for (std::uint64_t& bytes : used) {
    for (const Bytes& query : queries) {
      pair.search(query, 10, false, {}, 50);
      REQUIRE(pair.collection->spread(kDefaults) == Status::kOk);
    }
    bytes = pair.collection->used_bytes();
  }
  CHECK(used[0] == used[1]);
}

TEST_CASE("spreading is counted") {
  Random random(7);
  Pair pair(config_of({Metric::kEuclidean, 20}, kQuantizers[0], IndexType::kHnsw));
  fill(random, pair, 1500);
  const Bytes query = random_vector(random, pair.config.shape);
  pair.search(query, 10, false, {}, 50);
  const QueryCost before = pair.collection->last_cost();
  REQUIRE(pair.collection->spread(kDefaults) == Status::kOk);
  const QueryCost& spread = pair.collection->spread_cost();
  const QueryCost& after = pair.collection->last_cost();
  CHECK(spread.distance_evaluations > 0);
  CHECK(before.distance_evaluations + spread.distance_evaluations == after.distance_evaluations);
  CHECK(before.hops + spread.hops == after.hops);
  CHECK(before.bytes_read + spread.bytes_read == after.bytes_read);
}

}  // namespace
}  // namespace rv::test
