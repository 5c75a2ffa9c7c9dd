// rv::Cuts for JavaScript: functions of a handle, its address. See module.cpp for the rules of the
// shims.
#include <emscripten/bind.h>

#include <new>

#include "mincut/cuts.h"

namespace {

using rv::Cuts;
using Address = std::uint32_t;

std::uint32_t code(rv::Status status) { return static_cast<std::uint32_t>(status); }
Cuts& of(Address graph) { return *reinterpret_cast<Cuts*>(graph); }
void destroy(Address g) { delete &of(g); }

// Or the status that explains why there is none, which is below every address; 0 for want of
// memory.
Address create_graph(double max_bytes, std::uint32_t nodes) {
  auto* const cuts = new (std::nothrow) Cuts(static_cast<std::uint64_t>(max_bytes));
  if (cuts == nullptr) return 0;
  const auto graph = reinterpret_cast<Address>(cuts);
  const rv::Status status = cuts->begin(nodes);
  if (status == rv::Status::kOk) return graph;
  destroy(graph);
  return code(status);
}

double weight(Address g, std::uint32_t u, std::uint32_t v) {
  return of(g).cut().graph().weight(u, v);
}
std::uint32_t set(Address g, std::uint32_t u, std::uint32_t v, double weight,
                  std::uint32_t is_more) {
  return code(of(g).cut().set(u, v, weight, is_more != 0));
}

Address numbers(Address g) { return reinterpret_cast<Address>(of(g).numbers().data()); }
std::uint32_t min_cut(Address g) { return code(of(g).min_cut()); }
std::uint32_t max_flow(Address g, std::uint32_t source, std::uint32_t sink) {
  return code(of(g).max_flow(source, sink));
}
std::uint32_t local_cut(Address g, std::uint32_t node, double k, double volume, double delta,
                        std::uint32_t seed) {
  return code(of(g).local_cut({node, k, volume, delta, seed}));
}
std::uint32_t connectivity(Address g, std::uint32_t is_normalized) {
  return code(of(g).connectivity(is_normalized != 0));
}

double count(Address g, std::uint32_t field) {
  const rv::DynamicCut& cut = of(g).cut();
  const std::uint64_t fields[] = {cut.graph().edges(), of(g).used_bytes(), cut.arcs_scanned(),
                                  cut.updates(),       cut.recomputes(),   cut.deferrals()};
  return static_cast<double>(fields[field]);
}

}  // namespace

EMSCRIPTEN_BINDINGS(rv_mincut) {
  emscripten::function("createGraph", &create_graph);
  emscripten::function("Graph.delete", &destroy);
  emscripten::function("Graph.weight", &weight);
  emscripten::function("Graph.set", &set);
  emscripten::function("Graph.numbers", &numbers);
  emscripten::function("Graph.minCut", &min_cut);
  emscripten::function("Graph.maxFlow", &max_flow);
  emscripten::function("Graph.localCut", &local_cut);
  emscripten::function("Graph.connectivity", &connectivity);
  emscripten::function("Graph.count", &count);
}
