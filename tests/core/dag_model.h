// Random plans for the tests of src/dag, kept as plain vectors, so that what is expected is worked
// out from something else than what is tested.
#pragma once

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>
#include <vector>

#include "core/support.h"
#include "dag/plan_graph.h"

namespace rv::test {

struct PlanModel {
  std::vector<PlanNode> nodes;
  std::vector<std::pair<std::uint32_t, std::uint32_t>> edges;  // in the order of PlanGraph

  std::uint32_t size() const { return static_cast<std::uint32_t>(nodes.size()); }

  std::vector<std::uint32_t> after(std::uint32_t node) const {
    std::vector<std::uint32_t> found;
    for (const auto& [from, to] : edges)
      if (from == node) found.push_back(to);
    return found;
  }
  std::vector<std::uint32_t> before(std::uint32_t node) const {
    std::vector<std::uint32_t> found;
    for (const auto& [from, to] : edges)
      if (to == node) found.push_back(from);
    return found;
  }
};

inline void fill(PlanGraph& graph, const PlanModel& model) {
  REQUIRE(graph.begin(model.size(), std::uint32_t(model.edges.size())) == Status::kOk);
  for (const PlanNode& node : model.nodes) REQUIRE(graph.add_node(node) == Status::kOk);
  for (const auto& [from, to] : model.edges) REQUIRE(graph.add_edge(from, to) == Status::kOk);
}

// Sparse or dense, connected or not, numbers whole or not, zeros and infinities among them.
inline PlanModel random_plan(Random& random, std::uint32_t most_nodes) {
  PlanModel model;
  const std::uint32_t size = 1 + random.below(most_nodes);
  const bool whole = random.one_in(2);
  const auto number = [&](std::uint32_t most) {
    if (random.one_in(6)) return 0.0;
    return whole ? double(random.below(most)) : double(random.between(0, float(most)));
  };
  for (std::uint32_t i = 0; i < size; ++i)
    model.nodes.push_back({number(20), random.one_in(4) ? kUnlimited : number(100),
                           random.one_in(2) ? 1.0 : double(1 + random.below(16)) / 16});
  const std::uint32_t one_in = 1 + random.below(size);
  for (std::uint32_t from = 0; from < size; ++from)
    for (std::uint32_t to = from + 1; to < size; ++to)
      if (random.one_in(one_in)) model.edges.emplace_back(from, to);
  return model;
}

// The same plan with its nodes in another order that is one of the plan's; `at[i]` is where node i
// is now.
struct Shuffled {
  PlanModel model;
  std::vector<std::uint32_t> at;
};

inline Shuffled shuffle(const PlanModel& model, Random& random) {
  Shuffled out{{}, std::vector<std::uint32_t>(model.size())};
  std::vector<std::uint32_t> waits(model.size()), ready, order;
  for (const auto& [from, to] : model.edges) ++waits[to];
  for (std::uint32_t i = 0; i < model.size(); ++i)
    if (waits[i] == 0) ready.push_back(i);
  while (!ready.empty()) {
    const std::uint32_t pick = random.below(std::uint32_t(ready.size()));
    const std::uint32_t node = ready[pick];
    ready.erase(ready.begin() + pick);
    out.at[node] = std::uint32_t(order.size());
    order.push_back(node);
    for (const std::uint32_t to : model.after(node))
      if (--waits[to] == 0) ready.push_back(to);
  }
  for (const std::uint32_t node : order) out.model.nodes.push_back(model.nodes[node]);
  for (const auto& [from, to] : model.edges) out.model.edges.emplace_back(out.at[from], out.at[to]);
  std::ranges::sort(out.model.edges);
  return out;
}

inline PlanModel chain(std::uint32_t size, PlanNode node = {1, kUnlimited, 1}) {
  PlanModel model;
  model.nodes.assign(size, node);
  for (std::uint32_t i = 1; i < size; ++i) model.edges.emplace_back(i - 1, i);
  return model;
}

}  // namespace rv::test
