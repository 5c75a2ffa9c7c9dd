// quant/: the centre, and what int8 and RaBitQ codes have in common as codecs: distances against
// double precision, rows that move, vectors at the edges, and rows from outside.
#include <algorithm>
#include <functional>
#include <memory>

#include "base/limits.h"
#include "core/quant_support.h"
#include "quant/rabitq.h"
#include "quant/sq8.h"

namespace rv::test {
namespace {

constexpr std::uint64_t kPlenty = 1u << 30;

// Either codec over vectors of one shape. `bits` 0 is int8.
struct Coded {
  Coded(Shape shape, unsigned bits, std::uint64_t max_bytes = kPlenty)
      : budget(max_bytes), center(shape, budget), rotation(shape.dim, 42) {
    if (bits == 0) {
      sq8 = std::make_unique<Sq8Codes>(center, budget);
      codes = sq8.get();
    } else {
      rabitq = std::make_unique<RabitqCodes>(center, rotation, bits, budget);
      codes = rabitq.get();
    }
  }

  void encode(std::uint32_t row, const Floats& x) {
    Floats scratch = scratch_for(center.dim());
    const float inverse = inverse_norm_of(center.shape(), x);
    if (sq8 != nullptr) sq8->encode(row, bytes_of(x), inverse, scratch);
    if (rabitq != nullptr) rabitq->encode(row, bytes_of(x), inverse, scratch);
  }

  Floats decode(std::uint32_t row, const Floats& x) const {
    Floats out(center.dim());
    codes->decode(row, inverse_norm_of(center.shape(), x), out);
    return out;
  }

  std::vector<std::byte> prepare(const Floats& q) const {
    std::vector<std::byte> query(codes->query_bytes());
    codes->prepare(bytes_of(q), inverse_norm_of(center.shape(), q), query.data());
    return query;
  }

  float distance(const std::vector<std::byte>& query, std::uint32_t row) const {
    float out = -1;
    codes->distances(query.data(), {&row, 1}, {&out, 1});
    return out;
  }

  float stored(const std::vector<std::byte>& query, std::uint32_t row) const {
    float out = -1;
    codes->stored_distances(query.data(), {&row, 1}, {&out, 1});
    return out;
  }

  float between(std::uint32_t a, std::uint32_t b) const {
    std::vector<std::byte> query(codes->query_bytes());
    codes->prepare_row(a, query.data());
    return distance(query, b);
  }

