// rv::Collection's spread() for JavaScript. See module.cpp for the rules of the shims.
#include <emscripten/bind.h>

#include "engine/collection.h"

namespace {

using rv::Collection;
using Address = std::uint32_t;

Collection& of(Address collection) { return *reinterpret_cast<Collection*>(collection); }

std::uint32_t spread(Address c, std::uint32_t query, std::uint32_t seeds, double alpha,
                     double epsilon) {
  return static_cast<std::uint32_t>(of(c).spread({query, seeds, {alpha, epsilon}}));
}

// How many there are; what was done for them; and their address.
double activations(Address c, std::uint32_t field) {
  const rv::Push& push = of(c).last_spread();
  const rv::QueryCost& cost = of(c).spread_cost();
  const double fields[] = {
      static_cast<double>(of(c).activations().size()),
      static_cast<double>(push.spikes()),
      static_cast<double>(push.neurons().size()),
      push.residual(),
      static_cast<double>(cost.distance_evaluations),
      static_cast<double>(cost.hops),
      static_cast<double>(cost.bytes_read),
      static_cast<double>(reinterpret_cast<Address>(of(c).activations().data()))};
  return fields[field];
}

}  // namespace

EMSCRIPTEN_BINDINGS(rv_spread) {
  emscripten::function("Collection.spread", &spread);
  emscripten::function("Collection.activations", &activations);
}
