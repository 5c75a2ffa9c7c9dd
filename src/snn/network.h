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
  // A number of each neuron; numbers of one kind lie together. Those up to kFrequency are the
  // host's to write, thresholds and currents only after settle().
  enum Field : std::uint32_t {
    kPotential,
    kInput,  // jumps of v that are to come: at the end of the next step, or at once in run()
    kCurrent,
    kThreshold,
    kGatePhase,  // turns
    kPhase,      // turns, of the oscillator
    kFrequency,  // turns per ms, of the oscillator
    kRate,       // of the last window
    kCount,      // spikes since that
    kLast,       // time of the last spike, or -infinity
    kPreTrace,   // sum of e^(-age / tau) over spikes, at kLast
    kPostTrace,
    kSince,  // of when kPotential is; after now while refractory
    kNext,   // when it will spike, unless something happens before
    kReading,
    kScratch,
    kFields
  };

  // For the host to write. What is 0 is off.
  struct Settings {
    double tau, rest, reset, refractory, delay;
    double window;                                       // between counts of spikes
    double adaptation, target, least, most;              // of thresholds
    double potentiation, depression, pre_tau, post_tau;  // of weights
    double max_weight, hard;                             // 1: bounds stop changes, 0: they damp
    double gate_frequency;                               // turns per ms
    double gate_open;                                    // share of a turn
    double coupling;                                     // turns per ms
  };

  // For the host to read.
  struct Readings {
    double now;
    double x, y;              // the oscillators' mean
    double pushes, residual;  // of the last spread()
  };

  struct Spike {
    double time;
    double neuron;
  };

  explicit SpikingNetwork(std::uint64_t max_bytes) noexcept;

  // Makes room; once, before all else. kOutOfMemory. Pre: at least one neuron.
  Status begin(std::uint32_t neurons, std::uint32_t edges) noexcept;

  // The beginning of time: every number of a neuron is 0, and nothing is under way. Takes in the
  // ends of the edges. Pre: they are neurons, and those of an edge two.
  void start() noexcept;

  // The ends that edges leave, then those that they lead to; start() reads them.
  std::span<std::uint32_t> ends() noexcept { return ends_.span(); }
  std::span<double> weights() noexcept { return weights_.span(); }
  std::span<double> field(Field field) noexcept {
    return {fields_.data() + std::size_t{field} * neurons_, neurons_};
  }
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

  // Makes all of kPotential that of now; what was foreseen may change.
  void settle() noexcept;

  // The potentials of now in kReading; nothing else changes.
  void read() noexcept;

  // Oscillators, apart from the neurons: goes on by `ms` with phases in kPhase and their mean in
  // the readings (Kuramoto 1975). See oscillator.cpp.
  void oscillate(double ms) noexcept;

  // Of the charges in kReading, of which none is below 0, the activations there: see push.h, of
  // which this is a run along weights above 0. It is apart from potentials and spikes.
  // kOutOfMemory.
  Status spread(double alpha, double epsilon) noexcept;

  std::uint64_t used_bytes() const noexcept { return budget_.used_bytes(); }

  // Whether lists, order and what is under way agree.
  bool validate() const noexcept;

 private:
  double& at(Field field, std::uint32_t neuron) noexcept {
    return fields_[std::size_t{field} * neurons_ + neuron];
  }
  double at(Field field, std::uint32_t neuron) const noexcept {
    return fields_[std::size_t{field} * neurons_ + neuron];
  }
  std::span<const std::uint32_t> edges_at(std::uint32_t side, std::uint32_t neuron) const noexcept;
  void list_edges(std::uint32_t side) noexcept;

  double potential(std::uint32_t neuron, double time) const noexcept;
  double gate_opens(std::uint32_t neuron, double time) const noexcept;

  Status make_room(std::size_t spikes) noexcept;
  bool has_arrival(double until) const noexcept;
  std::uint32_t take_arrival() noexcept;
  void fire(std::uint32_t neuron) noexcept;
  void deliver(std::uint32_t neuron) noexcept;
  void kick(std::uint32_t neuron, double by) noexcept;

  void foresee_all() noexcept;
  void foresee(std::uint32_t neuron) noexcept;
  double next_spike(std::uint32_t neuron) const noexcept;
  double next_of(std::uint32_t neuron) const noexcept;
  std::uint32_t winner(std::uint32_t node) const noexcept;
  void play(std::uint32_t node) noexcept;

  void teach(std::uint32_t neuron) noexcept;
  void end_window() noexcept;

  MemoryBudget budget_;
  Settings settings_{};
  Readings readings_{};
  std::uint32_t neurons_ = 0;
  std::uint32_t leaves_ = 1;  // a power of two, neurons_ or more
  std::uint32_t most_spikes_ = 0;
  Array<double> fields_;
  Array<std::uint32_t> ends_;
  Array<double> weights_;
  Array<std::uint32_t> lists_;
  Array<std::uint32_t> order_;  // a tournament: the neuron of each node that is to spike first
  Array<Spike> spikes_;
  Array<Spike> under_way_;  // spikes that have not arrived, by when they will, from arrived_ on
  std::size_t arrived_ = 0;
  Push push_;
  double window_began_ = 0;
  double step_ = 0;
  double decay_ = 0;        // of step_
  bool is_settled_ = true;  // kPotential is of now, and kNext of no use
};

}  // namespace rv
