// snn/push: activation against personalised PageRank, solved densely; its bounds of error and work
// on random graphs, and that it does not depend on what is far away.
#include "snn/push.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "core/support.h"

namespace rv::test {
namespace {

// Undirected, weighted, kept twice over.
struct Undirected final : PushGraph {
  explicit Undirected(std::uint32_t nodes) : arcs(nodes) {}

  void link(std::uint32_t u, std::uint32_t v, float weight) {
    arcs[u].push_back({v, weight});
    arcs[v].push_back({u, weight});
  }

  double degree(std::uint32_t node) const noexcept override {
    double sum = 0;
    for (const PushArc& arc : arcs[node]) sum += double{arc.weight};
    return sum;
  }

  Status append_arcs(std::uint32_t node, Array<PushArc>& out) noexcept override {
    ++asked;
    if (const Status status = out.reserve(out.size() + arcs[node].size()); status != Status::kOk)
      return status;
    for (const PushArc& arc : arcs[node]) out.push(arc);
    return Status::kOk;
  }

  std::uint32_t nodes() const { return static_cast<std::uint32_t>(arcs.size()); }

  std::vector<std::vector<PushArc>> arcs;
  std::uint32_t asked = 0;
};

// A tree with chords: connected, so that every node has a degree.
Undirected random_graph(Random& random, bool weighted) {
  const std::uint32_t nodes = 2 + random.below(40);
  Undirected graph(nodes);
  std::vector<bool> linked(nodes * nodes);
  const auto link = [&](std::uint32_t u, std::uint32_t v) {
    if (u == v || linked[u * nodes + v]) return;
    linked[u * nodes + v] = linked[v * nodes + u] = true;
    graph.link(u, v, weighted ? random.between(0.1f, 3) : 1);
  };
  for (std::uint32_t u = 1; u < nodes; ++u) link(u, random.below(u));
  for (std::uint32_t i = random.below(3 * nodes); i > 0; --i)
    link(random.below(nodes), random.below(nodes));
  return graph;
}

// (1 - alpha) (I - alpha W)^-1 y by elimination with pivots, W's columns being transitions.
std::vector<double> pagerank(const Undirected& graph, std::span<const Push::Charge> charges,
                             double alpha) {
  const std::size_t n = graph.nodes();
  std::vector<std::vector<double>> rows(n, std::vector<double>(n + 1));
  for (std::uint32_t u = 0; u < n; ++u) {
    rows[u][u] += 1;
    for (const PushArc& arc : graph.arcs[u])
      rows[arc.to][u] -= alpha * double{arc.weight} / graph.degree(u);
  }
  for (const Push::Charge& it : charges) rows[it.node][n] += (1 - alpha) * it.mass;
  for (std::size_t i = 0; i < n; ++i) {
    std::size_t pivot = i;
    for (std::size_t j = i; j < n; ++j)
      if (std::abs(rows[j][i]) > std::abs(rows[pivot][i])) pivot = j;
    std::swap(rows[i], rows[pivot]);
    for (std::size_t j = 0; j < n; ++j) {
      if (j == i) continue;
      const double factor = rows[j][i] / rows[i][i];
      for (std::size_t k = i; k <= n; ++k) rows[j][k] -= factor * rows[i][k];
    }
  }
  std::vector<double> x(n);
  for (std::size_t i = 0; i < n; ++i) x[i] = rows[i][n] / rows[i][i];
  return x;
}

// What is wrong with a run: how far it is past its bounds, and how far mass is off 1.
struct Excess {
  double above = 0;    // activation - pagerank
  double lacking = 0;  // (pagerank - activation) / (epsilon degree)
  double mass = 0;
  double least_degree = INFINITY;
};

Excess excess(const Push& push, const Undirected& graph, std::span<const double> truth,
              double epsilon) {
  Excess it;
  double sum = 0;
  for (std::uint32_t node = 0; node < graph.nodes(); ++node) {
    const std::uint32_t at = push.find(node);
    const double activation = at == Push::kNone ? 0 : push.neurons()[at].activation;
    it.above = std::max(it.above, activation - truth[node]);
    it.lacking = std::max(it.lacking, (truth[node] - activation) / (epsilon * graph.degree(node)));
    it.least_degree = std::min(it.least_degree, graph.degree(node));
    sum += activation;
  }
  it.mass = std::abs(sum + push.residual() - 1);
  return it;
}

TEST_CASE("activation is PageRank within its bounds, at every node of every graph") {
  MemoryBudget budget(UINT64_MAX);
  Push push(budget);
  int coarse = 0;
  for (int seed = 0; seed < soak(1000); ++seed) {
    CAPTURE(seed);
    Random random(static_cast<std::uint64_t>(seed) + 100);
    Undirected graph = random_graph(random, seed % 2 == 1);
    const double alpha = seed % 3 == 0 ? 0.5 : seed % 3 == 1 ? 0.85 : 0.99;
    const double epsilon = seed % 5 < 3 ? 1e-3 : 1e-5;
    const std::uint32_t other = random.below(graph.nodes());
    const Push::Charge charges[] = {{random.below(graph.nodes()), 0.75}, {other, 0.25}};
    REQUIRE(push.run(graph, graph.nodes(), charges, {alpha, epsilon}) == Status::kOk);
    const std::vector<double> truth = pagerank(graph, charges, alpha);
    const Excess it = excess(push, graph, truth, epsilon);
    CHECK(it.above <= 1e-12);
    CHECK(it.lacking <= 1);
    CHECK(it.mass <= 1e-9);
    CHECK(static_cast<double>(push.spikes()) * epsilon * (1 - alpha) * it.least_degree <= 1);
    CHECK(graph.asked <= graph.nodes());

    // That can fail: thresholds a hundred times as high are past the bound where anything is left.
    REQUIRE(push.run(graph, graph.nodes(), charges, {alpha, 100 * epsilon}) == Status::kOk);
    coarse += excess(push, graph, truth, epsilon).lacking > 1 ? 1 : 0;
  }
  CHECK(coarse > soak(1000) / 2);
}

TEST_CASE("activation and its work do not depend on what is far away") {
  MemoryBudget budget(UINT64_MAX);
  std::uint64_t spikes[2];
  std::vector<Push::Neuron> neurons[2];
  const std::uint32_t sizes[] = {200, 20000};
  for (int i = 0; i < 2; ++i) {
    Undirected ring(sizes[i]);
    for (std::uint32_t u = 0; u < sizes[i]; ++u) ring.link(u, (u + 1) % sizes[i], 1);
    Push push(budget);
    const Push::Charge charge{100, 1};
    REQUIRE(push.run(ring, sizes[i], {&charge, 1}, {0.8, 1e-4}) == Status::kOk);
    spikes[i] = push.spikes();
    neurons[i].assign(push.neurons().begin(), push.neurons().end());
  }
  CHECK(spikes[0] == spikes[1]);
  REQUIRE(neurons[0].size() == neurons[1].size());
  bool same = true;
  for (std::size_t i = 0; i < neurons[0].size(); ++i)
    same = same && neurons[0][i].node == neurons[1][i].node &&
           neurons[0][i].activation == neurons[1][i].activation;
  CHECK(same);
  CHECK(neurons[0].size() < 100);
}

TEST_CASE("a node without links keeps what it gets") {
  MemoryBudget budget(UINT64_MAX);
  Push push(budget);
  Undirected graph(3);
  graph.link(0, 1, 2);
  const Push::Charge charge{2, 1};
  REQUIRE(push.run(graph, 3, {&charge, 1}, {0.9, 1e-3}) == Status::kOk);
  REQUIRE(push.neurons().size() == 1);
  CHECK(push.neurons()[0].activation == 1);
  CHECK(push.find(0) == Push::kNone);
}

TEST_CASE("with alpha 0 nothing goes on") {
  MemoryBudget budget(UINT64_MAX);
  Push push(budget);
  Undirected graph(2);
  graph.link(0, 1, 1);
  const Push::Charge charge{0, 1};
  REQUIRE(push.run(graph, 2, {&charge, 1}, {0, 1e-3}) == Status::kOk);
  REQUIRE(push.neurons().size() == 1);
  CHECK(push.neurons()[0].activation == 1);
}

TEST_CASE("weights are those of arcs whose neuron has fired") {
  MemoryBudget budget(UINT64_MAX);
  Push push(budget);
  Undirected graph(3);
  graph.link(0, 1, 2);
  graph.link(1, 2, 0.5f);
  const Push::Charge charge{0, 1};
  REQUIRE(push.run(graph, 3, {&charge, 1}, {0.5, 0.3}) == Status::kOk);
  CHECK(push.weight(0, 1) == 2);
  CHECK(push.weight(0, 2) == 0);
  CHECK(push.weight(1, 0) == 0);  // it has less than its threshold
  CHECK(push.weight(2, 1) == 0);
}

TEST_CASE("a run that is out of memory says so, and the next is as good as new") {
  Random random(5);
  Undirected graph = random_graph(random, true);
  const Push::Charge charge{0, 1};
  MemoryBudget all(UINT64_MAX);
  Push whole(all);
  REQUIRE(whole.run(graph, graph.nodes(), {&charge, 1}, {0.9, 1e-4}) == Status::kOk);
  bool refused = false;
  for (std::uint64_t bytes = 0;; bytes += 64) {
    MemoryBudget budget(bytes);
    Push push(budget);
    const Status status = push.run(graph, graph.nodes(), {&charge, 1}, {0.9, 1e-4});
    refused = refused || status == Status::kOutOfMemory;
    if (status == Status::kOk) {
      CHECK(push.spikes() == whole.spikes());
      CHECK(push.residual() == whole.residual());
      break;
    }
    REQUIRE(status == Status::kOutOfMemory);
    const Push::Charge alone{1, 1};
    Undirected none(2);
    if (push.run(none, 2, {&alone, 1}, {0.9, 1e-4}) == Status::kOk)
      CHECK(push.neurons().size() == 1);
  }
  CHECK(refused);
}

}  // namespace
}  // namespace rv::test
