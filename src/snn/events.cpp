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

}  // namespace

Status SpikingNetwork::run(double until, std::uint32_t most) noexcept {
  spikes_.reset();
  Status status = Status::kOk;
  if (is_settled_) foresee_all();
  for (std::uint32_t n = 0; n < neurons_; ++n) {
    kick(n, at(kInput, n));
    at(kInput, n) = 0;
  }
  most = std::min(most, most_spikes_);
  while (spikes_.size() < most) {
    const std::uint32_t first = winner(1);
    const double crossing = at(kNext, first);
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
  const double now = readings_.now;
  if (by == 0 || at(kSince, neuron) > now || at(kLast, neuron) == now) return;
  at(kPotential, neuron) = potential(neuron, now) + by;
  at(kSince, neuron) = now;
  foresee(neuron);
}

void SpikingNetwork::foresee_all() noexcept {
  is_settled_ = false;
  for (std::uint32_t n = 0; n < neurons_; ++n) {
    at(kSince, n) = std::max(at(kSince, n), readings_.now);
    at(kNext, n) = next_spike(n);
  }
  for (std::uint32_t node = leaves_; --node > 0;) play(node);
}

void SpikingNetwork::foresee(std::uint32_t neuron) noexcept {
  at(kNext, neuron) = next_spike(neuron);
  for (std::uint32_t node = (leaves_ + neuron) / 2; node > 0; node /= 2) play(node);
}

// When the neuron will spike if nothing happens before.
double SpikingNetwork::next_spike(std::uint32_t neuron) const noexcept {
  const double v = at(kPotential, neuron), threshold = at(kThreshold, neuron);
  const double end = settings_.rest + at(kCurrent, neuron);
  const bool stays = end > threshold;  // above it, once there
  double when = at(kSince, neuron);
  if (v < threshold) {
    if (!stays) return kNever;
    when += settings_.tau * logarithm((end - v) / (end - threshold));
  }
  const double open = gate_opens(neuron, when);
  return open <= when || stays || potential(neuron, open) >= threshold ? open : kNever;
}

// The first moment from `time` on at which the neuron's gate is open: cos(2 pi (f t - phase)) is
// above cos(pi open), which is within half of the open share of a turn of the phase.
double SpikingNetwork::gate_opens(std::uint32_t neuron, double time) const noexcept {
  const double frequency = settings_.gate_frequency;
  if (frequency == 0) return time;
  const double opening = at(kGatePhase, neuron) - settings_.gate_open / 2;
  const double turns = time * frequency - opening + kSlack;
  const double whole = std::floor(turns);
  return turns - whole < settings_.gate_open + kSlack ? time : (whole + 1 + opening) / frequency;
}

// Nodes of the tournament: neurons are those from leaves_ on, and 2n and 2n + 1 play in n.
std::uint32_t SpikingNetwork::winner(std::uint32_t node) const noexcept {
  return node < leaves_ ? order_[node] : node - leaves_;
}

double SpikingNetwork::next_of(std::uint32_t neuron) const noexcept {
  return neuron < neurons_ ? at(kNext, neuron) : kNever;
}

void SpikingNetwork::play(std::uint32_t node) noexcept {
  const std::uint32_t a = winner(2 * node), b = winner(2 * node + 1);
  order_[node] = next_of(b) < next_of(a) ? b : a;
}

}  // namespace rv