  MemoryBudget budget;
  Center center;
  Rotation rotation;
  std::unique_ptr<Sq8Codes> sq8;
  std::unique_ptr<RabitqCodes> rabitq;
  ResidualCodes* codes;
};

std::vector<Floats> random_vectors(Random& random, std::size_t count, std::uint32_t dim,
                                   float offset) {
  std::vector<Floats> vectors;
  for (std::size_t i = 0; i < count; ++i) {
    vectors.push_back(normal_floats(random, dim));
    for (float& x : vectors.back()) x += offset;
  }
  return vectors;
}

// ---- the centre ----

TEST_CASE("the centre is the mean of what it was trained on") {
  Random random(1);
  for (const Metric metric : kCodedMetrics) {
    const Shape shape{metric, 21};
    MemoryBudget budget(kPlenty);
    Center center(shape, budget);
    CHECK(center.values().empty());
    const auto vectors = random_vectors(random, 100, shape.dim, 0.5f);
    train(center, vectors);
    REQUIRE(center.values().size() == shape.dim);
    for (std::size_t i = 0; i < shape.dim; ++i) {
      double sum = 0;
      for (const Floats& x : vectors)
        sum += x[i] * (metric == Metric::kCosine ? 1 / norm_of(x) : 1);
      CHECK(center.values()[i] == doctest::Approx(sum / 100).epsilon(1e-5));
    }

    Center other(shape, budget);
    CHECK(other.load(std::as_bytes(center.values())) == Status::kOk);
    CHECK(std::ranges::equal(other.values(), center.values()));
    CHECK(other.load({}) == Status::kOk);
    CHECK(other.values().empty());
  }
}

TEST_CASE("the centre refuses what is no centre") {
  MemoryBudget budget(kPlenty);
  Center center({Metric::kEuclidean, 5}, budget);
  const Floats good = {1, 2, 3, 4, 5};
  REQUIRE(center.load(std::as_bytes(std::span(good))) == Status::kOk);
  for (const Floats& bad : {Floats{1, 2, 3, 4}, Floats{1, 2, 3, 4, 5, 6}, Floats{1, 2, 3, 4, NAN},
                            Floats{1, 2, 3, 4, INFINITY}, Floats{1, 2, 3, 4, 1.1e18f}})
    CHECK(center.load(std::as_bytes(std::span(bad))) == Status::kFormatChecksum);
  CHECK(std::ranges::equal(center.values(), good));

  MemoryBudget none(100);
  Center starved({Metric::kEuclidean, 5}, none);
  CHECK(starved.begin() == Status::kOutOfMemory);
  CHECK(starved.load(std::as_bytes(std::span(good))) == Status::kOutOfMemory);
  CHECK(none.used_bytes() == 0);
}

TEST_CASE("training on nothing leaves the centre at zero") {
  MemoryBudget budget(kPlenty);
  Center center({Metric::kDot, 3}, budget);
  REQUIRE(center.begin() == Status::kOk);
  center.end();
  for (const float value : center.values()) CHECK(value == 0);
}

// ---- distances ----

struct Case {
  Shape shape;
  unsigned bits;
  bool trained;
};

void for_cases(std::initializer_list<std::uint32_t> dims, std::initializer_list<unsigned> bits,
               const std::function<void(const Case&)>& run) {
  for (const Metric metric : kCodedMetrics)
    for (const std::uint32_t dim : dims)
      for (const unsigned b : bits)
        for (const bool trained : {false, true}) {
          CAPTURE(static_cast<int>(metric));
          CAPTURE(dim);
          CAPTURE(b);
          CAPTURE(trained);
          run({{metric, dim}, b, trained});
        }
}

TEST_CASE("int8: stored distances are those of the decoded vectors") {
  Random random(2);
  for_cases({1, 2, 3, 15, 16, 17, 100, 255, 256, 257, 768}, {0}, [&](const Case& c) {
    const auto vectors = random_vectors(random, 12, c.shape.dim, 0.3f);
    Coded coded(c.shape, 0);
    if (c.trained) train(coded.center, vectors);
    REQUIRE(coded.codes->reserve(12) == Status::kOk);
    for (std::uint32_t row = 0; row < 12; ++row) coded.encode(row, vectors[row]);
    for (std::uint32_t row = 0; row < 12; ++row) {
      const Floats& q = vectors[(row + 5) % 12];
      Floats x = coded.decode(row, vectors[row]);
      // Under cosine codes stand for the unit vector c + r, decoded to the given length: half of
      // |q - x|^2 is 1 - cos but for what the codes lose of its length.
      double wanted;
      if (c.shape.metric == Metric::kCosine) {
        Floats unit_q = q;
        scale_by(unit_q, 1 / norm_of(q));
        scale_by(x, 1 / norm_of(vectors[row]));
        wanted = exact_distance(Metric::kEuclidean, unit_q, x) / 2;
      } else {
        wanted = exact_distance(c.shape.metric, q, x);
      }
      const double size =
          c.shape.metric == Metric::kCosine ? 4 : std::pow(norm_of(q) + norm_of(x), 2);
      const auto query = coded.prepare(q);
      CHECK(std::fabs(coded.stored(query, row) - wanted) <= 1e-5 * size + 1e-6);
      // A component of the query is off by 1/126 of the largest residual, of the row by 1/254.
      CHECK(std::fabs(coded.distance(query, row) -
                      exact_distance(c.shape.metric, q, vectors[row])) <= 0.03 * size + 1e-5);
    }
  });
}

TEST_CASE("int8: a decoded component is half a step off at most") {
  Random random(3);
  const Shape shape{Metric::kEuclidean, 133};
  Coded coded(shape, 0);
  REQUIRE(coded.codes->reserve(1) == Status::kOk);
  for (int i = 0; i < 20; ++i) {
    const Floats x = normal_floats(random, shape.dim);
    coded.encode(0, x);
    const Floats decoded = coded.decode(0, x);
    const float largest =
        std::fabs(*std::ranges::max_element(x, {}, [](float v) { return std::fabs(v); }));
    for (std::size_t j = 0; j < x.size(); ++j)
      CHECK(std::fabs(decoded[j] - x[j]) <= largest / 127 * 0.501f);
  }
}

TEST_CASE("more bits are nearer: distances of codes against double precision") {
  Random random(4);
  // Mean error of the stored distance over |q| |x|, for 200 components; about half of it above the
  // 0.6 * sqrt(1 - s^2) / s / sqrt(dim) that the theory says.
  constexpr double kBound[] = {0.002, 0.08, 0.04, 0.02, 0.01, 0.006, 0.003, 0.002, 0.001};
  for (const Metric metric : kCodedMetrics)
    for (unsigned bits = 0; bits <= 8; ++bits) {
      CAPTURE(static_cast<int>(metric));
      CAPTURE(bits);
      const Shape shape{metric, 200};
      const auto vectors = random_vectors(random, 40, shape.dim, 0.2f);
      Coded coded(shape, bits);
      train(coded.center, vectors);
      REQUIRE(coded.codes->reserve(40) == Status::kOk);
      for (std::uint32_t row = 0; row < 40; ++row) coded.encode(row, vectors[row]);
      double stored = 0, quick = 0, rows = 0;
      for (std::uint32_t row = 0; row < 40; ++row) {
        const Floats& q = vectors[(row + 1) % 40];
        const double size = metric == Metric::kCosine ? 1 : norm_of(q) * norm_of(vectors[row]);
        const double exact = exact_distance(metric, q, vectors[row]);
        const auto query = coded.prepare(q);
        stored += std::fabs(coded.stored(query, row) - exact) / size;
        quick += std::fabs(coded.distance(query, row) - exact) / size;
        const double between = coded.between((row + 1) % 40, row);
        rows += std::fabs(between - exact) / size;
      }
      const double weight = metric == Metric::kEuclidean ? 2 : 1;
      CHECK(stored / 40 <= weight * kBound[bits]);
      CHECK(quick / 40 <= weight * (kBound[bits] + 0.003));
      CHECK(rows / 40 <= weight * (2 * kBound[bits] + 0.004));
    }
}

TEST_CASE("rows as queries: distances between rows are those of the decoded vectors") {
  Random random(5);
  for_cases({1, 5, 16, 100, 300}, {0, 8, 7, 5}, [&](const Case& c) {
    const auto vectors = random_vectors(random, 10, c.shape.dim, 0.3f);
    Coded coded(c.shape, c.bits);
    if (c.trained) train(coded.center, vectors);
    REQUIRE(coded.codes->reserve(10) == Status::kOk);
    std::vector<Floats> decoded;
    for (std::uint32_t row = 0; row < 10; ++row) {
      coded.encode(row, vectors[row]);
      decoded.push_back(coded.decode(row, vectors[row]));
    }
    for (std::uint32_t a = 0; a < 10; ++a)
      for (std::uint32_t b = 0; b < 10; ++b) {
        const double norms =
            norm_of(decoded[a]) + norm_of(decoded[b]) + norm_of(coded.center.values());
        const double size = c.shape.metric == Metric::kCosine ? 4 : norms * norms;
        const double wanted = exact_distance(c.shape.metric, decoded[a], decoded[b]);
        CHECK(std::fabs(coded.between(a, b) - wanted) <= 0.03 * size + 1e-5);
      }
  });
}

TEST_CASE("a distance depends on nothing but the query and the row") {
  Random random(6);
  for_cases({7, 130}, {0, 1, 3, 4, 8}, [&](const Case& c) {
    const auto vectors = random_vectors(random, 70, c.shape.dim, 0.3f);
    Coded coded(c.shape, c.bits);
    if (c.trained) train(coded.center, vectors);
    REQUIRE(coded.codes->reserve(70) == Status::kOk);
    std::vector<std::uint32_t> rows;
    for (std::uint32_t row = 0; row < 70; ++row) {
      coded.encode(row, vectors[row]);
      rows.push_back(row);
    }
    const auto query = coded.prepare(vectors[3]);
    Floats all(70), stored(70);
    coded.codes->distances(query.data(), rows, all);
    coded.codes->stored_distances(query.data(), rows, stored);
    for (std::uint32_t row = 0; row < 70; ++row) {
      CHECK(same_bits(all[row], coded.distance(query, row)));
      CHECK(same_bits(stored[row], coded.stored(query, row)));
    }
    // prepare() is its parts, one after another.
    Floats v = scratch_for(c.shape.dim);
    const float term =
        coded.center.query(bytes_of(vectors[3]), inverse_norm_of(c.shape, vectors[3]), v);
    if (c.bits != 0) coded.rotation.apply(v);
    std::vector<std::byte> parts(coded.codes->query_bytes());
    coded.codes->prepare_turned(v, term, parts.data());
    CHECK(parts == query);
  });
}

TEST_CASE("equal vectors have equal codes and are the nearest to themselves") {
  Random random(7);
  for_cases({3, 64, 100}, {0, 4, 8}, [&](const Case& c) {
    if (c.shape.metric == Metric::kDot) return;
    auto vectors = random_vectors(random, 20, c.shape.dim, 0.3f);
    vectors[11] = vectors[4];
    Coded coded(c.shape, c.bits);
    if (c.trained) train(coded.center, vectors);
    REQUIRE(coded.codes->reserve(20) == Status::kOk);
    for (std::uint32_t row = 0; row < 20; ++row) coded.encode(row, vectors[row]);
    CHECK(std::ranges::equal(coded.codes->code(4), coded.codes->code(11)));
    CHECK(!std::ranges::equal(coded.codes->code(4), coded.codes->code(5)));
    const auto query = coded.prepare(vectors[4]);
    for (std::uint32_t row = 0; row < 20; ++row)
      CHECK(coded.stored(query, 4) <= coded.stored(query, row));
  });
}

// ---- the edges ----

TEST_CASE("zero residuals, equal rows, single components and huge norms give defined distances") {
  for_cases({1, 2, 3, 4, 5, 17, 100}, {0, 1, 2, 7, 8}, [&](const Case& c) {
    Random random(8);
    std::vector<Floats> vectors;
    const bool cosine = c.shape.metric == Metric::kCosine;
    const Floats x = normal_floats(random, c.shape.dim);
    for (int i = 0; i < 4; ++i) vectors.push_back(x);
    for (const double length : {1e18, 1e-14, 1.0}) {
      Floats y = normal_floats(random, c.shape.dim);
      scale_by(y, 0.999 * length / norm_of(y));
      vectors.push_back(y);
      scale_by(y, -1);
      vectors.push_back(y);
    }
    if (!cosine) vectors.push_back(Floats(c.shape.dim, 0));
    Floats axis(c.shape.dim, 0);
    axis[c.shape.dim / 2] = 9e17f;
    vectors.push_back(axis);

    Coded coded(c.shape, c.bits);
    if (c.trained) train(coded.center, {x, x});
    const auto count = static_cast<std::uint32_t>(vectors.size());
    REQUIRE(coded.codes->reserve(count) == Status::kOk);
    for (std::uint32_t row = 0; row < count; ++row) coded.encode(row, vectors[row]);
    for (std::uint32_t row = 0; row < count; ++row) {
      CHECK(coded.codes->validate_row(row) == Status::kOk);
      for (const float value : coded.decode(row, vectors[row])) CHECK(std::isfinite(value));
      const auto query = coded.prepare(vectors[row]);
      for (std::uint32_t other = 0; other < count; ++other)
        for (const float d : {coded.distance(query, other), coded.stored(query, other),
                              coded.between(row, other)}) {
          CHECK(is_rankable(d));
          if (c.shape.metric != Metric::kDot) CHECK(d >= 0);
        }
    }
    // Where the residual is nothing, the row is the centre and the distance as exact as floats are.
    if (c.trained && !cosine) {
      const Floats& q = vectors[8];
      const auto query = coded.prepare(q);
      CHECK(coded.stored(query, 0) ==
            doctest::Approx(exact_distance(c.shape.metric, q, x)).epsilon(1e-5));
      CHECK(coded.decode(0, x) == x);
    }
  });
}

// ---- rows that come and go ----

TEST_CASE("random sequences of encode, move and shrink leave the rows' own codes") {
  for (int sequence = 0; sequence < soak(12); ++sequence) {
    Random random(100 + static_cast<std::uint64_t>(sequence));
    const Shape shape{kCodedMetrics[random.below(3)], 1 + random.below(40)};
    const unsigned bits = random.below(9);
    CAPTURE(sequence);
    Coded coded(shape, bits), fresh(shape, bits);
    REQUIRE(fresh.codes->reserve(1) == Status::kOk);
    std::vector<Floats> model;  // empty: never written
    for (int step = 0; step < 120; ++step) {
      const std::uint32_t action = random.below(10);
      if (action < 3) {
        model.resize(model.size() + random.below(40));
        REQUIRE(coded.codes->reserve(static_cast<std::uint32_t>(model.size())) == Status::kOk);
      } else if (action == 3) {
        model.resize(random.one_in(4) ? 0
                                      : random.below(static_cast<std::uint32_t>(model.size()) + 1));
        coded.codes->shrink(static_cast<std::uint32_t>(model.size()));
      } else if (!model.empty()) {
        const std::uint32_t row = random.below(static_cast<std::uint32_t>(model.size()));
        const std::uint32_t other = random.below(static_cast<std::uint32_t>(model.size()));
        if (action < 8) {
          model[row] = normal_floats(random, shape.dim);
          coded.encode(row, model[row]);
        } else if (!model[other].empty() && row != other) {
          model[row] = model[other];
          coded.codes->move(row, other);
        }
      }
      for (std::uint32_t row = 0; row < model.size(); ++row) {
        if (model[row].empty()) continue;
        fresh.encode(0, model[row]);
        if (!std::ranges::equal(coded.codes->code(row), fresh.codes->code(0)))
          FAIL_CHECK("row " << row);
      }
    }
  }
}

TEST_CASE("reserving past the budget keeps the rows") {
  for (const unsigned bits : {0u, 1u, 4u}) {
    Coded coded({Metric::kEuclidean, 50}, bits, 60000);
    Random random(9);
    const auto vectors = random_vectors(random, 8, 50, 0);
    REQUIRE(coded.codes->reserve(8) == Status::kOk);
    for (std::uint32_t row = 0; row < 8; ++row) coded.encode(row, vectors[row]);
    const Bytes before(coded.codes->code(7).begin(), coded.codes->code(7).end());
    CHECK(coded.codes->reserve(1u << 20) == Status::kOutOfMemory);
    coded.codes->shrink(8);
    CHECK(std::ranges::equal(coded.codes->code(7), before));
    coded.codes->shrink(0);
    CHECK(coded.budget.used_bytes() == 0);
  }
}

// ---- rows from outside ----

TEST_CASE("damaged factors are found, and what passes gives defined distances") {
  for_cases({3, 40}, {0, 1, 5, 8}, [&](const Case& c) {
    Random random(10);
    const auto vectors = random_vectors(random, 4, c.shape.dim, 0.3f);
    Coded coded(c.shape, c.bits);
    if (c.trained) train(coded.center, vectors);
    REQUIRE(coded.codes->reserve(4) == Status::kOk);
    for (std::uint32_t row = 0; row < 4; ++row) coded.encode(row, vectors[row]);
    const auto query = coded.prepare(vectors[0]);
    std::byte* row = coded.codes->blocks().row(1);
    const std::size_t size = coded.codes->blocks().row_bytes();
    const Bytes good(row, row + size);
    for (const float bad : {NAN, INFINITY, -INFINITY, -1.0f, 1e38f}) {
      for (const std::size_t factor : {8u, 12u}) {  // mul and back
        std::memcpy(row, good.data(), size);
        std::memcpy(row + size - 16 + factor, &bad, 4);
        CHECK(coded.codes->validate_row(1) == Status::kFormatChecksum);
      }
      std::memcpy(row, good.data(), size);
      std::memcpy(row + size - 12, &bad, 4);
      CHECK((coded.codes->validate_row(1) == Status::kOk) ==
            (bad == -1.0f && c.shape.metric == Metric::kDot));
    }
    int passed = 0;
    for (int i = 0; i < soak(300); ++i) {
      std::memcpy(row, good.data(), size);
      if (random.one_in(2)) {
        row[random.below(static_cast<std::uint32_t>(size))] ^=
            static_cast<std::byte>(1u << random.below(8));
      } else {
        // Codes at random, under their sum and factors at random.
        const Bytes noise = random.bytes(size - 16);
        std::memcpy(row, noise.data(), noise.size());
      }
      if (coded.codes->validate_row(1) != Status::kOk) continue;
      ++passed;
      CHECK(is_rankable(coded.distance(query, 1)));
      CHECK(is_rankable(coded.stored(query, 1)));
      CHECK(is_rankable(coded.between(1, 0)));
      CHECK(is_rankable(coded.between(0, 1)));
    }
    CHECK(passed > 0);
  });
}

}  // namespace
}  // namespace rv::test
