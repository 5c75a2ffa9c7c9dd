// snn/oscillator: against closed forms.
#include <cmath>
#include <memory>

#include "core/spiking.h"

namespace rv::test {
namespace {

std::unique_ptr<Net> oscillators(std::uint32_t count, double coupling) {
  SpikingNetwork::Settings s = usual_settings();
  s.coupling = coupling;
  return std::make_unique<Net>(count, std::vector<Wire>(), s);
}

double off(double turns) { return std::abs(turns - std::round(turns)); }

TEST_CASE("an oscillator alone turns at its frequency") {
  const auto net = oscillators(1, 0.3);
  (*net)(Field::kFrequency, 0) = 0.04;
  (*net)(Field::kPhase, 0) = 0.9;
  for (int i = 0; i < 1000; ++i) net->net.oscillate(1.7);
  CHECK(off((*net)(Field::kPhase, 0) - 0.9 - 0.04 * 1700) < 1e-11);
  CHECK((*net)(Field::kPhase, 0) >= 0);
  CHECK((*net)(Field::kPhase, 0) < 1);
}

// Of two, the difference d in radians obeys d' = 2 pi (df - K sin d).
TEST_CASE("two oscillators come together, lock, or drift, as their equation says") {
  const auto apart = [](double df, double coupling, double began, double until, int steps) {
    const auto net = oscillators(2, coupling);
    (*net)(Field::kFrequency, 0) = 0.04 + df;
    (*net)(Field::kFrequency, 1) = 0.04;
    (*net)(Field::kPhase, 0) = began;
    for (int i = 0; i < steps; ++i) net->net.oscillate(until / steps);
    return (*net)(Field::kPhase, 0) - (*net)(Field::kPhase, 1);
  };
  // df = 0: tan(d / 2) decays with the rate 2 pi K.
  const double began = 0.3, coupling = 0.005, until = 60;
  const double end = 2 * std::atan(std::tan(M_PI * began) * std::exp(-2 * M_PI * coupling * until));
  const auto error = [&](int steps) {
    return off(apart(0, coupling, began, until, steps) - end / (2 * M_PI));
  };
  CHECK(error(1000) < 1e-6);
  // Of second order: half the step, a quarter of the error.
  CHECK(error(20) / error(40) > 3.5);
  CHECK(error(20) / error(40) < 4.5);
  // They lock where df < K, at the angle whose sine is df / K.
  CHECK(off(apart(0.004, 0.005, 0.4, 5000, 5000) - std::asin(0.8) / (2 * M_PI)) < 1e-6);
  // And drift where not, by sqrt(df^2 - K^2) turns per ms.
  const double drift = std::sqrt(0.013 * 0.013 - 0.005 * 0.005);
  CHECK(off(apart(0.013, 0.005, 0.4, 10 / drift, 20000) - 0.4) < 1e-4);
}

// The order parameter, averaged over the second half, of frequencies with a Lorentzian of half
// width `gamma` around 0.04.
double order(std::uint32_t count, double gamma, double coupling, std::uint64_t seed) {
  Random random(seed);
  const auto net = oscillators(count, coupling);
  for (std::uint32_t n = 0; n < count; ++n) {
    const double quantile = (double(random.next() >> 11) + 0.5) * 0x1p-53;
    (*net)(Field::kFrequency, n) = 0.04 + gamma * std::tan(M_PI * (quantile - 0.5));
    (*net)(Field::kPhase, n) = random.between(0, 1);
  }
  double sum = 0;
  constexpr int kSteps = 1500;
  for (int i = 0; i < kSteps; ++i) {
    net->net.oscillate(4);
    const auto& [now, x, y] = net->net.readings();
    if (i >= kSteps / 2) sum += std::sqrt(x * x + y * y) / (kSteps - kSteps / 2);
  }
  return sum;
}

TEST_CASE("the order of many is Kuramoto's, and below the critical coupling there is none") {
  const double gamma = 0.001;
  for (const double times : {2.5, 4.0, 8.0})
    CHECK(std::abs(order(2000, gamma, times * gamma, 101) - std::sqrt(1 - 2 / times)) < 0.05);
  CHECK(order(2000, gamma, gamma, 102) < 0.07);  // 1 / sqrt(2000), amplified near the transition
}

}  // namespace
}  // namespace rv::test
