// Going on from event to event.
#include <algorithm>
#include <cmath>
#include <limits>

#include "base/exponential.h"
#include "snn/network.h"

namespace rv {
namespace {

constexpr double kNever = std::numeric_limits<double>::infinity();
// A gate is open from so much of a turn before on: rounding must not cost a turn.
constexpr double kSlack = 1e-8;

// ln(1 + x), as exact near 0 as elsewhere. Pre: x >= 0.
double log_one_plus(double x) noexcept {
  if (x > 1e-3) return logarithm(1 + x);
  return x * (1 - x * (1.0 / 2 - x * (1.0 / 3 - x * (1.0 / 4 - x / 5))));
}

}  // namespace

Status SpikingNetwork::run(double until, std::uint32_t most) noexcept {
  spikes_.reset();
  Status status = Status::kOk;
  if (is_settled_) foresee_all();
  for (std::uint32_t n = 0; n < neurons_.size(); ++n) {
    kick(n, neurons_[n].input);
    neurons_[n].input = 0;
  }
  most = std::min(most, most_spikes_);
  while (spikes_.size() < most) {
    const std::uint32_t first = winner(1);
    const double crossing = neurons_[first].next;
    const double window = window_began_ + settings_.window;
    const double other = std::min(crossing, window);
    if (has_arrival(std::min(other, until))) {
      readings_.now = under_way_[arrived_].time;
      deliver(take_arrival());
    } else if (other > until) {
      readings_.now = until;
      break;
    } else if (crossing > window) {
      readings_.now = window;
      end_window();
    } else {
      if (make_room(1) != Status::kOk) {
        if (spikes_.size() == 0) status = Status::kOutOfMemory;
        break;
      }
      readings_.now = crossing;
      fire(first);
      foresee(first);
    }
  }
  return status;
}

// The jump of a potential, now.
void SpikingNetwork::kick(std::uint32_t neuron, double by) noexcept {
  Neuron& n = neurons_[neuron];
  const double now = readings_.now;
  if (by == 0 || n.since > now || n.last == now) return;
  n.potential = potential(n, now) + by;
  n.since = now;
  foresee(neuron);
}

void SpikingNetwork::foresee_all() noexcept {
  is_settled_ = false;
  for (Neuron& n : neurons_.span()) {
    n.since = std::max(n.since, readings_.now);
    n.next = next_spike(n);
  }
  for (auto node = static_cast<std::uint32_t>(order_.size()); --node > 0;) play(node);
}

void SpikingNetwork::foresee(std::uint32_t neuron) noexcept {
  neurons_[neuron].next = next_spike(neurons_[neuron]);
  const auto leaf = static_cast<std::uint32_t>(order_.size()) + neuron;
  for (std::uint32_t node = leaf / 2; node > 0; node /= 2) play(node);
}

// When the neuron will spike if nothing happens before.
double SpikingNetwork::next_spike(const Neuron& neuron) const noexcept {
  const double v = neuron.potential, threshold = neuron.threshold;
  const double end = settings_.rest + neuron.current;
  const bool stays = end > threshold;  // above it, once there
  double when = neuron.since;
  if (v < threshold) {
    if (!stays) return kNever;
    when += settings_.tau * log_one_plus((threshold - v) / (end - threshold));
  }
  const double open = gate_opens(neuron, when);
  return open <= when || stays || potential(neuron, open) >= threshold ? open : kNever;
}

// The first moment from `time` on at which the neuron's gate is open: cos(2 pi (f t - phase)) is
// above cos(pi open), which is within half of the open share of a turn of the phase.
double SpikingNetwork::gate_opens(const Neuron& neuron, double time) const noexcept {
  const double frequency = settings_.gate_frequency;
  if (frequency == 0) return time;
  const double opening = neuron.gate_phase - settings_.gate_open / 2;
  const double turns = time * frequency - opening + kSlack;
  const double whole = std::floor(turns);
  return turns - whole < settings_.gate_open + kSlack ? time : (whole + 1 + opening) / frequency;
}

// Nodes of the tournament: neurons are those from their number on, and 2n and 2n + 1 play in n.
std::uint32_t SpikingNetwork::winner(std::uint32_t node) const noexcept {
  return node < order_.size() ? order_[node] : node - static_cast<std::uint32_t>(order_.size());
}

void SpikingNetwork::play(std::uint32_t node) noexcept {
  const std::uint32_t a = winner(2 * node), b = winner(2 * node + 1);
  const double first = neurons_[a].next, second = neurons_[b].next;
  order_[node] = first < second || (first == second && a < b) ? a : b;
}

}  // namespace rv
