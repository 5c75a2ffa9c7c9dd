// Rates of windows, and thresholds that go up where a rate is above the target and down where it is
// below: d threshold / dt = adaptation (rate - target), a window at a time.
#include <algorithm>

#include "snn/network.h"

namespace rv {

void SpikingNetwork::end_window() noexcept {
  const Settings& s = settings_;
  const double ms = readings_.now - window_began_;
  const bool was_settled = is_settled_;
  if (s.adaptation != 0 && !was_settled) read(true);
  for (Neuron& n : neurons_.span()) {
    if (s.adaptation != 0)
      n.threshold =
          std::clamp(n.threshold + s.adaptation * (n.count - s.target * ms), s.least, s.most);
    n.rate = n.count / ms;
    n.count = 0;
  }
  window_began_ = readings_.now;
  if (is_settled_ != was_settled) foresee_all();
}

}  // namespace rv
