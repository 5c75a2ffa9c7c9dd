// A network of leaky integrate-and-fire neurons.
//
//   tau dv/dt = rest + current - v
//
// A neuron whose potential v has reached its threshold spikes: v is reset and held for the
// refractory period. `delay` after a spike, v of every neuron that an edge leads to jumps by the
// edge's weight, unless that neuron is refractory; a neuron spikes at most once in an instant.
//
// Both ways of going on use the exact solution of the equation, v <- v_inf + (v - v_inf)
// e^(-t/tau). step() looks at thresholds at the end of the step only, where what arrives takes
// effect. run() goes from event to event and solves for the instants at which thresholds are
// reached (Brette, "Exact simulation of integrate-and-fire models with exponential currents", 2007,
// of currents that are constant between events). Of events at one instant arrivals come first, in
// the order of their spikes, then spikes by neuron, then the end of a window.
//
// Times are in ms and rates in 1/ms; potentials, currents (times the resistance of the membrane)
// and weights have one unit, which is the caller's.
#pragma once

#include <cstdint>
#include <span>

#include "base/memory.h"
#include "base/status.h"
#include "snn/push.h"

namespace rv {

class SpikingNetwork {
 public:
  // Numbers for the host to read, and those up to `gate_phase` to write: thresholds, currents and
  // potentials only after a read() that settles.
  struct Neuron {
    double potential;
    double input;  // a jump of it that is to come: at the end of the next step, or at once in run()
    double current;
    double threshold;
    double gate_phase;  // turns
    double since;       // of when `potential` is; after now while refractory
    double next;        // when it will spike, unless something happens before
    double last;        // when it has spiked, or -infinity
    double count;       // of spikes since the last window
    double rate;        // of the last window
    double traces[2];   // sums of e^(-age / tau) over spikes, at `last`; by trace_taus
    double reading;     // what read() and spread() say
  };

  // For the host to write. What is 0 is off.
  struct Settings {
    double tau, rest, reset, refractory, delay;
    double window;                           // between counts of spikes
    double adaptation, target, least, most;  // of thresholds
    // Of weights: what a pair changes, by how early it is; as the source's spike, as the target's.
    double max_weight;
    double changes[2];  // of a weight of 0
    double damping[2];  // what is added to that on the way to max_weight
    double trace_taus[2];
    double gate_frequency;  // turns per ms
    double gate_open;       // share of a turn
  };

  // For the host to read.
  struct Readings {
    double now;
    double pushes, residual;  // of the last spread()
    double used_bytes;        // by read()
  };

  struct Spike {
    double time;
    double neuron;
  };

  explicit SpikingNetwork(std::uint64_t max_bytes) noexcept;

  // Makes room; once, before all else. kOutOfMemory. Pre: at least one neuron.
  Status begin(std::uint32_t neurons, std::uint32_t edges) noexcept;

  // The beginning of time: every number of a neuron is 0 but `last`, and nothing is under way.
  // Takes in the ends of the edges. Pre: they are neurons, and those of an edge two.
  void start() noexcept;

  // The ends that edges leave, then those that they lead to; start() reads them.
  std::span<std::uint32_t> ends() noexcept { return ends_.span(); }
  std::span<double> weights() noexcept { return weights_.span(); }
  std::span<Neuron> neurons() noexcept { return neurons_.span(); }
  Settings& settings() noexcept { return settings_; }
  const Readings& readings() const noexcept { return readings_; }

  // Of the last step() or run(), in the order in which they happened; as many as there are neurons
  // can be held, and 1,024.
  std::span<const Spike> spikes() const noexcept { return spikes_.span(); }

  // For each side, of the edges that leave a neuron and of those that lead to it: where the
  // neuron's begin in the list that follows, and where the last one's end; then the list.
  std::span<const std::uint32_t> lists() const noexcept { return lists_.span(); }

  // Edges that leave a neuron, or lead to it, in order.
  std::span<const std::uint32_t> out_edges(std::uint32_t neuron) const noexcept;
  std::span<const std::uint32_t> in_edges(std::uint32_t neuron) const noexcept;

  // Goes on by `ms` > 0. Spikes are by neuron, and their jumps arrive at the end of the first later
  // step that ends `delay` or more after them. kOutOfMemory, possible where there is a delay:
  // nothing has changed.
  Status step(double ms) noexcept;

  // Goes on until `until`, that instant included, or until there are `most` spikes or as many as
  // can be held: it is at `until` when there are none any more. kOutOfMemory, possible where there
  // is a delay: it has stopped before a spike. Pre: `until` is not before now, and `most` not 0.
  Status run(double until, std::uint32_t most) noexcept;

  // The potentials of now in `reading`. Where it `settles`, every `potential` is that of now too,
  // and what was foreseen may change; else nothing that goes on does.
  void read(bool settles) noexcept;

  // Of the charges in `reading`, of which none is below 0, the activations there: see push.h, of
  // which this is a run along weights above 0. It is apart from potentials and spikes.
  // kOutOfMemory.
  Status spread(double alpha, double epsilon) noexcept;

  // Whether lists, order and what is under way agree.
  bool validate() const noexcept;

 private:
  std::span<const std::uint32_t> edges_at(std::uint32_t side, std::uint32_t neuron) const noexcept;
  void list_edges(std::uint32_t side) noexcept;

  double potential(const Neuron& neuron, double time) const noexcept;
  double gate_opens(const Neuron& neuron, double time) const noexcept;

  Status make_room(std::size_t spikes) noexcept;
  bool has_arrival(double until) const noexcept;
  std::uint32_t take_arrival() noexcept;
  void fire(std::uint32_t neuron) noexcept;
  void deliver(std::uint32_t neuron) noexcept;
  void kick(std::uint32_t neuron, double by) noexcept;

  void foresee_all() noexcept;
  void foresee(std::uint32_t neuron) noexcept;
  double next_spike(const Neuron& neuron) const noexcept;
  std::uint32_t winner(std::uint32_t node) const noexcept;
  void play(std::uint32_t node) noexcept;

  double trace(const Neuron& neuron, std::uint32_t side) const noexcept;
  void teach(std::uint32_t neuron) noexcept;
  void end_window() noexcept;

  MemoryBudget budget_;
  Settings settings_{};
  Readings readings_{};
  std::uint32_t most_spikes_ = 0;
  Array<Neuron> neurons_;
  Array<std::uint32_t> ends_;
  Array<double> weights_;
  Array<std::uint32_t> lists_;
  Array<std::uint32_t> order_;  // a tournament: the neuron of each node that is to spike first
  Array<Spike> spikes_;
  Array<Spike> under_way_;  // spikes that have not arrived, by when they will, from arrived_ on
  std::size_t arrived_ = 0;
  Array<Push::Charge> charges_;
  Push push_;
  double window_began_ = 0;
  double step_ = 0;
  double decay_ = 0;        // of step_
  bool is_settled_ = true;  // potentials are of now, and nothing is foreseen
};

}  // namespace rv
