// engine/: every kind of collection answers right while it changes, by every plan.
#include "core/collection_model.h"

namespace rv::test {
namespace {

double least_recall(const Config& config) {
  if (!config.keep) return config.quantization == Quantization::kInt8 ? 0.9 : 0.7;
  return 0.95;
}

TEST_CASE("collections of every kind answer right while rows come, change and go") {
  for_each_config([](const Config& config) {
    for (int sequence = 0; sequence < soak(1); ++sequence) {
      CAPTURE(sequence);
      Random random(static_cast<std::uint64_t>(sequence) * 31 + 7);
      Pair pair(config);
      double recall = 0;
      int searches = 0;
      bool sound = true, exact = true, complete = true;
      for (int step = 0; step < 20 && sound; ++step) {
        random_write(random, pair, 1500);
        sound = pair.is_sound();
        if (step % 2 == 0) continue;
        const Bytes query = random_vector(random, config.shape);
        const auto filter = pair.random_filter(random);
        const std::uint32_t k = random.one_in(8) ? 300 : 10;
        const auto wanted = pair.wanted(query, k, filter);
        const auto found = pair.search(query, k, true, filter);
        exact = exact && (pair.keeps() ? same(found, wanted)
                                       : pair.is_answer(query, found, wanted.size(), filter));
        const auto near = pair.search(query, k, false, filter);
        complete = complete && pair.is_answer(query, near, wanted.size(), filter);
        recall += pair.recall(query, near, wanted);
        ++searches;
      }
      CHECK(sound);
      CHECK(exact);
      CHECK(complete);
      CAPTURE(recall / searches);
      CHECK(recall / searches >= least_recall(config));
    }
  });
}

TEST_CASE("every plan gives as many rows as match, also where the rows have no codes or graph") {
  for_each_config([](const Config& config) {
    Random random(23);
    for (const std::uint32_t rows : {0u, 3u, 1100u}) {
      CAPTURE(rows);
      Pair pair(config);
      std::vector<Bytes> batch(rows);
      for (Bytes& vector : batch) vector = random_vector(random, config.shape);
      REQUIRE(pair.append(batch) == Status::kOk);
      for (std::uint32_t row = 0; row < rows; row += 9) pair.remove(row);
      bool complete = true;
      for (std::uint32_t plan = 0; plan < 5; ++plan) {
        pair.collection->force_plan(plan < 4 ? plan : Collection::kAny);
        for (int search = 0; search < 3; ++search) {
          const Bytes query = random_vector(random, config.shape);
          const auto filter = pair.random_filter(random);
          const std::uint32_t k = search == 0 ? 500 : 7;
          const auto found = pair.search(query, k, false, filter, random.below(200));
          complete = complete &&
                     pair.is_answer(query, found, pair.wanted(query, k, filter).size(), filter);
        }
      }
      CHECK(complete);
    }
  });
}

TEST_CASE("an update of all rows at once keeps the graph") {
  for (const Quantizer& quantizer : kQuantizers) {
    CAPTURE(doctest::String(quantizer.name));
    Random random(29);
    Pair pair(config_of({Metric::kEuclidean, 12}, quantizer, IndexType::kHnsw));
    const std::uint32_t rows = 1060;
    for (int round = 0; round < 2; ++round) {
      std::vector<Bytes> batch(rows);
      std::vector<std::uint32_t> targets(rows);
      for (std::uint32_t i = 0; i < rows; ++i) {
        batch[i] = random_vector(random, pair.config.shape);
        targets[i] = round == 0 ? VectorStore::kAppend : i;
      }
      REQUIRE(pair.write(batch, targets) == Status::kOk);
      CHECK(pair.collection->graph().linked_rows() == rows);
      CHECK(pair.collection->graph().rows() == rows);
      CHECK(pair.is_sound());
    }
    REQUIRE(pair.append(std::vector<Bytes>(3, random_vector(random, pair.config.shape))) ==
            Status::kOk);
    pair.collection->force_plan(2);
    double recall = 0;
    for (int i = 0; i < 10; ++i) {
      const Bytes query = random_vector(random, pair.config.shape);
      const auto wanted = pair.wanted(query, 10, {});
      recall += pair.recall(query, pair.search(query, 10, false, {}, 100), wanted) / 10;
    }
    CHECK(recall >= least_recall(pair.config));
  }
}

TEST_CASE("an auto index is built in small steps, while rows come and go, and answers throughout") {
  for (const Shape shape : {Shape{Metric::kEuclidean, 8}, Shape{Metric::kManhattan, 3}}) {
    Random random(31);
    Pair pair(config_of(shape, kQuantizers[0], IndexType::kAuto, {4, 8, 1}));
    std::vector<Bytes> batch(Collection::kAutoGraphRows - 1);
    for (Bytes& vector : batch) vector = random_vector(random, shape);
    REQUIRE(pair.append(batch) == Status::kOk);
    CHECK(pair.collection->pending() == 0);
    REQUIRE(pair.append({&batch[0], 1}) == Status::kOk);
    CHECK(pair.collection->pending() == Collection::kAutoGraphRows);
    CHECK(pair.collection->graph().linked_rows() == 0);
    bool complete = true;
    for (std::uint32_t steps = 0; pair.collection->pending() > 0; ++steps) {
      const std::uint32_t before = pair.collection->pending();
      REQUIRE(pair.collection->maintain(1 + random.below(4000)) == Status::kOk);
      CHECK(pair.collection->pending() < before);
      if (steps < 4) {
        for (int i = 0; i < 30; ++i) {
          const std::uint32_t row = random.below(20000);
          if (pair.vectors[row].empty()) continue;
          if (i % 2 == 0) {
            pair.remove(row);
          } else {
            const Bytes vector = random_vector(random, shape);
            REQUIRE(pair.write({&vector, 1}, {&row, 1}) == Status::kOk);
          }
        }
      }
      if (steps == 2) pair.compact();
      CHECK(pair.is_sound());
      for (const std::uint32_t plan : {Collection::kAny, 2u}) {
        pair.collection->force_plan(plan);
        const Bytes query = random_vector(random, shape);
        complete = complete && pair.is_answer(query, pair.search(query, 10, false), 10, {});
        const auto filter = pair.random_filter(random);
        complete = complete && pair.is_answer(query, pair.search(query, 10, false, filter),
                                              pair.wanted(query, 10, filter).size(), filter);
      }
    }
    CHECK(complete);
    CHECK(pair.collection->graph().linked_rows() == pair.store().live_rows());
    double recall = 0;
    for (int i = 0; i < 5; ++i) {
      const Bytes query = random_vector(random, shape);
      recall +=
          pair.recall(query, pair.search(query, 10, false, {}, 200), pair.wanted(query, 10, {})) /
          5;
    }
    CHECK(recall >= 0.9);
  }
}

TEST_CASE("all rows go, others come: nothing is left of the graph that was") {
  for (const IndexType index : {IndexType::kHnsw, IndexType::kAuto})
    for (const Quantizer& quantizer : kQuantizers) {
      Random random(37);
      Pair pair(config_of({Metric::kCosine, 8}, quantizer, index));
      const auto vectors = [&](std::size_t count) {
        std::vector<Bytes> batch(count);
        for (Bytes& vector : batch) vector = random_vector(random, pair.config.shape);
        return batch;
      };
      REQUIRE(pair.append(vectors(1030)) == Status::kOk);
      for (std::uint32_t row = 0; row < 1030; ++row) pair.remove(row);
      REQUIRE(pair.append(vectors(50)) == Status::kOk);
      CHECK(pair.is_sound());
      pair.compact();
      CHECK(pair.is_sound());
      CHECK(pair.collection->graph().rows() <= 50);
      REQUIRE(pair.append(vectors(1000)) == Status::kOk);
      CHECK(pair.is_sound());
      const Bytes query = random_vector(random, pair.config.shape);
      CHECK(pair.is_answer(query, pair.search(query, 20, false), 20, {}));
    }
}

}  // namespace
}  // namespace rv::test
