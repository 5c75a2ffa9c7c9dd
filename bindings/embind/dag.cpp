// Plans for JavaScript: rv::PlanGraph and what reads one. See module.cpp for the rules of the
// shims. All goes through one list of doubles, which the host writes before a call and reads after
// it: kScalars results, then lists of a number a node, then what a call says.
#include <emscripten/bind.h>

#include <new>

#include "dag/attention.h"
#include "dag/btsp.h"
#include "dag/raise.h"

namespace {

using Address = std::uint32_t;
using rv::Status;

std::uint32_t code(Status status) { return static_cast<std::uint32_t>(status); }
Address address(const void* at) { return reinterpret_cast<Address>(at); }

constexpr std::uint32_t kScalars = 4;
constexpr std::uint32_t kLists = 5;

struct Dag {
  rv::MemoryBudget budget{UINT64_MAX};
  rv::PlanGraph plan{budget};
  rv::PlanReadings readings{budget};
  rv::BudgetRaise raise{budget};
  rv::Array<double> numbers{budget};
  std::uint32_t nodes = 0;

  double* list(std::uint32_t i) { return numbers.data() + kScalars + std::size_t{i} * nodes; }
  std::span<double> span(std::uint32_t i) { return {list(i), nodes}; }
};

Dag& of(Address dag) { return *reinterpret_cast<Dag*>(dag); }

Address create_dag() { return address(new (std::nothrow) Dag); }
void destroy(Address d) { delete &of(d); }

// Makes room for the numbers of as many nodes, and of edges behind the lists.
std::uint32_t begin(Address d, std::uint32_t nodes, std::uint32_t edges) {
  of(d).nodes = nodes;
  return code(
      of(d).numbers.resize(kScalars + std::size_t{kLists} * nodes + std::size_t{2} * edges));
}
Address numbers(Address d) { return address(of(d).numbers.data()); }

// Lists: costs, candidates, selectivities. Behind all lists the two ends of each edge.
std::uint32_t take(Address d, std::uint32_t edges) {
  Dag& dag = of(d);
  Status status = dag.plan.begin(dag.nodes, edges);
  for (std::uint32_t i = 0; i < dag.nodes && status == Status::kOk; ++i)
    status = dag.plan.add_node({dag.list(0)[i], dag.list(1)[i], dag.list(2)[i]});
  const double* end = dag.list(kLists);
  for (std::uint32_t e = 0; e < edges && status == Status::kOk; ++e, end += 2)
    status =
        dag.plan.add_edge(static_cast<std::uint32_t>(end[0]), static_cast<std::uint32_t>(end[1]));
  return code(status);
}

// Demand in; out flow, tension, length, arcs scanned, and lists: depths, slacks, earliest, pass
// rates, and bits: 1 on the source side, 2 of the witness, 4 a bottleneck, 8 on the critical path.
std::uint32_t analyze(Address d) {
  Dag& dag = of(d);
  rv::Schedule& schedule = dag.readings.schedule;
  rv::CandidateFlow& flow = dag.readings.flow;
  Status status = schedule.compute(dag.plan);
  if (status == Status::kOk) status = flow.analyze(dag.plan, dag.numbers[0]);
  if (status != Status::kOk) return code(status);
  dag.numbers[0] = flow.value();
  dag.numbers[1] = flow.tension();
  dag.numbers[2] = schedule.length();
  dag.numbers[3] = static_cast<double>(flow.arcs_scanned());
  for (std::uint32_t i = 0; i < dag.nodes; ++i) {
    dag.list(0)[i] = schedule.depth(i);
    dag.list(1)[i] = schedule.slack(i);
    dag.list(2)[i] = schedule.earliest(i);
    dag.list(3)[i] = flow.pass_rate(i);
    dag.list(4)[i] = flow.on_source_side(i) | flow.limits(i) << 1 | flow.is_bottleneck(i) << 2 |
                     schedule.on_path(i) << 3;
  }
  return code(Status::kOk);
}

// Decay and synapses in; the shares in the second list.
std::uint32_t attention(Address d, std::uint32_t mechanism, std::uint32_t focus) {
  Dag& dag = of(d);
  return code(rv::attend(dag.plan, static_cast<rv::Mechanism>(mechanism),
                         {dag.numbers[0], focus, dag.span(0)}, dag.readings, dag.span(1)));
}

// Results wanted in, and two lists: the RaiseOffer of each node; out flow, cost, -, arcs scanned,
// and the raises in the third.
std::uint32_t raise(Address d) {
  Dag& dag = of(d);
  const auto* offers = reinterpret_cast<const rv::RaiseOffer*>(dag.list(0));
  const Status status = dag.raise.solve(dag.plan, {offers, dag.nodes}, dag.numbers[0]);
  if (status != Status::kOk) return code(status);
  dag.numbers[0] = dag.raise.value();
  dag.numbers[1] = dag.raise.cost();
  dag.numbers[3] = static_cast<double>(dag.raise.arcs_scanned());
  for (std::uint32_t i = 0; i < dag.nodes; ++i) dag.list(2)[i] = dag.raise.raise(i);
  return code(Status::kOk);
}

// Time and BtspOptions in, and three lists: the Synapse of each node, in and out. Of one node, or a
// plateau of all.
std::uint32_t execute(Address d, std::uint32_t node) {
  Dag& dag = of(d);
  return code(rv::execute(reinterpret_cast<rv::Synapse*>(dag.list(0))[node], dag.numbers[0],
                          {dag.numbers[1], dag.numbers[2]}));
}
std::uint32_t plateau(Address d) {
  Dag& dag = of(d);
  return code(rv::plateau({reinterpret_cast<rv::Synapse*>(dag.list(0)), dag.nodes}, dag.numbers[0],
                          {dag.numbers[1], dag.numbers[2]}));
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
  emscripten::function("Dag.raise", &raise);
  emscripten::function("Dag.execute", &execute);
  emscripten::function("Dag.plateau", &plateau);
}
