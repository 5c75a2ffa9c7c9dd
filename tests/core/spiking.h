// Spiking networks for the tests of snn/, and a simulator that they are compared with: no queues,
// no lazy potentials; before each event it looks at every neuron and every spike under way.
#pragma once

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "core/support.h"
#include "snn/network.h"

namespace rv::test {

using Neuron = SpikingNetwork::Neuron;
constexpr std::uint32_t kMost = 0xFFFFFFFFu;
constexpr double kInfinity = std::numeric_limits<double>::infinity();

struct Wire {
  std::uint32_t from, to;
  double weight;
};

struct Firing {
  double time;
  std::uint32_t neuron;
  bool operator==(const Firing&) const = default;
};

inline SpikingNetwork::Settings usual_settings() {
  SpikingNetwork::Settings s{};
  s.tau = 20;
  s.refractory = 2;
  s.window = 1000;
  s.trace_taus[0] = s.trace_taus[1] = 20;
  s.gate_open = 1;
  return s;
}

// A network with thresholds of 1.
class Net {
 public:
  explicit Net(std::uint32_t neurons, const std::vector<Wire>& wires = {},
               const SpikingNetwork::Settings& settings = usual_settings(),
               std::uint64_t bytes = 1 << 28)
      : net(bytes) {
    const auto edges = static_cast<std::uint32_t>(wires.size());
    REQUIRE(net.begin(neurons, edges) == Status::kOk);
    for (std::uint32_t e = 0; e < edges; ++e) {
      net.ends()[e] = wires[e].from;
      net.ends()[edges + e] = wires[e].to;
      net.weights()[e] = wires[e].weight;
    }
    net.start();
    net.settings() = settings;
    for (Neuron& neuron : net.neurons()) {
      neuron.threshold = 1;
      neuron.potential = settings.rest;
    }
  }

  Neuron& operator[](std::uint32_t neuron) { return net.neurons()[neuron]; }
  double now() const { return net.readings().now; }

  std::vector<Firing> fired() const {
    std::vector<Firing> list;
    for (const auto& [time, neuron] : net.spikes())
      list.push_back({time, static_cast<std::uint32_t>(neuron)});
    return list;
  }

  std::vector<Firing> run(double until, std::uint32_t most = kMost) {
    std::vector<Firing> list;
    do {
      REQUIRE(net.run(until, most) == Status::kOk);
      for (const Firing& it : fired()) list.push_back(it);
    } while (!net.spikes().empty());
    REQUIRE(net.validate());
    return list;
  }

  std::vector<Firing> step(double ms) {
    REQUIRE(net.step(ms) == Status::kOk);
    REQUIRE(net.validate());
    return fired();
  }

  std::vector<double> potentials() {
    net.read(false);
    std::vector<double> list;
    for (const Neuron& neuron : net.neurons()) list.push_back(neuron.reading);
    return list;
  }

  SpikingNetwork net;
};

// The rules of snn/network.h, from its words, by the functions of the C library.
class PlainNet {
 public:
  PlainNet(std::uint32_t neurons, std::vector<Wire> wires, const SpikingNetwork::Settings& settings)
      : neurons_(neurons, Plain{settings.rest}), wires_(std::move(wires)), s_(settings) {}

  struct Plain {
    double v, current = 0, threshold = 1, gate_phase = 0;
    double last = -kInfinity;
  };
  std::vector<Plain>& neurons() { return neurons_; }

  std::vector<Firing> run(double until) {
    std::vector<Firing> list;
    for (;;) {
      std::size_t arrival = 0, first = 0;
      for (std::size_t i = 1; i < flights_.size(); ++i)
        if (flights_[i].time < flights_[arrival].time) arrival = i;
      std::vector<double> next;
      for (const Plain& n : neurons_) next.push_back(crossing(n));
      for (std::size_t i = 1; i < next.size(); ++i)
        if (next[i] < next[first]) first = i;
      const double arrives = flights_.empty() ? kInfinity : flights_[arrival].time;
      if (std::min(arrives, next[first]) > until) break;
      if (arrives <= next[first]) {
        const std::uint32_t from = flights_[arrival].neuron;
        flights_.erase(flights_.begin() + static_cast<std::ptrdiff_t>(arrival));
        advance(arrives);
        spread(from);
      } else {
        advance(next[first]);
        const auto neuron = static_cast<std::uint32_t>(first);
        list.push_back({now_, neuron});
        neurons_[first].v = s_.reset;
        neurons_[first].last = now_;
        if (s_.delay > 0)
          flights_.push_back({now_ + s_.delay, neuron});
        else
          spread(neuron);
      }
    }
    advance(until);
    return list;
  }

  void kick(std::uint32_t neuron, double by) {
    Plain& n = neurons_[neuron];
    if (now_ < n.last + s_.refractory || now_ == n.last) return;
    n.v += by;
  }

 private:
  void spread(std::uint32_t from) {
    for (const Wire& wire : wires_)
      if (wire.from == from) kick(wire.to, wire.weight);
  }

  double at(const Plain& n, double time) const {
    const double free = std::max(now_, n.last + s_.refractory);
    if (time <= free) return n.v;
    const double end = s_.rest + n.current;
    return end + (n.v - end) * std::exp(-(time - free) / s_.tau);
  }

  void advance(double to) {
    for (Plain& n : neurons_) n.v = at(n, to);
    now_ = to;
  }

  // The first time at which v has reached the threshold and the gate is open.
  double crossing(const Plain& n) const {
    const double free = std::max(now_, n.last + s_.refractory);
    const double end = s_.rest + n.current;
    double when = free;
    if (n.v < n.threshold) {
      if (end <= n.threshold) return kInfinity;
      when -= s_.tau * std::log1p((n.v - n.threshold) / (end - n.v));
    }
    if (s_.gate_frequency == 0) return when;
    const double turn = when * s_.gate_frequency - n.gate_phase;
    const double off = turn - std::round(turn);  // of the phase at which the gate is widest
    if (std::abs(off) <= s_.gate_open / 2 + 1e-9) return when;
    const double opens =
        (std::ceil(turn + s_.gate_open / 2) - s_.gate_open / 2 + n.gate_phase) / s_.gate_frequency;
    return end > n.threshold || at(n, opens) >= n.threshold ? opens : kInfinity;
  }

  std::vector<Plain> neurons_;
  std::vector<Wire> wires_;
  SpikingNetwork::Settings s_;
  std::vector<Firing> flights_;
  double now_ = 0;
};

inline std::vector<Wire> random_wires(Random& random, std::uint32_t neurons, std::uint32_t each,
                                      float least, float most) {
  std::vector<Wire> wires;
  for (std::uint32_t from = 0; from < neurons; ++from)
    for (std::uint32_t i = 0; i < each && neurons > 1; ++i)
      wires.push_back(
          {from, (from + 1 + random.below(neurons - 1)) % neurons, random.between(least, most)});
  return wires;
}

}  // namespace rv::test
