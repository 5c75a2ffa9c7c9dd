// engine/ and index/flat: writing through staged rows, and exact search against brute force.
#include "engine/collection.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "base/limits.h"
#include "core/brute_force.h"
#include "core/support.h"

namespace rv::test {
namespace {

constexpr std::uint32_t kAppend = VectorStore::kAppend;
constexpr Metric kMetrics[] = {Metric::kCosine, Metric::kDot, Metric::kEuclidean,
                               Metric::kManhattan, Metric::kHamming};

std::unique_ptr<Collection> make_collection(Shape shape, std::uint64_t max_bytes = UINT64_MAX) {
  auto created = Collection::create({shape}, max_bytes);
  REQUIRE(created.ok());
  return std::move(*created);
}

Status append(Collection& collection, std::span<const Bytes> vectors) {
  const auto count = static_cast<std::uint32_t>(vectors.size());
  if (const Status status = collection.stage(count); status != Status::kOk) return status;
  for (std::uint32_t i = 0; i < count; ++i)
    std::memcpy(collection.staged_row(i), vectors[i].data(), vectors[i].size());
  std::ranges::fill(collection.targets(), kAppend);
  return collection.commit();
}

Status search(Collection& collection, std::span<const Bytes> queries, std::uint32_t k) {
  const auto count = static_cast<std::uint32_t>(queries.size());
  if (const Status status = collection.prepare(count, k); status != Status::kOk) return status;
  std::byte* to = collection.queries().data();
  for (const Bytes& query : queries) {
    std::memcpy(to, query.data(), query.size());
    to += query.size();
  }
  return collection.search(false, 0);
}

std::vector<Neighbor> found(const Collection& collection, std::uint32_t query = 0) {
  const auto neighbors = collection.neighbors(query);
  return {neighbors.begin(), neighbors.end()};
}

std::vector<Bytes> random_vectors(Random& random, Shape shape, std::size_t count) {
  std::vector<Bytes> vectors(count);
  for (Bytes& vector : vectors) vector = random_vector(random, shape);
  return vectors;
}

// Components of {-1, 0, 1}, all exact: many equal distances.
std::vector<Bytes> tied_vectors(Random& random, Shape shape, std::size_t count) {
  std::vector<Bytes> vectors(count);
  for (Bytes& vector : vectors) {
    if (shape.metric == Metric::kHamming) {
      vector.assign(shape.row_bytes(), std::byte{0});
      vector[random.below(static_cast<std::uint32_t>(vector.size()))] = std::byte{3};
      continue;
    }
    Floats values(shape.dim);
    for (float& value : values) value = static_cast<float>(random.below(3)) - 1;
    values[random.below(shape.dim)] = 1;  // never the zero vector
    vector = to_bytes(values);
  }
  return vectors;
}

TEST_CASE("create refuses what is no shape") {
  CHECK(Collection::create({{Metric::kCosine, 0}}, 0).status() == Status::kInvalidArgument);
  CHECK(Collection::create({{Metric::kHamming, 12}}, 0).status() == Status::kInvalidArgument);
  CHECK(Collection::create({{Metric::kDot, kMaxDimensions + 1}}, 0).status() ==
        Status::kLimitExceeded);
}

TEST_CASE("search finds what brute force finds, to the last bit, under every metric") {
  Random random(1);
  for (const Metric metric : kMetrics)
    for (const std::uint32_t dim : {8u, 24u, 72u, 696u, 8192u}) {
      CAPTURE(int(metric));
      CAPTURE(dim);
      const Shape shape{metric, dim};
      const std::size_t count = dim == 8192 ? 70 : 600;  // 696: tiles that do not divide blocks
      const bool tied = dim <= 24;
      auto vectors =
          tied ? tied_vectors(random, shape, count) : random_vectors(random, shape, count);
      auto collection = make_collection(shape);
      REQUIRE(append(*collection, vectors) == Status::kOk);
      for (std::uint32_t row = 0; row < count; ++row)
        if (random.one_in(5)) {
          REQUIRE(collection->remove(row) == Status::kOk);
          vectors[row].clear();
        }
      for (const std::uint32_t k : {1u, 10u, 1000u}) {
        const Bytes query = tied ? tied_vectors(random, shape, 1)[0] : random_vector(random, shape);
        REQUIRE(search(*collection, {&query, 1}, k) == Status::kOk);
        CHECK(same(found(*collection), brute_force(metric, query, vectors, k)));
      }
    }
}

TEST_CASE("a vector is nearest to itself, at distance zero") {
  Random random(2);
  for (const Metric metric : {Metric::kEuclidean, Metric::kManhattan, Metric::kHamming}) {
    const Shape shape{metric, 96};
    const auto vectors = random_vectors(random, shape, 50);
    auto collection = make_collection(shape);
    REQUIRE(append(*collection, vectors) == Status::kOk);
    for (std::uint32_t row = 0; row < 50; ++row) {
      REQUIRE(search(*collection, {&vectors[row], 1}, 1) == Status::kOk);
      REQUIRE(collection->neighbors(0).size() == 1);
      CHECK(collection->neighbors(0)[0].row == row);
      CHECK(same_bits(collection->neighbors(0)[0].distance, 0.0f));
    }
  }
}

TEST_CASE("cosine is within [0, 2] and blind to length") {
  const Shape shape{Metric::kCosine, 3};
  const Bytes vectors[] = {to_bytes(Floats{1e-15f, 0, 0}), to_bytes(Floats{-1e18f, 0, 0}),
                           to_bytes(Floats{0, 5, 0}), to_bytes(Floats{9e17f, 0, 0})};
  auto collection = make_collection(shape);
  REQUIRE(append(*collection, vectors) == Status::kOk);
  for (const float length : {1e-15f, 1e-3f, 1.0f, 7.0f, 1e18f}) {
    const Bytes query = to_bytes(Floats{length, 0, 0});
    REQUIRE(search(*collection, {&query, 1}, 4) == Status::kOk);
    const auto neighbors = found(*collection);
    REQUIRE(neighbors.size() == 4);
    for (const Neighbor& neighbor : neighbors)
      CHECK((neighbor.distance >= 0.0f && neighbor.distance <= 2.0f));
    CHECK(neighbors[0].distance == doctest::Approx(0).epsilon(1e-6));
    CHECK(neighbors[1].distance == doctest::Approx(0).epsilon(1e-6));
    CHECK(neighbors[2].row == 2);
    CHECK(neighbors[2].distance == 1.0f);
    CHECK(neighbors[3].row == 1);
    CHECK(neighbors[3].distance == doctest::Approx(2).epsilon(1e-6));
  }
}

TEST_CASE("orthogonal vectors under dot tie at zero whatever its sign") {
  const Bytes vectors[] = {to_bytes(Floats{-0.0f, 1}), to_bytes(Floats{0, 1}),
                           to_bytes(Floats{-0.0f, -1})};
  auto collection = make_collection({Metric::kDot, 2});
  REQUIRE(append(*collection, vectors) == Status::kOk);
  for (const float one : {1.0f, -1.0f}) {
    const Bytes query = to_bytes(Floats{one, 0});
    REQUIRE(search(*collection, {&query, 1}, 3) == Status::kOk);
    const Neighbor wanted[] = {{0, 0}, {1, 0}, {2, 0}};
    CHECK(same(found(*collection), wanted));
  }
}

TEST_CASE("a batch gives each query what it gets alone, bit for bit") {
  Random random(3);
  for (const Metric metric : kMetrics)
    for (const std::uint32_t count : {2u, 3u, 17u}) {
      const Shape shape{metric, 40};
      auto collection = make_collection(shape);
      REQUIRE(append(*collection, random_vectors(random, shape, 500)) == Status::kOk);
      const auto queries = random_vectors(random, shape, count);
      REQUIRE(search(*collection, queries, 7) == Status::kOk);
      std::vector<std::vector<Neighbor>> batch;
      for (std::uint32_t i = 0; i < count; ++i) batch.push_back(found(*collection, i));
      for (std::uint32_t i = 0; i < count; ++i) {
        REQUIRE(search(*collection, {&queries[i], 1}, 7) == Status::kOk);
        CHECK(batch[i].size() == 7);
        CHECK(same(batch[i], found(*collection)));
      }
    }
}

TEST_CASE("search returns fewer than k neighbours when fewer rows are live") {
  Random random(4);
  const Shape shape{Metric::kEuclidean, 4};
  auto collection = make_collection(shape);
  const auto queries = random_vectors(random, shape, 2);
  REQUIRE(search(*collection, queries, 5) == Status::kOk);
  CHECK(collection->neighbors(0).empty());
  CHECK(collection->neighbors(1).empty());

  REQUIRE(append(*collection, random_vectors(random, shape, 3)) == Status::kOk);
  REQUIRE(search(*collection, queries, 5) == Status::kOk);
  CHECK(collection->neighbors(0).size() == 3);
  CHECK(collection->neighbors(1).size() == 3);

  for (std::uint32_t row = 0; row < 3; ++row) REQUIRE(collection->remove(row) == Status::kOk);
  REQUIRE(search(*collection, queries, kMaxTopK) == Status::kOk);
  CHECK(collection->neighbors(0).empty());
}

TEST_CASE("deleted rows are never found, and compacting keeps results up to row numbers") {
  Random random(5);
  for (const Metric metric : kMetrics) {
    const Shape shape{metric, 64};
    auto collection = make_collection(shape);
    REQUIRE(append(*collection, random_vectors(random, shape, 400)) == Status::kOk);
    std::vector<std::uint32_t> live;
    for (std::uint32_t row = 0; row < 400; ++row) {
      if (row % 4 == 2)
        live.push_back(row);
      else
        REQUIRE(collection->remove(row) == Status::kOk);
    }
    const Bytes query = random_vector(random, shape);
    REQUIRE(search(*collection, {&query, 1}, 400) == Status::kOk);
    const auto before = found(*collection);
    CHECK(before.size() == 100);
    for (const Neighbor& neighbor : before) CHECK(neighbor.row % 4 == 2);

    collection->compact();
    REQUIRE(search(*collection, {&query, 1}, 400) == Status::kOk);
    auto after = found(*collection);
    for (Neighbor& neighbor : after) neighbor.row = live[neighbor.row];
    CHECK(same(before, after));
  }
}

TEST_CASE("a replaced vector is found at its new place only") {
  auto collection = make_collection({Metric::kEuclidean, 2});
  const Bytes vectors[] = {to_bytes(Floats{0, 0}), to_bytes(Floats{5, 5})};
  REQUIRE(append(*collection, vectors) == Status::kOk);
  const Bytes moved = to_bytes(Floats{9, 9});
  REQUIRE(collection->stage(1) == Status::kOk);
  std::memcpy(collection->staged_row(0), moved.data(), moved.size());
  collection->targets()[0] = 0;
  REQUIRE(collection->commit() == Status::kOk);
  REQUIRE(search(*collection, {&vectors[0], 1}, 2) == Status::kOk);
  const Neighbor wanted[] = {{1, 50.0f}, {0, 162.0f}};
  CHECK(same(found(*collection), wanted));
}

TEST_CASE("faulty() names the vector or query that was refused") {
  Random random(6);
  const float kNaN = std::numeric_limits<float>::quiet_NaN();
  const Shape shape{Metric::kCosine, 8};
  auto collection = make_collection(shape);
  auto vectors = random_vectors(random, shape, 5);
  std::memcpy(vectors[3].data() + 20, &kNaN, 4);
  CHECK(append(*collection, vectors) == Status::kInvalidVector);
  CHECK(collection->faulty() == 3);
  CHECK(collection->store().rows() == 0);

  vectors.erase(vectors.begin() + 3);
  REQUIRE(append(*collection, vectors) == Status::kOk);
  vectors[1].assign(vectors[1].size(), std::byte{0});
  CHECK(search(*collection, vectors, 2) == Status::kInvalidVector);
  CHECK(collection->faulty() == 1);
  for (std::uint32_t i = 0; i < 4; ++i) CHECK(collection->neighbors(i).empty());
}

TEST_CASE("a search that is refused has no results, also after one that had some") {
  auto collection = make_collection({Metric::kCosine, 2});
  const Bytes vector = to_bytes(Floats{1, 0});
  REQUIRE(append(*collection, {&vector, 1}) == Status::kOk);
  REQUIRE(search(*collection, {&vector, 1}, 1) == Status::kOk);
  CHECK(collection->neighbors(0).size() == 1);
  std::ranges::fill(collection->queries(), std::byte{0});
  CHECK(collection->search(false, 0) == Status::kInvalidVector);
  CHECK(collection->neighbors(0).empty());
}

TEST_CASE("prepare refuses no queries, no neighbours and too many neighbours") {
  auto collection = make_collection({Metric::kDot, 2});
  CHECK(collection->prepare(0, 1) == Status::kInvalidArgument);
  CHECK(collection->prepare(1, 0) == Status::kInvalidArgument);
  CHECK(collection->prepare(1, kMaxTopK + 1) == Status::kLimitExceeded);
  CHECK(collection->prepare(1, kMaxTopK) == Status::kOk);
  CHECK(collection->queries().size() == 8);
  CHECK(collection->prepare(3, 1) == Status::kOk);
  CHECK(collection->queries().size() == 24);
}

TEST_CASE("a collection that has used up its memory limit still answers") {
  Random random(7);
  const Shape shape{Metric::kEuclidean, 2};
  const auto vectors = random_vectors(random, shape, 16);
  std::uint64_t max_bytes = 0;
  auto collection = make_collection(shape, max_bytes);
  while (append(*collection, vectors) != Status::kOk) {
    REQUIRE(max_bytes < 1000);
    collection = make_collection(shape, ++max_bytes);
  }
  CHECK(append(*collection, vectors) == Status::kOutOfMemory);
  const auto queries = random_vectors(random, shape, 10);
  REQUIRE(search(*collection, queries, 1000) == Status::kOk);
  for (std::uint32_t i = 0; i < 10; ++i)
    CHECK(same(found(*collection, i), brute_force(shape.metric, queries[i], vectors, 1000)));
  CHECK(collection->used_bytes() > max_bytes);  // the buffers are counted, though not limited
}

TEST_CASE("a prepare that fails leaves nothing to search, and the next one works") {
  Random random(8);
  const Shape shape{Metric::kHamming, 8};
  const auto vectors = random_vectors(random, shape, 10);
  auto collection = make_collection(shape);
  REQUIRE(append(*collection, vectors) == Status::kOk);
  REQUIRE(search(*collection, std::span(vectors).first(4), 3) == Status::kOk);
  // 1.3 TB for the neighbours, more than AddressSanitizer allows; most systems refuse it, too.
  const Status status = collection->prepare(1u << 24, kMaxTopK);
  if (status == Status::kOutOfMemory) {
    CHECK(collection->search(false, 0) == Status::kOk);
    for (std::uint32_t i = 0; i < 4; ++i) CHECK(collection->neighbors(i).empty());
  }
  REQUIRE(search(*collection, std::span(vectors).first(4), 3) == Status::kOk);
  for (std::uint32_t i = 0; i < 4; ++i)
    CHECK(same(found(*collection, i), brute_force(shape.metric, vectors[i], vectors, 3)));
}

TEST_CASE("counted work is rows times queries, and one pass over the vectors") {
  Random random(8);
  for (const Metric metric : kMetrics) {
    const Shape shape{metric, 16};
    auto collection = make_collection(shape);
    REQUIRE(append(*collection, random_vectors(random, shape, 700)) == Status::kOk);
    for (const std::uint32_t count : {1u, 5u}) {
      REQUIRE(search(*collection, random_vectors(random, shape, count), 3) == Status::kOk);
      CHECK(collection->last_cost().distance_evaluations == 700 * count);
      CHECK(collection->last_cost().bytes_read == 700 * shape.row_bytes());
    }
  }
}

TEST_CASE("a stage that fails leaves nothing to commit") {
  Random random(9);
  const Shape shape{Metric::kCosine, 64};
  auto collection = make_collection(shape, 16 * 256 + 500);
  const auto vectors = random_vectors(random, shape, 10);
  REQUIRE(append(*collection, vectors) == Status::kOk);
  const std::uint64_t used = collection->used_bytes();
  for (const std::uint32_t count : {7u, 100u, kMaxRows - 10}) {
    CHECK(collection->stage(count) == Status::kOutOfMemory);
    CHECK(collection->used_bytes() == used);
    CHECK(collection->store().rows() == 10);
    CHECK(collection->store().validate() == Status::kOk);
  }
  CHECK(collection->stage(kMaxRows) == Status::kLimitExceeded);
  CHECK(collection->stage(6) == Status::kOk);
}

TEST_CASE("clearing empties a collection that can be filled again") {
  Random random(10);
  const Shape shape{Metric::kCosine, 12};
  auto collection = make_collection(shape);
  const auto vectors = random_vectors(random, shape, 100);
  for (int round = 0; round < 3; ++round) {
    REQUIRE(append(*collection, vectors) == Status::kOk);
    CHECK(collection->store().rows() == 100);
    REQUIRE(search(*collection, {&vectors[42], 1}, 1) == Status::kOk);
    REQUIRE(collection->neighbors(0).size() == 1);
    CHECK(collection->neighbors(0)[0].row == 42);
    collection->clear();
    CHECK(collection->store().rows() == 0);
    REQUIRE(search(*collection, {&vectors[42], 1}, 1) == Status::kOk);
    CHECK(collection->neighbors(0).empty());
  }
}

}  // namespace
}  // namespace rv::test
