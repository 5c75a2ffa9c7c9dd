// store/: rows in blocks, batches that happen whole or not at all, memory that runs out.
#include <algorithm>
#include <limits>

#include "base/limits.h"
#include "core/store_model.h"
#include "core/support.h"

namespace rv::test {
namespace {

constexpr Shape kShapes[] = {
    {Metric::kCosine, 3},    {Metric::kDot, 1},     {Metric::kEuclidean, 16},
    {Metric::kManhattan, 5}, {Metric::kHamming, 8}, {Metric::kHamming, 24},
    {Metric::kCosine, 8192}, {Metric::kDot, 8191},  {Metric::kHamming, 65536},
};

TEST_CASE("a new store is empty and owns no memory") {
  for (const Shape shape : kShapes) {
    MemoryBudget budget(0);
    VectorStore store(shape, budget);
    CHECK(agrees(store, {}));
    CHECK(store.shape().metric == shape.metric);
    CHECK(store.shape().dim == shape.dim);
    CHECK(store.remove(0) == Status::kNotFound);
    compact(store);
    store.clear();
    CHECK(store.stage(0) == Status::kOk);
    CHECK(commit(store, {}) == Status::kOk);
    CHECK(agrees(store, {}));
    CHECK(budget.used_bytes() == 0);
  }
}

TEST_CASE("staged rows are invisible until they are committed") {
  Random random(1);
  for (const Shape shape : kShapes) {
    MemoryBudget budget(UINT64_MAX);
    VectorStore store(shape, budget);
    const auto vectors = random_vectors(random, shape, 5);
    REQUIRE(stage(store, vectors) == Status::kOk);
    CHECK(agrees(store, {}));
    const std::uint32_t targets[] = {kAppend, kAppend, kAppend, kAppend, kAppend};
    REQUIRE(commit(store, targets) == Status::kOk);
    Model model;
    model.commit(vectors, targets);
    CHECK(agrees(store, model));
  }
}

TEST_CASE("a commit may take fewer rows than were staged, and not more") {
  Random random(2);
  const Shape shape{Metric::kCosine, 3};
  MemoryBudget budget(UINT64_MAX);
  VectorStore store(shape, budget);
  Model model;
  const auto vectors = random_vectors(random, shape, 3);
  const std::uint32_t targets[] = {kAppend, kAppend, kAppend, kAppend};
  REQUIRE(stage(store, vectors) == Status::kOk);
  CHECK(commit(store, targets) == Status::kInvalidArgument);
  CHECK(agrees(store, model));
  REQUIRE(commit(store, std::span(targets).first(2)) == Status::kOk);
  model.commit(vectors, std::span(targets).first(2));
  CHECK(agrees(store, model));
  CHECK(commit(store, std::span(targets).first(1)) == Status::kInvalidArgument);
  CHECK(agrees(store, model));
}

TEST_CASE("a batch replaces live rows and rows appended earlier in it") {
  Random random(3);
  for (const Shape shape : kShapes) {
    MemoryBudget budget(UINT64_MAX);
    VectorStore store(shape, budget);
    Model model;
    auto vectors = random_vectors(random, shape, 4);
    REQUIRE(append(store, vectors) == Status::kOk);
    model.commit(vectors, std::vector<std::uint32_t>(4, kAppend));

    // Row 2 twice, row 4 (the first appended here) twice, then row 5.
    vectors = random_vectors(random, shape, 7);
    const std::uint32_t targets[] = {2, kAppend, 2, 4, kAppend, 4, 5};
    REQUIRE(write(store, vectors, targets) == Status::kOk);
    model.commit(vectors, targets);
    CHECK(model.rows == 6);
    CHECK(agrees(store, model));
  }
}

TEST_CASE("a target that is deleted, missing or not yet appended changes nothing") {
  Random random(4);
  for (const Shape shape : kShapes) {
    MemoryBudget budget(UINT64_MAX);
    VectorStore store(shape, budget);
    Model model;
    const auto vectors = random_vectors(random, shape, 3);
    REQUIRE(append(store, vectors) == Status::kOk);
    model.commit(vectors, std::vector<std::uint32_t>(3, kAppend));
    REQUIRE(store.remove(1) == Status::kOk);
    model.live.erase(1);

    const std::vector<std::uint32_t> refused[] = {
        {1}, {0, kAppend, 1}, {3}, {3, kAppend}, {kAppend, 4}, {0, kAppend, kAppend - 1},
    };
    for (const auto& targets : refused) {
      const auto batch = random_vectors(random, shape, targets.size());
      CHECK(write(store, batch, targets) == Status::kNotFound);
      CHECK(agrees(store, model));
    }
  }
}

TEST_CASE("one bad vector of a batch changes nothing and is named") {
  Random random(5);
  const float kNaN = std::numeric_limits<float>::quiet_NaN();
  for (const Shape shape : {Shape{Metric::kCosine, 3}, Shape{Metric::kDot, 7},
                            Shape{Metric::kEuclidean, 1}, Shape{Metric::kManhattan, 8192}}) {
    MemoryBudget budget(UINT64_MAX);
    VectorStore store(shape, budget);
    Model model;
    auto vectors = random_vectors(random, shape, 3);
    REQUIRE(append(store, vectors) == Status::kOk);
    model.commit(vectors, std::vector<std::uint32_t>(3, kAppend));
    const std::uint32_t targets[] = {kAppend, 1, kAppend, 0, 3};
    for (std::uint32_t bad = 0; bad < 5; ++bad) {
      vectors = random_vectors(random, shape, 5);
      std::memcpy(vectors[bad].data() + 4 * random.below(shape.dim), &kNaN, 4);
      CHECK(write(store, vectors, targets) == Status::kInvalidVector);
      CHECK(store.faulty_row() == bad);
      CHECK(agrees(store, model));
      // The rows are still staged: the host may mend the one and commit again.
      std::memcpy(store.row(store.rows() + bad), vectors[(bad + 1) % 5].data(), shape.row_bytes());
      vectors[bad] = vectors[(bad + 1) % 5];
      REQUIRE(commit(store, targets) == Status::kOk);
      model.commit(vectors, targets);
      CHECK(agrees(store, model));
    }
  }
}

TEST_CASE("cosine refuses the zero vector in a batch, euclidean stores it") {
  for (const Metric metric : {Metric::kCosine, Metric::kEuclidean}) {
    MemoryBudget budget(UINT64_MAX);
    VectorStore store({metric, 2}, budget);
    const Bytes vectors[] = {to_bytes(Floats{1, 0}), to_bytes(Floats{0, 0})};
    const bool refused = metric == Metric::kCosine;
    CHECK(append(store, vectors) == (refused ? Status::kInvalidVector : Status::kOk));
    CHECK(store.rows() == (refused ? 0 : 2));
  }
}

TEST_CASE("a row is removed once") {
  Random random(6);
  const Shape shape{Metric::kCosine, 3};
  MemoryBudget budget(UINT64_MAX);
  VectorStore store(shape, budget);
  REQUIRE(append(store, random_vectors(random, shape, 130)) == Status::kOk);
  for (const std::uint32_t row : {0u, 63u, 64u, 129u}) {
    CHECK(store.is_live(row));
    CHECK(store.remove(row) == Status::kOk);
    CHECK_FALSE(store.is_live(row));
    CHECK(store.remove(row) == Status::kNotFound);
  }
  for (const std::uint32_t row : {130u, 131u, 0x7FFFFFFFu, 0xFFFFFFFFu})
    CHECK(store.remove(row) == Status::kNotFound);
  CHECK(store.rows() == 130);
  CHECK(store.live_rows() == 126);
  CHECK(store.validate() == Status::kOk);
}

TEST_CASE("removing all rows and compacting frees all memory") {
  Random random(7);
  for (const Shape shape : kShapes) {
    MemoryBudget budget(UINT64_MAX);
    {
      VectorStore store(shape, budget);
      REQUIRE(append(store, random_vectors(random, shape, 20)) == Status::kOk);
      for (std::uint32_t row = 0; row < 20; ++row) REQUIRE(store.remove(row) == Status::kOk);
      CHECK(store.has_deleted());
      compact(store);
      CHECK(agrees(store, {}));
    }
    CHECK(budget.used_bytes() == 0);
  }
}

TEST_CASE("compacting leaves no more memory than a store of the remaining rows would take") {
  Random random(12);
  for (const Shape shape : kShapes)
    for (const std::uint32_t left : {1u, 16u, 17u, 40u, 70u, 129u, 130u}) {
      CAPTURE(shape.row_bytes());
      CAPTURE(left);
      const auto vectors = random_vectors(random, shape, 130);
      MemoryBudget budget(UINT64_MAX), fresh_budget(UINT64_MAX);
      VectorStore store(shape, budget), fresh(shape, fresh_budget);
      REQUIRE(append(store, vectors) == Status::kOk);
      REQUIRE(stage(store, vectors) == Status::kOk);
      for (std::uint32_t row = left; row < 130; ++row) REQUIRE(store.remove(row) == Status::kOk);
      compact(store);
      REQUIRE(append(fresh, std::span(vectors).first(left)) == Status::kOk);
      CHECK(budget.used_bytes() <= fresh_budget.used_bytes() + 16 * sizeof(void*));

      Model model;
      model.commit(vectors, std::vector<std::uint32_t>(left, kAppend));
      CHECK(agrees(store, model));
      REQUIRE(append(store, vectors) == Status::kOk);
      model.commit(vectors, std::vector<std::uint32_t>(130, kAppend));
      CHECK(agrees(store, model));
    }
}

TEST_CASE("a bad vector is named before a bad target") {
  MemoryBudget budget(UINT64_MAX);
  VectorStore store({Metric::kCosine, 2}, budget);
  const Bytes vectors[] = {to_bytes(Floats{1, 0}), to_bytes(Floats{0, 0})};
  const std::uint32_t targets[] = {7, kAppend};
  CHECK(write(store, vectors, targets) == Status::kInvalidVector);
  CHECK(store.faulty_row() == 1);
}

TEST_CASE("compacting and clearing drop what is staged") {
  Random random(8);
  const Shape shape{Metric::kCosine, 3};
  for (const bool clear : {false, true}) {
    MemoryBudget budget(UINT64_MAX);
    VectorStore store(shape, budget);
    REQUIRE(append(store, random_vectors(random, shape, 2)) == Status::kOk);
    REQUIRE(stage(store, random_vectors(random, shape, 1)) == Status::kOk);
    clear ? store.clear() : compact(store);
    CHECK(commit(store, std::vector<std::uint32_t>(1, kAppend)) == Status::kInvalidArgument);
    CHECK(store.rows() == (clear ? 0 : 2));
    CHECK(store.validate() == Status::kOk);
  }
}

TEST_CASE("more rows than the documented maximum are refused before memory is asked for") {
  Random random(9);
  const Shape shape{Metric::kHamming, 8};
  MemoryBudget budget(1000);
  VectorStore store(shape, budget);
  REQUIRE(append(store, random_vectors(random, shape, 1)) == Status::kOk);
  for (const std::uint32_t count : {kMaxRows, kMaxRows + 1, UINT32_MAX})
    CHECK(store.stage(count) == Status::kLimitExceeded);
  CHECK(store.stage(kMaxRows - 1) == Status::kOutOfMemory);
  CHECK(store.rows() == 1);
  CHECK(store.validate() == Status::kOk);
}

// Row r of every store of the block tests: random-looking, and valid under every metric.
Bytes numbered_vector(Shape shape, std::uint32_t r) {
  Random random(r);
  return random_vector(random, shape);
}

bool holds_numbered(const VectorStore& store, std::uint32_t row, std::uint32_t r) {
  const Bytes wanted = numbered_vector(store.shape(), r);
  return std::memcmp(store.row(row), wanted.data(), wanted.size()) == 0;
}

TEST_CASE("rows cross the boundaries of blocks unharmed, and full blocks stay where they are") {
  for (const Shape shape : kShapes) {
    CAPTURE(shape.row_bytes());
    MemoryBudget budget(UINT64_MAX);
    VectorStore store(shape, budget);
    const std::uint32_t block_rows = store.contiguous_from(0);
    const std::size_t block_bytes = block_rows * shape.row_bytes();
    CHECK(std::has_single_bit(block_rows));
    CHECK(block_bytes <= 1u << 20);
    CHECK(block_bytes * 2 > 1u << 20);

    const std::uint32_t total = 2 * block_rows + 3;
    const std::uint32_t batches[] = {1, 15, block_rows - 17, 1, block_rows, 4};
    const std::byte* first_block = nullptr;
    std::uint32_t r = 0;
    for (const std::uint32_t count : batches) {
      REQUIRE(store.stage(count) == Status::kOk);
      for (std::uint32_t i = 0; i < count; ++i, ++r) {
        const Bytes vector = numbered_vector(shape, r);
        std::memcpy(store.row(r), vector.data(), vector.size());
      }
      REQUIRE(commit(store, std::vector<std::uint32_t>(count, kAppend)) == Status::kOk);
      if (r >= block_rows && first_block == nullptr) first_block = store.row(0);
    }
    REQUIRE(r == total + 1);
    CHECK(store.row(0) == first_block);
    CHECK(store.validate() == Status::kOk);

    bool intact = true, contiguous = true;
    for (std::uint32_t row = 0; row < r; ++row) {
      intact = intact && holds_numbered(store, row, row);
      contiguous = contiguous && store.contiguous_from(row) == block_rows - row % block_rows;
      if (row % block_rows != 0)
        contiguous = contiguous && store.row(row) == store.row(row - 1) + shape.row_bytes();
    }
    CHECK(intact);
    CHECK(contiguous);

    // A third of the rows goes: the rest close up, and what lies behind the last block is freed.
    const std::uint64_t before = budget.used_bytes();
    for (std::uint32_t row = 0; row < r; ++row)
      if (row % 3 != 1) REQUIRE(store.remove(row) == Status::kOk);
    compact(store);
    CHECK(store.validate() == Status::kOk);
    CHECK(store.rows() == (r + 1) / 3);
    CHECK(budget.used_bytes() <= before - 2 * block_bytes);
    for (std::uint32_t row = 0; row < store.rows(); ++row)
      intact = intact && holds_numbered(store, row, 3 * row + 1);
    CHECK(intact);
  }
}

TEST_CASE("a tiny store takes little memory") {
  MemoryBudget budget(16 * 12 + 16 * 4 + 8 + 8);  // 16 rows, their norms, one block, one bit word
  VectorStore store({Metric::kCosine, 3}, budget);
  Random random(10);
  CHECK(append(store, random_vectors(random, store.shape(), 16)) == Status::kOk);
  CHECK(store.stage(1) == Status::kOutOfMemory);
}

// A fixed run of operations under `max_bytes`; true if none of them ran out of memory. Whatever
// runs out leaves the store as it was.
bool run_within(Shape shape, std::uint64_t max_bytes, std::span<const std::uint32_t> batches) {
  Random random(11);
  MemoryBudget budget(max_bytes);
  bool enough = true, sound = true;
  {
    VectorStore store(shape, budget);
    Model model;
    for (int pass = 0; pass < 2; ++pass) {
      for (const std::uint32_t count : batches) {
        const auto vectors = random_vectors(random, shape, count);
        std::vector<std::uint32_t> targets(count, kAppend);
        if (count > 1) targets[count - 1] = model.rows;  // the first of this batch
        const Status status = write(store, vectors, targets);
        if (status == Status::kOk) model.commit(vectors, targets);
        enough = enough && status == Status::kOk;
        sound = sound && (status == Status::kOk || status == Status::kOutOfMemory);
        sound = sound && agrees(store, model) && budget.used_bytes() <= max_bytes;
      }
      for (std::uint32_t row = 0; row < model.rows; row += 3) {
        sound = sound && store.remove(row) == Status::kOk;
        model.live.erase(row);
      }
      compact(store);
      model.compact();
      sound = sound && agrees(store, model);
    }
  }
  CAPTURE(max_bytes);
  CHECK(sound);
  CHECK(budget.used_bytes() == 0);
  return enough;
}

TEST_CASE("whichever allocation fails, nothing changes: small rows, every limit") {
  const std::uint32_t batches[] = {1, 16, 2, 30, 33, 64};
  for (const Shape shape : {Shape{Metric::kCosine, 3}, Shape{Metric::kHamming, 8}}) {
    std::uint64_t max_bytes = 0;
    while (!run_within(shape, max_bytes, batches)) ++max_bytes;
    CHECK(max_bytes > 150 * shape.row_bytes());
    CHECK(max_bytes < 1000 * shape.row_bytes() + 1000);
  }
}

TEST_CASE("whichever allocation fails, nothing changes: rows of 32 KB, across blocks") {
  const std::uint32_t batches[] = {3, 14, 20, 40};
  std::uint64_t max_bytes = 0;
  while (!run_within({Metric::kCosine, 8192}, max_bytes, batches)) max_bytes += 60000;
  CHECK(max_bytes > 2u << 20);
  CHECK(max_bytes < 6u << 20);
}

TEST_CASE("random operations leave what they leave in a std::map") {
  for (const Shape shape : kShapes) {
    CAPTURE(shape.row_bytes());
    const bool large = shape.row_bytes() > 1000;
    for (int sequence = 0; sequence < soak(large ? 4 : 50); ++sequence) {
      CAPTURE(sequence);
      Random random(static_cast<std::uint64_t>(sequence) * 100 + shape.dim);
      MemoryBudget budget(UINT64_MAX);
      bool agreed = true;
      {
        VectorStore store(shape, budget);
        Model model;
        for (int step = 0; step < (large ? 60 : 200) && agreed; ++step)
          agreed = random_step(random, store, model, large ? 80 : 400) && agrees(store, model);
      }
      CHECK(agreed);
      CHECK(budget.used_bytes() == 0);
    }
  }
}

}  // namespace
}  // namespace rv::test
