// mincut/local_cut: planted cuts are found as often as promised, and nothing that is none.
#include "mincut/local_cut.h"

#include <cmath>

#include "core/cuts.h"

namespace rv::test {
namespace {

struct Planted {
  std::uint32_t nodes, inside, k;
};

// A cluster of the first nodes, joined to the others by edges of the weight k in all.
void plant(WeightedGraph& graph, Planted planted, Random& random) {
  REQUIRE(graph.begin(planted.nodes) == Status::kOk);
  const auto join = [&](std::uint32_t u, std::uint32_t v, double weight) {
    if (u != v) REQUIRE(graph.set(u, v, graph.weight(u, v) + weight) == Status::kOk);
  };
  const std::uint32_t outside = planted.nodes - planted.inside;
  for (std::uint32_t u = 0; u < planted.nodes; ++u)
    for (int e = 0; e < 5; ++e)
      join(u,
           u < planted.inside ? random.below(planted.inside)
                              : planted.inside + random.below(outside),
           1 + random.below(2));
  for (std::uint32_t left = planted.k; left > 0;) {
    const std::uint32_t weight = 1 + random.below(std::min(left, 2u));
    join(random.below(planted.inside), planted.inside + random.below(outside), weight);
    left -= weight;
  }
}

double volume(const WeightedGraph& graph, std::uint32_t inside) {
  double sum = 0;
  for (std::uint32_t node = 0; node < inside; ++node) sum += graph.degree(node);
  return sum;
}

// What find() says of its cut, from the graph itself.
void require_true(const WeightedGraph& graph, const LocalCut& cut, const LocalCut::Query& query) {
  std::vector<std::uint8_t> side(graph.nodes(), 0);
  for (const std::uint32_t node : cut.side()) side[node] = 1;
  REQUIRE(side[query.node] == 1);
  REQUIRE(cut.side().size() < graph.nodes());
  double value = 0, volume = 0;
  for (std::uint32_t node = 0; node < graph.nodes(); ++node) {
    if (side[node] == 0) continue;
    volume += graph.degree(node);
    for (auto arc = graph.first(node); arc != WeightedGraph::kNone; arc = graph.arc(arc).next)
      if (side[graph.arc(arc).to] == 0) value += graph.arc_weight(arc);
  }
  REQUIRE(value == cut.value());
  REQUIRE(volume == cut.volume());
  REQUIRE(value <= query.k);
}

TEST_CASE("a planted cut around a node is found, without the whole graph") {
  Random random(301);
  int trials = 0, found = 0;
  std::uint64_t scanned = 0, edges = 0;
  for (; trials < 1000; ++trials) {
    MemoryBudget budget(1 << 24);
    WeightedGraph graph(budget);
    const Planted planted{1500, 8 + random.below(8), 1 + random.below(4)};
    plant(graph, planted, random);
    FlowSearch search(budget);
    REQUIRE(search.prepare(graph) == Status::kOk);
    LocalCut cut(graph, search);
    const LocalCut::Query query{random.below(planted.inside), double(planted.k),
                                volume(graph, planted.inside), .01, std::uint32_t(trials)};
    const bool is_found = cut.find(query);
    if (is_found) require_true(graph, cut, query);
    found += is_found ? 1 : 0;
    scanned += search.arcs_scanned;
    edges += graph.edges();
  }
  MESSAGE(found << " of " << trials << " planted cuts found");
  CHECK(found >= 990);
  CHECK(scanned < edges);
}

TEST_CASE("where there is no such cut none is reported, and what is reported is a cut") {
  Random random(302);
  int found = 0;
  for (int i = 0; i < soak(100); ++i) {
    MemoryBudget budget(1 << 24);
    WeightedGraph graph(budget);
    const Planted planted{400, 10, 9};
    plant(graph, planted, random);
    FlowSearch search(budget);
    REQUIRE(search.prepare(graph) == Status::kOk);
    LocalCut cut(graph, search);
    // Below what any node of the cluster's own weighs, or somewhere else.
    const double k = 1 + random.below(4);
    const std::uint32_t node = random.below(400);
    const LocalCut::Query query{node, k, 100, .05, std::uint32_t(i)};
    if (!cut.find(query)) continue;
    require_true(graph, cut, query);
    ++found;
  }
  CHECK(found < soak(100));
}

TEST_CASE("a small graph, all of which is in reach, is cut too") {
  Random random(303);
  int trials = 0, found = 0;
  for (; trials < soak(300); ++trials) {
    MemoryBudget budget(1 << 22);
    WeightedGraph graph(budget);
    const Planted planted{30, 10, 1 + random.below(3)};
    plant(graph, planted, random);
    FlowSearch search(budget);
    REQUIRE(search.prepare(graph) == Status::kOk);
    LocalCut cut(graph, search);
    const LocalCut::Query query{random.below(10), double(planted.k), volume(graph, 10), .01,
                                std::uint32_t(trials)};
    const bool is_found = cut.find(query);
    if (is_found) require_true(graph, cut, query);
    found += is_found ? 1 : 0;
  }
  CHECK(found >= trials - trials / 100);
}

TEST_CASE("a node without edges, and a part of its own, are cuts of nothing") {
  MemoryBudget budget(1 << 20);
  WeightedGraph graph(budget);
  REQUIRE(graph.begin(5) == Status::kOk);
  for (const auto& [u, v] : {std::pair{0u, 1u}, {2u, 3u}})
    REQUIRE(graph.set(u, v, 7) == Status::kOk);
  FlowSearch search(budget);
  REQUIRE(search.prepare(graph) == Status::kOk);
  LocalCut cut(graph, search);
  REQUIRE(cut.find({4, 1, 1, .01, 1}));
  CHECK(cut.value() == 0);
  CHECK(cut.side().size() == 1);
  REQUIRE(cut.find({3, 1, 14, .01, 1}));
  CHECK(cut.value() == 0);
  CHECK(cut.volume() == 14);
}

}  // namespace
}  // namespace rv::test
