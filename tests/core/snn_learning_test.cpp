// snn/stdp and snn/homeostasis: against sums over all pairs of spikes, and rates that must be met.
#include <cmath>

#include "base/crc32.h"
#include "core/spiking.h"

namespace rv::test {
namespace {

// With thresholds that weights do not reach: spikes are where the test wants them.
SpikingNetwork::Settings learning(bool hard) {
  SpikingNetwork::Settings s = usual_settings();
  s.changes[0] = hard ? -0.012 : 0;
  s.damping[0] = hard ? 0 : -0.012;
  s.changes[1] = 0.01;
  s.damping[1] = hard ? 0 : -0.01;
  s.trace_taus[0] = 17;
  s.trace_taus[1] = 34;
  s.max_weight = 1;
  s.refractory = 0;
  return s;
}

void force(Net& net, double time, std::uint32_t neuron) {
  net.run(time);
  net[neuron].input = 100;
  const auto spikes = net.run(time);
  REQUIRE(spikes == std::vector<Firing>{{time, neuron}});
}

TEST_CASE("the change by one pair is the exponential window, on both sides") {
  for (const bool hard : {false, true})
    for (double d = -60; d <= 60; d += 0.5) {
      const double weight = 0.3;
      Net net(2, {{0, 1, weight}}, learning(hard));
      for (Neuron& neuron : net.net.neurons()) neuron.threshold = 50;
      if (d > 0) force(net, 70, 0), force(net, 70 + d, 1);
      if (d < 0) force(net, 70, 1), force(net, 70 - d, 0);
      if (d == 0) {  // in one instant, whichever is first
        net.run(70);
        net[0].input = net[1].input = 100;
        CHECK(net.run(70).size() == 2);
      }
      const double up = 0.01 * (hard ? 1 : 1 - weight) * std::exp(-d / 17);
      const double down = -0.012 * (hard ? 1 : weight) * std::exp(d / 34);
      const double wanted = d > 0 ? up : d < 0 ? down : 0;
      CHECK(std::abs(net.net.weights()[0] - weight - wanted) < 1e-12);
    }
}

// Whichever way spikes come about, all pairs count: the sum over them, spike by spike.
double all_pairs(const std::vector<Firing>& spikes, const Wire& wire,
                 const SpikingNetwork::Settings& s, bool hard) {
  double w = wire.weight;
  for (const Firing& spike : spikes) {
    double change = 0;
    for (const Firing& other : spikes) {
      const double age = spike.time - other.time;
      if (age <= 0) continue;
      if (spike.neuron == wire.to && other.neuron == wire.from)
        change += 0.01 * (hard ? 1 : 1 - w) * std::exp(-age / s.trace_taus[0]);
      if (spike.neuron == wire.from && other.neuron == wire.to)
        change -= 0.012 * (hard ? 1 : w) * std::exp(-age / s.trace_taus[1]);
    }
    w = std::min(std::max(w + change, 0.0), 1.0);
  }
  return w;
}

TEST_CASE("learning as spikes come is the sum over all pairs of them") {
  Random random(91);
  std::size_t spikes = 0;
  double moved = 0;
  for (int i = 0; i < soak(60); ++i) {
    SpikingNetwork::Settings s = learning(i % 2 == 0);
    s.refractory = i % 3 == 0 ? 0 : 2;
    if (i % 5 == 0) s.delay = 3;
    std::vector<Wire> wires = random_wires(random, 8, 3, -0.05f, 0.3f);
    Net net(8, wires, s);
    std::vector<Firing> all;
    for (std::uint32_t n = 0; n < 8; ++n) net[n].current = random.between(0.7f, 1.5f);
    const bool by_steps = i % 4 == 3;
    for (int turn = 1; turn <= 200; ++turn) {
      net[random.below(8)].input = random.between(0, 1);
      for (const Firing& it : by_steps ? net.step(2) : net.run(2.0 * turn)) all.push_back(it);
    }
    spikes += all.size();
    for (std::size_t e = 0; e < wires.size(); ++e) {
      const double found = net.net.weights()[e], was = wires[e].weight;
      moved = std::max(moved, std::abs(found - was));
      REQUIRE(std::abs(found - (was < 0 ? was : all_pairs(all, wires[e], s, i % 2 == 0))) < 1e-9);
    }
  }
  CHECK(spikes > 5000);
  CHECK(moved > 0.1);
}

TEST_CASE("the weight of what comes in turns goes to its bound, and of the way back to 0") {
  Net net(2, {{0, 1, 0.5}, {1, 0, 0.5}}, learning(true));
  for (Neuron& neuron : net.net.neurons()) neuron.threshold = 50;
  for (int turn = 0; turn < 400; ++turn)
    force(net, 300.0 * turn, 0), force(net, 300.0 * turn + 5, 1);
  CHECK(net.net.weights()[0] == 1);
  CHECK(net.net.weights()[1] == 0);
}

// Mean rates, in 1/ms, of the second half of a minute of random input.
std::vector<double> driven(double adaptation, bool by_steps) {
  constexpr std::uint32_t kNeurons = 200;
  SpikingNetwork::Settings s = usual_settings();
  s.window = 100;
  s.adaptation = adaptation;
  s.target = 0.01;
  s.least = 0.1;
  s.most = 10;
  Random random(92);
  Net net(kNeurons, {}, s);
  std::vector<double> drive(kNeurons), counts(kNeurons, 0.0);
  for (double& it : drive) it = random.between(0.1f, 0.6f);
  for (int ms = 1; ms <= 60000; ms += 1) {
    for (std::uint32_t n = 0; n < kNeurons; ++n)
      if (random.one_in(4)) net[n].input = drive[n];
    if (by_steps)
      REQUIRE(net.net.step(1) == Status::kOk);
    else
      REQUIRE(net.net.run(ms, kMost) == Status::kOk);
    if (ms > 30000)
      for (const auto& spike : net.net.spikes()) counts[std::size_t(spike.neuron)] += 1 / 30000.0;
  }
  REQUIRE(net.net.validate());
  return counts;
}

std::size_t within_5_percent(const std::vector<double>& rates) {
  return std::size_t(
      std::ranges::count_if(rates, [](double rate) { return std::abs(rate - 0.01) <= 5e-4; }));
}

TEST_CASE("thresholds bring 200 neurons to their rate, and frozen ones do not") {
  CHECK(within_5_percent(driven(0.02, true)) == 200);
  CHECK(within_5_percent(driven(0, true)) < 20);
}

TEST_CASE("rates are those of the last window") {
  SpikingNetwork::Settings s = usual_settings();
  s.window = 100;
  s.adaptation = 0.02;
  s.target = 0.01;
  s.least = 0.1;
  s.most = 10;
  Net net(2, {}, s);
  net[0].current = 3;
  const std::size_t spikes = net.run(100).size();
  CHECK(net[0].rate == double(spikes) / 100);
  CHECK(net[1].rate == 0);
  CHECK(std::abs(net[0].threshold - (1 + 0.02 * (double(spikes) - 1))) < 1e-12);
  CHECK(std::abs(net[1].threshold - 0.98) < 1e-12);
  net.run(99999);
  CHECK(net[1].threshold == 0.1);
}

TEST_CASE("a spike at the very end of a window is of that window") {
  SpikingNetwork::Settings s = usual_settings();
  s.window = 100;
  s.delay = 1.25;
  Net net(2, {{0, 1, 2}}, s);
  force(net, 98.75, 0);
  CHECK(net.run(150) == std::vector<Firing>{{100, 1}});
  CHECK(net[1].rate == 0.01);
  CHECK(net[1].count == 0);
}

// The same as in tests/node/snn.test.mjs, of wasm.
TEST_CASE("all that a network does has these bytes on every host") {
  constexpr std::uint32_t kNeurons = 40;
  std::vector<Wire> wires;
  for (std::uint32_t i = 0; i < 4 * kNeurons; ++i) {
    const std::uint32_t from = i % kNeurons, to = (from + 1 + (7 * i) % (kNeurons - 1)) % kNeurons;
    wires.push_back({from, to, double((13 * i) % 17) / 40 - 0.1});
  }
  SpikingNetwork::Settings s = learning(false);
  s.trace_taus[0] = 20;
  s.trace_taus[1] = 25;
  s.refractory = 2;
  s.delay = 1.25;
  s.window = 50;
  s.adaptation = 0.02;
  s.target = 0.04;
  s.least = 0.1;
  s.most = 10;
  s.gate_frequency = 0.04;
  s.gate_open = 0.625;
  Net net(kNeurons, wires, s);
  for (std::uint32_t n = 0; n < kNeurons; ++n) {
    net[n].current = 0.8 + double(n % 9) / 8;
    net[n].gate_phase = double(n % 4) / 16;
  }
  std::uint32_t crc = 0;
  const auto add = [&](double number) { crc = crc32(crc, std::as_bytes(std::span(&number, 1))); };
  std::size_t spikes = 0;
  for (int turn = 0; turn < 20; ++turn) {
    std::vector<Firing> fired = net.run(20.0 * turn + 10);
    for (int i = 0; i < 10; ++i)
      for (const Firing& it : net.step(1)) fired.push_back(it);
    spikes += fired.size();
    for (const Firing& it : fired) add(it.time), add(it.neuron);
  }
  for (const double v : net.potentials()) add(v);
  for (const double weight : net.net.weights()) add(weight);
  for (const Neuron& neuron : net.net.neurons()) add(neuron.threshold);
  CHECK(spikes == 669);
  CHECK(crc == 184523201);
}

}  // namespace
}  // namespace rv::test
