// index/hnsw/: graphs that stay sound whatever happens to their rows, and what searches find.
#include "core/hnsw_model.h"

namespace rv::test {
namespace {

constexpr Shape kShapes[] = {{Metric::kEuclidean, 8},
                             {Metric::kCosine, 12},
                             {Metric::kDot, 6},
                             {Metric::kManhattan, 4},
                             {Metric::kHamming, 64}};

bool has_codes(Shape shape) {
  return shape.metric != Metric::kManhattan && shape.metric != Metric::kHamming;
}

std::uint32_t any_of(Random& random, const std::vector<std::uint32_t>& rows) {
  return rows[random.below(static_cast<std::uint32_t>(rows.size()))];
}

// One random operation; `percent` of the vectors are duplicates.
void random_step(Random& random, World& world, std::uint32_t percent, std::vector<Bytes>& pool) {
  const Shape shape = world.store.shape();
  const auto live = world.live_rows();
  switch (live.empty() ? 9 : random.below(12)) {
    case 0:
      return world.renumber();
    case 1:  // everything goes
      if (!random.one_in(6)) break;
      for (const std::uint32_t row : live) world.remove(row);
      return;
    case 2:  // the entry, again and again
      for (std::uint32_t i = random.below(5); i > 0 && world.graph.entry() != Hnsw::kNone; --i)
        if (world.store.is_live(world.graph.entry())) world.remove(world.graph.entry());
      return;
    case 3:
    case 4: {
      for (std::uint32_t i = random.below(20); i > 0; --i) {
        const std::uint32_t row = any_of(random, live);
        if (world.store.is_live(row)) world.remove(row);
      }
      return;
    }
    case 5:
    case 6:
    case 7: {
      std::vector<std::uint32_t> rows;
      for (std::uint32_t i = random.below(random.one_in(10) ? 400 : 12); i > 0; --i)
        rows.push_back(any_of(random, live));  // the same one twice, too
      return world.update(rows, with_duplicates(random, shape, rows.size(), percent, pool));
    }
    default:
      break;
  }
  if (world.store.rows() > 500) return world.renumber();
  world.append(
      with_duplicates(random, shape, random.below(random.one_in(4) ? 120 : 12), percent, pool),
      1 + random.below(3));
}

TEST_CASE("graphs are sound after every operation, and the log of links says what happened") {
  for (const Shape shape : kShapes)
    for (const std::uint32_t M : {2u, 4u, 16u, 64u})
      for (const std::uint32_t percent : {0u, 30u, 90u})
        for (int sequence = 0; sequence < soak(1); ++sequence) {
          CAPTURE(int(shape.metric));
          CAPTURE(M);
          CAPTURE(percent);
          CAPTURE(sequence);
          Random random(static_cast<std::uint64_t>(sequence) * 10007 + M * 100 + percent);
          const bool codes = has_codes(shape) && random.one_in(2);
          World world(shape, {M, 5 + random.below(30), 7}, codes ? Kind::kSq8 : Kind::kPlain);
          world.start_log();
          std::vector<Bytes> pool;
          bool sound = true;
          for (int step = 0; step < 40 && sound; ++step) {
            CAPTURE(step);
            random_step(random, world, percent, pool);
            sound = world.is_sound();
            CHECK(sound);
          }
        }
}

TEST_CASE("the graph does not depend on the number of threads") {
  for (const Shape shape : kShapes)
    for (const Kind kind : {Kind::kPlain, Kind::kSq8}) {
      if (kind == Kind::kSq8 && !has_codes(shape)) continue;
      std::vector<Bytes> graphs;
      for (const std::uint32_t threads : {1u, 2u, 7u}) {
        Random random(11);
        std::vector<Bytes> pool;
        World world(shape, {6, 40, 3}, kind);
        for (int batch = 0; batch < 4; ++batch)
          world.append(with_duplicates(random, shape, 150, 20, pool), threads);
        for (std::uint32_t row = 0; row < 600; row += 7) world.remove(row);
        world.append(with_duplicates(random, shape, 50, 20, pool), threads);
        CHECK(world.is_sound());
        graphs.push_back(world.bytes());
      }
      CHECK(graphs[0] == graphs[1]);
      CHECK(graphs[0] == graphs[2]);
    }
}

TEST_CASE("searches find what brute force finds") {
  for (const Shape shape :
       {Shape{Metric::kEuclidean, 16}, Shape{Metric::kCosine, 16}, Shape{Metric::kDot, 16},
        Shape{Metric::kManhattan, 16}, Shape{Metric::kHamming, 128}})
    for (const Kind kind : {Kind::kPlain, Kind::kSq8}) {
      if (kind == Kind::kSq8 && !has_codes(shape)) continue;
      CAPTURE(int(shape.metric));
      CAPTURE(int(kind));
      Random random(21);
      World world(shape, {12, 60, 1}, kind);
      world.append(random_vectors(random, shape, 1000));
      // A third goes and a third moves: the repair is a part of what is measured.
      for (std::uint32_t row = 0; row < 1000; row += 3) world.remove(row);
      for (std::uint32_t row = 1; row < 1000; row += 3) {
        const Bytes vector = random_vector(random, shape);
        world.update({&row, 1}, {&vector, 1});
      }
      REQUIRE(world.is_sound());
      double recall = 0;
      for (int query = 0; query < 50; ++query)
        recall += world.recall(random_vector(random, shape), 10, 64) / 50;
      CHECK(recall >= (kind == Kind::kSq8 ? 0.97 : 0.98));
    }
}

TEST_CASE("every live row finds itself") {
  for (const Shape shape : kShapes)
    for (const std::uint32_t percent : {0u, 90u}) {
      if (shape.metric == Metric::kDot) continue;  // where a longer vector is nearer
      CAPTURE(int(shape.metric));
      CAPTURE(percent);
      Random random(31);
      std::vector<Bytes> pool;
      World world(shape, {8, 40, 1});
      world.append(with_duplicates(random, shape, 500, percent, pool));
      for (std::uint32_t row = 0; row < 400; row += 2) world.remove(row);
      world.renumber();
      std::uint32_t lost = 0;
      for (const std::uint32_t row : world.live_rows()) {
        const auto found = world.search(world.vectors[row], 64);
        lost += std::ranges::any_of(found, [&](Neighbor n) { return n.row == row; }) ? 0 : 1;
      }
      CHECK(lost == 0);
    }
}

TEST_CASE("a crowd of duplicates hides nobody") {
  Random random(41);
  const Shape shape{Metric::kEuclidean, 4};
  World world(shape, {4, 20, 1});
  const Bytes same = random_vector(random, shape);
  world.append(std::vector<Bytes>(700, same));
  const auto others = random_vectors(random, shape, 100);
  world.append(others);
  REQUIRE(world.is_sound());
  for (std::uint32_t i = 0; i < 100; ++i) {
    const auto found = world.search(others[i], 10);
    REQUIRE(!found.empty());
    CHECK(found[0].row == 700 + i);
  }
  CHECK(world.search(same, 1).size() == 700);
}

TEST_CASE("a graph that lost all its rows takes new ones") {
  Random random(51);
  for (const Shape shape : kShapes) {
    World world(shape, {2, 10, 1});
    for (int round = 0; round < 3; ++round) {
      world.append(random_vectors(random, shape, 40));
      while (world.graph.entry() != Hnsw::kNone) world.remove(world.graph.entry());
      CHECK(world.is_sound());
      CHECK(world.search(random_vector(random, shape), 10).empty());
    }
    world.renumber();
    CHECK(world.graph.rows() == 0);
    world.append(random_vectors(random, shape, 5));
    CHECK(world.is_sound());
    CHECK(world.search(random_vector(random, shape), 10).size() == 5);
    world.graph.clear();
    CHECK(world.graph.validate(world.marks) == Status::kOk);
  }
}

}  // namespace
}  // namespace rv::test
