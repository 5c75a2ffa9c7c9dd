// mincut/flow: against all cuts of small networks, and by what a little more of a capacity does.
#include "mincut/flow.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <fstream>
#include <limits>
#include <sstream>
#include <string>
#include <vector>

#include "core/support.h"

namespace rv::test {
namespace {

struct Edge {
  std::uint32_t from, to;
  double capacity;
};

struct Case {
  std::uint32_t nodes;
  std::vector<Edge> edges;
};

// Multiple edges and unreachable sinks come of themselves.
Case random_case(Random& random, bool integers) {
  Case c{2 + random.below(9), {}};
  const std::uint32_t edges = random.below(4 * c.nodes);
  for (std::uint32_t e = 0; e < edges; ++e) {
    const std::uint32_t from = random.below(c.nodes);
    const std::uint32_t to = (from + 1 + random.below(c.nodes - 1)) % c.nodes;
    const auto capacity = [&] {
      return integers ? double(random.below(8)) : double(random.between(0, 5));
    };
    c.edges.push_back({from, to, capacity()});
    if (random.one_in(3)) c.edges.push_back({to, from, capacity()});
  }
  return c;
}

double crossing(const Case& c, std::uint32_t side) {
  double sum = 0;
  for (const Edge& e : c.edges) {
    const bool from = (side >> e.from & 1) != 0, to = (side >> e.to & 1) != 0;
    if (from && !to) sum += e.capacity;
  }
  return sum;
}

// The least cut between node 0 and the last, and the intersection of all source sides that have it.
struct Least {
  double value = std::numeric_limits<double>::infinity();
  std::uint32_t side = 0;
};

Least enumerate(const Case& c) {
  Least least;
  for (std::uint32_t side = 1; side < 1u << (c.nodes - 1); side += 2) {
    const double value = crossing(c, side);
    if (value < least.value - 1e-9)
      least = {value, side};
    else if (value <= least.value + 1e-9)
      least.side &= side;
  }
  return least;
}

double solve(const Case& c, FlowNetwork& network) {
  REQUIRE(network.begin(c.nodes, std::uint32_t(c.edges.size())) == Status::kOk);
  for (const Edge& e : c.edges) network.add_edge(e.from, e.to, e.capacity);
  return network.solve();
}

TEST_CASE("a maximum flow is the least of all cuts, and its source side the smallest") {
  MemoryBudget budget(1 << 20);
  FlowNetwork network(budget);
  Random random(71);
  for (int i = 0; i < soak(3000); ++i) {
    const Case c = random_case(random, i % 2 == 0);
    const double value = solve(c, network);
    const Least least = enumerate(c);
    REQUIRE(std::abs(value - least.value) <= 1e-9 * std::max(1.0, least.value));
    std::uint32_t side = 0;
    for (std::uint32_t node = 0; node < c.nodes; ++node)
      if (network.on_source_side(node)) side |= 1u << node;
    REQUIRE(side == least.side);
  }
}

TEST_CASE("more of a capacity is more flow where, and only where, the edge is a bottleneck") {
  MemoryBudget budget(1 << 20);
  FlowNetwork network(budget), wider(budget);
  Random random(72);
  int bottlenecks = 0, others = 0;
  for (int i = 0; i < soak(500); ++i) {
    Case c = random_case(random, i % 2 == 0);
    const double value = solve(c, network);
    for (Edge& e : c.edges) {
      const bool bottleneck = network.on_source_side(e.from) && network.reaches_sink(e.to);
      e.capacity += 1e-3;
      const double more = solve(c, wider) - value;
      e.capacity -= 1e-3;
      REQUIRE(std::abs(more - (bottleneck ? 1e-3 : 0)) < 1e-9);
      ++(bottleneck ? bottlenecks : others);
    }
  }
  CHECK(bottlenecks > 100);
  CHECK(others > 100);
}

// Lines of two nodes, from 1, and a capacity, as the DIMACS challenge had them.
Case published(std::istream& in, std::uint32_t nodes) {
  Case c{nodes, {}};
  for (std::string line; std::getline(in, line);) {
    Edge e{0, 0, 0};
    if (std::istringstream(line) >> e.from >> e.to >> e.capacity)
      c.edges.push_back({e.from - 1, e.to - 1, e.capacity});
  }
  return c;
}

TEST_CASE("published networks have their published cuts") {
  const struct {
    const char* file;
    std::uint32_t nodes;
    double cut;
  } networks[] = {{"flow-gl1.tsv", 1116, 156545},
                  {"flow-gw1.tsv", 1024, 1202018},
                  {"flow-wlm3.tsv", 1026, 11875108},
                  {"flow-netgen-2.tsv", 400, 459137}};
  const char* data = std::getenv("RUVECTOR_DATA");
  const std::string folder = data != nullptr ? data : "../shared/data";
  MemoryBudget budget(1 << 22);
  FlowNetwork network(budget);
  for (const auto& [file, nodes, cut] : networks) {
    std::ifstream in(folder + "/graphs-mincut/" + file);
    if (!in) {
      MESSAGE("no data set graphs-mincut: set RUVECTOR_DATA to the folder that has it");
      return;
    }
    const Case c = published(in, nodes);
    CHECK(c.edges.size() > 1000);
    CHECK(solve(c, network) == cut);
    double crossing = 0;
    for (const Edge& e : c.edges)
      if (network.on_source_side(e.from) && !network.on_source_side(e.to)) crossing += e.capacity;
    CHECK(crossing == cut);
  }
}

TEST_CASE("a path without limits carries infinity, and a limit on each path makes it finite") {
  const double infinity = std::numeric_limits<double>::infinity();
  MemoryBudget budget(1 << 20);
  FlowNetwork network(budget);
  CHECK(solve({3, {{0, 1, infinity}, {1, 2, infinity}}}, network) == infinity);
  CHECK(solve({3, {{0, 1, infinity}, {1, 2, 0.75}, {0, 2, 0.5}}}, network) == 1.25);
  CHECK(network.on_source_side(1));
  CHECK_FALSE(network.on_source_side(2));
}

TEST_CASE("capacities near 2^53 are exact") {
  MemoryBudget budget(1 << 20);
  FlowNetwork network(budget);
  const double big = 0x1p51;
  CHECK(solve({3, {{0, 1, big}, {0, 1, 1}, {1, 2, big + 3}}}, network) == big + 1);
  CHECK(network.on_source_side(0));
  CHECK_FALSE(network.on_source_side(1));
}

TEST_CASE("a network that finds no memory stays as it was") {
  MemoryBudget budget(2000);
  FlowNetwork network(budget);
  CHECK(solve({2, {{0, 1, 3}}}, network) == 3);
  CHECK(network.begin(1000, 1000) == Status::kOutOfMemory);
  CHECK(network.on_source_side(0));
  CHECK_FALSE(network.on_source_side(1));
}

}  // namespace
}  // namespace rv::test
