// rv::Collection for JavaScript. See module.cpp for the rules of the shims.
#include "engine/collection.h"

#include <emscripten/bind.h>

namespace {

using rv::Collection;
using Address = std::uintptr_t;

Address address(const void* at) { return reinterpret_cast<Address>(at); }
int code(rv::Status status) { return static_cast<int>(status); }

// Null where the arguments are out of range or there is no memory for it; the host has checked the
// arguments.
Collection* create_collection(std::uint32_t metric, std::uint32_t dim, double max_bytes) {
  auto created = Collection::create({static_cast<rv::Metric>(metric), dim},
                                    static_cast<std::uint64_t>(max_bytes));
  return created.ok() ? created.operator*().release() : nullptr;
}

std::uint32_t rows(const Collection& c) { return c.store().rows(); }
double used_bytes(const Collection& c) { return static_cast<double>(c.used_bytes()); }
Address row(const Collection& c, std::uint32_t r) { return address(c.store().row(r)); }

int stage(Collection& c, std::uint32_t count) { return code(c.stage(count)); }
Address targets(Collection& c) { return address(c.targets().data()); }
int commit(Collection& c) { return code(c.commit()); }
int remove_row(Collection& c, std::uint32_t r) { return code(c.remove(r)); }
void compact(Collection& c) { c.compact(); }
void clear(Collection& c) { c.clear(); }
std::uint32_t faulty(const Collection& c) { return c.faulty(); }

int prepare(Collection& c, std::uint32_t count, std::uint32_t k) {
  return code(c.prepare(count, k));
}
Address queries(Collection& c) { return address(c.queries().data()); }
int search(Collection& c) { return code(c.search()); }
Address neighbors(const Collection& c, std::uint32_t query) {
  return address(c.neighbors(query).data());
}
std::uint32_t found(const Collection& c, std::uint32_t query) {
  return static_cast<std::uint32_t>(c.neighbors(query).size());
}
double distance_evaluations(const Collection& c) {
  return static_cast<double>(c.last_cost().distance_evaluations);
}
double bytes_read(const Collection& c) { return static_cast<double>(c.last_cost().bytes_read); }

}  // namespace

EMSCRIPTEN_BINDINGS(rv_collection) {
  emscripten::function("createCollection", &create_collection, emscripten::allow_raw_pointers());
  emscripten::class_<Collection>("Collection")
      .function("rows", &rows)
      .function("usedBytes", &used_bytes)
      .function("row", &row)
      .function("stage", &stage)
      .function("targets", &targets)
      .function("commit", &commit)
      .function("remove", &remove_row)
      .function("compact", &compact)
      .function("clear", &clear)
      .function("faulty", &faulty)
      .function("prepare", &prepare)
      .function("queries", &queries)
      .function("search", &search)
      .function("neighbors", &neighbors)
      .function("found", &found)
      .function("distanceEvaluations", &distance_evaluations)
      .function("bytesRead", &bytes_read);
}
