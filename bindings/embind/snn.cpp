// rv::SpikingNetwork for JavaScript: functions of a handle, its address, and the addresses of its
// arrays. See module.cpp for the rules of the shims.
#include <emscripten/bind.h>

#include <new>

#include "base/exponential.h"
#include "snn/network.h"

namespace {

using rv::SpikingNetwork;
using Address = std::uint32_t;

std::uint32_t code(rv::Status status) { return static_cast<std::uint32_t>(status); }
SpikingNetwork& of(Address n) { return *reinterpret_cast<SpikingNetwork*>(n); }
void destroy(Address n) { delete &of(n); }

// Or the status that explains why there is none, which is below every address; 0 for want of
// memory.
Address create_network(double max_bytes, std::uint32_t neurons, std::uint32_t edges) {
  auto* const network = new (std::nothrow) SpikingNetwork(static_cast<std::uint64_t>(max_bytes));
  if (network == nullptr) return 0;
  const auto address = reinterpret_cast<Address>(network);
  const rv::Status status = network->begin(neurons, edges);
  if (status == rv::Status::kOk) return address;
  destroy(address);
  return code(status);
}

// 0 the Settings, 1 the Readings, 2 the neurons, 3 the weights, 4 the
// ends, 5 the lists, 6 the spikes.
Address array(Address n, std::uint32_t which) {
  const void* const arrays[] = {&of(n).settings(),      &of(n).readings(),   of(n).neurons().data(),
                                of(n).weights().data(), of(n).ends().data(), of(n).lists().data(),
                                of(n).spikes().data()};
  return reinterpret_cast<Address>(arrays[which]);
}
void start(Address n) { of(n).start(); }

// How many spikes there were; or, with all bits turned, why there are none.
std::uint32_t spikes_or(Address n, rv::Status status) {
  return status == rv::Status::kOk ? static_cast<std::uint32_t>(of(n).spikes().size())
                                   : ~code(status);
}
std::uint32_t step(Address n, double ms) { return spikes_or(n, of(n).step(ms)); }
std::uint32_t run(Address n, double until, std::uint32_t most) {
  return spikes_or(n, of(n).run(until, most));
}
void read(Address n, std::uint32_t settles) { of(n).read(settles != 0); }
std::uint32_t spread(Address n, double alpha, double epsilon) {
  return code(of(n).spread(alpha, epsilon));
}
double exponential(double x) { return rv::exponential(x); }

}  // namespace

EMSCRIPTEN_BINDINGS(rv_snn) {
  emscripten::function("createNetwork", &create_network);
  emscripten::function("Network.delete", &destroy);
  emscripten::function("Network.array", &array);
  emscripten::function("Network.start", &start);
  emscripten::function("Network.step", &step);
  emscripten::function("Network.run", &run);
  emscripten::function("Network.read", &read);
  emscripten::function("Network.spread", &spread);
  emscripten::function("exponential", &exponential);
}
