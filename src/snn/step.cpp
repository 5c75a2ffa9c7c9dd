// Going on by steps.
#include "base/exponential.h"
#include "snn/network.h"

namespace rv {

Status SpikingNetwork::step(double ms) noexcept {
  if (make_room(neurons_) != Status::kOk) return Status::kOutOfMemory;
  spikes_.reset();
  settle();
  if (step_ != ms) {
    step_ = ms;
    decay_ = exponential(-ms / settings_.tau);
  }
  const double before = readings_.now, now = before + ms;
  while (has_arrival(now)) deliver(take_arrival());
  for (std::uint32_t n = 0; n < neurons_; ++n) {
    const double input = at(kInput, n), since = at(kSince, n);
    at(kInput, n) = 0;
    if (since > now) continue;
    double& v = at(kPotential, n);
    const double end = settings_.rest + at(kCurrent, n);
    // Of one that was refractory when the step began, a part of the step.
    const double decay = since > before ? exponential((since - now) / settings_.tau) : decay_;
    v = end + (v - end) * decay + input;
    if (v >= at(kThreshold, n) && gate_opens(n, now) <= now)
      spikes_.push({now, static_cast<double>(n)});
  }
  readings_.now = now;
  const std::span<const Spike> found = spikes_.span();
  spikes_.reset();  // fire() notes them anew, in their places
  for (const Spike& spike : found) fire(static_cast<std::uint32_t>(spike.neuron));
  if (now - window_began_ >= settings_.window) end_window();
  return Status::kOk;
}

}  // namespace rv
