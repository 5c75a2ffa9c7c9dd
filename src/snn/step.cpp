// Going on by steps.
#include "base/exponential.h"
#include "snn/network.h"

namespace rv {
namespace {

constexpr double kRounding = 1e-6;  // of a step

}  // namespace

Status SpikingNetwork::step(double ms) noexcept {
  if (make_room(neurons_.size()) != Status::kOk) return Status::kOutOfMemory;
  spikes_.reset();
  if (!is_settled_) read(true);
  if (step_ != ms) {
    step_ = ms;
    decay_ = exponential(-ms / settings_.tau);
  }
  const double before = readings_.now, now = before + ms;
  // What falls on the end of a step is in it, however the sums of steps were rounded.
  const double end = now + kRounding * ms;
  while (has_arrival(end)) deliver(take_arrival());
  double neuron = -1;
  for (Neuron& n : neurons_.span()) {
    ++neuron;
    const double input = n.input;
    n.input = 0;
    if (n.since > end) continue;
    const double rest = settings_.rest + n.current;
    // One that was refractory when the step began has a part of it only.
    n.potential =
        input + (n.since > before ? potential(n, now) : rest + (n.potential - rest) * decay_);
    if (n.potential >= n.threshold && gate_opens(n, now) <= now) spikes_.push({now, neuron});
  }
  readings_.now = now;
  const std::span<const Spike> found = spikes_.span();
  spikes_.reset();  // fire() notes them anew, in their places
  for (const Spike& spike : found) fire(static_cast<std::uint32_t>(spike.neuron));
  if (end - window_began_ >= settings_.window) end_window();
  return Status::kOk;
}

}  // namespace rv
