// mincut/global_cut: against all cuts of small graphs, and a plain Stoer-Wagner on larger ones.
#include "mincut/global_cut.h"

#include <cmath>

#include "core/cuts.h"

namespace rv::test {
namespace {

// That the cut of `matrix` is `wanted`, and its side shows it.
void require_cut(const Matrix& matrix, double wanted) {
  MemoryBudget budget(1 << 28);
  WeightedGraph graph(budget);
  fill(graph, matrix);
  FlowSearch search(budget);
  GlobalCut cut(budget);
  REQUIRE(cut.solve(graph, search) == Status::kOk);
  const double slack = graph.is_integral() ? 0 : 1e-9 * std::max(1.0, wanted);
  REQUIRE(std::abs(cut.value() - wanted) <= slack);
  REQUIRE(cut.side().size() == matrix.nodes);
  REQUIRE(std::abs(crossing(matrix, cut.side()) - wanted) <= slack);
  const auto there = std::ranges::count(cut.side(), 1);
  REQUIRE(there > 0);
  REQUIRE(there < matrix.nodes);
}

TEST_CASE("the least cut is the least of all cuts of a small graph") {
  Random random(91);
  for (int i = 0; i < soak(3000); ++i) {
    const auto kind = static_cast<Kind>(i % kKinds);
    const std::uint32_t least = kind == Kind::kBarbell || kind == Kind::kApart ? 4 : 2;
    const std::uint32_t nodes = least + random.below(13 - least);
    const Matrix matrix = random_graph(random, kind, nodes, i % 4 == 0 ? 1 : 12);
    require_cut(matrix, least_of_all(matrix));
    if (i % 5 == 0) require_cut(with_fractions(matrix), least_of_all(with_fractions(matrix)));
  }
}

TEST_CASE("the least cut is Stoer's and Wagner's") {
  Random random(92);
  for (int i = 0; i < soak(150); ++i) {
    const std::uint32_t nodes = 20 + random.below(60);
    const Matrix matrix =
        random_graph(random, static_cast<Kind>(i % kKinds), nodes, i % 4 == 0 ? 1 : 50);
    require_cut(matrix, stoer_wagner(matrix));
  }
}

TEST_CASE("the least cut of clusters that are joined loosely is between them, or less") {
  Random random(93);
  for (int i = 0; i < soak(20); ++i) {
    Matrix matrix(120);
    for (std::uint32_t u = 0; u < 120; ++u)
      for (int e = 0; e < 6; ++e) {
        const std::uint32_t v = u / 30 * 30 + random.below(30);
        if (v != u) matrix.add(u, v, 1 + random.below(9));
      }
    for (int e = 0; e < 12; ++e) {
      const std::uint32_t u = random.below(120), v = random.below(120);
      if (u != v) matrix.add(u, v, 1 + random.below(3));
    }
    require_cut(matrix, stoer_wagner(matrix));
  }
}

TEST_CASE("graphs whose nodes are all alike, where scans find little, are cut by flows") {
  Random random(94);
  Matrix torus(144), cube(64), regular(100);
  for (std::uint32_t u = 0; u < 144; ++u) {
    torus.put(u, u / 12 * 12 + (u + 1) % 12, 1);
    torus.put(u, (u + 12) % 144, 1);
  }
  for (std::uint32_t u = 0; u < 64; ++u)
    for (std::uint32_t bit = 1; bit < 64; bit *= 2) cube.put(u, u ^ bit, 1);
  for (const std::uint32_t step : {1u, 7u, 18u, 33u})
    for (std::uint32_t u = 0; u < 100; ++u) regular.put(u, (u + step) % 100, 1);
  require_cut(torus, 4);
  require_cut(cube, 6);
  require_cut(regular, 8);
  // The same with a cut through the middle that no degree shows.
  for (std::uint32_t u = 0; u < 144; ++u)
    for (std::uint32_t v = 0; v < u; ++v)
      if (torus.at(u, v) != 0 && (u < 72) == (v < 72)) torus.put(u, v, 40);
  require_cut(torus, stoer_wagner(torus));
  require_cut(torus, 24);
}

TEST_CASE("integers near 2^53 are cut exactly") {
  Matrix matrix(3);
  matrix.put(0, 1, 0x1p51 + 1);
  matrix.put(1, 2, 0x1p51);
  matrix.put(0, 2, 0x1p50 + 1);
  require_cut(matrix, 0x1p51 + 0x1p50 + 1);
}

TEST_CASE("a cut that finds no memory says so, and finds itself once there is some") {
  Random random(95);
  MemoryBudget budget(1 << 20);
  WeightedGraph graph(budget);
  const Matrix matrix = random_graph(random, Kind::kComplete, 20, 3);
  fill(graph, matrix);
  FlowSearch search(budget);
  GlobalCut cut(budget);
  {
    Array<std::byte> rest(budget);
    REQUIRE(rest.resize((1 << 20) - budget.used_bytes() - 1000) == Status::kOk);
    CHECK(cut.solve(graph, search) == Status::kOutOfMemory);
  }
  REQUIRE(cut.solve(graph, search) == Status::kOk);
  CHECK(cut.value() == stoer_wagner(matrix));
}

}  // namespace
}  // namespace rv::test
