// Rates of windows, and thresholds that go up where a rate is above the target and down where it is
// below: d threshold / dt = adaptation (rate - target), a window at a time.
#include <algorithm>

#include "snn/network.h"

namespace rv {

void SpikingNetwork::end_window() noexcept {
  const Settings& s = settings_;
  const double ms = readings_.now - window_began_;
  const bool was_settled = is_settled_;
  if (s.adaptation != 0) settle();
  for (std::uint32_t n = 0; n < neurons_; ++n) {
    const double count = at(kCount, n);
    at(kCount, n) = 0;
    at(kRate, n) = count / ms;
    if (s.adaptation != 0)
      at(kThreshold, n) =
          std::clamp(at(kThreshold, n) + s.adaptation * (count - s.target * ms), s.least, s.most);
  }
  window_began_ = readings_.now;
  if (is_settled_ != was_settled) foresee_all();
}

}  // namespace rv
