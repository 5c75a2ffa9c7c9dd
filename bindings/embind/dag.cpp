// Plans for JavaScript (rv::PlanGraph and what reads one) and selectors. See module.cpp for the
// rules of the shims. All goes through one list of doubles, which the host writes before a call and
// reads after it: kResults results, then lists of a number a node, then what a call says.
#include <emscripten/bind.h>

#include <new>

#include "dag/allocate.h"
#include "dag/attention.h"
#include "dag/btsp.h"
#include "dag/raise.h"
#include "dag/selector.h"

namespace {

using Address = std::uint32_t;
using rv::Status;

std::uint32_t code(Status status) { return static_cast<std::uint32_t>(status); }
Address address(const void* at) { return reinterpret_cast<Address>(at); }

constexpr std::uint32_t kResults = 4;
constexpr std::uint32_t kLists = 5;

struct Dag {
  rv::MemoryBudget budget{UINT64_MAX};
  rv::PlanGraph plan{budget};
  rv::Schedule schedule{budget};
  rv::CandidateFlow flow{budget};
  rv::BudgetRaise raise{budget};
  rv::Attention attention{budget};
  rv::Array<double> numbers{budget};
  std::uint32_t nodes = 0;

  std::span<double> list(std::uint32_t i) {
    return numbers.span().subspan(kResults + std::size_t{i} * nodes, nodes);
  }
};

Dag& of(Address dag) { return *reinterpret_cast<Dag*>(dag); }

Address create_dag() { return address(new (std::nothrow) Dag); }
void destroy(Address d) { delete &of(d); }

// Makes room for the numbers of as many nodes, and of edges behind the lists.
std::uint32_t begin(Address d, std::uint32_t nodes, std::uint32_t edges) {
  Dag& dag = of(d);
  dag.nodes = nodes;
  return code(dag.numbers.resize(kResults + std::size_t{kLists} * nodes + std::size_t{2} * edges));
}
Address numbers(Address d) { return address(of(d).numbers.data()); }

// Lists: costs, candidates, selectivities. Behind all lists the two ends of each edge.
std::uint32_t take(Address d, std::uint32_t edges) {
  Dag& dag = of(d);
  Status status = dag.plan.begin(dag.nodes, edges);
  for (std::uint32_t i = 0; i < dag.nodes && status == Status::kOk; ++i)
    status = dag.plan.add_node({dag.list(0)[i], dag.list(1)[i], dag.list(2)[i]});
  const double* end = dag.numbers.data() + kResults + std::size_t{kLists} * dag.nodes;
  for (std::uint32_t e = 0; e < edges && status == Status::kOk; ++e, end += 2)
    status =
        dag.plan.add_edge(static_cast<std::uint32_t>(end[0]), static_cast<std::uint32_t>(end[1]));
  return code(status);
}

// Results: flow, tension, length, arcs scanned. Lists: depths, slacks, earliest, pass rates, and
// bits: 1 on the source side, 2 of the witness, 4 a bottleneck, 8 on the critical path.
std::uint32_t analyze(Address d, double demand) {
  Dag& dag = of(d);
  Status status = dag.schedule.compute(dag.plan);
  if (status == Status::kOk) status = dag.flow.analyze(dag.plan, demand);
  if (status != Status::kOk) return code(status);
  dag.numbers[0] = dag.flow.value();
  dag.numbers[1] = dag.flow.tension();
  dag.numbers[2] = dag.schedule.length();
  dag.numbers[3] = static_cast<double>(dag.flow.arcs_scanned());
  for (std::uint32_t i = 0; i < dag.nodes; ++i) {
    dag.list(0)[i] = dag.schedule.depth(i);
    dag.list(1)[i] = dag.schedule.slack(i);
    dag.list(2)[i] = dag.schedule.earliest(i);
    dag.list(3)[i] = dag.flow.pass_rate(i);
    dag.list(4)[i] =
        dag.flow.on_source_side(i) + 2 * dag.flow.limits(i) + 4 * dag.flow.is_bottleneck(i);
  }
  for (const std::uint32_t i : dag.schedule.path()) dag.list(4)[i] += 8;
  return code(Status::kOk);
}

// Lists: synapses, then the shares.
std::uint32_t attention(Address d, std::uint32_t mechanism, double decay, std::uint32_t focus) {
  Dag& dag = of(d);
  return code(dag.attention.compute(dag.plan, static_cast<rv::Mechanism>(mechanism),
                                    {decay, focus, dag.list(0)}, dag.list(1)));
}

// Lists: shares or, with scales in the fifth, weights; least, most, then the parts.
std::uint32_t allocate(Address d, double budget, std::uint32_t by_scales) {
  Dag& dag = of(d);
  return code(
      by_scales != 0
          ? rv::water_fill(budget, dag.list(0), dag.list(4), dag.list(1), dag.list(2), dag.list(3))
          : rv::allocate(budget, dag.list(0), dag.list(1), dag.list(2), dag.list(3)));
}

// Lists: the RaiseOffer of each node in two, then the raises. Results: flow, cost, -, arcs scanned.
std::uint32_t raise(Address d, double wanted) {
  Dag& dag = of(d);
  const auto* offers = reinterpret_cast<const rv::RaiseOffer*>(dag.list(0).data());
  const Status status = dag.raise.solve(dag.plan, {offers, dag.nodes}, wanted);
  if (status != Status::kOk) return code(status);
  dag.numbers[0] = dag.raise.value();
  dag.numbers[1] = dag.raise.cost();
  dag.numbers[3] = static_cast<double>(dag.raise.arcs_scanned());
  for (std::uint32_t i = 0; i < dag.nodes; ++i) dag.list(2)[i] = dag.raise.raise(i);
  return code(Status::kOk);
}

// Lists: the Synapse of each node in three.
rv::Synapse* synapses(Address d) { return reinterpret_cast<rv::Synapse*>(of(d).list(0).data()); }
std::uint32_t execute(Address d, std::uint32_t node, double time, double tau) {
  return code(rv::execute(synapses(d)[node], time, {tau}));
}
std::uint32_t plateau(Address d, double time, double tau, double rate) {
  return code(rv::plateau({synapses(d), of(d).nodes}, time, {tau, rate}));
}

// A decision in one number: mechanism, triggers, queries, eight bits each.
std::uint32_t packed(const rv::Decision& decision) {
  return static_cast<std::uint32_t>(decision.mechanism) |
         static_cast<std::uint32_t>(decision.triggers) << 8 |
         static_cast<std::uint32_t>(decision.queries) << 16;
}
rv::Selector& selector(Address s) { return *reinterpret_cast<rv::Selector*>(s); }
Address create_selector(double bin) { return address(new (std::nothrow) rv::Selector(bin)); }
void destroy_selector(Address s) { delete &selector(s); }
std::uint32_t observe(Address s, double tension, double latency, double writes, double time,
                      std::uint32_t branches, std::uint32_t depth) {
  return code(selector(s).observe({tension, latency, writes, time, branches, depth}));
}
Address signals(Address s) { return address(&selector(s).signals()); }
std::uint32_t decision(Address s) { return packed(selector(s).decision()); }
// After the decision `last`, by the Signals at `at`.
std::uint32_t decide(std::uint32_t last, Address at) {
  return packed(
      rv::decide({static_cast<rv::Mechanism>(last & 0xFF), static_cast<std::uint8_t>(last >> 8),
                  static_cast<std::uint8_t>(last >> 16)},
                 *reinterpret_cast<const rv::Signals*>(at)));
}

}  // namespace

EMSCRIPTEN_BINDINGS(rv_dag) {
  emscripten::function("createDag", &create_dag);
  emscripten::function("Dag.delete", &destroy);
  emscripten::function("Dag.begin", &begin);
  emscripten::function("Dag.numbers", &numbers);
  emscripten::function("Dag.take", &take);
  emscripten::function("Dag.analyze", &analyze);
  emscripten::function("Dag.attention", &attention);
  emscripten::function("Dag.allocate", &allocate);
  emscripten::function("Dag.raise", &raise);
  emscripten::function("Dag.execute", &execute);
  emscripten::function("Dag.plateau", &plateau);

  emscripten::function("createSelector", &create_selector);
  emscripten::function("Selector.delete", &destroy_selector);
  emscripten::function("Selector.observe", &observe);
  emscripten::function("Selector.signals", &signals);
  emscripten::function("Selector.decision", &decision);
  emscripten::function("decide", &decide);
}
