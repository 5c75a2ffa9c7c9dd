// Graphs for the tests of mincut/, and what they are compared with: a matrix of weights, the least
// of all its cuts, and a plain Stoer-Wagner.
#pragma once

#include <algorithm>
#include <limits>
#include <string>
#include <vector>

#include "core/support.h"
#include "mincut/graph.h"

namespace rv::test {

struct Matrix {
  explicit Matrix(std::uint32_t n) : nodes(n), weights(std::size_t{n} * n, 0.0) {}

  double at(std::uint32_t u, std::uint32_t v) const { return weights[std::size_t{u} * nodes + v]; }

  // Parallel edges add up.
  void add(std::uint32_t u, std::uint32_t v, double weight) { put(u, v, at(u, v) + weight); }

  void put(std::uint32_t u, std::uint32_t v, double weight) {
    weights[std::size_t{u} * nodes + v] = weights[std::size_t{v} * nodes + u] = weight;
  }

  std::uint32_t nodes;
  std::vector<double> weights;
};

inline void fill(WeightedGraph& graph, const Matrix& matrix) {
  REQUIRE(graph.begin(matrix.nodes) == Status::kOk);
  for (std::uint32_t u = 0; u < matrix.nodes; ++u)
    for (std::uint32_t v = 0; v < u; ++v) REQUIRE(graph.set(u, v, matrix.at(u, v)) == Status::kOk);
}

template <typename Side>
double crossing(const Matrix& matrix, const Side& side) {
  double sum = 0;
  for (std::uint32_t u = 0; u < matrix.nodes; ++u)
    for (std::uint32_t v = 0; v < u; ++v)
      if ((side[u] != 0) != (side[v] != 0)) sum += matrix.at(u, v);
  return sum;
}

// All 2^(n-1) - 1 cuts.
inline double least_of_all(const Matrix& matrix) {
  double least = std::numeric_limits<double>::infinity();
  std::vector<std::uint8_t> side(matrix.nodes);
  for (std::uint32_t bits = 1; bits < 1u << (matrix.nodes - 1); ++bits) {
    for (std::uint32_t node = 0; node < matrix.nodes; ++node) side[node] = bits >> node & 1;
    least = std::min(least, crossing(matrix, side));
  }
  return least;
}

// Stoer, Wagner, "A simple min-cut algorithm", 1997, as it is in the paper.
inline double stoer_wagner(Matrix matrix) {
  std::vector<std::uint32_t> left(matrix.nodes);
  for (std::uint32_t node = 0; node < matrix.nodes; ++node) left[node] = node;
  double least = std::numeric_limits<double>::infinity();
  while (left.size() > 1) {
    std::vector<double> tied(matrix.nodes, 0.0);
    std::vector<std::uint32_t> outside = left;
    std::uint32_t last = 0, before = 0;
    while (!outside.empty()) {
      const auto most = std::max_element(outside.begin(), outside.end(),
                                         [&](auto a, auto b) { return tied[a] < tied[b]; });
      before = last;
      last = *most;
      outside.erase(most);
      for (const std::uint32_t node : outside) tied[node] += matrix.at(last, node);
    }
    least = std::min(least, tied[last]);
    for (const std::uint32_t node : left)
      if (node != before && node != last) matrix.add(before, node, matrix.at(last, node));
    left.erase(std::find(left.begin(), left.end(), last));
  }
  return least;
}

enum class Kind { kRandom, kSparse, kApart, kStar, kBarbell, kPath, kGrid, kComplete, kCycle };
constexpr int kKinds = 9;

// Of integer weights up to `most`; edges of kRandom, kSparse and kApart come several times.
inline Matrix random_graph(Random& random, Kind kind, std::uint32_t nodes, std::uint32_t most) {
  Matrix matrix(nodes);
  const auto weight = [&] { return double(1 + random.below(most)); };
  const auto any = [&](std::uint32_t begin, std::uint32_t end, std::uint32_t edges) {
    for (std::uint32_t e = 0; e < edges && end - begin > 1; ++e) {
      const std::uint32_t u = random.below(end - begin);
      const std::uint32_t v = (u + 1 + random.below(end - begin - 1)) % (end - begin);
      matrix.add(begin + u, begin + v, weight());
    }
  };
  const std::uint32_t half = nodes / 2;
  switch (kind) {
    case Kind::kRandom:
      any(0, nodes, 4 * nodes);
      break;
    case Kind::kSparse:
      any(0, nodes, nodes + nodes / 2);
      break;
    case Kind::kApart:
      any(0, half, 3 * half);
      any(half, nodes, 3 * half);
      break;
    case Kind::kStar:
      for (std::uint32_t v = 1; v < nodes; ++v) matrix.put(0, v, weight());
      break;
    case Kind::kBarbell:
      for (std::uint32_t u = 0; u < nodes; ++u)
        for (std::uint32_t v = 0; v < u; ++v)
          if ((u < half) == (v < half)) matrix.put(u, v, weight());
      for (int i = 0; i < 2; ++i) matrix.add(random.below(half), half + random.below(half), 1);
      break;
    case Kind::kPath:
    case Kind::kCycle:
      for (std::uint32_t v = 1; v < nodes; ++v) matrix.put(v - 1, v, weight());
      if (kind == Kind::kCycle) matrix.add(0, nodes - 1, weight());
      break;
    case Kind::kGrid: {
      std::uint32_t wide = 1;
      while ((wide + 1) * (wide + 1) <= nodes) ++wide;
      for (std::uint32_t v = 1; v < nodes; ++v) {
        if (v % wide != 0) matrix.put(v - 1, v, weight());
        if (v >= wide) matrix.put(v - wide, v, weight());
      }
      break;
    }
    case Kind::kComplete:
      for (std::uint32_t u = 0; u < nodes; ++u)
        for (std::uint32_t v = 0; v < u; ++v) matrix.put(u, v, weight());
      break;
  }
  return matrix;
}

// The same with weights that are no integers, of about the same size.
inline Matrix with_fractions(Matrix matrix) {
  for (double& weight : matrix.weights) weight *= 0.7320508;
  return matrix;
}

}  // namespace rv::test
