// Plasticity by the times of spikes: pairs of all spikes, by traces (Song, Miller & Abbott 2000;
// Morrison, Diesmann & Gerstner 2008). A spike of the target `d` ms after one of the
// source changes a weight by A+ e^(-d/tau+), one before it by -A- e^(-d/tau-); spikes of one
// instant are no pair. Soft bounds (Guetig et al. 2003, mu = 1) damp that by 1 - w/max and by
// w/max, of the weight before the spike. Weights below 0 do not change.
#include <algorithm>

#include "base/exponential.h"
#include "snn/network.h"

namespace rv {

double SpikingNetwork::trace(const Neuron& neuron, std::uint32_t side) const noexcept {
  return neuron.traces[side] *
         exponential((neuron.last - readings_.now) / settings_.trace_taus[side]);
}

// What a spike of now means for the weights at the neuron and for its traces.
void SpikingNetwork::teach(std::uint32_t neuron) noexcept {
  const Settings& s = settings_;
  if (s.max_weight == 0) return;
  Neuron& own = neurons_[neuron];
  for (std::uint32_t side = 0; side < 2; ++side) {  // as the source of edges, then as their target
    for (const std::uint32_t edge : edges_at(side, neuron)) {
      double& weight = weights_[edge];
      if (weight < 0) continue;
      const Neuron& other = neurons_[ends_[(1 - side) * weights_.size() + edge]];
      double pairs = trace(other, 1 - side);
      // Its spike of now. One from before learning has left no trace.
      if (other.last == readings_.now) pairs = std::max(pairs - 1, 0.0);
      const double change = s.changes[side] + s.damping[side] * (weight / s.max_weight);
      weight = std::clamp(weight + change * pairs, 0.0, s.max_weight);
    }
    own.traces[side] = 1 + trace(own, side);
  }
}

}  // namespace rv
