// BitScan: estimates against the formula in double precision, masks and ranges, the bounded rerank
// that engines build on it, and blocks whose rows come and go.
#include <algorithm>
#include <bit>

#include "core/quant_support.h"
#include "quant/bit_scan.h"
#include "quant/rotation.h"

namespace rv::test {
namespace {

constexpr std::uint64_t kPlenty = 1u << 30;

struct Scan {
  explicit Scan(Shape shape, std::uint64_t max_bytes = kPlenty)
      : budget(max_bytes), center(shape, budget), rotation(shape.dim, 11), bits(center, budget) {}

  // What the engine does with a row.
  void encode(std::uint32_t row, const Floats& x) {
    Floats v = scratch_for(center.dim());
    const float term = center.residual(bytes_of(x), inverse_norm_of(center.shape(), x), v);
    rotation.apply(v);
    bits.encode(row, v, term);
  }

  std::vector<std::byte> prepare(const Floats& q, float deviations = 0) const {
    Floats v = scratch_for(center.dim());
    const float term = center.query(bytes_of(q), inverse_norm_of(center.shape(), q), v);
    rotation.apply(v);
    std::vector<std::byte> query(bits.query_bytes());
    bits.prepare(v, term, deviations, query.data());
    return query;
  }

  MemoryBudget budget;
  Center center;
  Rotation rotation;
  BitScan bits;
};

std::vector<Neighbor> scan(const Scan& s, const std::vector<std::byte>& query, std::uint32_t begin,
                           std::uint32_t end, const std::uint32_t* live, std::size_t k,
                           std::uint32_t* scanned = nullptr) {
  std::vector<std::uint64_t> keys(k);
  TopK top(keys);
  const std::uint32_t count = s.bits.scan(query.data(), begin, end, live, top);
  if (scanned != nullptr) *scanned = count;
  const auto found = top.sort();
  return {found.begin(), found.end()};
}

// The estimate of the paper, from the same rotated floats: query term + row term + weight * |r|^2
// <v, signs> / sum |r|.
double plain_estimate(const Scan& s, const Floats& q, const Floats& x) {
  Floats r = scratch_for(s.center.dim()), v = r;
  const float row_term = s.center.residual(bytes_of(x), inverse_norm_of(s.center.shape(), x), r);
  const float query_term = s.center.query(bytes_of(q), inverse_norm_of(s.center.shape(), q), v);
  s.rotation.apply(r);
  s.rotation.apply(v);
  double sum = 0, product = 0;
  for (std::size_t i = 0; i < s.center.dim(); ++i) {
    sum += std::fabs(r[i]);
    product += std::signbit(r[i]) ? -v[i] : v[i];
  }
  const double term = static_cast<double>(query_term) + (s.center.is_dot() ? 0 : row_term);
  return sum == 0 ? term : term + s.center.weight() * dot_of(r, r) * product / sum;
}

TEST_CASE("estimates are the paper's, but for the rounding of the tables") {
  Random random(1);
  for (const Metric metric : kCodedMetrics)
    for (const std::uint32_t dim :
         {1u, 2u, 3u, 4u, 5u, 8u, 9u, 15u, 16u, 17u, 63u, 100u, 384u, 2064u, 8192u})
      for (const bool trained : {false, true}) {
        CAPTURE(static_cast<int>(metric));
        CAPTURE(dim);
        CAPTURE(trained);
        constexpr std::uint32_t kRows = 37;
        std::vector<Floats> vectors;
        for (std::uint32_t row = 0; row < kRows; ++row) {
          vectors.push_back(normal_floats(random, dim));
          for (float& value : vectors.back()) value += 0.2f;
        }
        Scan s({metric, dim});
        if (trained) train(s.center, vectors);
        REQUIRE(s.bits.reserve(kRows) == Status::kOk);
        for (std::uint32_t row = 0; row < kRows; ++row) s.encode(row, vectors[row]);
        const Floats q = normal_floats(random, dim);
        const auto found = scan(s, s.prepare(q), 0, kRows, nullptr, kRows);
        REQUIRE(found.size() == kRows);
        const double size = metric == Metric::kCosine ? 1 : norm_of(q) + 1;
        for (const Neighbor& n : found) {
          CHECK(is_rankable(n.distance));
          // A table has at least 127 steps for the four components of its group.
          const double row_size = metric == Metric::kCosine ? 1.5 : norm_of(vectors[n.row]) + 1;
          CHECK(std::fabs(n.distance - plain_estimate(s, q, vectors[n.row])) <=
                0.04 * size * row_size);
        }
      }
}

TEST_CASE("a scan offers the live rows of its range and counts them") {
  Random random(2);
  const Shape shape{Metric::kEuclidean, 24};
  Scan s(shape);
  constexpr std::uint32_t kRows = 300;
  REQUIRE(s.bits.reserve(kRows) == Status::kOk);
  for (std::uint32_t row = 0; row < kRows; ++row) s.encode(row, normal_floats(random, shape.dim));
  const auto query = s.prepare(normal_floats(random, shape.dim));
  const auto all = scan(s, query, 0, kRows, nullptr, kRows);
  for (int i = 0; i < 200; ++i) {
    const std::uint32_t begin = random.below(10) * 32,
                        end = begin + random.below(kRows - std::min(begin, kRows - 1));
    std::vector<std::uint32_t> live(10);
    for (std::uint32_t& word : live)
      word = random.one_in(3) ? 0 : static_cast<std::uint32_t>(random.next() & random.next());
    const std::uint32_t* mask = random.one_in(4) ? nullptr : live.data();
    const std::size_t k = 1 + random.below(40);
    std::vector<Neighbor> wanted;
    std::uint32_t count = 0;
    for (const Neighbor& n : all) {
      if (n.row < begin || n.row >= std::min(end, kRows)) continue;
      if (mask != nullptr && (live[n.row / 32] >> (n.row % 32) & 1) == 0) continue;
      ++count;
      if (wanted.size() < k) wanted.push_back(n);
    }
    std::uint32_t scanned = 0;
    const auto found = scan(s, query, begin, std::min(end, kRows), mask, k, &scanned);
    CHECK(scanned == count);
    REQUIRE(found.size() == wanted.size());
    for (std::size_t j = 0; j < found.size(); ++j) {
      CHECK(found[j].row == wanted[j].row);
      CHECK(same_bits(found[j].distance, wanted[j].distance));
    }
  }
}

TEST_CASE("the bounded rerank finds nearly all true neighbours with few exact distances") {
  Random random(3);
  constexpr std::uint32_t kRows = 3000;
  constexpr std::size_t kNearest = 10;
  for (const Metric metric : kCodedMetrics) {
    CAPTURE(static_cast<int>(metric));
    const Shape shape{metric, 96};
    // Clusters, as embeddings have them.
    std::vector<Floats> centers, vectors;
    for (int i = 0; i < 30; ++i) centers.push_back(normal_floats(random, shape.dim));
    for (std::uint32_t row = 0; row < kRows; ++row) {
      vectors.push_back(normal_floats(random, shape.dim));
      for (std::size_t i = 0; i < shape.dim; ++i)
        vectors.back()[i] = 0.5f * vectors.back()[i] + centers[row % 30][i];
    }
    Scan s(shape);
    train(s.center, vectors);
    REQUIRE(s.bits.reserve(kRows) == Status::kOk);
    for (std::uint32_t row = 0; row < kRows; ++row) s.encode(row, vectors[row]);
    std::size_t hits = 0, exact_distances = 0, queries = 20;
    for (std::size_t i = 0; i < queries; ++i) {
      Floats q = normal_floats(random, shape.dim);
      for (std::size_t j = 0; j < shape.dim; ++j) q[j] = 0.5f * q[j] + centers[i][j];
      std::vector<std::uint64_t> true_keys(kNearest), keys(kNearest);
      TopK truth(true_keys), best(keys);
      for (std::uint32_t row = 0; row < kRows; ++row)
        truth.offer(static_cast<float>(exact_distance(metric, q, vectors[row])), row);
      for (const Neighbor& n : scan(s, s.prepare(q, 1.9f), 0, kRows, nullptr, 20 * kNearest)) {
        if (!best.admits(n.distance)) continue;
        ++exact_distances;
        best.offer(static_cast<float>(exact_distance(metric, q, vectors[n.row])), n.row);
      }
      const auto found = best.sort();
      for (const Neighbor& t : truth.sort())
        hits += std::ranges::count(found, t.row, &Neighbor::row) != 0 ? 1 : 0;
    }
    CHECK(static_cast<double>(hits) >= 0.97 * static_cast<double>(kNearest * queries));
    CHECK(exact_distances < 20 * kNearest * queries);
  }
}

TEST_CASE("zero residuals, zero queries and huge norms give defined estimates") {
  for (const Metric metric : {Metric::kEuclidean, Metric::kDot})
    for (const std::uint32_t dim : {1u, 2u, 7u, 64u, 8192u}) {
      CAPTURE(dim);
      Random random(4);
      std::vector<Floats> vectors = {Floats(dim, 0), normal_floats(random, dim),
                                     normal_floats(random, dim)};
      scale_by(vectors[1], 0.999e18 / norm_of(vectors[1]));
      scale_by(vectors[2], 1e-20 / norm_of(vectors[2]));
      vectors.push_back(Floats(dim, 0));
      vectors.back()[dim - 1] = -1e18f;
      for (const bool trained : {false, true}) {
        Scan s({metric, dim});
        if (trained) train(s.center, {vectors[1]});
        REQUIRE(s.bits.reserve(4) == Status::kOk);
        for (std::uint32_t row = 0; row < 4; ++row) s.encode(row, vectors[row]);
        CHECK(s.bits.validate_block(0) == Status::kOk);
        for (const Floats& q : vectors) {
          for (const float deviations : {0.0f, 3.0f}) {
            const auto found = scan(s, s.prepare(q, deviations), 0, 4, nullptr, 4);
            CHECK(found.size() == 4);
            for (const Neighbor& n : found) CHECK(is_rankable(n.distance));
          }
        }
      }
    }
}

TEST_CASE("random sequences of encode, move and shrink leave blocks as if written afresh") {
  for (int sequence = 0; sequence < soak(10); ++sequence) {
    Random random(200 + static_cast<std::uint64_t>(sequence));
    const Shape shape{Metric::kEuclidean, 1 + random.below(40)};
    Scan s(shape);
    std::vector<Floats> model;  // empty: never written
    for (int step = 0; step < 60; ++step) {
      const std::uint32_t action = random.below(10);
      if (action < 2) {
        model.resize(model.size() + random.below(90));
        REQUIRE(s.bits.reserve(static_cast<std::uint32_t>(model.size())) == Status::kOk);
      } else if (action == 2) {
        model.resize(random.one_in(4) ? 0
                                      : random.below(static_cast<std::uint32_t>(model.size()) + 1));
        s.bits.shrink(static_cast<std::uint32_t>(model.size()));
      } else if (!model.empty()) {
        const std::uint32_t row = random.below(static_cast<std::uint32_t>(model.size()));
        const std::uint32_t other = random.below(static_cast<std::uint32_t>(model.size()));
        if (action < 8) {
          model[row] = normal_floats(random, shape.dim);
          s.encode(row, model[row]);
        } else if (!model[other].empty()) {
          model[row] = model[other];
          s.bits.move(row, other);
        }
      }
      if (step % 10 != 9) continue;
      Scan fresh(shape);
      REQUIRE(fresh.bits.reserve(static_cast<std::uint32_t>(model.size())) == Status::kOk);
      for (std::uint32_t row = 0; row < model.size(); ++row)
        if (!model[row].empty()) fresh.encode(row, model[row]);
      for (std::uint32_t block = 0;
           block < BitScan::blocks_for(static_cast<std::uint32_t>(model.size())); ++block)
        CHECK(std::memcmp(s.bits.blocks().row(block), fresh.bits.blocks().row(block),
                          BitScan::block_bytes(shape.dim)) == 0);
    }
  }
}

TEST_CASE("reserving past the budget keeps the rows, and what was taken is zeros") {
  const Shape shape{Metric::kEuclidean, 50};
  Scan s(shape, 200000);
  Random random(5);
  REQUIRE(s.bits.reserve(40) == Status::kOk);
  const Floats x = normal_floats(random, shape.dim);
  s.encode(39, x);
  const Bytes before(s.bits.blocks().row(1), s.bits.blocks().row(1) + BitScan::block_bytes(50));
  CHECK(s.bits.reserve(1u << 24) == Status::kOutOfMemory);
  for (std::uint32_t block = 2; block < s.bits.blocks().capacity(); ++block)
    for (std::size_t i = 0; i < BitScan::block_bytes(50); ++i)
      CHECK(s.bits.blocks().row(block)[i] == std::byte{0});
  s.bits.shrink(40);
  CHECK(std::memcmp(s.bits.blocks().row(1), before.data(), before.size()) == 0);
  s.bits.shrink(0);
  CHECK(s.budget.used_bytes() == 0);
}

TEST_CASE("damaged factors are found; damaged bits give other estimates, defined ones") {
  const Shape shape{Metric::kEuclidean, 30};
  Scan s(shape);
  Random random(6);
  REQUIRE(s.bits.reserve(32) == Status::kOk);
  for (std::uint32_t row = 0; row < 32; ++row) s.encode(row, normal_floats(random, shape.dim));
  const std::size_t columns = BitScan::block_bytes(30) - 3 * 128;
  std::byte* block = s.bits.blocks().row(0);
  for (std::size_t factor = 0; factor < 96; ++factor)
    for (const float bad : {NAN, INFINITY, -1.0f, 1e38f}) {
      float good;
      std::memcpy(&good, block + columns + 4 * factor, 4);
      std::memcpy(block + columns + 4 * factor, &bad, 4);
      CHECK(s.bits.validate_block(0) == Status::kFormatChecksum);
      std::memcpy(block + columns + 4 * factor, &good, 4);
    }
  CHECK(s.bits.validate_block(0) == Status::kOk);
  const Bytes noise = random.bytes(columns);
  std::memcpy(block, noise.data(), noise.size());
  CHECK(s.bits.validate_block(0) == Status::kOk);
  for (const Neighbor& n : scan(s, s.prepare(normal_floats(random, 30)), 0, 32, nullptr, 32))
    CHECK(is_rankable(n.distance));
}

}  // namespace
}  // namespace rv::test
