// kernels/: the distances against double precision and bit loops, their lane order, and which
// vectors a metric accepts.
#include <cfloat>
#include <cmath>
#include <limits>

#include "base/limits.h"
#include "core/support.h"
#include "kernels/distance.h"

namespace rv::test {
namespace {

constexpr float kNaN = std::numeric_limits<float>::quiet_NaN();
constexpr float kInf = std::numeric_limits<float>::infinity();
constexpr Metric kFloatMetrics[] = {Metric::kCosine, Metric::kDot, Metric::kEuclidean,
                                    Metric::kManhattan};

struct FloatKernel {
  const char* name;
  Kernel* kernel;
  Kernel* scalar;
  float (*term)(float q, float x);
  double (*exact_term)(double q, double x);
};

constexpr FloatKernel kFloatKernels[] = {
    {"l2sq", l2sq, l2sq_scalar, [](float q, float x) { return (q - x) * (q - x); },
     [](double q, double x) { return (q - x) * (q - x); }},
    {"dot", dot, dot_scalar, [](float q, float x) { return q * x; },
     [](double q, double x) { return q * x; }},
    {"manhattan", manhattan, manhattan_scalar, [](float q, float x) { return std::fabs(q - x); },
     [](double q, double x) { return std::fabs(q - x); }},
};

std::vector<std::uint32_t> tested_dims() {
  std::vector<std::uint32_t> dims;
  for (std::uint32_t dim = 1; dim <= 70; ++dim) dims.push_back(dim);
  for (const std::uint32_t dim : {100u, 127u, 128u, 129u, 384u, 768u, 1000u, 1536u, 2047u, 8192u})
    dims.push_back(dim);
  return dims;
}

// Components of mixed magnitude, so that the order of the additions shows in the last bits.
Floats mixed_floats(Random& random, std::size_t count) {
  Floats values = random.floats(count);
  for (float& value : values) value = std::ldexp(value, static_cast<int>(random.below(12)) - 6);
  return values;
}

float one(Kernel* kernel, std::span<const std::byte> query, std::span<const std::byte> row) {
  float out[2] = {kNaN, kNaN};
  kernel(query, row.data(), row.data(), out[0], out[1]);
  CHECK(same_bits(out[0], out[1]));
  return out[0];
}

float one(Kernel* kernel, const Floats& query, const Floats& row) {
  return one(kernel, std::as_bytes(std::span(query)), std::as_bytes(std::span(row)));
}

TEST_CASE("a float kernel is within its rounding bound of double precision") {
  Random random(1);
  for (const FloatKernel& k : kFloatKernels)
    for (const std::uint32_t dim : tested_dims()) {
      CAPTURE(k.name);
      CAPTURE(dim);
      const Floats q = mixed_floats(random, dim), x = mixed_floats(random, dim);
      double sum = 0, magnitude = 0;
      for (std::size_t i = 0; i < dim; ++i) {
        sum += k.exact_term(q[i], x[i]);
        magnitude += std::fabs(k.exact_term(q[i], x[i]));
      }
      // A component passes through at most ceil(dim / 16) additions in its accumulator, 4 of the
      // tree and 3 roundings of its term, each off by a factor within 1 +- 2^-24; 1% covers the
      // products of these factors.
      const double roundings = std::ceil(dim / 16.0) + 7;
      CHECK(std::fabs(one(k.kernel, q, x) - sum) <= 1.01 * roundings * 0x1p-24 * magnitude);
    }
}

TEST_CASE("a float kernel adds in the documented lane order, to the last bit") {
  Random random(2);
  for (const FloatKernel& k : kFloatKernels)
    for (const std::uint32_t dim : tested_dims()) {
      CAPTURE(k.name);
      CAPTURE(dim);
      const Floats q = mixed_floats(random, dim), x = mixed_floats(random, dim);
      Floats terms(dim);
      for (std::size_t i = 0; i < dim; ++i) terms[i] = k.term(q[i], x[i]);
      CHECK(same_bits(one(k.kernel, q, x), lane_sum(terms)));
      CHECK(same_bits(one(k.scalar, q, x), lane_sum(terms)));
    }
}

TEST_CASE("a large component absorbs small ones in its own accumulator only") {
  // 2^25 + 1 rounds to 2^25: the three ones of the same lane are lost, the sixty others are not.
  for (std::size_t lane = 0; lane < 16; ++lane) {
    Floats q(64, 1);
    q[lane] = 0x1p25f;
    CHECK(one(dot, q, Floats(64, 1)) == 0x1p25f + 60);
  }
}

TEST_CASE("a kernel gives each of two rows the result it has alone, at any alignment") {
  Random random(3);
  for (const std::uint32_t dim : {1u, 3u, 4u, 15u, 16u, 17u, 31u, 33u, 70u}) {
    constexpr std::size_t kRows = 2;
    const std::size_t row_bytes = 4 * std::size_t{dim};
    const Bytes query = to_bytes(mixed_floats(random, dim));
    const Bytes rows = to_bytes(mixed_floats(random, kRows * dim));
    for (std::size_t shift = 0; shift < 4; ++shift) {
      // Exactly as long as needed: a read past the end is one past the allocation.
      Bytes moved_query(shift + row_bytes), moved_rows(shift + rows.size());
      std::memcpy(moved_query.data() + shift, query.data(), query.size());
      std::memcpy(moved_rows.data() + shift, rows.data(), rows.size());
      for (const FloatKernel& k : kFloatKernels) {
        float out[kRows];
        const std::byte* row = moved_rows.data() + shift;
        k.kernel(std::span(moved_query).subspan(shift), row, row + row_bytes, out[0], out[1]);
        for (std::size_t r = 0; r < kRows; ++r)
          CHECK(same_bits(out[r],
                          one(k.kernel, query, std::span(rows).subspan(r * row_bytes, row_bytes))));
      }
    }
  }
}

TEST_CASE("hamming counts differing bits") {
  Random random(4);
  for (std::size_t bytes = 1; bytes <= 70; ++bytes)
    for (std::size_t shift = 0; shift < 8; shift += 3) {
      const Bytes query = random.bytes(shift + bytes), rows = random.bytes(shift + 2 * bytes);
      float out[2];
      const std::byte* row = rows.data() + shift;
      hamming(std::span(query).subspan(shift), row, row + bytes, out[0], out[1]);
      for (std::size_t r = 0; r < 2; ++r) {
        int bits = 0;
        for (std::size_t bit = 0; bit < 8 * bytes; ++bit) {
          const auto q = std::to_integer<int>(query[shift + bit / 8]);
          const auto x = std::to_integer<int>(rows[shift + r * bytes + bit / 8]);
          if (((q ^ x) >> (bit % 8) & 1) != 0) ++bits;
        }
        CHECK(out[r] == static_cast<float>(bits));
      }
    }
}

TEST_CASE("hamming is exact from no difference to all bits of the longest vector") {
  const Bytes zeros(kMaxHammingBits / 8), ones(kMaxHammingBits / 8, std::byte{0xFF});
  CHECK(one(hamming, zeros, zeros) == 0);
  CHECK(one(hamming, zeros, ones) == 65536);
}

TEST_CASE("each metric ranks by the kernel of its table") {
  CHECK((kernel_of(Metric::kCosine) == dot));
  CHECK((kernel_of(Metric::kDot) == dot));
  CHECK((kernel_of(Metric::kEuclidean) == l2sq));
  CHECK((kernel_of(Metric::kManhattan) == manhattan));
  CHECK((kernel_of(Metric::kHamming) == hamming));
}

Result<float> norm_of(Metric metric, const Floats& values) {
  const Bytes row = to_bytes(values);
  return inverse_norm({metric, static_cast<std::uint32_t>(values.size())}, row);
}

TEST_CASE("a vector with NaN or infinity anywhere is refused") {
  for (const std::uint32_t dim : {1u, 2u, 3u, 4u, 5u, 16u, 33u})
    for (std::size_t at = 0; at < dim; ++at)
      for (const float bad : {kNaN, -kNaN, kInf, -kInf})
        for (const Metric metric : kFloatMetrics) {
          Floats values(dim, 0.5f);
          values[at] = bad;
          CHECK(norm_of(metric, values).status() == Status::kInvalidVector);
        }
}

TEST_CASE("infinities of both signs do not cancel") {
  for (const Metric metric : kFloatMetrics)
    CHECK(norm_of(metric, {kInf, -kInf}).status() == Status::kInvalidVector);
}

TEST_CASE("the zero vector is refused by cosine alone") {
  for (const Floats& zero : {Floats{0}, Floats{0, 0, 0}, Floats{-0.0f, 0}})
    for (const Metric metric : kFloatMetrics)
      CHECK(norm_of(metric, zero).status() ==
            (metric == Metric::kCosine ? Status::kInvalidVector : Status::kOk));
}

TEST_CASE("a norm of 1e18 is accepted and the next float is not") {
  const float largest = 1e18f;  // the nearest float is below 1e18
  REQUIRE(double{largest} <= kMaxNorm);
  REQUIRE(double{std::nextafter(largest, kInf)} > kMaxNorm);
  for (const Metric metric : kFloatMetrics) {
    CHECK(norm_of(metric, {largest}).ok());
    CHECK(norm_of(metric, {-largest, 0, 0}).ok());
    CHECK(norm_of(metric, {0, std::nextafter(largest, kInf)}).status() == Status::kInvalidVector);
    CHECK(norm_of(metric, {FLT_MAX}).status() == Status::kInvalidVector);
    CHECK(norm_of(metric, Floats(kMaxDimensions, FLT_MAX)).status() == Status::kInvalidVector);
    // It is the norm that counts, not the components.
    CHECK(norm_of(metric, {7.0e17f, 7.0e17f}).ok());
    CHECK(norm_of(metric, {7.2e17f, 7.2e17f}).status() == Status::kInvalidVector);
  }
}

TEST_CASE("cosine refuses norms below 1e-15, the others take any") {
  const float smallest = 1e-15f;  // the nearest float is above 1e-15
  REQUIRE(double{smallest} >= kMinCosineNorm);
  const float below = std::nextafter(smallest, 0.0f);
  CHECK(norm_of(Metric::kCosine, {smallest}).ok());
  CHECK(norm_of(Metric::kCosine, {0, -smallest}).ok());
  for (const float tiny : {below, FLT_MIN, FLT_TRUE_MIN, -FLT_TRUE_MIN})
    for (const Metric metric : kFloatMetrics)
      CHECK(norm_of(metric, {tiny}).status() ==
            (metric == Metric::kCosine ? Status::kInvalidVector : Status::kOk));
}

TEST_CASE("accepted extremes keep every kernel finite") {
  for (const std::size_t dim : {std::size_t{1}, std::size_t{16}, std::size_t{kMaxDimensions}}) {
    const auto component = static_cast<float>(0.999e18 / std::sqrt(static_cast<double>(dim)));
    const Floats a(dim, component), b(dim, -component);
    REQUIRE(norm_of(Metric::kEuclidean, a).ok());
    for (const FloatKernel& k : kFloatKernels) {
      CHECK(std::isfinite(one(k.kernel, a, b)));
      CHECK(std::isfinite(one(k.kernel, a, a)));
    }
  }
}

TEST_CASE("cosine scales to unit length and the other metrics by one") {
  Random random(5);
  for (const std::uint32_t dim : tested_dims()) {
    const Floats values = mixed_floats(random, dim);
    double sums[4] = {0, 0, 0, 0};
    for (std::size_t i = 0; i < dim; ++i) sums[i % 4] += double{values[i]} * double{values[i]};
    const double norm = std::sqrt((sums[0] + sums[1]) + (sums[2] + sums[3]));
    const auto scale = norm_of(Metric::kCosine, values);
    REQUIRE(scale.ok());
    CHECK(same_bits(*scale, static_cast<float>(1.0 / norm)));
    for (const Metric metric : {Metric::kDot, Metric::kEuclidean, Metric::kManhattan})
      CHECK(*norm_of(metric, values) == 1.0f);
  }
}

TEST_CASE("a vector is judged the same at any alignment") {
  const Bytes vector = to_bytes(Floats{3, 4});
  for (std::size_t shift = 0; shift < 4; ++shift) {
    Bytes moved(shift + vector.size());
    std::memcpy(moved.data() + shift, vector.data(), vector.size());
    const auto scale = inverse_norm({Metric::kCosine, 2}, std::span(moved).subspan(shift));
    REQUIRE(scale.ok());
    CHECK(*scale == 0.2f);
  }
}

TEST_CASE("hamming accepts all bits") {
  for (const Floats& values : {Floats{0}, Floats{kNaN}, Floats{kInf}, Floats{FLT_MAX}}) {
    const auto scale = inverse_norm({Metric::kHamming, 32}, std::as_bytes(std::span(values)));
    REQUIRE(scale.ok());
    CHECK(*scale == 1.0f);
  }
}

TEST_CASE("shapes are valid up to the documented limits") {
  for (const Metric metric : kFloatMetrics) {
    CHECK(Shape{metric, 0}.validate() == Status::kInvalidArgument);
    CHECK(Shape{metric, 1}.validate() == Status::kOk);
    CHECK(Shape{metric, kMaxDimensions}.validate() == Status::kOk);
    CHECK(Shape{metric, kMaxDimensions + 1}.validate() == Status::kLimitExceeded);
    CHECK(Shape{metric, UINT32_MAX}.validate() == Status::kLimitExceeded);
    CHECK(Shape{metric, 7}.row_bytes() == 28);
  }
}

TEST_CASE("hamming shapes are whole bytes up to the documented limit") {
  constexpr Metric kHamming = Metric::kHamming;
  CHECK(Shape{kHamming, 0}.validate() == Status::kInvalidArgument);
  for (std::uint32_t bits = 1; bits < 8; ++bits)
    CHECK(Shape{kHamming, bits}.validate() == Status::kInvalidArgument);
  CHECK(Shape{kHamming, 8}.validate() == Status::kOk);
  CHECK(Shape{kHamming, kMaxHammingBits}.validate() == Status::kOk);
  CHECK(Shape{kHamming, kMaxHammingBits + 1}.validate() == Status::kInvalidArgument);
  CHECK(Shape{kHamming, kMaxHammingBits + 8}.validate() == Status::kLimitExceeded);
  CHECK(Shape{kHamming, 24}.row_bytes() == 3);
}

TEST_CASE("an unknown metric is no shape") {
  for (const int metric : {5, 6, 255})
    CHECK(Shape{static_cast<Metric>(metric), 8}.validate() == Status::kInvalidArgument);
}

}  // namespace
}  // namespace rv::test
