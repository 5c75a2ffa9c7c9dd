// Kuramoto's oscillators, each coupled to all: d phase_i / dt = f_i + K |z| sin(arg z - phase_i),
// where z is the mean of e^(i phase) (phases and f in turns, so K is the usual one over 2 pi). By
// means of z a step takes time in the number of oscillators, not its square.
#include <cmath>

#include "base/exponential.h"
#include "snn/network.h"

namespace rv {

// The midpoint rule, of second order: a step from here with the speeds of after half a step.
void SpikingNetwork::oscillate(double ms) noexcept {
  double x = 0, y = 0;  // z: of the beginning, of the middle, of the end
  for (int pass = 0; pass < 3; ++pass) {
    double sum_x = 0, sum_y = 0;
    for (std::uint32_t n = 0; n < neurons_; ++n) {
      double& cosine = at(kReading, n);
      double& sine = at(kScratch, n);
      double phase = at(kPhase, n);
      if (pass > 0) {
        const double pull = y * cosine - x * sine;  // the imaginary part of z e^(-i phase)
        const double speed = at(kFrequency, n) + settings_.coupling * pull;
        phase += speed * (pass == 1 ? ms / 2 : ms);
        phase -= std::floor(phase);
        if (pass == 2) at(kPhase, n) = phase;
      }
      const CirclePoint point = circle_point(phase);
      cosine = point.x;
      sine = point.y;
      sum_x += cosine;
      sum_y += sine;
    }
    x = sum_x / neurons_;
    y = sum_y / neurons_;
  }
  readings_.x = x;
  readings_.y = y;
}

}  // namespace rv
