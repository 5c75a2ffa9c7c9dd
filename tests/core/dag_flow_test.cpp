// dag/candidate_flow and dag/raise: against all cuts of small plans, what a little more of a limit
// does, and all ways to raise a few limits.
#include "core/dag_model.h"
#include "dag/candidate_flow.h"
#include "dag/raise.h"

namespace rv::test {
namespace {

// By paths, from the front: the least product of the selectivities behind a node.
double rate_of(const PlanModel& model, std::uint32_t node) {
  double least = kUnlimited;
  for (const std::uint32_t to : model.after(node))
    least = std::min(least, model.nodes[to].selectivity * rate_of(model, to));
  return least == kUnlimited ? 1 : least;
}

std::vector<double> capacities_of(const PlanModel& model) {
  std::vector<double> found;
  for (std::uint32_t i = 0; i < model.size(); ++i) {
    const double rate = rate_of(model, i);
    found.push_back(rate == 0 ? 0 : model.nodes[i].candidates * rate);
  }
  return found;
}

// Whether some path misses all nodes of the set.
bool open_without(const PlanModel& model, std::uint32_t set) {
  std::uint32_t reached = 0;
  for (std::uint32_t i = 0; i < model.size(); ++i) {
    const auto before = model.before(i);
    const bool comes = before.empty() || std::ranges::any_of(before, [&](std::uint32_t from) {
                         return (reached >> from & 1) != 0;
                       });
    if (!comes || (set >> i & 1) != 0) continue;
    if (model.after(i).empty()) return true;
    reached |= 1u << i;
  }
  return false;
}

// The least sum of limits of a set of nodes that every path meets.
double flow_of(const PlanModel& model, const std::vector<double>& capacities) {
  double least = kUnlimited;
  for (std::uint32_t set = 0; set < 1u << model.size(); ++set) {
    double sum = 0;
    for (std::uint32_t i = 0; i < model.size(); ++i)
      if ((set >> i & 1) != 0) sum += capacities[i];
    if (sum < least && !open_without(model, set)) least = sum;
  }
  return least;
}

double tension_of(double flow, double demand) {
  if (demand == 0 || flow == kUnlimited) return 0;
  return std::clamp((3 - flow / demand) / (3 - 1), 0.0, 1.0);
}

TEST_CASE("the flow of a plan is the least set of limits that nothing passes by") {
  MemoryBudget budget(1 << 20);
  PlanGraph graph(budget);
  CandidateFlow flow(budget);
  Random random(311);
  int limited = 0;
  for (int i = 0; i < soak(400); ++i) {
    const PlanModel model = random_plan(random, 8);
    fill(graph, model);
    const auto capacities = capacities_of(model);
    const double value = flow_of(model, capacities), demand = 1 + random.below(60);
    REQUIRE(flow.analyze(graph, demand) == Status::kOk);
    if (value == kUnlimited) {
      REQUIRE(flow.value() == kUnlimited);
      REQUIRE(flow.tension() == 0);
      for (std::uint32_t node = 0; node < model.size(); ++node) {
        REQUIRE_FALSE(flow.limits(node));
        REQUIRE_FALSE(flow.is_bottleneck(node));
      }
      continue;
    }
    ++limited;
    REQUIRE(std::abs(flow.value() - value) <= 1e-9 * std::max(1.0, value));
    REQUIRE(flow.tension() == doctest::Approx(tension_of(value, demand)).epsilon(1e-9));
    double sum = 0;
    std::uint32_t set = 0;
    for (std::uint32_t node = 0; node < model.size(); ++node) {
      REQUIRE(flow.pass_rate(node) == doctest::Approx(rate_of(model, node)).epsilon(1e-12));
      if (flow.is_bottleneck(node)) REQUIRE(flow.limits(node));
      if (!flow.limits(node)) continue;
      sum += capacities[node];
      set |= 1u << node;
    }
    REQUIRE(std::abs(sum - value) <= 1e-9 * std::max(1.0, value));
    REQUIRE_FALSE(open_without(model, set));
  }
  CHECK(limited > 200);
}

TEST_CASE(
    "more candidates of a node alone are more results where, and only where, it is a bottleneck") {
  MemoryBudget budget(1 << 20);
  PlanGraph graph(budget);
  CandidateFlow flow(budget);
  Random random(312);
  int bottlenecks = 0, others = 0;
  for (int i = 0; i < soak(200); ++i) {
    const PlanModel model = random_plan(random, 8);
    fill(graph, model);
    auto capacities = capacities_of(model);
    const double value = flow_of(model, capacities);
    if (value == kUnlimited) continue;
    REQUIRE(flow.analyze(graph, 10) == Status::kOk);
    for (std::uint32_t node = 0; node < model.size(); ++node) {
      if (capacities[node] == kUnlimited) continue;
      capacities[node] += 1e-3;
      const double more = flow_of(model, capacities) - value;
      capacities[node] -= 1e-3;
      REQUIRE(std::abs(more - (flow.is_bottleneck(node) ? 1e-3 : 0)) < 1e-9);
      ++(flow.is_bottleneck(node) ? bottlenecks : others);
    }
  }
  CHECK(bottlenecks > 100);
  CHECK(others > 100);
}

TEST_CASE("tension never grows with a limit, knows no order of nodes, and ends where it says") {
  MemoryBudget budget(1 << 20);
  PlanGraph graph(budget);
  CandidateFlow flow(budget);
  Random random(313);
  int between = 0;
  for (int i = 0; i < soak(500); ++i) {
    PlanModel model = random_plan(random, 12);
    fill(graph, model);
    const double demand = 1 + random.below(60);
    REQUIRE(flow.analyze(graph, demand) == Status::kOk);
    const double before = flow.tension();
    REQUIRE(before >= 0);
    REQUIRE(before <= 1);
    REQUIRE((before == 1) == (flow.value() <= demand));
    REQUIRE((before == 0) == (flow.value() >= 3 * demand));
    if (before > 0 && before < 1) ++between;
    std::vector<int> marks;
    for (std::uint32_t node = 0; node < model.size(); ++node)
      marks.push_back(flow.limits(node) + 2 * flow.is_bottleneck(node) +
                      4 * flow.on_source_side(node));
    const Shuffled other = shuffle(model, random);
    fill(graph, other.model);
    REQUIRE(flow.analyze(graph, demand) == Status::kOk);
    REQUIRE(flow.tension() == doctest::Approx(before).epsilon(1e-9));
    for (std::uint32_t node = 0; node < model.size(); ++node) {
      const std::uint32_t at = other.at[node];
      REQUIRE(marks[node] ==
              flow.limits(at) + 2 * flow.is_bottleneck(at) + 4 * flow.on_source_side(at));
    }
    model.nodes[random.below(model.size())].candidates += random.below(50);
    fill(graph, model);
    REQUIRE(flow.analyze(graph, demand) == Status::kOk);
    REQUIRE(flow.tension() <= before + 1e-12);
  }
  CHECK(between > 20);
}

TEST_CASE("a graph search in front of a rare filter starves, and the search is the bottleneck") {
  MemoryBudget budget(1 << 20);
  PlanGraph graph(budget);
  CandidateFlow flow(budget);
  BudgetRaise raise(budget);
  PlanModel model = chain(3);
  model.nodes[0].candidates = 64;
  model.nodes[1].selectivity = 0.05;
  fill(graph, model);
  REQUIRE(flow.analyze(graph, 10) == Status::kOk);
  CHECK(flow.value() == doctest::Approx(3.2));
  CHECK(flow.tension() == 1);
  CHECK(flow.is_bottleneck(0));
  CHECK_FALSE(flow.is_bottleneck(1));
  CHECK_FALSE(flow.on_source_side(0));
  const RaiseOffer offers[] = {{1, 1e6}, {}, {}};
  REQUIRE(raise.solve(graph, offers, kAim * 10) == Status::kOk);
  CHECK(raise.raise(0) == doctest::Approx(15 / 0.05 - 64));
  CHECK(raise.cost() == doctest::Approx(15 / 0.05 - 64));
  CHECK(raise.value() == doctest::Approx(15));
}

TEST_CASE("where nothing passes nothing is expected, however much there is") {
  MemoryBudget budget(1 << 20);
  PlanGraph graph(budget);
  CandidateFlow flow(budget);
  PlanModel model = chain(2);
  model.nodes[1].selectivity = 0;
  fill(graph, model);
  REQUIRE(flow.analyze(graph, 1) == Status::kOk);
  CHECK(flow.value() == 0);
  CHECK(flow.tension() == 1);
  fill(graph, {});
  REQUIRE(flow.analyze(graph, 1) == Status::kOk);
  CHECK(flow.value() == 0);
}

TEST_CASE("limits are raised in the cheapest way that is enough") {
  MemoryBudget budget(1 << 20);
  PlanGraph graph(budget);
  BudgetRaise raise(budget);
  Random random(314);
  int paid = 0, short_of = 0, several = 0;
  for (int i = 0; i < soak(150); ++i) {
    PlanModel model = random_plan(random, 6);
    for (PlanNode& node : model.nodes) {
      node.candidates = random.below(6);
      node.selectivity = 1;
    }
    fill(graph, model);
    std::vector<RaiseOffer> offers(model.size());
    for (std::uint32_t node = 0; node < model.size(); ++node)
      offers[node] = {double(random.below(5)), model.nodes[node].candidates + random.below(5)};
    const double wanted = 1 + random.below(8);
    REQUIRE(raise.solve(graph, offers, wanted) == Status::kOk);

    // All whole raises; those of the cheapest kind are among them, as all numbers are whole.
    auto capacities = capacities_of(model);
    const auto before = capacities;
    double best_value = -1, best_cost = 0;
    std::vector<std::uint32_t> by(model.size());
    for (bool more = true; more;) {
      double cost = 0;
      for (std::uint32_t node = 0; node < model.size(); ++node) {
        capacities[node] = before[node] + by[node];
        cost += by[node] * offers[node].price;
      }
      if (best_value < wanted || cost < best_cost) {
        const double value = std::min(wanted, flow_of(model, capacities));
        if (value > best_value || (value == best_value && cost < best_cost)) {
          best_value = value;
          best_cost = cost;
        }
      }
      more = false;
      for (std::uint32_t node = 0; node < model.size() && !more; ++node) {
        more = before[node] + by[node] < offers[node].most;
        by[node] = more ? by[node] + 1 : 0;
      }
    }
    REQUIRE(raise.value() == doctest::Approx(best_value));
    REQUIRE(raise.cost() == doctest::Approx(best_cost));
    int raised = 0;
    for (std::uint32_t node = 0; node < model.size(); ++node) {
      capacities[node] = before[node] + raise.raise(node);
      REQUIRE(capacities[node] <= offers[node].most);
      if (raise.raise(node) > 0) ++raised;
    }
    REQUIRE(std::min(wanted, flow_of(model, capacities)) == doctest::Approx(best_value));
    if (best_cost > 0) ++paid;
    if (best_value < wanted) ++short_of;
    if (raised > 1) ++several;
  }
  CHECK(paid > 20);
  CHECK(short_of > 20);
  CHECK(several > 20);
}

TEST_CASE("what is raised is enough, whatever the numbers, and little work") {
  MemoryBudget budget(1 << 20);
  PlanGraph graph(budget);
  CandidateFlow flow(budget);
  BudgetRaise raise(budget);
  Random random(315);
  for (int i = 0; i < soak(1000); ++i) {
    const PlanModel model = random_plan(random, 14);
    fill(graph, model);
    std::vector<RaiseOffer> offers(model.size());
    for (RaiseOffer& offer : offers)
      offer = {double(random.between(0, 3)), random.one_in(3) ? kUnlimited : 200.0};
    const double wanted = random.between(0, 300);
    REQUIRE(raise.solve(graph, offers, wanted) == Status::kOk);
    REQUIRE(raise.arcs_scanned() < 20000);
    PlanModel most = model;
    for (std::uint32_t node = 0; node < model.size(); ++node) {
      const double has = model.nodes[node].candidates;
      graph.set_candidates(node, has + raise.raise(node));
      REQUIRE(has + raise.raise(node) <= std::max(has, offers[node].most) * (1 + 1e-12));
      most.nodes[node].candidates = std::max(has, offers[node].most);
    }
    REQUIRE(flow.analyze(graph, 1) == Status::kOk);
    REQUIRE(flow.value() >= raise.value() * (1 - 1e-9));
    if (raise.value() >= wanted * (1 - 1e-9)) continue;
    // Not enough: then no raise is.
    fill(graph, most);
    REQUIRE(flow.analyze(graph, 1) == Status::kOk);
    REQUIRE(flow.value() == doctest::Approx(raise.value()).epsilon(1e-9));
  }
}

TEST_CASE("prices that are the same but for rounding, or nearly so, end and are enough") {
  MemoryBudget budget(1 << 20);
  PlanGraph graph(budget);
  CandidateFlow flow(budget);
  BudgetRaise raise(budget);
  Random random(317);
  for (int i = 0; i < soak(1000); ++i) {
    PlanModel model = random_plan(random, 14);
    for (PlanNode& node : model.nodes) {
      node.candidates = random.below(6);
      node.selectivity = 1;
    }
    fill(graph, model);
    std::vector<RaiseOffer> offers(model.size());
    for (RaiseOffer& offer : offers)
      offer = {1 + double(random.between(0, 1)) * std::pow(10, -9 - random.between(0, 5)),
               double(random.below(12))};
    const double wanted = 1 + random.below(40);
    REQUIRE(raise.solve(graph, offers, wanted) == Status::kOk);
    REQUIRE(raise.arcs_scanned() < 100000);
    const double value = raise.value(), cost = raise.cost();
    for (std::uint32_t node = 0; node < model.size(); ++node)
      graph.set_candidates(node, model.nodes[node].candidates + raise.raise(node));
    REQUIRE(flow.analyze(graph, 1) == Status::kOk);
    REQUIRE(flow.value() >= value * (1 - 1e-9));
    // Hardly more than by one price for all.
    for (RaiseOffer& offer : offers) offer.price = 1;
    fill(graph, model);
    REQUIRE(raise.solve(graph, offers, wanted) == Status::kOk);
    REQUIRE(value == doctest::Approx(raise.value()).epsilon(1e-9));
    REQUIRE(cost == doctest::Approx(raise.cost()).epsilon(1e-6));
  }
}

TEST_CASE("offers out of their range are refused") {
  MemoryBudget budget(1 << 20);
  PlanGraph graph(budget);
  BudgetRaise raise(budget);
  fill(graph, chain(1, {1, 2, 1}));
  const double nan = std::numeric_limits<double>::quiet_NaN();
  for (const RaiseOffer& wrong : {RaiseOffer{-1, 1}, RaiseOffer{nan, 1}, RaiseOffer{kUnlimited, 1},
                                  RaiseOffer{1, -1}, RaiseOffer{1, nan}})
    CHECK(raise.solve(graph, {&wrong, 1}, 1) == Status::kInvalidArgument);
  const RaiseOffer right{};
  CHECK(raise.solve(graph, {&right, 1}, nan) == Status::kInvalidArgument);
  CHECK(raise.solve(graph, {&right, 1}, kUnlimited) == Status::kInvalidArgument);
  CHECK(raise.solve(graph, {}, 1) == Status::kInvalidArgument);
}

TEST_CASE("plans no bigger than before take no memory") {
  MemoryBudget budget(1 << 20);
  PlanGraph graph(budget);
  CandidateFlow flow(budget);
  BudgetRaise raise(budget);
  Random random(316);
  const PlanModel large = random_plan(random, 20);
  const std::vector<RaiseOffer> offers(large.size(), {1, 1000});
  std::uint64_t used = 0;
  for (int round = 0; round < 3; ++round) {
    fill(graph, round == 2 ? chain(1) : large);
    REQUIRE(flow.analyze(graph, 10) == Status::kOk);
    REQUIRE(raise.solve(graph, {offers.data(), graph.size()}, 15) == Status::kOk);
    if (round > 0) CHECK(budget.used_bytes() == used);
    used = budget.used_bytes();
  }
}

}  // namespace
}  // namespace rv::test
