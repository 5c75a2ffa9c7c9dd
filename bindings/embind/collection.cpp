// rv::Collection for JavaScript: functions of a handle, its address. See module.cpp for the rules
// of the shims.
#include "engine/collection.h"

#include <emscripten/bind.h>

#include <iterator>

namespace {

using rv::Collection;
using Address = std::uint32_t;

Address address(const void* at) { return reinterpret_cast<Address>(at); }
std::uint32_t code(rv::Status status) { return static_cast<std::uint32_t>(status); }

Collection& of(Address collection) { return *reinterpret_cast<Collection*>(collection); }

// Or the status that explains why there is none, which is below every address.
Address create_collection(double max_bytes, std::uint32_t metric, std::uint32_t dim,
                          std::uint32_t index, std::uint32_t M, std::uint32_t ef_construction,
                          std::uint32_t seed, std::uint32_t quantization, std::uint32_t bits,
                          std::uint32_t keep) {
  auto created = Collection::create({{static_cast<rv::Metric>(metric), dim},
                                     static_cast<rv::IndexType>(index),
                                     {M, ef_construction, seed},
                                     static_cast<rv::Quantization>(quantization),
                                     bits,
                                     keep != 0},
                                    static_cast<std::uint64_t>(max_bytes));
  return created.ok() ? address(created.operator*().release()) : code(created.status());
}

void destroy(Address c) { delete &of(c); }
std::uint32_t rows(Address c) { return of(c).store().rows(); }
double used_bytes(Address c) { return static_cast<double>(of(c).used_bytes()); }
double bytes_per_row(Address c) { return of(c).bytes_per_row(); }
Address vector(Address c, std::uint32_t r) { return address(of(c).vector(r)); }

std::uint32_t stage(Address c, std::uint32_t count) { return code(of(c).stage(count)); }
Address staged_row(Address c, std::uint32_t i) { return address(of(c).staged_row(i)); }
Address targets(Address c) { return address(of(c).targets().data()); }
std::uint32_t commit(Address c) { return code(of(c).commit()); }
std::uint32_t remove_row(Address c, std::uint32_t r) { return code(of(c).remove(r)); }
void compact(Address c) { of(c).compact(); }
void clear(Address c) { of(c).clear(); }
std::uint32_t faulty(Address c) { return of(c).faulty(); }
std::uint32_t pending(Address c) { return of(c).pending(); }
std::uint32_t linked(Address c) { return of(c).graph().linked_rows(); }
std::uint32_t maintain(Address c, std::uint32_t rows) { return code(of(c).maintain(rows)); }

std::uint32_t prepare(Address c, std::uint32_t count, std::uint32_t k) {
  return code(of(c).prepare(count, k));
}
Address queries(Address c) { return address(of(c).queries().data()); }
Address filter(Address c) { return address(of(c).filter().data()); }
std::uint32_t search(Address c, std::uint32_t exact, std::uint32_t ef, double reach) {
  return code(of(c).search(exact != 0, ef, static_cast<float>(reach)));
}
void withhold(Address c, std::uint32_t row) { of(c).withhold(row); }
void force_plan(Address c, std::uint32_t plan) { of(c).force_plan(plan); }
Address neighbors(Address c, std::uint32_t query) { return address(of(c).neighbors(query).data()); }
std::uint32_t found(Address c, std::uint32_t query) {
  return static_cast<std::uint32_t>(of(c).neighbors(query).size());
}

// The fields of QueryCost, in order; what was foreseen; and the work of building.
double cost(Address c, std::uint32_t field) {
  const rv::QueryCost& cost = of(c).last_cost();
  const double done[] = {
      static_cast<double>(cost.plan),          static_cast<double>(cost.distance_evaluations),
      static_cast<double>(cost.codes_scanned), static_cast<double>(cost.reranked),
      static_cast<double>(cost.hops),          static_cast<double>(cost.bytes_read),
      static_cast<double>(cost.fallbacks),     cost.selectivity};
  if (field < std::size(done)) return done[field];
  if (!rv::kHasFilteredWalks) return 0;
  const rv::Foresight& foresight = of(c).foresight();
  const double more[] = {foresight.expected(), foresight.tension(), foresight.width(),
                         static_cast<double>(foresight.arcs_scanned()),
                         static_cast<double>(of(c).link_evaluations())};
  return more[field - std::size(done)];
}

}  // namespace

EMSCRIPTEN_BINDINGS(rv_collection) {
  emscripten::function("createCollection", &create_collection);
  emscripten::function("Collection.delete", &destroy);
  emscripten::function("Collection.rows", &rows);
  emscripten::function("Collection.usedBytes", &used_bytes);
  emscripten::function("Collection.bytesPerRow", &bytes_per_row);
  emscripten::function("Collection.vector", &vector);
  emscripten::function("Collection.stage", &stage);
  emscripten::function("Collection.stagedRow", &staged_row);
  emscripten::function("Collection.targets", &targets);
  emscripten::function("Collection.commit", &commit);
  emscripten::function("Collection.remove", &remove_row);
  emscripten::function("Collection.compact", &compact);
  emscripten::function("Collection.clear", &clear);
  emscripten::function("Collection.faulty", &faulty);
  emscripten::function("Collection.pending", &pending);
  emscripten::function("Collection.linked", &linked);
  emscripten::function("Collection.maintain", &maintain);
  emscripten::function("Collection.prepare", &prepare);
  emscripten::function("Collection.queries", &queries);
  emscripten::function("Collection.filter", &filter);
  emscripten::function("Collection.search", &search);
  emscripten::function("Collection.withhold", &withhold);
  emscripten::function("Collection.forcePlan", &force_plan);
  emscripten::function("Collection.neighbors", &neighbors);
  emscripten::function("Collection.found", &found);
  emscripten::function("Collection.cost", &cost);
}
