// dag/plan_graph and dag/schedule: against all paths of small plans.
#include "core/dag_model.h"
#include "dag/schedule.h"

namespace rv::test {
namespace {

// All paths from a node without inputs to one without outputs.
std::vector<std::vector<std::uint32_t>> all_paths(const PlanModel& model) {
  std::vector<std::vector<std::uint32_t>> done, open;
  for (std::uint32_t i = 0; i < model.size(); ++i)
    if (model.before(i).empty()) open.push_back({i});
  while (!open.empty()) {
    const auto path = open.back();
    open.pop_back();
    const auto next = model.after(path.back());
    if (next.empty()) done.push_back(path);
    for (const std::uint32_t to : next) {
      open.push_back(path);
      open.back().push_back(to);
    }
  }
  return done;
}

double cost_of(const PlanModel& model, const std::vector<std::uint32_t>& path) {
  double sum = 0;
  for (const std::uint32_t node : path) sum += model.nodes[node].cost;
  return sum;
}

double length_of(const PlanModel& model) {
  double most = 0;
  for (const auto& path : all_paths(model)) most = std::max(most, cost_of(model, path));
  return most;
}

std::vector<std::uint32_t> path_of(const Schedule& schedule, std::uint32_t size) {
  std::vector<std::uint32_t> path;
  for (std::uint32_t node = 0; node < size; ++node)
    if (schedule.on_path(node)) path.push_back(node);
  return path;
}

TEST_CASE("a schedule knows the costliest path, and what each node may take more") {
  MemoryBudget budget(1 << 20);
  PlanGraph graph(budget);
  Schedule schedule(budget);
  Random random(301);
  int critical = 0, others = 0;
  for (int i = 0; i < soak(500); ++i) {
    PlanModel model = random_plan(random, 9);
    fill(graph, model);
    REQUIRE(schedule.compute(graph) == Status::kOk);
    const auto paths = all_paths(model);
    const double length = length_of(model), little = 1e-12 * std::max(1.0, length);
    REQUIRE(std::abs(schedule.length() - length) <= little);
    for (std::uint32_t node = 0; node < model.size(); ++node) {
      double most = 0;
      std::size_t depth = 0;
      for (const auto& path : paths) {
        const auto at = std::ranges::find(path, node);
        if (at == path.end()) continue;
        most = std::max(most, cost_of(model, path));
        depth = std::max(depth, std::size_t(at - path.begin()));
      }
      REQUIRE(schedule.depth(node) == depth);
      REQUIRE(std::abs(schedule.slack(node) - (length - most)) <= little);
      REQUIRE((schedule.slack(node) == 0) == (length - most <= little));
      REQUIRE(schedule.latest(node) - schedule.earliest(node) == doctest::Approx(length - most));
      ++(schedule.slack(node) == 0 ? critical : others);
    }
    const auto path = path_of(schedule, model.size());
    REQUIRE(std::ranges::find(paths, path) != paths.end());
    REQUIRE(std::abs(cost_of(model, path) - length) <= little);
  }
  CHECK(critical > 300);
  CHECK(others > 300);
}

TEST_CASE("a node that takes longer by less than its slack does not make the plan longer") {
  MemoryBudget budget(1 << 20);
  PlanGraph graph(budget);
  Schedule schedule(budget);
  Random random(302);
  int raised = 0;
  for (int i = 0; i < soak(200); ++i) {
    PlanModel model = random_plan(random, 9);
    fill(graph, model);
    REQUIRE(schedule.compute(graph) == Status::kOk);
    const double length = schedule.length();
    for (std::uint32_t node = 0; node < model.size(); ++node) {
      const double slack = schedule.slack(node), cost = model.nodes[node].cost;
      model.nodes[node].cost = cost + 0.99 * slack;
      CHECK(length_of(model) == doctest::Approx(length).epsilon(1e-12));
      model.nodes[node].cost = cost + slack + 1;
      CHECK(length_of(model) == doctest::Approx(length + 1).epsilon(1e-12));
      model.nodes[node].cost = cost;
      if (slack > 0) ++raised;
    }
  }
  CHECK(raised > 100);
}

TEST_CASE("a plan of nothing, and one that costs nothing") {
  MemoryBudget budget(1 << 20);
  PlanGraph graph(budget);
  Schedule schedule(budget);
  fill(graph, {});
  CHECK(schedule.compute(graph) == Status::kOk);
  CHECK(schedule.length() == 0);
  fill(graph, chain(3, {0, 1, 1}));
  CHECK(schedule.compute(graph) == Status::kOk);
  CHECK(schedule.length() == 0);
  CHECK(path_of(schedule, 3).size() == 3);
  CHECK(schedule.slack(1) == 0);
}

TEST_CASE(
    "an edge against the order, or out of it, is refused, and so is a number out of its range") {
  MemoryBudget budget(1 << 20);
  PlanGraph graph(budget);
  REQUIRE(graph.begin(3, 4) == Status::kOk);
  const double nan = std::numeric_limits<double>::quiet_NaN();
  for (const PlanNode& wrong :
       {PlanNode{-1, 1, 1}, PlanNode{nan, 1, 1}, PlanNode{kUnlimited, 1, 1}, PlanNode{1, -1, 1},
        PlanNode{1, nan, 1}, PlanNode{1, 1, -1}, PlanNode{1, 1, nan}, PlanNode{1, 1, kUnlimited}})
    CHECK(graph.add_node(wrong) == Status::kInvalidArgument);
  CHECK(graph.size() == 0);
  for (int i = 0; i < 3; ++i) REQUIRE(graph.add_node({}) == Status::kOk);
  CHECK(graph.add_edge(0, 0) == Status::kInvalidArgument);
  CHECK(graph.add_edge(1, 0) == Status::kInvalidArgument);
  CHECK(graph.add_edge(0, 3) == Status::kInvalidArgument);
  CHECK(graph.add_edge(1, 2) == Status::kOk);
  CHECK(graph.add_edge(0, 2) == Status::kInvalidArgument);
  CHECK(graph.edges().size() == 1);
}

TEST_CASE("a plan that finds no memory stays as it was, and one no bigger than before takes none") {
  MemoryBudget budget(500);
  PlanGraph graph(budget);
  fill(graph, chain(4));
  const std::uint64_t used = budget.used_bytes();
  CHECK(graph.begin(1000, 1000) == Status::kOutOfMemory);
  CHECK(graph.size() == 4);
  fill(graph, chain(3));
  CHECK(budget.used_bytes() == used);
}

}  // namespace
}  // namespace rv::test
