// Plasticity by the times of spikes: pairs of all spikes, by traces (Song, Miller & Abbott 2000;
// Morrison, Diesmann & Gerstner 2008, eq. 9 to 11). A spike of the target `d` ms after one of the
// source changes a weight by A+ e^(-d/tau+), one before it by -A- e^(-d/tau-); spikes of one
// instant are no pair. Soft bounds (Guetig et al. 2003, mu = 1) damp that by 1 - w/max and by
// w/max, of the weight before the spike. Weights below 0 do not change.
#include <algorithm>

#include "base/exponential.h"
#include "snn/network.h"

namespace rv {

// What a spike of now means for the weights at the neuron and for its traces.
void SpikingNetwork::teach(std::uint32_t neuron) noexcept {
  const Settings& s = settings_;
  if (s.max_weight == 0) return;
  const double now = readings_.now;
  for (std::uint32_t side = 0; side < 2; ++side) {
    const double tau = side == 0 ? s.post_tau : s.pre_tau;
    const Field trace = side == 0 ? kPostTrace : kPreTrace;
    for (const std::uint32_t edge : edges_at(side, neuron)) {
      double& weight = weights_[edge];
      if (weight < 0) continue;
      const std::uint32_t other = ends_[(1 - side) * weights_.size() + edge];
      const double last = at(kLast, other);
      double pairs = at(trace, other) * exponential((last - now) / tau);
      // Its spike of now. One from before learning has left no trace.
      if (last == now) pairs = std::max(pairs - 1, 0.0);
      const double share = weight / s.max_weight;
      const double change = side == 0 ? -s.depression * (s.hard != 0 ? 1 : share)
                                      : s.potentiation * (s.hard != 0 ? 1 : 1 - share);
      weight = std::clamp(weight + change * pairs, 0.0, s.max_weight);
    }
    double& own = at(side == 0 ? kPreTrace : kPostTrace, neuron);
    own = 1 + own * exponential((at(kLast, neuron) - now) / (side == 0 ? s.pre_tau : s.post_tau));
  }
}

}  // namespace rv
