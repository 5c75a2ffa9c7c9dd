// mincut/connectivity: against closed forms, and all eigenvalues by Jacobi's rotations.
#include "mincut/connectivity.h"

#include <cmath>
#include <numbers>

#include "core/cuts.h"

namespace rv::test {
namespace {

double lambda(const Matrix& matrix, bool is_normalized) {
  MemoryBudget budget(1 << 28);
  WeightedGraph graph(budget);
  fill(graph, matrix);
  AlgebraicConnectivity connectivity(budget);
  REQUIRE(connectivity.solve(graph, is_normalized) == Status::kOk);
  return connectivity.value();
}

// The second least eigenvalue of the Laplacian, from all of them: Jacobi 1846, cyclic.
double second_by_jacobi(const Matrix& matrix, bool is_normalized) {
  const std::uint32_t n = matrix.nodes;
  std::vector<std::vector<double>> a(n, std::vector<double>(n, 0.0));
  std::vector<double> degree(n, 0.0);
  for (std::uint32_t u = 0; u < n; ++u)
    for (std::uint32_t v = 0; v < n; ++v) degree[u] += u == v ? 0 : matrix.at(u, v);
  for (std::uint32_t u = 0; u < n; ++u)
    for (std::uint32_t v = 0; v < n; ++v) {
      a[u][v] = u == v ? degree[u] : -matrix.at(u, v);
      const double scale = std::sqrt(degree[u] * degree[v]);
      if (is_normalized) a[u][v] = scale > 0 ? a[u][v] / scale : 0;
    }
  for (int sweep = 0; sweep < 60; ++sweep)
    for (std::uint32_t p = 0; p < n; ++p)
      for (std::uint32_t q = p + 1; q < n; ++q) {
        if (a[p][q] == 0) continue;
        const double theta = (a[q][q] - a[p][p]) / (2 * a[p][q]);
        const double t = (theta < 0 ? -1 : 1) / (std::abs(theta) + std::sqrt(theta * theta + 1));
        const double c = 1 / std::sqrt(t * t + 1), s = t * c;
        for (std::uint32_t i = 0; i < n; ++i) {
          const double x = a[i][p], y = a[i][q];
          a[i][p] = c * x - s * y;
          a[i][q] = s * x + c * y;
        }
        for (std::uint32_t i = 0; i < n; ++i) {
          const double x = a[p][i], y = a[q][i];
          a[p][i] = c * x - s * y;
          a[q][i] = s * x + c * y;
        }
      }
  std::vector<double> values;
  for (std::uint32_t i = 0; i < n; ++i) values.push_back(a[i][i]);
  std::sort(values.begin(), values.end());
  return values[1];
}

Matrix regular(std::uint32_t nodes, Kind kind) {
  Random random(1);
  return random_graph(random, kind, nodes, 1);
}

void require_near(double value, double wanted) {
  REQUIRE(std::abs(value - wanted) <= 1e-6 * wanted);
}

TEST_CASE("lambda2 of paths, cycles, stars, whole graphs and hypercubes is as in the books") {
  const double pi = std::numbers::pi;
  for (const std::uint32_t n : {2u, 3u, 4u, 10u, 60u, 200u}) {
    require_near(lambda(regular(n, Kind::kPath), false), 2 - 2 * std::cos(pi / n));
    require_near(lambda(regular(n, Kind::kComplete), false), n);
    require_near(lambda(regular(n, Kind::kComplete), true), n / (n - 1.0));
    if (n < 3) continue;
    require_near(lambda(regular(n, Kind::kCycle), false), 2 - 2 * std::cos(2 * pi / n));
    require_near(lambda(regular(n, Kind::kCycle), true), 1 - std::cos(2 * pi / n));
    require_near(lambda(regular(n, Kind::kStar), false), 1);
    require_near(lambda(regular(n, Kind::kStar), true), 1);
  }
  for (const std::uint32_t n : {4u, 16u, 128u}) {
    Matrix cube(n);
    std::uint32_t dimensions = 0;
    for (std::uint32_t bit = 1; bit < n; bit *= 2, ++dimensions)
      for (std::uint32_t u = 0; u < n; ++u) cube.put(u, u ^ bit, 1);
    require_near(lambda(cube, false), 2);
    require_near(lambda(cube, true), 2.0 / dimensions);
  }
}

TEST_CASE("lambda2 of random graphs is that of all eigenvalues") {
  Random random(401);
  for (int i = 0; i < soak(40); ++i) {
    const std::uint32_t nodes = 5 + random.below(30);
    Matrix matrix = random_graph(random, static_cast<Kind>(i % kKinds), nodes, 1 + i % 9);
    if (i % 3 == 0) matrix = with_fractions(matrix);
    for (const bool is_normalized : {false, true}) {
      const double wanted = second_by_jacobi(matrix, is_normalized);
      REQUIRE(std::abs(lambda(matrix, is_normalized) - wanted) <= 1e-6 * wanted + 1e-10);
    }
  }
}

TEST_CASE("lambda2 is that of all eigenvalues where weights are of many magnitudes") {
  Random random(403);
  for (int i = 0; i < soak(40); ++i) {
    Matrix matrix = random_graph(random, static_cast<Kind>(i % kKinds), 5 + random.below(20), 1);
    for (std::uint32_t u = 0; u < matrix.nodes; ++u)
      for (std::uint32_t v = 0; v < u; ++v)
        if (matrix.at(u, v) > 0) matrix.put(u, v, std::pow(10, random.between(-4, 4)));
    for (const bool is_normalized : {false, true}) {
      const double wanted = second_by_jacobi(matrix, is_normalized);
      REQUIRE(std::abs(lambda(matrix, is_normalized) - wanted) <= 1e-6 * wanted + 1e-9);
    }
  }
}

TEST_CASE("lambda2 is 0 where a graph is not connected, and grows with the weights") {
  Random random(402);
  Matrix apart = random_graph(random, Kind::kApart, 20, 5);
  for (const bool is_normalized : {false, true}) {
    CHECK(lambda(apart, is_normalized) < 1e-12);
    CHECK(lambda(Matrix(4), is_normalized) == 0);
    Matrix lonely(3);
    lonely.put(0, 1, 2);
    CHECK(lambda(lonely, is_normalized) < 1e-12);
  }
  for (double& weight : apart.weights) weight *= 1e280;
  apart.put(0, 19, 1e280);
  Matrix small = apart;
  for (double& weight : small.weights) weight /= 1e280;
  require_near(lambda(apart, false) / 1e280, lambda(small, false));
  require_near(lambda(apart, true), lambda(small, true));
}

TEST_CASE("where the work is done before that, the error says how near it is") {
  // The least eigenvalue of a path of 5,000 nodes is far below what 50 steps can tell.
  constexpr std::uint32_t kNodes = 5000;
  MemoryBudget budget(1 << 24);
  WeightedGraph graph(budget);
  REQUIRE(graph.begin(kNodes) == Status::kOk);
  for (std::uint32_t v = 1; v < kNodes; ++v) REQUIRE(graph.set(v - 1, v, 1) == Status::kOk);
  AlgebraicConnectivity connectivity(budget);
  REQUIRE(connectivity.solve(graph, false, 1'000'000) == Status::kOk);
  const double wanted = 2 - 2 * std::cos(std::numbers::pi / kNodes);
  CHECK(connectivity.value() > wanted);
  CHECK(connectivity.value() - connectivity.error() <= wanted);
  CHECK(connectivity.error() > 1e-6);
}

TEST_CASE("lambda2 says where there is no memory") {
  MemoryBudget budget(6'000);
  WeightedGraph graph(budget);
  fill(graph, regular(50, Kind::kPath));
  AlgebraicConnectivity connectivity(budget);
  CHECK(connectivity.solve(graph, false) == Status::kOutOfMemory);
}

TEST_CASE("the normalised lambda2 is bound to the conductance by Cheeger's inequality") {
  Random random(404);
  for (int i = 0; i < soak(30); ++i) {
    const Matrix matrix = random_graph(random, i % 2 == 0 ? Kind::kRandom : Kind::kBarbell, 10, 6);
    std::vector<double> degree(10, 0.0);
    double total = 0;
    for (std::uint32_t u = 0; u < 10; ++u)
      for (std::uint32_t v = 0; v < 10; ++v)
        if (u != v) degree[u] += matrix.at(u, v);
    for (const double each : degree) total += each;
    double least = 1;
    std::vector<std::uint8_t> side(10);
    for (std::uint32_t bits = 1; bits < 1u << 9; ++bits) {
      double volume = 0;
      for (std::uint32_t node = 0; node < 10; ++node) {
        side[node] = bits >> node & 1;
        volume += side[node] != 0 ? degree[node] : 0;
      }
      const double small = std::min(volume, total - volume);
      if (small > 0) least = std::min(least, crossing(matrix, side) / small);
    }
    const double value = lambda(matrix, true);
    CHECK(value <= 2 * least + 1e-9);
    CHECK(value >= least * least / 2 - 1e-9);
  }
}

}  // namespace
}  // namespace rv::test
