// mincut/graph: against a matrix, through every kind of change, with memory that runs out.
#include "mincut/graph.h"

#include <cmath>

#include "core/cuts.h"

namespace rv::test {
namespace {

void require_same(const WeightedGraph& graph, const Matrix& matrix) {
  REQUIRE(graph.validate());
  std::uint32_t edges = 0;
  bool integral = true;
  for (std::uint32_t u = 0; u < matrix.nodes; ++u) {
    double degree = 0, listed = 0;
    for (std::uint32_t v = 0; v < matrix.nodes; ++v) {
      if (u == v) continue;
      REQUIRE(graph.weight(u, v) == matrix.at(u, v));
      degree += matrix.at(u, v);
      if (u < v && matrix.at(u, v) != 0) ++edges;
      integral = integral && matrix.at(u, v) == std::floor(matrix.at(u, v));
    }
    for (auto arc = graph.first(u); arc != WeightedGraph::kNone; arc = graph.arc(arc).next) {
      REQUIRE(graph.arc_weight(arc) == matrix.at(u, graph.arc(arc).to));
      listed += graph.arc_weight(arc);
    }
    REQUIRE(std::abs(graph.degree(u) - degree) <= 1e-12 * degree);
    REQUIRE(std::abs(listed - degree) <= 1e-12 * degree);
  }
  REQUIRE(graph.edges() == edges);
  if (integral) REQUIRE(graph.is_integral());
}

TEST_CASE("a graph holds the weights that were set, whatever came and went") {
  Random random(81);
  for (int round = 0; round < soak(20); ++round) {
    MemoryBudget budget(1 << 22);
    WeightedGraph graph(budget);
    Matrix matrix(2 + random.below(30));
    REQUIRE(graph.begin(matrix.nodes) == Status::kOk);
    for (int step = 0; step < 400; ++step) {
      const std::uint32_t u = random.below(matrix.nodes);
      const std::uint32_t v = (u + 1 + random.below(matrix.nodes - 1)) % matrix.nodes;
      // Now mostly growing, now mostly shrinking; integers, and among them fractions that go again.
      const bool gone = random.one_in(step / 100 % 2 == 0 ? 8 : 2);
      double weight = gone ? 0 : 1 + random.below(9);
      if (round % 2 == 0 && random.one_in(4)) weight /= 3;
      REQUIRE(graph.set(u, v, weight) == Status::kOk);
      matrix.put(u, v, weight);
      if (step % 40 == 0) require_same(graph, matrix);
    }
    require_same(graph, matrix);
  }
}

TEST_CASE("a weight that dwarfs the others leaves no trace in the sums when it goes") {
  MemoryBudget budget(1 << 20);
  WeightedGraph graph(budget);
  REQUIRE(graph.begin(3) == Status::kOk);
  REQUIRE(graph.set(0, 1, 1e300) == Status::kOk);
  REQUIRE(graph.set(0, 2, 5) == Status::kOk);
  CHECK_FALSE(graph.is_integral());
  REQUIRE(graph.set(1, 0, 0) == Status::kOk);
  CHECK(graph.is_integral());
  CHECK(graph.degree(0) == 5);
  CHECK(graph.degree(1) == 0);
}

TEST_CASE(
    "a graph that finds no memory for an edge stays as it was, and the room of one that went is "
    "used") {
  for (std::uint64_t limit = 200; limit < 3000; limit += 100) {
    MemoryBudget budget(limit);
    WeightedGraph graph(budget);
    if (graph.begin(10) != Status::kOk) continue;
    Matrix matrix(10);
    bool full = false;
    for (std::uint32_t u = 0; u < 10 && !full; ++u)
      for (std::uint32_t v = 0; v < u && !full; ++v) {
        full = graph.set(u, v, 3) == Status::kOutOfMemory;
        if (!full) matrix.put(u, v, 3);
      }
    require_same(graph, matrix);
    if (!full || graph.edges() == 0) continue;
    REQUIRE(graph.set(1, 0, 0) == Status::kOk);
    REQUIRE(graph.set(9, 8, 2) == Status::kOk);
    matrix.put(1, 0, 0);
    matrix.put(9, 8, 2);
    require_same(graph, matrix);
  }
}

}  // namespace
}  // namespace rv::test
