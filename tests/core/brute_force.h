// Exact search as anyone would write it, equal to the engine's to the last bit.
#pragma once

#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

#include "base/top_k.h"
#include "core/support.h"

namespace rv::test {

inline bool nearer(const Neighbor& a, const Neighbor& b) {
  return a.distance != b.distance ? a.distance < b.distance : a.row < b.row;
}

inline bool same(std::span<const Neighbor> a, std::span<const Neighbor> b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](Neighbor x, Neighbor y) {
    return x.row == y.row && same_bits(x.distance, y.distance);
  });
}

inline float scale_of(const Floats& x) {
  double sums[4] = {0, 0, 0, 0};
  for (std::size_t i = 0; i < x.size(); ++i) sums[i % 4] += double{x[i]} * double{x[i]};
  return static_cast<float>(1.0 / std::sqrt((sums[0] + sums[1]) + (sums[2] + sums[3])));
}

// What the table of kernels/metric.h says the metric ranks by, in the kernels' lane order.
inline float ranked(Metric metric, const Bytes& query, const Bytes& vector) {
  static Floats q, x, terms;  // kept for their memory: this is what most tests spend their time on
  for (const auto& [bytes, floats] : {std::pair{&query, &q}, std::pair{&vector, &x}}) {
    floats->resize(bytes->size() / 4);
    std::memcpy(floats->data(), bytes->data(), floats->size() * 4);
  }
  terms.resize(q.size());
  for (std::size_t i = 0; i < q.size(); ++i) {
    if (metric == Metric::kEuclidean)
      terms[i] = (q[i] - x[i]) * (q[i] - x[i]);
    else if (metric == Metric::kManhattan)
      terms[i] = std::fabs(q[i] - x[i]);
    else
      terms[i] = q[i] * x[i];
  }
  const float sum = lane_sum(terms);
  if (metric == Metric::kDot) return 0.0f - sum;
  if (metric != Metric::kCosine) return sum;
  return std::min(std::max(1.0f - sum * scale_of(q) * scale_of(x), 0.0f), 2.0f);
}

inline float ranked_bits(const Bytes& query, const Bytes& vector) {
  int bits = 0;
  for (std::size_t i = 0; i < query.size(); ++i)
    bits += std::popcount(std::to_integer<unsigned>(query[i] ^ vector[i]));
  return static_cast<float>(bits);
}

// `vectors[row]`, an empty one where the row is deleted.
inline std::vector<Neighbor> brute_force(Metric metric, const Bytes& query,
                                         std::span<const Bytes> vectors, std::uint32_t k) {
  std::vector<Neighbor> all;
  for (std::uint32_t row = 0; row < vectors.size(); ++row)
    if (!vectors[row].empty())
      all.push_back({row, metric == Metric::kHamming ? ranked_bits(query, vectors[row])
                                                     : ranked(metric, query, vectors[row])});
  std::sort(all.begin(), all.end(), nearer);
  if (all.size() > k) all.resize(k);
  return all;
}

}  // namespace rv::test
