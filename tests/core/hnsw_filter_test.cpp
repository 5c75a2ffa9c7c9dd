// index/hnsw/search.cpp: walks that look for rows of a filter.
#include "core/hnsw_model.h"

namespace rv::test {
namespace {

// A filter, and what a walk through it finds.
struct Walk {
  explicit Walk(World& in) : world(in), accepted(in.budget) {
    REQUIRE(accepted.grow(in.store.rows()) == Status::kOk);
  }

  void accept(std::uint32_t row) {
    if (world.store.is_live(row)) accepted.set(row);
  }

  // The nodes, nearest first. `whole` says whether the walk came to its end.
  std::vector<Neighbor> run(const Bytes& query, std::uint32_t capacity, std::uint32_t hops,
                            std::uint64_t limit = UINT64_MAX / 2) {
    static_cast<void>(world.search(query, 1));  // prepares the query
    std::vector<std::uint64_t> keys(capacity);
    TopK nearest(keys);
    REQUIRE(world.scratch.prepare(world.store.rows(), Hnsw::kProbeWidth, world.codec()) ==
            Status::kOk);
    world.graph.approach(world.codec(), world.query_form(), world.scratch);
    world.scratch.cost = {};
    whole =
        world.graph.search_filtered(world.codec(), world.query_form(),
                                    {Hnsw::kNone, &accepted, hops, limit}, nearest, world.scratch);
    const auto found = nearest.sort();
    return {found.begin(), found.end()};
  }

  // Accepted rows, nearest first, of a search without duplicates.
  std::vector<Neighbor> wanted(const Bytes& query, std::uint32_t k) const {
    std::vector<Bytes> vectors = world.vectors;
    for (std::uint32_t row = 0; row < vectors.size(); ++row)
      if (!accepted.test(row)) vectors[row].clear();
    return brute_force(world.store.shape().metric, query, vectors, k);
  }

  World& world;
  Bitset accepted;
  bool whole = false;
};

bool has_match(const World& world, const Bitset& accepted, std::uint32_t node) {
  bool match = false;
  world.graph.for_each_twin(node, [&](std::uint32_t row) { match = match || accepted.test(row); });
  return match;
}

TEST_CASE("a filtered walk finds nodes of the filter only, never too many, and all if it may") {
  for (const Shape shape : {Shape{Metric::kEuclidean, 8}, Shape{Metric::kManhattan, 5},
                            Shape{Metric::kCosine, 9}, Shape{Metric::kHamming, 64}})
    for (const std::uint32_t percent : {0u, 60u}) {
      Random random(61 + percent);
      std::vector<Bytes> pool;
      World world(shape, {6, 40, 1});
      world.append(with_duplicates(random, shape, 400, percent, pool));
      for (std::uint32_t row = 0; row < 400; row += 5) world.remove(row);
      for (const std::uint32_t one_in : {1u, 2u, 10u, 100u, 1000u}) {
        CAPTURE(int(shape.metric));
        CAPTURE(percent);
        CAPTURE(one_in);
        Walk walk(world);
        for (std::uint32_t row = 0; row < 400; ++row)
          if (random.one_in(one_in)) walk.accept(row);
        const Bytes query = random_vector(random, shape);
        for (const std::uint32_t hops : {1u, 2u})
          for (const std::uint32_t capacity : {1u, 10u, 400u}) {
            const auto found = walk.run(query, capacity, hops);
            CHECK(walk.whole);
            CHECK(found.size() <= capacity);
            CHECK(std::ranges::is_sorted(found, nearer));
            for (const Neighbor& neighbor : found) {
              CHECK(world.graph.is_node(neighbor.row));
              CHECK(has_match(world, walk.accepted, neighbor.row));
            }
            if (hops == 2 || capacity < 400) continue;
            // With room for all nodes no node is passed over: it is brute force.
            std::vector<Neighbor> rows;
            for (const Neighbor& node : found)
              world.graph.for_each_twin(node.row, [&](std::uint32_t row) {
                if (walk.accepted.test(row)) rows.push_back({row, node.distance});
              });
            std::ranges::sort(rows, nearer);
            CHECK(same(rows, walk.wanted(query, 400)));
          }
      }
    }
}

TEST_CASE("filtered walks find what is near, also where few match or those far away") {
  const Shape shape{Metric::kEuclidean, 12};
  Random random(71);
  World world(shape, {12, 60, 1});
  world.append(random_vectors(random, shape, 1000));
  const struct {
    std::uint32_t hops, one_in;
    double floor;
  } cases[] = {{1, 2, 0.97}, {1, 10, 0.97}, {2, 2, 0.9}, {2, 10, 0.9}};
  for (const auto& [hops, one_in, floor] : cases) {
    CAPTURE(hops);
    CAPTURE(one_in);
    Walk walk(world);
    for (std::uint32_t row = 0; row < 1000; ++row)
      if (random.one_in(one_in)) walk.accept(row);
    double recall = 0;
    for (int i = 0; i < 40; ++i) {
      const Bytes query = random_vector(random, shape);
      const auto found = walk.run(query, 64, hops);
      const auto wanted = walk.wanted(query, 10);
      for (std::size_t at = 0; at < std::min<std::size_t>(10, found.size()); ++at)
        recall += found[at].distance <= wanted.back().distance ? 1.0 / 400 : 0;
    }
    CHECK(recall >= floor);
  }
}

TEST_CASE("a walk gives up near the limit it is given") {
  const Shape shape{Metric::kEuclidean, 8};
  Random random(81);
  World world(shape, {8, 40, 1});
  world.append(random_vectors(random, shape, 600));
  Walk walk(world);
  walk.accept(599);
  for (const std::uint64_t limit : {0u, 50u, 200u}) {
    static_cast<void>(walk.run(random_vector(random, shape), 10, 1, limit));
    CHECK_FALSE(walk.whole);
    CHECK(world.scratch.cost.distance_evaluations < limit + 200);
  }
  CHECK(walk.run(random_vector(random, shape), 10, 1).size() == 1);
  CHECK(walk.whole);
}

TEST_CASE("the share of matches is that around the query") {
  const Shape shape{Metric::kEuclidean, 2};
  Random random(91);
  World world(shape, {8, 40, 1});
  std::vector<Bytes> vectors;
  for (int i = 0; i < 800; ++i) {
    const float side = i % 2 == 0 ? -1.0f : 1.0f;
    vectors.push_back(to_bytes(Floats{side + random.between(-0.5f, 0.5f), random.between(0, 1)}));
  }
  world.append(vectors);
  Walk walk(world);
  for (std::uint32_t row = 0; row < 800; row += 2) walk.accept(row);  // the left side
  const auto share = [&](float x) {
    static_cast<void>(world.search(to_bytes(Floats{x, 0.5f}), 1));
    REQUIRE(world.scratch.prepare(800, Hnsw::kProbeWidth, world.codec()) == Status::kOk);
    world.graph.approach(world.codec(), world.query_form(), world.scratch);
    return world.graph.selectivity(walk.accepted, 0.5, world.scratch);
  };
  CHECK(share(-1) > 0.8);
  CHECK(share(1) < 0.2);
  CHECK(share(1) > 0);
}

}  // namespace
}  // namespace rv::test
