// engine/: memory that runs out anywhere leaves a collection as it was, and one that goes on.
#include "core/collection_model.h"

namespace rv::test {
namespace {

constexpr HnswOptions kSmall = {4, 8, 1};

struct Script {
  Script(const Config& config, std::uint64_t max_bytes) : pair(config, max_bytes) {
    for (int i = 0; i < 2; ++i) queries.push_back(random_vector(random, config.shape));
  }

  // All that a search says; distances may be those of codes.
  std::vector<std::vector<Neighbor>> answers() {
    std::vector<std::vector<Neighbor>> all;
    for (const Bytes& query : queries) all.push_back(pair.search(query, 12, true));
    return all;
  }

  void expect(bool condition) { sound = sound && condition; }

  void check() {
    expect(pair.is_sound());
    most_bytes = std::max(most_bytes, pair.collection->used_bytes());
    const std::size_t live = pair.store().live_rows();
    for (const std::uint32_t plan : {Collection::kAny, 1u, 2u}) {
      pair.collection->force_plan(plan);
      expect(pair.is_answer(queries[0], pair.search(queries[0], 12, false),
                            std::min<std::size_t>(12, live), {}));
    }
    pair.collection->force_plan(Collection::kAny);
  }

  void write(std::uint32_t appended, std::uint32_t updated) {
    const auto before = answers();
    std::vector<Bytes> batch(appended + updated);
    std::vector<std::uint32_t> targets(batch.size(), VectorStore::kAppend);
    for (std::uint32_t i = 0; i < batch.size(); ++i) {
      batch[i] = random_vector(random, pair.config.shape);
      if (i < updated) targets[i] = random.below(pair.store().rows());
      if (targets[i] != VectorStore::kAppend && !pair.store().is_live(targets[i]))
        targets[i] = VectorStore::kAppend;
    }
    const std::uint32_t rows = pair.store().rows();
    const Status status = pair.write(batch, targets);
    if (status == Status::kOk) return check();
    enough = false;
    expect(status == Status::kOutOfMemory && pair.store().rows() == rows);
    const auto after = answers();
    for (std::size_t i = 0; i < queries.size(); ++i) expect(same(before[i], after[i]));
    check();
  }

  void maintain() {
    const auto before = answers();
    const Status status = pair.collection->maintain(100);
    expect(status == Status::kOk || status == Status::kOutOfMemory);
    enough = enough && status == Status::kOk;
    const auto after = answers();
    for (std::size_t i = 0; i < queries.size(); ++i) expect(same(before[i], after[i]));
    check();
  }

  void run() {
    write(1000, 0);
    write(40, 0);  // codes and graphs begin
    write(0, 25);
    maintain();
    write(30, 10);
    for (std::uint32_t row = 0; row < pair.store().rows(); row += 3) pair.remove(row);
    check();
    write(400, 3);
    pair.compact();
    check();
    maintain();
    write(5, 5);
    for (std::uint32_t row = 3; row < pair.store().rows(); ++row) pair.remove(row);
    pair.compact();
    check();
    write(9, 1);
  }

  Random random{77};
  Pair pair;
  std::vector<Bytes> queries;
  bool sound = true, enough = true;
  std::uint64_t most_bytes = 0;
};

TEST_CASE("whichever allocation fails, nothing changes, and what comes next works") {
  for (const Shape shape : {Shape{Metric::kCosine, 6}, Shape{Metric::kManhattan, 2}})
    for (const Quantizer& quantizer : kQuantizers)
      for (const IndexType index : {IndexType::kFlat, IndexType::kHnsw}) {
        const Config config = config_of(shape, quantizer, index, kSmall);
        if (config.validate() != Status::kOk) continue;
        CAPTURE(int(shape.metric));
        CAPTURE(doctest::String(quantizer.name));
        CAPTURE(int(index));
        Script plenty(config, UINT64_MAX);
        plenty.run();
        CHECK(plenty.sound);
        CHECK(plenty.enough);
        // The limits that matter are not known, so they are drawn. Buffers of searches are outside.
        const auto most = static_cast<std::uint32_t>(plenty.most_bytes);
        Random random(shape.dim);
        int refused = 0;
        for (int i = 0; i < soak(8); ++i) {
          const std::uint64_t max_bytes = most / 8 + random.below(most);
          CAPTURE(max_bytes);
          Script script(config, max_bytes);
          script.run();
          CHECK(script.sound);
          refused += script.enough ? 0 : 1;
        }
        CHECK(refused > 0);
      }
}

TEST_CASE("an index without memory for its graph answers without") {
  const Config config =
      config_of({Metric::kEuclidean, 4}, kQuantizers[0], IndexType::kAuto, {64, 8, 1});
  Random random(5);
  std::vector<Bytes> batch(Collection::kAutoGraphRows);
  for (Bytes& vector : batch) vector = random_vector(random, config.shape);
  // Vectors and bits: 20,000 rows of 16 and about 13 bytes; a graph's rows have 528.
  Pair pair(config, 2 << 20);
  REQUIRE(pair.append(batch) == Status::kOk);
  CHECK(pair.collection->pending() == Collection::kAutoGraphRows);
  CHECK(pair.collection->maintain(10) == Status::kOutOfMemory);
  CHECK(pair.collection->graph().rows() == 0);
  CHECK(pair.collection->pending() == Collection::kAutoGraphRows);
  const Bytes query = random_vector(random, config.shape);
  CHECK(same(pair.search(query, 10, true), pair.wanted(query, 10, {})));
  CHECK(pair.is_answer(query, pair.search(query, 10, false), 10, {}));
  const std::uint32_t target = 7;
  REQUIRE(pair.write({&query, 1}, {&target, 1}) == Status::kOk);
  CHECK(pair.search(query, 1, false)[0].row == 7);
}

TEST_CASE("clearing and compacting give memory back") {
  for_each_config([](const Config& config) {
    Random random(9);
    Pair pair(config);
    std::vector<Bytes> batch(1100);
    for (Bytes& vector : batch) vector = random_vector(random, config.shape);
    REQUIRE(pair.append(std::span(batch).first(10)) == Status::kOk);
    const std::uint64_t few = pair.collection->used_bytes();
    REQUIRE(pair.append(batch) == Status::kOk);
    const std::uint64_t many = pair.collection->used_bytes();
    pair.clear();
    REQUIRE(pair.append(std::span(batch).first(10)) == Status::kOk);
    // Buffers of insertions stay, and of the searches by which they measure.
    CHECK(pair.collection->used_bytes() < few + 12000);
    CHECK(pair.collection->used_bytes() < many / 2);
  });
}

}  // namespace
}  // namespace rv::test
