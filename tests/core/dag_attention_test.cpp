// dag/attention, dag/hyperbolic, dag/btsp and base/exponential: against the closed forms, worked
// out in other ways, on random plans.
#include <functional>

#include "base/exponential.h"
#include "core/dag_model.h"
#include "dag/attention.h"
#include "dag/btsp.h"
#include "dag/hyperbolic.h"

namespace rv::test {
namespace {

constexpr Mechanism kAll[] = {Mechanism::kTopological,  Mechanism::kCausalCone,
                              Mechanism::kCriticalPath, Mechanism::kMinCutGated,
                              Mechanism::kLorentz,      Mechanism::kParallelBranch,
                              Mechanism::kBtsp};

int plans_to_try() { return soak(1) == 1 ? 200 : 10'000; }

struct Subject {
  MemoryBudget budget{1 << 22};
  PlanGraph graph{budget};
  PlanReadings readings{budget};
  HyperbolicTree& tree = readings.tree;

  std::vector<double> shares(const PlanModel& model, Mechanism mechanism,
                             const AttentionOptions& options = {}) {
    fill(graph, model);
    std::vector<double> out(model.size(), -1);
    REQUIRE(attend(graph, mechanism, options, readings, out) == Status::kOk);
    return out;
  }
};

std::vector<double> normalised(std::vector<double> weights) {
  double sum = 0;
  for (const double weight : weights) sum += weight;
  for (double& weight : weights) weight = sum > 0 ? weight / sum : 1 / double(weights.size());
  return weights;
}

void check_equal(const std::vector<double>& found, const std::vector<double>& wanted,
                 double within = 1e-12) {
  REQUIRE(found.size() == wanted.size());
  for (std::size_t i = 0; i < found.size(); ++i)
    REQUIRE(std::abs(found[i] - wanted[i]) <= within * std::max(1e-3, wanted[i]));
}

std::vector<std::uint32_t> depths_of(const PlanModel& model) {
  std::vector<std::uint32_t> depths(model.size());
  for (std::uint32_t i = 0; i < model.size(); ++i)
    for (const std::uint32_t from : model.before(i))
      depths[i] = std::max(depths[i], depths[from] + 1);
  return depths;
}

// By breadth-first search from the node; -1 where there is no way.
std::vector<int> hops_from(const PlanModel& model, std::uint32_t node) {
  std::vector<int> hops(model.size(), -1);
  std::vector<std::uint32_t> queue{node};
  hops[node] = 0;
  for (std::size_t at = 0; at < queue.size(); ++at)
    for (const std::uint32_t to : model.after(queue[at]))
      if (hops[to] < 0) {
        hops[to] = hops[queue[at]] + 1;
        queue.push_back(to);
      }
  return hops;
}

// The greatest cost of a path through the node, by recursion in both directions.
double through(const PlanModel& model, std::uint32_t node) {
  const std::function<double(std::uint32_t, bool)> most = [&](std::uint32_t at, bool forward) {
    double found = 0;
    for (const std::uint32_t next : forward ? model.after(at) : model.before(at))
      found = std::max(found, most(next, forward));
    return found + model.nodes[at].cost;
  };
  return most(node, true) + most(node, false) - model.nodes[node].cost;
}

// Sparse, so that the recursion above has few paths.
PlanModel sparse_plan(Random& random, std::uint32_t most_nodes) {
  PlanModel model = random_plan(random, most_nodes);
  std::vector<std::uint32_t> inputs(model.size());
  std::erase_if(model.edges, [&](const auto& edge) {
    return inputs[edge.second]++ >= 2 || edge.second - edge.first > 6;
  });
  return model;
}

TEST_CASE("shares of a plan are numbers from 0 on that sum to 1, and know no order of nodes") {
  Subject subject;
  Random random(321);
  for (int i = 0; i < plans_to_try(); ++i) {
    PlanModel model = random_plan(random, 40);
    if (random.one_in(10))
      for (PlanNode& node : model.nodes) node.cost = 0;
    const Shuffled other = shuffle(model, random);
    std::vector<double> synapses(model.size()), elsewhere(model.size());
    for (std::uint32_t node = 0; node < model.size(); ++node)
      synapses[node] = elsewhere[other.at[node]] = random.between(0, 1);
    const std::uint32_t focus = random.below(model.size());
    for (const Mechanism mechanism : kAll) {
      AttentionOptions options;
      if (random.one_in(2)) options.decay = random.between(0.01f, 1);
      if (mechanism == Mechanism::kLorentz && random.one_in(2)) options.focus = focus;
      AttentionOptions there = options;
      if (options.focus != kNoFocus) there.focus = other.at[focus];
      options.synapses = synapses;
      there.synapses = elsewhere;
      const auto shares = subject.shares(model, mechanism, options);
      double sum = 0;
      for (const double share : shares) {
        REQUIRE(share >= 0);
        sum += share;
      }
      REQUIRE(std::abs(sum - 1) <= 1e-12);
      const auto moved = subject.shares(other.model, mechanism, there);
      for (std::uint32_t node = 0; node < model.size(); ++node)
        REQUIRE(std::abs(shares[node] - moved[other.at[node]]) <= 1e-12);
    }
  }
}

TEST_CASE("plans of none and of one node, and options out of their range") {
  Subject subject;
  for (const Mechanism mechanism : kAll) {
    CHECK(subject.shares({}, mechanism).empty());
    CHECK(subject.shares(chain(1, {0, 0, 0}), mechanism) == std::vector<double>{1});
    CHECK(subject.shares(chain(1, {kLargest, kUnlimited, 1}), mechanism) == std::vector<double>{1});
  }
  fill(subject.graph, chain(2));
  std::vector<double> out(2);
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const double high[] = {0, 1.1}, none[] = {0, nan};
  for (const AttentionOptions& wrong :
       {AttentionOptions{-0.1}, AttentionOptions{1.1}, AttentionOptions{nan},
        AttentionOptions{0, 2}, AttentionOptions{0, kNoFocus, high},
        AttentionOptions{0, kNoFocus, none}})
    CHECK(attend(subject.graph, Mechanism::kBtsp, wrong, subject.readings, out) ==
          Status::kInvalidArgument);
  CHECK(attend(subject.graph, static_cast<Mechanism>(7), {}, subject.readings, out) ==
        Status::kInvalidArgument);
}

TEST_CASE("topological: a power of the depth") {
  Subject subject;
  Random random(322);
  for (int i = 0; i < plans_to_try(); ++i) {
    const PlanModel model = random_plan(random, 60);
    const double decay = random.one_in(2) ? 0.9 : random.between(0.5f, 1);
    std::vector<double> wanted;
    for (const std::uint32_t depth : depths_of(model)) wanted.push_back(std::pow(decay, depth));
    check_equal(subject.shares(model, Mechanism::kTopological, {decay}), normalised(wanted));
  }
  const auto shares = subject.shares(chain(9), Mechanism::kTopological);
  for (int n = 0; n < 9; ++n)
    CHECK(shares[std::size_t(n)] ==
          doctest::Approx(std::pow(0.9, n) * 0.1 / (1 - std::pow(0.9, 9))).epsilon(1e-12));
  for (const double share : subject.shares(chain(5), Mechanism::kTopological, {1}))
    CHECK(share == doctest::Approx(0.2).epsilon(1e-14));
}

TEST_CASE("causal cone: what depends on a node, each of it once") {
  Subject subject;
  Random random(323);
  for (int i = 0; i < plans_to_try(); ++i) {
    const PlanModel model = random_plan(random, 40);
    const double decay = random.one_in(3) ? 1 : random.one_in(2) ? 0.8 : random.between(0.1f, 1);
    std::vector<double> wanted(model.size());
    for (std::uint32_t node = 0; node < model.size(); ++node) {
      const auto hops = hops_from(model, node);
      for (std::uint32_t other = 0; other < model.size(); ++other)
        if (hops[other] >= 0)
          wanted[node] += model.nodes[other].cost * std::pow(decay, hops[other]);
    }
    const auto shares = subject.shares(model, Mechanism::kCausalCone, {decay});
    check_equal(shares, normalised(wanted));
    if (decay == 1)
      for (const auto& [from, to] : model.edges) REQUIRE(shares[from] >= shares[to] - 1e-15);
  }
  const auto shares = subject.shares(chain(7), Mechanism::kCausalCone, {1});
  for (int n = 0; n < 7; ++n)
    CHECK(shares[std::size_t(n)] == doctest::Approx(2.0 * (7 - n) / (7 * 8)).epsilon(1e-12));
  // A diamond's sink counts once above it, and for its own cost alone at itself.
  const PlanModel diamond{{{1}, {1}, {1}, {5}}, {{0, 1}, {0, 2}, {1, 3}, {2, 3}}};
  check_equal(subject.shares(diamond, Mechanism::kCausalCone, {1}), normalised({8, 6, 6, 5}));
}

TEST_CASE("critical path: cost, less where there is slack") {
  Subject subject;
  Random random(324);
  for (int i = 0; i < plans_to_try(); ++i) {
    PlanModel model = sparse_plan(random, 30);
    const double decay = random.one_in(2) ? 0.1 : random.between(0.01f, 1);
    std::vector<double> wanted(model.size());
    double length = 0;
    for (std::uint32_t node = 0; node < model.size(); ++node)
      length = std::max(length, through(model, node));
    for (std::uint32_t node = 0; node < model.size(); ++node)
      wanted[node] = length == 0 ? 0
                                 : model.nodes[node].cost *
                                       std::exp((through(model, node) - length) / (decay * length));
    const auto shares = subject.shares(model, Mechanism::kCriticalPath, {decay});
    check_equal(shares, normalised(wanted), 1e-10);
    // Where the decay is next to nothing only the critical nodes are left.
    const auto sharp = subject.shares(model, Mechanism::kCriticalPath, {1e-9});
    for (std::uint32_t node = 0; node < model.size() && length > 0; ++node)
      if (model.nodes[node].cost > 0)
        REQUIRE((sharp[node] > 0) == (length - through(model, node) <= 1e-12 * length));
    for (PlanNode& node : model.nodes) node.cost *= 1024;
    check_equal(subject.shares(model, Mechanism::kCriticalPath, {decay}), shares);
  }
}

TEST_CASE("min-cut gated: bottlenecks, or the witness where none is one alone, stand out") {
  Subject subject;
  CandidateFlow flow(subject.budget);
  Random random(325);
  int gated = 0, open = 0;
  for (int i = 0; i < plans_to_try(); ++i) {
    PlanModel model = random_plan(random, 30);
    fill(subject.graph, model);
    REQUIRE(flow.analyze(subject.graph, 1) == Status::kOk);
    bool alone = false;
    for (std::uint32_t node = 0; node < model.size(); ++node) alone |= flow.is_bottleneck(node);
    std::vector<double> wanted;
    const auto depths = depths_of(model);
    for (std::uint32_t node = 0; node < model.size(); ++node) {
      const bool stands_out = alone ? flow.is_bottleneck(node) : flow.limits(node);
      wanted.push_back(std::pow(0.9, depths[node]) * (0.05 + 0.95 * (stands_out ? 1 : 0)));
      ++(stands_out ? open : gated);
    }
    const auto shares = subject.shares(model, Mechanism::kMinCutGated);
    check_equal(shares, normalised(wanted));
    for (PlanNode& node : model.nodes) node.candidates *= 8;
    check_equal(subject.shares(model, Mechanism::kMinCutGated), shares);
  }
  CHECK(gated > 100);
  CHECK(open > 100);
  // One narrow node of a chain.
  PlanModel narrow = chain(6);
  narrow.nodes[3].candidates = 4;
  const double base = std::pow(0.9, 3), rest = (1 - std::pow(0.9, 6)) / 0.1 - base;
  CHECK(subject.shares(narrow, Mechanism::kMinCutGated)[3] ==
        doctest::Approx(base / (base + 0.05 * rest)).epsilon(1e-12));
  // Without limits nothing stands out.
  check_equal(subject.shares(chain(6), Mechanism::kMinCutGated),
              subject.shares(chain(6), Mechanism::kTopological));
}

// A node's dominators, itself included, by what is not reached without each.
std::vector<std::vector<bool>> dominators_of(const PlanModel& model) {
  const std::uint32_t size = model.size();
  std::vector<std::vector<bool>> found(size, std::vector<bool>(size));
  for (std::uint32_t without = 0; without < size; ++without) {
    std::vector<bool> reached(size);
    for (std::uint32_t node = 0; node < size; ++node) {
      const auto before = model.before(node);
      reached[node] = node != without &&
                      (before.empty() || std::ranges::any_of(before, [&](std::uint32_t from) {
                         return bool(reached[from]);
                       }));
      if (!reached[node]) found[node][without] = true;
    }
  }
  return found;
}

using Point = std::vector<double>;

double lorentz_product(const Point& a, const Point& b) {
  double sum = -a[0] * b[0];
  for (std::size_t i = 1; i < a.size(); ++i) sum += a[i] * b[i];
  return sum;
}

double distance(const Point& a, const Point& b) {
  Point difference(a.size());
  for (std::size_t i = 0; i < a.size(); ++i) difference[i] = a[i] - b[i];
  return 2 * std::asinh(std::sqrt(std::max(0.0, lorentz_product(difference, difference))) / 2);
}

// The dominator tree, its root first, and its points with all their coordinates: children in the
// directions of a regular simplex, in coordinates of their own.
struct Embedding {
  std::vector<int> parent;  // of node i at i + 1, the root's own number is 0
  std::vector<Point> points;
  std::vector<int> depth, degree;
};

Embedding embed(const PlanModel& model, double edge) {
  const std::uint32_t size = model.size();
  const auto dominators = dominators_of(model);
  Embedding out{std::vector<int>(size + 1, -1), std::vector<Point>(size + 1),
                std::vector<int>(size + 1), std::vector<int>(size + 1)};
  const auto count = [&](std::uint32_t node) { return std::ranges::count(dominators[node], true); };
  std::uint32_t sources = 0;
  for (std::uint32_t node = 0; node < size; ++node) sources += model.before(node).empty();
  const bool single = sources == 1;
  for (std::uint32_t node = 0; node < size; ++node) {
    // Of the strict dominators the one that has the most itself.
    out.parent[node + 1] = single && node == 0 ? -1 : 0;
    std::ptrdiff_t most = 0;
    for (std::uint32_t other = 0; other < size; ++other)
      if (other != node && dominators[node][other] && count(other) > most) {
        most = count(other);
        out.parent[node + 1] = int(other) + 1;
      }
  }
  const std::size_t root = single ? 1 : 0, dimensions = 2 * size + 4;
  std::vector<std::vector<std::size_t>> children(size + 1);
  for (std::size_t at = root + 1; at <= size; ++at)
    children[std::size_t(out.parent[at])].push_back(at);
  std::vector<Point> arrived(size + 1, Point(dimensions));
  out.points[root] = Point(dimensions);
  out.points[root][0] = 1;
  std::size_t fresh = 1;
  std::vector<std::size_t> queue{root};
  for (std::size_t done = 0; done < queue.size(); ++done) {
    const std::size_t at = queue[done];
    const std::size_t degree = children[at].size() + (at == root ? 0 : 1);
    out.degree[at] = int(degree);
    // Unit vectors of pairwise product -1 / (degree - 1), by Gram-Schmidt from the products; the
    // first is back to the parent, where there is one.
    std::vector<std::vector<double>> simplex;
    const double product = degree > 1 ? -1.0 / double(degree - 1) : 0;
    for (std::size_t i = 0; i < degree; ++i) {
      std::vector<double> corner(degree);
      double length = 1;
      for (std::size_t j = 0; j < i && j + 1 < degree; ++j) {
        double sum = product;
        for (std::size_t k = 0; k < j; ++k) sum -= corner[k] * simplex[j][k];
        corner[j] = sum / simplex[j][j];
        length -= corner[j] * corner[j];
      }
      if (i + 1 < degree || degree == 1) corner[i] = std::sqrt(std::max(0.0, length));
      simplex.push_back(corner);
    }
    std::size_t next = at == root ? 0 : 1;
    for (const std::size_t child : children[at]) {
      const auto& corner = simplex[next++];
      Point direction(dimensions);
      for (std::size_t j = 0; j < degree; ++j) {
        if (at != root && j == 0) {
          for (std::size_t k = 0; k < dimensions; ++k) direction[k] -= corner[0] * arrived[at][k];
        } else {
          direction[fresh + j] += corner[j];
        }
      }
      out.depth[child] = out.depth[at] + 1;
      out.points[child] = Point(dimensions);
      for (std::size_t k = 0; k < dimensions; ++k) {
        out.points[child][k] = std::cosh(edge) * out.points[at][k] + std::sinh(edge) * direction[k];
        arrived[child][k] = std::sinh(edge) * out.points[at][k] + std::cosh(edge) * direction[k];
      }
      queue.push_back(child);
    }
    fresh += degree;
  }
  return out;
}

TEST_CASE("lorentz: the distances are those of points on a hyperboloid, and nearly the tree's") {
  Subject subject;
  Random random(326);
  for (int i = 0; i < soak(100); ++i) {
    const PlanModel model = sparse_plan(random, 24);
    const std::uint32_t size = model.size();
    fill(subject.graph, model);
    std::vector<double> found(size);
    REQUIRE(subject.tree.embed(subject.graph, kNoFocus, found) == Status::kOk);
    const Embedding shape = embed(model, 1);
    const int depth = std::ranges::max(shape.depth);
    const double edge = depth == 0 ? 2 : std::min(2.0, 15.0 / depth);
    REQUIRE(subject.tree.edge_length() == doctest::Approx(edge).epsilon(1e-14));
    const Embedding at = embed(model, edge);
    const std::size_t root = shape.parent[1] == -1 && size > 0 ? 1 : 0;
    for (std::uint32_t a = 0; a < size; ++a) {
      const Point& x = at.points[a + 1];
      REQUIRE(std::abs(lorentz_product(x, x) + 1) <= 1e-9 * x[0] * x[0]);
      REQUIRE(std::abs(found[a] - distance(x, at.points[root])) <= 1e-8);
      const int up = at.parent[a + 1];
      if (up > 0) REQUIRE(found[a] > found[std::size_t(up) - 1]);
    }
    // From any node: symmetric, triangles, and as much less than along the tree as its turns make.
    std::vector<std::vector<double>> all(size, std::vector<double>(size));
    for (std::uint32_t a = 0; a < size; ++a)
      REQUIRE(subject.tree.embed(subject.graph, a, all[a]) == Status::kOk);
    for (std::uint32_t a = 0; a < size; ++a)
      for (std::uint32_t b = 0; b < size; ++b) {
        REQUIRE(std::abs(all[a][b] - all[b][a]) <= 1e-8);
        REQUIRE(std::abs(all[a][b] - distance(at.points[a + 1], at.points[b + 1])) <= 1e-6);
        const std::uint32_t c = random.below(size);
        REQUIRE(all[a][b] <= all[a][c] + all[c][b] + 1e-8);
        int along = 0;
        double lost = 0;
        std::size_t from = a + 1, to = b + 1;
        const auto turn = [&](std::size_t node) {
          if (node == a + 1 || node == b + 1 || edge < 2) return;
          const double pi = std::acos(-1.0), wide = 2 * pi / at.degree[node];
          if (at.degree[node] > 2) lost += std::log(2 / (1 - std::cos(wide)));
        };
        while (from != to) {
          std::size_t& lower = at.depth[from] > at.depth[to] ? from : to;
          lower = std::size_t(at.parent[lower]);
          ++along;
          if (from != to) turn(lower);
        }
        turn(from);
        const double less = edge * along - all[a][b];
        REQUIRE(less >= -1e-8);
        if (edge == 2) REQUIRE(less <= lost + 0.05 * std::max(1, along - 1));
      }
  }
}

TEST_CASE("lorentz: shares fall with the distance to the focus") {
  Subject subject;
  Random random(327);
  for (int i = 0; i < soak(100); ++i) {
    const PlanModel model = sparse_plan(random, 40);
    const std::uint32_t focus = random.one_in(2) ? kNoFocus : random.below(model.size());
    std::vector<double> wanted(model.size());
    fill(subject.graph, model);
    REQUIRE(subject.tree.embed(subject.graph, focus, wanted) == Status::kOk);
    for (double& it : wanted) it = std::exp(-it / subject.tree.edge_length());
    check_equal(subject.shares(model, Mechanism::kLorentz, {0, focus}), normalised(wanted));
  }
  // A chain is straight: the k-th node is k edges away.
  std::vector<double> wanted;
  for (int n = 0; n < 20; ++n) wanted.push_back(std::exp(-n));
  check_equal(subject.shares(chain(20), Mechanism::kLorentz), normalised(wanted), 1e-9);
}

TEST_CASE("parallel branch: as the work is, so that branches end at once") {
  Subject subject;
  Random random(328);
  for (int i = 0; i < plans_to_try(); ++i) {
    const PlanModel model = random_plan(random, 60);
    std::vector<double> wanted;
    for (const PlanNode& node : model.nodes) wanted.push_back(node.cost);
    check_equal(subject.shares(model, Mechanism::kParallelBranch), normalised(wanted));
  }
  // A fork into three branches of some nodes each, and a join.
  PlanModel model;
  model.nodes.assign(8, {1});
  model.edges = {{0, 1}, {0, 2}, {0, 4}, {1, 7}, {2, 3}, {3, 7}, {4, 5}, {5, 6}, {6, 7}};
  const double costs[] = {0, 6, 1, 5, 2, 3, 1, 0};
  for (std::size_t n = 0; n < 8; ++n) model.nodes[n].cost = costs[n];
  auto shares = subject.shares(model, Mechanism::kParallelBranch);
  CHECK(shares[1] == doctest::Approx(1.0 / 3).epsilon(1e-12));
  CHECK(shares[2] + shares[3] == doctest::Approx(1.0 / 3).epsilon(1e-12));
  // With divisible workers each branch takes its work over its share of them: all the same.
  model.nodes[5].cost = 13;
  shares = subject.shares(model, Mechanism::kParallelBranch);
  const double work = 6 + 6 + 16, workers = 4;
  CHECK(std::abs(6 / (shares[1] * workers) - work / workers) < 1e-9);
  CHECK(std::abs(6 / ((shares[2] + shares[3]) * workers) - work / workers) < 1e-9);
  CHECK(std::abs(16 / ((shares[4] + shares[5] + shares[6]) * workers) - work / workers) < 1e-9);
}

TEST_CASE("btsp: the base, and half of it more or less by the synapse") {
  Subject subject;
  Random random(329);
  for (int i = 0; i < plans_to_try(); ++i) {
    const PlanModel model = random_plan(random, 60);
    std::vector<double> synapses, wanted;
    for (const std::uint32_t depth : depths_of(model)) {
      synapses.push_back(random.between(0, 1));
      wanted.push_back(std::pow(0.9, depth) * (0.5 + synapses.back()));
    }
    check_equal(subject.shares(model, Mechanism::kBtsp, {0, kNoFocus, synapses}),
                normalised(wanted));
  }
  check_equal(subject.shares(chain(5), Mechanism::kBtsp),
              subject.shares(chain(5), Mechanism::kTopological));
}

TEST_CASE("a synapse learns from one execution before one surprise, by the time between") {
  for (const double tau : {0.5, 2.0, 7.0})
    for (const double delta : {0.0, 0.1, 1.0, 5.0, 60.0}) {
      Synapse synapse{};
      const BtspOptions options{tau, 0.5};
      REQUIRE(execute(synapse, 100, options) == Status::kOk);
      REQUIRE(plateau({&synapse, 1}, 100 + delta, options) == Status::kOk);
      CHECK(std::abs(synapse.weight - 0.5 * std::exp(-delta / tau)) <= 1e-9);
      // What runs later does not change what was learnt.
      const double learnt = synapse.weight;
      REQUIRE(execute(synapse, 200 + delta, options) == Status::kOk);
      CHECK(synapse.weight == learnt);
    }
}

TEST_CASE("traces of executions sum, however they are told") {
  Random random(330);
  for (int i = 0; i < plans_to_try(); ++i) {
    const BtspOptions options{random.between(0.1f, 5), random.between(0, 1)};
    Synapse synapse{};
    double time = random.between(-100, 100), wanted = 0;
    std::vector<double> times;
    for (int n = 0; n < 30; ++n) {
      time += random.between(0, 2);
      if (random.one_in(4)) {
        double eligible = 0;
        for (const double at : times) eligible += std::exp((at - time) / options.tau);
        eligible = std::min(1.0, eligible);
        wanted += options.rate * ((1 - wanted) * eligible - wanted * (1 - eligible) / 2);
        REQUIRE(plateau({&synapse, 1}, time, options) == Status::kOk);
        REQUIRE(std::abs(synapse.weight - wanted) <= 1e-12);
      } else {
        times.push_back(time);
        REQUIRE(execute(synapse, time, options) == Status::kOk);
      }
    }
  }
}

TEST_CASE("a synapse stays in [0, 1] for ever, and rests where growth and decay are equal") {
  Random random(331);
  const int events = std::getenv("RV_SOAK") != nullptr ? 1'000'000 : 100'000;
  Synapse synapses[4] = {};
  double time = 0;
  for (int i = 0; i < events; ++i) {
    time += random.one_in(3) ? 0 : random.between(0, 3);
    const BtspOptions options{random.between(0.01f, 10), random.between(0, 1)};
    if (random.one_in(2))
      REQUIRE(plateau(synapses, time, options) == Status::kOk);
    else
      REQUIRE(execute(synapses[random.below(4)], time, options) == Status::kOk);
    for (const Synapse& synapse : synapses) {
      REQUIRE(synapse.weight >= 0);
      REQUIRE(synapse.weight <= 1);
    }
  }
  for (const double eligible : {0.1, 0.5, 0.9}) {
    Synapse synapse{};
    for (int i = 0; i < 500; ++i) {
      synapse.eligibility = eligible;
      synapse.time = i;
      REQUIRE(plateau({&synapse, 1}, i, {}) == Status::kOk);
    }
    CHECK(synapse.weight ==
          doctest::Approx(eligible / (eligible + 0.5 * (1 - eligible))).epsilon(1e-12));
  }
}

TEST_CASE("what never ran learns nothing, at whatever time") {
  for (const double time : {-1e6, -10.0, 0.0, 1e6}) {
    Synapse synapse{};
    REQUIRE(plateau({&synapse, 1}, time, {0.1, 1}) == Status::kOk);
    CHECK(synapse.weight == 0);
  }
}

TEST_CASE("time that goes back, or is none, is refused and changes nothing") {
  Synapse synapses[2] = {};
  REQUIRE(execute(synapses[1], 10, {}) == Status::kOk);
  const double nan = std::numeric_limits<double>::quiet_NaN();
  for (const double wrong : {9.0, nan, kUnlimited, -kUnlimited}) {
    CHECK(execute(synapses[1], wrong, {}) == Status::kInvalidArgument);
    CHECK(plateau(synapses, wrong, {}) == Status::kInvalidArgument);
  }
  CHECK(synapses[1].eligibility == 1);
  CHECK(synapses[1].weight == 0);
  CHECK(execute(synapses[0], 9, {}) == Status::kOk);
}

TEST_CASE("the exponential and the logarithm are a libm's, within a few units of the last place") {
  Random random(332);
  for (int i = 0; i < soak(20000); ++i) {
    const double x = double(random.between(-700, 700)) * (random.one_in(2) ? 1 : 1e-3);
    REQUIRE(std::abs(exponential(x) - std::exp(x)) <= 1e-15 * std::exp(x));
    const double y = std::exp(x);
    REQUIRE(std::abs(logarithm(y) - std::log(y)) <= 5e-16 * std::max(1.0, std::abs(x)));
  }
  CHECK(exponential(0) == 1);
  CHECK(exponential(-1000) == 0);
  CHECK(exponential(-kUnlimited) == 0);
  CHECK(exponential(1000) == kUnlimited);
  CHECK(std::abs(logarithm(1)) <= 1e-16);
}

TEST_CASE("shares of plans no bigger than before take no memory") {
  Subject subject;
  Random random(333);
  const PlanModel large = random_plan(random, 60);
  std::uint64_t used = 0;
  for (int round = 0; round < 3; ++round) {
    for (const Mechanism mechanism : kAll)
      (void)subject.shares(round == 2 ? chain(1) : large, mechanism);
    if (round > 0) CHECK(subject.budget.used_bytes() == used);
    used = subject.budget.used_bytes();
  }
}

// When a list scheduler runs it: who is free takes, of those that can run, the first by `before`.
// Nodes that can run at once are told apart by their numbers.
template <typename Before>
double makespan_of(const PlanModel& model, int workers, Before before) {
  std::vector<double> free(std::size_t(workers), 0), end(model.size(), -1), ready(model.size(), -1);
  double now = 0, last = 0;
  for (std::uint32_t left = model.size(); left > 0;) {
    for (std::uint32_t node = 0; node < model.size(); ++node) {
      const auto inputs = model.before(node);
      if (ready[node] < 0 && std::ranges::all_of(inputs, [&](std::uint32_t from) {
            return end[from] >= 0 && end[from] <= now;
          }))
        ready[node] = now;
    }
    for (double& worker : free) {
      if (worker > now) continue;
      std::uint32_t pick = model.size();
      for (std::uint32_t node = 0; node < model.size(); ++node)
        if (ready[node] >= 0 && end[node] < 0 &&
            (pick == model.size() || before(node, pick, ready)))
          pick = node;
      if (pick == model.size()) break;
      worker = end[pick] = now + model.nodes[pick].cost;
      last = std::max(last, worker);
      --left;
    }
    double next = kUnlimited;
    for (const double at : end)
      if (at > now) next = std::min(next, at);
    now = next;
  }
  return last;
}

// The least makespan: all orders, each node as early as it can, pruned by what is left at least.
double best_makespan(const PlanModel& model, int workers, double best) {
  std::vector<double> tail(model.size());
  double total = 0;
  for (std::uint32_t node = model.size(); node-- > 0;) {
    for (const std::uint32_t to : model.after(node)) tail[node] = std::max(tail[node], tail[to]);
    tail[node] += model.nodes[node].cost;
    total += model.nodes[node].cost;
  }
  double least = total / workers;
  for (const double it : tail) least = std::max(least, it);
  std::vector<double> end(model.size(), -1);
  const std::function<void(std::vector<double>, double, std::uint32_t)> go =
      [&](std::vector<double> free, double last, std::uint32_t left) {
        if (best <= least + 1e-9) return;
        if (left == 0) {
          best = std::min(best, last);
          return;
        }
        std::ranges::sort(free);
        for (std::uint32_t node = 0; node < model.size(); ++node) {
          if (end[node] >= 0) continue;
          double begin = free[0];
          bool ready = true;
          for (const std::uint32_t from : model.before(node)) {
            ready = ready && end[from] >= 0;
            begin = std::max(begin, end[from]);
          }
          if (!ready || begin + tail[node] >= best - 1e-9) continue;
          std::vector<double> then = free;
          // The worker that is free latest of those that can begin then.
          std::size_t worker = 0;
          while (worker + 1 < then.size() && then[worker + 1] <= begin) ++worker;
          then[worker] = end[node] = begin + model.nodes[node].cost;
          go(then, std::max(last, end[node]), left - 1);
          end[node] = -1;
        }
      };
  go(std::vector<double>(std::size_t(workers), 0), 0, model.size());
  return best;
}

TEST_CASE(
    "a list schedule by the critical path is within Graham's bound, and no worse than first come") {
  Subject subject;
  Random random(334);
  constexpr int kWorkers = 4;
  int no_worse = 0, better = 0, default_no_worse = 0;
  const int plans = soak(300);
  for (int i = 0; i < plans; ++i) {
    PlanModel model = random_plan(random, 40);
    for (PlanNode& node : model.nodes) node.cost += 0.125;
    const auto by_share = [&](const PlanModel& plan, double decay) {
      const auto shares = subject.shares(plan, Mechanism::kCriticalPath, {decay});
      return makespan_of(plan, kWorkers, [&](std::uint32_t a, std::uint32_t b, const auto&) {
        return shares[a] > shares[b];
      });
    };
    // Next to nothing: by slack, then by cost.
    const double ours = by_share(model, 0.002), by_default = by_share(model, 0);
    const double theirs = makespan_of(
        model, kWorkers,
        [](std::uint32_t a, std::uint32_t b, const auto& ready) { return ready[a] < ready[b]; });
    if (ours <= theirs * (1 + 1e-12)) ++no_worse;
    if (ours < theirs * (1 - 1e-12)) ++better;
    if (by_default <= theirs * (1 + 1e-12)) ++default_no_worse;

    PlanModel small = random_plan(random, std::getenv("RV_SOAK") != nullptr ? 12 : 9);
    for (PlanNode& node : small.nodes) node.cost += 0.125;
    const double found = by_share(small, 0.002);
    const double best = best_makespan(small, kWorkers, found);
    REQUIRE(found <= (2 - 1.0 / kWorkers) * best * (1 + 1e-12));
    REQUIRE(best <= found);
  }
  MESSAGE("no worse than first come: " << no_worse << " of " << plans << ", better: " << better
                                       << "; with the default decay no worse: "
                                       << default_no_worse);
  CHECK(no_worse >= 0.9 * plans);
  CHECK(better > 0.2 * plans);
}

}  // namespace
}  // namespace rv::test
